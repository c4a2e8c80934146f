//! [`Probe`]: every so many calls one goes ahead of the pace, to find out whether the limit has risen.
//!
//! If it goes through, the next one is earlier still and the pace grows: a row of probes. The numbers were chosen by
//! simulation (`simulation.rs`, `docs/decisions/0007-governor.md`).

use std::time::Instant;

use super::round_trip::RoundTrip;

/// Successful probes in a row after which the old rate says nothing any more; and those after which there is no limit.
const NEW_LIMIT: usize = 6;
const NO_MORE_LIMIT: usize = 14;

/// How many successful probes a remembered rate starts with, so that it is put to the test.
const TEST: usize = 3;

/// A probe without an answer for so long, or so many round trips, is forgotten.
const FORGET: (f64, f64) = (1.0, 4.0);

/// How many deviations of the round trip a probe is earlier, so as not to succeed by chance.
const DEVIATIONS: f64 = 2.0;

/// The probes of a pace.
#[derive(Clone, Debug, Default)]
pub(super) struct Probe {
    /// The one that is on its way.
    sent: Option<(u64, Instant)>,
    /// Successful ones so far in this row.
    row: usize,
    /// The rate before the row.
    from: f64,
    /// Accepted calls since the last row.
    accepted: f64,
}

/// What a pace has to do about a probe that succeeded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Success {
    /// The rate from now on.
    pub(super) rate: f64,
    /// Whether what was known about the limit is known no more.
    pub(super) is_news: bool,
    /// Whether there is no limit.
    pub(super) is_open: bool,
}

/// What a pace has to do about a probe that was throttled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Failure {
    /// Go on at this rate; the probe was so much of a call early.
    GoOn { rate: f64, early: f64 },
    /// Search the limit anew: it has risen, who knows how far.
    Search,
}

impl Probe {
    /// Probes that put a remembered rate to the test.
    pub(super) fn of_remembered(rate: f64) -> Self {
        Self {
            row: TEST,
            from: rate,
            ..Self::default()
        }
    }

    /// By how much of a call the next call may be early; nothing if it is no probe.
    pub(super) fn early(&self, rate: f64, round_trip: RoundTrip, now: Instant) -> Option<f64> {
        let patience = FORGET.0.max(FORGET.1 * round_trip.mean);
        let is_on_its_way = self
            .sent
            .is_some_and(|(_, at)| now.saturating_duration_since(at).as_secs_f64() < patience);
        let is_due = self.row > 0 || self.accepted >= spacing(rate);
        (is_due && !is_on_its_way).then(|| self.ahead(rate, round_trip))
    }

    fn ahead(&self, rate: f64, round_trip: RoundTrip) -> f64 {
        self.step(rate, round_trip).early + DEVIATIONS * rate * round_trip.deviation
    }

    fn step(&self, rate: f64, round_trip: RoundTrip) -> Step {
        step_after(self.row, rate * round_trip.mean)
    }

    /// A call is sent as a probe.
    pub(super) fn send(&mut self, number: u64, rate: f64, now: Instant) {
        if self.row == 0 {
            self.from = rate;
        }
        self.sent = Some((number, now));
    }

    /// Whether this call is the probe that is on its way.
    pub(super) fn is(&self, number: u64) -> bool {
        self.sent.is_some_and(|(sent, _)| sent == number)
    }

    /// The probe ended, and nobody knows how.
    pub(super) fn forget(&mut self) {
        self.sent = None;
    }

    /// A call that was no probe went through.
    pub(super) fn count_accepted(&mut self) {
        self.accepted += 1.0;
    }

    /// A call that was no probe was throttled: the pace is too fast as it is.
    pub(super) fn end_row(&mut self) {
        self.row = 0;
        self.accepted = 0.0;
    }

    pub(super) fn succeed(&mut self, rate: f64, round_trip: RoundTrip) -> Success {
        let rate = rate * self.step(rate, round_trip).faster;
        self.sent = None;
        self.row += 1;
        Success {
            rate,
            is_news: self.row >= 2,
            is_open: self.row > NO_MORE_LIMIT,
        }
    }

    pub(super) fn fail(&mut self, rate: f64, round_trip: RoundTrip) -> Failure {
        if self.row >= NEW_LIMIT && rate > self.from * 2.0 {
            return Failure::Search;
        }
        let early = self.ahead(rate, round_trip);
        let row = std::mem::take(&mut self.row);
        self.sent = None;
        self.accepted = if row > 0 && rate > self.from {
            spacing(rate) - spacing_after_success(rate)
        } else {
            0.0
        };
        let rate = if row < 2 {
            rate
        } else {
            let last = step_after(row - 1, rate * round_trip.mean).faster;
            (rate / last).max(self.from)
        };
        Failure::GoOn { rate, early }
    }
}

/// One probe in a row of successful ones.
#[derive(Clone, Copy, Debug)]
struct Step {
    /// By how much of a call it is early.
    early: f64,
    /// What its success multiplies the pace by.
    faster: f64,
}

const fn step(early: f64, faster: f64) -> Step {
    Step { early, faster }
}

/// Where many calls are in flight a probe's answer comes late, and jitter looks like spare calls: careful steps.
const CAREFUL: [Step; 7] = [
    step(0.08, 1.05),
    step(0.25, 1.1),
    step(0.5, 1.15),
    step(0.5, 1.3),
    step(0.75, 1.6),
    step(1.0, 2.0),
    step(1.0, 2.0),
];

/// Where a probe is answered long before the next call is due: bold steps.
const BOLD: [Step; 4] = [
    step(0.05, 1.04),
    step(0.5, 1.2),
    step(1.0, 1.6),
    step(1.0, 2.0),
];

/// Calls in flight up to which steps are bold.
const FEW_IN_FLIGHT: f64 = 0.25;

/// The probe that follows so many successful ones, at so many calls in flight.
fn step_after(successes: usize, in_flight: f64) -> Step {
    let steps: &[Step] = if in_flight < FEW_IN_FLIGHT {
        &BOLD
    } else {
        &CAREFUL
    };
    steps[successes.min(steps.len() - 1)]
}

/// How many calls go through between two probes at this rate: the more often, the sooner a risen limit is noticed, and
/// the more calls are throttled for it.
fn spacing(rate: f64) -> f64 {
    (4.5 + 0.9 * rate).min(6.0 + 0.6 * rate).clamp(5.0, 30.0)
}

/// The same after a probe that succeeded before the row ended: there may be more to find.
fn spacing_after_success(rate: f64) -> f64 {
    (0.35 * spacing(rate)).max(3.0)
}
