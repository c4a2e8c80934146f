//! Second factors: what a pool may demand, and the two views of its configuration.

use serde_json::json;

use crate::{
    client::Local,
    cognito::{POOL, ask, failed, fails, patch, pool, refusal},
};

const NEEDS_SMS: &str = "SMS configuration and Auto verification for phone_number are required when MFA is required/optional";
const ONCE_CREATED: &str = "Cannot turn MFA functionality ON, once the user pool has been created.";

#[tokio::test]
async fn a_new_pool_without_a_factor_cannot_demand_one() {
    let local = Local::start().await;
    // [quoted]
    let body = json!({"PoolName": "x", "MfaConfiguration": "ON"});
    assert_eq!(
        ask(&local, "CreateUserPool", body).await.error(),
        refusal("InvalidParameterException", NEEDS_SMS)
    );
    fails(
        &local,
        POOL,
        &json!({"MfaConfiguration": "OPTIONAL"}),
        "InvalidRequest",
        NEEDS_SMS,
    )
    .await;
    // [quoted] with a factor it can
    let id = local
        .create(
            POOL,
            json!({"MfaConfiguration": "ON", "EnabledMfas": ["SOFTWARE_TOKEN_MFA"]}),
        )
        .await;
    let shown = ask(&local, "GetUserPoolMfaConfig", json!({"UserPoolId": id}))
        .await
        .ok();
    assert_eq!(
        shown,
        json!({"MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": {"Enabled": true}})
    );
}

#[tokio::test]
async fn a_pool_without_a_factor_cannot_demand_one_later() {
    let local = Local::start().await;
    let id = pool(&local, json!({})).await;
    // [measured by cdkd]
    let on = json!({"UserPoolId": id, "MfaConfiguration": "ON"});
    assert_eq!(
        ask(&local, "UpdateUserPool", on.clone()).await.error(),
        refusal("InvalidParameterException", ONCE_CREATED)
    );
    let change = json!([{"op": "add", "path": "/MfaConfiguration", "value": "ON"}]);
    failed(
        &patch(&local, POOL, &id, change.clone()).await,
        "InvalidRequest",
        ONCE_CREATED,
    );

    let token = json!({"UserPoolId": id, "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": {"Enabled": true}});
    ask(&local, "SetUserPoolMfaConfig", token).await.ok();
    assert_eq!(local.get(POOL, &id).await["MfaConfiguration"], "OPTIONAL");
    ask(&local, "UpdateUserPool", on).await.ok();
    assert_eq!(local.get(POOL, &id).await["MfaConfiguration"], "ON");
}

#[tokio::test]
async fn cloud_control_turns_a_factor_on_by_its_name() {
    let local = Local::start().await;
    let id = local.create(POOL, json!({})).await;
    let change = json!([
        {"op": "add", "path": "/MfaConfiguration", "value": "ON"},
        {"op": "add", "path": "/EnabledMfas", "value": ["SOFTWARE_TOKEN_MFA"]}
    ]);
    let event = patch(&local, POOL, &id, change).await;
    assert_eq!(event["OperationStatus"], "SUCCESS", "{event}");
    let shown = ask(&local, "GetUserPoolMfaConfig", json!({"UserPoolId": id}))
        .await
        .ok();
    assert_eq!(
        shown["SoftwareTokenMfaConfiguration"],
        json!({"Enabled": true})
    );
    assert!(local.get(POOL, &id).await.get("EnabledMfas").is_none());
}

#[tokio::test]
async fn the_configuration_is_replaced_as_a_whole() {
    let local = Local::start().await;
    let id = pool(&local, json!({})).await;
    let set = async |members: serde_json::Value| {
        let body = crate::cognito::with(json!({"UserPoolId": id}), members);
        ask(&local, "SetUserPoolMfaConfig", body).await
    };
    // [quoted] both
    assert_eq!(
        set(json!({"MfaConfiguration": "OFF", "SoftwareTokenMfaConfiguration": {"Enabled": true}}))
            .await
            .error(),
        refusal(
            "InvalidParameterException",
            "Invalid MFA configuration given, can't turn off MFA and configure an MFA together."
        )
    );
    assert_eq!(
        set(json!({"MfaConfiguration": "OPTIONAL", "WebAuthnConfiguration": {"RelyingPartyId": "example.com"}})).await.error(),
        refusal(
            "InvalidParameterException",
            "Invalid MFA Configuration given. SMS MFA, Email MFA, or Software Token MFA must be enabled."
        )
    );
    let email = json!({
        "MfaConfiguration": "OPTIONAL",
        "EmailMfaConfiguration": {"Message": "Your code is {####}", "Subject": "Code"},
        "SoftwareTokenMfaConfiguration": {"Enabled": true},
    });
    assert_eq!(set(email.clone()).await.ok(), email);
    let model = local.get(POOL, &id).await;
    assert_eq!(model["EmailAuthenticationSubject"], "Code");

    let web_authn = json!({"MfaConfiguration": "OFF", "WebAuthnConfiguration": {"RelyingPartyId": "example.com", "UserVerification": "required"}});
    assert_eq!(set(web_authn.clone()).await.ok(), web_authn);
    let model = local.get(POOL, &id).await;
    assert!(model.get("EmailAuthenticationSubject").is_none(), "{model}");
    assert_eq!(model["WebAuthnRelyingPartyID"], "example.com");
    assert_eq!(
        ask(&local, "GetUserPoolMfaConfig", json!({"UserPoolId": id}))
            .await
            .ok(),
        web_authn
    );
}
