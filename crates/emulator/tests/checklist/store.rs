//! Line 3: Store per (account, region-or-global, type, identifier). Global types (IAM, CloudFront, Route53, Organizations, …)
//! stored once but visible from every region.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    ask::{BUCKET, named, patched},
    client::{ACCOUNT, Local, token},
};

const GROUP: &str = "AWS::Logs::LogGroup";
const OTHER: &str = "111122223333";

async fn write(local: &Local, account: &str, region: &str, operation: &str, body: Value) -> Value {
    let reply = local.call_as(account, region, operation, body).await;
    let status = json!({"RequestToken": token(&reply.ok())});
    local.advance(Duration::from_secs(1));
    let operation = "GetResourceRequestStatus";
    let reply = local.call_as(account, region, operation, status).await;
    reply.ok()["ProgressEvent"].clone()
}

async fn create(local: &Local, account: &str, region: &str, what: (&str, Value)) -> Value {
    let (type_name, desired) = what;
    let body = json!({"TypeName": type_name, "DesiredState": desired.to_string()});
    write(local, account, region, "CreateResource", body).await
}

/// What a read finds: the properties, or nothing.
async fn read(local: &Local, account: &str, region: &str, what: (&str, &str)) -> Option<Value> {
    let body = named(what.0, what.1);
    let reply = local.call_as(account, region, "GetResource", body).await;
    let text =
        (reply.status == 200).then(|| reply.json()["ResourceDescription"]["Properties"].clone());
    text.map(|text| serde_json::from_str(text.as_str().unwrap()).unwrap())
}

#[tokio::test]
async fn line_3_resources_are_kept_by_account_region_type_and_identifier() {
    let local = Local::start().await;
    every_part_of_the_place_counts(&local).await;
    global_types_are_the_same_everywhere(&local).await;
}

async fn every_part_of_the_place_counts(local: &Local) {
    let places = [
        (ACCOUNT, "us-east-1", 1),
        (ACCOUNT, "eu-west-1", 3),
        (OTHER, "us-east-1", 5),
    ];
    for (account, region, days) in places {
        assert_eq!(read(local, account, region, (GROUP, "same")).await, None);
        let desired = json!({"LogGroupName": "same", "RetentionInDays": days});
        let event = create(local, account, region, (GROUP, desired)).await;
        assert_eq!(event["OperationStatus"], "SUCCESS", "{event}");
    }
    for (account, region, days) in places {
        let group = read(local, account, region, (GROUP, "same")).await.unwrap();
        assert_eq!(group["RetentionInDays"], days);
        let arn = format!("arn:aws:logs:{region}:{account}:log-group:same:*");
        assert_eq!(group["Arn"], arn);
    }
    // Another type may have the same identifier, and the same type another one.
    assert_eq!(
        read(local, ACCOUNT, "us-east-1", (BUCKET, "same")).await,
        None
    );
    let event = create(
        local,
        ACCOUNT,
        "us-east-1",
        (BUCKET, json!({"BucketName": "same"})),
    )
    .await;
    assert_eq!(event["OperationStatus"], "SUCCESS");
    let desired = json!({"LogGroupName": "y"});
    let event = create(local, ACCOUNT, "us-east-1", (GROUP, desired)).await;
    assert_eq!(event["OperationStatus"], "SUCCESS");
    // What is deleted at one place is still there at the others.
    let event = write(
        local,
        OTHER,
        "us-east-1",
        "DeleteResource",
        named(GROUP, "same"),
    )
    .await;
    assert_eq!(event["OperationStatus"], "SUCCESS");
    assert_eq!(read(local, OTHER, "us-east-1", (GROUP, "same")).await, None);
    for (account, region, _) in &places[..2] {
        assert!(
            read(local, account, region, (GROUP, "same"))
                .await
                .is_some()
        );
    }
}

async fn global_types_are_the_same_everywhere(local: &Local) {
    let role = json!({"RoleName": "r", "AssumeRolePolicyDocument": {"Version": "2012-10-17"}});
    let keys = json!({"KeyGroupConfig": {"Name": "k", "Items": ["a"]}});
    let zone = json!({"Name": "example.com."});
    let policy = json!({"Name": "p", "Type": "SERVICE_CONTROL_POLICY", "Content": {"Version": "2012-10-17"}});
    for (type_name, desired, change) in [
        (
            "AWS::IAM::Role",
            role,
            json!({"op": "add", "path": "/Description", "value": "new"}),
        ),
        (
            "AWS::CloudFront::KeyGroup",
            keys,
            json!({"op": "add", "path": "/KeyGroupConfig/Comment", "value": "new"}),
        ),
        (
            "AWS::Route53::HostedZone",
            zone,
            json!({"op": "add", "path": "/HostedZoneConfig", "value": {"Comment": "new"}}),
        ),
        (
            "AWS::Organizations::Policy",
            policy,
            json!({"op": "add", "path": "/Description", "value": "new"}),
        ),
    ] {
        let event = create(local, ACCOUNT, "eu-west-1", (type_name, desired)).await;
        assert_eq!(event["OperationStatus"], "SUCCESS", "{event}");
        let identifier = event["Identifier"].as_str().unwrap();
        let what = (type_name, identifier);
        for region in ["us-east-1", "eu-west-1", "ap-southeast-2"] {
            assert!(
                read(local, ACCOUNT, region, what).await.is_some(),
                "{type_name} in {region}"
            );
            let mut list = json!({"TypeName": type_name});
            if type_name == "AWS::Organizations::Policy" {
                list["ResourceModel"] = json!("{\"Type\":\"SERVICE_CONTROL_POLICY\"}");
            }
            let list = local.call_in(region, "ListResources", list).await.ok();
            let listed = list["ResourceDescriptions"].as_array().unwrap();
            assert_eq!(listed.len(), 1, "{type_name} in {region}: once");
            assert_eq!(listed[0]["Identifier"], identifier);
        }
        assert_eq!(read(local, OTHER, "us-east-1", what).await, None);
        let update = patched(type_name, identifier, &json!([change]));
        let event = write(local, ACCOUNT, "ap-southeast-2", "UpdateResource", update).await;
        assert_eq!(event["OperationStatus"], "SUCCESS", "{event}");
        let here = read(local, ACCOUNT, "eu-west-1", what).await.unwrap();
        assert!(here.to_string().contains("\"new\""), "{here}");
        let event = write(
            local,
            ACCOUNT,
            "us-east-1",
            "DeleteResource",
            named(type_name, identifier),
        )
        .await;
        assert_eq!(event["OperationStatus"], "SUCCESS", "{event}");
        assert_eq!(read(local, ACCOUNT, "eu-west-1", what).await, None);
    }
}
