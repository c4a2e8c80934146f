//! UpdateResource and DeleteResource.

use std::time::Duration;

use cirrus_emulator::{CreateOnlyCheck, Switches};
use serde_json::{Value, json};

use crate::client::{Local, options};

const CLIENT: &str = "AWS::Cognito::UserPoolClient";
const STAGING: &str = "us-east-1_Demo00003|7demostagingweb00000000000";
const BUCKET: &str = "demo-uploads-123456789012";

fn update(type_name: &str, identifier: &str, patch: &Value) -> Value {
    json!({"TypeName": type_name, "Identifier": identifier, "PatchDocument": patch.to_string()})
}

#[tokio::test]
async fn a_patch_changes_what_it_names_and_nothing_else() {
    let local = Local::demo().await;
    let before = local.get(CLIENT, STAGING).await;
    let patch = json!([
        {"op": "add", "path": "/CallbackURLs", "value": ["https://a", "https://b"]},
        {"op": "replace", "path": "ClientName", "value": "renamed"}
    ]);
    let first = local
        .call("UpdateResource", update(CLIENT, STAGING, &patch))
        .await
        .ok();
    assert_eq!(first["ProgressEvent"]["Operation"], "UPDATE");
    assert_eq!(first["ProgressEvent"]["Identifier"], STAGING);
    assert_eq!(local.get(CLIENT, STAGING).await, before);
    local.advance(Duration::from_secs(1));
    let after = local.get(CLIENT, STAGING).await;
    assert_eq!(after["CallbackURLs"], json!(["https://a", "https://b"]));
    assert_eq!(after["ClientName"], "renamed");
    assert_eq!(after["AllowedOAuthFlows"], before["AllowedOAuthFlows"]);
}

#[tokio::test]
async fn the_read_comes_before_everything_about_paths() {
    let local = Local::start().await;
    // [recorded] with a path that is not even in the schema
    let patch = json!([{"op": "replace", "path": "/something", "value": 1}]);
    let reply = local
        .call("UpdateResource", update("AWS::S3::Bucket", "none", &patch))
        .await;
    assert_eq!(reply.error().0, "ResourceNotFoundException");
    // [recorded] the type comes before the patch is applied
    let reply = local
        .call(
            "UpdateResource",
            update("AWS::LocalStack::DoesNotExist", "none", &json!([])),
        )
        .await;
    assert_eq!(reply.error().0, "TypeNotFoundException");
    let malformed = json!({"TypeName": "AWS::LocalStack::DoesNotExist", "Identifier": "none", "PatchDocument": "nonsense"});
    assert_eq!(
        local.call("UpdateResource", malformed).await.error().0,
        "ValidationException"
    );
}

#[tokio::test]
async fn create_only_and_read_only_properties_stay_as_they_are() {
    let local = Local::demo().await;
    let refused = async |operation: &str, path: &str, value: Value| {
        let patch = json!([{"op": operation, "path": path, "value": value}]);
        local
            .call("UpdateResource", update("AWS::S3::Bucket", BUCKET, &patch))
            .await
            .error()
    };
    // [recorded] both
    assert_eq!(
        refused("replace", "/BucketName", json!("other")).await,
        (
            "NotUpdatableException".to_owned(),
            "Invalid patch update: createOnlyProperties [/properties/BucketName] cannot be updated"
                .to_owned()
        )
    );
    assert_eq!(
        refused("add", "/Arn", json!("arn:x")).await,
        (
            "ValidationException".to_owned(),
            "Invalid patch update: readOnlyProperties [/properties/Arn] cannot be updated"
                .to_owned()
        )
    );
    // [reported]
    assert_eq!(
        refused("replace", "/Behaviors/0/Criteria/DurationSeconds", json!(1))
            .await
            .1,
        "[REPLACE Operation] noSuchPath in source, path provided: //Behaviors/0/Criteria/DurationSeconds"
    );
    assert_eq!(
        refused("add", "/Tags", json!([{"Key": "a"}])).await.1,
        "Model validation failed (#/Tags/0: required key [Value] not found)"
    );
    // A create-only property may be repeated, unless the emulator is told to look at paths.
    let same = json!([{"op": "add", "path": "/BucketName", "value": BUCKET}]);
    assert_eq!(
        local
            .call("UpdateResource", update("AWS::S3::Bucket", BUCKET, &same))
            .await
            .status,
        200
    );
    let strict = Local::with(cirrus_emulator::Options {
        switches: Switches {
            create_only: CreateOnlyCheck::ByPath,
            ..Switches::default()
        },
        ..options()
    })
    .await;
    strict.emulator.load_json(cirrus_emulator::demo()).unwrap();
    let reply = strict
        .call("UpdateResource", update("AWS::S3::Bucket", BUCKET, &same))
        .await;
    assert_eq!(reply.error().0, "NotUpdatableException");
}

