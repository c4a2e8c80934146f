//! The life cycle of creates, updates and deletes: accepted, in progress, finished; found again by token for seven days.
//!
//! What a finished request does to the resources is decided in [`crate::world`].

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    clock::{Millis, epoch_seconds, millis},
    handler::Draft,
};

/// The hook that fails where a fault says so.
const HOOK: &str = "Demo::Guard::Hook";
const HOOK_MESSAGE: &str = "The template does not comply with the hook's rules";

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
    Pending,
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
            Self::Pending => "PENDING",
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

/// What is left to do when a request's time has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Plan {
    Create(Draft),
    Update(Draft),
    Delete,
    Fail(HandlerError),
    Nothing,
}

/// How a request goes; all but the first only where a fault says so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Course {
    #[default]
    Ordinary,
    /// It never begins.
    NeverBegins,
    /// It never ends.
    NeverEnds,
    /// It fails with this, before anything is done.
    Fails(HandlerError),
    /// It fails with this, after all is done.
    LeavesRemnant(HandlerError),
    /// It succeeds although it was cancelled.
    Unstoppable,
    /// It is done although it was cancelled.
    CancelComesLate,
    /// An update succeeds and leaves this property as it was.
    Ignores(String),
    /// A hook lets it fail.
    HookFails,
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
    #[serde(default)]
    pub(crate) course: Course,
    pub(crate) error: Option<HandlerError>,
    /// The `ResourceModel` of the final event.
    pub(crate) model: Option<String>,
}

/// A client is told to ask again no sooner than this after the latest event, and no later than the other.
const ASK_AGAIN: (Millis, Millis) = (50, 5_000);

impl Request {
    pub(crate) fn is_in_flight(&self) -> bool {
        matches!(
            self.status,
            Status::Pending | Status::InProgress | Status::CancelInProgress
        )
    }

    /// The token of the hooks' run, if there is one.
    fn hooks_token(&self) -> Option<String> {
        // Derived, so that it need not be kept: the request's own token in another order.
        (self.course == Course::HookFails).then(|| self.token.chars().rev().collect())
    }

    /// What the hooks say about it.
    pub(crate) fn hooks(&self) -> Option<Value> {
        self.hooks_token()?;
        let failed = self.status == Status::Failed;
        let status = if failed {
            "HOOK_COMPLETE_FAILED"
        } else {
            "HOOK_IN_PROGRESS"
        };
        let account = &self.account;
        let region = &self.region;
        let mut event = json!({
            "HookTypeName": HOOK,
            "HookTypeVersionId": "00000001",
            "HookTypeArn": format!("arn:aws:cloudformation:{region}:{account}:type/hook/{}", HOOK.replace("::", "-")),
            "InvocationPoint": "PRE_PROVISION",
            "HookStatus": status,
            "HookEventTime": epoch_seconds(self.at),
            "FailureMode": "FAIL",
        });
        if failed {
            event["HookStatusMessage"] = json!(HOOK_MESSAGE);
        }
        Some(json!([event]))
    }

    /// The event that answers the request itself and its cancellation.
    pub(crate) fn event(&self) -> Value {
        let mut event = Map::new();
        event.insert("TypeName".to_owned(), json!(self.type_name));
        if let Some(identifier) = &self.identifier {
            event.insert("Identifier".to_owned(), json!(identifier));
        }
        event.insert("RequestToken".to_owned(), json!(self.token));
        if let Some(token) = self.hooks_token() {
            event.insert("HooksRequestToken".to_owned(), json!(token));
        }
        event.insert("Operation".to_owned(), json!(self.operation.word()));
        event.insert("OperationStatus".to_owned(), json!(self.status.word()));
        event.insert("EventTime".to_owned(), json!(epoch_seconds(self.at)));
        if let Some(model) = &self.model {
            event.insert("ResourceModel".to_owned(), json!(model));
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
    ///
    /// That time follows from how long the request has been running, never from when it will be done.
    pub(crate) fn event_with_retry(&self, now: Millis) -> Value {
        let mut event = self.event();
        if self.is_in_flight()
            && let Some(members) = event.as_object_mut()
        {
            let (soonest, latest) = ASK_AGAIN;
            let running = now.saturating_sub(self.created);
            let next = now.saturating_add(running.clamp(soonest, latest));
            members.insert("RetryAfter".to_owned(), json!(epoch_seconds(next)));
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

    /// Begins to cancel a request that is in flight; it is over at `due` at the latest.
    pub(crate) fn cancel(&mut self, token: &str, now: Millis, due: Millis) -> Option<&Request> {
        let number = self.by_token.get(token)?;
        let request = self.by_number.get_mut(number)?;
        self.in_flight.remove(&(request.due, *number));
        request.status = Status::CancelInProgress;
        request.at = now;
        request.due = request.due.min(due);
        self.in_flight.insert((request.due, *number));
        Some(request)
    }

    /// A request by its position.
    pub(crate) fn by_number(&self, number: u64) -> Option<&Request> {
        self.by_number.get(&number)
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

    /// Forgets the requests that are too old and returns their positions.
    pub(crate) fn forget(&mut self, now: Millis) -> Vec<u64> {
        let mut forgotten = Vec::new();
        while let Some(oldest) = self.by_number.first_entry() {
            if oldest.get().created + millis(KEPT) > now {
                break;
            }
            let request = oldest.remove();
            self.in_flight.remove(&(request.due, request.number));
            self.by_token.remove(&request.token);
            if let Some(key) = client_key(&request)
                && self.by_client_token.get(&key) == Some(&request.number)
            {
                self.by_client_token.remove(&key);
            }
            forgotten.push(request.number);
        }
        forgotten
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
