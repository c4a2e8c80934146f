//! The emulator's time, in milliseconds since the epoch, so that tests move it by hand instead of sleeping.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Milliseconds since the epoch.
pub(crate) type Millis = u64;

/// Where the time comes from.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The system's clock.
    Real,
    /// A clock that moves only when told to; clones share it.
    Manual(Arc<AtomicU64>),
}

impl Clock {
    /// A clock that stands still at 2026-01-01T00:00:00Z until [`Clock::advance`].
    pub fn manual() -> Self {
        Self::Manual(Arc::new(AtomicU64::new(1_767_225_600_000)))
    }

    /// Moves a manual clock forward; the real one moves by itself.
    pub fn advance(&self, by: Duration) {
        if let Self::Manual(now) = self {
            now.fetch_add(millis(by), Ordering::SeqCst);
        }
    }

    pub(crate) fn now(&self) -> Millis {
        match self {
            Self::Real => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, millis),
            Self::Manual(now) => now.load(Ordering::SeqCst),
        }
    }
}

/// A duration in the unit of [`Clock::now`].
pub(crate) fn millis(duration: Duration) -> Millis {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A point in time as AWS JSON writes it: seconds since the epoch, with milliseconds as the fraction.
#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds of this era fit in 53 bits"
)]
pub(crate) fn epoch_seconds(at: Millis) -> f64 {
    at as f64 / 1000.0
}
