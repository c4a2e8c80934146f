//! Resource Groups Tagging.

use serde_json::{Value, json};

use crate::{
    ask::{Key, MEMBER},
    client::{Local, Reply},
};

async fn ask(local: &Local, key: &Key, operation: &str, body: Value) -> Reply {
    let target = format!("ResourceGroupsTaggingAPI_20170126.{operation}");
    local.json(key, "tagging", &target, body).await
}

async fn arns(local: &Local, body: Value) -> Vec<String> {
    let answer = ask(local, &Key::management(), "GetResources", body)
        .await
        .ok();
    assert_eq!(answer["PaginationToken"], "");
    let mappings = answer["ResourceTagMappingList"].as_array().unwrap().iter();
    mappings
        .map(|mapping| mapping["ResourceARN"].as_str().unwrap().to_owned())
        .collect()
}

const BUCKET: &str = "arn:aws:s3:::tagged";
const GROUP: &str = "arn:aws:logs:us-east-1:123456789012:log-group:tagged";
const QUEUE: &str = "arn:aws:sqs:us-east-1:123456789012:tagged";

/// A bucket, a log group, a queue and a user pool with tags; a bucket without; one queue in another region, one of another account.
async fn with_tags() -> Local {
    let local = Local::start().await;
    let (management, member) = (Key::management(), Key::of(MEMBER));
    let tags =
        |team: &str| json!([{"Key": "team", "Value": team}, {"Key": "stage", "Value": "test"}]);
    let queue = |name: &str| json!({"QueueName": name, "Tags": tags("queues")});
    for (key, region, type_name, desired) in [
        (
            &management,
            "us-east-1",
            "AWS::S3::Bucket",
            json!({"BucketName": "tagged", "Tags": tags("data")}),
        ),
        (
            &management,
            "us-east-1",
            "AWS::S3::Bucket",
            json!({"BucketName": "untagged"}),
        ),
        (
            &management,
            "us-east-1",
            "AWS::Logs::LogGroup",
            json!({"LogGroupName": "tagged", "Tags": [{"Key": "team", "Value": "data"}]}),
        ),
        (
            &management,
            "us-east-1",
            "AWS::Cognito::UserPool",
            json!({"UserPoolName": "tagged", "UserPoolTags": {"team": "identity", "Cost Center": "1"}}),
        ),
        (&management, "us-east-1", "AWS::SQS::Queue", queue("tagged")),
        (
            &management,
            "eu-west-1",
            "AWS::SQS::Queue",
            queue("elsewhere"),
        ),
        (
            &member,
            "us-east-1",
            "AWS::SQS::Queue",
            queue("of-the-member"),
        ),
    ] {
        local.create_as(key, region, type_name, desired).await;
    }
    local
}

#[tokio::test]
async fn what_has_tags_is_found_with_them() {
    let local = with_tags().await;
    let answer = ask(&local, &Key::management(), "GetResources", json!({}))
        .await
        .ok();
    let mappings = answer["ResourceTagMappingList"].as_array().unwrap();
    assert_eq!(mappings.len(), 4, "{answer}");
    let tags = |arn: &str| {
        let mut mappings = mappings.iter();
        let found =
            mappings.find(|mapping| mapping["ResourceARN"].as_str().unwrap().starts_with(arn));
        found.unwrap()["Tags"].clone()
    };
    assert_eq!(
        tags(BUCKET),
        json!([{"Key": "stage", "Value": "test"}, {"Key": "team", "Value": "data"}])
    );
    assert_eq!(tags(GROUP), json!([{"Key": "team", "Value": "data"}]));
    assert_eq!(
        tags("arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_"),
        json!([{"Key": "Cost Center", "Value": "1"}, {"Key": "team", "Value": "identity"}])
    );
    let elsewhere = local
        .json_in(
            &Key::management(),
            "eu-west-1",
            "tagging",
            "ResourceGroupsTaggingAPI_20170126.GetResources",
            json!({}),
        )
        .await
        .ok();
    assert_eq!(
        elsewhere["ResourceTagMappingList"][0]["ResourceARN"],
        "arn:aws:sqs:eu-west-1:123456789012:elsewhere"
    );
}

