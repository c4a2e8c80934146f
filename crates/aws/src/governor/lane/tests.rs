//! Lanes with a paused clock: time passes only when everybody waits.

use std::{pin::pin, task::Poll};

use futures::{FutureExt, StreamExt, future, stream};

use super::*;
use crate::governor::gate::Outcome;

const A: QueryId = 1;
const B: QueryId = 2;

/// Polls once; true if the call still waits.
async fn still_waits<F: Future>(future: std::pin::Pin<&mut F>) -> bool {
    let mut future = Some(future);
    future::poll_fn(|context| {
        let future = future.take().expect("polled once");
        Poll::Ready(future.poll(context).is_pending())
    })
    .await
}

/// A lane that knows a limit of ten calls a second, of which it has sent the first, and whose first probe has failed.
async fn limited() -> Lane {
    let lane = Lane::new(Some(Learned {
        rate: 10.0,
        burst: 1.0,
    }));
    lane.admit(A, Place::Back).await.end(Outcome::Accepted);
    let probe = lane.admit(A, Place::Back).await;
    probe.end(Outcome::Throttled(None));
    lane
}

#[tokio::test(start_paused = true)]
async fn calls_are_in_flight_up_to_a_bound() {
    let lane = Lane::new(None);
    let mut permits = Vec::new();
    for _ in 0..32 {
        permits.push(lane.admit(A, Place::Back).await);
    }
    let mut next = pin!(lane.admit(A, Place::Back));
    assert!(still_waits(next.as_mut()).await);
    permits.pop();
    let permit = next.await;
    assert_eq!(permit.waited, Duration::ZERO, "no limit was waited for");
}

#[tokio::test(start_paused = true)]
async fn a_limit_is_waited_for_and_the_wait_is_told() {
    let lane = limited().await;
    let began = time::Instant::now();
    let permit = lane.admit(A, Place::Back).await;
    assert_eq!(permit.waited, began.elapsed());
    assert!(permit.waited > Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn who_stops_waiting_leaves_its_place() {
    let lane = limited().await;
    let mut first = Box::pin(lane.admit(A, Place::Back));
    let mut second = Box::pin(lane.admit(A, Place::Back));
    assert!(still_waits(first.as_mut()).await && still_waits(second.as_mut()).await);
    // The first one slept for both.
    drop(first);
    second.await.end(Outcome::Accepted);
    assert!(lane.0.lock().gate.queue.is_empty());
}

#[tokio::test(start_paused = true)]
async fn who_is_admitted_and_does_not_notice_takes_no_room() {
    let lane = Lane::new(None);
    let permits: Vec<_> = stream::iter(0..32)
        .then(|_| lane.admit(A, Place::Back))
        .collect()
        .await;
    let mut unnoticed = Box::pin(lane.admit(A, Place::Back));
    assert!(still_waits(unnoticed.as_mut()).await);
    drop(permits);
    drop(unnoticed);
    for _ in 0..32 {
        assert!(lane.admit(A, Place::Back).now_or_never().is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn queries_take_turns() {
    let lane = limited().await;
    let call = async |query: QueryId| {
        lane.admit(query, Place::Back).await.end(Outcome::Accepted);
        query
    };
    let calls = [A, A, A, A, B, B].map(call);
    let order: Vec<QueryId> = stream::iter(calls).buffer_unordered(6).collect().await;
    assert_eq!(order, [A, B, A, B, A, A]);
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_the_service_asks_for_is_kept() {
    let lane = Lane::new(None);
    for pause in [30, 40] {
        let permit = lane.admit(A, Place::Back).await;
        let pause = Duration::from_secs(pause);
        permit.end(if pause.as_secs() == 30 {
            Outcome::Throttled(Some(pause))
        } else {
            Outcome::Failed(Some(pause))
        });
        let began = time::Instant::now();
        let permit = lane.admit(A, Place::Front).await;
        assert!(began.elapsed() >= pause);
        assert!(permit.waited >= pause);
        permit.end(Outcome::Accepted);
    }
}

#[tokio::test(start_paused = true)]
async fn everybody_gets_through_however_many_are_dropped() {
    let lane = limited().await;
    let got = std::sync::atomic::AtomicU32::new(0);
    let calls = (0..200_u32).map(|number| {
        let (lane, got) = (&lane, &got);
        async move {
            let call = async {
                let permit = lane.admit(number as usize % 3, Place::Back).await;
                time::sleep(Duration::from_millis(20)).await;
                permit.end(Outcome::Accepted);
                got.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            };
            if number % 2 == 0 {
                call.await;
            } else {
                // Impatient at different times: waiting, admitted, or in flight.
                let patience = Duration::from_millis(u64::from(number) * 7);
                let _ = time::timeout(patience, call).await;
            }
        }
    });
    future::join_all(calls).await;
    assert!(got.into_inner() >= 100);
    let state = lane.0.lock();
    assert!(state.gate.queue.is_empty() && state.driver.is_none());
}
