//! What was asked and how it was answered: in memory for tests, as JSON lines for everybody else. Never a request's body.

use std::{
    collections::{BTreeMap, VecDeque},
    fs::{File, OpenOptions},
    io::{self, Write as _},
    path::Path,
};

use parking_lot::Mutex;
use serde::Serialize;

/// One request as the log has it. What a body says about secrets is not in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LoggedRequest {
    /// When it was answered, in seconds since the epoch.
    pub at: f64,
    /// The service as signatures name it: `cloudcontrolapi`, `cognito-idp`, `sts`, ...; empty if it is not known.
    pub service: String,
    /// `ListResources`, `GetCallerIdentity`, ...; empty if the request named none.
    pub operation: String,
    /// The `TypeName`, or that of the request that a token names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub type_name: Option<String>,
    /// The region of the credential scope.
    pub region: String,
    /// The caller's account.
    pub account: String,
    /// The `Identifier`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    /// The `ResourceModel` of ListResources.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_model: Option<String>,
    /// The `ClientToken` of a write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_token: Option<String>,
    /// The `RequestToken` that was asked about or given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_token: Option<String>,
    /// Whether it asked for a further page.
    pub next_token: bool,
    /// The HTTP status of the answer; 0 if the connection was closed instead.
    pub status: u16,
    /// The code of the error that was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Whether a limit refused it.
    #[serde(skip_serializing_if = "is_false")]
    pub throttled: bool,
    /// The fault that spoilt the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// The `x-amzn-RequestId` of the answer.
    pub request_id: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// A long-running emulator keeps no more than this many requests in memory; the file gets all.
const KEPT: usize = 100_000;

#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    kept: Mutex<Kept>,
    file: Option<Mutex<File>>,
}

#[derive(Debug, Default)]
struct Kept {
    requests: VecDeque<LoggedRequest>,
    /// By service and operation: of all requests, also of those that are not in memory any more.
    counts: BTreeMap<String, Count>,
}

/// How often an operation was called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// All calls.
    pub calls: u64,
    /// Those that were answered with an error or not at all.
    pub errors: u64,
    /// Those that a limit refused.
    pub throttled: u64,
}

impl RequestLog {
    pub(crate) fn open(path: Option<&Path>) -> io::Result<Self> {
        let file = path
            .map(|path| OpenOptions::new().create(true).append(true).open(path))
            .transpose()?;
        Ok(Self {
            kept: Mutex::default(),
            file: file.map(Mutex::new),
        })
    }

    pub(crate) fn push(&self, request: LoggedRequest) {
        if let Some(file) = &self.file
            && let Ok(mut line) = serde_json::to_vec(&request)
        {
            line.push(b'\n');
            if let Err(error) = file.lock().write_all(&line) {
                tracing::warn!(%error, "the request log cannot be written");
            }
        }
        let mut kept = self.kept.lock();
        let key = format!("{}:{}", request.service, request.operation);
        let count = kept.counts.entry(key).or_default();
        count.calls += 1;
        count.errors += u64::from(request.status != 200);
        count.throttled += u64::from(request.throttled);
        if kept.requests.len() == KEPT {
            kept.requests.pop_front();
        }
        kept.requests.push_back(request);
    }

    pub(crate) fn requests(&self) -> Vec<LoggedRequest> {
        self.kept.lock().requests.iter().cloned().collect()
    }

    /// How often each operation was called, by `service:operation`.
    pub(crate) fn counts(&self) -> BTreeMap<String, Count> {
        self.kept.lock().counts.clone()
    }

    pub(crate) fn clear(&self) {
        *self.kept.lock() = Kept::default();
    }
}
