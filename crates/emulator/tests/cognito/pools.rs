//! User pools: defaults, both views, what an update resets, attributes, tags.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    client::{ACCOUNT, Local},
    cognito::{POOL, ask, ask_in, failed, fails, patch, pool, refusal, user},
};

async fn described(local: &Local, id: &str) -> Value {
    ask(local, "DescribeUserPool", json!({"UserPoolId": id}))
        .await
        .ok()["UserPool"]
        .clone()
}

#[tokio::test]
async fn created_natively_it_is_seen_by_cloud_control() {
    let local = Local::start().await;
    let reply = ask(
        &local,
        "CreateUserPool",
        json!({"PoolName": "demo", "UserPoolTags": {"a": "b"}}),
    )
    .await;
    assert!(
        reply
            .head
            .contains("content-type: application/x-amz-json-1.1"),
        "{}",
        reply.head
    );
    let pool = reply.ok()["UserPool"].clone();
    let id = pool["Id"].as_str().unwrap();
    let end = id.strip_prefix("us-east-1_").unwrap();
    assert!(
        end.len() == 9 && end.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        "{id}"
    );
    // [documented] defaults
    assert_eq!(pool["Name"], "demo");
    assert_eq!(
        pool["Arn"],
        format!("arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/{id}")
    );
    assert_eq!(pool["MfaConfiguration"], "OFF");
    assert_eq!(pool["DeletionProtection"], "INACTIVE");
    assert_eq!(pool["UserPoolTier"], "ESSENTIALS");
    assert_eq!(
        pool["EmailConfiguration"],
        json!({"EmailSendingAccount": "COGNITO_DEFAULT"})
    );
    assert_eq!(pool["Policies"]["PasswordPolicy"]["MinimumLength"], 8);
    assert_eq!(pool["EstimatedNumberOfUsers"], 0);
    assert_eq!(pool["CreationDate"], 1_767_225_600.0);
    assert!(
        pool.get("ProviderName").is_none() && pool.get("UserPoolId").is_none(),
        "{pool}"
    );

    let model = local.get(POOL, id).await;
    assert_eq!(model["UserPoolName"], "demo");
    assert_eq!(model["UserPoolTags"], json!({"a": "b"}));
    assert_eq!(
        model["ProviderURL"],
        format!("https://cognito-idp.us-east-1.amazonaws.com/{id}")
    );
    assert!(model.get("CreationDate").is_none(), "{model}");
    let list = ask(&local, "ListUserPools", json!({"MaxResults": 60}))
        .await
        .ok();
    let listed = &list["UserPools"][0];
    let names: Vec<&str> = listed
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        names,
        [
            "Id",
            "Name",
            "LambdaConfig",
            "LastModifiedDate",
            "CreationDate"
        ]
    );
    let elsewhere = ask_in(
        &local,
        "eu-west-1",
        "ListUserPools",
        json!({"MaxResults": 1}),
    )
    .await
    .ok();
    assert_eq!(elsewhere, json!({"UserPools": []}));
}

#[tokio::test]
async fn created_by_cloud_control_it_is_seen_natively() {
    let local = Local::start().await;
    let id = local
        .create(
            POOL,
            json!({"UserPoolName": "demo", "AutoVerifiedAttributes": ["email"]}),
        )
        .await;
    let pool = described(&local, &id).await;
    assert_eq!(pool["Name"], "demo");
    assert_eq!(pool["AutoVerifiedAttributes"], json!(["email"]));
    // The standard attributes are there without being asked for.
    let attributes = pool["SchemaAttributes"].as_array().unwrap();
    let sub = attributes
        .iter()
        .find(|attribute| attribute["Name"] == "sub")
        .unwrap();
    assert_eq!(
        *sub,
        json!({"Name": "sub", "AttributeDataType": "String", "DeveloperOnlyAttribute": false, "Mutable": false, "Required": true,
               "StringAttributeConstraints": {"MinLength": "1", "MaxLength": "2048"}})
    );
    // [documented] the standard claims of OpenID Connect
    for name in [
        "name",
        "email",
        "email_verified",
        "phone_number_verified",
        "updated_at",
        "birthdate",
        "zoneinfo",
    ] {
        assert!(
            attributes.iter().any(|attribute| attribute["Name"] == name),
            "{name}"
        );
    }
    let event = patch(
        &local,
        POOL,
        &id,
        json!([{"op": "add", "path": "/UserPoolTags", "value": {"x": "y"}}]),
    )
    .await;
    assert_eq!(event["OperationStatus"], "SUCCESS", "{event}");
    let pool = described(&local, &id).await;
    assert_eq!(pool["UserPoolTags"], json!({"x": "y"}));
    assert_eq!(pool["AutoVerifiedAttributes"], json!(["email"]));
}

