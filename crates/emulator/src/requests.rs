//! The life cycle of creates, updates and deletes: accepted, in progress, finished; found again by token for seven days.
//!
//! What a finished request does to the resources is decided in [`crate::world`].

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::clock::{Millis, epoch_seconds, millis};

/// Requests are forgotten after seven days.
const KEPT: Duration = Duration::from_hours(7 * 24);
/// Client tokens are forgotten after 36 hours.
const CLIENT_TOKEN_KEPT: Duration = Duration::from_hours(36);

/// What a request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Operation {
    Create,
    Update,
    Delete,
}

/// Where a request is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Status {
    InProgress,
    Success,
    Failed,
    CancelInProgress,
    CancelComplete,
}

impl Status {
    /// As the wire writes it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::InProgress => "IN_PROGRESS",
            Self::Success => "SUCCESS",
            Self::Failed => "FAILED",
            Self::CancelInProgress => "CANCEL_IN_PROGRESS",
            Self::CancelComplete => "CANCEL_COMPLETE",
        }
    }
}

impl Operation {
    /// As the wire writes it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        }
    }
}

/// Why a request fails, as its event says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HandlerError {
    pub(crate) code: String,
    pub(crate) message: String,
}

impl HandlerError {
    pub(crate) fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
        }
    }
}

/// What is left to do when a request's time has come. Models are without write-only properties.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Plan {
    Create(Value),
    Update(Value),
    Delete,
    Fail(HandlerError),
    Nothing,
}

/// An accepted request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Request {
    /// Position in the order of acceptance.
    pub(crate) number: u64,
    pub(crate) token: String,
    pub(crate) client_token: Option<String>,
    /// A hash of everything that was asked, to tell a retry from another request with the same client token.
    pub(crate) fingerprint: u64,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) type_name: String,
    pub(crate) operation: Operation,
    pub(crate) status: Status,
    pub(crate) identifier: Option<String>,
    pub(crate) created: Millis,
    /// When the latest event happened.
    pub(crate) at: Millis,
    /// When it is finished.
    pub(crate) due: Millis,
    pub(crate) plan: Plan,
    pub(crate) error: Option<HandlerError>,
    /// The `ResourceModel` of the final event.
    pub(crate) model: Option<Value>,
}

impl Request {
    pub(crate) fn is_in_flight(&self) -> bool {
        matches!(self.status, Status::InProgress | Status::CancelInProgress)
    }

    /// The event that answers the request itself and its cancellation.
    pub(crate) fn event(&self) -> Value {
        let mut event = Map::new();
        event.insert("TypeName".to_owned(), json!(self.type_name));
        if let Some(identifier) = &self.identifier {
            event.insert("Identifier".to_owned(), json!(identifier));
        }
        event.insert("RequestToken".to_owned(), json!(self.token));
        event.insert("Operation".to_owned(), json!(self.operation.word()));
        event.insert("OperationStatus".to_owned(), json!(self.status.word()));
        event.insert("EventTime".to_owned(), json!(epoch_seconds(self.at)));
        if let Some(model) = &self.model {
            event.insert("ResourceModel".to_owned(), json!(model.to_string()));
        }
        if let Some(HandlerError { code, message }) = &self.error {
            // The service cuts longer messages.
            let message: String = message.chars().take(2048).collect();
            event.insert("StatusMessage".to_owned(), json!(message));
            event.insert("ErrorCode".to_owned(), json!(code));
        }
        Value::Object(event)
    }

    /// The event as status and list answers give it: in progress, with the time at which to ask again.
    pub(crate) fn event_with_retry(&self) -> Value {
        let mut event = self.event();
        if self.is_in_flight()
            && let Some(members) = event.as_object_mut()
        {
            members.insert("RetryAfter".to_owned(), json!(epoch_seconds(self.due)));
        }
        event
    }
}

/// All requests that are not forgotten yet.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    by_number: BTreeMap<u64, Request>,
    by_token: HashMap<String, u64>,
    /// By account, region and client token; the latest request that used it.
    by_client_token: HashMap<(String, String, String), u64>,
    in_flight: BTreeSet<(Millis, u64)>,
    next: u64,
}

