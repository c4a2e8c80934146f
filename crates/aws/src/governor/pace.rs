//! [`Pace`]: when the next call may be sent, learned from which calls are throttled.
//!
//! AWS does not tell its limits. They are token buckets, and a throttled call takes nothing out of them: all it costs
//! is a round trip. So the pace keeps just ahead of the limit:
//!
//! - *open*: nothing was ever throttled, nothing is held back.
//! - *searching*: the first throttled call says that the bucket is empty. From then on throttled calls bound the rate
//!   from above ([`Evidence`]), and calls that go through let it grow, until both meet.
//! - *steady*: calls go at the rate that was found. A throttled one is asked again a fraction of a call later and lowers
//!   the rate a little. Every so many calls one goes early, a *probe* ([`Probe`]): if it goes through, the limit may have
//!   risen, the next is earlier still and the pace grows.
//!
//! Pure: the time is a parameter, and nothing is sent here. [`super::gate`] asks it.

use std::time::{Duration, Instant};

use super::{
    bucket::Bucket,
    evidence::Evidence,
    probe::{Failure, Probe},
    round_trip::RoundTrip,
};

/// The first guess of a search: one call in a round trip, but in a time between these (seconds).
const FIRST_GUESS: (f64, f64) = (0.004, 0.05);

/// What a search multiplies the rate by in a round trip without throttled calls: before and after it has a bound.
const SEARCH: (f64, f64) = (1.4, 1.1);

/// What the rate is multiplied by when call after call is throttled and that proves nothing.
const DOWN: f64 = 0.7;

/// A search ends after so many accepted calls and so long.
const SEARCHED_CALLS: u32 = 5;
const SEARCHED: Duration = Duration::from_millis(200);

/// Calls a second from which on a pace is none.
const NO_LIMIT: f64 = 2_000.0;

/// How soon a throttled call is asked again, in calls: doubled with every vain attempt, up to these.
const AGAIN: f64 = 0.1;
const AGAIN_SEARCHING: f64 = 0.3;
const AGAIN_STEADY: f64 = 1.0;

/// What an accepted call multiplies a steady rate by.
const FASTER: f64 = 1.001;

/// The part of a steady rate that a throttled call takes off, and the part more if the last one was just before.
const SLOWER: f64 = 0.01;
const SLOWER_AT_ONCE: f64 = 0.06;

/// Levels from which on calls are savings of an idle time, not of the pace.
const SAVINGS: f64 = 2.0;

/// How long nothing is sent when calls are idle.
const IDLE: Duration = Duration::from_millis(250);

/// The largest burst that is believed.
const LARGEST_BURST: f64 = 1_000.0;

/// A limit that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Learned {
    /// Calls a second in the long run.
    pub(super) rate: f64,
    /// Calls at once after a rest.
    pub(super) burst: f64,
}

/// What is known about a limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Finding {
    /// No call was throttled, or none is any more.
    NoLimit,
    /// There is one, and it is still looked for.
    Nothing,
    /// It was found.
    Limit(Learned),
}

/// An attempt that was sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp {
    pub(super) at: Instant,
    number: u64,
    /// Whether it was sent out of savings.
    saved: bool,
}

#[derive(Clone, Debug)]
enum Phase {
    Open {
        accepted: f64,
    },
    Searching {
        since: Instant,
        accepted: u32,
        bounded: bool,
    },
    Steady,
}

/// The pace of one operation in one region of one account.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    phase: Phase,
    bucket: Bucket,
    evidence: Evidence,
    round_trip: RoundTrip,
    next_number: u64,
    paused_until: Option<Instant>,
    probe: Probe,
    /// Accepted calls since the last one that was throttled.
    clean: f64,
    /// Vain attempts in a row, each sent after the answer to the one before.
    vain: i32,
    /// Answers to what was sent before are old news.
    vain_at: Instant,
    grown_at: Instant,
}

impl Pace {
    /// A pace about which nothing is known.
    pub(super) fn open(now: Instant) -> Self {
        Self {
            phase: Phase::Open { accepted: 0.0 },
            bucket: Bucket::new(1.0, 1.0, now),
            evidence: Evidence::default(),
            round_trip: RoundTrip::default(),
            next_number: 0,
            paused_until: None,
            probe: Probe::default(),
            clean: 0.0,
            vain: 0,
            vain_at: now,
            grown_at: now,
        }
    }

