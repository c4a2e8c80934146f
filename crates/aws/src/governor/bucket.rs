//! [`Bucket`]: our picture of the token bucket that the service keeps, and when it lets the next call through.

use std::time::{Duration, Instant};

/// The longest that is waited before looking again, so that no rate makes an instant overflow.
const LONGEST: f64 = 3600.0;

/// Fills at `rate` up to `burst`; every call takes one. The level may be negative: then calls went ahead of it.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    /// Calls a second.
    rate: f64,
    /// Calls at once after a rest.
    burst: f64,
    level: f64,
    at: Instant,
}

impl Bucket {
    pub(super) fn new(rate: f64, burst: f64, now: Instant) -> Self {
        let burst = burst.max(1.0);
        Self {
            rate,
            burst,
            level: burst,
            at: now,
        }
    }

    pub(super) fn rate(&self) -> f64 {
        self.rate
    }

    pub(super) fn burst(&self) -> f64 {
        self.burst
    }

    pub(super) fn level(&mut self, now: Instant) -> f64 {
        self.fill(now);
        self.level
    }

    pub(super) fn take(&mut self, now: Instant) {
        self.fill(now);
        self.level -= 1.0;
    }

    pub(super) fn set_rate(&mut self, rate: f64, now: Instant) {
        self.fill(now);
        self.rate = rate;
    }

    pub(super) fn set_burst(&mut self, burst: f64) {
        self.burst = burst.max(1.0);
        self.level = self.level.min(self.burst);
    }

    pub(super) fn set_level(&mut self, level: f64, now: Instant) {
        self.fill(now);
        self.level = level.min(self.burst);
    }

    /// When the level reaches `needed`, which is at once if it has.
    pub(super) fn reaches(&self, needed: f64) -> Instant {
        let missing = (needed - self.level).max(0.0);
        self.at + Duration::from_secs_f64((missing / self.rate).min(LONGEST))
    }

    fn fill(&mut self, now: Instant) {
        let seconds = now.saturating_duration_since(self.at).as_secs_f64();
        self.level = (self.level + seconds * self.rate).min(self.burst);
        self.at = self.at.max(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_fills_up_to_its_burst_and_says_when() {
        let start = Instant::now();
        let mut bucket = Bucket::new(4.0, 2.0, start);
        bucket.take(start);
        bucket.take(start);
        assert_eq!(bucket.reaches(1.0), start + Duration::from_millis(250));
        bucket.take(start);
        assert_eq!(bucket.reaches(1.0), start + Duration::from_millis(500));
        let later = start + Duration::from_mins(1);
        assert!((bucket.level(later) - 2.0).abs() < 1e-9);
        assert_eq!(bucket.reaches(1.0), later);
    }
}
