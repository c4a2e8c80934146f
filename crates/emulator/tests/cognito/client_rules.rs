//! The rules of app clients, each natively and through Cloud Control.

use serde_json::{Value, json};

use crate::{
    client::Local,
    cognito::{CLIENT, RESOURCE_SERVER, ask, failed, fails, patch, pool, refusal, with},
};

/// Checks that both APIs refuse a client with these members, and neither that without them.
async fn refused(members: Value, exception: &str, message: &str) {
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    let message = message.replace("POOL", &pool);
    let body = with(
        json!({"UserPoolId": pool, "ClientName": "web"}),
        members.clone(),
    );
    let reply = ask(&local, "CreateUserPoolClient", body.clone()).await;
    assert_eq!(reply.status, 400);
    assert_eq!(
        reply.json(),
        json!({"__type": exception, "message": message})
    );
    fails(&local, CLIENT, &body, "InvalidRequest", &message).await;

    let plain = json!({"UserPoolId": pool, "ClientName": "web"});
    let client = ask(&local, "CreateUserPoolClient", plain).await.ok()["UserPoolClient"].clone();
    if members.get("GenerateSecret").is_some() {
        // Only a new client gets a secret.
        return;
    }
    let id = client["ClientId"].as_str().unwrap();
    let body = with(json!({"UserPoolId": pool, "ClientId": id}), members.clone());
    let error = ask(&local, "UpdateUserPoolClient", body).await.error();
    assert_eq!(error, refusal(exception, &message));
    let changes: Vec<Value> = members
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| json!({"op": "add", "path": format!("/{name}"), "value": value}))
        .collect();
    let event = patch(&local, CLIENT, &format!("{pool}|{id}"), json!(changes)).await;
    failed(&event, "InvalidRequest", &message);
}

/// Members of a client that a browser signs in to.
fn web(members: Value) -> Value {
    let usual = json!({
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthScopes": ["openid"],
        "CallbackURLs": ["https://app.example.com/cb"],
    });
    with(usual, members)
}

#[tokio::test]
async fn client_credentials_need_a_secret() {
    // [quoted]
    refused(
        json!({"AllowedOAuthFlows": ["client_credentials"]}),
        "InvalidOAuthFlowException",
        "client_credentials flow can not be selected if client does not have a client secret.",
    )
    .await;
}

#[tokio::test]
async fn client_credentials_are_alone() {
    // [quoted]
    refused(
        web(json!({"GenerateSecret": true, "AllowedOAuthFlows": ["client_credentials", "code"]})),
        "InvalidOAuthFlowException",
        "client_credentials flow can not be selected along with code flow or implicit flow.",
    )
    .await;
}

#[tokio::test]
async fn client_credentials_have_no_openid() {
    // [quoted]
    refused(
        web(json!({"GenerateSecret": true, "AllowedOAuthFlows": ["client_credentials"]})),
        "InvalidOAuthFlowException",
        "openid is not supported with client_credentials flow",
    )
    .await;
}

#[tokio::test]
async fn flows_are_three() {
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    let body =
        json!({"UserPoolId": pool, "ClientName": "web", "AllowedOAuthFlows": ["code", "token"]});
    let (code, message) = ask(&local, "CreateUserPoolClient", body).await.error();
    assert_eq!(code, "InvalidParameterException");
    // [quoted]; in which order the values are named depends on the service's release
    let start = "1 validation error detected: Value '[code, token]' at 'allowedOAuthFlows' failed to satisfy constraint: \
                 Member must satisfy constraint: [Member must satisfy enum value set: [";
    assert!(message.starts_with(start), "{message}");
}

#[tokio::test]
async fn a_session_must_be_renewable() {
    // [quoted]
    refused(
        json!({"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]}),
        "InvalidParameterException",
        "REFRESH_TOKEN_AUTH should always be allowed.",
    )
    .await;
}

#[tokio::test]
async fn rotated_tokens_are_not_renewed_the_old_way() {
    let rotation = json!({"Feature": "ENABLED", "RetryGracePeriodSeconds": 10});
    // [inferred] words
    refused(
        json!({"ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"], "RefreshTokenRotation": rotation}),
        "InvalidParameterException",
        "ALLOW_REFRESH_TOKEN_AUTH can not be selected if refresh token rotation is enabled.",
    )
    .await;
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    let desired = json!({"UserPoolId": pool, "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"], "RefreshTokenRotation": rotation});
    local.create(CLIENT, desired).await;
}

#[tokio::test]
async fn old_and_new_names_of_flows_are_not_mixed() {
    // [inferred] words
    refused(
        json!({"ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH", "USER_PASSWORD_AUTH"]}),
        "InvalidParameterException",
        "ExplicitAuthFlows with the prefix ALLOW_ can not be mixed with those without it.",
    )
    .await;
}

