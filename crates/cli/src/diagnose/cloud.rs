//! Words for calls that failed.

use cirrus_diagnostic::{Diagnostic, Kind};
use cirrus_provider::{CloudError, CloudErrorKind, Operation};

/// A failed call.
pub(crate) fn cloud(error: &CloudError) -> Diagnostic {
    let (code, kind, message) = headline(error, Some(&error.region));
    details(Diagnostic::error(code, kind, message), error)
}

/// The code of a failed call, whose turn it is, and one sentence, with the region if it is given.
pub(super) fn headline(error: &CloudError, region: Option<&str>) -> (&'static str, Kind, String) {
    let place = region.map_or_else(String::new, |region| format!(" in `{region}`"));
    let call = match error.type_name.as_str() {
        "" => format!("{}{place}", error.operation),
        type_name => format!("{} of `{type_name}`{place}", error.operation),
    };
    match error.kind {
        CloudErrorKind::NotFound => (
            "not-found",
            Kind::Cloud,
            format!("{call} found no such resource"),
        ),
        CloudErrorKind::AccessDenied => {
            ("access-denied", Kind::Cloud, format!("{call} was denied"))
        }
        CloudErrorKind::Credentials if error.code.is_none() => (
            "credentials",
            Kind::Environment,
            "no AWS credentials".into(),
        ),
        CloudErrorKind::Credentials => (
            "credentials",
            Kind::Environment,
            format!("AWS does not accept the credentials{place}"),
        ),
        CloudErrorKind::Region => (
            "region",
            Kind::Environment,
            region.map_or_else(
                || "no endpoint for the region".into(),
                |region| format!("no endpoint for region `{region}`"),
            ),
        ),
        CloudErrorKind::Throttled => (
            "throttled",
            Kind::Cloud,
            format!("{call} is still throttled after all retries"),
        ),
        CloudErrorKind::Unsupported => (
            "unsupported-type",
            Kind::Cloud,
            format!("{call} is not supported"),
        ),
        CloudErrorKind::InvalidRequest => (
            "invalid-request",
            Kind::Cloud,
            format!("{call} was refused"),
        ),
        CloudErrorKind::Transport => (
            "no-answer",
            Kind::Environment,
            format!("{call} got no answer"),
        ),
        CloudErrorKind::Malformed => (
            "malformed-answer",
            Kind::Cloud,
            format!("{call} got an answer that makes no sense"),
        ),
        CloudErrorKind::Other => ("cloud", Kind::Cloud, format!("{call} failed")),
    }
}

/// The cloud's words, and what to do.
pub(super) fn details(diagnostic: Diagnostic, error: &CloudError) -> Diagnostic {
    let words = match &error.code {
        Some(code) => format!("{code}: {}", error.message),
        None => error.message.clone(),
    };
    let mut diagnostic = diagnostic.note(words);
    if let Some(id) = &error.request_id {
        diagnostic = diagnostic.note(format!("request id: {id}"));
    }
    match error.kind {
        CloudErrorKind::AccessDenied => match needed(error) {
            Some(needed) => diagnostic.hint(format!("The caller needs {needed}")),
            None => diagnostic,
        },
        CloudErrorKind::Credentials if error.code.is_none() => diagnostic
            .hint("Choose a profile with `--profile` or `AWS_PROFILE`, and sign in with `aws sso login` if it uses SSO")
            .hint("Or try it without an account: add `--local`"),
        CloudErrorKind::Credentials => diagnostic
            .hint("Sign in again, or choose another profile with `--profile` or `AWS_PROFILE`")
            .hint(format!("If other regions work, `{}` may not be enabled for the account", error.region)),
        CloudErrorKind::Region => {
            diagnostic
                .hint("Check the region's name, and whether the account has it enabled")
                .hint("Check `AWS_ENDPOINT_URL`, the profile's endpoint and FIPS settings, and the network")
        }
        CloudErrorKind::Throttled => diagnostic.hint("Ask for less at once, or try again later"),
        CloudErrorKind::Transport => diagnostic.hint("Check the network and the endpoint"),
        _ => diagnostic,
    }
}

/// The permission that a call takes, if it takes one.
fn needed(error: &CloudError) -> Option<String> {
    match error.operation {
        Operation::ListResources | Operation::GetResource => Some(format!(
            "`cloudformation:{}`, and what the type's handler calls",
            error.operation
        )),
        Operation::ListRegions => Some("`account:ListRegions`".to_owned()),
        // Everybody may ask who they are.
        Operation::GetCallerIdentity => None,
    }
}
