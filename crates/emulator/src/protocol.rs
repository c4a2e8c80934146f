//! What answers and errors look like on the wire: Cloud Control's JSON, and the XML of the query services.

use std::{borrow::Cow, fmt::Write as _};

use hyper::StatusCode;
use serde_json::{Value, json};

/// A refused request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The exception, as Cloud Control names it; [`crate::service`] knows the other services' names for the common ones.
    pub(crate) code: Cow<'static, str>,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
        }
    }

    /// `ValidationException`: the request's members or the model.
    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationException", message)
    }

    /// Something inside the emulator went wrong, or a fault says so.
    pub(crate) fn internal() -> Self {
        Self::new("InternalFailure", "Internal Failure")
    }

    /// An operation that nobody here knows.
    pub(crate) fn unknown_operation() -> Self {
        Self::new(
            "UnknownOperationException",
            "The requested operation is not recognized by the service.",
        )
    }

    /// A synchronous failure of a type's handler.
    pub(crate) fn handler(type_name: &str, code: &str, message: &str, request_token: &str) -> Self {
        Self::new(
            exception_of(code),
            format!(
                "{type_name} Handler returned status FAILED: {message} (HandlerErrorCode: {code}, RequestToken: {request_token})"
            ),
        )
    }

    /// The body of Cloud Control's answer.
    pub(crate) fn body(&self) -> Value {
        let Self { code, message } = self;
        match code.as_ref() {
            "ValidationException" => {
                json!({"__type": format!("com.amazon.coral.validate#{code}"), "Message": message})
            }
            // The front end's own throttling writes its message in lower case [INF].
            "ThrottlingException" if message == RATE_EXCEEDED => {
                json!({"__type": format!("com.amazon.coral.availability#{code}"), "message": message})
            }
            "AccessDeniedException"
            | "ExpiredTokenException"
            | "IncompleteSignatureException"
            | "InternalFailure"
            | "InvalidSignatureException"
            | "MissingAuthenticationTokenException"
            | "RequestEntityTooLargeException"
            | "SerializationException"
            | "ServiceUnavailable"
            | "UnknownOperationException"
            | "UnrecognizedClientException" => {
                json!({"__type": format!("com.amazon.coral.service#{code}"), "Message": message})
            }
            _ => {
                json!({"__type": format!("com.amazon.cloudapiservice#{code}"), "Message": message})
            }
        }
    }
}

/// The words of the front end's throttling.
pub(crate) const RATE_EXCEEDED: &str = "Rate exceeded";

/// The HTTP status of an error: 500 for a service's own faults, 400 for nearly everything else, throttling included.
pub(crate) fn http_status(code: &str) -> StatusCode {
    match code {
        "ConcurrentModificationException"
        | "HandlerFailureException"
        | "HandlerInternalFailureException"
        | "NetworkFailureException"
        | "ServiceInternalErrorException"
        | "InternalErrorException"
        | "InternalFailure" => StatusCode::INTERNAL_SERVER_ERROR,
        "ServiceUnavailable" => StatusCode::SERVICE_UNAVAILABLE,
        "RequestEntityTooLargeException" => StatusCode::PAYLOAD_TOO_LARGE,
        "AccessDenied"
        | "ExpiredToken"
        | "InvalidClientTokenId"
        | "SignatureDoesNotMatch"
        | "MissingAuthenticationToken"
        | "UnauthorizedOperation"
        | "AuthFailure" => StatusCode::FORBIDDEN,
        "NoSuchEntity" | "CFNRegistryException.NotFound" => StatusCode::NOT_FOUND,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// The exception that a handler's error code becomes when a request waits for the handler.
fn exception_of(code: &str) -> &'static str {
    match code {
        "NotFound" => "ResourceNotFoundException",
        "InvalidRequest" => "InvalidRequestException",
        // UnauthorizedTaggingOperation is inferred [INF].
        "AccessDenied" | "UnauthorizedTaggingOperation" => "AccessDeniedException",
        "InvalidCredentials" => "InvalidCredentialsException",
        "AlreadyExists" => "AlreadyExistsException",
        "NotUpdatable" => "NotUpdatableException",
        "ResourceConflict" => "ResourceConflictException",
        "Throttling" => "ThrottlingException",
        "ServiceLimitExceeded" => "ServiceLimitExceededException",
        "NotStabilized" => "NotStabilizedException",
        "ServiceInternalError" => "ServiceInternalErrorException",
        "NetworkFailure" => "NetworkFailureException",
        "InternalFailure" => "HandlerInternalFailureException",
        // A handler that ends without a code prints none.
        "ServiceTimeout" | "null" => "HandlerFailureException",
        "InvalidTypeConfiguration" => "PrivateTypeException",
        _ => "GeneralServiceException",
    }
}

/// The media type of a JSON protocol's version.
pub(crate) fn json(version: &str) -> &'static str {
    match version {
        "1.0" => "application/x-amz-json-1.0",
        _ => "application/x-amz-json-1.1",
    }
}

