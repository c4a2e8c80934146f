//! Line 11: Record real-client traces (boto3, awscli, Rust SDK; awscc/StackQL when their binaries are obtainable) as conformance tests.
//!
//! `traces/<client>.http` has requests one after another, byte for byte, signed with the key below; `traces/<client>.json` what
//! is expected of each answer, from the reference. boto3 1.43.106, awscli 1.46.2 and aws-sdk-cloudcontrol 1.120.0 (by `cirrus
//! exec`) were recorded. Of StackQL there is no binary: its requests are written by the reference's table, and signed.

use std::{collections::BTreeMap, fs, path::PathBuf, sync::LazyLock, time::Duration};

use cirrus_emulator::Options;
use regex::Regex;
use serde_json::Value;

use crate::{
    ask::{length, split},
    client::{Local, options},
};

/// AWS's own example.
pub(crate) const KEY: &str = "AKIDEXAMPLE";
pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

pub(crate) fn file(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/checklist/traces");
    fs::read(folder.join(name)).unwrap()
}

/// The requests of a trace.
pub(crate) fn requests(trace: &[u8]) -> Vec<&[u8]> {
    let mut rest = trace;
    let mut requests = Vec::new();
    while let Some((head, _)) = split(rest) {
        let (request, next) = rest.split_at(head.len() + 4 + length(head));
        requests.push(request);
        rest = next;
    }
    assert!(rest.is_empty(), "the last request is incomplete");
    requests
}

/// The demo data, for a caller whose signature is looked at.
async fn verifying() -> Local {
    let credentials = [(KEY.to_owned(), SECRET.to_owned())];
    let local = Local::with(Options {
        credentials: Some(BTreeMap::from(credentials)),
        ..options()
    })
    .await;
    local.emulator.load_json(cirrus_emulator::demo()).unwrap();
    local
}

#[tokio::test]
async fn line_11_recorded_clients_are_answered() {
    for (client, calls) in [("boto3", 7), ("awscli", 5), ("rust", 5), ("stackql", 5)] {
        let trace = file(&format!("{client}.http"));
        let expected: Vec<Value> =
            serde_json::from_slice(&file(&format!("{client}.json"))).unwrap();
        let requests = requests(&trace);
        assert_eq!((requests.len(), expected.len()), (calls, calls), "{client}");
        let local = verifying().await;
        for (index, (request, expected)) in requests.into_iter().zip(&expected).enumerate() {
            let at = format!("{client} {}", index + 1);
            let reply = local.exchange(request).await;
            assert_eq!(
                Value::from(reply.status),
                expected["status"],
                "{at}: {}",
                reply.body
            );
            assert_eq!(reply.header("content-type"), expected["type"], "{at}");
            assert!(
                UUID.is_match(reply.header("x-amzn-requestid")),
                "{at}: {}",
                reply.head
            );
            let body = serde_json::from_str(&reply.body)
                .unwrap_or_else(|_| Value::from(reply.body.clone()));
            compare(&at, &expected["body"], &body);
            local.advance(Duration::from_secs(1));
        }
        headers_are_those_of_the_reference(client, &trace);
    }
}

/// Section 1.1's table: what each client signs.
fn headers_are_those_of_the_reference(client: &str, trace: &[u8]) {
    let text = str::from_utf8(trace).unwrap();
    let (signed, other) = match client {
        "boto3" | "awscli" => (
            "content-type;host;x-amz-date;x-amz-target",
            "amz-sdk-request: attempt=1\r\n",
        ),
        "rust" => (
            "content-length;content-type;host;x-amz-date;x-amz-target;x-amz-user-agent",
            "amz-sdk-request: attempt=1; max=",
        ),
        _ => (
            "content-length;content-type;host;x-amz-date;x-amz-target",
            "POST /?Action=CreateResource&Version=2021-09-30&__UserPoolResourceServer&__detailTransformed=true ",
        ),
    };
    assert!(
        text.contains(&format!("SignedHeaders={signed}, ")),
        "{client}"
    );
    assert!(text.contains(other), "{client}");
}

static UUID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").unwrap()
});

/// Compares an answer with what is expected of it: `<uuid>` is any, `<time>` is any number, a document is its text, an object
/// may have more members than are expected of it, and a text that ends in `…` only begins so.
fn compare(at: &str, expected: &Value, found: &Value) {
    match (expected, found) {
        (Value::Object(members), Value::Object(_)) => {
            for (name, expected) in members {
                compare(&format!("{at}.{name}"), expected, &found[name]);
            }
        }
        (Value::Object(_), Value::String(text)) => {
            let document = serde_json::from_str(text).unwrap();
            compare(at, expected, &document);
        }
        (Value::Array(expected), Value::Array(found)) => {
            assert_eq!(expected.len(), found.len(), "{at}: {found:?}");
            for (index, (expected, found)) in expected.iter().zip(found).enumerate() {
                compare(&format!("{at}[{index}]"), expected, found);
            }
        }
        (Value::String(expected), Value::Number(_)) => {
            assert_eq!(expected, "<time>", "{at}: {found}");
        }
        (Value::String(expected), Value::String(found)) => {
            let found = UUID.replace_all(found, "<uuid>");
            match expected.strip_suffix('…') {
                Some(start) => assert!(found.starts_with(start), "{at}: {found}"),
                None => assert_eq!(*expected, found, "{at}"),
            }
        }
        _ => assert_eq!(expected, found, "{at}"),
    }
}
