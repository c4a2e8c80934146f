//! Line 10: Hand-written Cognito handlers sharing one store with the native cognito-idp API (so native and CC views agree), incl.
//! §4.3–4.4.
//!
//! `tests/texts` has the rules of §4.4 with their texts; here is that both APIs have them.

use serde_json::{Map, Value, json};

use crate::{
    ask::{CLIENT, POOL, named},
    client::Local,
};

#[tokio::test]
async fn line_10_cognito_is_one_store_behind_two_apis() {
    let local = Local::start().await;
    pools_have_their_defaults_in_both_views(&local).await;
    clients_have_their_defaults_in_both_views(&local).await;
    what_one_api_changes_the_other_sees(&local).await;
    an_update_resets_natively_and_keeps_otherwise(&local).await;
    both_refuse_by_the_same_rules(&local).await;
    what_is_protected_stays(&local).await;
}

async fn native(local: &Local, operation: &str, body: Value) -> Value {
    local.native(operation, body).await.ok()
}

async fn described(local: &Local, client: &str) -> Value {
    let (pool, id) = client.split_once('|').unwrap();
    let body = json!({"UserPoolId": pool, "ClientId": id});
    native(local, "DescribeUserPoolClient", body).await["UserPoolClient"].clone()
}

/// Every member of `expected` is in `found`.
fn has(found: &Value, expected: &Value) {
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&found[name], value, "{name}: {found}");
    }
}

/// §4.3; those that the reference has from memory are left out.
fn pool_defaults() -> Value {
    json!({
        "UserPoolTier": "ESSENTIALS", "MfaConfiguration": "OFF", "DeletionProtection": "INACTIVE",
        "EmailConfiguration": {"EmailSendingAccount": "COGNITO_DEFAULT"},
        "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_CODE"},
    })
}

async fn pools_have_their_defaults_in_both_views(local: &Local) {
    let id = local.create(POOL, json!({"UserPoolName": "demo"})).await;
    let model = local.get(POOL, &id).await;
    let native_id = native(local, "CreateUserPool", json!({"PoolName": "demo"})).await;
    let native_id = native_id["UserPool"]["Id"].as_str().unwrap().to_owned();
    for id in [&id, &native_id] {
        let view = local.get(POOL, id).await;
        let body = json!({ "UserPoolId": id });
        let pool = native(local, "DescribeUserPool", body).await["UserPool"].clone();
        let password = json!({
            "MinimumLength": 8, "RequireUppercase": true, "RequireLowercase": true, "RequireNumbers": true,
            "RequireSymbols": true,
        });
        for shown in [&view, &pool] {
            has(shown, &pool_defaults());
            has(&shown["Policies"]["PasswordPolicy"], &password);
            assert_eq!(
                shown["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"],
                false
            );
            assert_eq!(
                shown["Arn"],
                format!("arn:aws:cognito-idp:us-east-1:123456789012:userpool/{id}")
            );
        }
        // Renamed, and each with members that only it has.
        assert_eq!(
            (&view["UserPoolId"], &view["UserPoolName"]),
            (&pool["Id"], &pool["Name"])
        );
        for only in [
            "CreationDate",
            "LastModifiedDate",
            "EstimatedNumberOfUsers",
            "SchemaAttributes",
        ] {
            assert!(
                pool.get(only).is_some() && view.get(only).is_none(),
                "{only}: {pool} {view}"
            );
        }
        for only in ["ProviderName", "ProviderURL"] {
            assert!(
                pool.get(only).is_none() && view.get(only).is_some(),
                "{only}"
            );
        }
        assert_eq!(view.get("EnabledMfas"), None, "write-only");
    }
    let (mut one, mut other) = (model, local.get(POOL, &native_id).await);
    for view in [&mut one, &mut other] {
        let members = view.as_object_mut().unwrap();
        for name in ["UserPoolId", "Arn", "ProviderName", "ProviderURL"] {
            members.remove(name);
        }
    }
    assert_eq!(one, other, "a pool is the same whoever creates it");
}