pub(crate) fn body(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

/// An answer of the query protocol; members of objects become elements, items of arrays `member` elements.
pub(crate) fn query_answer(
    operation: &str,
    namespace: &str,
    answer: &Value,
    request_id: &str,
) -> String {
    let mut xml = format!("<{operation}Response xmlns=\"{namespace}\"><{operation}Result>");
    write_xml(answer, "member", &mut xml);
    let _ = writeln!(
        xml,
        "</{operation}Result><ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation}Response>"
    );
    xml
}

/// An answer of EC2's protocol; items of arrays become `item` elements.
pub(crate) fn ec2_answer(
    operation: &str,
    namespace: &str,
    answer: &Value,
    request_id: &str,
) -> String {
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{operation}Response xmlns=\"{namespace}\"><requestId>{request_id}</requestId>"
    );
    write_xml(answer, "item", &mut xml);
    let _ = writeln!(xml, "</{operation}Response>");
    xml
}

/// An error of the query protocol.
pub(crate) fn query_error(
    namespace: &str,
    code: &str,
    message: &str,
    status: StatusCode,
    request_id: &str,
) -> String {
    let side = if status.is_server_error() {
        "Receiver"
    } else {
        "Sender"
    };
    let message = escape(message);
    format!(
        "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>{side}</Type><Code>{code}</Code><Message>{message}</Message></Error>\
         <RequestId>{request_id}</RequestId></ErrorResponse>\n"
    )
}

/// An error of EC2's protocol.
pub(crate) fn ec2_error(code: &str, message: &str, request_id: &str) -> String {
    let message = escape(message);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>\
         <RequestID>{request_id}</RequestID></Response>\n"
    )
}

fn write_xml(value: &Value, item: &str, xml: &mut String) {
    let mut element = |name: &str, value: &Value| {
        let _ = write!(xml, "<{name}>");
        write_xml(value, item, xml);
        let _ = write!(xml, "</{name}>");
    };
    match value {
        Value::Null => {}
        Value::Object(members) => {
            for (name, value) in members {
                element(name, value);
            }
        }
        Value::Array(items) => {
            for value in items {
                element(item, value);
            }
        }
        Value::String(text) => xml.push_str(&escape(text)),
        other => xml.push_str(&other.to_string()),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_answer_is_written_as_elements() {
        let answer = json!({"Arn": "a&b", "List": [{"Name": 1}, {"Name": 2}]});
        assert_eq!(
            query_answer("Get", "ns", &answer, "id"),
            "<GetResponse xmlns=\"ns\"><GetResult><Arn>a&amp;b</Arn><List><member><Name>1</Name></member>\
             <member><Name>2</Name></member></List></GetResult><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata>\
             </GetResponse>\n"
        );
    }
}
