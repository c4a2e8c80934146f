//! The boundary to a cloud: what the engine asks and what comes back, without an SDK type in sight.
//!
//! `cirrus-aws` implements [`Cloud`] over the AWS SDK; the engine's tests implement it over a script. Requests are
//! planned in `access.rs`; rows are decoded from [`Resource`] by the engine.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures::{future::BoxFuture, stream::BoxStream};
use serde_json::{Map, Value};

/// The operations that reads make, as AWS's API references name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Cloud Control: lists the resources of a type in a region.
    ListResources,
    /// Cloud Control: reads one resource.
    GetResource,
    /// Account Management: lists the regions that the account has enabled.
    ListRegions,
    /// STS: says which account the credentials belong to.
    GetCallerIdentity,
}

impl Operation {
    /// Every operation, in the order of summaries.
    pub const ALL: [Self; 4] = [
        Self::ListResources,
        Self::GetResource,
        Self::ListRegions,
        Self::GetCallerIdentity,
    ];

    /// The name in AWS's API reference.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ListResources => "ListResources",
            Self::GetResource => "GetResource",
            Self::ListRegions => "ListRegions",
            Self::GetCallerIdentity => "GetCallerIdentity",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Counts what one statement asked of the cloud.
///
/// Calls are requests as the API bills them: one per page, retries apart.
#[derive(Debug, Default)]
pub struct Meter {
    calls: [AtomicU64; Operation::ALL.len()],
    retries: AtomicU64,
    throttles: AtomicU64,
    waited_micros: AtomicU64,
}

impl Meter {
    /// Counts one request.
    pub fn count_call(&self, operation: Operation) {
        self.calls[operation as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Counts one attempt beyond the first.
    pub fn count_retry(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }

    /// Requests made of one operation.
    pub fn calls(&self, operation: Operation) -> u64 {
        self.calls[operation as usize].load(Ordering::Relaxed)
    }

    /// Requests made of all operations.
    pub fn total(&self) -> u64 {
        Operation::ALL
            .iter()
            .map(|operation| self.calls(*operation))
            .sum()
    }

    /// Counts one answer that said "too many requests"; the attempt that follows is counted as a retry.
    pub fn count_throttle(&self) {
        self.throttles.fetch_add(1, Ordering::Relaxed);
    }

    /// Adds time that a request waited before it was sent, so as not to be throttled.
    pub fn add_wait(&self, waited: Duration) {
        let micros = u64::try_from(waited.as_micros()).unwrap_or(u64::MAX);
        self.waited_micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// Attempts beyond the first.
    pub fn retries(&self) -> u64 {
        self.retries.load(Ordering::Relaxed)
    }

    /// Answers that said "too many requests".
    pub fn throttles(&self) -> u64 {
        self.throttles.load(Ordering::Relaxed)
    }

    /// The time that requests waited before they were sent, added up over all of them.
    pub fn waited(&self) -> Duration {
        Duration::from_micros(self.waited_micros.load(Ordering::Relaxed))
    }
}

/// A ListResources request, all its pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRequest {
    /// `AWS::Cognito::UserPoolClient`.
    pub type_name: String,
    /// `us-east-1`.
    pub region: String,
    /// The list inputs, by property name; sent as `ResourceModel` when not empty.
    pub model: Map<String, Value>,
}

/// A GetResource request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GetRequest {
    /// `AWS::Cognito::UserPoolClient`.
    pub type_name: String,
    /// `us-east-1`.
    pub region: String,
    /// The primary identifier as Cloud Control takes it: `a|b`, or JSON.
    pub identifier: String,
}

/// One resource as Cloud Control describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The primary identifier, `a|b` when compound.
    pub identifier: String,
    /// The properties as JSON text, unparsed: the scan decodes only the columns it needs.
    pub properties: String,
}

/// One page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The resources, possibly none although more pages follow.
    pub resources: Vec<Resource>,
    /// Whether another page follows, that is, whether asking on makes another call.
    pub has_more: bool,
}

