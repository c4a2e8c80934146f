//! [`Lane`]: lets calls wait until their [`Gate`] sends them.
//!
//! There is no task and no thread. One of the waiting calls, the driver, sleeps until the gate wants to be asked again;
//! the others sleep until they are admitted, or become the driver because the last one has left. A dropped call leaves
//! its place to the next.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio::{sync::Notify, time};

use super::{
    gate::{Gate, Next, Outcome},
    pace::{Finding, Learned, Stamp},
    queue::{Place, QueryId},
};

/// Where the calls of one operation in one region of one account wait.
pub(crate) struct Lane(Mutex<State>);

struct State {
    gate: Gate<Arc<Seat>>,
    driver: Option<Arc<Seat>>,
    /// What the driver sleeps until.
    armed: Option<Instant>,
}

/// A waiting call.
#[derive(Debug, Default)]
struct Seat {
    wake: Notify,
    admitted: Mutex<Option<Stamp>>,
}

/// A call that may be sent now. Dropping it says that nobody waits for it any more.
#[derive(Debug)]
pub(crate) struct Permit<'a> {
    lane: &'a Lane,
    stamp: Stamp,
    /// How long it waited for a limit.
    pub(crate) waited: Duration,
    outcome: Outcome,
}

fn now() -> Instant {
    time::Instant::now().into_std()
}

impl fmt::Debug for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lane").finish_non_exhaustive()
    }
}

impl Lane {
    pub(super) fn new(learned: Option<Learned>) -> Self {
        Self(Mutex::new(State {
            gate: Gate::new(learned, now()),
            driver: None,
            armed: None,
        }))
    }

    /// Waits for this call's turn.
    pub(crate) async fn admit(&self, query: QueryId, place: Place) -> Permit<'_> {
        let began = now();
        let (seat, limited) = {
            let mut state = self.0.lock();
            if let Some(stamp) = state.gate.pass(began) {
                return self.permit(stamp, Duration::ZERO);
            }
            let seat = Arc::<Seat>::default();
            state.gate.push(query, place, Arc::clone(&seat));
            (seat, state.gate.is_limited())
        };
        let mut waiting = Waiting {
            lane: self,
            query,
            seat: &seat,
            is_over: false,
        };
        loop {
            let until = {
                let mut state = self.0.lock();
                state.run(now());
                if let Some(stamp) = seat.admitted.lock().take() {
                    let limited = limited || state.gate.is_limited();
                    waiting.is_over = true;
                    let waited = now().saturating_duration_since(began);
                    return self.permit(stamp, if limited { waited } else { Duration::ZERO });
                }
                state.alarm(&seat)
            };
            match until {
                Some(until) => {
                    let _ = time::timeout_at(until.into(), seat.wake.notified()).await;
                }
                None => seat.wake.notified().await,
            }
        }
    }

    fn permit(&self, stamp: Stamp, waited: Duration) -> Permit<'_> {
        Permit {
            lane: self,
            stamp,
            waited,
            outcome: Outcome::Abandoned,
        }
    }

    fn end(&self, stamp: Stamp, outcome: Outcome) {
        let now = now();
        let mut state = self.0.lock();
        state.gate.end(stamp, outcome, now);
        state.run(now);
    }

    /// What was learned about the limit.
    pub(super) fn finding(&self) -> Finding {
        self.0.lock().gate.finding()
    }

    /// When a call was last let through.
    pub(crate) fn last_accepted(&self) -> Option<Instant> {
        self.0.lock().gate.last_accepted()
    }
}

impl State {
    /// Admits every call that may be sent now, and sees to it that somebody asks again in time.
    fn run(&mut self, now: Instant) {
        let alarm = loop {
            match self.gate.next(now) {
                Next::Send(seat, stamp) => {
                    if self.drives(&seat) {
                        self.driver = None;
                    }
                    *seat.admitted.lock() = Some(stamp);
                    seat.wake.notify_one();
                }
                Next::Wait(until) => break Some(until),
                Next::Rest => break None,
            }
        };
        let Some(first) = self.gate.queue.first() else {
            self.armed = None;
            return;
        };
        match &self.driver {
            None => {
                first.wake.notify_one();
                self.driver = Some(Arc::clone(first));
            }
            Some(driver) => {
                let earlier = match (alarm, self.armed) {
                    (Some(alarm), Some(armed)) => alarm < armed,
                    (alarm, _) => alarm.is_some(),
                };
                if earlier {
                    driver.wake.notify_one();
                }
            }
        }
        self.armed = alarm;
    }

    /// Until when this call sleeps at most.
    fn alarm(&self, seat: &Arc<Seat>) -> Option<Instant> {
        self.armed.filter(|_| self.drives(seat))
    }

    fn drives(&self, seat: &Arc<Seat>) -> bool {
        self.driver
            .as_ref()
            .is_some_and(|driver| Arc::ptr_eq(driver, seat))
    }
}

impl Permit<'_> {
    /// Says what became of the call.
    pub(crate) fn end(mut self, outcome: Outcome) {
        self.outcome = outcome;
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.lane.end(self.stamp, self.outcome);
    }
}

/// A place in the queue, left when nobody waits any more.
struct Waiting<'a> {
    lane: &'a Lane,
    query: QueryId,
    seat: &'a Arc<Seat>,
    is_over: bool,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let now = now();
        let state = &mut *self.lane.0.lock();
        if state.drives(self.seat) {
            state.driver = None;
        }
        let unnoticed = self.seat.admitted.lock().take();
        match unnoticed {
            Some(stamp) => state.gate.end(stamp, Outcome::Abandoned, now),
            None => state
                .gate
                .queue
                .remove(self.query, |seat| Arc::ptr_eq(seat, self.seat)),
        }
        state.run(now);
    }
}

#[cfg(test)]
mod tests;
