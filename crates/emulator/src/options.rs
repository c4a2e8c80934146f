//! What can be set about an emulator before it starts. [`crate::Emulator::start`] reads it.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use cirrus_provider::Schemas;

use crate::{Clock, Fault};

/// The account of callers whose access key is not twelve digits.
const DEFAULT_ACCOUNT: &str = "123456789012";
/// Long enough that clients must poll, short enough that nobody waits.
const DEFAULT_SETTLE: Duration = Duration::from_millis(50);

/// The settings of one emulator; every combination is valid.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The file that keeps the state; without one it lives in memory.
    pub state: Option<PathBuf>,
    /// The file that gets one JSON line per request.
    pub log: Option<PathBuf>,
    /// A data set to load at the start; what the state already has stays as it is.
    pub load: Option<PathBuf>,
    /// The types that exist.
    pub schemas: Arc<Schemas>,
    /// The account of callers whose access key is not an account number.
    pub account: String,
    /// What goes wrong from the first request on.
    pub faults: Vec<Fault>,
    /// How long a create, update or delete stays `IN_PROGRESS`.
    pub settle: Duration,
    /// Where the time comes from.
    pub clock: Clock,
    /// What the event of a finished create or update carries as `ResourceModel`.
    pub model_echo: ModelEcho,
    /// How a change of create-only properties is recognised.
    pub create_only: CreateOnlyCheck,
    /// What ListResources shows of a type, where it is not the built-in view.
    pub list_views: BTreeMap<String, ListView>,
    /// Start of the sequence that identifiers are made from: the same seed gives the same identifiers in the same order.
    pub seed: u64,
}

impl Options {
    /// Settings for a throw-away emulator: loopback, a free port, in memory, real time.
    pub fn new(schemas: Arc<Schemas>) -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            state: None,
            log: None,
            load: None,
            schemas,
            account: DEFAULT_ACCOUNT.to_owned(),
            faults: Vec::new(),
            settle: DEFAULT_SETTLE,
            clock: Clock::Real,
            model_echo: ModelEcho::Identifier,
            create_only: CreateOnlyCheck::ByValue,
            list_views: BTreeMap::new(),
            seed: 0,
        }
    }
}

/// What a successful event carries as `ResourceModel`; AWS does all three, depending on the type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelEcho {
    /// The whole read model.
    Full,
    /// The primary identifier's properties.
    Identifier,
    /// Nothing.
    Absent,
}

/// How UpdateResource recognises a change of create-only properties; public evidence points both ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreateOnlyCheck {
    /// Only a value that differs afterwards is a change.
    ByValue,
    /// Any operation of the patch that names the property is a change.
    ByPath,
}

/// What ListResources shows of each resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListView {
    /// The primary identifier's properties: the least that a handler may return.
    Identifier,
    /// Everything that GetResource shows.
    Full,
}
