//! Which regions are read: those that a predicate names, those of the session, or all that the account has enabled.

use cirrus_engine::{Error, WarningKind};
use cirrus_provider::CloudErrorKind;

use crate::{Bench, cloud::ScriptedCloud};

const POOLS: &str = "SELECT region, user_pool_id FROM aws.cognito.user_pools";

#[tokio::test]
async fn all_is_every_region_that_the_account_has_enabled() {
    let bench = Bench::new();
    bench.run("SET regions = 'all'").await.unwrap();
    bench.cloud.clear_calls();
    let outcome = bench.run(POOLS).await.unwrap();
    assert_eq!(
        outcome.rows,
        [
            "eu-west-1|eu-west-1_c",
            "us-east-1|us-east-1_a",
            "us-east-1|us-east-1_b"
        ]
    );
    assert_eq!(
        bench.cloud.calls(),
        [
            "List UserPool eu-west-1 page 1",
            "List UserPool us-east-1 page 1",
            "ListRegions"
        ]
    );
    // Regions that are not enabled are named, and cost nothing.
    assert!(!outcome.partial);
    let skipped = outcome
        .warnings
        .iter()
        .filter(|warning| warning.kind == WarningKind::NotEnabled);
    assert!(skipped.count() > 10, "{:?}", outcome.warnings);
    // The account is asked once in a session.
    assert_eq!(
        bench.calls(POOLS).await,
        [
            "List UserPool eu-west-1 page 1",
            "List UserPool us-east-1 page 1"
        ]
    );
}

#[tokio::test]
async fn explain_of_all_regions_asks_nobody() {
    let bench = Bench::with(ScriptedCloud::pools(), &["all"]);
    let (rows, calls) = bench.rows_and_calls(&format!("EXPLAIN {POOLS}")).await;
    assert_eq!(calls, Vec::<String>::new());
    assert!(rows.len() > 10, "{rows:#?}");
    assert_eq!(
        rows.iter()
            .filter(|row| row.contains("|ListRegions|"))
            .count(),
        1
    );
    // How many of them count, nobody knows yet.
    let lists = rows.iter().filter(|row| row.contains("|ListResources|"));
    assert!(
        lists.clone().all(|row| row.contains("|at least 0|")),
        "{rows:#?}"
    );
    bench.run(POOLS).await.unwrap();
    let rows = bench.rows(&format!("EXPLAIN {POOLS}")).await;
    assert_eq!(rows.len(), 2, "{rows:#?}");
    assert!(
        rows.iter().all(|row| row.contains("|at least 1|")),
        "{rows:#?}"
    );
}

#[tokio::test]
async fn like_selects_from_the_enabled_regions() {
    let bench = Bench::new();
    let (rows, calls) = bench
        .rows_and_calls(&format!("{POOLS} WHERE region LIKE 'eu-%'"))
        .await;
    assert_eq!(rows, ["eu-west-1|eu-west-1_c"]);
    assert_eq!(calls, ["List UserPool eu-west-1 page 1", "ListRegions"]);
    // Other predicates select from the session's.
    let (rows, calls) = bench
        .rows_and_calls(&format!("{POOLS} WHERE region NOT LIKE 'eu-%'"))
        .await;
    assert_eq!(rows, ["us-east-1|us-east-1_a", "us-east-1|us-east-1_b"]);
    assert_eq!(calls, ["List UserPool us-east-1 page 1"]);
}

#[tokio::test]
async fn a_region_that_a_predicate_names_is_read_as_written() {
    let bench = Bench::new();
    bench.run("SET regions = 'all'").await.unwrap();
    let (rows, calls) = bench
        .rows_and_calls(&format!(
            "{POOLS} WHERE region IN ('eu-west-1', 'ap-south-2')"
        ))
        .await;
    assert_eq!(rows, ["eu-west-1|eu-west-1_c"]);
    assert_eq!(
        calls,
        [
            "List UserPool ap-south-2 page 1",
            "List UserPool eu-west-1 page 1"
        ]
    );
}

#[tokio::test]
async fn without_an_answer_every_region_of_the_partition_is_tried() {
    let cloud = ScriptedCloud::pools()
        .without_enabled_regions()
        .failing("List UserPool ap-", CloudErrorKind::Region);
    let bench = Bench::with(cloud, &["all"]);
    let outcome = bench.run(POOLS).await.unwrap();
    assert_eq!(outcome.rows.len(), 3);
    assert!(!outcome.partial, "{:?}", outcome.warnings);
    let unknown = |kind: &WarningKind| matches!(kind, WarningKind::RegionsUnknown(_));
    let said = outcome
        .warnings
        .iter()
        .filter(|warning| unknown(&warning.kind));
    assert_eq!(said.count(), 1);
    assert!(
        outcome
            .warnings
            .iter()
            .any(|warning| warning.kind == WarningKind::NotEnabled)
    );
}

#[tokio::test]
async fn when_every_region_refuses_nothing_is_shown() {
    let cloud = ScriptedCloud::pools()
        .without_enabled_regions()
        .failing("List UserPool", CloudErrorKind::Region);
    let bench = Bench::with(cloud, &["all"]);
    let error = bench.run(POOLS).await.unwrap_err();
    assert!(matches!(error, Error::Cloud(_)), "{error:?}");
}

#[tokio::test]
async fn a_key_that_names_its_region_is_asked_nowhere_else() {
    let bench = Bench::with(ScriptedCloud::pools(), &["us-east-1", "eu-west-1"]);
    let clients = "SELECT client_id FROM aws.cognito.user_pool_clients WHERE";
    let calls = bench
        .calls(&format!("{clients} user_pool_id = 'eu-west-1_c'"))
        .await;
    assert_eq!(
        calls,
        [r#"List UserPoolClient eu-west-1 {"UserPoolId":"eu-west-1_c"} page 1"#]
    );
    // A region that the statement names is asked, whatever the key looks like.
    let calls = bench
        .calls(&format!(
            "{clients} user_pool_id = 'eu-west-1_c' AND region = 'us-east-1'"
        ))
        .await;
    assert_eq!(
        calls,
        [r#"List UserPoolClient us-east-1 {"UserPoolId":"eu-west-1_c"} page 1"#]
    );
}

#[tokio::test]
async fn all_stands_alone() {
    let bench = Bench::new();
    let error = bench.refused("SET regions = 'all,us-east-1'").await;
    assert!(matches!(error, Error::Plan { .. }), "{error:?}");
    bench.run("SET regions = 'all'").await.unwrap();
    assert_eq!(bench.rows("SHOW regions").await, ["all"]);
}
