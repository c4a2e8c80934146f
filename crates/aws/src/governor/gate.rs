//! [`Gate`]: decides which waiting call is sent when: whose turn it is, whether there is room, whether the pace allows.
//!
//! Pure: [`super::lane`] carries out what it decides.

use std::time::{Duration, Instant};

use super::{
    concurrency::Concurrency,
    pace::{Finding, Learned, Pace, Stamp},
    queue::{Place, QueryId, Queue},
};

/// What to do next.
#[derive(Debug)]
pub(super) enum Next<T> {
    /// Send this call.
    Send(T, Stamp),
    /// Look again then.
    Wait(Instant),
    /// Look again when a call is answered or another comes.
    Rest,
}

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was let through; its answer may still be an error.
    Accepted,
    /// It was throttled, and with it everything until a time that the service names.
    Throttled(Option<Duration>),
    /// Service or network failed, and with them everything until a time that the service names.
    Failed(Option<Duration>),
    /// Nobody waits for it any more, or it was never sent.
    Abandoned,
}

/// The calls of one operation in one region of one account.
#[derive(Debug)]
pub(super) struct Gate<T> {
    pub(super) queue: Queue<T>,
    pace: Pace,
    concurrency: Concurrency,
    last_accepted: Option<Instant>,
}

impl<T> Gate<T> {
    pub(super) fn new(learned: Option<Learned>, now: Instant) -> Self {
        Self {
            queue: Queue::default(),
            pace: learned.map_or_else(|| Pace::open(now), |learned| Pace::remembered(learned, now)),
            concurrency: Concurrency::default(),
            last_accepted: None,
        }
    }

    pub(super) fn push(&mut self, query: QueryId, place: Place, call: T) {
        self.queue.push(query, place, call);
    }

    pub(super) fn next(&mut self, now: Instant) -> Next<T> {
        if self.queue.is_empty() || !self.concurrency.has_room() {
            return Next::Rest;
        }
        let ready = self.pace.ready_at(now);
        if ready > now {
            return Next::Wait(ready);
        }
        match self.queue.pop() {
            Some(call) => Next::Send(call, self.start(now)),
            None => Next::Rest,
        }
    }

    /// Sends a call that need not wait for anything, if that is so.
    pub(super) fn pass(&mut self, now: Instant) -> Option<Stamp> {
        let passes =
            self.queue.is_empty() && self.concurrency.has_room() && self.pace.ready_at(now) <= now;
        passes.then(|| self.start(now))
    }

    fn start(&mut self, now: Instant) -> Stamp {
        self.concurrency.start();
        self.pace.send(now)
    }

    pub(super) fn end(&mut self, stamp: Stamp, outcome: Outcome, now: Instant) {
        match outcome {
            Outcome::Accepted => {
                self.concurrency
                    .answer(now.saturating_duration_since(stamp.at));
                self.pace.accepted(stamp, now);
                self.last_accepted = Some(now);
            }
            Outcome::Throttled(pause) => {
                self.concurrency.throttle();
                self.pace.throttled(stamp, now);
                self.pause(pause, now);
            }
            Outcome::Failed(pause) => {
                self.concurrency.fail();
                self.pace.abandoned(stamp);
                self.pause(pause, now);
            }
            Outcome::Abandoned => {
                self.concurrency.end();
                self.pace.abandoned(stamp);
            }
        }
    }

    fn pause(&mut self, pause: Option<Duration>, now: Instant) {
        if let Some(pause) = pause {
            self.pace.pause(now + pause);
        }
    }

    /// Whether calls wait for a limit.
    pub(super) fn is_limited(&self) -> bool {
        self.pace.is_limited()
    }

    pub(super) fn finding(&self) -> Finding {
        self.pace.finding()
    }

    /// When a call was last let through.
    pub(super) fn last_accepted(&self) -> Option<Instant> {
        self.last_accepted
    }
}
