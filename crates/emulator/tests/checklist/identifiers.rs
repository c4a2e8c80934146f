//! Line 5: Identifier generator per type (format from schema pattern, with hand-written generators for common ones), ARN builder.

use regex::Regex;
use serde_json::{Value, json};

use crate::{
    ask::{CLIENT, POOL},
    client::{ACCOUNT, Local, token},
};

fn is(value: &Value, pattern: &str) {
    let text = value.as_str().unwrap();
    assert!(
        Regex::new(pattern).unwrap().is_match(text),
        "{text}: {pattern}"
    );
}

#[tokio::test]
async fn line_5_identifiers_have_the_form_of_their_service() {
    let local = Local::start().await;
    schemas_say_the_form(&local).await;
    cognito_s_are_as_cognito_makes_them(&local).await;
    arns_name_partition_region_and_account(&local).await;
    no_two_are_the_same(&local).await;
}

/// Patterns are copied from the types' public schemas.
async fn schemas_say_the_form(local: &Local) {
    for (type_name, desired, property, pattern) in [
        (
            "AWS::Bedrock::Session",
            json!({}),
            "SessionArn",
            r"^arn:aws(-[^:]+)?:bedrock:[a-z0-9-]+:[0-9]{12}:session/[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$",
        ),
        (
            "AWS::CodeStarConnections::RepositoryLink",
            json!({
                "ConnectionArn": "arn:aws:codestar-connections:us-east-1:123456789012:connection/x",
                "OwnerId": "me",
                "RepositoryName": "mine",
            }),
            "RepositoryLinkId",
            "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
        ),
        (
            "AWS::APS::Workspace",
            json!({}),
            "Arn",
            "^arn:(aws|aws-us-gov|aws-cn):aps:[a-z0-9-]+:[0-9]+:workspace/[a-zA-Z0-9-]+$",
        ),
        (
            "AWS::BackupGateway::Hypervisor",
            json!({}),
            "HypervisorArn",
            r"^arn:(aws|aws-cn|aws-us-gov):backup-gateway(:[a-zA-Z-0-9]+){3}\/[a-zA-Z-0-9]+$",
        ),
    ] {
        let identifier = local.create(type_name, desired).await;
        is(&local.get(type_name, &identifier).await[property], pattern);
    }
}

async fn cognito_s_are_as_cognito_makes_them(local: &Local) {
    let pool = local.create(POOL, json!({})).await;
    is(&json!(pool), "^us-east-1_[A-Za-z0-9]{9}$");
    let model = local.get(POOL, &pool).await;
    let arn = format!("arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/{pool}");
    assert_eq!(model["Arn"], arn);
    let provider = format!("cognito-idp.us-east-1.amazonaws.com/{pool}");
    assert_eq!(model["ProviderName"], provider);
    assert_eq!(model["ProviderURL"], format!("https://{provider}"));

    let desired = json!({"UserPoolId": pool, "GenerateSecret": true});
    let client = local.create(CLIENT, desired).await;
    let (of, id) = client.split_once('|').unwrap();
    assert_eq!(of, pool);
    is(&json!(id), "^[a-z0-9]{26}$");
    let model = local.get(CLIENT, &client).await;
    is(&model["ClientSecret"], "^[a-z0-9]{51,52}$");
}

async fn arns_name_partition_region_and_account(local: &Local) {
    let desired = json!({"TopicName": "t"}).to_string();
    for (region, partition) in [
        ("eu-west-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
    ] {
        let body = json!({"TypeName": "AWS::SNS::Topic", "DesiredState": desired});
        let account = "111122223333";
        let reply = local.call_as(account, region, "CreateResource", body).await;
        let status = json!({"RequestToken": token(&reply.ok())});
        local.advance(std::time::Duration::from_secs(1));
        let operation = "GetResourceRequestStatus";
        let event = local.call_as(account, region, operation, status).await.ok();
        let arn = format!("arn:{partition}:sns:{region}:{account}:t");
        assert_eq!(event["ProgressEvent"]["Identifier"], arn);
    }
}

async fn no_two_are_the_same(local: &Local) {
    let mut found = Vec::new();
    for _ in 0..20 {
        found.push(local.create("AWS::S3::Bucket", json!({})).await);
        found.push(local.create(POOL, json!({})).await);
        found.push(local.create("AWS::Bedrock::Session", json!({})).await);
    }
    found.sort();
    found.dedup();
    assert_eq!(found.len(), 60);
}
