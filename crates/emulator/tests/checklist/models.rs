//! Line 6: Model lifecycle: desired → + defaults → + readOnly; stored writeOnly separately (so "persist" vs "erase" can be chosen per
//! type/test); read view strips writeOnly and nulls; shuffles insertionOrder:false arrays under a seed in "hostile" mode.

use cirrus_emulator::Options;
use serde_json::{Value, json};

use crate::{
    ask::{BUCKET, named, switched},
    client::{Local, options},
};

const SECRET: &str = "AWS::SecretsManager::Secret";
const TOPIC: &str = "AWS::SNS::Topic";

#[tokio::test]
async fn line_6_models_pass_through_their_life_cycle() {
    defaults_and_read_only_properties_are_added().await;
    write_only_properties_are_kept_apart().await;
    nulls_are_not_shown().await;
    arrays_without_an_order_are_shuffled().await;
}

async fn defaults_and_read_only_properties_are_added() {
    let local = Local::start().await;
    let key = "AWS::ApiGateway::ApiKey";
    let identifier = local.create(key, json!({"Name": "mine"})).await;
    let model = local.get(key, &identifier).await;
    assert_eq!(model["Name"], "mine");
    assert_eq!(model["Enabled"], false, "the schema's default: {model}");
    assert_eq!(model["APIKeyId"], identifier.as_str());

    // What is given is no default, and what only the service sets is the service's.
    let desired = json!({"Name": "other", "Enabled": true, "APIKeyId": "mine"});
    let identifier = local.create(key, desired).await;
    let model = local.get(key, &identifier).await;
    assert_eq!(model["Enabled"], true);
    assert_ne!(model["APIKeyId"], "mine");
    let arn = local
        .create(BUCKET, json!({"BucketName": "one", "Arn": "x"}))
        .await;
    assert_eq!(local.get(BUCKET, &arn).await["Arn"], "arn:aws:s3:::one");

    // A property that an update leaves out of the model is reset.
    let patch = json!([{"op": "remove", "path": "/Enabled"}]);
    let event = local.patch(key, &identifier, patch).await;
    assert_eq!(event["OperationStatus"], "SUCCESS", "{event}");
    assert_eq!(local.get(key, &identifier).await["Enabled"], false);
}

async fn write_only_properties_are_kept_apart() {
    for (position, kept) in [("write-only=keep", true), ("write-only=erase", false)] {
        let local = switched(&[
            position,
            "model-echo=full",
            &format!("list-view:{SECRET}=full"),
        ])
        .await;
        let desired = json!({"Name": "s", "SecretString": "hunter2"});
        let body = json!({"TypeName": SECRET, "DesiredState": desired.to_string()});
        let event = local.finish("CreateResource", body).await;
        let secret = event["Identifier"].as_str().unwrap().to_owned();
        let hidden = async || {
            let path = format!("/hidden?type={SECRET}&identifier={secret}");
            let hidden = local.admin("GET", &path, "").await.ok();
            hidden["write_only"]["/properties/SecretString"].clone()
        };
        assert_eq!(hidden().await, "hunter2");

        let patch = json!([{"op": "add", "path": "/Description", "value": "x"}]);
        let update = local.patch(SECRET, &secret, patch).await;
        assert_eq!(update["OperationStatus"], "SUCCESS", "{update}");
        assert_eq!(hidden().await == "hunter2", kept, "{position}");

        let patch = json!([{"op": "add", "path": "/SecretString", "value": "swordfish"}]);
        let again = local.patch(SECRET, &secret, patch).await;
        assert_eq!(hidden().await, "swordfish");
        let read = local.get(SECRET, &secret).await;
        assert_eq!(read["Description"], "x");
        let listed = local.list(SECRET, None).await;
        for shown in [event, update, again, read, json!(listed)] {
            let text = shown.to_string();
            assert!(
                !text.contains("hunter2") && !text.contains("swordfish"),
                "{text}"
            );
        }
    }
}

/// Only documents without a type of their own can have any; typed properties refuse them.
async fn nulls_are_not_shown() {
    let local = Local::start().await;
    let policy = json!({"Version": "2012-10-17", "Id": null, "Statement": [{"Sid": null}]});
    let role = json!({"RoleName": "r", "AssumeRolePolicyDocument": policy});
    local.create("AWS::IAM::Role", role).await;
    let pool = local.create("AWS::Cognito::UserPool", json!({})).await;
    for (type_name, identifier) in [("AWS::IAM::Role", "r"), ("AWS::Cognito::UserPool", &pool)] {
        let answer = local
            .call("GetResource", named(type_name, identifier))
            .await;
        assert_eq!(answer.status, 200);
        assert!(!answer.body.contains("null"), "{}", answer.body);
    }
}

/// Otherwise the order is the one that was set.
async fn arrays_without_an_order_are_shuffled() {
    let tag = |number: i32| json!({"Key": number.to_string(), "Value": "x"});
    let tags: Vec<Value> = (0..6).map(tag).collect();
    let ordered = json!(["a", "b", "c", "d", "e", "f"]);
    // The keys of twelve reads.
    let reads = async |seed: u64, fault: Option<&str>| {
        let local = Local::with(Options { seed, ..options() }).await;
        let desired = json!({"TopicName": "t", "Tags": tags});
        let topic = local.create(TOPIC, desired).await;
        let servers = "AWS::EC2::DHCPOptions";
        let desired = json!({ "DomainNameServers": ordered });
        let servers_id = local.create(servers, desired).await;
        if let Some(fault) = fault {
            local.fault(fault);
        }
        let mut found = Vec::new();
        for _ in 0..12 {
            let read = local.get(TOPIC, &topic).await;
            let keys = read["Tags"].as_array().unwrap().iter();
            found.push(
                keys.filter_map(|tag| tag["Key"].as_str())
                    .collect::<String>(),
            );
        }
        // A list whose order counts stays as it is.
        let read = local.get(servers, &servers_id).await;
        assert_eq!(read["DomainNameServers"], ordered);
        found
    };
    assert_eq!(reads(1, None).await, ["012345"; 12]);
    let hostile = reads(1, Some("shuffle")).await;
    assert_ne!(hostile, ["012345"; 12]);
    for read in &hostile {
        let mut keys: Vec<char> = read.chars().collect();
        keys.sort_unstable();
        assert_eq!(String::from_iter(keys), "012345");
    }
    assert_eq!(reads(1, Some("shuffle")).await, hostile, "the seed decides");
    assert_ne!(reads(2, Some("shuffle")).await, hostile, "another seed");
}