async fn clients_have_their_defaults_in_both_views(local: &Local) {
    let pool = local.create(POOL, json!({})).await;
    // Cloud Control makes up a name.
    let unnamed = local.create(CLIENT, json!({ "UserPoolId": pool })).await;
    assert!(local.get(CLIENT, &unnamed).await["ClientName"].is_string());
    let refused = local
        .native("CreateUserPoolClient", json!({ "UserPoolId": pool }))
        .await;
    assert_eq!(refused.error().0, "InvalidParameterException");

    let body = json!({"UserPoolId": pool, "ClientName": "web", "GenerateSecret": true});
    let created = native(local, "CreateUserPoolClient", body).await["UserPoolClient"].clone();
    let client = format!("{pool}|{}", created["ClientId"].as_str().unwrap());
    let view = local.get(CLIENT, &client).await;
    let native_view = described(local, &client).await;
    let defaults = json!({
        "RefreshTokenValidity": 30, "AuthSessionValidity": 3, "EnableTokenRevocation": true,
        "EnablePropagateAdditionalUserContextData": false, "AllowedOAuthFlowsUserPoolClient": false,
        "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"],
    });
    for shown in [&created, &view, &native_view] {
        has(shown, &defaults);
        for unset in [
            "AccessTokenValidity",
            "IdTokenValidity",
            "ReadAttributes",
            "WriteAttributes",
        ] {
            assert_eq!(shown.get(unset), None, "{unset}");
        }
        assert_eq!(shown["ClientSecret"], created["ClientSecret"]);
    }
    assert_eq!(native_view.get("GenerateSecret"), None);
    for only in ["CreationDate", "LastModifiedDate"] {
        assert!(
            native_view.get(only).is_some() && view.get(only).is_none(),
            "{only}"
        );
    }
    // Zero is the default; units are complete when any is given.
    let body = json!({
        "UserPoolId": pool, "ClientName": "units", "RefreshTokenValidity": 0, "AccessTokenValidity": 10,
        "TokenValidityUnits": {"AccessToken": "minutes"},
    });
    let units = native(local, "CreateUserPoolClient", body).await["UserPoolClient"].clone();
    assert_eq!(units["RefreshTokenValidity"], 30);
    let complete = json!({"AccessToken": "minutes", "IdToken": "hours", "RefreshToken": "days"});
    assert_eq!(units["TokenValidityUnits"], complete);

    let body = json!({"UserPoolId": pool, "MaxResults": 60});
    let listed = native(local, "ListUserPoolClients", body).await["UserPoolClients"].clone();
    assert_eq!(listed.as_array().map(Vec::len), Some(3));
    for listed in listed.as_array().unwrap() {
        let names: Map<_, _> = listed.as_object().unwrap().clone();
        let mut names: Vec<_> = names.into_iter().map(|(name, _)| name).collect();
        names.sort();
        assert_eq!(names, ["ClientId", "ClientName", "UserPoolId"]);
    }
    let listed = local
        .list(CLIENT, Some(json!({ "UserPoolId": pool })))
        .await;
    assert_eq!(listed.len(), 3);
}

async fn what_one_api_changes_the_other_sees(local: &Local) {
    let pool = local.create(POOL, json!({})).await;
    let client = local
        .create(CLIENT, json!({"UserPoolId": pool, "ClientName": "a"}))
        .await;
    let id = client.split_once('|').unwrap().1;
    let body = json!({"UserPoolId": pool, "ClientId": id, "ClientName": "b"});
    native(local, "UpdateUserPoolClient", body).await;
    assert_eq!(local.get(CLIENT, &client).await["ClientName"], "b");
    let patch = json!([{"op": "add", "path": "/ClientName", "value": "c"}]);
    local.patch(CLIENT, &client, patch).await;
    assert_eq!(described(local, &client).await["ClientName"], "c");
    let body = json!({"UserPoolId": pool, "ClientId": id});
    let deleted = local.native("DeleteUserPoolClient", body.clone()).await;
    assert_eq!(deleted.status, 200);
    let gone = local.call("GetResource", named(CLIENT, &client)).await;
    assert_eq!(gone.error().0, "ResourceNotFoundException");

    let other = local.create(CLIENT, json!({ "UserPoolId": pool })).await;
    local.finish("DeleteResource", named(POOL, &pool)).await;
    let gone = local
        .native("DescribeUserPool", json!({ "UserPoolId": pool }))
        .await;
    assert_eq!(gone.error().0, "ResourceNotFoundException");
    let gone = local.call("GetResource", named(CLIENT, &other)).await;
    assert_eq!(gone.error().0, "ResourceNotFoundException");
}

