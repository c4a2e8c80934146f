//! What was asked and how it was answered: in memory for tests, as JSON lines for everybody else. Never a request's body.

use std::{
    collections::VecDeque,
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
    /// The HTTP status of the answer.
    pub status: u16,
    /// The code of the error that was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The fault that spoilt the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// The `x-amzn-RequestId` of the answer.
    pub request_id: String,
}

/// A long-running emulator keeps no more than this many requests in memory; the file gets all.
const KEPT: usize = 100_000;

#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    kept: Mutex<VecDeque<LoggedRequest>>,
    file: Option<Mutex<File>>,
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
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(request);
    }

    pub(crate) fn requests(&self) -> Vec<LoggedRequest> {
        self.kept.lock().iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        self.kept.lock().clear();
    }
}
