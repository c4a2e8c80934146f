//! GetCallerIdentity, as SDKs ask it on the same port.

use crate::client::{Local, authorization};

async fn ask(local: &Local, key: &str, action: &str) -> (u16, String) {
    let headers = format!(
        "content-type: application/x-www-form-urlencoded\r\n{}",
        authorization(key, "eu-west-1", "sts")
    );
    let body = format!("Action={action}&Version=2011-06-15");
    let reply = local.send("/", &headers, body.as_bytes()).await;
    (reply.status, reply.body)
}

#[tokio::test]
async fn says_who_the_caller_is() {
    let local = Local::start().await;
    let (status, body) = ask(&local, "111122223333", "GetCallerIdentity").await;
    assert_eq!(status, 200);
    assert!(body.contains("<Account>111122223333</Account>"), "{body}");
    assert!(
        body.contains("<Arn>arn:aws:iam::111122223333:user/cirrus</Arn>"),
        "{body}"
    );
    assert_eq!(local.last().operation, "GetCallerIdentity");
    let (_, body) = ask(&local, "AKIDEXAMPLE", "GetCallerIdentity").await;
    assert!(body.contains("<Account>123456789012</Account>"), "{body}");
}

#[tokio::test]
async fn refuses_in_xml() {
    let local = Local::start().await;
    let (status, body) = ask(&local, "AKID", "AssumeEverything").await;
    assert_eq!(status, 400);
    assert!(body.contains("<Code>InvalidAction</Code>"), "{body}");
    assert!(
        body.contains("Could not find operation AssumeEverything for version 2011-06-15"),
        "{body}"
    );
    local.fault("deny:region=eu-west-1");
    assert_eq!(ask(&local, "AKID", "GetCallerIdentity").await.0, 200);
    local.fault("deny:op=GetCallerIdentity");
    let (status, body) = ask(&local, "AKID", "GetCallerIdentity").await;
    assert_eq!(status, 403);
    assert!(body.contains("<Code>AccessDenied</Code>"), "{body}");
}
