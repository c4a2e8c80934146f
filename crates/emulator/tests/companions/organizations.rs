//! Organizations: the accounts, for the management account's eyes.

use serde_json::{Value, json};

use crate::{
    ask::{Key, MEMBER, STRANGER, organization},
    client::{ACCOUNT, Local, Reply},
};

async fn ask(local: &Local, account: &str, operation: &str, body: Value) -> Reply {
    let target = format!("AWSOrganizationsV20161128.{operation}");
    local
        .json(&Key::of(account), "organizations", &target, body)
        .await
}

async fn ids(local: &Local, operation: &str, mut body: Value) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    loop {
        let page = ask(local, ACCOUNT, operation, body.clone()).await.ok();
        let accounts = page["Accounts"].as_array().unwrap().iter();
        pages.push(
            accounts
                .map(|account| account["Id"].as_str().unwrap().to_owned())
                .collect(),
        );
        let Some(token) = page.get("NextToken") else {
            return pages;
        };
        body["NextToken"] = token.clone();
    }
}

#[tokio::test]
async fn accounts_come_in_pages_of_at_most_twenty() {
    let local = organization().await;
    let pages = ids(&local, "ListAccounts", json!({})).await;
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [20, 3]);
    let all = pages.concat();
    assert!(all.contains(&ACCOUNT.to_owned()) && all.contains(&MEMBER.to_owned()));
    let small = ids(&local, "ListAccounts", json!({"MaxResults": 7})).await;
    assert_eq!(small.iter().map(Vec::len).collect::<Vec<_>>(), [7, 7, 7, 2]);
    assert_eq!(small.concat(), all);
    for body in [
        json!({"MaxResults": 21}),
        json!({"MaxResults": 0}),
        json!({"NextToken": "nonsense"}),
    ] {
        let (code, _) = ask(&local, ACCOUNT, "ListAccounts", body).await.error();
        assert_eq!(code, "InvalidInputException");
    }
}

#[tokio::test]
async fn an_account_has_every_member_of_the_model() {
    let local = organization().await;
    let described = ask(
        &local,
        ACCOUNT,
        "DescribeAccount",
        json!({"AccountId": MEMBER}),
    )
    .await
    .ok();
    let account = &described["Account"];
    let organization = ask(&local, MEMBER, "DescribeOrganization", json!({}))
        .await
        .ok();
    let organization = &organization["Organization"];
    let root = ask(&local, ACCOUNT, "ListRoots", json!({})).await.ok()["Roots"][0].clone();
    let (id, root_id) = (
        organization["Id"].as_str().unwrap(),
        root["Id"].as_str().unwrap(),
    );
    assert_eq!(
        *account,
        json!({
            "Id": MEMBER,
            "Arn": format!("arn:aws:organizations::{ACCOUNT}:account/{id}/{MEMBER}"),
            "Email": account["Email"],
            "Name": "workload",
            "Status": "ACTIVE",
            "State": "ACTIVE",
            "Paths": [format!("{id}/{root_id}/{MEMBER}/")],
            "JoinedMethod": "CREATED",
            "JoinedTimestamp": account["JoinedTimestamp"],
        })
    );
    assert!(account["JoinedTimestamp"].is_f64());
    assert_eq!(organization["MasterAccountId"], ACCOUNT);
    assert_eq!(organization["FeatureSet"], "ALL");
    assert_eq!(
        organization["MasterAccountArn"],
        format!("arn:aws:organizations::{ACCOUNT}:account/{id}/{ACCOUNT}")
    );
    assert_eq!(root["Name"], "Root");
    assert_eq!(
        root["Arn"],
        format!("arn:aws:organizations::{ACCOUNT}:root/{id}/{root_id}")
    );

    let all = ids(&local, "ListAccounts", json!({})).await.concat();
    let children = ids(
        &local,
        "ListAccountsForParent",
        json!({"ParentId": root_id}),
    )
    .await;
    assert_eq!(children.concat(), all);
    let units = ask(
        &local,
        ACCOUNT,
        "ListOrganizationalUnitsForParent",
        json!({"ParentId": root_id}),
    )
    .await;
    assert_eq!(units.ok(), json!({"OrganizationalUnits": []}));
}

#[tokio::test]
async fn what_is_not_there_is_said_so() {
    let local = organization().await;
    let (code, message) = ask(
        &local,
        ACCOUNT,
        "DescribeAccount",
        json!({"AccountId": STRANGER}),
    )
    .await
    .error();
    assert_eq!(code, "AccountNotFoundException");
    assert_eq!(message, "You specified an account that doesn't exist.");
    for operation in ["ListAccountsForParent", "ListOrganizationalUnitsForParent"] {
        let reply = ask(&local, ACCOUNT, operation, json!({"ParentId": "r-none"})).await;
        assert_eq!(reply.error().0, "ParentNotFoundException");
    }
}

#[tokio::test]
async fn members_and_strangers_are_refused() {
    let local = organization().await;
    for operation in ["ListAccounts", "ListRoots"] {
        assert_eq!(
            ask(&local, MEMBER, operation, json!({})).await.error(),
            (
                "AccessDeniedException".to_owned(),
                "You don't have permissions to access this resource.".to_owned()
            )
        );
    }
    for operation in ["ListAccounts", "DescribeOrganization"] {
        assert_eq!(
            ask(&local, STRANGER, operation, json!({})).await.error(),
            (
                "AWSOrganizationsNotInUseException".to_owned(),
                "Your account is not a member of an organization.".to_owned()
            )
        );
    }
}

#[tokio::test]
async fn one_account_is_an_organization_of_one() {
    let local = Local::start().await;
    assert_eq!(ids(&local, "ListAccounts", json!({})).await, [[ACCOUNT]]);
}