    /// A pace that was learned before, and is put to the test at once.
    pub(super) fn remembered(learned: Learned, now: Instant) -> Self {
        Self {
            phase: Phase::Steady,
            bucket: Bucket::new(learned.rate, learned.burst, now),
            probe: Probe::of_remembered(learned.rate),
            ..Self::open(now)
        }
    }

    /// What is known of the limit.
    pub(super) fn finding(&self) -> Finding {
        match self.phase {
            Phase::Open { .. } => Finding::NoLimit,
            Phase::Searching { .. } => Finding::Nothing,
            Phase::Steady => Finding::Limit(Learned {
                rate: self.bucket.rate(),
                burst: self.bucket.burst(),
            }),
        }
    }

    /// Whether anything is held back for the sake of a limit.
    pub(super) fn is_limited(&self) -> bool {
        !matches!(self.phase, Phase::Open { .. }) || self.paused_until.is_some()
    }

    /// When the next call may be sent, `now` if it may be already.
    pub(super) fn ready_at(&mut self, now: Instant) -> Instant {
        if self.paused_until.is_some_and(|until| until <= now) {
            self.paused_until = None;
        }
        let ready = if matches!(self.phase, Phase::Open { .. }) {
            now
        } else {
            let needed = self.needed(now);
            if self.bucket.level(now) + 1e-9 >= needed {
                now
            } else {
                self.bucket.reaches(needed)
            }
        };
        self.paused_until.map_or(ready, |until| until.max(ready))
    }

    /// Counts a call that is sent now.
    pub(super) fn send(&mut self, now: Instant) -> Stamp {
        let number = self.next_number;
        self.next_number += 1;
        let mut saved = false;
        if !matches!(self.phase, Phase::Open { .. }) {
            let is_early = self.needed(now) < 1.0;
            let level = self.bucket.level(now);
            saved = level >= SAVINGS;
            if saved && self.evidence.is_older_than(IDLE, now) {
                // The service's bucket has filled up meanwhile, so what went through before says nothing about its rate.
                self.evidence.clear();
            }
            if is_early && level < 1.0 {
                self.probe.send(number, self.bucket.rate(), now);
            }
            self.bucket.take(now);
        }
        self.evidence.sent(number, now);
        Stamp {
            at: now,
            number,
            saved,
        }
    }

    /// The call was let through, whatever its answer says.
    pub(super) fn accepted(&mut self, stamp: Stamp, now: Instant) {
        self.round_trip.add(now.saturating_duration_since(stamp.at));
        self.evidence.accepted(stamp.number);
        if stamp.at >= self.vain_at {
            self.vain = 0;
        }
        let is_probe = self.probe.is(stamp.number);
        match &mut self.phase {
            Phase::Open { accepted } => *accepted = (*accepted + 1.0).min(LARGEST_BURST),
            Phase::Searching { .. } => self.search_on(stamp, now),
            Phase::Steady if is_probe => self.probe_succeeded(now),
            Phase::Steady => {
                self.probe.count_accepted();
                self.clean += 1.0;
                self.bucket.set_rate(self.bucket.rate() * FASTER, now);
            }
        }
    }

