//! Line 9: Fault injection: front-end throttle, async Throttling, GeneralServiceException-masked throttling, ConcurrentOperation,
//! ClientTokenConflict on retry, lost response after commit, read-after-create NotFound for N calls, list/get inconsistency,
//! sparse ResourceModel, FAILED create with remnant, UPDATE SUCCESS that drops a property, CANCEL race, hook failures.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    ask::{BUCKET, identifiers, named, patched, switched, texts},
    client::{Local, is_uuid, token},
};

fn bucket(name: &str) -> Value {
    json!({"TypeName": BUCKET, "DesiredState": json!({ "BucketName": name }).to_string()})
}

#[tokio::test]
async fn line_9_faults_are_injected() {
    throttling_in_three_forms().await;
    concurrent_operations_and_retried_tokens().await;
    answers_are_lost_after_all_is_done().await;
    reads_and_lists_are_behind().await;
    models_of_events_are_sparse().await;
    writes_half_succeed().await;
    cancelling_races_with_the_end().await;
    hooks_fail().await;
}

async fn throttling_in_three_forms() {
    let local = Local::start().await;
    local.fault("throttle:op=CreateResource,times=1");
    let refused = local.call("CreateResource", bucket("one")).await;
    assert_eq!(
        (refused.status, refused.error()),
        (400, texts(("ThrottlingException", "Rate exceeded")))
    );
    for code in ["Throttling", "GeneralServiceException"] {
        local.fault(&format!("fail:code={code},message=Rate exceeded,times=1"));
        let event = local.finish("CreateResource", bucket("one")).await;
        assert_eq!(event["OperationStatus"], "FAILED");
        assert_eq!(
            (&event["ErrorCode"], &event["StatusMessage"]),
            (&json!(code), &json!("Rate exceeded"))
        );
    }
    // Reads are throttled by the service behind, which may be said otherwise too.
    for (code, exception) in [
        ("Throttling", "ThrottlingException"),
        ("GeneralServiceException", "GeneralServiceException"),
    ] {
        local.fault(&format!(
            "handler:code={code},message=Rate exceeded,times=1"
        ));
        let (found, message) = local
            .call("GetResource", named(BUCKET, "one"))
            .await
            .error();
        assert_eq!(found, exception);
        assert!(
            message.contains("FAILED: Rate exceeded (HandlerErrorCode: "),
            "{message}"
        );
    }
    assert!(identifiers(&local, BUCKET).await.is_empty());
    local.create(BUCKET, json!({"BucketName": "one"})).await;
}

async fn concurrent_operations_and_retried_tokens() {
    let local = Local::start().await;
    local.fault("concurrent:times=1");
    let (code, message) = local
        .call("DeleteResource", named(BUCKET, "x"))
        .await
        .error();
    assert_eq!(code, "ConcurrentOperationException");
    // alchemy finds it by this.
    let after = message.split("RequestToken ").nth(1).unwrap();
    assert!(is_uuid(&after[..36]), "{message}");

    let mut create = bucket("one");
    create["ClientToken"] = json!("t");
    let first = token(&local.call("CreateResource", create.clone()).await.ok());
    local.fault("token-conflict:times=1");
    let message = format!(
        "ClientToken t is already associated with an existing operation with RequestToken {first}"
    );
    let refused = local.call("CreateResource", create.clone()).await.error();
    assert_eq!(refused, texts(("ClientTokenConflictException", &message)));
    assert_eq!(
        token(&local.call("CreateResource", create).await.ok()),
        first
    );
}

async fn answers_are_lost_after_all_is_done() {
    for (fault, answered) in [("lost:times=1", true), ("drop:times=1", false)] {
        let local = Local::start().await;
        let mut create = bucket("one");
        create["ClientToken"] = json!("t");
        local.fault(fault);
        let answer = local.try_call("CreateResource", create.clone()).await;
        assert_eq!(answer.is_some(), answered, "{answer:?}");
        assert!(answer.is_none_or(|answer| answer.status == 500));
        // The retry finds the request that was accepted.
        let request = token(&local.call("CreateResource", create).await.ok());
        local.advance(Duration::from_secs(1));
        assert_eq!(local.status(&request).await["OperationStatus"], "SUCCESS");
        assert_eq!(identifiers(&local, BUCKET).await, ["one"]);
        let requests = local.call("ListResourceRequests", json!({})).await.ok();
        let requests = requests["ResourceRequestStatusSummaries"]
            .as_array()
            .unwrap();
        assert_eq!(requests.len(), 1);
    }
}

