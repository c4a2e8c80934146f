//! A service with token buckets, in simulated time, and what the gate gets out of it.
//!
//! Nothing sleeps: events are taken out of a heap in order. The service counts in milliseconds as the emulator does,
//! timers fire on the next one, and every way takes a little longer or shorter than the one before.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    time::{Duration, Instant},
};

use proptest::prelude::*;

use super::{
    gate::{Gate, Next, Outcome},
    pace::{Learned, Stamp},
    queue::{Place, QueryId},
};

/// A limit from a time on (seconds); every change fills the bucket.
#[derive(Clone, Copy, Debug)]
struct Limit {
    from: f64,
    rate: f64,
    burst: f64,
}

const UNLIMITED: f64 = 1e9;

fn limit(rate: f64, burst: f64) -> Limit {
    Limit {
        from: 0.0,
        rate,
        burst,
    }
}

impl Limit {
    fn from(self, from: f64) -> Self {
        Self { from, ..self }
    }
}

/// What a run is made of.
#[derive(Clone, Debug)]
struct Scenario {
    limits: Vec<Limit>,
    /// Calls of each query; all are waiting from the start.
    queries: Vec<usize>,
    /// Seconds to the answer.
    latency: f64,
    /// By what part of itself a way is longer or shorter.
    jitter: f64,
    /// Calls a second that the service, or this machine, can look at; more of them wait.
    capacity: f64,
    /// Seconds after which nothing counts any more.
    until: f64,
    learned: Option<Learned>,
    seed: u64,
}

impl Scenario {
    fn new(limits: impl Into<Vec<Limit>>, calls: usize) -> Self {
        Self {
            limits: limits.into(),
            queries: vec![calls],
            latency: 0.02,
            jitter: 0.05,
            capacity: f64::INFINITY,
            until: f64::INFINITY,
            learned: None,
            seed: 1,
        }
    }
}

/// What came out.
#[derive(Debug, Default)]
struct Report {
    /// Of each query.
    accepted: Vec<usize>,
    /// When answers came, in seconds, and whether they were throttled.
    answers: Vec<(f64, bool)>,
}

impl Report {
    fn total(&self) -> f64 {
        count(self.answers.iter().filter(|(_, throttled)| !throttled))
    }

    /// When the last call was through.
    fn seconds(&self) -> f64 {
        let accepted = self.answers.iter().filter(|(_, throttled)| !throttled);
        accepted.map(|(at, _)| *at).fold(0.0, f64::max)
    }

    fn throttled(&self) -> f64 {
        count(self.answers.iter().filter(|(_, throttled)| *throttled))
    }

    /// The share of throttled answers from a time on.
    fn throttled_share_after(&self, from: f64) -> f64 {
        let later = || self.answers.iter().filter(|(at, _)| *at >= from);
        count(later().filter(|(_, throttled)| *throttled)) / count(later())
    }
}

fn count<T>(items: impl Iterator<Item = T>) -> f64 {
    f64::from(u32::try_from(items.count()).unwrap())
}

/// The service's side of a limit.
struct Service {
    limits: Vec<Limit>,
    level: f64,
    since: u64,
}

