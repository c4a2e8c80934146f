//! What really goes over the wire: the emulator's request log is the ground truth, not the engine's own count.

use std::sync::Arc;

use cirrus_aws::{AwsCloud, Limits};
use cirrus_emulator::{Emulator, Options, demo};
use cirrus_engine::{Answer, Body, Error, Session, Settings};
use cirrus_provider::{Catalog, Operation, Schemas};
use futures::StreamExt;

struct World {
    emulator: Emulator,
    session: Session,
}

/// What a statement gave and took.
#[derive(Debug)]
struct Outcome {
    rows: usize,
    lists: usize,
    gets: usize,
    partial: bool,
    warnings: usize,
}

impl World {
    async fn new() -> Self {
        let emulator = Emulator::start(Options::new(Arc::new(Schemas::embedded())))
            .await
            .unwrap();
        emulator.load_json(demo()).unwrap();
        let cloud = Arc::new(AwsCloud::local(&emulator.url(), Limits::default()));
        let session = Session::new(Arc::new(Catalog::embedded()), cloud, Settings::default());
        Self { emulator, session }
    }

    async fn run(&self, sql: &str) -> Result<Outcome, Error> {
        self.emulator.clear_requests();
        let answer: Answer = self.session.run(sql).next().await.expect("a statement")?;
        let mut count = 0;
        if let Body::Rows(mut rows) = answer.body {
            while let Some(batch) = rows.batches.next().await {
                count += batch?.num_rows();
            }
        }
        let log = self.emulator.requests();
        let of = |operation: &str| {
            log.iter()
                .filter(|request| request.operation == operation)
                .count()
        };
        let (lists, gets) = (of("ListResources"), of("GetResource"));
        let meter = &answer.report.meter;
        let retries = usize::try_from(meter.retries()).unwrap();
        let counted = usize::try_from(
            meter.calls(Operation::ListResources) + meter.calls(Operation::GetResource),
        )
        .unwrap();
        assert_eq!(
            counted + retries,
            lists + gets,
            "the meter differs from the log: {sql}"
        );
        let warnings = answer.report.warnings().len();
        Ok(Outcome {
            rows: count,
            lists,
            gets,
            partial: answer.report.is_partial(),
            warnings,
        })
    }

    fn fault(&self, fault: &str) {
        self.emulator.clear_faults();
        self.emulator.add_fault(fault.parse().unwrap());
    }
}

const CLIENTS: &str = "aws.cognito.user_pool_clients";

#[tokio::test]
async fn an_identifier_is_exactly_one_get() {
    let world = World::new().await;
    let sql = format!(
        "SELECT * FROM {CLIENTS} WHERE Identifier = 'us-east-1_Demo00001|1demowebportal000000000000'"
    );
    let outcome = world.run(&sql).await.unwrap();
    assert_eq!((outcome.rows, outcome.lists, outcome.gets), (1, 0, 1));
    let request = &world.emulator.requests()[0];
    assert_eq!(
        request.type_name.as_deref(),
        Some("AWS::Cognito::UserPoolClient")
    );
    assert_eq!(
        request.identifier.as_deref(),
        Some("us-east-1_Demo00001|1demowebportal000000000000")
    );
}

#[tokio::test]
async fn a_parent_and_a_limit_make_no_more_calls_than_needed() {
    let world = World::new().await;
    let parent = format!("FROM {CLIENTS} WHERE user_pool_id = 'us-east-1_Demo00001'");
    let outcome = world
        .run(&format!("SELECT client_id {parent} LIMIT 3"))
        .await
        .unwrap();
    assert_eq!((outcome.rows, outcome.lists, outcome.gets), (3, 1, 0));
    let outcome = world
        .run(&format!("SELECT client_name {parent} LIMIT 3"))
        .await
        .unwrap();
    assert_eq!((outcome.rows, outcome.lists, outcome.gets), (3, 1, 3));
    let outcome = world
        .run(&format!("SELECT count(*) {parent}"))
        .await
        .unwrap();
    assert_eq!((outcome.rows, outcome.lists, outcome.gets), (1, 1, 0));
}

