//! What users read, whole.

mod statements;
mod warnings;

use cirrus_provider::{CloudError, CloudErrorKind, Operation};

use super::cloud;

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
fn a_failed_call_keeps_the_clouds_words() {
    let error = cloud_error(CloudErrorKind::AccessDenied, Some("AccessDeniedException"));
    let expected = "\
error: ListResources of `AWS::Cognito::UserPool` in `eu-west-1` was denied
 |
 = note: AccessDeniedException: in AWS's words
 = note: request id: r-1
 = hint: The caller needs `cloudformation:ListResources`, and what the type's handler calls";
    assert_eq!(cloud(&error).to_string(), expected);
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
        cloud(&cloud_error(CloudErrorKind::Credentials, None)).to_string(),
        expected
    );
    let refused = cloud_error(
        CloudErrorKind::Credentials,
        Some("UnrecognizedClientException"),
    );
    let refused = cloud(&refused).to_string();
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

#[test]
fn a_call_that_concerns_no_type_names_none_and_asks_for_its_own_permission() {
    let regions = CloudError {
        operation: Operation::ListRegions,
        type_name: String::new(),
        ..cloud_error(CloudErrorKind::AccessDenied, Some("AccessDeniedException"))
    };
    let drawn = cloud(&regions).to_string();
    assert!(
        drawn.starts_with("error: ListRegions in `eu-west-1` was denied\n"),
        "{drawn}"
    );
    assert!(
        drawn.ends_with("= hint: The caller needs `account:ListRegions`"),
        "{drawn}"
    );
    let caller = CloudError {
        operation: Operation::GetCallerIdentity,
        ..regions
    };
    assert!(!cloud(&caller).to_string().contains("hint"));
}
