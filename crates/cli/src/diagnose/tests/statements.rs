//! Statements that fail.

use std::time::Duration;

use cirrus_diagnostic::Source;
use cirrus_engine::{Error, NameKind};

use crate::{
    diagnose::{engine, timed_out},
    reached::Reached,
};

const SQL: &str = "SELECT id\nFROM aws.cognito.user_pool";

fn drawn(error: &Error) -> String {
    let source = Source {
        name: "query".into(),
        text: SQL.into(),
    };
    engine(error, &source).to_string()
}

#[test]
fn an_unknown_table_is_pointed_at() {
    let error = Error::UnknownName {
        kind: NameKind::Table,
        name: "aws.cognito.user_pool".into(),
        candidates: vec![
            "aws.cognito.user_pools".into(),
            "aws.cognito.user_pool_users".into(),
        ],
        span: Some(15..36),
    };
    let expected = "\
error: table `aws.cognito.user_pool` not found
 --> query:2:6
  |
2 | FROM aws.cognito.user_pool
  |      ^^^^^^^^^^^^^^^^^^^^^
  |
  = hint: Did you mean `aws.cognito.user_pools` or `aws.cognito.user_pool_users`?";
    assert_eq!(drawn(&error), expected);
}

#[test]
fn every_statement_error_has_its_words() {
    let table = || "aws.x.y".to_owned();
    let cases: [(Error, &str); 14] = [
        (
            Error::Syntax {
                message: "Expected: FROM, found: FRM".into(),
                span: None,
            },
            "error: Expected: FROM, found: FRM",
        ),
        (
            Error::Unsupported {
                what: "COPY".into(),
                instead: Some("Use `-O FILE`".into()),
                span: None,
            },
            "error: COPY is not supported\n |\n = hint: Use `-O FILE`",
        ),
        (
            Error::NotReadable {
                table: table(),
                type_name: "AWS::X::Y".into(),
                span: None,
            },
            "error: `aws.x.y` can be neither listed nor read\n |\n = note: Cloud Control has no list and no read handler for `AWS::X::Y`",
        ),
        (
            Error::NotProvisionable {
                table: table(),
                type_name: "AWS::X::Y".into(),
                span: None,
            },
            "error: `aws.x.y` is not supported by Cloud Control\n |\n = note: `AWS::X::Y` is registered without handlers",
        ),
        (
            Error::IdentifierNeeded {
                table: table(),
                parts: vec!["a".into(), "b".into()],
                span: None,
            },
            "error: `aws.x.y` can only be read by identifier\n |\n = note: Cloud Control has no list handler for this type\n = hint: Add `WHERE a = '...' AND b = '...'`",
        ),
        (
            Error::InputNeeded {
                table: table(),
                inputs: vec!["user_pool_id".into()],
                reason: None,
                span: None,
            },
            "error: `aws.x.y` cannot be listed without `user_pool_id`\n |\n = hint: Add `WHERE user_pool_id = '...'`, or join a table that supplies it",
        ),
        (
            Error::InputNeeded {
                table: table(),
                inputs: vec!["app_id".into(), "stage".into()],
                reason: Some("no type lists the stages of an app".into()),
                span: None,
            },
            "error: `aws.x.y` cannot be listed without `app_id` and `stage`\n |\n = note: it has to be given, because no type lists the stages of an app\n = hint: Add `WHERE app_id = '...' AND stage = '...'`",
        ),
        (
            Error::Identifier {
                table: table(),
                value: "a".into(),
                form: "a|b".into(),
                reason: "one part is missing".into(),
                span: None,
            },
            "error: `a` is not an identifier of `aws.x.y`\n |\n = note: one part is missing\n = hint: Write it as `a|b`",
        ),
        (
            Error::RegionNeeded {
                table: table(),
                span: None,
            },
            "error: no region to read `aws.x.y` in\n |\n = hint: Add `WHERE region = 'us-east-1'`, or run `SET regions = 'us-east-1,eu-west-1'`\n = hint: Or give `--region us-east-1`, set `AWS_REGION`, or choose a profile with a region",
        ),
        (
            Error::Plan {
                message: "types differ".into(),
                notes: vec!["left is text".into()],
                span: None,
            },
            "error: types differ\n |\n = note: left is text",
        ),
        (
            Error::Execution {
                message: "division by zero".into(),
            },
            "error: division by zero",
        ),
        (
            Error::CallBudget { limit: 5 },
            "error: the statement needs more than 5 API calls\n |\n = hint: Narrow it down, or raise the budget with `SET max_api_calls = ...`",
        ),
        (
            Error::Provider {
                message: "no type".into(),
            },
            "error: the provider data is broken: no type\n |\n = hint: If you gave `--providers`, check the files of that folder",
        ),
        (
            Error::Internal {
                message: "no plan".into(),
            },
            "error: no plan\n |\n = note: this is a bug in cirrus\n = hint: Please report it together with the statement",
        ),
    ];
    for (error, expected) in cases {
        assert_eq!(drawn(&error), expected);
    }
}

#[test]
fn a_timeout_says_what_was_reached_and_how_to_get_further() {
    let reached = Reached {
        rows: 12,
        pages: 3,
        gets: (12, 75),
        regions: (1, 2),
    };
    let drawn = timed_out(Duration::from_secs(90), &reached).to_string();
    let expected = "\
error: timed out after 1m30s
 |
 = note: reached 12 rows, 3 pages, 12 of 75+ gets, 1 of 2 regions
 = hint: Give it more time with `--timeout 3m`, or narrow it down";
    assert_eq!(drawn, expected);
}
