//! What can be set about an emulator before it starts. [`crate::Emulator::start`] reads it.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use cirrus_provider::Schemas;

use crate::{Clock, Fault, Latency, Limit, Switches};

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
    /// The account of callers whose access key is not an account number; the organization's management account.
    pub account: String,
    /// The organization's other accounts: names by account number.
    pub accounts: BTreeMap<String, String>,
    /// What goes wrong from the first request on.
    pub faults: Vec<Fault>,
    /// How many calls a second are let through.
    pub limits: Vec<Limit>,
    /// How long answers take.
    pub latencies: Vec<Latency>,
    /// How long a create, update or delete stays `IN_PROGRESS`.
    pub settle: Duration,
    /// Where the time comes from.
    pub clock: Clock,
    /// What is not known about AWS, or differs from type to type.
    pub switches: Switches,
    /// Verifies signatures against these secrets, by access key id; without it any signature will do.
    pub credentials: Option<BTreeMap<String, String>>,
    /// Start of the sequences that identifiers, chances and latencies are drawn from: the same seed and the same requests in
    /// the same order give the same answers.
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
            accounts: BTreeMap::new(),
            faults: Vec::new(),
            limits: Vec::new(),
            latencies: Vec::new(),
            settle: DEFAULT_SETTLE,
            clock: Clock::real(),
            switches: Switches::default(),
            credentials: None,
            seed: 0,
        }
    }
}
