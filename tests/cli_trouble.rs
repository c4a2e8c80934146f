//! The program when a cloud fails or does not answer: what came is printed, what is missing is named, and it ends.

use crate::program::{Outcome, Program, Running};

/// The list of this region is answered when nobody waits any more.
const SILENT_REGION: &str = "delay:op=ListResources,region=eu-west-1,by=1h";

/// Rows come from us-east-1 alone.
const POOLS: &str =
    "SELECT user_pool_name FROM aws.cognito.user_pools WHERE region IN ('us-east-1', 'eu-west-1')";

#[cfg(unix)]
#[test]
fn ctrl_c_prints_what_came_and_says_what_was_reached() {
    let program = Program::new();
    let service = program.emulator(&["--fault", SILENT_REGION]);
    let mut running = Running::start(&mut program.exec_at(&service, &["-o", "ndjson", POOLS]));
    for _ in 0..3 {
        let line = running.line();
        assert!(line.starts_with("{\"user_pool_name\":"), "{line}");
    }
    running.interrupt();
    let outcome = running.finish();
    assert_eq!(outcome.code, Some(130), "{outcome}");
    assert_eq!(outcome.stdout, "", "{outcome}");
    let summary = outcome.stderr.trim_end();
    assert!(
        summary.starts_with("cancelled after 3 rows in "),
        "{outcome}"
    );
    assert!(
        summary.ends_with("; reached 1 page, 3 of 3+ gets, 1 of 2 regions"),
        "{outcome}"
    );
}

#[test]
fn a_statement_that_takes_too_long_says_how_far_it_came_and_how_to_get_further() {
    let program = Program::new();
    let service = program.emulator(&["--fault", "delay:op=ListResources,by=1h"]);
    let timed_out = |outcome: &Outcome| {
        assert_eq!(outcome.code, Some(1), "{outcome}");
        for expected in [
            "error: timed out after 300ms",
            "= note: reached 0 rows, 0 of 2 regions",
            "`--timeout 600ms`",
        ] {
            assert!(outcome.stderr.contains(expected), "{expected}\n{outcome}");
        }
    };
    let flag = program.exec_at(&service, &["--timeout", "300ms", "-o", "json", POOLS]);
    let outcome = finish(flag);
    timed_out(&outcome);
    assert_eq!(
        outcome.stdout, "[]\n",
        "a document is whole whatever happens"
    );

    let script = format!("{POOLS}; SELECT 1 AS next");
    let mut variable = program.exec_at(&service, &["--keep-going", "-o", "csv", &script]);
    variable.env("CIRRUS_TIMEOUT", "300ms");
    let outcome = finish(variable);
    timed_out(&outcome);
    assert_eq!(outcome.stdout, "next\n1\n");
}

#[test]
fn a_region_down_a_parent_denied_and_a_row_deleted_lose_nothing_else() {
    let program = Program::new();
    let service = program.emulator(&[
        "--fault",
        "unavailable:region=eu-west-1",
        "--fault",
        "deny:type=AWS::Cognito::UserPoolClient,UserPoolId=us-east-1_Demo00002",
        "--fault",
        "vanish:identifier=us-east-1_Demo00001|1demowebportal000000000000",
    ]);
    let clients = "SELECT identifier, client_name FROM aws.cognito.user_pool_clients \
                   WHERE region IN ('us-east-1', 'eu-west-1') ORDER BY identifier";
    let everything = program.exec_local(&["-o", "csv", clients]).success();
    let script = format!(
        "{clients}; SELECT coalesce(subject, region) AS lost FROM cirrus.errors ORDER BY lost"
    );
    let outcome = finish(program.exec_at(&service, &["-o", "csv", &script]));
    assert_eq!(outcome.code, Some(3), "{outcome}");

    let is_lost = |line: &str| {
        line.starts_with("eu-west-1_")
            || line.starts_with("us-east-1_Demo00002|")
            || line.contains("1demowebportal000000000000")
    };
    let (rows, errors) = outcome.stdout.split_once("lost\n").expect("two results");
    let expected: Vec<&str> = everything.lines().filter(|line| !is_lost(line)).collect();
    let rows: Vec<&str> = rows.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(rows, expected, "{outcome}");
    assert!(expected.len() < everything.lines().count(), "{everything}");

    for expected in [
        "concerns `eu-west-1`",
        "concerns `user_pool_id=us-east-1_Demo00002` in `us-east-1`",
        "1 resource was deleted while it was read: `us-east-1_Demo00001|1demowebportal000000000000` in `us-east-1`",
    ] {
        assert!(outcome.stderr.contains(expected), "{expected}\n{outcome}");
    }
    assert_eq!(
        errors.lines().collect::<Vec<_>>(),
        [
            "eu-west-1",
            "us-east-1_Demo00001|1demowebportal000000000000",
            "user_pool_id=us-east-1_Demo00002",
        ],
        "{outcome}"
    );
}

#[test]
fn missing_rows_that_can_make_others_wrong_are_said_to() {
    let program = Program::new();
    let service = program.emulator(&["--fault", "deny:op=ListResources,region=eu-west-1"]);
    let count = POOLS.replace("user_pool_name", "count(*) AS pools");
    let outcome = finish(program.exec_at(&service, &["-o", "csv", &count]));
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (Some(3), "pools\n3\n"),
        "{outcome}"
    );
    assert!(
        outcome
            .stderr
            .contains("= note: because rows are missing, "),
        "{outcome}"
    );
}

#[test]
fn regions_that_the_account_has_not_enabled_are_one_note() {
    let program = Program::new();
    let everywhere = [
        "--region",
        "all",
        "-o",
        "csv",
        "SELECT user_pool_name FROM aws.cognito.user_pools",
    ];
    let closed = ["--switch", "opt-in-regions=disabled"];
    let notes = |outcome: &Outcome| outcome.stderr.matches("note: skipped 16 regions").count();

    let service = program.emulator(&closed);
    let outcome = finish(program.exec_at(&service, &everywhere));
    assert_eq!((outcome.code, notes(&outcome)), (Some(0), 1), "{outcome}");
    assert_eq!(outcome.stdout.lines().count(), 5, "{outcome}");
    assert!(!outcome.stderr.contains("warning"), "{outcome}");

    let service = program.emulator(&[&closed[..], &["--fault", "deny:op=ListRegions"]].concat());
    let outcome = finish(program.exec_at(&service, &everywhere));
    assert_eq!((outcome.code, notes(&outcome)), (Some(0), 1), "{outcome}");
    assert_eq!(outcome.stdout.lines().count(), 5, "{outcome}");
    assert!(
        outcome.stderr.contains("`account:ListRegions`"),
        "{outcome}"
    );
}

#[test]
fn throttled_calls_are_counted_once() {
    let program = Program::new();
    let service = program.emulator(&["--fault", "throttle:op=ListResources,times=1"]);
    let outcome = finish(program.exec_at(&service, &["-o", "csv", POOLS]));
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert!(outcome.stderr.contains(", 1 throttled"), "{outcome}");
    assert!(!outcome.stderr.contains("retry"), "{outcome}");
}

fn finish(mut command: std::process::Command) -> Outcome {
    Running::start(&mut command).finish()
}