async fn an_update_resets_natively_and_keeps_otherwise(local: &Local) {
    let pool = local.create(POOL, json!({})).await;
    let desired = json!({"UserPoolId": pool, "ClientName": "a", "AccessTokenValidity": 5, "AuthSessionValidity": 9});
    let client = local.create(CLIENT, desired).await;
    let patch = json!([{"op": "add", "path": "/RefreshTokenValidity", "value": 7}]);
    local.patch(CLIENT, &client, patch).await;
    let kept =
        json!({"AccessTokenValidity": 5, "AuthSessionValidity": 9, "RefreshTokenValidity": 7});
    has(&described(local, &client).await, &kept);
    let id = client.split_once('|').unwrap().1;
    let body = json!({"UserPoolId": pool, "ClientId": id, "AccessTokenValidity": 6});
    native(local, "UpdateUserPoolClient", body).await;
    let reset = json!({"AccessTokenValidity": 6, "AuthSessionValidity": 3, "RefreshTokenValidity": 30, "ClientName": "a"});
    has(&local.get(CLIENT, &client).await, &reset);
}

/// Natively at once, through Cloud Control as the end of a request.
async fn both_refuse_by_the_same_rules(local: &Local) {
    let pool = local.create(POOL, json!({})).await;
    for (rule, exception) in [
        (
            json!({"AllowedOAuthFlows": ["client_credentials"]}),
            "InvalidOAuthFlowException",
        ),
        (
            json!({"AllowedOAuthScopes": ["nope"]}),
            "ScopeDoesNotExistException",
        ),
        (
            json!({"CallbackURLs": ["http://a.example.com"]}),
            "InvalidParameterException",
        ),
        (
            json!({"SupportedIdentityProviders": ["Nobody"]}),
            "InvalidParameterException",
        ),
    ] {
        let mut desired =
            json!({"UserPoolId": pool, "ClientName": "a", "AllowedOAuthFlowsUserPoolClient": true});
        desired["AllowedOAuthFlows"] = json!(["code"]);
        desired["AllowedOAuthScopes"] = json!(["openid"]);
        desired["CallbackURLs"] = json!(["https://a.example.com"]);
        for (name, value) in rule.as_object().unwrap() {
            desired[name] = value.clone();
        }
        let refused = local.native("CreateUserPoolClient", desired.clone()).await;
        assert_eq!(refused.status, 400);
        let (code, message) = refused.error();
        assert_eq!(code, exception, "{message}");
        let body = json!({"TypeName": CLIENT, "DesiredState": desired.to_string()});
        let event = local.finish("CreateResource", body).await;
        assert_eq!(event["OperationStatus"], "FAILED");
        assert_eq!(event["ErrorCode"], "InvalidRequest");
        let status = event["StatusMessage"].as_str().unwrap();
        let start =
            format!("{message} (Service: CognitoIdentityProvider, Status Code: 400, Request ID: ");
        assert!(status.starts_with(&start), "{status}");
        assert!(status.ends_with(") (SDK Attempt Count: 1)"), "{status}");
    }
    assert!(
        local
            .list(CLIENT, Some(json!({ "UserPoolId": pool })))
            .await
            .is_empty()
    );
}

async fn what_is_protected_stays(local: &Local) {
    let pool = local
        .create(POOL, json!({"DeletionProtection": "ACTIVE"}))
        .await;
    let refused = local
        .native("DeleteUserPool", json!({ "UserPoolId": pool }))
        .await;
    assert_eq!(refused.error().0, "InvalidParameterException");
    let event = local.finish("DeleteResource", named(POOL, &pool)).await;
    assert_eq!(
        (&event["OperationStatus"], &event["ErrorCode"]),
        (&json!("FAILED"), &json!("InvalidRequest"))
    );
    let patch = json!([{"op": "add", "path": "/DeletionProtection", "value": "INACTIVE"}]);
    local.patch(POOL, &pool, patch).await;
    assert_eq!(
        local
            .native("DeleteUserPool", json!({ "UserPoolId": pool }))
            .await
            .status,
        200
    );
}