/// The filters of the documentation's example: one value, several, none; and all of them together.
#[tokio::test]
async fn filters_narrow_the_list() {
    let local = with_tags().await;
    let filtered = async |filters: Value| arns(&local, json!({"TagFilters": filters})).await;
    assert_eq!(
        filtered(json!([{"Key": "team", "Values": ["data"]}])).await,
        [GROUP, BUCKET]
    );
    assert_eq!(
        filtered(json!([{"Key": "team", "Values": ["data", "queues"]}])).await,
        [GROUP, BUCKET, QUEUE]
    );
    assert_eq!(filtered(json!([{"Key": "stage"}])).await, [BUCKET, QUEUE]);
    assert_eq!(
        filtered(json!([{"Key": "stage", "Values": []}, {"Key": "team", "Values": ["data"]}]))
            .await,
        [BUCKET]
    );
    assert!(filtered(json!([{"Key": "Team"}])).await.is_empty());

    let of_types = async |types: Value| arns(&local, json!({"ResourceTypeFilters": types})).await;
    assert_eq!(of_types(json!(["s3"])).await, [BUCKET]);
    assert_eq!(
        of_types(json!(["logs:log-group", "sqs"])).await,
        [GROUP, QUEUE]
    );
    assert_eq!(of_types(json!(["cognito-idp:userpool"])).await.len(), 1);
    assert!(of_types(json!(["logs:stream", "ec2"])).await.is_empty());

    let listed = arns(
        &local,
        json!({"ResourceARNList": [QUEUE, "arn:aws:sqs:us-east-1:123456789012:none"]}),
    )
    .await;
    assert_eq!(listed, [QUEUE]);
}

#[tokio::test]
async fn resources_come_in_pages() {
    let local = with_tags().await;
    let all = arns(&local, json!({})).await;
    let mut found = Vec::new();
    let mut body = json!({"ResourcesPerPage": 3, "PaginationToken": ""});
    for expected in [3, 1] {
        let page = ask(&local, &Key::management(), "GetResources", body.clone())
            .await
            .ok();
        let mappings = page["ResourceTagMappingList"].as_array().unwrap();
        assert_eq!(mappings.len(), expected);
        found.extend(
            mappings
                .iter()
                .map(|mapping| mapping["ResourceARN"].as_str().unwrap().to_owned()),
        );
        body["PaginationToken"] = page["PaginationToken"].clone();
    }
    assert_eq!(body["PaginationToken"], "");
    assert_eq!(found, all);
}

/// The documentation's example: 22 resources with 10 tags each, of which 100 go on a page.
#[tokio::test]
async fn a_page_has_so_many_tags() {
    let local = Local::start().await;
    let tags: Vec<_> = (0..10)
        .map(|number| json!({"Key": format!("key-{number}"), "Value": ""}))
        .collect();
    for number in 0..22 {
        let desired = json!({"QueueName": format!("queue-{number}"), "Tags": tags});
        local
            .create_as(&Key::management(), "us-east-1", "AWS::SQS::Queue", desired)
            .await;
    }
    let mut sizes = Vec::new();
    let mut body = json!({"TagsPerPage": 100});
    loop {
        let page = ask(&local, &Key::management(), "GetResources", body.clone())
            .await
            .ok();
        sizes.push(page["ResourceTagMappingList"].as_array().unwrap().len());
        if page["PaginationToken"] == "" {
            break;
        }
        body["PaginationToken"] = page["PaginationToken"].clone();
    }
    assert_eq!(sizes, [10, 10, 2]);
}

#[tokio::test]
async fn keys_and_values_are_listed() {
    let local = with_tags().await;
    let management = Key::management();
    let keys = ask(&local, &management, "GetTagKeys", json!({})).await.ok();
    assert_eq!(
        keys,
        json!({"PaginationToken": "", "TagKeys": ["Cost Center", "stage", "team"]})
    );
    let values = ask(&local, &management, "GetTagValues", json!({"Key": "team"}))
        .await
        .ok();
    assert_eq!(
        values,
        json!({"PaginationToken": "", "TagValues": ["data", "identity", "queues"]})
    );
    let none = ask(&local, &management, "GetTagValues", json!({"Key": "none"}))
        .await
        .ok();
    assert_eq!(none["TagValues"], json!([]));
}

#[tokio::test]
async fn what_the_documentation_forbids_is_refused() {
    let local = Local::start().await;
    for body in [
        json!({"ResourceARNList": [QUEUE], "ResourcesPerPage": 10}),
        json!({"ResourceARNList": [QUEUE], "TagsPerPage": 100}),
        json!({"ResourceARNList": [QUEUE], "PaginationToken": ""}),
        json!({"ResourceARNList": [QUEUE], "TagFilters": [{"Key": "a"}]}),
        json!({"ResourceARNList": [QUEUE], "ResourceTypeFilters": ["sqs"]}),
        json!({"ResourcesPerPage": 0}),
        json!({"ResourcesPerPage": 101}),
        json!({"TagsPerPage": 99}),
        json!({"TagsPerPage": 501}),
        json!({"TagFilters": [{"Values": ["a"]}]}),
        json!({"PaginationToken": "nonsense"}),
    ] {
        let (code, _) = ask(&local, &Key::management(), "GetResources", body.clone())
            .await
            .error();
        assert_eq!(code, "InvalidParameterException", "{body}");
    }
}
