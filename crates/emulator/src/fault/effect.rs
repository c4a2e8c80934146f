//! What can go wrong.

use std::time::Duration;

use crate::CrashPoint;

/// What goes wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum FaultEffect {
    /// The caller may not do it (AccessDeniedException).
    Deny,
    /// The rate is exceeded (ThrottlingException, HTTP 400).
    Throttle,
    /// The caller's credentials have expired (ExpiredTokenException).
    Expired,
    /// The service fails (InternalFailure, HTTP 500).
    Internal,
    /// The service is not available (ServiceUnavailable, HTTP 503).
    Unavailable,
    /// The connection is closed before anything is done.
    Reset,
    /// The call is carried out, and the connection is closed instead of an answer.
    Drop,
    /// The call is carried out, but its answer is lost (InternalFailure, HTTP 500).
    Lost,
    /// The connection is closed in the middle of the answer.
    Cut,
    /// The answer's body comes in small pieces.
    Slow {
        /// How long it takes altogether.
        over: Duration,
    },
    /// The answer comes late.
    Delay {
        /// How late.
        by: Duration,
    },
    /// The body ends in the middle, and nothing else tells.
    Truncate,
    /// The body is a web page.
    NotJson,
    /// Every resource's `Properties` is not JSON.
    PropertiesNotJson,
    /// Every property has a value of another type than the schema says, identifiers excepted.
    PropertiesWrongType,
    /// Arrays whose order means nothing come in another order each time.
    Shuffle,
    /// Reads show properties that nobody set, as services fill them in.
    Filled,
    /// ListResources answers the same NextToken for ever.
    TokenLoop,
    /// Every page of a list comes after an empty one.
    EmptyPage,
    /// Lists show what there was a while ago.
    StaleList {
        /// How far they are behind.
        behind: Duration,
    },
    /// A resource that is listed cannot be read (ResourceNotFoundException).
    Vanish,
    /// The first reads of every resource after its creation do not find it.
    Late {
        /// How many reads.
        reads: u32,
    },
    /// A handler fails while the caller waits.
    Handler {
        /// Its error code, such as `AccessDenied`.
        code: String,
        /// Its message.
        message: String,
    },
    /// Another operation on the resource is in progress (ConcurrentOperationException).
    Concurrent,
    /// A retried write is refused although nothing differs (ClientTokenConflictException).
    TokenConflict,
    /// A write is accepted and then fails.
    Fail {
        /// The handler's error code, such as `Throttling`.
        code: String,
        /// The status message.
        message: String,
    },
    /// A write is accepted and then fails, after everything has been done.
    Remnant {
        /// The handler's error code.
        code: String,
        /// The status message.
        message: String,
    },
    /// A write stays PENDING.
    Pending,
    /// A write stays IN_PROGRESS.
    Stuck,
    /// A write cannot be cancelled any more: the cancellation is accepted, and it succeeds.
    Unstoppable,
    /// A cancelled write ends as cancelled although everything has been done.
    LateCancel,
    /// An update succeeds and leaves a property as it was.
    Ignore {
        /// The property.
        property: String,
    },
    /// A hook lets a write fail.
    Hook,
    /// The process dies.
    Crash {
        /// Where on the way of the call.
        at: CrashPoint,
    },
}

const WRITES: &[&str] = &["CreateResource", "UpdateResource", "DeleteResource"];
const READS: &[&str] = &["GetResource", "ListResources"];
const READ: &[&str] = &["GetResource"];
const LIST: &[&str] = &["ListResources"];
const UPDATE: &[&str] = &["UpdateResource"];
const HANDLERS: &[&str] = &["GetResource", "ListResources", "UpdateResource"];
const ANY: &[&str] = &[];

/// The effects with the operations that can have them; none means all.
pub(super) const EFFECTS: [(&str, &[&str]); 34] = [
    ("deny", ANY),
    ("throttle", ANY),
    ("expired", ANY),
    ("internal", ANY),
    ("unavailable", ANY),
    ("reset", ANY),
    ("drop", ANY),
    ("lost", ANY),
    ("cut", ANY),
    ("slow", ANY),
    ("delay", ANY),
    ("truncate", ANY),
    ("not-json", ANY),
    ("properties-not-json", READS),
    ("properties-wrong-type", READS),
    ("shuffle", READS),
    ("filled", READ),
    ("token-loop", LIST),
    ("empty-page", LIST),
    ("stale-list", LIST),
    ("vanish", READ),
    ("late", READ),
    ("handler", HANDLERS),
    ("concurrent", WRITES),
    ("token-conflict", WRITES),
    ("fail", WRITES),
    ("remnant", WRITES),
    ("pending", WRITES),
    ("stuck", WRITES),
    ("unstoppable", WRITES),
    ("late-cancel", WRITES),
    ("ignore", UPDATE),
    ("hook", WRITES),
    ("crash", ANY),
];

/// Every effect's name.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    EFFECTS.iter().map(|(name, _)| *name)
}

impl FaultEffect {
    /// As a fault is written.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::Throttle => "throttle",
            Self::Expired => "expired",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
            Self::Reset => "reset",
            Self::Drop => "drop",
            Self::Lost => "lost",
            Self::Cut => "cut",
            Self::Slow { .. } => "slow",
            Self::Delay { .. } => "delay",
            Self::Truncate => "truncate",
            Self::NotJson => "not-json",
            Self::PropertiesNotJson => "properties-not-json",
            Self::PropertiesWrongType => "properties-wrong-type",
            Self::Shuffle => "shuffle",
            Self::Filled => "filled",
            Self::TokenLoop => "token-loop",
            Self::EmptyPage => "empty-page",
            Self::StaleList { .. } => "stale-list",
            Self::Vanish => "vanish",
            Self::Late { .. } => "late",
            Self::Handler { .. } => "handler",
            Self::Concurrent => "concurrent",
            Self::TokenConflict => "token-conflict",
            Self::Fail { .. } => "fail",
            Self::Remnant { .. } => "remnant",
            Self::Pending => "pending",
            Self::Stuck => "stuck",
            Self::Unstoppable => "unstoppable",
            Self::LateCancel => "late-cancel",
            Self::Ignore { .. } => "ignore",
            Self::Hook => "hook",
            Self::Crash { .. } => "crash",
        }
    }

    /// The operations that can have it; none means all.
    pub(super) fn operations(&self) -> &'static [&'static str] {
        EFFECTS
            .iter()
            .find(|(name, _)| *name == self.name())
            .map_or(ANY, |(_, operations)| operations)
    }

    pub(super) fn concerns(&self, operation: &str) -> bool {
        let operations = self.operations();
        operations.is_empty() || operations.contains(&operation)
    }
}
