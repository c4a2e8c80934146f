//! Line 7: Errors exactly as §1.6/§2; RFC 6902 engine with the zjsonpatch messages.
//!
//! `tests/texts` has every text; here are the bodies as bytes, and what the engine does when it does not refuse.

use serde_json::{Value, json};

use crate::{
    ask::{BUCKET, named, patched, texts},
    client::{Local, is_uuid},
};

const NAME: &str = "traced";

#[tokio::test]
async fn line_7_errors_and_patches_are_as_aws_has_them() {
    bodies_are_those_that_were_recorded().await;
    faults_of_the_service_are_500().await;
    operations_are_applied_in_order().await;
    arrays_and_pointers_follow_the_standard().await;
    a_patch_that_fails_changes_nothing().await;
}

async fn bodies_are_those_that_were_recorded() {
    let local = Local::start().await;
    let reply = local.call("GetResource", named(BUCKET, "none")).await;
    let start = "{\"__type\":\"com.amazon.cloudapiservice#ResourceNotFoundException\",\"Message\":\"AWS::S3::Bucket Handler \
                 returned status FAILED: Bucket not found (HandlerErrorCode: NotFound, RequestToken: ";
    let token = reply
        .body
        .strip_prefix(start)
        .unwrap_or_else(|| panic!("{}", reply.body));
    assert!(
        is_uuid(token.strip_suffix(")\"}").unwrap()),
        "{}",
        reply.body
    );

    let desired = json!({"BucketSomething": 1}).to_string();
    let body = json!({"TypeName": BUCKET, "DesiredState": desired});
    let reply = local.call("CreateResource", body).await;
    assert_eq!(
        (reply.status, reply.body.as_str()),
        (
            400,
            "{\"__type\":\"com.amazon.coral.validate#ValidationException\",\"Message\":\"Model validation failed (#: \
             extraneous key [BucketSomething] is not permitted)\"}"
        )
    );
    let list = json!({"TypeName": BUCKET});
    local.fault("throttle:times=1");
    let reply = local.call("ListResources", list.clone()).await;
    assert_eq!(
        (reply.status, reply.body.as_str()),
        (
            400,
            "{\"__type\":\"com.amazon.coral.availability#ThrottlingException\",\"message\":\"Rate exceeded\"}"
        )
    );
    local.fault("deny:times=1");
    let reply = local
        .call_as("111122223333", "us-east-1", "ListResources", list)
        .await;
    assert_eq!(reply.status, 400);
    let body = reply.json();
    assert_eq!(
        body["__type"],
        "com.amazon.coral.service#AccessDeniedException"
    );
    let message = body["Message"].as_str().unwrap();
    assert!(
        message.starts_with("User: arn:aws:iam::111122223333:user/"),
        "{message}"
    );
    assert!(
        message.ends_with(
            " is not authorized to perform: cloudformation:ListResources on resource: \
             arn:aws:cloudformation:us-east-1:111122223333:resource/* because no identity-based policy allows the \
             cloudformation:ListResources action"
        ),
        "{message}"
    );
}

/// The model's `fault: true` shapes; all others are 400.
async fn faults_of_the_service_are_500() {
    let local = Local::start().await;
    for (code, exception, status) in [
        ("InternalFailure", "HandlerInternalFailureException", 500),
        ("NetworkFailure", "NetworkFailureException", 500),
        ("ServiceInternalError", "ServiceInternalErrorException", 500),
        ("ServiceTimeout", "HandlerFailureException", 500),
        ("GeneralServiceException", "GeneralServiceException", 400),
        ("NotStabilized", "NotStabilizedException", 400),
        ("Throttling", "ThrottlingException", 400),
    ] {
        local.fault(&format!("handler:code={code},times=1"));
        let reply = local.call("GetResource", named(BUCKET, "x")).await;
        assert_eq!((reply.status, &*reply.error().0), (status, exception));
    }
}

/// A bucket with a rule or two, for patches.
async fn bucket() -> Local {
    let local = Local::start().await;
    let desired = json!({"BucketName": NAME, "Tags": [{"Key": "a", "Value": "1"}]});
    local.create(BUCKET, desired).await;
    local
}

async fn patch(local: &Local, patch: Value) -> Value {
    let event = local.patch(BUCKET, NAME, patch).await;
    assert_eq!(event["OperationStatus"], "SUCCESS", "{event}");
    assert_eq!(
        (&event["Operation"], &event["Identifier"]),
        (&json!("UPDATE"), &json!(NAME))
    );
    local.get(BUCKET, NAME).await
}