async fn reads_and_lists_are_behind() {
    let local = Local::start().await;
    local.fault("late:reads=3");
    local.create(BUCKET, json!({"BucketName": "one"})).await;
    let get = async || local.call("GetResource", named(BUCKET, "one")).await;
    for _ in 0..3 {
        assert_eq!(get().await.error().0, "ResourceNotFoundException");
    }
    assert_eq!(get().await.status, 200);
    local.emulator.clear_faults();

    local.advance(Duration::from_mins(1));
    local.create(BUCKET, json!({"BucketName": "two"})).await;
    local.finish("DeleteResource", named(BUCKET, "one")).await;
    assert_eq!(identifiers(&local, BUCKET).await, ["two"]);
    local.fault("stale-list:behind=30s");
    assert_eq!(
        identifiers(&local, BUCKET).await,
        ["one"],
        "a new one is absent, an old one lingers"
    );
    assert_eq!(get().await.error().0, "ResourceNotFoundException");
    local.emulator.clear_faults();
    local.fault("vanish:identifier=two");
    assert_eq!(identifiers(&local, BUCKET).await, ["two"]);
    let two = local.call("GetResource", named(BUCKET, "two")).await;
    assert_eq!(two.error().0, "ResourceNotFoundException");
}

async fn models_of_events_are_sparse() {
    for (position, expected) in [
        ("model-echo=absent", None),
        ("model-echo=identifier", Some(json!({"BucketName": "one"}))),
    ] {
        let local = switched(&[position]).await;
        let event = local.finish("CreateResource", bucket("one")).await;
        let model = event
            .get("ResourceModel")
            .map(|text| serde_json::from_str(text.as_str().unwrap()).unwrap());
        assert_eq!(model, expected);
    }
    let local = switched(&["model-echo=full"]).await;
    let event = local.finish("CreateResource", bucket("one")).await;
    let model: Value = serde_json::from_str(event["ResourceModel"].as_str().unwrap()).unwrap();
    assert_eq!(model, local.get(BUCKET, "one").await);
    let event = local.finish("DeleteResource", named(BUCKET, "one")).await;
    assert_eq!(event.get("ResourceModel"), None);
}

async fn writes_half_succeed() {
    let local = Local::start().await;
    local.fault("remnant:code=NotStabilized,message=Not stable,times=1");
    let event = local.finish("CreateResource", bucket("left")).await;
    assert_eq!(event["OperationStatus"], "FAILED");
    assert_eq!(
        (&event["ErrorCode"], &event["Identifier"]),
        (&json!("NotStabilized"), &json!("left"))
    );
    assert_eq!(identifiers(&local, BUCKET).await, ["left"]);

    let tags = json!([{"Key": "a", "Value": "b"}]);
    let patch = json!([
        {"op": "add", "path": "/VersioningConfiguration", "value": {"Status": "Enabled"}},
        {"op": "add", "path": "/Tags", "value": tags},
    ]);
    local.fault("ignore:property=VersioningConfiguration,times=1");
    let event = local
        .finish("UpdateResource", patched(BUCKET, "left", &patch))
        .await;
    assert_eq!(event["OperationStatus"], "SUCCESS");
    let read = local.get(BUCKET, "left").await;
    assert_eq!(
        (&read["Tags"], read.get("VersioningConfiguration")),
        (&tags, None)
    );
}

async fn cancelling_races_with_the_end() {
    let local = Local::start().await;
    for (fault, end) in [
        ("unstoppable", "SUCCESS"),
        ("late-cancel", "CANCEL_COMPLETE"),
    ] {
        local.fault(&format!("{fault}:times=1"));
        let request = token(&local.call("CreateResource", bucket(fault)).await.ok());
        let body = json!({ "RequestToken": request });
        assert_eq!(local.call("CancelResourceRequest", body).await.status, 200);
        local.advance(Duration::from_secs(1));
        assert_eq!(local.status(&request).await["OperationStatus"], end);
        // Either way it is there.
        assert_eq!(
            local.call("GetResource", named(BUCKET, fault)).await.status,
            200
        );
    }
}

async fn hooks_fail() {
    let local = Local::start().await;
    local.fault("hook:times=1");
    let first = local.call("CreateResource", bucket("hooked")).await.ok();
    assert!(first["ProgressEvent"]["HooksRequestToken"].is_string());
    local.advance(Duration::from_secs(1));
    let body = json!({"RequestToken": token(&first)});
    let answer = local.call("GetResourceRequestStatus", body).await.ok();
    assert_eq!(answer["ProgressEvent"]["OperationStatus"], "FAILED");
    let hook = &answer["HooksProgressEvent"][0];
    for (member, value) in [
        ("InvocationPoint", "PRE_PROVISION"),
        ("HookStatus", "HOOK_COMPLETE_FAILED"),
        ("FailureMode", "FAIL"),
    ] {
        assert_eq!(hook[member], value, "{hook}");
    }
    for member in [
        "HookTypeName",
        "HookTypeVersionId",
        "HookTypeArn",
        "HookStatusMessage",
    ] {
        assert!(hook[member].is_string(), "{member}: {hook}");
    }
    assert!(hook["HookEventTime"].is_f64());
    assert!(identifiers(&local, BUCKET).await.is_empty());
}
