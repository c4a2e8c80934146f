//! CreateResource: what is refused at once, what fails later, what a new resource has.

use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{Local, is_uuid, token};

fn bucket(desired: &Value) -> Value {
    json!({"TypeName": "AWS::S3::Bucket", "DesiredState": desired.to_string()})
}

#[tokio::test]
async fn the_first_event_is_in_progress_and_the_last_one_success() {
    let local = Local::start().await;
    let event = local
        .call(
            "CreateResource",
            bucket(&json!({"BucketName": "my-bucket"})),
        )
        .await
        .ok()["ProgressEvent"]
        .clone();
    // [recorded] an identifier that does not depend on the service is there at once
    assert_eq!(event["Identifier"], "my-bucket");
    assert_eq!(event["Operation"], "CREATE");
    assert_eq!(event["OperationStatus"], "IN_PROGRESS");
    assert_eq!(event["TypeName"], "AWS::S3::Bucket");
    assert!(event["EventTime"].is_f64(), "{event}");
    assert!(event.get("RetryAfter").is_none(), "{event}");
    let token = event["RequestToken"].as_str().unwrap();
    assert!(is_uuid(token), "{token}");

    // [recorded] the status says when to ask again
    let status = local.status(token).await;
    assert_eq!(status["OperationStatus"], "IN_PROGRESS");
    assert!(
        status["RetryAfter"].as_f64() > status["EventTime"].as_f64(),
        "{status}"
    );
    let absent = local
        .call(
            "GetResource",
            json!({"TypeName": "AWS::S3::Bucket", "Identifier": "my-bucket"}),
        )
        .await;
    assert_eq!(absent.error().0, "ResourceNotFoundException");

    local.advance(Duration::from_secs(1));
    let status = local.status(token).await;
    assert_eq!(status["OperationStatus"], "SUCCESS");
    assert_eq!(status["ResourceModel"], "{\"BucketName\":\"my-bucket\"}");
    assert!(status.get("RetryAfter").is_none(), "{status}");
    let properties = local.get("AWS::S3::Bucket", "my-bucket").await;
    assert_eq!(properties["Arn"], "arn:aws:s3:::my-bucket");
    assert_eq!(properties["DomainName"], "my-bucket.s3.amazonaws.com");
}

#[tokio::test]
async fn unknown_keys_and_wrong_types_are_refused_at_once() {
    let local = Local::start().await;
    for (desired, message) in [
        // [recorded]
        (
            json!({"BucketSomething": 1}),
            "Model validation failed (#: extraneous key [BucketSomething] is not permitted)",
        ),
        // [recorded]
        (
            json!({"BucketName": true}),
            "Model validation failed (#/BucketName: expected type: String, found: Boolean)",
        ),
        // [inferred]
        (
            json!([]),
            "Model validation failed (#: expected type: JSONObject, found: JSONArray)",
        ),
    ] {
        let reply = local.call("CreateResource", bucket(&desired)).await;
        assert_eq!(
            reply.error(),
            ("ValidationException".to_owned(), message.to_owned())
        );
    }
    let reply = local
        .call(
            "CreateResource",
            json!({"TypeName": "AWS::Cognito::UserPoolResourceServer", "DesiredState": "{\"UserPoolId\": \"us-east-1_x\"}"}),
        )
        .await;
    // [reported]
    assert_eq!(
        reply.error().1,
        "Model validation failed (#: required key [Identifier] not found\n#: required key [Name] not found)"
    );
    let reply = local
        .call(
            "CreateResource",
            json!({"TypeName": "AWS::S3::Bucket", "DesiredState": "{"}),
        )
        .await;
    assert_eq!(reply.error().0, "ValidationException");
}

#[tokio::test]
async fn what_the_schema_says_beyond_types_fails_later() {
    let local = Local::start().await;
    let event = local
        .finish(
            "CreateResource",
            bucket(&json!({"BucketName": "NOT_A_BUCKET"})),
        )
        .await;
    assert_eq!(event["OperationStatus"], "FAILED");
    assert_eq!(event["ErrorCode"], "InvalidRequest");
    assert_eq!(
        event["StatusMessage"],
        "Model validation failed (#/BucketName: failed validation constraint for keyword [pattern])"
    );
}

#[tokio::test]
async fn a_second_one_of_the_same_name_fails_with_its_identifier() {
    let local = Local::start().await;
    local
        .create("AWS::S3::Bucket", json!({"BucketName": "my-bucket"}))
        .await;
    let event = local
        .finish(
            "CreateResource",
            bucket(&json!({"BucketName": "my-bucket"})),
        )
        .await;
    // [recorded]
    assert_eq!(event["OperationStatus"], "FAILED");
    assert_eq!(event["ErrorCode"], "AlreadyExists");
    assert_eq!(event["StatusMessage"], "The bucket Already Exists");
    assert_eq!(event["Identifier"], "my-bucket");
}

