//! The limits of the emulator, met by the real client: no caller hears of them, and what is counted went over the wire.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::{collections::BTreeMap, sync::Arc};

use cirrus_aws::{AwsCloud, Limits};
use cirrus_emulator::{Emulator, Options};
use cirrus_provider::{Cloud, CloudErrorKind, GetRequest, ListRequest, Meter, Operation, Schemas};
use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use serde_json::json;

const TYPE: &str = "AWS::S3::Bucket";

async fn emulator(buckets: usize, limits: &[&str], faults: &[&str]) -> Emulator {
    let options = Options {
        limits: limits.iter().map(|limit| limit.parse().unwrap()).collect(),
        faults: faults.iter().map(|fault| fault.parse().unwrap()).collect(),
        ..Options::new(Arc::new(Schemas::embedded()))
    };
    let emulator = Emulator::start(options).await.unwrap();
    let data: Vec<_> = (0..buckets)
        .map(|number| json!({"type": TYPE, "region": "us-east-1", "properties": {"BucketName": format!("bucket-{number}")}}))
        .collect();
    emulator.load_json(&json!(data).to_string()).unwrap();
    emulator
}

fn get(number: usize) -> GetRequest {
    GetRequest {
        type_name: TYPE.into(),
        region: "us-east-1".into(),
        identifier: format!("bucket-{number}"),
    }
}

/// Reads so many buckets, all at once.
async fn read(cloud: &AwsCloud, buckets: usize, meter: &Arc<Meter>) {
    stream::iter(0..buckets)
        .map(|number| cloud.get(get(number), Arc::clone(meter)))
        .buffer_unordered(cloud.concurrency())
        .try_collect::<Vec<_>>()
        .await
        .unwrap();
}

/// Requests by outcome: answered, throttled.
fn logged(emulator: &Emulator, operation: &str) -> (u64, u64) {
    let (throttled, answered): (Vec<_>, Vec<_>) = emulator
        .requests()
        .into_iter()
        .filter(|request| request.operation == operation)
        .partition(|request| request.error.as_deref() == Some("ThrottlingException"));
    (answered.len() as u64, throttled.len() as u64)
}

#[tokio::test]
async fn no_caller_hears_of_a_limit() {
    let emulator = emulator(120, &["GetResource=100/s,burst=20"], &[]).await;
    let cloud = AwsCloud::local(&emulator.url(), Limits::default());
    let meter = Arc::<Meter>::default();
    read(&cloud, 120, &meter).await;

    let (answered, throttled) = logged(&emulator, "GetResource");
    assert_eq!((answered, meter.calls(Operation::GetResource)), (120, 120));
    assert_eq!((meter.throttles(), meter.retries()), (throttled, throttled));
    assert!(throttled > 0 && !meter.waited().is_zero());
}

#[tokio::test]
async fn a_limit_that_comes_and_goes_is_followed() {
    let emulator = emulator(100, &[], &[]).await;
    let cloud = AwsCloud::local(&emulator.url(), Limits::default());
    let meter = Arc::<Meter>::default();
    read(&cloud, 100, &meter).await;
    assert_eq!((meter.throttles(), meter.waited().is_zero()), (0, true));

    emulator.add_fault("throttle:op=GetResource,times=40".parse().unwrap());
    read(&cloud, 100, &meter).await;
    assert_eq!(
        (meter.total(), meter.throttles(), meter.retries()),
        (200, 40, 40)
    );
}

#[tokio::test]
async fn pages_of_two_queries_come_through_one_limit() {
    let emulator = emulator(200, &["ListResources=40/s,burst=2"], &[]).await;
    let cloud = AwsCloud::local(&emulator.url(), Limits::default());
    let list = async || {
        let request = ListRequest {
            type_name: TYPE.into(),
            region: "us-east-1".into(),
            model: serde_json::Map::new(),
        };
        let meter = Arc::<Meter>::default();
        let pages: Vec<_> = cloud
            .list(request, Arc::clone(&meter))
            .try_collect()
            .await
            .unwrap();
        let resources: usize = pages.iter().map(|page| page.resources.len()).sum();
        (resources, meter)
    };
    let ((one, first), (other, second)) = futures::join!(list(), list());
    assert_eq!((one, other), (200, 200));
    let (answered, throttled) = logged(&emulator, "ListResources");
    assert_eq!(first.total() + second.total(), answered);
    assert_eq!(first.throttles() + second.throttles(), throttled);
}

#[tokio::test]
async fn a_dropped_call_sends_nothing_more() {
    let emulator = emulator(1, &[], &["throttle:op=GetResource"]).await;
    let cloud = AwsCloud::local(&emulator.url(), Limits::default());
    let meter = Arc::<Meter>::default();
    let call = cloud.get(get(0), Arc::clone(&meter));
    let throttled = async {
        while meter.throttles() == 0 {
            tokio::task::yield_now().await;
        }
    };
    // The call goes on only while it is polled.
    futures::future::select(call, throttled.boxed()).await;
    emulator.clear_faults();
    let sent = meter.total() + meter.retries();

    // Nobody is left in the queue before it; and of the dropped call, the last attempt may never have arrived.
    cloud.get(get(0), Arc::default()).await.unwrap();
    let (answered, throttled) = logged(&emulator, "GetResource");
    assert_eq!(answered, 1);
    assert!(throttled <= sent, "{throttled} of {sent}");
    assert_eq!(meter.total() + meter.retries(), sent);
}

