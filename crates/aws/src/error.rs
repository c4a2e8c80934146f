//! Turns the SDK's errors into [`CloudError`], keeping the service's words.
//!
//! Cloud Control models only some of its errors; credentials, permissions and validation answer with codes of AWS's
//! front end that the SDK calls unhandled. So kinds hang on codes, never on the SDK's variants.

use std::{error::Error, io};

use aws_config::imds::client::error::ImdsError;
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_cloudcontrol::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
    operation::RequestId,
};
use cirrus_provider::{CloudError, CloudErrorKind, Operation};

/// What was asked, for the errors of one call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    pub(crate) operation: Operation,
    pub(crate) type_name: &'a str,
    pub(crate) region: &'a str,
}

impl Call<'_> {
    /// An error that is not the service's.
    pub(crate) fn error(&self, kind: CloudErrorKind, message: impl Into<String>) -> CloudError {
        CloudError {
            kind,
            operation: self.operation,
            type_name: self.type_name.to_owned(),
            region: self.region.to_owned(),
            code: None,
            message: message.into(),
            request_id: None,
        }
    }

    /// An error that the SDK reports.
    pub(crate) fn failed<E>(&self, error: &SdkError<E, HttpResponse>) -> CloudError
    where
        E: Error + ProvideErrorMetadata + 'static,
    {
        let request_id = error.request_id().map(str::to_owned);
        let mapped = match error {
            SdkError::ServiceError(service) => {
                self.service_error(service.err().meta(), service.raw())
            }
            SdkError::ResponseError(_) => self.error(
                response_kind(error),
                format!("the answer cannot be read: {}", root(error)),
            ),
            SdkError::TimeoutError(_) => self.error(
                CloudErrorKind::Transport,
                format!("no answer in time: {}", root(error)),
            ),
            _ => self.error(dispatch_kind(error), dispatch_message(error)),
        };
        CloudError {
            request_id: mapped.request_id.clone().or(request_id),
            ..mapped
        }
    }

    fn service_error(
        &self,
        meta: &aws_sdk_cloudcontrol::error::ErrorMetadata,
        raw: &HttpResponse,
    ) -> CloudError {
        let status = raw.status();
        let kind = match meta.code() {
            Some(code) => kind_of_code(code),
            None if status.is_success() => CloudErrorKind::Malformed,
            None => CloudErrorKind::Other,
        };
        let message = match (meta.message(), meta.code()) {
            (Some(message), _) => message.to_owned(),
            (None, Some(_)) => format!(
                "HTTP status {status} without a message",
                status = status.as_u16()
            ),
            (None, None) => format!(
                "HTTP status {status} with a body that is not an answer of Cloud Control",
                status = status.as_u16()
            ),
        };
        CloudError {
            code: meta.code().map(str::to_owned),
            ..self.error(kind, message)
        }
    }
}

/// What decisions hang on, by the service's error code.
fn kind_of_code(code: &str) -> CloudErrorKind {
    match code {
        "ResourceNotFoundException" => CloudErrorKind::NotFound,
        "TypeNotFoundException" | "UnsupportedActionException" => CloudErrorKind::Unsupported,
        "AccessDeniedException" | "AccessDenied" | "UnauthorizedOperation" | "NotAuthorized" => {
            CloudErrorKind::AccessDenied
        }
        // In an opt-in region that is not enabled, good credentials are unrecognized too.
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "SignatureDoesNotMatch"
        | "IncompleteSignatureException"
        | "IncompleteSignature"
        | "MissingAuthenticationTokenException"
        | "MissingAuthenticationToken"
        | "ExpiredTokenException"
        | "ExpiredToken"
        | "InvalidCredentialsException" => CloudErrorKind::Credentials,
        "OptInRequired" => CloudErrorKind::Region,
        "InvalidRequestException"
        | "ValidationException"
        | "ValidationError"
        | "SerializationException" => CloudErrorKind::InvalidRequest,
        _ if is_throttling(code) => CloudErrorKind::Throttled,
        _ => CloudErrorKind::Other,
    }
}

/// Whether a code says that AWS is asked too often; such a call is worth many attempts.
pub(crate) fn is_throttling(code: &str) -> bool {
    matches!(
        code,
        "Throttling"
            | "ThrottlingException"
            | "ThrottledException"
            | "RequestThrottledException"
            | "RequestThrottled"
            | "TooManyRequestsException"
            | "RequestLimitExceeded"
            | "SlowDown"
    )
}

/// Whether another attempt cannot do better: nobody listens there, or nobody bears that name.
pub(crate) fn is_hopeless(error: &(dyn Error + 'static)) -> bool {
    let refused = find::<io::Error>(error)
        .is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused);
    refused
        || (is_name_failure(error)
            && !chain(error).any(|error| error.to_string().contains("Temporary failure")))
}

/// Whether a host name could not be resolved.
fn is_name_failure(error: &(dyn Error + 'static)) -> bool {
    chain(error).any(|error| {
        let message = error.to_string();
        message.contains("failed to lookup address") || message.contains("dns error")
    })
}

fn dispatch_kind(error: &(dyn Error + 'static)) -> CloudErrorKind {
    if find::<CredentialsError>(error).is_some()
        || chain(error).any(|error| error.to_string().contains("identity resolver"))
    {
        CloudErrorKind::Credentials
    } else if is_name_failure(error)
        || chain(error).any(|error| error.to_string().contains("endpoint"))
    {
        CloudErrorKind::Region
    } else {
        CloudErrorKind::Transport
    }
}

fn dispatch_message(error: &(dyn Error + 'static)) -> String {
    // Of credentials only the root helps: the links above it say "dispatch failure" and "was not enabled".
    match find::<CredentialsError>(error) {
        Some(CredentialsError::CredentialsNotLoaded(_)) if credentials_source(error).is_none() => {
            "no credentials found".into()
        }
        // The chain ends with instance metadata, whose words alone would mislead on any other machine.
        Some(credentials) if find::<ImdsError>(credentials).is_some() => format!(
            "neither environment, profile nor container has credentials; instance metadata: {}",
            root(credentials)
        ),
        Some(credentials) => root(credentials),
        None => root(error),
    }
}

fn credentials_source<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    find::<CredentialsError>(error)?.source()
}

/// A body that stops early is a broken connection; one that cannot be parsed is malformed.
fn response_kind(error: &(dyn Error + 'static)) -> CloudErrorKind {
    let broken = chain(error).any(|error| {
        let message = error.to_string();
        error.is::<io::Error>() || message.contains("connection") || message.contains("body")
    });
    if broken {
        CloudErrorKind::Transport
    } else {
        CloudErrorKind::Malformed
    }
}

/// The links of a cause chain, outermost first.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| -> Option<&'a (dyn Error + 'static)> {
        (*error).source()
    })
}

fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    chain(error).find_map(|error| error.downcast_ref::<T>())
}

fn root(error: &(dyn Error + 'static)) -> String {
    chain(error).last().unwrap_or(error).to_string()
}
