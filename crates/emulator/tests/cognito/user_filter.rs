//! ListUsers: filters, wanted attributes.

use serde_json::{Value, json};

use crate::{
    client::Local,
    cognito::{ask, pool, refusal},
};

async fn found(local: &Local, pool: &str, filter: &str) -> Vec<String> {
    let answer = ask(
        local,
        "ListUsers",
        json!({"UserPoolId": pool, "Filter": filter}),
    )
    .await
    .ok();
    let users = answer["Users"].as_array().unwrap().iter();
    users
        .map(|user| user["Username"].as_str().unwrap().to_owned())
        .collect()
}

async fn people(local: &Local) -> String {
    let pool = pool(local, json!({})).await;
    for (name, given) in [("ann", "Ann"), ("anton", "Anton"), ("bob", "Bob \"B\"")] {
        let attributes = json!([{"Name": "given_name", "Value": given}, {"Name": "email", "Value": format!("{name}@example.com")}]);
        let body = json!({"UserPoolId": pool, "Username": name, "UserAttributes": attributes});
        ask(local, "AdminCreateUser", body).await.ok();
    }
    pool
}

#[tokio::test]
async fn by_exact_match_and_by_beginning() {
    let local = Local::start().await;
    let pool = people(&local).await;
    ask(
        &local,
        "AdminDisableUser",
        json!({"UserPoolId": pool, "Username": "bob"}),
    )
    .await
    .ok();
    // [documented]
    assert_eq!(found(&local, &pool, "").await, ["ann", "anton", "bob"]);
    assert_eq!(found(&local, &pool, r#"given_name = "Ann""#).await, ["ann"]);
    assert_eq!(
        found(&local, &pool, r#"given_name ^= "An""#).await,
        ["ann", "anton"]
    );
    assert_eq!(
        found(&local, &pool, r#"given_name = "Bob \"B\"""#).await,
        ["bob"]
    );
    assert_eq!(
        found(&local, &pool, r#"username ^= "a""#).await,
        ["ann", "anton"]
    );
    assert_eq!(found(&local, &pool, r#"username ^= "A""#).await, [""; 0]);
    assert_eq!(
        found(&local, &pool, r#"status = "Disabled""#).await,
        ["bob"]
    );
    assert_eq!(
        found(
            &local,
            &pool,
            r#"cognito:user_status = "force_change_password""#
        )
        .await
        .len(),
        3
    );
    assert_eq!(
        found(&local, &pool, r#"phone_number = "+15555550100""#).await,
        [""; 0]
    );
}

#[tokio::test]
async fn what_cannot_be_searched_for() {
    let local = Local::start().await;
    let pool = people(&local).await;
    let refused = async |filter: &str| {
        ask(
            &local,
            "ListUsers",
            json!({"UserPoolId": pool, "Filter": filter}),
        )
        .await
        .error()
    };
    assert_eq!(
        refused("nonsense").await,
        refusal("InvalidParameterException", "Error while parsing filter.")
    );
    // [documented] custom attributes are not searchable
    assert_eq!(
        refused(r#"custom:x = "1""#).await.0,
        "InvalidParameterException"
    );
}

#[tokio::test]
async fn only_the_wanted_attributes() {
    let local = Local::start().await;
    let pool = people(&local).await;
    let answer = ask(
        &local,
        "ListUsers",
        json!({"UserPoolId": pool, "AttributesToGet": ["email"]}),
    )
    .await
    .ok();
    let users: &Vec<Value> = answer["Users"].as_array().unwrap();
    assert_eq!(
        users[0]["Attributes"],
        json!([{"Name": "email", "Value": "ann@example.com"}])
    );
}
