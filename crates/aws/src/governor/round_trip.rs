//! [`RoundTrip`]: how long answers take, and by how much that varies.

use std::time::Duration;

/// Running averages over the last dozen answers or so.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RoundTrip {
    /// Seconds.
    pub(super) mean: f64,
    /// Seconds by which a round trip differs from the mean.
    pub(super) deviation: f64,
}

impl RoundTrip {
    pub(super) fn add(&mut self, took: Duration) {
        let took = took.as_secs_f64();
        if self.mean == 0.0 {
            self.mean = took;
        }
        self.deviation += 0.05 * ((took - self.mean).abs() - self.deviation);
        self.mean += 0.1 * (took - self.mean);
    }
}