async fn refused(local: &Local, patch: Value) -> (String, String) {
    let body = patched(BUCKET, NAME, &patch);
    local.call("UpdateResource", body).await.error()
}

/// All six operations, with the slash before the path and without.
async fn operations_are_applied_in_order() {
    let local = bucket().await;
    let versioning = json!({"Status": "Enabled"});
    let document = json!([
        {"op": "test", "path": "/Tags/0/Value", "value": "1"},
        {"op": "replace", "path": "Tags/0/Value", "value": "2"},
        {"op": "add", "path": "/Tags/-", "value": {"Key": "b", "Value": "3"}},
        {"op": "add", "path": "/Tags/0", "value": {"Key": "c", "Value": "4"}},
        {"op": "copy", "from": "/Tags/1/Value", "path": "/Tags/0/Value"},
        {"op": "remove", "path": "/Tags/1"},
        {"op": "add", "path": "VersioningConfiguration", "value": versioning},
        {"op": "move", "from": "/Tags/1/Key", "path": "/Tags/0/Key"},
        {"op": "remove", "path": "/Tags/1"},
    ]);
    let model = patch(&local, document).await;
    assert_eq!(model["Tags"], json!([{"Key": "b", "Value": "2"}]));
    assert_eq!(model["VersioningConfiguration"], versioning);
    // An add of what is there replaces it; a whole array is one operation.
    let tags = json!([{"Key": "x", "Value": "y"}]);
    let model = patch(
        &local,
        json!([{"op": "add", "path": "/Tags", "value": tags}]),
    )
    .await;
    assert_eq!(model["Tags"], tags);
    let model = patch(&local, json!([{"op": "remove", "path": "/Tags"}])).await;
    assert_eq!(model.get("Tags"), None);
    patch(&local, json!([])).await;
}

async fn arrays_and_pointers_follow_the_standard() {
    let local = Local::start().await;
    let api = "AWS::ApiGatewayV2::Api";
    let desired = json!({"Name": "a", "ProtocolType": "HTTP", "Tags": {"a/b": "1", "c~d": "2"}});
    let identifier = local.create(api, desired).await;
    let document = json!([
        {"op": "test", "path": "/Tags/a~1b", "value": "1"},
        {"op": "replace", "path": "/Tags/c~0d", "value": "3"},
        {"op": "add", "path": "/Tags/aws:x~1y", "value": "4"},
    ]);
    let event = local.patch(api, &identifier, document).await;
    assert_eq!(event["OperationStatus"], "SUCCESS", "{event}");
    let model = local.get(api, &identifier).await;
    assert_eq!(
        model["Tags"],
        json!({"a/b": "1", "c~d": "3", "aws:x/y": "4"})
    );
}

async fn a_patch_that_fails_changes_nothing() {
    let local = bucket().await;
    let before = local.get(BUCKET, NAME).await;
    let first = json!({"op": "remove", "path": "/Tags"});
    for (operation, message) in [
        (
            json!({"op": "replace", "path": "/VersioningConfiguration", "value": {}}),
            "[REPLACE Operation] noSuchPath in source, path provided : //VersioningConfiguration",
        ),
        (
            json!({"op": "test", "path": "/BucketName", "value": "x"}),
            "[TEST Operation] value mismatch",
        ),
        (
            json!({"op": "replace", "path": "/Arn", "value": "x"}),
            "Invalid patch update: readOnlyProperties [/properties/Arn] cannot be updated",
        ),
        (
            json!({"op": "add", "path": "/Nonsense", "value": 1}),
            "Model validation failed (#: extraneous key [Nonsense] is not permitted)",
        ),
    ] {
        let error = refused(&local, json!([first, operation])).await;
        assert_eq!(error, texts(("ValidationException", message)));
    }
    let other = json!([first, {"op": "add", "path": "/BucketName", "value": "other"}]);
    let message =
        "Invalid patch update: createOnlyProperties [/properties/BucketName] cannot be updated";
    assert_eq!(
        refused(&local, other).await,
        texts(("NotUpdatableException", message))
    );
    assert_eq!(local.get(BUCKET, NAME).await, before);
    let listed = local.call("ListResourceRequests", json!({})).await.ok();
    let listed = listed["ResourceRequestStatusSummaries"].as_array().unwrap();
    assert_eq!(listed.len(), 1, "only the create was accepted");
}
