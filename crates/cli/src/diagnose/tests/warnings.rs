//! What statements go on without.

use cirrus_diagnostic::Diagnostic;
use cirrus_engine::{Warning, WarningKind};
use cirrus_provider::{CloudError, CloudErrorKind, Operation};

use super::cloud_error;
use crate::diagnose::{notes, warnings};

const CLIENTS: &str = "aws.cognito.user_pool_clients";

fn warning(region: &str, subject: Option<&str>, kind: WarningKind) -> Warning {
    Warning {
        table: CLIENTS.into(),
        region: Some(region.into()),
        subject: subject.map(str::to_owned),
        kind,
    }
}

fn denied() -> WarningKind {
    let error = cloud_error(CloudErrorKind::AccessDenied, Some("AccessDeniedException"));
    WarningKind::Failed(error)
}

fn drawn(all: &[Warning]) -> Vec<String> {
    let drawn = warnings(all, None);
    drawn.iter().map(Diagnostic::to_string).collect()
}

#[test]
fn warnings_that_differ_in_scope_are_one() {
    let pools: Vec<String> = (0..7)
        .map(|number| format!("user_pool_id={number}"))
        .collect();
    let mut all: Vec<Warning> = pools
        .iter()
        .map(|pool| warning("eu-west-1", Some(pool), denied()))
        .collect();
    let mistyped = WarningKind::Mistyped {
        property: "Count".into(),
        expected: "integer",
    };
    all.push(warning("eu-west-1", Some("x"), mistyped));
    let drawn = drawn(&all);
    let expected = "\
warning: rows of `aws.cognito.user_pool_clients` are missing: ListResources of `AWS::Cognito::UserPool` was denied
 |
 = note: AccessDeniedException: in AWS's words
 = note: request id: r-1
 = note: concerns `user_pool_id=0` in `eu-west-1`, `user_pool_id=1` in `eu-west-1`, `user_pool_id=2` in `eu-west-1`, `user_pool_id=3` in `eu-west-1`, `user_pool_id=4` in `eu-west-1` and 2 more
 = hint: The caller needs `cloudformation:ListResources`, and what the type's handler calls
 = hint: `SELECT * FROM cirrus.errors` as the next statement shows them all";
    assert_eq!(drawn[0], expected);
    assert_eq!(drawn.len(), 2);
    assert!(
        drawn[1].contains("`Count` of `aws.cognito.user_pool_clients` is no integer"),
        "{}",
        drawn[1]
    );
}

#[test]
fn a_region_down_a_parent_denied_and_a_row_deleted_are_three() {
    let down = CloudError {
        message: "connection refused".into(),
        ..cloud_error(CloudErrorKind::Transport, None)
    };
    let all = [
        warning("eu-west-1", None, WarningKind::Failed(down)),
        warning("us-east-1", Some("user_pool_id=us-east-1_a"), denied()),
        warning("us-east-1", Some("us-east-1_b|c"), WarningKind::Vanished),
    ];
    let expected = [
        "\
warning: rows of `aws.cognito.user_pool_clients` are missing: ListResources of `AWS::Cognito::UserPool` got no answer
 |
 = note: connection refused
 = note: concerns `eu-west-1`
 = hint: Check the network and the endpoint",
        "\
warning: rows of `aws.cognito.user_pool_clients` are missing: ListResources of `AWS::Cognito::UserPool` was denied
 |
 = note: AccessDeniedException: in AWS's words
 = note: request id: r-1
 = note: concerns `user_pool_id=us-east-1_a` in `us-east-1`
 = hint: The caller needs `cloudformation:ListResources`, and what the type's handler calls",
        "\
warning: 1 resource was deleted while it was read: `us-east-1_b|c` in `us-east-1`
 |
 = note: `aws.cognito.user_pool_clients` listed what could not be read a moment later",
    ];
    assert_eq!(drawn(&all), expected);
}

#[test]
fn what_missing_rows_can_make_wrong_is_said_once() {
    let all = [
        warning("a", Some("x"), WarningKind::Vanished),
        warning("a", Some("user_pool_id=1"), denied()),
        warning("a", None, WarningKind::Undecodable { reason: "?".into() }),
        warning("a", Some("y"), WarningKind::Vanished),
    ];
    let warned = |all| -> Vec<String> {
        let warnings = warnings(all, Some("NOT IN"));
        warnings.iter().map(Diagnostic::to_string).collect()
    };
    let note = "= note: because rows are missing, NOT IN may show rows or numbers that are wrong";
    let drawn = warned(&all);
    let with_note = drawn.iter().map(|drawn| drawn.contains(note));
    assert_eq!(with_note.collect::<Vec<_>>(), [false, false, true]);
    let drawn = warned(&all[..1]);
    assert!(!drawn[0].contains(note), "no row is missing: {}", drawn[0]);
}

#[test]
fn regions_that_fail_alike_are_one_whatever_the_failure() {
    for (kind, code) in [
        (CloudErrorKind::Region, None),
        (
            CloudErrorKind::Credentials,
            Some("UnrecognizedClientException"),
        ),
        (CloudErrorKind::Transport, None),
    ] {
        let all = ["a", "b", "c"].map(|region| {
            let error = CloudError {
                region: region.into(),
                ..cloud_error(kind, code)
            };
            warning(region, None, WarningKind::Failed(error))
        });
        let drawn = drawn(&all);
        assert_eq!(drawn.len(), 1, "{drawn:?}");
        assert!(drawn[0].contains("concerns `a`, `b`, `c`"), "{}", drawn[0]);
    }
}

#[test]
fn regions_without_rows_are_a_note_for_all_tables() {
    let mut all: Vec<Warning> = ["af-south-1", "ap-east-1", "af-south-1"]
        .map(|region| warning(region, None, WarningKind::NotEnabled))
        .to_vec();
    all.push(warning("eu-north-1", None, WarningKind::Unavailable));
    all.push(warning("eu-south-1", None, WarningKind::Unavailable));
    assert_eq!(drawn(&all), [""; 0]);
    assert_eq!(
        notes(&all),
        [
            "note: `aws.cognito.user_pool_clients` does not exist in `eu-north-1`, `eu-south-1`",
            "note: skipped 2 regions that the account has not enabled: `af-south-1`, `ap-east-1`",
        ]
    );
}

#[test]
fn an_account_that_hides_its_regions_says_which_permission_it_takes() {
    let error = CloudError {
        operation: Operation::ListRegions,
        type_name: String::new(),
        ..cloud_error(CloudErrorKind::AccessDenied, Some("AccessDeniedException"))
    };
    let warning = Warning {
        region: None,
        ..warning("", None, WarningKind::RegionsUnknown(error))
    };
    let expected = "\
warning: the regions that the account has enabled are unknown: ListRegions was denied
 |
 = note: every region of the partition was tried
 = note: AccessDeniedException: in AWS's words
 = note: request id: r-1
 = hint: The caller needs `account:ListRegions`";
    assert_eq!(drawn(&[warning]), [expected]);
}
