//! Line 1: Route by target; JSON 1.0; header `x-amzn-RequestId`; accept any path query; optional SigV4 verification.

use std::collections::BTreeMap;

use cirrus_emulator::Options;
use serde_json::json;

use crate::{
    ask::{BUCKET, Key},
    client::{Local, authorization, is_uuid, options},
    traces,
};

#[tokio::test]
async fn line_1_requests_are_routed_by_their_target() {
    let local = Local::start().await;
    the_target_says_who_is_asked(&local).await;
    every_answer_has_an_id(&local).await;
    path_and_query_mean_nothing(&local).await;
    signatures_are_verified_if_that_is_wanted().await;
}

async fn the_target_says_who_is_asked(local: &Local) {
    let list = json!({"TypeName": BUCKET});
    let reply = local.call("ListResources", list.clone()).await;
    assert_eq!(reply.header("content-type"), "application/x-amz-json-1.0");
    assert!(reply.ok()["ResourceDescriptions"].is_array());

    let reply = local
        .native("ListUserPools", json!({"MaxResults": 1}))
        .await;
    assert_eq!(reply.header("content-type"), "application/x-amz-json-1.1");
    assert!(reply.ok()["UserPools"].is_array());

    let target = "AWSOrganizationsV20161128.ListAccounts";
    let accounts = local
        .json(&Key::usual(), "organizations", target, json!({}))
        .await;
    assert!(accounts.ok()["Accounts"].is_array());

    // The target counts, not what the signature was made for.
    let target = "CloudApiService.ListResources";
    let reply = local.json(&Key::usual(), "sts", target, list).await;
    assert!(reply.ok()["ResourceDescriptions"].is_array());
}

async fn every_answer_has_an_id(local: &Local) {
    let mut ids = Vec::new();
    for type_name in [BUCKET, BUCKET, "AWS::LocalStack::DoesNotExist", "nonsense"] {
        let reply = local
            .call("ListResources", json!({"TypeName": type_name}))
            .await;
        let id = reply.header("x-amzn-requestid").to_owned();
        assert!(is_uuid(&id), "{type_name}: {}", reply.head);
        ids.push(id);
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4);
}

async fn path_and_query_mean_nothing(local: &Local) {
    let headers = format!(
        "x-amz-target: CloudApiService.ListResources\r\n{}",
        authorization("AKIDEXAMPLE", "us-east-1", "cloudcontrolapi")
    );
    for path in [
        "/",
        "/?Action=ListResources&Version=2021-09-30",
        "/?Action=CreateResource&Version=2021-09-30&__UserPoolClient&__detailTransformed=true",
        "/?",
        "/?%20&&=",
        "/any/path?x=y",
    ] {
        let body = format!("{{\"TypeName\": \"{BUCKET}\"}}");
        let reply = local.send(path, &headers, body.as_bytes()).await;
        assert!(reply.ok()["ResourceDescriptions"].is_array(), "{path}");
    }
}

/// StackQL's requests, whose query string is signed too.
async fn signatures_are_verified_if_that_is_wanted() {
    let file = traces::file("stackql.http");
    let create = traces::requests(&file).remove(0);
    let changed = {
        let text = str::from_utf8(create).unwrap();
        text.replacen("__detailTransformed=true", "__detailTransformed=false", 1)
    };
    let free = Local::demo().await;
    assert_eq!(free.exchange(changed.as_bytes()).await.status, 200);

    for (secret, right) in [(traces::SECRET, true), ("another", false)] {
        let credentials = [(traces::KEY.to_owned(), secret.to_owned())];
        let local = Local::with(Options {
            credentials: Some(BTreeMap::from(credentials)),
            ..options()
        })
        .await;
        let reply = local.exchange(create).await;
        assert_eq!(reply.status == 200, right, "{}", reply.body);
        let reply = local.exchange(changed.as_bytes()).await;
        assert_eq!(reply.status, 400);
        assert_eq!(reply.error().0, "InvalidSignatureException");
        let unsigned = "x-amz-target: CloudApiService.ListResources\r\n";
        let reply = local.send("/", unsigned, b"{}").await;
        assert_eq!(reply.error().0, "MissingAuthenticationTokenException");
    }
}
