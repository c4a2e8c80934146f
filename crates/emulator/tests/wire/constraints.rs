//! What the front end refuses before anything is looked at.

use serde_json::json;

use crate::client::{Local, authorization};

#[tokio::test]
async fn answers_have_the_protocol_s_headers() {
    let local = Local::demo().await;
    let reply = local
        .call("ListResources", json!({"TypeName": "AWS::S3::Bucket"}))
        .await;
    assert_eq!(reply.status, 200);
    assert!(
        reply
            .head
            .contains("content-type: application/x-amz-json-1.0"),
        "{}",
        reply.head
    );
    assert!(reply.head.contains("x-amzn-requestid: "), "{}", reply.head);
}

#[tokio::test]
async fn error_bodies_name_the_shape_and_the_message() {
    let local = Local::start().await;
    // [recorded]
    let reply = local
        .call(
            "GetResource",
            json!({"TypeName": "AWS::LocalStack::DoesNotExist", "Identifier": "x"}),
        )
        .await;
    assert_eq!(reply.status, 400);
    assert_eq!(
        reply.json(),
        json!({
            "__type": "com.amazon.cloudapiservice#TypeNotFoundException",
            "Message": "The type 'AWS::LocalStack::DoesNotExist' cannot be found."
        })
    );
    let reply = local
        .call("CreateResource", json!({"TypeName": "AWS::S3::Bucket"}))
        .await;
    // [inferred] from other services of the same protocol
    assert_eq!(
        reply.json(),
        json!({
            "__type": "com.amazon.coral.validate#ValidationException",
            "Message": "1 validation error detected: Value null at 'desiredState' failed to satisfy constraint: Member must not be null"
        })
    );
}

#[tokio::test]
async fn unknown_targets_missing_signatures_and_bodies_that_are_no_json() {
    let local = Local::start().await;
    assert_eq!(
        local.call("Nonsense", json!({})).await.error().0,
        "UnknownOperationException"
    );
    let signed = authorization("AKID", "us-east-1", "cloudcontrolapi");
    let target = "x-amz-target: CloudApiService.ListResources\r\n";
    let other = format!("x-amz-target: DynamoDB_20120810.ListTables\r\n{signed}");
    assert_eq!(
        local.send("/", &other, b"{}").await.error().0,
        "UnknownOperationException"
    );
    assert_eq!(
        local.send("/", &signed, b"{}").await.error().0,
        "UnknownOperationException"
    );
    assert_eq!(
        local.send("/", target, b"{}").await.error().0,
        "MissingAuthenticationTokenException"
    );
    for body in ["", "[]", "nonsense", "{\"TypeName\": 1}"] {
        let reply = local
            .send("/", &format!("{target}{signed}"), body.as_bytes())
            .await;
        assert_eq!(reply.error().0, "SerializationException", "{body}");
    }
}

#[tokio::test]
async fn no_body_makes_it_fall_over() {
    let local = Local::demo().await;
    let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
    let odd = [
        json!({"TypeName": "AWS::S3::Bucket", "DesiredState": deep}),
        json!({"TypeName": "AWS::S3::Bucket", "DesiredState": "{\"\u{0}\": 1e400}"}),
        json!({"TypeName": "AWS::S3::Bucket", "DesiredState": "{\"Tags\": [[[]]]}"}),
        json!({"TypeName": "AWS::S3::Bucket", "Identifier": "|||", "PatchDocument": "[{\"op\":\"move\",\"from\":\"\",\"path\":\"/a\"}]"}),
        json!({"TypeName": "AWS::S3::Bucket", "Identifier": "demo-uploads-123456789012", "PatchDocument": "[{\"op\":\"remove\",\"path\":\"\"}]"}),
        json!({"TypeName": "AWS::S3::Bucket", "Identifier": "demo-uploads-123456789012", "PatchDocument": "[{\"op\":\"add\",\"path\":\"\",\"value\":[]}]"}),
        json!({"TypeName": "AWS::S3::Bucket", "Identifier": "demo-uploads-123456789012", "PatchDocument": "[{\"op\":\"add\",\"path\":\"/Tags/99999999999999999999\",\"value\":1}]"}),
        json!({"TypeName": "AWS::S3::Bucket", "ResourceModel": "null", "NextToken": "\u{1F600}"}),
        json!({"ResourceRequestStatusFilter": 7, "NextToken": "page-1", "MaxResults": 1.5}),
        json!({"RequestToken": "x"}),
    ];
    for operation in [
        "CreateResource",
        "GetResource",
        "UpdateResource",
        "DeleteResource",
        "ListResources",
        "GetResourceRequestStatus",
        "ListResourceRequests",
        "CancelResourceRequest",
    ] {
        for body in &odd {
            let reply = local.call(operation, body.clone()).await;
            assert!(
                reply.status == 200 || reply.status == 400,
                "{operation} {body}: {reply:?}"
            );
        }
    }
    let signed = authorization("AKID", "us-east-1", "cloudcontrolapi");
    let headers = format!("x-amz-target: CloudApiService.ListResources\r\n{signed}");
    let large = vec![b' '; 2 * 1024 * 1024];
    assert_eq!(local.send("/", &headers, &large).await.status, 413);
}