    /// The call was throttled, and took nothing out of the service's bucket.
    pub(super) fn throttled(&mut self, stamp: Stamp, now: Instant) {
        self.round_trip.add(now.saturating_duration_since(stamp.at));
        let most = self
            .evidence
            .throttled(stamp.number, stamp.at, self.round_trip.deviation);
        let is_news = stamp.at >= self.vain_at;
        let rate = self.bucket.rate();
        let jitter = rate * self.round_trip.deviation;
        let again = (AGAIN + jitter) * 2_f64.powi(self.vain.min(4));
        let is_probe = self.probe.is(stamp.number);
        let (rate, again) = match &mut self.phase {
            Phase::Open { accepted } => {
                let burst = *accepted;
                self.search(burst, stamp, now);
                return;
            }
            // Sent before the search began.
            Phase::Searching { since, .. } if stamp.at <= *since => return,
            Phase::Searching { bounded, .. } => {
                *bounded |= most.is_some();
                self.grown_at = now;
                // Where answers come too irregularly to prove anything, once a round trip.
                let slower = if is_news && most.is_none() { DOWN } else { 1.0 };
                (rate * slower, again.min(AGAIN_SEARCHING))
            }
            Phase::Steady if is_probe => match self.probe.fail(rate, self.round_trip) {
                Failure::Search => {
                    self.search(self.bucket.burst(), stamp, now);
                    return;
                }
                Failure::GoOn { rate, early } => {
                    self.clean = 0.0;
                    (rate, early)
                }
            },
            Phase::Steady => {
                let clean = std::mem::take(&mut self.clean);
                let slower = if is_news {
                    self.probe.end_row();
                    if self.vain >= 2 && most.is_none() {
                        DOWN
                    } else {
                        1.0 - SLOWER - SLOWER_AT_ONCE / (1.0 + clean)
                    }
                } else {
                    1.0
                };
                if stamp.saved && is_news {
                    self.bucket.set_burst(self.bucket.burst() / 2.0);
                }
                (rate * slower, again.min(AGAIN_STEADY))
            }
        };
        let rate = most.map_or(rate, |most| most.min(rate));
        self.bucket.set_rate(rate, now);
        self.empty(stamp, again, now);
        if is_news {
            self.vain += 1;
            self.vain_at = now;
        }
    }

    /// The call ended, and nobody knows whether it was let through.
    pub(super) fn abandoned(&mut self, stamp: Stamp) {
        if self.probe.is(stamp.number) {
            self.probe.forget();
        }
    }

    /// Nothing is sent before that.
    pub(super) fn pause(&mut self, until: Instant) {
        self.paused_until = Some(self.paused_until.map_or(until, |paused| paused.max(until)));
    }

    /// The service's bucket held less than a call when it throttled this one: `again` less, as far as we know.
    fn empty(&mut self, stamp: Stamp, again: f64, now: Instant) {
        let later = self.evidence.later(stamp.number);
        if later.throttled {
            return;
        }
        let since = now.saturating_duration_since(stamp.at).as_secs_f64();
        let level = 1.0 - again + self.bucket.rate() * since - later.taken;
        self.bucket.set_level(level.min(1.0), now);
    }

    fn search(&mut self, burst: f64, stamp: Stamp, now: Instant) {
        let round_trip = now.saturating_duration_since(stamp.at).as_secs_f64();
        let rate = 1.0 / round_trip.clamp(FIRST_GUESS.0, FIRST_GUESS.1);
        self.bucket = Bucket::new(rate, burst, now);
        self.bucket.set_level(1.0, now);
        self.phase = Phase::Searching {
            since: now,
            accepted: 0,
            bounded: false,
        };
        self.probe = Probe::default();
        self.vain = 0;
        self.vain_at = now;
        self.grown_at = now;
    }

    fn search_on(&mut self, stamp: Stamp, now: Instant) {
        let Phase::Searching {
            since,
            accepted,
            bounded,
        } = &mut self.phase
        else {
            return;
        };
        if stamp.at <= *since {
            return;
        }
        *accepted += 1;
        let (bounded, ends) = (
            *bounded,
            *bounded && *accepted >= SEARCHED_CALLS && now.duration_since(*since) > SEARCHED,
        );
        if stamp.at >= self.grown_at {
            let faster = if bounded { SEARCH.1 } else { SEARCH.0 };
            self.bucket.set_rate(self.bucket.rate() * faster, now);
            self.grown_at = now;
        }
        if self.bucket.rate() > NO_LIMIT {
            self.phase = Phase::Open { accepted: 0.0 };
        } else if ends {
            self.phase = Phase::Steady;
        }
    }

    fn probe_succeeded(&mut self, now: Instant) {
        let success = self.probe.succeed(self.bucket.rate(), self.round_trip);
        self.bucket.set_rate(success.rate, now);
        if success.is_news {
            // Proofs of the old limit.
            self.evidence.clear();
        }
        if success.is_open || success.rate > NO_LIMIT {
            self.phase = Phase::Open { accepted: 0.0 };
            self.probe = Probe::default();
        }
    }

    /// The level at which the next call may be sent.
    fn needed(&self, now: Instant) -> f64 {
        let early = matches!(self.phase, Phase::Steady)
            .then(|| self.probe.early(self.bucket.rate(), self.round_trip, now));
        1.0 - early.flatten().unwrap_or(0.0)
    }
}