#[tokio::test]
async fn scopes_must_exist() {
    // [quoted]
    refused(
        web(json!({"AllowedOAuthScopes": ["openid", "https://api.example.com/read"]})),
        "ScopeDoesNotExistException",
        "Invalid scope requested: https://api.example.com/read",
    )
    .await;
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    let scopes = json!([{"ScopeName": "read", "ScopeDescription": "Read"}]);
    let server = json!({"UserPoolId": pool, "Identifier": "https://api.example.com", "Name": "API", "Scopes": scopes});
    local.create(RESOURCE_SERVER, server).await;
    let desired = web(
        json!({"UserPoolId": pool, "AllowedOAuthScopes": ["phone", "https://api.example.com/read"]}),
    );
    local.create(CLIENT, desired).await;
}

#[tokio::test]
async fn browsers_are_sent_to_https_only() {
    // [quoted]
    let text = "http://app.example.com/ cannot use the HTTP protocol.";
    for name in ["CallbackURLs", "LogoutURLs"] {
        refused(
            web(json!({name: ["http://app.example.com/"]})),
            "InvalidParameterException",
            text,
        )
        .await;
    }
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    // [documented] but for the same machine and for apps
    let urls = json!([
        "http://localhost:3000/",
        "http://127.0.0.1/cb",
        "http://[::1]:80",
        "com.example.app://cb",
        "https://a.example"
    ]);
    local
        .create(
            CLIENT,
            web(json!({"UserPoolId": pool, "CallbackURLs": urls})),
        )
        .await;
}

#[tokio::test]
async fn redirects_have_no_fragment() {
    // [documented]; [inferred] words
    refused(
        web(json!({"CallbackURLs": ["https://app.example.com/#x"]})),
        "InvalidParameterException",
        "https://app.example.com/#x cannot contain a fragment.",
    )
    .await;
}

#[tokio::test]
async fn the_usual_redirect_is_one_of_the_callbacks() {
    // [documented]; [inferred] words
    refused(
        web(json!({"DefaultRedirectURI": "https://other.example.com"})),
        "InvalidParameterException",
        "DefaultRedirectURI https://other.example.com is not in CallbackURLs",
    )
    .await;
}

#[tokio::test]
async fn browsers_are_sent_somewhere() {
    // [quoted] by hashicorp/terraform-provider-aws
    refused(
        web(json!({"CallbackURLs": []})),
        "InvalidOAuthFlowException",
        "CallbackUrls can not be empty when code flow or implicit flow is selected",
    )
    .await;
}

#[tokio::test]
async fn who_may_use_flows_has_some() {
    // [quoted] by hashicorp/terraform-provider-aws
    refused(
        json!({"AllowedOAuthFlowsUserPoolClient": true}),
        "InvalidParameterException",
        "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.",
    )
    .await;
}

#[tokio::test]
async fn who_has_flows_may_use_them() {
    // [documented]; [inferred] words
    refused(
        web(json!({"AllowedOAuthFlowsUserPoolClient": false})),
        "InvalidParameterException",
        "AllowedOAuthFlowsUserPoolClient must be true before AllowedOAuthFlows can be configured.",
    )
    .await;
}

#[tokio::test]
async fn context_is_propagated_with_a_secret() {
    // [documented]; [inferred] words
    refused(
        json!({"EnablePropagateAdditionalUserContextData": true}),
        "InvalidParameterException",
        "Client Secret is required to set EnablePropagateAdditionalUserContextData as true.",
    )
    .await;
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    let desired = json!({"UserPoolId": pool, "GenerateSecret": true, "EnablePropagateAdditionalUserContextData": true});
    local.create(CLIENT, desired).await;
}

#[tokio::test]
async fn identity_providers_must_exist() {
    // [quoted]
    refused(
        json!({"SupportedIdentityProviders": ["COGNITO", "Google"]}),
        "InvalidParameterException",
        "The provider Google does not exist for User Pool POOL.",
    )
    .await;
}

#[tokio::test]
async fn tokens_live_neither_too_short_nor_too_long() {
    // [quoted] by cdk-preflight
    let text = "Invalid range for token validity.";
    refused(
        json!({"AccessTokenValidity": 25}),
        "InvalidParameterException",
        text,
    )
    .await;
    let short = json!({"IdTokenValidity": 4, "TokenValidityUnits": {"IdToken": "minutes"}});
    refused(short, "InvalidParameterException", text).await;
    refused(
        json!({"RefreshTokenValidity": 3651}),
        "InvalidParameterException",
        text,
    )
    .await;
}

#[tokio::test]
async fn attributes_must_be_the_pool_s() {
    // [quoted] by cdk-preflight
    refused(
        json!({"ReadAttributes": ["email", "custom:none"]}),
        "InvalidParameterException",
        "Invalid read attributes specified while creating a client",
    )
    .await;
    refused(
        json!({"WriteAttributes": ["email_verified"]}),
        "InvalidParameterException",
        "Invalid write attributes specified while creating a client",
    )
    .await;
}

#[tokio::test]
async fn a_pool_must_be_there() {
    let local = Local::start().await;
    let desired = json!({"UserPoolId": "us-east-1_none00000"});
    fails(
        &local,
        CLIENT,
        &desired,
        "NotFound",
        "User pool us-east-1_none00000 does not exist.",
    )
    .await;
}
