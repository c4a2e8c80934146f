//! Identity providers, and the clients that need them.

use serde_json::json;

use crate::{
    client::Local,
    cognito::{CLIENT, IDENTITY_PROVIDER, ask, fails, patch, pool, unread, with},
};

#[tokio::test]
async fn both_views_of_one_provider() {
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    let named = json!({"UserPoolId": pool, "ProviderName": "corp"});
    let members = json!({"ProviderType": "SAML", "ProviderDetails": {"MetadataURL": "https://idp.example.com"}, "IdpIdentifiers": ["corp.example.com"]});
    let body = with(named.clone(), members);
    let created = ask(&local, "CreateIdentityProvider", body.clone())
        .await
        .ok();
    assert_eq!(created["IdentityProvider"]["CreationDate"], 1_767_225_600.0);
    let identifier = format!("{pool}|corp");
    assert_eq!(local.get(IDENTITY_PROVIDER, &identifier).await, body);
    // [documented] exception
    assert_eq!(
        ask(&local, "CreateIdentityProvider", body.clone())
            .await
            .error()
            .0,
        "DuplicateProviderException"
    );
    fails(
        &local,
        IDENTITY_PROVIDER,
        &body,
        "AlreadyExists",
        "A provider with the name corp already exists in this user pool.",
    )
    .await;

    let mapping = json!({"email": "mail"});
    let event = patch(
        &local,
        IDENTITY_PROVIDER,
        &identifier,
        json!([{"op": "add", "path": "/AttributeMapping", "value": mapping}]),
    )
    .await;
    assert_eq!(event["OperationStatus"], "SUCCESS", "{event}");
    let by_identifier = json!({"UserPoolId": pool, "IdpIdentifier": "corp.example.com"});
    let shown = ask(&local, "GetIdentityProviderByIdentifier", by_identifier)
        .await
        .ok();
    assert_eq!(shown["IdentityProvider"]["AttributeMapping"], mapping);
    assert_eq!(
        ask(&local, "DescribeIdentityProvider", named.clone())
            .await
            .ok(),
        shown
    );
    let update = with(
        named.clone(),
        json!({"IdpIdentifiers": ["new.example.com"]}),
    );
    ask(&local, "UpdateIdentityProvider", update).await.ok();
    assert_eq!(
        local.get(IDENTITY_PROVIDER, &identifier).await["IdpIdentifiers"],
        json!(["new.example.com"])
    );
    let old = json!({"UserPoolId": pool, "IdpIdentifier": "corp.example.com"});
    assert_eq!(
        ask(&local, "GetIdentityProviderByIdentifier", old)
            .await
            .error()
            .0,
        "ResourceNotFoundException"
    );
    ask(&local, "DeleteIdentityProvider", named.clone())
        .await
        .ok();
    assert_eq!(
        unread(&local, IDENTITY_PROVIDER, &identifier).await,
        "ResourceNotFoundException"
    );
    assert_eq!(
        ask(&local, "DescribeIdentityProvider", named)
            .await
            .error()
            .0,
        "ResourceNotFoundException"
    );
}

#[tokio::test]
async fn created_by_cloud_control_it_can_be_used_by_a_client() {
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    let details = json!({"client_id": "x", "client_secret": "y", "authorize_scopes": "openid"});
    let desired = json!({"UserPoolId": pool, "ProviderName": "Google", "ProviderType": "Google", "ProviderDetails": details});
    local.create(IDENTITY_PROVIDER, desired).await;
    let list = ask(&local, "ListIdentityProviders", json!({"UserPoolId": pool}))
        .await
        .ok();
    let listed = &list["Providers"][0];
    assert_eq!(
        (&listed["ProviderName"], &listed["ProviderType"]),
        (&json!("Google"), &json!("Google"))
    );
    assert!(listed.get("ProviderDetails").is_none(), "{listed}");
    let shown = ask(
        &local,
        "DescribeIdentityProvider",
        json!({"UserPoolId": pool, "ProviderName": "Google"}),
    )
    .await
    .ok();
    // [documented] the claim that names a user
    assert_eq!(
        shown["IdentityProvider"]["AttributeMapping"],
        json!({"username": "sub"})
    );
    local
        .create(
            CLIENT,
            json!({"UserPoolId": pool, "SupportedIdentityProviders": ["COGNITO", "Google"]}),
        )
        .await;
}
