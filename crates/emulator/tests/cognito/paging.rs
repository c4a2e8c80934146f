//! Pages: every list has them, and a token leads on only in its own list.

use serde_json::{Value, json};

use crate::{
    client::Local,
    cognito::{ask, pool, user, with},
};

/// Reads a list page by page, and checks the pages' sizes.
async fn pages(local: &Local, operation: &str, body: Value, names: [&str; 3]) -> Vec<Value> {
    let [limit, token, items] = names;
    let mut body = with(body, json!({limit: 2}));
    let (mut found, mut pages) = (Vec::new(), 0);
    loop {
        let page = ask(local, operation, body.clone()).await.ok();
        let own = page[items].as_array().unwrap();
        assert!(own.len() <= 2, "{page}");
        found.extend(own.clone());
        pages += 1;
        let Some(next) = page.get(token) else {
            assert_eq!(pages, found.len().div_ceil(2));
            return found;
        };
        body[token] = next.clone();
    }
}

#[tokio::test]
async fn every_list_has_pages() {
    let local = Local::start().await;
    for _ in 0..5 {
        pool(&local, json!({})).await;
    }
    let pools = pages(
        &local,
        "ListUserPools",
        json!({}),
        ["MaxResults", "NextToken", "UserPools"],
    )
    .await;
    assert_eq!(pools.len(), 5);
    let id = pools[0]["Id"].as_str().unwrap();
    let named = json!({"UserPoolId": id});
    for name in ["a", "b", "c"] {
        user(&local, id, name).await;
        let group = with(named.clone(), json!({"GroupName": name}));
        ask(&local, "CreateGroup", group).await.ok();
        ask(
            &local,
            "AdminAddUserToGroup",
            with(named.clone(), json!({"GroupName": "a", "Username": name})),
        )
        .await
        .ok();
        if name != "a" {
            ask(
                &local,
                "AdminAddUserToGroup",
                with(named.clone(), json!({"GroupName": name, "Username": "a"})),
            )
            .await
            .ok();
        }
        ask(
            &local,
            "CreateUserPoolClient",
            with(named.clone(), json!({"ClientName": name})),
        )
        .await
        .ok();
        ask(
            &local,
            "CreateResourceServer",
            with(named.clone(), json!({"Identifier": name, "Name": name})),
        )
        .await
        .ok();
        let provider = json!({"ProviderName": format!("idp-{name}"), "ProviderType": "SAML", "ProviderDetails": {"MetadataURL": "https://x.example"}});
        ask(
            &local,
            "CreateIdentityProvider",
            with(named.clone(), provider),
        )
        .await
        .ok();
        let job = json!({"JobName": name, "CloudWatchLogsRoleArn": "arn:aws:iam::123456789012:role/import"});
        ask(&local, "CreateUserImportJob", with(named.clone(), job))
            .await
            .ok();
    }
    let results = |items| ["MaxResults", "NextToken", items];
    for (operation, body, names) in [
        (
            "ListUserPoolClients",
            named.clone(),
            results("UserPoolClients"),
        ),
        (
            "ListResourceServers",
            named.clone(),
            results("ResourceServers"),
        ),
        ("ListIdentityProviders", named.clone(), results("Providers")),
        (
            "ListGroups",
            named.clone(),
            ["Limit", "NextToken", "Groups"],
        ),
        (
            "ListUsers",
            named.clone(),
            ["Limit", "PaginationToken", "Users"],
        ),
        (
            "ListUserImportJobs",
            named.clone(),
            ["MaxResults", "PaginationToken", "UserImportJobs"],
        ),
        (
            "ListUsersInGroup",
            with(named.clone(), json!({"GroupName": "a"})),
            ["Limit", "NextToken", "Users"],
        ),
        (
            "AdminListGroupsForUser",
            with(named.clone(), json!({"Username": "a"})),
            ["Limit", "NextToken", "Groups"],
        ),
    ] {
        let found = pages(&local, operation, body, names).await;
        assert_eq!(found.len(), 3, "{operation}");
        assert!(found[0] != found[1] && found[1] != found[2], "{operation}");
    }
}

#[tokio::test]
async fn a_token_of_another_list_is_none() {
    let local = Local::start().await;
    for _ in 0..2 {
        pool(&local, json!({})).await;
    }
    let page = ask(&local, "ListUserPools", json!({"MaxResults": 1}))
        .await
        .ok();
    let id = page["UserPools"][0]["Id"].clone();
    // [inferred]
    for token in [page["NextToken"].clone(), json!("nonsense")] {
        let body = json!({"UserPoolId": id, "NextToken": token});
        assert_eq!(
            ask(&local, "ListGroups", body).await.error().0,
            "InvalidParameterException"
        );
    }
    let rest = ask(
        &local,
        "ListUserPools",
        json!({"MaxResults": 60, "NextToken": page["NextToken"]}),
    )
    .await
    .ok();
    assert_eq!(rest["UserPools"].as_array().map(Vec::len), Some(1));
    assert!(rest.get("NextToken").is_none());
}
