//! The admin endpoint.

use cirrus_emulator::DataSet;
use serde_json::{Value, json};

use crate::client::Local;

const BUCKET: &str = "AWS::S3::Bucket";

#[tokio::test]
async fn what_was_asked_can_be_asked() {
    let local = Local::start().await;
    local.create(BUCKET, json!({"BucketName": "one"})).await;
    let log = local.admin("GET", "/requests", "").await;
    assert!(log.head.contains("application/x-ndjson"));
    let lines: Vec<Value> = log
        .body
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["operation"], "CreateResource");
    assert_eq!(lines[1]["request_token"], lines[0]["request_token"]);
    let counts = local.admin("GET", "/counts", "").await.ok();
    assert_eq!(
        counts,
        json!({
            "cloudcontrolapi:CreateResource": {"calls": 1, "errors": 0, "throttled": 0},
            "cloudcontrolapi:GetResourceRequestStatus": {"calls": 1, "errors": 0, "throttled": 0}
        })
    );
    local.admin("DELETE", "/requests", "").await.ok();
    assert!(local.emulator.requests().is_empty());
}

#[tokio::test]
async fn faults_and_limits_come_and_go() {
    let local = Local::start().await;
    let list = async || {
        local
            .call("ListResources", json!({"TypeName": BUCKET}))
            .await
            .status
    };
    let faults = local
        .admin(
            "POST",
            "/faults",
            "deny:region=us-east-1\nthrottle:times=3\n",
        )
        .await;
    assert_eq!(
        faults.ok(),
        json!(["deny:region=us-east-1", "throttle:times=3"])
    );
    assert_eq!(list().await, 400);
    assert_eq!(local.admin("DELETE", "/faults", "").await.ok(), json!([]));
    assert_eq!(list().await, 200);
    let wrong = local.admin("POST", "/faults", "denny").await;
    assert_eq!(wrong.status, 400);
    assert!(
        wrong.json()["message"]
            .as_str()
            .unwrap()
            .contains("`denny` is not a fault")
    );

    let scenario = json!({"limits": ["ListResources=1/s"], "settle": "9s", "switches": {"model-echo": "full"}});
    let now = local
        .admin("PUT", "/scenario", &scenario.to_string())
        .await
        .ok();
    assert_eq!(
        (&now["limits"], &now["settle"]),
        (&json!(["ListResources=1/s,burst=1"]), &json!("9s"))
    );
    assert_eq!(now["switches"]["model-echo"], "full");
    assert_eq!((list().await, list().await), (200, 400));
    local.admin("DELETE", "/scenario", "").await.ok();
    assert_eq!((list().await, list().await), (200, 200));
    assert_eq!(
        local
            .admin("PUT", "/scenario", "{\"limit\": []}")
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn the_clock_moves_and_requests_are_forgotten_after_seven_days() {
    let local = Local::start().await;
    let event = local
        .call(
            "CreateResource",
            json!({"TypeName": BUCKET, "DesiredState": "{\"BucketName\":\"bucket\"}"}),
        )
        .await
        .ok();
    let token = event["ProgressEvent"]["RequestToken"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(local.status(&token).await["OperationStatus"], "IN_PROGRESS");
    let clock = local
        .admin("POST", "/clock", "{\"advance\": \"1s\"}")
        .await
        .ok();
    assert_eq!(clock["now"], "2026-01-01T00:00:01Z");
    assert_eq!(local.status(&token).await["OperationStatus"], "SUCCESS");
    local
        .admin("POST", "/clock", "{\"advance\": \"7days\"}")
        .await
        .ok();
    let gone = local
        .call("GetResourceRequestStatus", json!({ "RequestToken": token }))
        .await;
    assert_eq!(gone.error().0, "RequestTokenNotFoundException");
    assert_eq!(
        local
            .admin("POST", "/clock", "{\"advance\": \"a while\"}")
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn resources_can_be_taken_out_and_put_into_another_emulator() {
    let local = Local::demo().await;
    let all = local.admin("GET", "/resources", "").await;
    let data: DataSet = serde_json::from_str(&all.body).unwrap();
    let demo: DataSet = serde_json::from_str(cirrus_emulator::demo()).unwrap();
    assert_eq!(data.entries.len(), demo.entries.len());
    let other = Local::start().await;
    other.admin("POST", "/resources", &all.body).await.ok();
    let again = other.admin("GET", "/resources", "").await;
    assert_eq!(again.json(), all.json());
    let roles = other
        .admin("GET", "/resources?type=AWS::IAM::Role", "")
        .await
        .ok();
    assert!(
        roles
            .as_array()
            .unwrap()
            .iter()
            .all(|entry| entry["type"] == "AWS::IAM::Role")
    );
}

#[tokio::test]
async fn whoever_does_not_know_is_told() {
    let local = Local::start().await;
    let index = local.admin("GET", "", "").await.ok();
    assert!(index["GET /_cirrus/requests"].is_string());
    let nothing = local.admin("GET", "/nonsense", "").await;
    assert_eq!(nothing.status, 404);
    assert!(nothing.body.contains("GET /_cirrus lists"));
}
