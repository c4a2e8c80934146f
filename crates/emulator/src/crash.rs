//! Where the process can be told to die, to show that nothing is lost: points along the path of a write.

use serde::{Deserialize, Serialize};

/// A point on the way of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CrashPoint {
    /// The request has been read.
    Received,
    /// What it changes is decided, in memory only.
    Decided,
    /// A part of the change is in the state file's open transaction.
    Writing,
    /// All of it is, and the transaction is not committed.
    Written,
    /// The transaction is committed.
    Saved,
    /// The answer is made, and nothing of it sent.
    Answering,
    /// Half of the answer is sent.
    Answered,
}

impl CrashPoint {
    /// Every point, in the order of the path.
    pub const ALL: [Self; 7] = [
        Self::Received,
        Self::Decided,
        Self::Writing,
        Self::Written,
        Self::Saved,
        Self::Answering,
        Self::Answered,
    ];
}

/// Dies, without any clearing up, if this is the point to die at.
pub(crate) fn at(point: CrashPoint, wanted: Option<CrashPoint>) {
    if wanted == Some(point) {
        die();
    }
}

/// `kill -9` of this process by itself.
#[cfg(unix)]
fn die() {
    use rustix::process::{Signal, getpid, kill_process};

    // A signal that cannot be caught; whatever comes back from here, an abort is next.
    let _ = kill_process(getpid(), Signal::KILL);
    std::process::abort();
}

#[cfg(not(unix))]
fn die() {
    std::process::abort();
}
