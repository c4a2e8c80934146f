//! App clients: defaults, secrets, both views, what an update resets.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    client::Local,
    cognito::{CLIENT, ask, delete, patch, pool, refusal, unread, with},
};

async fn create(local: &Local, pool: &str, members: Value) -> Value {
    let body = with(json!({"UserPoolId": pool, "ClientName": "web"}), members);
    ask(local, "CreateUserPoolClient", body).await.ok()["UserPoolClient"].clone()
}

async fn described(local: &Local, pool: &str, client: &Value) -> Value {
    let body = json!({"UserPoolId": pool, "ClientId": client});
    ask(local, "DescribeUserPoolClient", body).await.ok()["UserPoolClient"].clone()
}

#[tokio::test]
async fn created_natively_it_is_seen_by_cloud_control() {
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    let client = create(&local, &pool, json!({"GenerateSecret": true})).await;
    let id = client["ClientId"].as_str().unwrap();
    assert!(
        id.len() == 26
            && id
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()),
        "{id}"
    );
    assert_eq!(client["ClientSecret"].as_str().map(str::len), Some(51));
    // [documented] defaults
    assert_eq!(client["RefreshTokenValidity"], 30);
    assert_eq!(client["AuthSessionValidity"], 3);
    assert_eq!(client["EnableTokenRevocation"], true);
    assert_eq!(client["EnablePropagateAdditionalUserContextData"], false);
    assert_eq!(client["AllowedOAuthFlowsUserPoolClient"], false);
    assert_eq!(client["TokenValidityUnits"], json!({}));
    assert_eq!(client["CreationDate"], 1_767_225_600.0);
    assert!(
        client.get("GenerateSecret").is_none() && client.get("AccessTokenValidity").is_none(),
        "{client}"
    );

    let model = local.get(CLIENT, &format!("{pool}|{id}")).await;
    assert_eq!(model["ClientName"], "web");
    assert_eq!(model["ClientSecret"], client["ClientSecret"]);
    assert!(
        model.get("CreationDate").is_none() && model.get("TokenValidityUnits").is_none(),
        "{model}"
    );
}

#[tokio::test]
async fn created_by_cloud_control_it_is_seen_natively() {
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    let desired = json!({"UserPoolId": pool, "TokenValidityUnits": {"AccessToken": "minutes"}, "AccessTokenValidity": 15});
    let identifier = local.create(CLIENT, desired).await;
    let (_, id) = identifier.split_once('|').unwrap();
    let client = described(&local, &pool, &json!(id)).await;
    assert!(!client["ClientName"].as_str().unwrap().is_empty());
    // [documented] all units are shown when any is given
    assert_eq!(
        client["TokenValidityUnits"],
        json!({"AccessToken": "minutes", "IdToken": "hours", "RefreshToken": "days"})
    );
    assert!(client.get("ClientSecret").is_none(), "{client}");
    let list = ask(
        &local,
        "ListUserPoolClients",
        json!({"UserPoolId": pool, "MaxResults": 60}),
    )
    .await
    .ok();
    assert_eq!(
        list,
        json!({"UserPoolClients": [{"ClientId": id, "UserPoolId": pool, "ClientName": client["ClientName"]}]})
    );

    let event = patch(
        &local,
        CLIENT,
        &identifier,
        json!([{"op": "add", "path": "/ClientName", "value": "other"}]),
    )
    .await;
    assert_eq!(event["OperationStatus"], "SUCCESS", "{event}");
    let client = described(&local, &pool, &json!(id)).await;
    assert_eq!(client["ClientName"], "other");
    // Cloud Control's update keeps what its patch does not name.
    assert_eq!(client["AccessTokenValidity"], 15);

    assert_eq!(
        delete(&local, CLIENT, &identifier).await["OperationStatus"],
        "SUCCESS"
    );
    let missing = ask(
        &local,
        "DescribeUserPoolClient",
        json!({"UserPoolId": pool, "ClientId": id}),
    )
    .await;
    assert_eq!(
        missing.error(),
        refusal(
            "ResourceNotFoundException",
            &format!("User pool client {id} does not exist.")
        )
    );
}

