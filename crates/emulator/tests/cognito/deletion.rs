//! What a pool takes along, and when it cannot be deleted.

use serde_json::json;

use crate::{
    client::Local,
    cognito::{
        CLIENT, DOMAIN, GROUP, IDENTITY_PROVIDER, MEMBERSHIP, POOL, RESOURCE_SERVER, USER, ask,
        delete, failed, fails, patch, pool, refusal, unread, user,
    },
};

#[tokio::test]
async fn a_protected_pool_stays() {
    let local = Local::demo().await;
    let id = "us-east-1_Demo00001";
    // [quoted]
    let text = "The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.";
    let body = json!({"UserPoolId": id});
    assert_eq!(
        ask(&local, "DeleteUserPool", body.clone()).await.error(),
        refusal("InvalidParameterException", text)
    );
    failed(&delete(&local, POOL, id).await, "InvalidRequest", text);
    let off = json!([{"op": "add", "path": "/DeletionProtection", "value": "INACTIVE"}]);
    assert_eq!(
        patch(&local, POOL, id, off).await["OperationStatus"],
        "SUCCESS"
    );
    assert_eq!(
        ask(&local, "DeleteUserPool", body.clone()).await.ok(),
        json!({})
    );
    assert_eq!(
        ask(&local, "DeleteUserPool", body).await.error().0,
        "ResourceNotFoundException"
    );
}

#[tokio::test]
async fn a_pool_with_a_domain_stays() {
    let local = Local::start().await;
    let id = pool(&local, json!({})).await;
    local
        .create(DOMAIN, json!({"UserPoolId": id, "Domain": "mine"}))
        .await;
    // [quoted]
    let text =
        "User pool cannot be deleted. It has a domain configured that should be deleted first.";
    assert_eq!(
        ask(&local, "DeleteUserPool", json!({"UserPoolId": id}))
            .await
            .error(),
        refusal("InvalidParameterException", text)
    );
    failed(&delete(&local, POOL, &id).await, "InvalidRequest", text);
}

#[tokio::test]
async fn everything_in_a_pool_goes_with_it() {
    let local = Local::start().await;
    for is_native in [true, false] {
        let (id, other) = (pool(&local, json!({})).await, pool(&local, json!({})).await);
        let mut there = Vec::new();
        for id in [&id, &other] {
            let mut make = async |type_name: &'static str, mut desired: serde_json::Value| {
                desired["UserPoolId"] = json!(id);
                let identifier = local.create(type_name, desired).await;
                there.push((type_name, identifier.clone()));
                identifier
            };
            let client = make(CLIENT, json!({})).await;
            let client = client.split('|').nth(1).unwrap();
            make(GROUP, json!({"GroupName": "g"})).await;
            make(USER, json!({"Username": "u"})).await;
            make(MEMBERSHIP, json!({"GroupName": "g", "Username": "u"})).await;
            make(RESOURCE_SERVER, json!({"Identifier": "r", "Name": "r"})).await;
            make(
                IDENTITY_PROVIDER,
                json!({"ProviderName": "saml", "ProviderType": "SAML", "ProviderDetails": {}}),
            )
            .await;
            make(
                "AWS::Cognito::UserPoolUICustomizationAttachment",
                json!({"ClientId": client}),
            )
            .await;
            make(
                "AWS::Cognito::UserPoolRiskConfigurationAttachment",
                json!({"ClientId": client}),
            )
            .await;
            make(
                "AWS::Cognito::UserPoolRegionalConfigurationAttachment",
                json!({}),
            )
            .await;
            make(
                "AWS::Cognito::ManagedLoginBranding",
                json!({"ClientId": client}),
            )
            .await;
        }
        if is_native {
            ask(&local, "DeleteUserPool", json!({"UserPoolId": id}))
                .await
                .ok();
        } else {
            assert_eq!(
                delete(&local, POOL, &id).await["OperationStatus"],
                "SUCCESS"
            );
        }
        for (type_name, identifier) in there {
            if identifier.starts_with(&id) {
                assert_eq!(
                    unread(&local, type_name, &identifier).await,
                    "ResourceNotFoundException",
                    "{type_name}"
                );
            } else {
                local.get(type_name, &identifier).await;
            }
        }
    }
}

#[tokio::test]
async fn what_belongs_to_a_pool_needs_it() {
    let local = Local::start().await;
    let id = pool(&local, json!({})).await;
    user(&local, &id, "u").await;
    let text = "User pool us-east-1_none00000 does not exist.";
    for (type_name, mut desired) in [
        (GROUP, json!({"GroupName": "g"})),
        (USER, json!({"Username": "u"})),
        (MEMBERSHIP, json!({"GroupName": "g", "Username": "u"})),
        (DOMAIN, json!({"Domain": "d"})),
        (RESOURCE_SERVER, json!({"Identifier": "r", "Name": "r"})),
        (
            IDENTITY_PROVIDER,
            json!({"ProviderName": "saml", "ProviderType": "SAML", "ProviderDetails": {}}),
        ),
        (
            "AWS::Cognito::UserPoolUICustomizationAttachment",
            json!({"ClientId": "x"}),
        ),
        (
            "AWS::Cognito::UserPoolRiskConfigurationAttachment",
            json!({"ClientId": "x"}),
        ),
        (
            "AWS::Cognito::ManagedLoginBranding",
            json!({"ClientId": "x"}),
        ),
        (
            "AWS::Cognito::UserPoolReplica",
            json!({"RegionName": "eu-west-1"}),
        ),
    ] {
        desired["UserPoolId"] = json!("us-east-1_none00000");
        fails(&local, type_name, &desired, "NotFound", text).await;
    }
    let model = json!({"UserPoolId": "us-east-1_none00000"}).to_string();
    for type_name in [
        CLIENT,
        GROUP,
        USER,
        RESOURCE_SERVER,
        IDENTITY_PROVIDER,
        "AWS::Cognito::Terms",
        "AWS::Cognito::UserPoolReplica",
    ] {
        let body = json!({"TypeName": type_name, "ResourceModel": model});
        let (code, message) = local.call("ListResources", body).await.error();
        assert_eq!(code, "ResourceNotFoundException", "{type_name}");
        assert!(message.contains(text), "{message}");
    }
}