#[tokio::test]
async fn a_later_violation_fails_the_request_and_changes_nothing() {
    let local = Local::demo().await;
    let patch = json!([{"op": "add", "path": "/AllowedOAuthFlows", "value": ["code", "token"]}]);
    let event = local
        .finish("UpdateResource", update(CLIENT, STAGING, &patch))
        .await;
    assert_eq!(
        (&event["OperationStatus"], &event["ErrorCode"]),
        (&json!("FAILED"), &json!("InvalidRequest"))
    );
    assert_eq!(
        local.get(CLIENT, STAGING).await["AllowedOAuthFlows"],
        json!(["code", "implicit"])
    );
}

#[tokio::test]
async fn every_demo_resource_survives_an_empty_patch() {
    let local = Local::demo().await;
    let data: Vec<Value> = serde_json::from_str(cirrus_emulator::demo()).unwrap();
    let mut types: Vec<&str> = data
        .iter()
        .filter(|entry| entry["region"] == "us-east-1")
        .map(|entry| entry["type"].as_str().unwrap())
        .collect();
    types.dedup();
    for type_name in types {
        let model = type_name
            .strip_prefix("AWS::Cognito::UserPool")
            .filter(|rest| !rest.is_empty())
            .map(|_| json!({"UserPoolId": "us-east-1_Demo00002"}));
        for (identifier, _) in local.list(type_name, model).await {
            let before = local.get(type_name, &identifier).await;
            let reply = local
                .call("UpdateResource", update(type_name, &identifier, &json!([])))
                .await;
            if reply.status == 400 {
                assert_eq!(reply.error().0, "UnsupportedActionException", "{type_name}");
                continue;
            }
            local.advance(Duration::from_secs(1));
            assert_eq!(local.get(type_name, &identifier).await, before);
        }
    }
}

#[tokio::test]
async fn deleting_is_accepted_and_then_done_or_not_found() {
    let local = Local::demo().await;
    let delete =
        |identifier: &str| json!({"TypeName": "AWS::S3::Bucket", "Identifier": identifier});
    let event = local.finish("DeleteResource", delete(BUCKET)).await;
    assert_eq!(
        (&event["OperationStatus"], &event["Operation"]),
        (&json!("SUCCESS"), &json!("DELETE"))
    );
    assert!(event.get("ResourceModel").is_none(), "{event}");
    // [recorded]
    let event = local.finish("DeleteResource", delete(BUCKET)).await;
    assert_eq!(
        (&event["OperationStatus"], &event["ErrorCode"]),
        (&json!("FAILED"), &json!("NotFound"))
    );
    assert_eq!(event["Identifier"], BUCKET);
}

#[tokio::test]
async fn a_pool_takes_everything_with_it_unless_it_is_protected() {
    let local = Local::demo().await;
    let pool =
        |identifier: &str| json!({"TypeName": "AWS::Cognito::UserPool", "Identifier": identifier});
    let event = local
        .finish("DeleteResource", pool("us-east-1_Demo00001"))
        .await;
    assert_eq!(event["ErrorCode"], "InvalidRequest");
    let event = local
        .finish("DeleteResource", pool("us-east-1_Demo00003"))
        .await;
    assert_eq!(event["OperationStatus"], "SUCCESS");
    let gone = local
        .call(
            "GetResource",
            json!({"TypeName": CLIENT, "Identifier": STAGING}),
        )
        .await;
    assert_eq!(gone.error().0, "ResourceNotFoundException");
}
