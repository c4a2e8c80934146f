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

/// 2026-01-01T00:00:00Z.
const START: Millis = 1_767_225_600_000;

/// Where the time comes from. Clones share it.
#[derive(Clone, Debug)]
pub struct Clock {
    /// When it started, if it stands still; the system's clock otherwise.
    start: Option<Millis>,
    /// How far it has been moved.
    moved: Arc<AtomicU64>,
}

impl Clock {
    /// The system's clock; [`Clock::advance`] moves it into the future.
    pub fn real() -> Self {
        Self {
            start: None,
            moved: Arc::default(),
        }
    }

    /// A clock that stands still at 2026-01-01T00:00:00Z until [`Clock::advance`].
    pub fn manual() -> Self {
        Self {
            start: Some(START),
            moved: Arc::default(),
        }
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.moved.fetch_add(millis(by), Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> Millis {
        let base = self.start.unwrap_or_else(|| {
            SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, millis)
        });
        base.saturating_add(self.moved.load(Ordering::SeqCst))
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

/// A point in time as AWS's XML writes it: `2026-01-01T00:00:00Z`.
pub(crate) fn iso(at: Millis) -> String {
    let time = UNIX_EPOCH + Duration::from_millis(at);
    humantime::format_rfc3339_seconds(time).to_string()
}
