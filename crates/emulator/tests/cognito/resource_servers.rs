//! Resource servers and their scopes.

use serde_json::json;

use crate::{
    client::Local,
    cognito::{RESOURCE_SERVER, ask, patch, pool, refusal, unread, with},
};

#[tokio::test]
async fn both_views_of_one_server() {
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    let named = json!({"UserPoolId": pool, "Identifier": "https://api.example.com"});
    let scopes = json!({"Scopes": [{"ScopeName": "read", "ScopeDescription": "Read"}]});
    let body = with(named.clone(), with(json!({"Name": "API"}), scopes));
    assert_eq!(
        ask(&local, "CreateResourceServer", body.clone()).await.ok(),
        json!({"ResourceServer": body})
    );
    let identifier = format!("{pool}|https://api.example.com");
    assert_eq!(local.get(RESOURCE_SERVER, &identifier).await, body);
    assert_eq!(
        ask(&local, "CreateResourceServer", body.clone())
            .await
            .error()
            .0,
        "InvalidParameterException"
    );

    let event = patch(
        &local,
        RESOURCE_SERVER,
        &identifier,
        json!([{"op": "add", "path": "/Name", "value": "Other"}]),
    )
    .await;
    assert_eq!(event["OperationStatus"], "SUCCESS", "{event}");
    let shown = ask(&local, "DescribeResourceServer", named.clone())
        .await
        .ok();
    assert_eq!(shown["ResourceServer"]["Name"], "Other");
    // [documented] the call has the whole server
    let update = ask(
        &local,
        "UpdateResourceServer",
        with(named.clone(), json!({"Name": "API"})),
    )
    .await
    .ok();
    assert!(update["ResourceServer"].get("Scopes").is_none(), "{update}");
    assert!(
        local
            .get(RESOURCE_SERVER, &identifier)
            .await
            .get("Scopes")
            .is_none()
    );
    ask(&local, "DeleteResourceServer", named.clone())
        .await
        .ok();
    assert_eq!(
        unread(&local, RESOURCE_SERVER, &identifier).await,
        "ResourceNotFoundException"
    );
    assert_eq!(
        ask(&local, "DescribeResourceServer", named).await.error(),
        refusal(
            "ResourceNotFoundException",
            "Resource server https://api.example.com does not exist."
        )
    );
}

#[tokio::test]
async fn created_by_cloud_control_it_is_seen_natively() {
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    local
        .create(
            RESOURCE_SERVER,
            json!({"UserPoolId": pool, "Identifier": "orders", "Name": "Orders"}),
        )
        .await;
    let list = ask(
        &local,
        "ListResourceServers",
        json!({"UserPoolId": pool, "MaxResults": 50}),
    )
    .await
    .ok();
    assert_eq!(
        list["ResourceServers"],
        json!([{"UserPoolId": pool, "Identifier": "orders", "Name": "Orders"}])
    );
}
