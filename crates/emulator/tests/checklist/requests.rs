//! Line 4: Async engine with a virtual clock: IN_PROGRESS for a configurable time, `RetryAfter` on status, 7-day expiry, 36-h token
//! expiry, cancel.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    ask::{BUCKET, identifiers, settling, texts},
    client::{Local, is_uuid, token},
};

const SECOND: Duration = Duration::from_secs(1);

fn bucket(name: &str, client_token: &str) -> Value {
    let desired = json!({ "BucketName": name }).to_string();
    json!({"TypeName": BUCKET, "DesiredState": desired, "ClientToken": client_token})
}

#[tokio::test]
async fn line_4_requests_live_by_a_virtual_clock() {
    a_write_is_in_progress_for_as_long_as_is_set().await;
    requests_are_forgotten_after_seven_days().await;
    client_tokens_are_forgotten_after_thirty_six_hours().await;
    a_cancelled_request_does_nothing_more().await;
    requests_are_listed().await;
}

async fn a_write_is_in_progress_for_as_long_as_is_set() {
    let local = settling(Duration::from_secs(90)).await;
    let first = local.begin(BUCKET, json!({"BucketName": "one"})).await;
    let request = first["RequestToken"].as_str().unwrap();
    assert!(is_uuid(request), "{first}");
    assert_eq!(first["OperationStatus"], "IN_PROGRESS");
    assert_eq!(first["Identifier"], "one");
    // Not on the first answer.
    assert_eq!(first.get("RetryAfter"), None);
    // The manual clock stands at the beginning of 2026.
    assert_eq!(first["EventTime"], 1_767_225_600.0);

    local.advance(Duration::from_millis(89_500));
    let status = local.status(request).await;
    assert_eq!(status["OperationStatus"], "IN_PROGRESS");
    let now = 1_767_225_689.5;
    assert!(status["RetryAfter"].as_f64().unwrap() > now, "{status}");
    assert!(identifiers(&local, BUCKET).await.is_empty());

    local.advance(Duration::from_millis(500));
    let status = local.status(request).await;
    assert_eq!(status["OperationStatus"], "SUCCESS");
    assert_eq!(status.get("RetryAfter"), None);
    assert_eq!(identifiers(&local, BUCKET).await, ["one"]);
}

async fn requests_are_forgotten_after_seven_days() {
    let local = Local::start().await;
    let request = token(&local.call("CreateResource", bucket("one", "t")).await.ok());
    local.advance(Duration::from_secs(7 * 24 * 60 * 60 - 1));
    assert_eq!(local.status(&request).await["OperationStatus"], "SUCCESS");
    local.advance(SECOND);
    let body = json!({ "RequestToken": request });
    for operation in ["GetResourceRequestStatus", "CancelResourceRequest"] {
        let message = format!("Request with token {request} was not found");
        let refused = local.call(operation, body.clone()).await.error();
        assert_eq!(refused, texts(("RequestTokenNotFoundException", &message)));
    }
    let listed = local.call("ListResourceRequests", json!({})).await.ok();
    assert_eq!(listed, json!({"ResourceRequestStatusSummaries": []}));
    assert_eq!(identifiers(&local, BUCKET).await, ["one"]);
}

async fn client_tokens_are_forgotten_after_thirty_six_hours() {
    let local = Local::start().await;
    let create = async |name: &str| local.call("CreateResource", bucket(name, "t")).await;
    let first = token(&create("one").await.ok());
    local.advance(Duration::from_secs(36 * 60 * 60 - 1));
    assert_eq!(token(&create("one").await.ok()), first);
    assert_eq!(
        create("two").await.error().0,
        "ClientTokenConflictException"
    );
    // The token belongs to an account and a region.
    let elsewhere = local
        .call_in("eu-west-1", "CreateResource", bucket("two", "t"))
        .await;
    assert_eq!(elsewhere.status, 200);
    local.advance(SECOND);
    assert_ne!(token(&create("two").await.ok()), first);
}

async fn a_cancelled_request_does_nothing_more() {
    let local = Local::start().await;
    for fault in ["pending:times=1", "stuck:times=1"] {
        local.fault(fault);
        let request = local.begin(BUCKET, json!({"BucketName": "one"})).await;
        let request = json!({"RequestToken": request["RequestToken"]});
        let cancel = async || {
            local
                .call("CancelResourceRequest", request.clone())
                .await
                .ok()
        };
        let event = cancel().await["ProgressEvent"].clone();
        let known = ["CANCEL_IN_PROGRESS", "CANCEL_COMPLETE"];
        assert!(known.contains(&event["OperationStatus"].as_str().unwrap()));
        local.advance(SECOND);
        let event = cancel().await;
        assert_eq!(event["ProgressEvent"]["OperationStatus"], "CANCEL_COMPLETE");
        local.advance(SECOND);
        assert_eq!(cancel().await, event, "the same event again");
    }
    assert!(identifiers(&local, BUCKET).await.is_empty());

    let done = local.begin(BUCKET, json!({"BucketName": "one"})).await;
    let request = done["RequestToken"].as_str().unwrap();
    local.advance(SECOND);
    let body = json!({ "RequestToken": request });
    let message = format!("Request {request} is already in status SUCCESS");
    let refused = local.call("CancelResourceRequest", body).await.error();
    assert_eq!(refused, texts(("ValidationException", &message)));
}

/// The newest first, twenty of them, by operation and status.
async fn requests_are_listed() {
    let local = Local::start().await;
    for number in 0..22 {
        let name = format!("bucket-{number}");
        local.begin(BUCKET, json!({ "BucketName": name })).await;
    }
    local.advance(SECOND);
    let delete = json!({"TypeName": BUCKET, "Identifier": "bucket-0"});
    assert_eq!(local.call("DeleteResource", delete).await.status, 200);
    let list = async |body: Value| {
        let answer = local.call("ListResourceRequests", body).await.ok();
        let events = answer["ResourceRequestStatusSummaries"]
            .as_array()
            .unwrap()
            .clone();
        (events, answer.get("NextToken").cloned())
    };
    let (first, next) = list(json!({})).await;
    assert_eq!(
        (first.len(), &first[0]["Operation"]),
        (20, &json!("DELETE"))
    );
    assert!(first[0]["RetryAfter"].is_f64(), "{}", first[0]);
    assert_eq!(first[1]["Identifier"], "bucket-21");
    let (second, end) = list(json!({ "NextToken": next })).await;
    assert_eq!((second.len(), end), (3, None));

    let filtered = async |operations: Value, statuses: Value| {
        let filter = json!({"Operations": operations, "OperationStatuses": statuses});
        let body = json!({"ResourceRequestStatusFilter": filter, "MaxResults": 100});
        list(body).await.0.len()
    };
    // Any of a list's, all of the lists.
    assert_eq!(
        filtered(
            json!(["CREATE", "DELETE"]),
            json!(["SUCCESS", "IN_PROGRESS"])
        )
        .await,
        23
    );
    assert_eq!(filtered(json!(["CREATE"]), json!(["IN_PROGRESS"])).await, 0);
    assert_eq!(filtered(json!(["DELETE"]), json!(["IN_PROGRESS"])).await, 1);
}