impl Service {
    fn allows(&mut self, millis: u64) -> bool {
        let seconds = |millis: u64| Duration::from_millis(millis).as_secs_f64();
        if self.limits.len() > 1 && seconds(millis) >= self.limits[1].from {
            self.limits.remove(0);
            self.level = self.limits[0].burst;
            self.since = millis;
        }
        let Limit { rate, burst, .. } = self.limits[0];
        self.level = (self.level + seconds(millis - self.since) * rate).min(burst);
        self.since = millis;
        let allows = self.level >= 1.0;
        if allows {
            self.level -= 1.0;
        }
        allows
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Arrives(usize),
    Looked(usize),
    Answered(usize, bool),
    Timer,
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "microseconds of a few minutes"
)]
fn run(scenario: &Scenario) -> Report {
    let start = Instant::now();
    let at = |micros: u64| start + Duration::from_micros(micros);
    let mut random = scenario.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut way = move || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let fraction = f64::from((random >> 40) as u32) / f64::from(1_u32 << 24);
        let varied = 1.0 + scenario.jitter * (2.0 * fraction - 1.0);
        (scenario.latency * 0.5 * varied * 1e6) as u64 + 100
    };
    let mut service = Service {
        limits: scenario.limits.clone(),
        level: scenario.limits[0].burst,
        since: 0,
    };
    let mut gate = Gate::new(scenario.learned, start);
    for (query, calls) in scenario.queries.iter().enumerate() {
        for _ in 0..*calls {
            gate.push(query, Place::Back, query);
        }
    }
    let mut report = Report {
        accepted: vec![0; scenario.queries.len()],
        ..Report::default()
    };
    let mut sent: Vec<(QueryId, Stamp)> = Vec::new();
    let mut events = BinaryHeap::new();
    let mut timer = None;
    let (mut now, mut free_at) = (0_u64, 0);
    loop {
        loop {
            match gate.next(at(now)) {
                Next::Send(query, stamp) => {
                    events.push(Reverse((now + way(), Event::Arrives(sent.len()))));
                    sent.push((query, stamp));
                }
                Next::Wait(until) => {
                    let micros = until.duration_since(start).as_micros() as u64;
                    let fires = micros.div_ceil(1_000).max(now / 1_000 + 1) * 1_000;
                    if timer.is_none_or(|timer| fires < timer || timer <= now) {
                        events.push(Reverse((fires, Event::Timer)));
                        timer = Some(fires);
                    }
                    break;
                }
                Next::Rest => break,
            }
        }
        let Some(Reverse((when, event))) = events.pop() else {
            return report;
        };
        now = when;
        let seconds = Duration::from_micros(now).as_secs_f64();
        if seconds > scenario.until {
            return report;
        }
        match event {
            Event::Arrives(call) => {
                free_at = free_at.max(now) + (1e6 / scenario.capacity) as u64;
                events.push(Reverse((free_at, Event::Looked(call))));
            }
            Event::Looked(call) => {
                let throttled = !service.allows(now / 1_000);
                events.push(Reverse((now + way(), Event::Answered(call, throttled))));
            }
            Event::Answered(call, throttled) => {
                let (query, stamp) = sent[call];
                report.answers.push((seconds, throttled));
                if throttled {
                    gate.end(stamp, Outcome::Throttled(None), at(now));
                    gate.push(query, Place::Front, query);
                } else {
                    gate.end(stamp, Outcome::Accepted, at(now));
                    report.accepted[query] += 1;
                }
            }
            Event::Timer => {}
        }
    }
}

/// The least time that so many calls take.
fn bound(calls: f64, limit: Limit) -> f64 {
    (calls - limit.burst) / limit.rate
}

#[test]
fn without_a_limit_nothing_is_held_back() {
    let scenario = Scenario {
        latency: 0.05,
        ..Scenario::new([limit(UNLIMITED, UNLIMITED)], 1_052)
    };
    let report = run(&scenario);
    assert!(report.throttled() < 1.0);
    assert!(report.seconds() < 0.4, "{}", report.seconds());
}

#[test]
fn a_burst_and_a_rest_take_hardly_longer_than_they_must() {
    let limits = limit(25.0, 25.0);
    for latency in [0.001, 0.02, 0.05] {
        for (calls, allowed) in [(400, 1.02), (53, 1.1)] {
            for seed in 1..=20 {
                let report = run(&Scenario {
                    latency,
                    seed,
                    ..Scenario::new([limits], calls)
                });
                let bound = bound(report.total(), limits);
                assert!(
                    report.seconds() <= bound * allowed + latency,
                    "{calls} calls at {latency} s, seed {seed}: {} of {bound}",
                    report.seconds()
                );
            }
        }
    }
}

#[test]
fn what_the_limit_allows_is_used_and_little_more_is_asked() {
    // A bucket that holds one call forgives nothing; there some calls are throttled for every limit that is tested.
    let cases = [
        (limit(1.0, 1.0), 0.2),
        (limit(1.0, 30.0), 0.2),
        (limit(5.0, 1.0), 0.15),
        (limit(5.0, 5.0), 0.15),
        (limit(25.0, 25.0), 0.15),
        (limit(60.0, 60.0), 0.2),
        (limit(200.0, 200.0), 0.2),
    ];
    for (limits, politeness) in cases {
        for (latency, seed) in [(0.001, 1), (0.02, 2), (0.05, 3)] {
            let report = run(&Scenario {
                latency,
                seed,
                until: 120.0,
                ..Scenario::new([limits], 100_000)
            });
            let used = report.total() / (limits.burst + 120.0 * limits.rate);
            let share = report.throttled_share_after(20.0);
            assert!(used >= 0.95, "{limits:?} at {latency} s: {used}");
            assert!(share <= politeness, "{limits:?} at {latency} s: {share}");
        }
    }
}

#[test]
fn a_limit_is_used_where_many_calls_are_in_flight() {
    for limits in [limit(5.0, 5.0), limit(25.0, 25.0), limit(60.0, 60.0)] {
        for jitter in [0.05, 0.3] {
            let report = run(&Scenario {
                latency: 0.3,
                jitter,
                until: 120.0,
                ..Scenario::new([limits], 100_000)
            });
            let used = report.total() / (limits.burst + 120.0 * limits.rate);
            assert!(used >= 0.95, "{limits:?}, jitter {jitter}: {used}");
        }
    }
}

