//! The demo data set, which documentation and examples rely on, and data sets that are wrong.

use cirrus_emulator::{DataSet, LoadError, Options};
use serde_json::{Value, json};

use crate::client::{ACCOUNT, Local, options};

#[tokio::test]
async fn the_demo_is_the_same_whatever_the_seed() {
    let with_seed = async |seed: u64| {
        let local = Local::with(Options { seed, ..options() }).await;
        local.emulator.load_json(cirrus_emulator::demo()).unwrap();
        let mut all = Vec::new();
        let data: DataSet = serde_json::from_str(cirrus_emulator::demo()).unwrap();
        for type_name in [
            "AWS::Cognito::UserPool",
            "AWS::S3::Bucket",
            "AWS::Logs::LogGroup",
            "AWS::IAM::Role",
            "AWS::SQS::Queue",
            "AWS::Lambda::Function",
        ] {
            assert!(
                data.entries
                    .iter()
                    .any(|entry| entry.type_name == type_name)
            );
            for (identifier, _) in local.list(type_name, None).await {
                all.push(local.get(type_name, &identifier).await);
            }
        }
        for pool in 1..=3 {
            let model = json!({"UserPoolId": format!("us-east-1_Demo0000{pool}")});
            for type_name in [
                "Client",
                "Group",
                "User",
                "ResourceServer",
                "IdentityProvider",
            ] {
                let type_name = format!("AWS::Cognito::UserPool{type_name}");
                for (identifier, _) in local.list(&type_name, Some(model.clone())).await {
                    all.push(local.get(&type_name, &identifier).await);
                }
            }
        }
        all
    };
    let all = with_seed(1).await;
    assert_eq!(all.len(), 23);
    assert_eq!(all, with_seed(2).await);
}

#[tokio::test]
async fn the_quick_way_to_the_demo_gives_the_same() {
    let slow = Local::demo().await;
    let quick = Local::start().await;
    quick.emulator.load_demo().unwrap();
    for type_name in [
        "AWS::Cognito::UserPool",
        "AWS::S3::Bucket",
        "AWS::IAM::Role",
        "AWS::Lambda::Function",
    ] {
        let listed = quick.list(type_name, None).await;
        assert_eq!(listed, slow.list(type_name, None).await);
        for (identifier, _) in listed {
            assert_eq!(
                quick.get(type_name, &identifier).await,
                slow.get(type_name, &identifier).await
            );
        }
    }
}

#[tokio::test]
async fn the_demo_has_what_examples_look_for() {
    let local = Local::demo().await;
    let pools = local.list("AWS::Cognito::UserPool", None).await;
    let names: Vec<&str> = pools
        .iter()
        .map(|(identifier, _)| identifier.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "us-east-1_Demo00001",
            "us-east-1_Demo00002",
            "us-east-1_Demo00003"
        ]
    );
    let client = local
        .get(
            "AWS::Cognito::UserPoolClient",
            "us-east-1_Demo00001|1demowebportal000000000000",
        )
        .await;
    assert_eq!(client["TokenValidityUnits"]["AccessToken"], "minutes");
    assert_eq!(
        client["CallbackURLs"][0],
        "https://portal.example.com/callback"
    );
    assert!(client["ClientSecret"].is_string());
    let queue = local
        .get(
            "AWS::SQS::Queue",
            &format!("https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/demo-orders"),
        )
        .await;
    assert_eq!(
        queue["Arn"],
        format!("arn:aws:sqs:us-east-1:{ACCOUNT}:demo-orders")
    );
}

#[tokio::test]
async fn a_wrong_data_set_names_every_wrong_entry_and_loads_nothing() {
    let local = Local::start().await;
    let bucket = |properties: Value| json!({"type": "AWS::S3::Bucket", "region": "us-east-1", "properties": properties});
    let data = json!([
        bucket(json!({"BucketName": "good"})),
        bucket(json!({"BucketName": "BAD"})),
        {"type": "AWS::S3::Buckets", "region": "us-east-1", "properties": {}},
        bucket(json!({"BucketName": "good"}))
    ]);
    let error = local.emulator.load_json(&data.to_string()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "3 entries of the data set cannot exist:\n  \
         entry 2 (AWS::S3::Bucket in us-east-1): #/BucketName: failed validation constraint for keyword [pattern]\n  \
         entry 3 (AWS::S3::Buckets in us-east-1): there is no such type in this region\n  \
         entry 4 (AWS::S3::Bucket in us-east-1): another entry has the same identifier"
    );
    assert!(local.list("AWS::S3::Bucket", None).await.is_empty());
    let error = local.emulator.load_json("{}").unwrap_err();
    assert!(matches!(error, LoadError::NotADataSet(_)), "{error}");
}
