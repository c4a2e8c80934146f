//! Faults on demand, as a client meets them.

use serde_json::json;

use crate::client::{Local, properties};

const CLIENT: &str = "AWS::Cognito::UserPoolClient";

#[tokio::test]
async fn denied_calls_have_the_front_end_s_text() {
    let local = Local::demo().await;
    local.fault("deny:region=eu-west-1");
    local.fault("deny:type=AWS::Cognito::UserPoolClient,UserPoolId=us-east-1_Demo00001");
    let pools = json!({"TypeName": "AWS::Cognito::UserPool"});
    assert_eq!(local.call("ListResources", pools.clone()).await.status, 200);
    // [reported]
    let (code, message) = local
        .call_in("eu-west-1", "ListResources", pools)
        .await
        .error();
    assert_eq!(code, "AccessDeniedException");
    assert_eq!(
        message,
        "User: arn:aws:iam::123456789012:user/cirrus is not authorized to perform: cloudformation:ListResources on \
         resource: arn:aws:cloudformation:eu-west-1:123456789012:resource/* because no identity-based policy allows the \
         cloudformation:ListResources action"
    );
    let of_pool = async |pool: &str| {
        let body =
            json!({"TypeName": CLIENT, "ResourceModel": json!({"UserPoolId": pool}).to_string()});
        local.call("ListResources", body).await.status
    };
    assert_eq!(of_pool("us-east-1_Demo00001").await, 400);
    assert_eq!(of_pool("us-east-1_Demo00002").await, 200);
    let get = async |identifier: &str| {
        local
            .call(
                "GetResource",
                json!({"TypeName": CLIENT, "Identifier": identifier}),
            )
            .await
            .status
    };
    assert_eq!(
        get("us-east-1_Demo00001|1demowebportal000000000000").await,
        400
    );
    assert_eq!(
        get("us-east-1_Demo00002|6demobadgeprinter000000000").await,
        200
    );
    assert_eq!(
        local
            .emulator
            .requests()
            .iter()
            .filter(|request| request.fault.is_some())
            .count(),
        3
    );
}

#[tokio::test]
async fn throttling_ends() {
    let local = Local::demo().await;
    local.fault("throttle:op=ListResources,times=2");
    let list = async || {
        local
            .call("ListResources", json!({"TypeName": "AWS::S3::Bucket"}))
            .await
    };
    for _ in 0..2 {
        let reply = list().await;
        assert_eq!(reply.status, 400);
        assert_eq!(
            reply.json(),
            json!({"__type": "com.amazon.coral.availability#ThrottlingException", "message": "Rate exceeded"})
        );
    }
    assert_eq!(list().await.status, 200);
}

#[tokio::test]
async fn answers_that_are_not_what_they_should_be() {
    let local = Local::demo().await;
    let list = async || {
        local
            .call("ListResources", json!({"TypeName": "AWS::Logs::LogGroup"}))
            .await
    };
    let whole = list().await.body;
    let once = |fault: &str| local.fault(&format!("{fault}:times=1"));

    once("truncate");
    let reply = list().await;
    assert!(
        reply.status == 200 && whole.starts_with(&reply.body) && reply.body.len() < whole.len()
    );
    once("not-json");
    assert!(list().await.body.starts_with("<html>"));
    once("internal");
    assert_eq!(list().await.status, 500);
    once("properties-not-json");
    let text = list().await.ok()["ResourceDescriptions"][0]["Properties"].clone();
    assert!(serde_json::from_str::<serde_json::Value>(text.as_str().unwrap()).is_err());
    once("properties-wrong-type");
    let model = properties(&list().await.ok()["ResourceDescriptions"][0]);
    assert_eq!(model["LogGroupName"], "/aws/lambda/demo-orders");
    assert_eq!(
        (&model["RetentionInDays"], &model["Arn"]),
        (&json!("unexpected"), &json!([1]))
    );
    assert_eq!(list().await.body, whole);
}

#[tokio::test]
async fn a_token_that_leads_nowhere() {
    let local = Local::demo().await;
    local.fault("token-loop:type=AWS::S3::Bucket");
    let mut body = json!({"TypeName": "AWS::S3::Bucket"});
    let first = local.call("ListResources", body.clone()).await.ok();
    body["NextToken"] = first["NextToken"].clone();
    assert_eq!(local.call("ListResources", body).await.ok(), first);
}

#[tokio::test]
async fn a_resource_that_is_listed_and_not_there() {
    let local = Local::demo().await;
    local.fault("vanish:identifier=demo-orders,type=AWS::Lambda::Function");
    assert_eq!(local.list("AWS::Lambda::Function", None).await.len(), 1);
    let reply = local
        .call(
            "GetResource",
            json!({"TypeName": "AWS::Lambda::Function", "Identifier": "demo-orders"}),
        )
        .await;
    assert_eq!(reply.error().0, "ResourceNotFoundException");
}

#[tokio::test]
async fn writes_that_fail_are_lost_or_conflict_with_themselves() {
    let local = Local::start().await;
    let create = |token: &str| json!({"TypeName": "AWS::S3::Bucket", "DesiredState": json!({"BucketName": token}).to_string(), "ClientToken": token});
    local.fault("fail:op=CreateResource,code=Throttling,message=Rate exceeded,times=1");
    let event = local.finish("CreateResource", create("one")).await;
    assert_eq!(
        (&event["ErrorCode"], &event["StatusMessage"]),
        (&json!("Throttling"), &json!("Rate exceeded"))
    );

    local.fault("lost:times=1");
    assert_eq!(
        local.call("CreateResource", create("two")).await.status,
        500
    );
    let retried = local.finish("CreateResource", create("two")).await;
    assert_eq!(retried["OperationStatus"], "SUCCESS");

    local.fault("token-conflict");
    assert_eq!(
        local.call("CreateResource", create("two")).await.error().0,
        "ClientTokenConflictException"
    );
}