#[test]
fn two_queries_share_what_there_is() {
    for rate in [1.0, 5.0, 25.0, 60.0] {
        let report = run(&Scenario {
            queries: vec![100_000, 300],
            until: 60.0,
            ..Scenario::new([limit(rate, rate)], 0)
        });
        let (one, other) = (report.accepted[0], report.accepted[1]);
        let share = count(0..other.min(one)) / count(0..other + one);
        // At the highest rates the second query is done before the time is over.
        assert!(share >= 0.4 || other == 300, "{rate}: {one}, {other}");
        assert!(other == 300 || share >= 0.4, "{rate}: {one}, {other}");
    }
}

#[test]
fn a_remembered_limit_saves_the_search() {
    let limits = limit(25.0, 25.0);
    let fresh = run(&Scenario::new([limits], 100));
    let known = run(&Scenario {
        learned: Some(Learned {
            rate: 25.0,
            burst: 25.0,
        }),
        ..Scenario::new([limits], 100)
    });
    assert!(
        known.throttled() * 2.0 <= fresh.throttled(),
        "{} of {}",
        known.throttled(),
        fresh.throttled()
    );
    assert!(known.seconds() <= bound(100.0, limits) * 1.05 + 0.02);
}

#[test]
fn a_wrongly_remembered_limit_is_found_out() {
    let learned = |rate, burst| Some(Learned { rate, burst });
    // There is none any more.
    let report = run(&Scenario {
        learned: learned(25.0, 25.0),
        ..Scenario::new([limit(UNLIMITED, UNLIMITED)], 1_000)
    });
    assert!(report.seconds() < 1.0, "{}", report.seconds());
    // It was lower, higher, and of another burst.
    for learned in [
        learned(5.0, 1.0),
        learned(500.0, 10.0),
        learned(25.0, 900.0),
    ] {
        let report = run(&Scenario {
            learned,
            ..Scenario::new([limit(25.0, 25.0)], 400)
        });
        let bound = bound(400.0, limit(25.0, 25.0));
        assert!(
            report.seconds() <= bound * 1.1,
            "{learned:?}: {}",
            report.seconds()
        );
    }
}

#[test]
fn an_idle_time_is_spent_as_a_burst() {
    // Learned in a first run of calls, used in a second one a minute later.
    let limits = limit(10.0, 20.0);
    let learned = Learned {
        rate: 10.0,
        burst: 20.0,
    };
    let report = run(&Scenario {
        learned: Some(learned),
        ..Scenario::new([limits], 20)
    });
    assert!(report.seconds() < 0.1, "{}", report.seconds());
    assert!(report.throttled() < 1.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_limit_that_changes_is_followed(
        first in prop::sample::select(vec![5.0, 25.0, 60.0]),
        second in prop::sample::select(vec![1.0, 5.0, 25.0, 60.0]),
        latency in 0.001..0.05,
        seed in 1_u64..1_000,
    ) {
        let limits = [limit(first, first), limit(second, second).from(60.0)];
        let report = run(&Scenario {
            latency,
            seed,
            until: 120.0,
            ..Scenario::new(limits, 100_000)
        });
        let allowed = 61.0 * (first + second);
        let used = report.total() / allowed;
        prop_assert!(used >= 0.95, "{first} to {second} calls/s: {used}");
    }

    #[test]
    fn equal_queries_get_equal_shares(
        rate in prop::sample::select(vec![1.0, 5.0, 25.0, 60.0]),
        burst in 1.0..60.0,
        seed in 1_u64..1_000,
    ) {
        let report = run(&Scenario {
            queries: vec![10_000, 10_000],
            until: 60.0,
            seed,
            ..Scenario::new([limit(rate, burst)], 0)
        });
        let least = report.accepted.iter().min().unwrap();
        let share = count(0..*least) / report.total();
        prop_assert!(share >= 0.4, "{:?}", report.accepted);
    }
}

#[test]
fn a_flood_ends_where_each_call_makes_all_others_slower() {
    for capacity in [150.0, 400.0, 1_000.0] {
        for seed in 1..=5 {
            let limits = [
                limit(60.0, 60.0),
                limit(1.0, 1.0).from(30.0),
                limit(25.0, 25.0).from(60.0),
            ];
            let report = run(&Scenario {
                capacity,
                seed,
                until: 90.0,
                ..Scenario::new(limits, 100_000)
            });
            let used = report.total() / (31.0 * 86.0);
            let share = report.throttled_share_after(0.0);
            assert!(used >= 0.9, "{capacity}, {seed}: {used}");
            assert!(share <= 0.3, "{capacity}, {seed}: {share}");
        }
    }
}
