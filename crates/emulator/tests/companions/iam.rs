//! IAM: users and roles that Cloud Control has made.

use serde_json::json;

use crate::{
    ask::{Key, MEMBER},
    client::{Local, Reply},
};

async fn ask(local: &Local, key: &Key, action: &str, members: &[(&str, &str)]) -> Reply {
    local.query(key, "iam", action, members).await
}

/// Roles `role-0` to `role-4`, of which the even ones are under `/even/`.
async fn with_roles() -> Local {
    let local = Local::start().await;
    for number in 0..5 {
        let path = if number % 2 == 0 { "/even/" } else { "/" };
        let desired = json!({
            "RoleName": format!("role-{number}"),
            "Path": path,
            "Description": "a <role>",
            "AssumeRolePolicyDocument": {"Version": "2012-10-17"},
            "Tags": [{"Key": "team", "Value": "identity"}],
        });
        // Roles are the same in every region.
        let region = if number == 0 {
            "eu-west-1"
        } else {
            "us-east-1"
        };
        local
            .create_as(&Key::management(), region, "AWS::IAM::Role", desired)
            .await;
    }
    local
}

#[tokio::test]
async fn a_role_is_shown_with_everything() {
    let local = with_roles().await;
    let role = ask(
        &local,
        &Key::management(),
        "GetRole",
        &[("RoleName", "role-0")],
    )
    .await;
    assert_eq!(role.status, 200, "{}", role.body);
    assert_eq!(role.one("RoleName"), "role-0");
    assert_eq!(role.one("Path"), "/even/");
    assert_eq!(
        role.one("Arn"),
        "arn:aws:iam::123456789012:role/even/role-0"
    );
    assert!(role.one("RoleId").starts_with("AROA"));
    assert!(role.one("CreateDate").starts_with("2026-01-01T00:0"));
    // URL-encoded by RFC 3986, says the documentation.
    assert_eq!(
        role.one("AssumeRolePolicyDocument"),
        "%7B%22Version%22%3A%222012-10-17%22%7D"
    );
    assert_eq!(role.one("Description"), "a &lt;role&gt;");
    assert_eq!(role.one("MaxSessionDuration"), "3600");
    assert_eq!((role.one("Key"), role.one("Value")), ("team", "identity"));
    let missing = ask(
        &local,
        &Key::management(),
        "GetRole",
        &[("RoleName", "none")],
    )
    .await;
    assert_eq!(
        missing.xml_error(),
        (
            404,
            "NoSuchEntity",
            "The role with name none cannot be found."
        )
    );
    let elsewhere = ask(
        &local,
        &Key::of(MEMBER),
        "GetRole",
        &[("RoleName", "role-0")],
    )
    .await;
    assert_eq!(elsewhere.one("Code"), "NoSuchEntity");
}

#[tokio::test]
async fn roles_come_in_pages() {
    let local = with_roles().await;
    let management = Key::management();
    let first = ask(&local, &management, "ListRoles", &[("MaxItems", "3")]).await;
    assert_eq!(first.all("RoleName"), ["role-0", "role-1", "role-2"]);
    assert_eq!(first.one("IsTruncated"), "true");
    // Tags are only in GetRole, says the documentation.
    assert!(first.all("Key").is_empty());
    let marker = first.one("Marker");
    let last = ask(
        &local,
        &management,
        "ListRoles",
        &[("MaxItems", "3"), ("Marker", marker)],
    )
    .await;
    assert_eq!(last.all("RoleName"), ["role-3", "role-4"]);
    assert_eq!(last.one("IsTruncated"), "false");
    assert!(last.all("Marker").is_empty());
    let even = ask(
        &local,
        &management,
        "ListRoles",
        &[("PathPrefix", "/even/")],
    )
    .await;
    assert_eq!(even.all("RoleName"), ["role-0", "role-2", "role-4"]);
    let of_other_list = [("PathPrefix", "/even/"), ("Marker", marker)];
    let refused = ask(&local, &management, "ListRoles", &of_other_list).await;
    assert_eq!(refused.one("Code"), "ValidationError");
}

#[tokio::test]
async fn the_caller_is_a_user() {
    let local = Local::start().await;
    let member = Key::of(MEMBER);
    let own = ask(&local, &member, "GetUser", &[]).await;
    assert_eq!(own.one("UserName"), "cirrus");
    assert_eq!(own.one("Arn"), "arn:aws:iam::111122223333:user/cirrus");
    let by_name = ask(&local, &member, "GetUser", &[("UserName", "cirrus")]).await;
    assert_eq!(by_name.one("UserId"), own.one("UserId"));

    local
        .create_as(
            &member,
            "us-east-1",
            "AWS::IAM::User",
            json!({"UserName": "alice"}),
        )
        .await;
    let alice = ask(&local, &member, "GetUser", &[("UserName", "alice")]).await;
    assert_eq!(alice.one("Arn"), "arn:aws:iam::111122223333:user/alice");
    assert_eq!(
        ask(&local, &member, "GetUser", &[("UserName", "bob")])
            .await
            .xml_error(),
        (
            404,
            "NoSuchEntity",
            "The user with name bob cannot be found."
        )
    );
    let role = [
        ("RoleArn", "arn:aws:iam::111122223333:role/Reader"),
        ("RoleSessionName", "me"),
    ];
    let session = Key::from_answer(&local.query(&member, "sts", "AssumeRole", &role).await);
    assert_eq!(
        ask(&local, &session, "GetUser", &[]).await.xml_error(),
        (
            400,
            "ValidationError",
            "Must specify userName when calling with non-User credentials"
        )
    );
    let aliases = ask(&local, &member, "ListAccountAliases", &[]).await;
    assert_eq!(aliases.one("IsTruncated"), "false");
    assert!(
        aliases.body.contains("<AccountAliases></AccountAliases>"),
        "{}",
        aliases.body
    );
}