#[tokio::test]
async fn a_bucket_without_a_name_gets_one() {
    let local = Local::start().await;
    let first = local.call("CreateResource", bucket(&json!({}))).await.ok();
    // [recorded] no identifier before success
    assert!(
        first["ProgressEvent"].get("Identifier").is_none(),
        "{first}"
    );
    local.advance(Duration::from_secs(1));
    let event = local.status(&token(&first)).await;
    let name = event["Identifier"].as_str().unwrap();
    assert_eq!(local.get("AWS::S3::Bucket", name).await["BucketName"], name);
}

#[tokio::test]
async fn a_queue_without_a_name_gets_one_everywhere() {
    let local = Local::start().await;
    let url = local.create("AWS::SQS::Queue", json!({})).await;
    let name = url
        .strip_prefix("https://sqs.us-east-1.amazonaws.com/123456789012/")
        .unwrap();
    let queue = local.get("AWS::SQS::Queue", &url).await;
    assert_eq!(queue["QueueName"], name);
    assert_eq!(
        queue["Arn"],
        format!("arn:aws:sqs:us-east-1:123456789012:{name}")
    );
}

#[tokio::test]
async fn a_pool_and_a_client_as_cognito_makes_them() {
    let local = Local::start().await;
    let pool = local
        .create("AWS::Cognito::UserPool", json!({"UserPoolName": "demo"}))
        .await;
    let end = pool.strip_prefix("us-east-1_").unwrap();
    assert!(
        end.len() == 9 && end.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        "{pool}"
    );
    let properties = local.get("AWS::Cognito::UserPool", &pool).await;
    assert_eq!(
        properties["Arn"],
        format!("arn:aws:cognito-idp:us-east-1:123456789012:userpool/{pool}")
    );
    assert_eq!(
        properties["ProviderName"],
        format!("cognito-idp.us-east-1.amazonaws.com/{pool}")
    );
    assert_eq!(properties["MfaConfiguration"], "OFF");
    assert_eq!(properties["Policies"]["PasswordPolicy"]["MinimumLength"], 8);

    let desired = json!({"UserPoolId": pool, "ClientName": "web", "GenerateSecret": true});
    let identifier = local.create("AWS::Cognito::UserPoolClient", desired).await;
    let client = identifier.strip_prefix(&format!("{pool}|")).unwrap();
    assert!(
        client.len() == 26
            && client
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    );
    let properties = local.get("AWS::Cognito::UserPoolClient", &identifier).await;
    assert_eq!(properties["ClientId"], client);
    assert_eq!(properties["ClientSecret"].as_str().map(str::len), Some(51));
    // [documented] defaults
    assert_eq!(properties["RefreshTokenValidity"], 30);
    assert_eq!(properties["AuthSessionValidity"], 3);
    assert_eq!(properties["EnableTokenRevocation"], true);
    assert!(
        properties.get("TokenValidityUnits").is_none(),
        "{properties}"
    );
}

#[tokio::test]
async fn cognito_s_own_rules_fail_later() {
    let local = Local::demo().await;
    let create = |desired: Value| json!({"TypeName": "AWS::Cognito::UserPoolClient", "DesiredState": desired.to_string()});
    let event = local
        .finish(
            "CreateResource",
            create(json!({"UserPoolId": "us-east-1_none"})),
        )
        .await;
    assert_eq!(event["ErrorCode"], "NotFound");
    assert!(
        event["StatusMessage"]
            .as_str()
            .unwrap()
            .starts_with("User pool us-east-1_none does not exist. (Service: ")
    );
    let event = local
        .finish(
            "CreateResource",
            create(json!({"UserPoolId": "us-east-1_Demo00001", "AllowedOAuthFlows": ["client_credentials"]})),
        )
        .await;
    assert_eq!(event["ErrorCode"], "InvalidRequest");
    // [documented]
    assert!(event["StatusMessage"].as_str().unwrap().starts_with(
        "client_credentials flow can not be selected if client does not have a client secret."
    ));
}

#[tokio::test]
async fn write_only_properties_are_never_returned() {
    let local = Local::demo().await;
    let properties = local.get("AWS::Lambda::Function", "demo-orders").await;
    assert!(properties.to_string().contains("python3.13"));
    assert!(
        !properties.to_string().contains("orders.zip"),
        "{properties}"
    );
}

#[tokio::test]
async fn types_without_a_handler_and_types_of_other_regions() {
    let local = Local::start().await;
    let reply = local
        .call(
            "UpdateResource",
            json!({"TypeName": "AWS::Cognito::UserPoolUserToGroupAttachment", "Identifier": "a|b|c", "PatchDocument": "[]"}),
        )
        .await;
    // [reported]
    assert_eq!(
        reply.error(),
        (
            "UnsupportedActionException".to_owned(),
            "Resource type AWS::Cognito::UserPoolUserToGroupAttachment does not support UPDATE action".to_owned()
        )
    );
    let options = crate::client::options();
    let elsewhere = options
        .schemas
        .type_names()
        .into_iter()
        .filter_map(|name| options.schemas.get(name))
        .find(|schema| {
            !schema
                .availability
                .includes("cn-north-1", options.schemas.regions())
        })
        .unwrap();
    let list = json!({"TypeName": elsewhere.type_name});
    // [inferred]
    assert_eq!(
        local
            .call_in("cn-north-1", "ListResources", list)
            .await
            .error()
            .0,
        "TypeNotFoundException"
    );
}
