//! What users read, whole.

use cirrus_provider::Operation;

use super::*;

const SQL: &str = "SELECT id\nFROM aws.cognito.user_pool";

fn source() -> Source {
    Source {
        name: "query".into(),
        text: SQL.into(),
    }
}

fn drawn(error: &Error) -> String {
    engine(error, &source()).to_string()
}

fn cloud_error(kind: CloudErrorKind, code: Option<&str>) -> CloudError {
    CloudError {
        kind,
        operation: Operation::ListResources,
        type_name: "AWS::Cognito::UserPool".into(),
        region: "eu-west-1".into(),
        code: code.map(str::to_owned),
        message: "in AWS's words".into(),
        request_id: code.map(|_| "r-1".to_owned()),
    }
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
    let cases: [(Error, &str); 13] = [
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
                span: None,
            },
            "error: `aws.x.y` cannot be listed without `user_pool_id`\n |\n = hint: Add `WHERE user_pool_id = '...'`, or join a table that supplies it",
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
fn a_failed_call_keeps_the_clouds_words() {
    let error = cloud_error(CloudErrorKind::AccessDenied, Some("AccessDeniedException"));
    let expected = "\
error: ListResources of `AWS::Cognito::UserPool` in `eu-west-1` was denied
 |
 = note: AccessDeniedException: in AWS's words
 = note: request id: r-1
 = hint: The caller needs `cloudformation:ListResources`, and what the type's handler calls";
    assert_eq!(drawn(&Error::Cloud(error)), expected);
}

#[test]
fn missing_credentials_say_what_to_do() {
    let expected = "\
error: no AWS credentials
 |
 = note: in AWS's words
 = hint: Choose a profile with `--profile` or `AWS_PROFILE`, and sign in with `aws sso login` if it uses SSO
 = hint: Or try it without an account: add `--local`";
    assert_eq!(
        drawn(&Error::Cloud(cloud_error(
            CloudErrorKind::Credentials,
            None
        ))),
        expected
    );
    let refused = drawn(&Error::Cloud(cloud_error(
        CloudErrorKind::Credentials,
        Some("UnrecognizedClientException"),
    )));
    assert!(refused.contains("may not be enabled"), "{refused}");
}

#[test]
fn every_kind_of_failed_call_has_a_code_of_its_own() {
    let kinds = [
        (CloudErrorKind::NotFound, "not-found"),
        (CloudErrorKind::AccessDenied, "access-denied"),
        (CloudErrorKind::Credentials, "credentials"),
        (CloudErrorKind::Region, "region"),
        (CloudErrorKind::Throttled, "throttled"),
        (CloudErrorKind::Unsupported, "unsupported-type"),
        (CloudErrorKind::InvalidRequest, "invalid-request"),
        (CloudErrorKind::Transport, "no-answer"),
        (CloudErrorKind::Malformed, "malformed-answer"),
        (CloudErrorKind::Other, "cloud"),
    ];
    for (kind, code) in kinds {
        assert_eq!(cloud(&cloud_error(kind, Some("X"))).code, code);
    }
}

fn warning_of(subject: &str, kind: WarningKind) -> Warning {
    Warning {
        table: "aws.cognito.user_pool_clients".into(),
        region: Some("eu-west-1".into()),
        subject: Some(subject.into()),
        kind,
    }
}

#[test]
fn warnings_that_differ_in_scope_are_one() {
    let denied = || {
        WarningKind::Failed(cloud_error(
            CloudErrorKind::AccessDenied,
            Some("AccessDeniedException"),
        ))
    };
    let mut all: Vec<Warning> = (0..7)
        .map(|number| warning_of(&format!("user_pool_id={number}"), denied()))
        .collect();
    all.push(warning_of(
        "x",
        WarningKind::Mistyped {
            property: "Count".into(),
            expected: "integer",
        },
    ));
    let drawn: Vec<String> = warnings(&all).iter().map(Diagnostic::to_string).collect();
    let expected = "\
warning: rows of `aws.cognito.user_pool_clients` are missing: ListResources of `AWS::Cognito::UserPool` was denied
 |
 = note: AccessDeniedException: in AWS's words
 = note: request id: r-1
 = note: concerns `user_pool_id=0` in `eu-west-1`, `user_pool_id=1` in `eu-west-1`, `user_pool_id=2` in `eu-west-1`, `user_pool_id=3` in `eu-west-1`, `user_pool_id=4` in `eu-west-1` and 2 more
 = hint: The caller needs `cloudformation:ListResources`, and what the type's handler calls";
    assert_eq!(drawn[0], expected);
    assert_eq!(drawn.len(), 2);
    assert!(
        drawn[1].contains("`Count` of `aws.cognito.user_pool_clients` is no integer"),
        "{}",
        drawn[1]
    );
}

#[test]
fn columns_count_characters() {
    assert_eq!(place("é\nüx", 2, 2), 5);
    assert_eq!(place("a", 9, 9), 1);
    assert_eq!(line_of("a\nbc\nd", 2), 2..4);
}
