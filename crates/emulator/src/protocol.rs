//! The AWS JSON protocol as Cloud Control speaks it: what an answer and an error look like on the wire.

use axum::http::StatusCode;
use serde_json::{Value, json};

/// The media type of every Cloud Control answer.
pub(crate) const JSON: &str = "application/x-amz-json-1.0";

/// A refused request. The order of the fields is that of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// `ValidationException`: the request's members or the model.
    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationException", message)
    }

    /// A synchronous failure of a type's handler.
    pub(crate) fn handler(
        type_name: &str,
        code: &'static str,
        message: &str,
        request_token: &str,
    ) -> Self {
        Self::new(
            exception_of(code),
            format!(
                "{type_name} Handler returned status FAILED: {message} (HandlerErrorCode: {code}, RequestToken: {request_token})"
            ),
        )
    }

    /// HTTP 500 for the service's own faults, 400 for everything else, throttling included.
    pub(crate) fn status(&self) -> StatusCode {
        match self.code {
            "ConcurrentModificationException"
            | "HandlerFailureException"
            | "HandlerInternalFailureException"
            | "NetworkFailureException"
            | "ServiceInternalErrorException"
            | "InternalFailure" => StatusCode::INTERNAL_SERVER_ERROR,
            "RequestEntityTooLargeException" => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    pub(crate) fn body(&self) -> Value {
        let Self { code, message } = self;
        match *code {
            "ValidationException" => {
                json!({"__type": format!("com.amazon.coral.validate#{code}"), "Message": message})
            }
            // The front end's own throttling writes its message in lower case.
            "ThrottlingException" => {
                json!({"__type": format!("com.amazon.coral.availability#{code}"), "message": message})
            }
            "AccessDeniedException"
            | "IncompleteSignatureException"
            | "InternalFailure"
            | "MissingAuthenticationTokenException"
            | "RequestEntityTooLargeException"
            | "SerializationException"
            | "UnknownOperationException" => {
                json!({"__type": format!("com.amazon.coral.service#{code}"), "Message": message})
            }
            _ => {
                json!({"__type": format!("com.amazon.cloudapiservice#{code}"), "Message": message})
            }
        }
    }
}

/// The exception that a handler's error code becomes when a request waits for the handler.
fn exception_of(code: &str) -> &'static str {
    match code {
        "NotFound" => "ResourceNotFoundException",
        "InvalidRequest" => "InvalidRequestException",
        "AlreadyExists" => "AlreadyExistsException",
        "ResourceConflict" => "ResourceConflictException",
        "InternalFailure" => "HandlerInternalFailureException",
        _ => "GeneralServiceException",
    }
}