impl Requests {
    /// Takes over what a state file kept.
    pub(crate) fn restored(requests: Vec<Request>) -> Self {
        let mut restored = Self::default();
        for request in requests {
            restored.next = restored.next.max(request.number + 1);
            restored.insert(request);
        }
        restored
    }

    /// The number that the next request gets.
    pub(crate) fn next_number(&self) -> u64 {
        self.next
    }

    /// Accepts a request.
    pub(crate) fn accept(&mut self, request: Request) {
        self.next = request.number + 1;
        self.insert(request);
    }

    fn insert(&mut self, request: Request) {
        self.by_token.insert(request.token.clone(), request.number);
        if let Some(key) = client_key(&request) {
            self.by_client_token.insert(key, request.number);
        }
        if request.is_in_flight() {
            self.in_flight.insert((request.due, request.number));
        }
        self.by_number.insert(request.number, request);
    }

    pub(crate) fn by_token(&self, account: &str, region: &str, token: &str) -> Option<&Request> {
        self.by_token
            .get(token)
            .and_then(|number| self.by_number.get(number))
            .filter(|request| request.account == account && request.region == region)
    }

    /// The request that first used a client token, while the token is remembered.
    pub(crate) fn by_client_token(
        &self,
        account: &str,
        region: &str,
        token: &str,
        now: Millis,
    ) -> Option<&Request> {
        let key = (account.to_owned(), region.to_owned(), token.to_owned());
        self.by_client_token
            .get(&key)
            .and_then(|number| self.by_number.get(number))
            .filter(|request| request.created + millis(CLIENT_TOKEN_KEPT) > now)
    }

    /// The requests of a caller, the newest first.
    pub(crate) fn of_caller<'requests>(
        &'requests self,
        account: &'requests str,
        region: &'requests str,
    ) -> impl Iterator<Item = &'requests Request> {
        self.by_number
            .values()
            .rev()
            .filter(move |request| request.account == account && request.region == region)
    }

    /// The unfinished requests of an account, those of all its regions.
    pub(crate) fn in_flight<'requests>(
        &'requests self,
        account: &'requests str,
    ) -> impl Iterator<Item = &'requests Request> {
        self.in_flight
            .iter()
            .filter_map(|(_, number)| self.by_number.get(number))
            .filter(move |request| request.account == account)
    }

    /// Changes a request; its due time and whether it is in flight stay as they are.
    pub(crate) fn cancel(&mut self, token: &str, now: Millis) -> Option<&Request> {
        let number = self.by_token.get(token)?;
        let request = self.by_number.get_mut(number)?;
        request.status = Status::CancelInProgress;
        request.at = now;
        Some(request)
    }

    /// Takes the next request whose time has come out of the ones in flight; [`Requests::finish`] puts it back.
    pub(crate) fn take_due(&mut self, now: Millis) -> Option<Request> {
        let &(due, number) = self.in_flight.first()?;
        if due > now {
            return None;
        }
        self.in_flight.remove(&(due, number));
        self.by_number.remove(&number)
    }

    /// Keeps a request that has been carried out.
    pub(crate) fn finish(&mut self, request: Request) {
        self.insert(request);
    }

    /// Forgets the requests that are too old; tells whether there were any.
    pub(crate) fn forget(&mut self, now: Millis) -> bool {
        let mut forgot = false;
        while let Some(oldest) = self.by_number.first_entry() {
            if oldest.get().is_in_flight() || oldest.get().created + millis(KEPT) > now {
                break;
            }
            let request = oldest.remove();
            self.by_token.remove(&request.token);
            if let Some(key) = client_key(&request)
                && self.by_client_token.get(&key) == Some(&request.number)
            {
                self.by_client_token.remove(&key);
            }
            forgot = true;
        }
        forgot
    }

    /// Every request, in the order of acceptance.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Request> {
        self.by_number.values()
    }
}

fn client_key(request: &Request) -> Option<(String, String, String)> {
    let token = request.client_token.clone()?;
    Some((request.account.clone(), request.region.clone(), token))
}

/// A hash of what a request asks that stays the same over restarts (FNV-1a).
pub(crate) fn fingerprint<'part>(parts: impl IntoIterator<Item = &'part str>) -> u64 {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    for part in parts {
        for byte in part.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }
    hash
}
