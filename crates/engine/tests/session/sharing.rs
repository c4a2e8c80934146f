//! Equal calls that are in flight at the same time are made once, also for different statements.

use cirrus_engine::Error;

use crate::{Bench, cloud::ScriptedCloud};

const NAMES: &str = "SELECT user_pool_name FROM aws.cognito.user_pools";

#[tokio::test]
async fn statements_at_the_same_time_share_their_calls() {
    let bench = Bench::with(ScriptedCloud::pools().slow(), &[]);
    let (one, other) = tokio::join!(bench.run(NAMES), bench.run(NAMES));
    assert_eq!(one.unwrap().rows, ["alpha", "beta"]);
    assert_eq!(other.unwrap().rows, ["alpha", "beta"]);
    assert_eq!(
        bench.cloud.calls(),
        [
            "Get UserPool us-east-1 us-east-1_a",
            "Get UserPool us-east-1 us-east-1_b",
            "List UserPool us-east-1 page 1"
        ]
    );
}

#[tokio::test]
async fn one_statement_after_another_asks_again() {
    let bench = Bench::with(ScriptedCloud::pools().slow(), &[]);
    for _ in 0..2 {
        assert_eq!(bench.calls(NAMES).await.len(), 3);
    }
}

#[tokio::test]
async fn who_gives_up_takes_nothing_from_the_other() {
    let bench = Bench::with(ScriptedCloud::pools().slow(), &[]);
    let clients = "SELECT client_name FROM aws.cognito.user_pool_clients";
    let impatient = async {
        let run = bench.run(clients);
        futures::pin_mut!(run);
        for _ in 0..30 {
            assert!(futures::poll!(run.as_mut()).is_pending());
            tokio::task::yield_now().await;
        }
    };
    let (patient, ()) = tokio::join!(bench.run(clients), impatient);
    assert_eq!(patient.unwrap().rows, ["app-1", "app-2", "app-3", "app-4"]);
    let mut calls = bench.cloud.calls();
    let all = calls.len();
    calls.dedup();
    assert_eq!(calls.len(), all, "{calls:?}");
}

#[tokio::test]
async fn a_budget_counts_what_is_really_asked() {
    let bench = Bench::with(ScriptedCloud::pools().slow(), &[]);
    bench.run("SET max_api_calls = 3").await.unwrap();
    assert_eq!(bench.rows(NAMES).await, ["alpha", "beta"]);
    bench.run("SET max_api_calls = 2").await.unwrap();
    let error = bench.run(NAMES).await.unwrap_err();
    assert!(matches!(error, Error::CallBudget { limit: 2 }), "{error:?}");
}
