//! Account Management: which regions an account has.

use serde_json::{Value, json};

use crate::{
    ask::{Key, MEMBER, STRANGER, opted_out, organization},
    client::{ACCOUNT, Local, Reply},
};

async fn list(local: &Local, body: Value) -> Reply {
    local
        .rest(&Key::management(), "account", "/listRegions", body)
        .await
}

fn names(answer: &Value) -> Vec<String> {
    let regions = answer["Regions"].as_array().unwrap().iter();
    regions
        .map(|region| region["RegionName"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn the_regions_of_the_partition_are_listed_with_their_status() {
    let local = Local::start().await;
    let answer = list(&local, json!({})).await.ok();
    assert_eq!(answer.get("NextToken"), None);
    let status = |region: &str| {
        let mut regions = answer["Regions"].as_array().unwrap().iter();
        let found = regions.find(|found| found["RegionName"] == region);
        found.map(|found| found["RegionOptStatus"].as_str().unwrap().to_owned())
    };
    assert_eq!(status("us-east-1").as_deref(), Some("ENABLED_BY_DEFAULT"));
    assert_eq!(status("eu-south-1").as_deref(), Some("ENABLED"));
    assert_eq!(status("cn-north-1"), None);

    // Seventeen regions cannot be disabled, says the reference guide.
    let of_status = async |local: &Local, statuses: Value| {
        let answer = list(local, json!({"RegionOptStatusContains": statuses}))
            .await
            .ok();
        names(&answer).len()
    };
    let all = names(&answer).len();
    assert_eq!(of_status(&local, json!(["ENABLED_BY_DEFAULT"])).await, 17);
    assert_eq!(of_status(&local, json!(["ENABLED"])).await, all - 17);
    assert_eq!(of_status(&local, json!(["DISABLED", "DISABLING"])).await, 0);
    let local = opted_out().await;
    assert_eq!(of_status(&local, json!(["DISABLED"])).await, all - 17);
    assert_eq!(
        of_status(&local, json!(["ENABLED", "ENABLED_BY_DEFAULT"])).await,
        17
    );
}

#[tokio::test]
async fn regions_come_in_pages() {
    let local = Local::start().await;
    let all = names(&list(&local, json!({})).await.ok());
    let mut found = Vec::new();
    let mut body = json!({"MaxResults": 10});
    loop {
        let page = list(&local, body.clone()).await.ok();
        assert!(names(&page).len() <= 10);
        found.extend(names(&page));
        let Some(token) = page.get("NextToken") else {
            break;
        };
        body["NextToken"] = token.clone();
    }
    assert_eq!(found, all);
    // A token leads on in its own list only.
    body["RegionOptStatusContains"] = json!(["ENABLED"]);
    for body in [
        body,
        json!({"NextToken": "nonsense"}),
        json!({"MaxResults": 0}),
        json!({"MaxResults": 51}),
    ] {
        let reply = list(&local, body).await;
        assert_eq!(reply.status, 400, "{}", reply.body);
        assert!(
            reply.head.contains("x-amzn-errortype: ValidationException"),
            "{}",
            reply.head
        );
    }
}

#[tokio::test]
async fn one_region_is_looked_up() {
    let local = opted_out().await;
    let get = async |region: &str| {
        let body = json!({"RegionName": region});
        local
            .rest(&Key::management(), "account", "/getRegionOptStatus", body)
            .await
    };
    assert_eq!(
        get("eu-south-1").await.ok(),
        json!({"RegionName": "eu-south-1", "RegionOptStatus": "DISABLED"})
    );
    assert_eq!(
        get("eu-west-1").await.ok()["RegionOptStatus"],
        "ENABLED_BY_DEFAULT"
    );
    let unknown = get("mars-north-1").await;
    assert_eq!(unknown.status, 400);
    assert!(
        unknown
            .head
            .contains("x-amzn-errortype: ValidationException")
    );
    // Calls in a region that is not enabled fail like this.
    let refused = local
        .call_as(
            ACCOUNT,
            "eu-south-1",
            "ListResources",
            json!({"TypeName": "AWS::S3::Bucket"}),
        )
        .await;
    assert_eq!(refused.error().0, "UnrecognizedClientException");
}

#[tokio::test]
async fn only_the_management_account_asks_for_others() {
    let local = organization().await;
    let ask = async |key: &str, account: &str| {
        let body = json!({"AccountId": account});
        let reply = local
            .rest(&Key::of(key), "account", "/listRegions", body)
            .await;
        (reply.status, reply.head)
    };
    assert_eq!(ask(ACCOUNT, MEMBER).await.0, 200);
    for (key, account) in [
        (ACCOUNT, ACCOUNT),
        (ACCOUNT, STRANGER),
        (MEMBER, MEMBER),
        (MEMBER, ACCOUNT),
    ] {
        let (_, head) = ask(key, account).await;
        assert!(
            head.contains("x-amzn-errortype: AccessDeniedException"),
            "{key} {account}: {head}"
        );
    }
}
