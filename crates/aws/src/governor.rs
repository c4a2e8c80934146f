//! [`Governor`]: the one owner of pace, for all that is asked of AWS.
//!
//! AWS has a limit for each account, region and operation, publishes none of them, and may change them at any time. Each
//! such key has a [`Lane`]; a call waits there for its turn, and tells what became of it:
//!
//! ```text
//!  call ─► lane.admit(query) ─► permit ─► sent ─► permit.end(outcome)
//!            │ waits              ▲                  │
//!            ▼                    │                  ▼
//!          gate: queue (whose turn?) · concurrency (is there room?) · pace (when?)
//!                                                                      └─ bucket, evidence, probe, round_trip
//! ```
//!
//! Everything below `lane` is pure: instants come in, decisions come out. Nothing knows which operations there are.
//! Why it works this way, and how well: `docs/decisions/0007-governor.md`. In suggested reading order:

mod lane;

mod gate;

mod queue;

mod concurrency;

mod pace;

mod bucket;

mod evidence;

mod round_trip;

mod probe;

mod memory;

#[cfg(test)]
mod simulation;

use std::{
    collections::HashMap,
    fmt,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;

use self::memory::Memory;
pub(crate) use self::{
    concurrency::MOST,
    gate::Outcome,
    lane::Lane,
    queue::{Place, QueryId},
};

/// How often findings are written to the file at most.
const WRITE_EVERY: Duration = Duration::from_secs(10);

/// What one limit of AWS's holds for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    /// Stands for the account; never a secret.
    pub(crate) account: Arc<str>,
    /// `us-east-1`.
    pub(crate) region: Arc<str>,
    /// `GetResource`.
    pub(crate) operation: &'static str,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.account, self.region, self.operation)
    }
}

/// The lanes of all keys, and what earlier runs found about them.
#[derive(Debug)]
pub(crate) struct Governor {
    lanes: Mutex<HashMap<Key, Arc<Lane>>>,
    memory: Option<Memory>,
    written: Mutex<Instant>,
}

impl Governor {
    /// A governor that keeps what it finds in `memory`.
    pub(crate) fn new(memory: Option<PathBuf>) -> Self {
        Self {
            lanes: Mutex::default(),
            memory: memory.map(Memory::new),
            written: Mutex::new(Instant::now()),
        }
    }

    /// Where calls with this key wait.
    pub(crate) fn lane(&self, key: Key) -> Arc<Lane> {
        let mut lanes = self.lanes.lock();
        let lane = lanes.entry(key).or_insert_with_key(|key| {
            let learned = self
                .memory
                .as_ref()
                .and_then(|memory| memory.recall(&key.to_string()));
            Arc::new(Lane::new(learned))
        });
        Arc::clone(lane)
    }

    /// Writes down what was found.
    pub(crate) fn remember(&self) {
        let Some(memory) = &self.memory else {
            return;
        };
        let findings: Vec<_> = self
            .lanes
            .lock()
            .iter()
            .map(|(key, lane)| (key.to_string(), lane.finding()))
            .collect();
        memory.keep(findings);
    }

    /// Writes down what was found, if that was not done just now.
    pub(crate) fn remember_now_and_then(self: &Arc<Self>) {
        if self.memory.is_none() {
            return;
        }
        {
            let mut written = self.written.lock();
            if written.elapsed() < WRITE_EVERY {
                return;
            }
            *written = Instant::now();
        }
        let governor = Arc::clone(self);
        tokio::task::spawn_blocking(move || governor.remember());
    }
}

impl Drop for Governor {
    fn drop(&mut self) {
        self.remember();
    }
}
