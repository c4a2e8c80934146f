//! Why Cognito refuses something: an exception of the native API, and what Cloud Control's handlers make of it.
//!
//! Rules are written once, in these terms; both APIs refuse by them, each in its own form.

use crate::{protocol::Failure, requests::HandlerError};

/// A refusal in the terms of the native API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) exception: &'static str,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(exception: &'static str, message: impl Into<String>) -> Self {
        Self {
            exception,
            message: message.into(),
        }
    }

    /// `InvalidParameterException`: by far the most common one.
    pub(super) fn parameter(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterException", message)
    }

    /// `ResourceNotFoundException`: anything but a user.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new("ResourceNotFoundException", message)
    }

    /// `NotAuthorizedException`: what the state of the user or of the resource does not allow.
    pub(super) fn not_authorized(message: impl Into<String>) -> Self {
        Self::new("NotAuthorizedException", message)
    }

    pub(super) fn no_pool(pool: &str) -> Self {
        Self::not_found(format!("User pool {pool} does not exist."))
    }

    pub(super) fn no_user() -> Self {
        Self::new("UserNotFoundException", "User does not exist.")
    }

    pub(super) fn no_group() -> Self {
        Self::not_found("Group not found.")
    }

    fn internal() -> Self {
        Self::new("InternalErrorException", "Internal Failure")
    }
}

/// Exceptions and the error codes that handlers make of them; the first exception of a code is its usual one.
const CODES: [(&str, &str); 17] = [
    ("InvalidParameterException", "InvalidRequest"),
    ("InvalidOAuthFlowException", "InvalidRequest"),
    ("ScopeDoesNotExistException", "InvalidRequest"),
    ("InvalidPasswordException", "InvalidRequest"),
    ("UnsupportedUserStateException", "InvalidRequest"),
    ("PreconditionNotMetException", "InvalidRequest"),
    ("ResourceNotFoundException", "NotFound"),
    ("UserNotFoundException", "NotFound"),
    ("UsernameExistsException", "AlreadyExists"),
    ("GroupExistsException", "AlreadyExists"),
    ("DuplicateProviderException", "AlreadyExists"),
    ("AliasExistsException", "AlreadyExists"),
    ("LimitExceededException", "ServiceLimitExceeded"),
    ("NotAuthorizedException", "AccessDenied"),
    // What handlers make of these two is inferred [INF].
    ("UserImportInProgressException", "ResourceConflict"),
    ("ConcurrentModificationException", "ResourceConflict"),
    ("InternalErrorException", "ServiceInternalError"),
];

/// What handlers add to the message of the service; the request's id follows.
const SUFFIX: &str = " (Service: CognitoIdentityProvider, Status Code: 400, Request ID: ";

/// A message as handlers pass it on from the service.
pub(super) fn from_service(message: &str) -> String {
    let request_id = uuid::Uuid::new_v4();
    format!("{message}{SUFFIX}{request_id}) (SDK Attempt Count: 1)")
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.exception, refusal.message)
    }
}

impl From<Refusal> for HandlerError {
    fn from(refusal: Refusal) -> Self {
        let code = CODES
            .iter()
            .find(|(exception, _)| *exception == refusal.exception)
            .map_or("GeneralServiceException", |(_, code)| code);
        Self::new(code, from_service(&refusal.message))
    }
}

/// What is left when a change fails that the rules have let through, such as one of a type that the schemas do not have.
impl From<HandlerError> for Refusal {
    fn from(error: HandlerError) -> Self {
        let message = error.message.split(SUFFIX).next().unwrap_or_default();
        CODES
            .iter()
            .find(|(_, code)| *code == error.code)
            .map_or_else(Self::internal, |(exception, _)| {
                Self::new(exception, message)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_becomes_what_each_api_says() {
        let refusal = Refusal::new("InvalidOAuthFlowException", "no");
        let native = Failure::from(refusal.clone());
        assert_eq!(native, Failure::new("InvalidOAuthFlowException", "no"));
        let handler = HandlerError::from(refusal);
        assert_eq!(handler.code, "InvalidRequest");
        assert!(
            handler.message.starts_with(
                "no (Service: CognitoIdentityProvider, Status Code: 400, Request ID: "
            )
        );
        assert!(handler.message.ends_with(") (SDK Attempt Count: 1)"));
        let back = Refusal::from(handler);
        assert_eq!(back, Refusal::parameter("no"));
    }
}