#[tokio::test]
async fn failures_and_throttling_do_not_multiply() {
    let faults = ["throttle:op=GetResource,times=3", "internal:op=GetResource"];
    let emulator = emulator(1, &[], &faults).await;
    let cloud = AwsCloud::local(&emulator.url(), Limits::default());
    let meter = Arc::<Meter>::default();
    let error = cloud.get(get(0), Arc::clone(&meter)).await.unwrap_err();
    assert_eq!(error.kind, CloudErrorKind::Other);
    // Three throttled, three that failed.
    assert_eq!(
        (meter.total(), meter.retries(), meter.throttles()),
        (1, 5, 3)
    );
    assert_eq!(emulator.requests().len(), 6);
}

#[tokio::test]
async fn what_was_learned_is_kept_for_the_next_run() {
    let emulator = emulator(80, &["GetResource=100/s,burst=20"], &[]).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cirrus/limits.json");
    let limits = Limits {
        memory: Some(path.clone()),
        ..Limits::default()
    };
    let cloud = AwsCloud::local(&emulator.url(), limits.clone());
    read(&cloud, 80, &Arc::default()).await;
    cloud.remember();

    let text = std::fs::read_to_string(&path).unwrap();
    let kept: BTreeMap<String, BTreeMap<String, serde_json::Value>> =
        serde_json::from_str(&text).unwrap();
    let (key, limit) = kept["limits"].first_key_value().unwrap();
    assert!(key.ends_with("/us-east-1/GetResource"), "{key}");
    let rate = limit["rate"].as_f64().unwrap();
    assert!((50.0..200.0).contains(&rate), "{rate}");
    assert!(
        !text.contains("local"),
        "no part of the credentials: {text}"
    );

    // The next run gets everything through as well, and forgets the limit if there is none any more.
    let next = AwsCloud::local(&emulator.url(), limits);
    read(&next, 40, &Arc::default()).await;
    drop(next);
    assert!(
        std::fs::read_to_string(&path)
            .unwrap()
            .contains("GetResource")
    );
}

#[tokio::test]
async fn the_account_tells_its_regions_and_its_id_once() {
    let faults = [
        "throttle:op=ListRegions,times=2",
        "throttle:op=GetCallerIdentity,times=1",
    ];
    let emulator = emulator(0, &[], &faults).await;
    let cloud = AwsCloud::local(&emulator.url(), Limits::default());
    let meter = Arc::<Meter>::default();
    for _ in 0..2 {
        let (regions, account) = futures::join!(
            cloud.enabled_regions(Arc::clone(&meter)),
            cloud.account_id(Arc::clone(&meter))
        );
        let regions = regions.unwrap();
        assert!(regions.is_sorted() && regions.contains(&"us-east-1".to_owned()));
        assert_eq!(account.unwrap(), "123456789012");
    }
    assert_eq!(meter.calls(Operation::ListRegions), 1);
    assert_eq!(meter.calls(Operation::GetCallerIdentity), 1);
    assert_eq!((meter.retries(), meter.throttles()), (3, 3));
    let operations: Vec<_> = emulator
        .requests()
        .into_iter()
        .map(|request| request.operation)
        .collect();
    assert_eq!(operations.len(), 5, "{operations:?}");
}

#[tokio::test]
async fn regions_that_the_account_has_not_opted_in_to_are_left_out() {
    let mut options = Options::new(Arc::new(Schemas::embedded()));
    options.switches.set("opt-in-regions=disabled").unwrap();
    let emulator = Emulator::start(options).await.unwrap();
    let cloud = AwsCloud::local(&emulator.url(), Limits::default());
    let regions = cloud.enabled_regions(Arc::default()).await.unwrap();
    assert!(regions.contains(&"eu-west-1".to_owned()));
    assert!(!regions.contains(&"af-south-1".to_owned()));
}

#[tokio::test]
async fn a_failure_to_ask_the_account_is_not_remembered() {
    let faults = [
        "deny:op=ListRegions,times=1",
        "deny:op=GetCallerIdentity,times=1",
    ];
    let emulator = emulator(0, &[], &faults).await;
    let cloud = AwsCloud::local(&emulator.url(), Limits::default());
    let meter = Arc::<Meter>::default();
    let error = cloud.enabled_regions(Arc::clone(&meter)).await.unwrap_err();
    assert_eq!(error.kind, CloudErrorKind::AccessDenied);
    assert_eq!(
        (
            error.operation,
            error.type_name.as_str(),
            error.region.as_str()
        ),
        (Operation::ListRegions, "", "us-east-1")
    );
    let error = cloud.account_id(Arc::clone(&meter)).await.unwrap_err();
    assert_eq!(error.kind, CloudErrorKind::AccessDenied);
    assert_eq!(error.operation, Operation::GetCallerIdentity);
    cloud.enabled_regions(Arc::clone(&meter)).await.unwrap();
    cloud.account_id(Arc::clone(&meter)).await.unwrap();
    assert_eq!((meter.total(), meter.retries()), (4, 0));
}
