//! Line 8: List views: identifier-only default; full for selected types; page size 25 irrespective of MaxResults; ResourceModel
//! requirement; empty pages in hostile mode.

use serde_json::{Value, json};

use crate::{
    ask::{BUCKET, CLIENT, identifiers, switched, texts},
    client::{Local, properties},
};

#[tokio::test]
async fn line_8_lists_show_what_handlers_return() {
    identifiers_are_shown_and_for_some_types_everything().await;
    pages_are_those_of_the_service_behind().await;
    required_inputs_are_asked_for().await;
    pages_may_be_empty().await;
}

async fn identifiers_are_shown_and_for_some_types_everything() {
    let local = Local::start().await;
    let desired = json!({"BucketName": "one", "Tags": [{"Key": "a", "Value": "b"}]});
    local.create(BUCKET, desired.clone()).await;
    // [recorded]
    let answer = local
        .call("ListResources", json!({"TypeName": BUCKET}))
        .await
        .ok();
    assert_eq!(
        answer,
        json!({
            "TypeName": BUCKET,
            "ResourceDescriptions": [{"Identifier": "one", "Properties": "{\"BucketName\":\"one\"}"}],
        })
    );
    local
        .create("AWS::Logs::LogGroup", json!({"LogGroupName": "g"}))
        .await;
    let groups = local.list("AWS::Logs::LogGroup", None).await;
    assert_eq!(groups[0].1, local.get("AWS::Logs::LogGroup", "g").await);

    // Which types show everything can be chosen.
    let local = switched(&[
        "list-view:AWS::S3::Bucket=full",
        "list-view:AWS::Logs::LogGroup=identifier",
    ])
    .await;
    local.create(BUCKET, desired).await;
    local
        .create("AWS::Logs::LogGroup", json!({"LogGroupName": "g"}))
        .await;
    let buckets = local.list(BUCKET, None).await;
    assert_eq!(buckets[0].1, local.get(BUCKET, "one").await);
    let groups = local.list("AWS::Logs::LogGroup", None).await;
    assert_eq!(groups[0].1, json!({"LogGroupName": "g"}));
}

async fn pages_are_those_of_the_service_behind() {
    let local = Local::start().await;
    let empty = local
        .call("ListResources", json!({"TypeName": BUCKET}))
        .await
        .ok();
    assert_eq!(
        empty,
        json!({"TypeName": BUCKET, "ResourceDescriptions": []})
    );
    let entries: Vec<Value> = (0..60)
        .map(|number| json!({"type": BUCKET, "region": "us-east-1", "properties": {"BucketName": format!("bucket-{number:02}")}}))
        .collect();
    local
        .emulator
        .load_json(&json!(entries).to_string())
        .unwrap();
    for wanted in [None, Some(1), Some(100)] {
        let mut body = json!({"TypeName": BUCKET});
        if let Some(wanted) = wanted {
            body["MaxResults"] = json!(wanted);
        }
        let (mut sizes, mut names) = (Vec::new(), Vec::new());
        loop {
            let page = local.call("ListResources", body.clone()).await.ok();
            let descriptions = page["ResourceDescriptions"].as_array().unwrap();
            sizes.push(descriptions.len());
            names.extend(descriptions.iter().map(|one| one["Identifier"].to_string()));
            let Some(token) = page.get("NextToken") else {
                break;
            };
            assert!(token.as_str().unwrap().len() <= 4096);
            body["NextToken"] = token.clone();
        }
        assert_eq!(sizes, [25, 25, 10], "{wanted:?}");
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 60);
    }
}

async fn required_inputs_are_asked_for() {
    let local = Local::demo().await;
    for (type_name, key) in [
        ("AWS::EKS::Nodegroup", "ClusterName"),
        (CLIENT, "UserPoolId"),
        ("AWS::Cognito::UserPoolGroup", "UserPoolId"),
        ("AWS::Cognito::UserPoolUser", "UserPoolId"),
    ] {
        let message = format!(
            "Missing or invalid ResourceModel property in {type_name} list handler request input.Required property: (#: \
             required key [{key}] not found)"
        );
        for model in [None, Some("{}"), Some("{\"Other\":\"x\"}")] {
            let mut body = json!({"TypeName": type_name});
            if let Some(model) = model {
                body["ResourceModel"] = json!(model);
            }
            let refused = local.call("ListResources", body).await.error();
            assert_eq!(refused, texts(("InvalidRequestException", &message)));
        }
    }
    let of_pool = async |pool: &str| {
        let listed = local.list(CLIENT, Some(json!({"UserPoolId": pool}))).await;
        assert!(
            listed
                .iter()
                .all(|(identifier, _)| identifier.starts_with(pool))
        );
        listed.len()
    };
    assert_eq!(of_pool("us-east-1_Demo00002").await, 2);
    assert_eq!(of_pool("us-east-1_Demo00003").await, 1);
    // Types that cannot be listed, with an input or without.
    let type_name = "AWS::Cognito::UserPoolDomain";
    let body =
        json!({"TypeName": type_name, "ResourceModel": "{\"UserPoolId\":\"us-east-1_Demo00001\"}"});
    let message = format!("Resource type {type_name} does not support LIST action");
    let refused = local.call("ListResources", body).await.error();
    assert_eq!(refused, texts(("UnsupportedActionException", &message)));
}

async fn pages_may_be_empty() {
    let local = Local::start().await;
    local.create(BUCKET, json!({"BucketName": "one"})).await;
    local.fault("empty-page");
    let first = local
        .call("ListResources", json!({"TypeName": BUCKET}))
        .await
        .ok();
    assert_eq!(first["ResourceDescriptions"], json!([]));
    let next = json!({"TypeName": BUCKET, "NextToken": first["NextToken"]});
    let second = local.call("ListResources", next).await.ok();
    let description = &second["ResourceDescriptions"][0];
    assert_eq!(properties(description), json!({"BucketName": "one"}));
    assert_eq!(second.get("NextToken"), None);
    assert_eq!(identifiers(&local, BUCKET).await, ["one"]);
}
