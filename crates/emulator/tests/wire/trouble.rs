//! Faults of connections, lists, reads and requests; limits and latencies.

use std::time::Duration;

use cirrus_emulator::Options;
use serde_json::{Value, json};

use crate::client::{Local, options, token};

const BUCKET: &str = "AWS::S3::Bucket";
const FUNCTION: &str = "AWS::Lambda::Function";

fn bucket(name: &str) -> Value {
    json!({"TypeName": BUCKET, "DesiredState": json!({"BucketName": name}).to_string()})
}

fn named(name: &str) -> Value {
    json!({"TypeName": BUCKET, "Identifier": name})
}

async fn names(local: &Local) -> Vec<String> {
    let listed = local.list(BUCKET, None).await;
    listed.into_iter().map(|(name, _)| name).collect()
}

#[tokio::test]
async fn connections_break_before_within_and_after() {
    let local = Local::start().await;
    local.fault("reset:times=1");
    assert!(
        local
            .try_call("CreateResource", bucket("one"))
            .await
            .is_none()
    );
    local.advance(Duration::from_secs(1));
    assert!(names(&local).await.is_empty(), "a reset does nothing");

    local.fault("drop:times=1");
    assert!(
        local
            .try_call("CreateResource", bucket("one"))
            .await
            .is_none()
    );
    local.advance(Duration::from_secs(1));
    assert_eq!(names(&local).await, ["one"], "a drop has done it");

    let local = Local::demo().await;
    let whole = local
        .call("ListResources", json!({"TypeName": FUNCTION}))
        .await
        .body;
    local.fault("cut:times=1");
    let cut = local
        .try_call("ListResources", json!({"TypeName": FUNCTION}))
        .await
        .unwrap();
    assert!(whole.starts_with(&cut.body) && cut.body.len() < whole.len());
    let promised = format!("content-length: {}", whole.len());
    assert!(cut.head.contains(&promised), "{}", cut.head);

    local.fault("slow:over=40ms,times=1");
    let slow = local
        .call("ListResources", json!({"TypeName": FUNCTION}))
        .await;
    assert_eq!(slow.body, whole);

    local.fault("delay:by=30ms,times=1");
    assert_eq!(
        local
            .call("ListResources", json!({"TypeName": FUNCTION}))
            .await
            .body,
        whole
    );
    assert_eq!(local.last().fault.as_deref(), Some("delay:by=30ms,times=1"));
}