#[tokio::test]
async fn the_demo_s_pools_are_described() {
    let local = Local::demo().await;
    let pool = described(&local, "us-east-1_Demo00002").await;
    assert_eq!(pool["Name"], "employees");
    assert_eq!(pool["EstimatedNumberOfUsers"], 2);
    let mfa = ask(
        &local,
        "GetUserPoolMfaConfig",
        json!({"UserPoolId": "us-east-1_Demo00002"}),
    )
    .await
    .ok();
    assert_eq!(
        mfa,
        json!({"MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": {"Enabled": true}})
    );
}

#[tokio::test]
async fn an_update_resets_what_it_omits_but_for_what_is_known_to_stay() {
    let local = Local::start().await;
    let id = pool(
        &local,
        json!({"AutoVerifiedAttributes": ["email"], "UserPoolTier": "PLUS", "UsernameAttributes": ["email"],
               "Policies": {"PasswordPolicy": {"MinimumLength": 12}, "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}}),
    )
    .await;
    let token = json!({"UserPoolId": id, "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": {"Enabled": true}});
    ask(&local, "SetUserPoolMfaConfig", token).await.ok();
    local.advance(Duration::from_mins(1));
    let update = json!({"UserPoolId": id, "Policies": {"PasswordPolicy": {"MinimumLength": 10}}});
    assert_eq!(ask(&local, "UpdateUserPool", update).await.ok(), json!({}));
    let pool = described(&local, &id).await;
    // [measured by cdkd]
    assert!(pool.get("AutoVerifiedAttributes").is_none(), "{pool}");
    assert_eq!(pool["MfaConfiguration"], "OPTIONAL");
    assert_eq!(pool["Policies"]["PasswordPolicy"]["MinimumLength"], 10);
    assert_eq!(
        pool["Policies"]["SignInPolicy"]["AllowedFirstAuthFactors"],
        json!(["PASSWORD", "EMAIL_OTP"])
    );
    // [documented]
    assert_eq!(pool["UserPoolTier"], "PLUS");
    assert_eq!(pool["UsernameAttributes"], json!(["email"]));
    assert_eq!(pool["Name"], "pool");
    assert_eq!(pool["LastModifiedDate"], 1_767_225_660.0);
    assert_eq!(pool["CreationDate"], 1_767_225_600.0);
    assert_eq!(
        local.get(POOL, &id).await["Policies"]["PasswordPolicy"]["MinimumLength"],
        10
    );
}

#[tokio::test]
async fn attributes_can_be_added_and_not_changed() {
    let local = Local::start().await;
    let id = pool(
        &local,
        json!({"Schema": [{"Name": "level", "AttributeDataType": "Number", "Mutable": false}]}),
    )
    .await;
    let add = json!({"UserPoolId": id, "CustomAttributes": [{"Name": "team", "AttributeDataType": "String"}]});
    ask(&local, "AddCustomAttributes", add.clone()).await.ok();
    let pool = described(&local, &id).await;
    let own: Vec<&Value> = pool["SchemaAttributes"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .take(2)
        .collect();
    assert_eq!(own[0]["Name"], "custom:team");
    assert_eq!(own[1]["Name"], "custom:level");
    assert_eq!(own[1]["Mutable"], false);
    assert_eq!(
        local.get(POOL, &id).await["Schema"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
    assert_eq!(
        ask(&local, "AddCustomAttributes", add).await.error().0,
        "InvalidParameterException"
    );

    // [quoted] by aws-amplify
    let no_type =
        "Invalid AttributeDataType input, consider using the provided AttributeDataType enum.";
    let untyped = json!({"UserPoolId": id, "CustomAttributes": [{"Name": "x"}]});
    assert_eq!(
        ask(&local, "AddCustomAttributes", untyped).await.error(),
        refusal("InvalidParameterException", no_type)
    );
    let replay = json!([{"op": "add", "path": "/Schema/0/Mutable", "value": true}]);
    failed(
        &patch(&local, POOL, &id, replay).await,
        "InvalidRequest",
        no_type,
    );
    let more = json!([{"op": "add", "path": "/Schema/-", "value": {"Name": "more", "AttributeDataType": "String"}}]);
    assert_eq!(
        patch(&local, POOL, &id, more).await["OperationStatus"],
        "SUCCESS"
    );
}

#[tokio::test]
async fn tags_are_those_of_the_model() {
    let local = Local::start().await;
    let id = pool(&local, json!({"UserPoolTags": {"a": "1", "b": "2"}})).await;
    let arn = format!("arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/{id}");
    ask(
        &local,
        "TagResource",
        json!({"ResourceArn": arn, "Tags": {"b": "3", "c": "4"}}),
    )
    .await
    .ok();
    ask(
        &local,
        "UntagResource",
        json!({"ResourceArn": arn, "TagKeys": ["a"]}),
    )
    .await
    .ok();
    let tags = ask(&local, "ListTagsForResource", json!({"ResourceArn": arn}))
        .await
        .ok();
    assert_eq!(tags, json!({"Tags": {"b": "3", "c": "4"}}));
    assert_eq!(local.get(POOL, &id).await["UserPoolTags"], tags["Tags"]);
    let other = arn.replace(&id, "us-east-1_none00000");
    let missing = ask(&local, "ListTagsForResource", json!({"ResourceArn": other})).await;
    assert_eq!(
        missing.error(),
        refusal(
            "ResourceNotFoundException",
            "User pool us-east-1_none00000 does not exist."
        )
    );
}

#[tokio::test]
async fn a_pool_that_is_not_there_and_members_that_are_not_allowed() {
    let local = Local::start().await;
    let missing = refusal(
        "ResourceNotFoundException",
        "User pool us-east-1_none00000 does not exist.",
    );
    for operation in [
        "DescribeUserPool",
        "UpdateUserPool",
        "DeleteUserPool",
        "GetUserPoolMfaConfig",
        "GetCSVHeader",
        "ListUsers",
    ] {
        let body = json!({"UserPoolId": "us-east-1_none00000"});
        assert_eq!(
            ask(&local, operation, body).await.error(),
            missing,
            "{operation}"
        );
    }
    // [documented] required, at most 60; the code is the one that a Cognito client knows
    for body in [
        json!({}),
        json!({"MaxResults": 61}),
        json!({"MaxResults": 0}),
    ] {
        assert_eq!(
            ask(&local, "ListUserPools", body).await.error().0,
            "InvalidParameterException"
        );
    }
    assert_eq!(
        ask(&local, "CreateUserPool", json!({})).await.error().0,
        "InvalidParameterException"
    );
    // In the service's model, and not served.
    let sign_up = json!({"ClientId": "x", "Username": "x", "Password": "x"});
    assert_eq!(
        ask(&local, "SignUp", sign_up).await.error().0,
        "UnknownOperationException"
    );
}

#[tokio::test]
async fn names_that_users_sign_in_with_are_for_good() {
    let local = Local::start().await;
    let id = pool(&local, json!({"UsernameAttributes": ["email"]})).await;
    let other = json!([{"op": "add", "path": "/UsernameAttributes", "value": ["phone_number"]}]);
    let event = patch(&local, POOL, &id, other).await;
    failed(
        &event,
        "InvalidRequest",
        "Updates are not allowed for property - UsernameAttributes.",
    );
    // [inferred] without a type, no attribute
    let desired = json!({"Schema": [{"Name": "x"}]});
    let no_type =
        "Invalid AttributeDataType input, consider using the provided AttributeDataType enum.";
    fails(&local, POOL, &desired, "InvalidRequest", no_type).await;
}

#[tokio::test]
async fn users_are_counted() {
    let local = Local::start().await;
    let id = pool(&local, json!({})).await;
    for name in ["a", "b", "c"] {
        user(&local, &id, name).await;
    }
    assert_eq!(described(&local, &id).await["EstimatedNumberOfUsers"], 3);
}
