//! GetResource: identifiers in every form, and what is not there.

use serde_json::json;

use crate::client::{Local, properties};

const CLIENT: &str = "AWS::Cognito::UserPoolClient";

#[tokio::test]
async fn identifiers_in_both_forms_give_the_same_resource() {
    let local = Local::demo().await;
    let id = "1demowebportal000000000000";
    for identifier in [
        format!("us-east-1_Demo00001|{id}"),
        json!({"ClientId": id, "UserPoolId": "us-east-1_Demo00001"}).to_string(),
    ] {
        let reply = local
            .call(
                "GetResource",
                json!({"TypeName": CLIENT, "Identifier": identifier}),
            )
            .await
            .ok();
        let description = &reply["ResourceDescription"];
        assert_eq!(reply["TypeName"], CLIENT);
        assert_eq!(
            description["Identifier"],
            format!("us-east-1_Demo00001|{id}")
        );
        assert_eq!(properties(description)["ClientName"], "web-portal");
    }
    // [reported]
    let reply = local
        .call("GetResource", json!({"TypeName": CLIENT, "Identifier": id}))
        .await;
    assert_eq!(
        reply.error(),
        (
            "ValidationException".to_owned(),
            format!(
                "Identifier {id} is not valid for identifier [/properties/UserPoolId, /properties/ClientId]"
            )
        )
    );
}

#[tokio::test]
async fn what_is_absent_has_the_handler_s_message() {
    let local = Local::start().await;
    let reply = local
        .call(
            "GetResource",
            json!({"TypeName": "AWS::S3::Bucket", "Identifier": "none"}),
        )
        .await;
    // [recorded] both
    assert_eq!(reply.status, 400);
    let (code, message) = reply.error();
    assert_eq!(code, "ResourceNotFoundException");
    assert!(
        message.starts_with(
            "AWS::S3::Bucket Handler returned status FAILED: Bucket not found (HandlerErrorCode: NotFound, RequestToken: "
        ),
        "{message}"
    );
    let reply = local
        .call(
            "GetResource",
            json!({"TypeName": "AWS::SQS::Queue", "Identifier": "none"}),
        )
        .await;
    let (_, message) = reply.error();
    assert!(
        message.starts_with(
            "AWS::SQS::Queue Handler returned status FAILED: Resource of type 'AWS::SQS::Queue' with identifier 'none' \
             was not found. (HandlerErrorCode: NotFound, RequestToken: "
        ),
        "{message}"
    );
}

#[tokio::test]
async fn accounts_and_regions_are_apart_and_global_types_are_not() {
    let local = Local::demo().await;
    let pool = json!({"TypeName": "AWS::Cognito::UserPool", "Identifier": "us-east-1_Demo00001"});
    assert_eq!(local.call("GetResource", pool.clone()).await.status, 200);
    assert_eq!(
        local
            .call_in("eu-west-1", "GetResource", pool.clone())
            .await
            .status,
        400
    );
    assert_eq!(
        local
            .call_as("999999999999", "us-east-1", "GetResource", pool)
            .await
            .status,
        400
    );
    let role = json!({"TypeName": "AWS::IAM::Role", "Identifier": "demo-app"});
    for region in ["us-east-1", "eu-west-1", "ap-southeast-2"] {
        assert_eq!(
            local
                .call_in(region, "GetResource", role.clone())
                .await
                .status,
            200,
            "{region}"
        );
    }
    assert_eq!(
        local
            .call_in("cn-north-1", "GetResource", role)
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn the_log_says_what_was_asked_and_not_what_was_in_it() {
    let local = Local::demo().await;
    let desired = json!({"UserPoolId": "us-east-1_Demo00001", "ClientName": "topsecret"});
    let reply = local
        .call(
            "CreateResource",
            json!({"TypeName": CLIENT, "DesiredState": desired.to_string(), "ClientToken": "t1"}),
        )
        .await;
    assert_eq!(reply.status, 200);
    let entry = local.last();
    assert_eq!(entry.operation, "CreateResource");
    assert_eq!(entry.type_name.as_deref(), Some(CLIENT));
    assert_eq!(entry.client_token.as_deref(), Some("t1"));
    assert_eq!(
        (entry.region.as_str(), entry.account.as_str(), entry.status),
        ("us-east-1", "123456789012", 200)
    );
    assert!(!format!("{entry:?}").contains("topsecret"));
    assert_eq!(
        local
            .call("ListResources", json!({"TypeName": CLIENT}))
            .await
            .status,
        400
    );
    assert_eq!(
        local.last().error.as_deref(),
        Some("InvalidRequestException")
    );
    local.emulator.clear_requests();
    assert!(local.emulator.requests().is_empty());
}
