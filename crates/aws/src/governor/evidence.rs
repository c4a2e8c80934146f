//! [`Evidence`]: what throttled attempts prove about a limit that nobody tells.
//!
//! A token bucket never holds less than nothing, and less than a whole call when it throttles one. So between any
//! attempt and a later throttled one fewer than `accepted + 1` calls came in, whatever the bucket's size: that bounds
//! the rate from above, and with many accepted calls in between closely.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// How many attempts are remembered.
const KEPT: usize = 512;

/// Accepted calls between two attempts beyond which a wider window adds nothing.
const WINDOW: f64 = 32.0;

/// Windows that hold accepted calls may overlook what a full bucket lost meanwhile.
const SLACK: f64 = 1.05;

/// The shortest window worth anything: services count in milliseconds.
const SHORTEST: f64 = 0.002;

/// How many deviations of the round trip a window is shortened by: attempts overtake each other on their way.
const DEVIATIONS: f64 = 4.0;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Pending,
    Accepted,
    Throttled,
}

#[derive(Clone, Debug)]
struct Attempt {
    number: u64,
    at: Instant,
    fate: Fate,
}

/// The latest attempts and what became of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    attempts: VecDeque<Attempt>,
    /// Of the answers of late, the share that was not throttled; attempts without an answer count as much.
    accepted_share: f64,
}

/// The attempts that were sent after a certain one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Later {
    /// How many of them took something out of the bucket, as far as can be known.
    pub(super) taken: f64,
    /// Whether one of them was throttled, so that newer knowledge is at hand.
    pub(super) throttled: bool,
}

impl Evidence {
    /// Forgets all attempts: they were made under another limit, or not as fast as was allowed.
    pub(super) fn clear(&mut self) {
        self.attempts.clear();
    }

    /// Whether the last attempt was so long ago.
    pub(super) fn is_older_than(&self, time: Duration, now: Instant) -> bool {
        self.attempts
            .back()
            .is_none_or(|last| now.saturating_duration_since(last.at) >= time)
    }

    pub(super) fn sent(&mut self, number: u64, at: Instant) {
        if self.attempts.len() >= KEPT {
            self.attempts.pop_front();
        }
        self.attempts.push_back(Attempt {
            number,
            at,
            fate: Fate::Pending,
        });
    }

    pub(super) fn accepted(&mut self, number: u64) {
        self.answer(number, Fate::Accepted);
    }

    /// Notes a throttled attempt and returns the most calls a second that the limit can be, if that can be said.
    ///
    /// `deviation` is by how many seconds round trips differ.
    pub(super) fn throttled(&mut self, number: u64, at: Instant, deviation: f64) -> Option<f64> {
        let place = self.answer(number, Fate::Throttled);
        let shortest = (DEVIATIONS * deviation).max(SHORTEST);
        let mut most = None;
        let mut accepted = 0.0;
        for attempt in self.attempts.iter().take(place).rev() {
            let seconds = at.saturating_duration_since(attempt.at).as_secs_f64();
            let seconds = (seconds - DEVIATIONS * deviation).max(seconds / 2.0);
            let empty = accepted == 0.0;
            if seconds >= shortest && (empty || attempt.fate == Fate::Throttled) {
                let bound = (accepted + 1.0) / seconds * if empty { 1.0 } else { SLACK };
                most = Some(most.map_or(bound, |most: f64| most.min(bound)));
            }
            accepted += self.taken(attempt.fate);
            if accepted > WINDOW {
                break;
            }
        }
        most
    }

    pub(super) fn later(&self, number: u64) -> Later {
        let place = self
            .attempts
            .partition_point(|attempt| attempt.number <= number);
        let later = self.attempts.range(place..);
        Later {
            taken: later.clone().map(|attempt| self.taken(attempt.fate)).sum(),
            throttled: later.clone().any(|attempt| attempt.fate == Fate::Throttled),
        }
    }

    fn taken(&self, fate: Fate) -> f64 {
        match fate {
            Fate::Pending => self.accepted_share,
            Fate::Accepted => 1.0,
            Fate::Throttled => 0.0,
        }
    }

    /// Notes an answer; returns how many remembered attempts are older.
    fn answer(&mut self, number: u64, fate: Fate) -> usize {
        let place = self
            .attempts
            .partition_point(|attempt| attempt.number < number);
        if let Some(attempt) = self.attempts.get_mut(place)
            && attempt.number == number
        {
            attempt.fate = fate;
        }
        let accepted = if fate == Fate::Accepted { 1.0 } else { 0.0 };
        self.accepted_share += 0.1 * (accepted - self.accepted_share);
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: Option<f64>, expected: f64) -> bool {
        found.is_some_and(|found| (found - expected).abs() < 1e-6)
    }

    #[test]
    fn two_throttled_attempts_bound_the_rate_by_what_went_through_between_them() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut evidence = Evidence::default();
        for (number, millis) in [0, 300, 350, 400, 450, 460].into_iter().enumerate() {
            evidence.sent(number as u64, at(millis));
        }
        assert_eq!(evidence.throttled(0, at(0), 0.0), None);
        for number in 1..5 {
            evidence.accepted(number);
        }
        // Four accepted between two that were throttled; that none was in the last 10 ms says less.
        assert!(near(
            evidence.throttled(5, at(460), 0.0),
            5.0 / 0.46 * SLACK
        ));
        assert_eq!(
            evidence.later(2),
            Later {
                taken: 2.0,
                throttled: true
            }
        );
    }

    #[test]
    fn waiting_in_vain_bounds_the_rate_without_any_accepted_call() {
        let start = Instant::now();
        let mut evidence = Evidence::default();
        evidence.sent(0, start);
        evidence.accepted(0);
        let later = start + Duration::from_millis(800);
        evidence.sent(1, later);
        assert!(near(evidence.throttled(1, later, 0.0), 1.25));
    }

    #[test]
    fn attempts_that_may_have_overtaken_each_other_prove_nothing() {
        let start = Instant::now();
        let mut evidence = Evidence::default();
        evidence.sent(0, start);
        evidence.throttled(0, start, 0.01);
        let later = start + Duration::from_millis(50);
        evidence.sent(1, later);
        assert_eq!(evidence.throttled(1, later, 0.01), None);
    }
}
