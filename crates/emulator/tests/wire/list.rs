//! ListResources: pages, views, inputs and parents.

use cirrus_emulator::ListView;
use serde_json::json;

use crate::client::{Local, options};

const CLIENT: &str = "AWS::Cognito::UserPoolClient";

#[tokio::test]
async fn lists_show_identifiers_except_where_aws_shows_more() {
    let local = Local::demo().await;
    let buckets = local.list("AWS::S3::Bucket", None).await;
    // [recorded]
    assert_eq!(
        buckets,
        [(
            "demo-uploads-123456789012".to_owned(),
            json!({"BucketName": "demo-uploads-123456789012"})
        )]
    );
    let groups = local.list("AWS::Logs::LogGroup", None).await;
    assert_eq!(groups.len(), 2);
    assert_eq!(groups[0].1["RetentionInDays"], 30);
    assert_eq!(
        groups[0].1["Arn"],
        "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/demo-orders:*"
    );
    // An optional input filters.
    let model = json!({"LogGroupName": "/demo/audit"});
    assert_eq!(
        local.list("AWS::Logs::LogGroup", Some(model)).await.len(),
        1
    );
}

#[tokio::test]
async fn the_view_of_a_type_can_be_chosen() {
    let mut options = options();
    options
        .switches
        .list_view
        .insert(CLIENT.to_owned(), ListView::Full);
    let local = Local::with(options).await;
    local.emulator.load_json(cirrus_emulator::demo()).unwrap();
    let clients = local
        .list(CLIENT, Some(json!({"UserPoolId": "us-east-1_Demo00003"})))
        .await;
    assert_eq!(clients[0].1["ClientName"], "staging-web");
}

#[tokio::test]
async fn a_required_input_is_asked_for_and_filters() {
    let local = Local::demo().await;
    // [reported], the missing space included
    let reply = local
        .call("ListResources", json!({"TypeName": "AWS::EKS::Nodegroup"}))
        .await;
    assert_eq!(
        reply.error(),
        (
            "InvalidRequestException".to_owned(),
            "Missing or invalid ResourceModel property in AWS::EKS::Nodegroup list handler request input.Required \
             property: (#: required key [ClusterName] not found)"
                .to_owned()
        )
    );
    let of_pool = async |pool: &str| local.list(CLIENT, Some(json!({"UserPoolId": pool}))).await;
    assert_eq!(of_pool("us-east-1_Demo00001").await.len(), 4);
    assert_eq!(of_pool("us-east-1_Demo00002").await.len(), 2);
    let (identifier, properties) = of_pool("us-east-1_Demo00003").await.remove(0);
    assert_eq!(identifier, "us-east-1_Demo00003|7demostagingweb00000000000");
    assert_eq!(
        properties,
        json!({"UserPoolId": "us-east-1_Demo00003", "ClientId": "7demostagingweb00000000000"})
    );
}

#[tokio::test]
async fn a_pool_that_is_not_there_is_not_an_empty_list() {
    let local = Local::demo().await;
    let reply = local
        .call(
            "ListResources",
            json!({"TypeName": CLIENT, "ResourceModel": "{\"UserPoolId\":\"us-east-1_none\"}"}),
        )
        .await;
    let (code, message) = reply.error();
    assert_eq!(code, "ResourceNotFoundException");
    assert!(
        message.starts_with("AWS::Cognito::UserPoolClient Handler returned status FAILED: User pool us-east-1_none does not exist."),
        "{message}"
    );
}

#[tokio::test]
async fn pages_have_25_whatever_the_caller_wants() {
    let local = Local::demo().await;
    let entries: Vec<_> = (0..60)
        .map(|number| json!({"type": "AWS::S3::Bucket", "region": "us-west-2", "properties": {"BucketName": format!("b{number:03}")}}))
        .collect();
    local
        .emulator
        .load_json(&json!(entries).to_string())
        .unwrap();
    let mut sizes = Vec::new();
    let mut names = Vec::new();
    let mut body = json!({"TypeName": "AWS::S3::Bucket", "MaxResults": 100});
    loop {
        let page = local
            .call_in("us-west-2", "ListResources", body.clone())
            .await
            .ok();
        let descriptions = page["ResourceDescriptions"].as_array().unwrap();
        sizes.push(descriptions.len());
        names.extend(
            descriptions
                .iter()
                .map(|one| one["Identifier"].as_str().unwrap().to_owned()),
        );
        match page.get("NextToken") {
            Some(token) => body["NextToken"] = token.clone(),
            None => break,
        }
    }
    assert_eq!(sizes, [25, 25, 10]);
    names.dedup();
    assert_eq!(names.len(), 60);
    assert!(local.last().next_token);
    // A token of this list leads nowhere in another.
    assert_eq!(
        local.call("ListResources", body).await.error().0,
        "ValidationException"
    );
    let empty = local
        .call_in(
            "eu-north-1",
            "ListResources",
            json!({"TypeName": "AWS::S3::Bucket"}),
        )
        .await
        .ok();
    assert_eq!(
        empty,
        json!({"TypeName": "AWS::S3::Bucket", "ResourceDescriptions": []})
    );
}

#[tokio::test]
async fn a_type_that_cannot_be_listed_says_so() {
    let local = Local::start().await;
    let reply = local
        .call(
            "ListResources",
            json!({"TypeName": "AWS::Cognito::UserPoolDomain"}),
        )
        .await;
    assert_eq!(
        reply.error(),
        (
            "UnsupportedActionException".to_owned(),
            "Resource type AWS::Cognito::UserPoolDomain does not support LIST action".to_owned()
        )
    );
}