#[tokio::test]
async fn pages_are_read_to_the_end_and_no_further_than_a_limit() {
    let world = World::new().await;
    let buckets: Vec<String> = (0..60)
        .map(|at| format!(r#"{{"type": "AWS::S3::Bucket", "region": "us-west-2", "properties": {{"BucketName": "bucket-{at:03}"}}}}"#))
        .collect();
    world
        .emulator
        .load_json(&format!("[{}]", buckets.join(",")))
        .unwrap();
    let from = "FROM aws.s3.buckets WHERE region = 'us-west-2'";
    let outcome = world
        .run(&format!("SELECT bucket_name {from}"))
        .await
        .unwrap();
    assert_eq!((outcome.rows, outcome.lists, outcome.gets), (60, 3, 0));
    let outcome = world
        .run(&format!("SELECT bucket_name {from} LIMIT 25"))
        .await
        .unwrap();
    assert_eq!((outcome.rows, outcome.lists, outcome.gets), (25, 1, 0));
    let outcome = world
        .run(&format!("SELECT bucket_name {from} LIMIT 26"))
        .await
        .unwrap();
    assert_eq!((outcome.rows, outcome.lists, outcome.gets), (26, 2, 0));
}

#[tokio::test]
async fn explain_and_contradictions_send_nothing() {
    let world = World::new().await;
    for sql in [
        format!("EXPLAIN SELECT * FROM {CLIENTS}"),
        format!("SELECT * FROM {CLIENTS} WHERE region = 'a' AND region = 'b'"),
        "SELECT 1".to_owned(),
        "SHOW regions".to_owned(),
    ] {
        let outcome = world.run(&sql).await.unwrap();
        assert_eq!((outcome.lists, outcome.gets), (0, 0), "{sql}");
    }
}

#[tokio::test]
async fn a_denied_region_or_parent_is_a_warning() {
    let world = World::new().await;
    world.fault("deny:region=eu-west-1");
    let outcome =
        world.run("SELECT user_pool_id FROM aws.cognito.user_pools WHERE region IN ('us-east-1', 'eu-west-1')").await.unwrap();
    assert_eq!(
        (outcome.rows, outcome.partial, outcome.warnings),
        (3, true, 1)
    );
    world.fault("deny:type=AWS::Cognito::UserPoolClient,UserPoolId=us-east-1_Demo00001");
    let outcome = world
        .run(&format!("SELECT client_id FROM {CLIENTS}"))
        .await
        .unwrap();
    assert_eq!(
        (outcome.rows, outcome.partial, outcome.warnings),
        (3, true, 1)
    );
    world.fault("deny:op=ListResources");
    let error = world
        .run("SELECT user_pool_id FROM aws.cognito.user_pools")
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::Cloud(error) if error.code.as_deref() == Some("AccessDeniedException")),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_resource_that_vanishes_between_list_and_read_is_no_row() {
    let world = World::new().await;
    world.fault("vanish:type=AWS::Cognito::UserPool,identifier=us-east-1_Demo00002");
    let outcome = world
        .run("SELECT user_pool_name FROM aws.cognito.user_pools")
        .await
        .unwrap();
    assert_eq!((outcome.rows, outcome.partial), (2, false));
}

/// Nothing but the pages of the pools and one page of clients for each pool, in every region.
#[tokio::test]
async fn a_count_by_region_takes_the_fewest_calls_that_there_can_be() {
    const REGIONS: [&str; 4] = ["us-east-1", "us-west-2", "eu-west-1", "ap-southeast-2"];
    let mut data = Vec::new();
    for region in REGIONS {
        for pool in 0..50 {
            let id = format!("{region}_Count{pool:05}");
            data.push(format!(
                r#"{{"type": "AWS::Cognito::UserPool", "region": "{region}", "properties": {{"UserPoolId": "{id}", "UserPoolName": "pool-{pool}"}}}}"#
            ));
            data.extend((0..20).map(|client| format!(
                r#"{{"type": "AWS::Cognito::UserPoolClient", "region": "{region}", "properties": {{"UserPoolId": "{id}", "ClientName": "client-{client}"}}}}"#
            )));
        }
    }
    let emulator = Emulator::start(Options::new(Arc::new(Schemas::embedded())))
        .await
        .unwrap();
    emulator
        .load_json(&format!("[{}]", data.join(",")))
        .unwrap();
    let cloud = Arc::new(AwsCloud::local(&emulator.url(), Limits::default()));
    let settings = Settings {
        regions: REGIONS.map(str::to_owned).to_vec(),
        ..Settings::default()
    };
    let session = Session::new(Arc::new(Catalog::embedded()), cloud, settings);
    let world = World { emulator, session };
    let outcome = world
        .run(&format!(
            "SELECT count(*), region FROM {CLIENTS} GROUP BY region"
        ))
        .await
        .unwrap();
    // A page of pools has 25, and the 20 clients of a pool are on one.
    assert_eq!(
        (outcome.rows, outcome.lists, outcome.gets),
        (4, 4 * (2 + 50), 0)
    );
}

/// The three at once: a region that nobody answers for, a parent that is denied, a resource that goes meanwhile.
#[tokio::test]
async fn what_fails_is_named_and_all_the_rest_is_there() {
    let world = World::new().await;
    let sql = format!(
        "SELECT identifier, client_name FROM {CLIENTS} WHERE region IN ('us-east-1', 'eu-west-1', 'eu-central-1')"
    );
    let whole = world.run(&sql).await.unwrap();
    assert_eq!((whole.rows, whole.partial), (8, false));
    world.emulator.clear_faults();
    for fault in [
        "reset:region=eu-west-1",
        "deny:type=AWS::Cognito::UserPoolClient,UserPoolId=us-east-1_Demo00001",
        "vanish:type=AWS::Cognito::UserPoolClient,identifier=us-east-1_Demo00002|5demoadminconsole000000000",
    ] {
        world.emulator.add_fault(fault.parse().unwrap());
    }
    let partial = world.run(&sql).await.unwrap();
    // Of the eight, one is in the region that is down, four are the denied parent's, and one is gone.
    assert_eq!(
        (partial.rows, partial.partial, partial.warnings),
        (2, true, 3)
    );
}

#[tokio::test]
async fn broken_answers_are_errors_or_warnings_and_never_rows() {
    let world = World::new().await;
    let pools = "SELECT user_pool_id, user_pool_name FROM aws.cognito.user_pools";
    // The first page of an endless list has been shown before the loop is seen.
    world.fault("token-loop:op=ListResources");
    let outcome = world.run(pools).await.unwrap();
    assert_eq!(
        (
            outcome.rows,
            outcome.lists,
            outcome.partial,
            outcome.warnings
        ),
        (3, 2, true, 1)
    );
    for fault in ["truncate", "not-json"] {
        world.fault(&format!("{fault}:op=ListResources"));
        let error = world.run(pools).await.unwrap_err();
        assert!(matches!(error, Error::Cloud(_)), "{fault}: {error:?}");
    }
    world.fault("properties-not-json");
    let outcome = world.run(pools).await.unwrap();
    assert_eq!((outcome.rows, outcome.partial), (0, true));
    world.fault("properties-wrong-type");
    let outcome = world.run(pools).await.unwrap();
    assert!(outcome.partial && outcome.warnings >= 3, "{outcome:?}");
}

#[tokio::test]
async fn throttled_calls_are_retried_and_counted() {
    let world = World::new().await;
    world.fault("throttle:op=ListResources,times=1");
    let outcome = world
        .run("SELECT user_pool_id FROM aws.cognito.user_pools")
        .await
        .unwrap();
    assert_eq!(
        (outcome.rows, outcome.lists, outcome.partial),
        (3, 2, false)
    );
}
