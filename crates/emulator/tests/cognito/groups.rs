//! Groups and who is in them.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    client::Local,
    cognito::{
        GROUP, MEMBERSHIP, USER, ask, delete, fails, identifiers, patch, pool, refusal, unread,
        user, with,
    },
};

#[tokio::test]
async fn created_natively_it_is_seen_by_cloud_control() {
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    let body =
        json!({"UserPoolId": pool, "GroupName": "admins", "Description": "All", "Precedence": 1});
    let group = ask(&local, "CreateGroup", body.clone()).await.ok()["Group"].clone();
    let dates = json!({"LastModifiedDate": 1_767_225_600.0, "CreationDate": 1_767_225_600.0});
    assert_eq!(group, with(body.clone(), dates));
    assert_eq!(local.get(GROUP, &format!("{pool}|admins")).await, body);
    // [quoted]
    assert_eq!(
        ask(&local, "CreateGroup", body.clone()).await.error(),
        refusal(
            "GroupExistsException",
            "A group with the name already exists."
        )
    );
    fails(
        &local,
        GROUP,
        &body,
        "AlreadyExists",
        "A group with the name already exists.",
    )
    .await;
}

#[tokio::test]
async fn created_by_cloud_control_it_is_seen_natively() {
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    let identifier = local
        .create(GROUP, json!({"UserPoolId": pool, "GroupName": "staff"}))
        .await;
    let named = json!({"UserPoolId": pool, "GroupName": "staff"});
    assert_eq!(
        ask(&local, "GetGroup", named.clone()).await.ok()["Group"]["GroupName"],
        "staff"
    );
    local.advance(Duration::from_secs(9));
    let updated = ask(
        &local,
        "UpdateGroup",
        with(named.clone(), json!({"Precedence": 7})),
    )
    .await
    .ok();
    assert_eq!(updated["Group"]["LastModifiedDate"], 1_767_225_610.0);
    assert_eq!(local.get(GROUP, &identifier).await["Precedence"], 7);
    let event = patch(
        &local,
        GROUP,
        &identifier,
        json!([{"op": "add", "path": "/Description", "value": "x"}]),
    )
    .await;
    assert_eq!(event["OperationStatus"], "SUCCESS", "{event}");
    let list = ask(&local, "ListGroups", json!({"UserPoolId": pool}))
        .await
        .ok();
    assert_eq!(list["Groups"][0]["Description"], "x");
    ask(&local, "DeleteGroup", named.clone()).await.ok();
    assert_eq!(
        unread(&local, GROUP, &identifier).await,
        "ResourceNotFoundException"
    );
    for operation in ["GetGroup", "UpdateGroup", "DeleteGroup", "ListUsersInGroup"] {
        assert_eq!(
            ask(&local, operation, named.clone()).await.error(),
            refusal("ResourceNotFoundException", "Group not found."),
            "{operation}"
        );
    }
}

async fn names(local: &Local, operation: &str, body: Value, list: &str, name: &str) -> Vec<String> {
    let answer = ask(local, operation, body).await.ok();
    let items = answer[list].as_array().unwrap().iter();
    items
        .map(|item| item[name].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_user_in_a_group_is_an_attachment() {
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    for group in ["a", "b"] {
        local
            .create(GROUP, json!({"UserPoolId": pool, "GroupName": group}))
            .await;
    }
    user(&local, &pool, "ann").await;
    user(&local, &pool, "bob").await;
    let add = json!({"UserPoolId": pool, "GroupName": "a", "Username": "ann"});
    ask(&local, "AdminAddUserToGroup", add.clone()).await.ok();
    // [documented] again is no error
    ask(&local, "AdminAddUserToGroup", add.clone()).await.ok();
    assert_eq!(local.get(MEMBERSHIP, &format!("{pool}|a|ann")).await, add);
    let attachment = json!({"UserPoolId": pool, "GroupName": "b", "Username": "ann"});
    let identifier = local.create(MEMBERSHIP, attachment).await;
    assert_eq!(identifier, format!("{pool}|b|ann"));
    let of_user = json!({"UserPoolId": pool, "Username": "ann"});
    assert_eq!(
        names(
            &local,
            "AdminListGroupsForUser",
            of_user.clone(),
            "Groups",
            "GroupName"
        )
        .await,
        ["a", "b"]
    );
    let in_group = json!({"UserPoolId": pool, "GroupName": "b"});
    assert_eq!(
        names(
            &local,
            "ListUsersInGroup",
            in_group.clone(),
            "Users",
            "Username"
        )
        .await,
        ["ann"]
    );

    ask(&local, "AdminRemoveUserFromGroup", add.clone())
        .await
        .ok();
    assert_eq!(
        unread(&local, MEMBERSHIP, &format!("{pool}|a|ann")).await,
        "ResourceNotFoundException"
    );
    assert_eq!(
        delete(&local, MEMBERSHIP, &identifier).await["OperationStatus"],
        "SUCCESS"
    );
    assert!(
        names(
            &local,
            "AdminListGroupsForUser",
            of_user,
            "Groups",
            "GroupName"
        )
        .await
        .is_empty()
    );
    assert!(
        names(&local, "ListUsersInGroup", in_group, "Users", "Username")
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn a_group_or_a_user_that_is_not_there() {
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    local
        .create(GROUP, json!({"UserPoolId": pool, "GroupName": "a"}))
        .await;
    user(&local, &pool, "ann").await;
    let no_user = json!({"UserPoolId": pool, "GroupName": "a", "Username": "nobody"});
    let no_group = json!({"UserPoolId": pool, "GroupName": "none", "Username": "ann"});
    for operation in ["AdminAddUserToGroup", "AdminRemoveUserFromGroup"] {
        assert_eq!(
            ask(&local, operation, no_user.clone()).await.error(),
            refusal("UserNotFoundException", "User does not exist.")
        );
        assert_eq!(
            ask(&local, operation, no_group.clone()).await.error(),
            refusal("ResourceNotFoundException", "Group not found.")
        );
    }
    fails(
        &local,
        MEMBERSHIP,
        &no_user,
        "NotFound",
        "User does not exist.",
    )
    .await;
    fails(
        &local,
        MEMBERSHIP,
        &no_group,
        "NotFound",
        "Group not found.",
    )
    .await;
}

#[tokio::test]
async fn memberships_go_with_the_group_and_with_the_user() {
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    for name in ["a", "b"] {
        local
            .create(GROUP, json!({"UserPoolId": pool, "GroupName": name}))
            .await;
        user(&local, &pool, name).await;
    }
    for (group, name) in [("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")] {
        local
            .create(
                MEMBERSHIP,
                json!({"UserPoolId": pool, "GroupName": group, "Username": name}),
            )
            .await;
    }
    assert_eq!(
        delete(&local, GROUP, &format!("{pool}|a")).await["OperationStatus"],
        "SUCCESS"
    );
    ask(
        &local,
        "AdminDeleteUser",
        json!({"UserPoolId": pool, "Username": "b"}),
    )
    .await
    .ok();
    for gone in ["a|a", "a|b", "b|b"] {
        assert_eq!(
            unread(&local, MEMBERSHIP, &format!("{pool}|{gone}")).await,
            "ResourceNotFoundException"
        );
    }
    local.get(MEMBERSHIP, &format!("{pool}|b|a")).await;
    assert_eq!(
        identifiers(&local, USER, &pool).await,
        [format!("{pool}|a")]
    );
}
