//! A client's secrets: two at a time.

use serde_json::{Value, json};

use crate::{
    client::Local,
    cognito::{CLIENT, ask, pool, with},
};

#[tokio::test]
async fn a_secret_is_replaced_by_way_of_a_second_one() {
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    let body = json!({"UserPoolId": pool, "ClientName": "web", "GenerateSecret": true});
    let client = ask(&local, "CreateUserPoolClient", body).await.ok()["UserPoolClient"].clone();
    let named = json!({"UserPoolId": pool, "ClientId": client["ClientId"]});
    let secrets = async || {
        let list = ask(&local, "ListUserPoolClientSecrets", named.clone())
            .await
            .ok();
        list["ClientSecrets"].as_array().unwrap().clone()
    };
    let first = secrets().await;
    assert_eq!(first.len(), 1);
    // [documented] `<client-id>--<epoch>`; values are never listed
    let id = format!("{}--1767225600", client["ClientId"].as_str().unwrap());
    assert_eq!(first[0]["ClientSecretId"], id);
    assert!(first[0].get("ClientSecretValue").is_none());
    let last = ask(
        &local,
        "DeleteUserPoolClientSecret",
        with(named.clone(), json!({"ClientSecretId": id})),
    )
    .await;
    // [documented] the last one cannot be deleted
    assert_eq!(last.error().0, "InvalidParameterException");

    let added = ask(&local, "AddUserPoolClientSecret", named.clone())
        .await
        .ok();
    let second = added["ClientSecretDescriptor"]["ClientSecretValue"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(secrets().await.len(), 2);
    let third = ask(&local, "AddUserPoolClientSecret", named.clone()).await;
    assert_eq!(third.error().0, "LimitExceededException");
    ask(
        &local,
        "DeleteUserPoolClientSecret",
        with(named.clone(), json!({"ClientSecretId": id})),
    )
    .await
    .ok();
    let shown: Value = ask(&local, "DescribeUserPoolClient", named).await.ok();
    assert_eq!(shown["UserPoolClient"]["ClientSecret"], second);
    let identifier = format!("{pool}|{}", client["ClientId"].as_str().unwrap());
    assert_eq!(local.get(CLIENT, &identifier).await["ClientSecret"], second);
}

#[tokio::test]
async fn a_public_client_gets_none() {
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    let body = json!({"UserPoolId": pool, "ClientName": "web"});
    let client = ask(&local, "CreateUserPoolClient", body).await.ok()["UserPoolClient"].clone();
    let named = json!({"UserPoolId": pool, "ClientId": client["ClientId"]});
    assert_eq!(
        ask(&local, "ListUserPoolClientSecrets", named.clone())
            .await
            .ok(),
        json!({"ClientSecrets": []})
    );
    // [documented] for confidential clients
    assert_eq!(
        ask(&local, "AddUserPoolClientSecret", named)
            .await
            .error()
            .0,
        "InvalidParameterException"
    );
}