/// Reads resources of a cloud.
///
/// Guarantees: every request is counted on the meter before it is sent; a retried request is the same request;
/// dropping a future or stream sends nothing more; errors carry the cloud's own words.
pub trait Cloud: fmt::Debug + Send + Sync {
    /// Yields the pages of a list in order, fetching a page only when it is asked for.
    ///
    /// An error ends the stream. A next token seen before is an error ([`CloudErrorKind::Malformed`]), not a loop.
    fn list(
        &self,
        request: ListRequest,
        meter: Arc<Meter>,
    ) -> BoxStream<'static, Result<Page, CloudError>>;

    /// Reads one resource; an absent one is [`CloudErrorKind::NotFound`].
    fn get(
        &self,
        request: GetRequest,
        meter: Arc<Meter>,
    ) -> BoxFuture<'static, Result<Resource, CloudError>>;

    /// The regions that the account has enabled, sorted; asks the cloud at most once and remembers the answer.
    fn enabled_regions(
        &self,
        meter: Arc<Meter>,
    ) -> BoxFuture<'static, Result<Vec<String>, CloudError>>;

    /// The id of the account that the credentials belong to (`123456789012`); asked at most once.
    fn account_id(&self, meter: Arc<Meter>) -> BoxFuture<'static, Result<String, CloudError>>;

    /// The region that the user's environment names when no statement does (`us-east-1`), if any.
    fn default_region(&self) -> Option<String>;

    /// The most requests that it is useful to have asked for at once.
    ///
    /// A bound for callers' memory, not a pace: how many of them are really sent, and when, the cloud decides.
    fn concurrency(&self) -> usize;
}

/// What went wrong, as far as a decision hangs on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloudErrorKind {
    /// The resource, or the parent it was to be listed under, does not exist.
    NotFound,
    /// The caller lacks a permission.
    AccessDenied,
    /// There are no credentials, or they are expired or wrong.
    Credentials,
    /// The region is unknown, disabled for the account, or its endpoint cannot be resolved.
    Region,
    /// Still throttled after all retries.
    Throttled,
    /// The type does not exist there, or does not support the operation.
    Unsupported,
    /// A required list input is missing or refused.
    InvalidRequest,
    /// No answer: refused, reset, timed out.
    Transport,
    /// The answer is not what the protocol says.
    Malformed,
    /// Anything else.
    Other,
}

/// A failed call, in the cloud's own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{operation} {}in {region}: {}{message}", spaced(.type_name), .code.as_deref().map(|code| format!("{code}: ")).unwrap_or_default())]
pub struct CloudError {
    /// What decisions hang on.
    pub kind: CloudErrorKind,
    /// What was asked.
    pub operation: Operation,
    /// Of which type; empty for operations that concern none.
    pub type_name: String,
    /// Where.
    pub region: String,
    /// The service's error code (`ResourceNotFoundException`), if it answered.
    pub code: Option<String>,
    /// The service's or the transport's message, unchanged.
    pub message: String,
    /// The service's request id, if it answered.
    pub request_id: Option<String>,
}

fn spaced(type_name: &str) -> String {
    if type_name.is_empty() {
        return String::new();
    }
    format!("{type_name} ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_reads_as_one_sentence_in_the_clouds_words() {
        let error = CloudError {
            kind: CloudErrorKind::AccessDenied,
            operation: Operation::ListResources,
            type_name: "AWS::Cognito::UserPool".into(),
            region: "eu-west-1".into(),
            code: Some("AccessDeniedException".into()),
            message: "not authorized".into(),
            request_id: None,
        };
        assert_eq!(
            error.to_string(),
            "ListResources AWS::Cognito::UserPool in eu-west-1: AccessDeniedException: not authorized"
        );
    }

    #[test]
    fn a_meter_counts_operations_apart() {
        let meter = Meter::default();
        meter.count_call(Operation::GetResource);
        meter.count_call(Operation::GetResource);
        meter.count_call(Operation::ListResources);
        assert_eq!((meter.calls(Operation::GetResource), meter.total()), (2, 3));
    }
}