#[tokio::test]
async fn an_update_resets_what_it_omits() {
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    let members = json!({
        "GenerateSecret": true,
        "RefreshTokenValidity": 60,
        "ReadAttributes": ["email"],
        "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH"],
        "PreventUserExistenceErrors": "ENABLED",
        "EnableTokenRevocation": false,
    });
    let client = create(&local, &pool, members).await;
    let id = &client["ClientId"];
    local.advance(Duration::from_secs(5));
    let body = json!({"UserPoolId": pool, "ClientId": id, "AuthSessionValidity": 5});
    let updated = ask(&local, "UpdateUserPoolClient", body).await.ok()["UserPoolClient"].clone();
    // [documented] what is omitted is reset
    assert_eq!(updated["AuthSessionValidity"], 5);
    assert_eq!(updated["RefreshTokenValidity"], 30);
    assert_eq!(updated["EnableTokenRevocation"], true);
    assert!(
        updated.get("ReadAttributes").is_none()
            && updated.get("PreventUserExistenceErrors").is_none(),
        "{updated}"
    );
    assert_eq!(
        updated["ExplicitAuthFlows"],
        json!([
            "ALLOW_REFRESH_TOKEN_AUTH",
            "ALLOW_USER_SRP_AUTH",
            "ALLOW_CUSTOM_AUTH"
        ])
    );
    // but for the name, and for what no update has
    assert_eq!(updated["ClientName"], "web");
    assert_eq!(updated["ClientSecret"], client["ClientSecret"]);
    assert_eq!(updated["LastModifiedDate"], 1_767_225_605.0);
    assert_eq!(updated["CreationDate"], 1_767_225_600.0);
    assert_eq!(described(&local, &pool, id).await, updated);
    let model = local
        .get(CLIENT, &format!("{pool}|{}", id.as_str().unwrap()))
        .await;
    assert_eq!(model["RefreshTokenValidity"], 30);
}

#[tokio::test]
async fn a_secret_can_be_given() {
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    let secret = "my0own0secret0that0is0long0enough";
    let client = create(&local, &pool, json!({"ClientSecret": secret})).await;
    assert_eq!(client["ClientSecret"], secret);
}

#[tokio::test]
async fn what_is_missing_is_said_to_be() {
    let local = Local::start().await;
    let pool_id = pool(&local, json!({})).await;
    let no_pool = refusal(
        "ResourceNotFoundException",
        "User pool us-east-1_none00000 does not exist.",
    );
    for operation in [
        "ListUserPoolClients",
        "DescribeUserPoolClient",
        "CreateUserPoolClient",
        "DeleteUserPoolClient",
    ] {
        let body = json!({"UserPoolId": "us-east-1_none00000", "ClientId": "x", "ClientName": "x", "MaxResults": 1});
        assert_eq!(
            ask(&local, operation, body).await.error(),
            no_pool,
            "{operation}"
        );
    }
    let unnamed = ask(
        &local,
        "CreateUserPoolClient",
        json!({"UserPoolId": pool_id}),
    )
    .await;
    // [documented] required here, not through Cloud Control
    assert_eq!(unnamed.error().0, "InvalidParameterException");
    let client = create(&local, &pool_id, json!({})).await;
    let id = client["ClientId"].as_str().unwrap();
    let body = json!({"UserPoolId": pool_id, "ClientId": id});
    ask(&local, "DeleteUserPoolClient", body).await.ok();
    assert_eq!(
        unread(&local, CLIENT, &format!("{pool_id}|{id}")).await,
        "ResourceNotFoundException"
    );
}

#[tokio::test]
async fn the_demo_s_clients_are_described_and_can_be_updated() {
    let local = Local::demo().await;
    let pool = "us-east-1_Demo00001";
    let list = ask(
        &local,
        "ListUserPoolClients",
        json!({"UserPoolId": pool, "MaxResults": 60}),
    )
    .await
    .ok();
    let clients = list["UserPoolClients"].as_array().unwrap();
    assert_eq!(clients.len(), 4);
    for client in clients {
        // What a description shows, an update takes: read, merge, write is how the native API is used.
        let mut body = described(&local, pool, &client["ClientId"]).await;
        for shown in [
            "ClientSecret",
            "CreationDate",
            "LastModifiedDate",
            "ClientType",
        ] {
            body.as_object_mut().unwrap().shift_remove(shown);
        }
        ask(&local, "UpdateUserPoolClient", body).await.ok();
    }
}
