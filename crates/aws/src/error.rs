//! Turns the SDK's errors into [`CloudError`], keeping the service's words.
//!
//! Cloud Control models only some of its errors; credentials, permissions and validation answer with codes of AWS's
//! front end that the SDK calls unhandled. So kinds hang on codes, never on the SDK's variants.

use std::{error::Error, io, time::Duration};

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

    /// There are no credentials to make the call with.
    pub(crate) fn without_credentials(&self, error: &CredentialsError) -> CloudError {
        self.error(CloudErrorKind::Credentials, dispatch_message(error))
    }

    fn service_error(
        &self,
        meta: &aws_sdk_cloudcontrol::error::ErrorMetadata,
        raw: &HttpResponse,
    ) -> CloudError {
        let status = raw.status();
        let kind = match meta.code() {
            _ if is_throttled(meta, raw) => CloudErrorKind::Throttled,
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
        _ => CloudErrorKind::Other,
    }
}

/// What an error of an attempt means for the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// AWS is asked too often: worth many attempts, the next of them after the pause that AWS asks for.
    Throttled { pause: Option<Duration> },
    /// Service or network failed: worth a few attempts.
    Failed { pause: Option<Duration> },
    /// This is the answer; another attempt gets the same.
    Answered,
    /// There was no attempt, or there is nobody to attempt it with.
    Hopeless,
}

impl Verdict {
    pub(crate) fn of<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: Error + ProvideErrorMetadata + 'static,
    {
        match error {
            SdkError::ServiceError(service) => {
                let (meta, raw) = (service.err().meta(), service.raw());
                let transient = matches!(raw.status().as_u16(), 500 | 502 | 503 | 504)
                    || matches!(
                        meta.code(),
                        Some("RequestTimeout" | "RequestTimeoutException")
                    );
                if is_throttled(meta, raw) {
                    let pause = pause(raw);
                    Self::Throttled { pause }
                } else if transient {
                    let pause = pause(raw);
                    Self::Failed { pause }
                } else {
                    Self::Answered
                }
            }
            SdkError::ResponseError(_) | SdkError::TimeoutError(_) => Self::Failed { pause: None },
            SdkError::DispatchFailure(failure)
                if failure.is_timeout() || failure.is_io() || failure.as_other().is_some() =>
            {
                if is_hopeless(error) || find::<CredentialsError>(error).is_some() {
                    Self::Hopeless
                } else {
                    Self::Failed { pause: None }
                }
            }
            _ => Self::Hopeless,
        }
    }
}

/// Whether an answer says that AWS is asked too often.
fn is_throttled(meta: &aws_sdk_cloudcontrol::error::ErrorMetadata, raw: &HttpResponse) -> bool {
    match meta.code() {
        Some(
            "Throttling"
            | "ThrottlingException"
            | "ThrottledException"
            | "RequestThrottledException"
            | "RequestThrottled"
            | "TooManyRequestsException"
            | "RequestLimitExceeded"
            | "SlowDown",
        ) => true,
        // What a handler makes of a service that throttles it.
        Some("GeneralServiceException") => meta
            .message()
            .is_some_and(|message| message.contains("Rate exceeded")),
        _ => raw.status().as_u16() == 429,
    }
}

/// The longest pause that is believed.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// How long AWS asks to be left alone.
fn pause(raw: &HttpResponse) -> Option<Duration> {
    let header = |name| raw.headers().get(name)?.trim().parse::<f64>().ok();
    let seconds = header("x-amz-retry-after")
        .map(|millis| millis / 1000.0)
        .or_else(|| header("retry-after"))?;
    let pause = Duration::try_from_secs_f64(seconds).ok()?;
    Some(pause.min(LONGEST_PAUSE))
}

/// Whether another attempt cannot do better: nobody listens there, or nobody bears that name.
fn is_hopeless(error: &(dyn Error + 'static)) -> bool {
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

#[cfg(test)]
mod tests {
    use aws_sdk_cloudcontrol::{error::ErrorMetadata, operation::get_resource::GetResourceError};

    use super::*;

    fn verdict(status: u16, code: &str, header: Option<(&'static str, &'static str)>) -> Verdict {
        let metadata = ErrorMetadata::builder().code(code).message("Rate exceeded");
        let status = status.try_into().expect("a status");
        let mut response = HttpResponse::new(status, "".into());
        if let Some((name, value)) = header {
            response.headers_mut().insert(name, value);
        }
        Verdict::of(&SdkError::service_error(
            GetResourceError::generic(metadata.build()),
            response,
        ))
    }

    #[test]
    fn codes_and_statuses_decide_whether_another_attempt_is_made() {
        let throttled = Verdict::Throttled { pause: None };
        let failed = Verdict::Failed { pause: None };
        for (status, code, expected) in [
            (400, "ThrottlingException", throttled),
            (503, "SlowDown", throttled),
            (429, "Whatever", throttled),
            (400, "GeneralServiceException", throttled),
            (500, "InternalFailure", failed),
            (503, "ServiceUnavailable", failed),
            (400, "RequestTimeout", failed),
            (400, "ValidationException", Verdict::Answered),
            (403, "AccessDeniedException", Verdict::Answered),
        ] {
            assert_eq!(verdict(status, code, None), expected, "{status} {code}");
        }
    }

    #[test]
    fn the_pause_that_is_asked_for_is_in_seconds_or_milliseconds() {
        let cases = [
            (("retry-after", "3"), Some(3_000)),
            (("x-amz-retry-after", "250"), Some(250)),
            (("retry-after", "86400"), Some(300_000)),
            (("retry-after", "-1"), None),
            (("retry-after", "Sat, 21 Nov 2026 15:00:00 GMT"), None),
        ];
        for (header, millis) in cases {
            let pause = millis.map(Duration::from_millis);
            assert_eq!(
                verdict(400, "ThrottlingException", Some(header)),
                Verdict::Throttled { pause }
            );
            assert_eq!(
                verdict(503, "ServiceUnavailable", Some(header)),
                Verdict::Failed { pause }
            );
        }
    }
}