#[tokio::test]
async fn credentials_expire_and_services_are_away() {
    let local = Local::start().await;
    for (fault, status, code) in [
        ("expired", 400, "ExpiredTokenException"),
        ("unavailable", 503, "ServiceUnavailable"),
        ("internal", 500, "InternalFailure"),
        (
            "handler:code=ServiceInternalError,message=oops",
            500,
            "ServiceInternalErrorException",
        ),
        (
            "handler:code=GeneralServiceException,message=Rate exceeded",
            400,
            "GeneralServiceException",
        ),
        (
            "handler:code=Throttling,message=Rate exceeded (Service: S3)",
            400,
            "ThrottlingException",
        ),
    ] {
        let separator = if fault.contains(':') { ',' } else { ':' };
        local.fault(&format!("{fault}{separator}times=1"));
        let reply = local
            .call("ListResources", json!({"TypeName": BUCKET}))
            .await;
        assert_eq!((reply.status, reply.error().0.as_str()), (status, code));
    }
    // Who one is can be asked although everything else is refused.
    local.fault("deny");
    assert_eq!(
        local
            .call("ListResources", json!({"TypeName": BUCKET}))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn lists_lag_behind_and_have_empty_pages() {
    let local = Local::start().await;
    local.create(BUCKET, json!({"BucketName": "old"})).await;
    local.create(BUCKET, json!({"BucketName": "older"})).await;
    local.advance(Duration::from_mins(1));
    local.create(BUCKET, json!({"BucketName": "new"})).await;
    local.finish("DeleteResource", named("old")).await;
    assert_eq!(names(&local).await, ["new", "older"]);
    local.fault("stale-list:behind=30s");
    assert_eq!(names(&local).await, ["old", "older"]);
    local.advance(Duration::from_mins(1));
    assert_eq!(names(&local).await, ["new", "older"]);
    local.emulator.clear_faults();

    local.fault("empty-page");
    let first = local
        .call("ListResources", json!({"TypeName": BUCKET}))
        .await
        .ok();
    assert_eq!(first["ResourceDescriptions"], json!([]));
    assert!(first["NextToken"].is_string());
    assert_eq!(names(&local).await, ["new", "older"]);
}

#[tokio::test]
async fn a_new_resource_is_not_found_at_first() {
    let local = Local::start().await;
    local.fault("late:reads=2");
    local.create(BUCKET, json!({"BucketName": "one"})).await;
    for _ in 0..2 {
        assert_eq!(
            local.call("GetResource", named("one")).await.error().0,
            "ResourceNotFoundException"
        );
    }
    assert_eq!(local.call("GetResource", named("one")).await.status, 200);
}

#[tokio::test]
async fn reads_are_reordered_and_filled_in() {
    let local = Local::start().await;
    let tags: Vec<Value> = (0..5)
        .map(|n| json!({"Key": n.to_string(), "Value": "x"}))
        .collect();
    let topic = local
        .create("AWS::SNS::Topic", json!({"TopicName": "t", "Tags": tags}))
        .await;
    local.fault("shuffle:times=1");
    let read = local.get("AWS::SNS::Topic", &topic).await;
    assert_ne!(read["Tags"], json!(tags));
    let mut sorted = read["Tags"].as_array().unwrap().clone();
    sorted.sort_by_key(|tag| tag["Key"].to_string());
    assert_eq!(sorted, tags);
    local.fault("filled:times=1");
    let read = local.get("AWS::SNS::Topic", &topic).await;
    assert_eq!(read["ContentBasedDeduplication"], false);
}

#[tokio::test]
async fn writes_leave_remnants_wait_for_ever_and_ignore_properties() {
    let local = Local::start().await;
    local.fault("remnant:times=1");
    let event = local.finish("CreateResource", bucket("remnant")).await;
    assert_eq!(event["OperationStatus"], "FAILED");
    assert_eq!(
        (&event["ErrorCode"], &event["Identifier"]),
        (&json!("NotStabilized"), &json!("remnant"))
    );
    assert_eq!(names(&local).await, ["remnant"]);

    local.fault("pending:times=1");
    let pending = token(&local.call("CreateResource", bucket("pending")).await.ok());
    local.fault("stuck:times=1");
    let stuck = token(&local.call("CreateResource", bucket("stuck")).await.ok());
    local.advance(Duration::from_hours(24));
    assert_eq!(local.status(&pending).await["OperationStatus"], "PENDING");
    assert_eq!(local.status(&stuck).await["OperationStatus"], "IN_PROGRESS");
    let cancel = json!({ "RequestToken": pending });
    let event = local.call("CancelResourceRequest", cancel).await.ok();
    assert_eq!(
        event["ProgressEvent"]["OperationStatus"],
        "CANCEL_IN_PROGRESS"
    );
    local.advance(Duration::from_secs(1));
    assert_eq!(
        local.status(&pending).await["OperationStatus"],
        "CANCEL_COMPLETE"
    );

    local.fault("ignore:property=VersioningConfiguration,times=1");
    let patch = json!([
        {"op": "add", "path": "/VersioningConfiguration", "value": {"Status": "Enabled"}},
        {"op": "add", "path": "/Tags", "value": [{"Key": "a", "Value": "b"}]},
    ]);
    let mut update = named("remnant");
    update["PatchDocument"] = json!(patch.to_string());
    let event = local.finish("UpdateResource", update).await;
    assert_eq!(event["OperationStatus"], "SUCCESS");
    let read = local.get(BUCKET, "remnant").await;
    assert!(read.get("VersioningConfiguration").is_none() && read.get("Tags").is_some());
}

#[tokio::test]
async fn cancelling_can_come_too_late() {
    let local = Local::start().await;
    let mut outcomes = Vec::new();
    for fault in ["unstoppable", "late-cancel"] {
        local.fault(&format!("{fault}:times=1"));
        let request = token(&local.call("CreateResource", bucket(fault)).await.ok());
        let cancel = json!({ "RequestToken": request });
        assert_eq!(
            local.call("CancelResourceRequest", cancel).await.status,
            200
        );
        local.advance(Duration::from_secs(1));
        outcomes.push(local.status(&request).await["OperationStatus"].clone());
    }
    assert_eq!(outcomes, ["SUCCESS", "CANCEL_COMPLETE"]);
    assert_eq!(names(&local).await, ["late-cancel", "unstoppable"]);
}

#[tokio::test]
async fn hooks_fail_and_others_are_in_the_way() {
    let local = Local::start().await;
    local.fault("hook:times=1");
    let request = token(&local.call("CreateResource", bucket("hooked")).await.ok());
    local.advance(Duration::from_secs(1));
    let answer = local
        .call(
            "GetResourceRequestStatus",
            json!({ "RequestToken": request }),
        )
        .await
        .ok();
    assert_eq!(answer["ProgressEvent"]["OperationStatus"], "FAILED");
    let hook = &answer["HooksProgressEvent"][0];
    assert_eq!(
        (
            &hook["HookStatus"],
            &hook["FailureMode"],
            &hook["InvocationPoint"]
        ),
        (
            &json!("HOOK_COMPLETE_FAILED"),
            &json!("FAIL"),
            &json!("PRE_PROVISION")
        )
    );
    assert!(names(&local).await.is_empty());
    local.fault("concurrent:times=1");
    let (code, message) = local.call("DeleteResource", named("x")).await.error();
    assert_eq!(code, "ConcurrentOperationException");
    assert!(message.contains("RequestToken "), "{message}");
}

#[tokio::test]
async fn limits_refuse_by_the_clock() {
    let local = Local::with(Options {
        limits: vec!["GetResource=2/s".parse().unwrap()],
        ..options()
    })
    .await;
    local.create(BUCKET, json!({"BucketName": "one"})).await;
    let get = async || local.call("GetResource", named("one")).await;
    assert_eq!((get().await.status, get().await.status), (200, 200));
    let refused = get().await;
    assert_eq!(
        refused.json(),
        json!({"__type": "com.amazon.coral.availability#ThrottlingException", "message": "Rate exceeded"})
    );
    assert!(local.last().throttled);
    local.advance(Duration::from_millis(500));
    assert_eq!(get().await.status, 200);
    let counts = local.emulator.counts();
    let count = counts["cloudcontrolapi:GetResource"];
    assert_eq!((count.calls, count.errors, count.throttled), (4, 1, 1));
}

#[tokio::test]
async fn the_same_seed_strikes_the_same_calls() {
    let strikes = async |seed| {
        let local = Local::with(Options {
            seed,
            faults: vec!["internal:chance=0.5".parse().unwrap()],
            ..options()
        })
        .await;
        let mut strikes = Vec::new();
        for _ in 0..20 {
            strikes.push(
                local
                    .call("ListResources", json!({"TypeName": BUCKET}))
                    .await
                    .status,
            );
        }
        strikes
    };
    assert_eq!(strikes(1).await, strikes(1).await);
    assert_ne!(strikes(1).await, strikes(2).await);
}

#[tokio::test]
async fn what_a_handler_keeps_of_write_only_properties_can_be_chosen() {
    for (switch, kept) in [("write-only=keep", true), ("write-only=erase", false)] {
        let mut options = options();
        options.switches.set(switch).unwrap();
        let local = Local::with(options).await;
        let secret = local
            .create(
                "AWS::SecretsManager::Secret",
                json!({"Name": "s", "SecretString": "hunter2"}),
            )
            .await;
        assert!(
            local
                .get("AWS::SecretsManager::Secret", &secret)
                .await
                .get("SecretString")
                .is_none()
        );
        let update = json!({"TypeName": "AWS::SecretsManager::Secret", "Identifier": secret,
            "PatchDocument": "[{\"op\":\"add\",\"path\":\"/Description\",\"value\":\"x\"}]"});
        assert_eq!(
            local.finish("UpdateResource", update).await["OperationStatus"],
            "SUCCESS"
        );
        let path = format!("/hidden?type=AWS::SecretsManager::Secret&identifier={secret}");
        let hidden = local.admin("GET", &path, "").await.ok();
        let value = &hidden["write_only"]["/properties/SecretString"];
        assert_eq!(value == "hunter2", kept, "{switch}: {hidden}");
        let listed = local.list("AWS::SecretsManager::Secret", None).await;
        assert!(!properties_text(&listed).contains("hunter2"));
    }
}

fn properties_text(listed: &[(String, Value)]) -> String {
    listed.iter().map(|(_, model)| model.to_string()).collect()
}

#[tokio::test]
async fn the_event_s_model_can_be_chosen() {
    for (switch, expected) in [
        (
            "model-echo=identifier",
            Some(json!({"BucketName": "bucket"})),
        ),
        ("model-echo=absent", None),
    ] {
        let mut options = options();
        options.switches.set(switch).unwrap();
        let local = Local::with(options).await;
        let event = local.finish("CreateResource", bucket("bucket")).await;
        let model = event
            .get("ResourceModel")
            .map(|text| serde_json::from_str(text.as_str().unwrap()).unwrap());
        assert_eq!(model, expected);
    }
}
