//! [`Concurrency`]: how many calls are in flight at once, found by watching how long they take.
//!
//! As long as more calls at once take no longer, the service has room; when they take much longer than it was seen to
//! need, they wait for each other. Durations are compared by their geometric mean over as many answers as there may be
//! calls in flight, which a few slow ones do not move.

use std::time::Duration;

/// Calls in flight before anything is known.
const START: usize = 32;

/// Never more than these, however fast the answers come: each is a connection.
pub(crate) const MOST: usize = 256;

/// Never fewer than these: resource types differ in how slow they are by more than any threshold.
const FEWEST: usize = 16;

/// Round trips up to this multiple of the best leave room for more.
const GROW: f64 = 1.6;

/// Round trips beyond this multiple of the best are too many calls at once.
const SHRINK: f64 = 3.0;

/// Seconds by which round trips differ for no reason.
const NOISE: f64 = 0.002;

/// How much of the best is forgotten in a round, so that a service which has become slower is found to be.
const FORGET: f64 = 1.001;

#[derive(Debug)]
pub(super) struct Concurrency {
    limit: usize,
    in_flight: usize,
    /// Whether the limit held something back in this round.
    full: bool,
    /// Whether it still doubles; the first sign of waiting ends that.
    doubling: bool,
    /// The best geometric mean of a round, in seconds.
    best: Option<f64>,
    answers: usize,
    sum_of_logs: f64,
}

impl Default for Concurrency {
    fn default() -> Self {
        Self {
            limit: START,
            in_flight: 0,
            full: false,
            doubling: true,
            best: None,
            answers: 0,
            sum_of_logs: 0.0,
        }
    }
}

impl Concurrency {
    /// Whether another call may be sent.
    pub(super) fn has_room(&mut self) -> bool {
        let room = self.in_flight < self.limit;
        self.full |= !room;
        room
    }

    pub(super) fn start(&mut self) {
        self.in_flight += 1;
    }

    /// A call was answered after so long.
    pub(super) fn answer(&mut self, took: Duration) {
        self.end();
        self.answers += 1;
        self.sum_of_logs += took.as_secs_f64().max(1e-6).ln();
        if self.answers >= self.limit {
            self.close_round();
        }
    }

    /// A call ended and says nothing about how long calls take.
    pub(super) fn end(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// A call was throttled: what is too many calls a second is also too many at once.
    pub(super) fn throttle(&mut self) {
        self.end();
        self.limit = self.limit.min(START);
        self.doubling = false;
    }

    /// A call failed because service or network could not cope.
    pub(super) fn fail(&mut self) {
        self.end();
        self.limit = (self.limit / 2).max(FEWEST);
        self.doubling = false;
    }

    #[expect(clippy::cast_precision_loss, reason = "there are at most 256 answers")]
    fn close_round(&mut self) {
        let mean = (self.sum_of_logs / self.answers as f64).exp();
        let best = self.best.map_or(mean, |best| mean.min(best * FORGET));
        self.best = Some(best);
        if mean > best * SHRINK + NOISE {
            self.limit = (self.limit * 3 / 4).max(FEWEST);
            self.doubling = false;
        } else if mean > best * GROW + NOISE {
            self.doubling = false;
        } else if self.full {
            let more = if self.doubling {
                self.limit
            } else {
                self.limit / 8
            };
            self.limit = (self.limit + more).min(MOST);
        }
        self.full = false;
        self.answers = 0;
        self.sum_of_logs = 0.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fills the limit and answers everything, `rounds` times; returns the limit after that.
    fn run(concurrency: &mut Concurrency, rounds: usize, took: impl Fn(usize) -> f64) -> usize {
        for _ in 0..rounds {
            while concurrency.has_room() {
                concurrency.start();
            }
            let in_flight = concurrency.in_flight;
            for _ in 0..in_flight {
                concurrency.answer(Duration::from_secs_f64(took(in_flight)));
            }
        }
        concurrency.limit
    }

    #[test]
    fn it_grows_while_answers_come_as_fast_as_before() {
        let mut concurrency = Concurrency::default();
        assert_eq!(run(&mut concurrency, 1, |_| 0.05), 64);
        assert_eq!(run(&mut concurrency, 5, |_| 0.05), MOST);
        // A thousand calls at 50 ms take six round trips.
        let rounds = [32, 64, 128, 256, 256, 256];
        assert!(rounds.iter().sum::<usize>() >= 992);
    }

    #[test]
    fn it_settles_where_calls_begin_to_wait_for_each_other() {
        let mut concurrency = Concurrency::default();
        // A service that works on 64 at once.
        let took = |in_flight: usize| {
            0.05 * (f64::from(u32::try_from(in_flight).unwrap()) / 64.0).max(1.0)
        };
        let settled = run(&mut concurrency, 50, took);
        assert!((96..=208).contains(&settled), "{settled}");
    }

    #[test]
    fn it_shrinks_when_the_service_becomes_slow_or_fails() {
        let mut concurrency = Concurrency::default();
        run(&mut concurrency, 5, |_| 0.05);
        let slow = run(&mut concurrency, 4, |_| 0.5);
        assert!(slow < MOST / 2, "{slow}");
        concurrency.start();
        concurrency.fail();
        assert_eq!(concurrency.limit, slow / 2);
        assert_eq!(concurrency.in_flight, 0);
    }

    #[test]
    fn it_does_not_grow_beyond_what_is_asked_for() {
        let mut concurrency = Concurrency::default();
        for _ in 0..1_000 {
            assert!(concurrency.has_room());
            concurrency.start();
            concurrency.answer(Duration::from_millis(50));
        }
        assert_eq!(concurrency.limit, START);
    }

    #[test]
    fn a_few_slow_answers_are_no_reason() {
        let mut concurrency = Concurrency::default();
        run(&mut concurrency, 4, |_| 0.05);
        while concurrency.has_room() {
            concurrency.start();
        }
        for call in 0..concurrency.in_flight {
            let took = if call % 10 == 0 { 2_000 } else { 50 };
            concurrency.answer(Duration::from_millis(took));
        }
        assert_eq!(concurrency.limit, MOST);
    }
}
