//! State in a file, the log in a file, and starting with either.

use std::{error::Error as _, fs, time::Duration};

use cirrus_emulator::{Emulator, Options};
use serde_json::{Value, json};

use crate::client::{Local, options, token};

#[tokio::test]
async fn resources_and_requests_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let options = || Options {
        state: Some(file.clone()),
        ..options()
    };
    let local = Local::with(options()).await;
    let pool = local
        .create("AWS::Cognito::UserPool", json!({"UserPoolName": "kept"}))
        .await;
    let properties = local.get("AWS::Cognito::UserPool", &pool).await;
    let running = token(
        &local
            .call("CreateResource", json!({"TypeName": "AWS::S3::Bucket", "DesiredState": "{\"BucketName\":\"later\"}"}))
            .await
            .ok(),
    );
    // A second emulator must not have the same file.
    let second = Emulator::start(options()).await.unwrap_err();
    assert!(
        second.to_string().contains("in use by another process"),
        "{second}"
    );
    local.emulator.shutdown().await;

    let local = Local::with(options()).await;
    assert_eq!(local.get("AWS::Cognito::UserPool", &pool).await, properties);
    assert_eq!(
        local.status(&running).await["OperationStatus"],
        "IN_PROGRESS"
    );
    local.advance(Duration::from_secs(2));
    assert_eq!(local.status(&running).await["OperationStatus"], "SUCCESS");
    assert_eq!(
        local.get("AWS::S3::Bucket", "later").await["BucketName"],
        "later"
    );
    // The sequence goes on instead of repeating itself.
    let other = local
        .create("AWS::Cognito::UserPool", json!({"UserPoolName": "other"}))
        .await;
    assert_ne!(other, pool);
}

#[cfg(unix)]
#[tokio::test]
async fn the_state_is_its_owner_s_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("new").join("state.json");
    let local = Local::with(Options {
        state: Some(file.clone()),
        ..options()
    })
    .await;
    local.emulator.load_json(cirrus_emulator::demo()).unwrap();
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[tokio::test]
async fn a_file_that_is_no_state_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes.txt");
    fs::write(&file, "my notes").unwrap();
    let error = Emulator::start(Options {
        state: Some(file.clone()),
        ..options()
    })
    .await
    .unwrap_err();
    assert!(
        error.to_string().contains("is not an emulator's state"),
        "{error}"
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), "my notes");
}

#[tokio::test]
async fn the_log_file_has_a_line_per_request() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("requests.ndjson");
    let local = Local::with(Options {
        log: Some(file.clone()),
        ..options()
    })
    .await;
    assert!(local.list("AWS::S3::Bucket", None).await.is_empty());
    assert_eq!(local.call("Nonsense", json!({})).await.status, 400);
    let lines: Vec<Value> = fs::read_to_string(&file)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["operation"], "ListResources");
    assert_eq!(lines[1]["error"], "UnknownOperationException");
}

#[tokio::test]
async fn a_data_set_can_be_loaded_at_the_start_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data.json");
    fs::write(&data, cirrus_emulator::demo()).unwrap();
    let options = || Options {
        state: Some(folder.path().join("state.json")),
        load: Some(data.clone()),
        ..options()
    };
    let local = Local::with(options()).await;
    let role = local.get("AWS::IAM::Role", "demo-app").await;
    local.emulator.shutdown().await;
    let local = Local::with(options()).await;
    assert_eq!(local.get("AWS::IAM::Role", "demo-app").await, role);
    local.emulator.shutdown().await;

    fs::write(&data, "[{\"type\": \"AWS::S3::Bucket\", \"region\": \"us-east-1\", \"properties\": {\"Bucket\": 1}}]").unwrap();
    let error = Emulator::start(options()).await.unwrap_err();
    assert!(error.to_string().contains("data.json"), "{error}");
    let reason = error.source().unwrap().to_string();
    assert!(
        reason.contains("extraneous key [Bucket] is not permitted"),
        "{reason}"
    );
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_a_silent_peer_and_frees_the_port() {
    let local = Local::start().await;
    let address = local
        .emulator
        .url()
        .strip_prefix("http://")
        .unwrap()
        .to_owned();
    let silent = tokio::net::TcpStream::connect(&address).await.unwrap();
    assert_eq!(
        local
            .call("ListResources", json!({"TypeName": "AWS::S3::Bucket"}))
            .await
            .status,
        200
    );
    let began = std::time::Instant::now();
    local.emulator.shutdown().await;
    assert!(began.elapsed() < Duration::from_secs(5));
    assert!(tokio::net::TcpStream::connect(&address).await.is_err());
    drop(silent);
}
