//! A request off the wire and an answer before it goes onto it: what [`crate::connection`] hands to [`crate::gateway`] and back.

use std::time::Duration;

use hyper::{
    HeaderMap, Method, StatusCode,
    body::Bytes,
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
};

/// A request, read to its end.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    /// None if it is longer than any service reads.
    pub(crate) body: Option<Bytes>,
}

impl Incoming {
    /// A header's text; empty if it is absent or none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

/// An answer and the way it is sent.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// How long it is kept back.
    pub(crate) delay: Duration,
    pub(crate) manner: Manner,
}

/// How an answer is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Manner {
    #[default]
    Whole,
    /// Not at all: the connection is closed.
    Closed,
    /// Half of the body, then the connection is closed.
    Cut,
    /// In small pieces over this time.
    Slow(Duration),
    /// Nothing of it: the process dies.
    DieBefore,
    /// Half of the body, then the process dies.
    DieWithin,
}

impl Outgoing {
    pub(crate) fn new(status: StatusCode, content_type: &'static str, body: Vec<u8>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        Self {
            status,
            headers,
            body,
            delay: Duration::ZERO,
            manner: Manner::Whole,
        }
    }

    /// Adds a header; a value that cannot be one is left out.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
        self
    }
}
