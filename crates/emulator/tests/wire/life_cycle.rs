//! Requests: tokens, concurrency, cancelling, lists, expiry.

use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{Local, token};

fn create(name: &str, client_token: Option<&str>) -> Value {
    let mut body = json!({"TypeName": "AWS::S3::Bucket", "DesiredState": json!({"BucketName": name}).to_string()});
    if let Some(client_token) = client_token {
        body["ClientToken"] = json!(client_token);
    }
    body
}

#[tokio::test]
async fn a_retry_gets_the_first_request_and_another_request_a_conflict() {
    let local = Local::start().await;
    let first = token(
        &local
            .call("CreateResource", create("one", Some("t")))
            .await
            .ok(),
    );
    local.advance(Duration::from_secs(1));
    // [documented] same token, same parameters
    let again = local
        .call("CreateResource", create("one", Some("t")))
        .await
        .ok();
    assert_eq!(token(&again), first);
    assert_eq!(again["ProgressEvent"]["OperationStatus"], "SUCCESS");
    // [recorded]
    let conflict = (
        "ClientTokenConflictException".to_owned(),
        format!(
            "ClientToken t is already associated with an existing operation with RequestToken {first}"
        ),
    );
    assert_eq!(
        local
            .call("CreateResource", create("two", Some("t")))
            .await
            .error(),
        conflict
    );
    let delete = json!({"TypeName": "AWS::S3::Bucket", "Identifier": "one", "ClientToken": "t"});
    assert_eq!(
        local.call("DeleteResource", delete.clone()).await.error(),
        conflict
    );
    // [documented] 36 hours
    local.advance(Duration::from_hours(36));
    assert_eq!(local.call("DeleteResource", delete).await.status, 200);
}

#[tokio::test]
async fn one_unfinished_write_per_resource() {
    let local = Local::demo().await;
    let delete = json!({"TypeName": "AWS::S3::Bucket", "Identifier": "demo-uploads-123456789012"});
    let first = token(&local.call("DeleteResource", delete.clone()).await.ok());
    let (code, message) = local.call("DeleteResource", delete.clone()).await.error();
    assert_eq!(code, "ConcurrentOperationException");
    assert!(
        message.contains(&format!("RequestToken {first}")),
        "{message}"
    );
    local.advance(Duration::from_secs(1));
    assert_eq!(local.call("DeleteResource", delete).await.status, 200);
}

#[tokio::test]
async fn cancelling() {
    let local = Local::start().await;
    let running = token(&local.call("CreateResource", create("one", None)).await.ok());
    let cancel = async |token: &str| {
        local
            .call("CancelResourceRequest", json!({"RequestToken": token}))
            .await
    };
    assert_eq!(
        cancel(&running).await.ok()["ProgressEvent"]["OperationStatus"],
        "CANCEL_IN_PROGRESS"
    );
    local.advance(Duration::from_secs(1));
    assert_eq!(
        local.status(&running).await["OperationStatus"],
        "CANCEL_COMPLETE"
    );
    // [recorded] again is no error
    assert_eq!(
        cancel(&running).await.ok()["ProgressEvent"]["OperationStatus"],
        "CANCEL_COMPLETE"
    );
    let done = local.call("CreateResource", create("two", None)).await.ok();
    local.advance(Duration::from_secs(1));
    // [recorded]
    assert_eq!(
        cancel(&token(&done)).await.error(),
        (
            "ValidationException".to_owned(),
            format!("Request {} is already in status SUCCESS", token(&done))
        )
    );
    // [recorded]
    let unknown = "20999d87-e304-4725-ad84-832dcbfd7fc5";
    assert_eq!(
        cancel(unknown).await.error(),
        (
            "RequestTokenNotFoundException".to_owned(),
            format!("Request with token {unknown} was not found")
        )
    );
}

#[tokio::test]
async fn requests_are_listed_newest_first_filtered_and_in_pages() {
    let local = Local::start().await;
    for number in 0..23 {
        assert_eq!(
            local
                .call("CreateResource", create(&format!("bucket-{number}"), None))
                .await
                .status,
            200
        );
    }
    local.advance(Duration::from_secs(1));
    let delete = json!({"TypeName": "AWS::S3::Bucket", "Identifier": "bucket-0"});
    assert_eq!(local.call("DeleteResource", delete).await.status, 200);

    let list = async |body: Value| local.call("ListResourceRequests", body).await.ok();
    let first = list(json!({})).await;
    let summaries = first["ResourceRequestStatusSummaries"].as_array().unwrap();
    assert_eq!(summaries.len(), 20);
    assert_eq!(summaries[0]["Operation"], "DELETE");
    assert!(summaries[0]["RetryAfter"].is_f64());
    assert_eq!(summaries[1]["Identifier"], "bucket-22");
    let second = list(json!({"NextToken": first["NextToken"]})).await;
    assert_eq!(
        second["ResourceRequestStatusSummaries"]
            .as_array()
            .map(Vec::len),
        Some(4)
    );
    assert!(second.get("NextToken").is_none());

    let filter = json!({"Operations": ["DELETE", "UPDATE"], "OperationStatuses": ["IN_PROGRESS"]});
    let filtered = list(json!({"ResourceRequestStatusFilter": filter, "MaxResults": 5})).await;
    assert_eq!(
        filtered["ResourceRequestStatusSummaries"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    let wrong = json!({"ResourceRequestStatusFilter": {"Operations": ["DROP"]}});
    assert_eq!(
        local.call("ListResourceRequests", wrong).await.error().0,
        "ValidationException"
    );
    // Other regions have other requests.
    let elsewhere = local
        .call_in("eu-west-1", "ListResourceRequests", json!({}))
        .await
        .ok();
    assert_eq!(elsewhere, json!({"ResourceRequestStatusSummaries": []}));
}

#[tokio::test]
async fn requests_are_forgotten_after_seven_days() {
    let local = Local::start().await;
    let old = token(&local.call("CreateResource", create("one", None)).await.ok());
    local.advance(Duration::from_hours(7 * 24 - 1));
    assert_eq!(local.status(&old).await["OperationStatus"], "SUCCESS");
    local.advance(Duration::from_hours(1));
    let reply = local
        .call("GetResourceRequestStatus", json!({"RequestToken": old}))
        .await;
    assert_eq!(reply.error().0, "RequestTokenNotFoundException");
}

#[tokio::test]
async fn when_to_ask_again_does_not_tell_when_it_is_done() {
    let mut told = Vec::new();
    for settle in [2, 60] {
        let local = Local::with(cirrus_emulator::Options {
            settle: Duration::from_secs(settle),
            ..crate::client::options()
        })
        .await;
        let body =
            json!({"TypeName": "AWS::S3::Bucket", "DesiredState": "{\"BucketName\":\"bucket\"}"});
        let request = token(&local.call("CreateResource", body).await.ok());
        local.advance(Duration::from_secs(1));
        told.push(local.status(&request).await["RetryAfter"].as_f64());
    }
    assert!(told[0].is_some());
    assert_eq!(told[0], told[1]);
}
