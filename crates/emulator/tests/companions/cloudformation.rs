//! CloudFormation's registry: ListTypes and DescribeType.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    ask::Key,
    client::{Local, Reply},
};

async fn ask(local: &Local, action: &str, members: &[(&str, &str)]) -> Reply {
    local
        .query(&Key::management(), "cloudformation", action, members)
        .await
}

async fn names(local: &Local, region: &str, members: &[(&str, &str)]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut token: Option<String> = None;
    loop {
        let mut members = members.to_vec();
        members.push(("Visibility", "PUBLIC"));
        members.extend(token.as_deref().map(|token| ("NextToken", token)));
        let reply = local
            .query_in(
                &Key::management(),
                region,
                "cloudformation",
                "ListTypes",
                &members,
            )
            .await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        let page = reply.all("TypeName");
        assert!(page.len() <= 100);
        for name in page {
            assert!(names.insert(name.to_owned()), "{name} is there twice");
        }
        token = reply
            .all("NextToken")
            .first()
            .map(|token| (*token).to_owned());
        if token.is_none() {
            return names;
        }
    }
}

#[tokio::test]
async fn every_type_of_a_region_is_listed_once_by_how_it_is_provisioned() {
    let local = Local::start().await;
    let of = async |kind: &str| {
        names(
            &local,
            "us-east-1",
            &[("Type", "RESOURCE"), ("ProvisioningType", kind)],
        )
        .await
    };
    let [mutable, immutable, none] = [
        of("FULLY_MUTABLE").await,
        of("IMMUTABLE").await,
        of("NON_PROVISIONABLE").await,
    ];
    assert!(mutable.contains("AWS::S3::Bucket") && mutable.contains("AWS::Cognito::UserPool"));
    assert!(
        mutable.is_disjoint(&immutable)
            && mutable.is_disjoint(&none)
            && immutable.is_disjoint(&none)
    );
    assert!(!immutable.is_empty() && !none.is_empty());
    // FULLY_MUTABLE is the default, says the documentation.
    assert_eq!(names(&local, "us-east-1", &[]).await, mutable);

    let elsewhere = names(
        &local,
        "ap-southeast-7",
        &[("ProvisioningType", "FULLY_MUTABLE")],
    )
    .await;
    assert!(elsewhere.len() < mutable.len() && elsewhere.contains("AWS::S3::Bucket"));
}

#[tokio::test]
async fn filters_narrow_the_list() {
    let local = Local::start().await;
    let prefix = [
        ("Filters.TypeNamePrefix", "AWS::Logs::"),
        ("Filters.Category", "AWS_TYPES"),
        ("MaxResults", "3"),
    ];
    let found = names(&local, "us-east-1", &prefix).await;
    assert!(
        found.len() > 3 && found.iter().all(|name| name.starts_with("AWS::Logs::")),
        "{found:?}"
    );
    for members in [
        [("Filters.Category", "THIRD_PARTY")].as_slice(),
        &[("Type", "HOOK")],
        &[("DeprecatedStatus", "DEPRECATED")],
        &[("Filters.PublisherId", "0123456789abcdef")],
    ] {
        assert!(
            names(&local, "us-east-1", members).await.is_empty(),
            "{members:?}"
        );
    }
    // PRIVATE is the default, and there are no private types.
    let reply = ask(&local, "ListTypes", &[]).await;
    assert!(reply.all("TypeName").is_empty());
    let reply = ask(
        &local,
        "ListTypes",
        &[
            ("Visibility", "PUBLIC"),
            ("Filters.TypeNamePrefix", "AWS::S3::Bucket"),
            ("MaxResults", "1"),
        ],
    )
    .await;
    assert_eq!(
        reply.one("TypeArn"),
        "arn:aws:cloudformation:us-east-1::type/resource/AWS-S3-Bucket"
    );
    let token = reply.one("NextToken");
    for (members, code) in [
        (
            [("Visibility", "PUBLIC"), ("NextToken", "nonsense")],
            "CFNRegistryException",
        ),
        (
            [("Visibility", "PUBLIC"), ("NextToken", token)],
            "CFNRegistryException",
        ),
        (
            [("Visibility", "PUBLIC"), ("MaxResults", "101")],
            "ValidationError",
        ),
    ] {
        assert_eq!(ask(&local, "ListTypes", &members).await.one("Code"), code);
    }
}

#[tokio::test]
async fn a_type_is_described_by_name_and_by_arn() {
    let local = Local::start().await;
    let described = ask(
        &local,
        "DescribeType",
        &[("Type", "RESOURCE"), ("TypeName", "AWS::Logs::LogGroup")],
    )
    .await;
    assert_eq!(described.status, 200);
    let arn = "arn:aws:cloudformation:us-east-1::type/resource/AWS-Logs-LogGroup";
    assert_eq!(described.one("Arn"), arn);
    assert_eq!(described.one("TypeName"), "AWS::Logs::LogGroup");
    assert_eq!(described.one("ProvisioningType"), "FULLY_MUTABLE");
    assert_eq!(described.one("Visibility"), "PUBLIC");
    // Null for what Amazon publishes, says the documentation.
    assert!(described.all("DefaultVersionId").is_empty());
    let schema: Value = serde_json::from_str(described.one("Schema")).unwrap();
    assert_eq!(schema["typeName"], "AWS::Logs::LogGroup");
    assert_eq!(schema["primaryIdentifier"][0], "/properties/LogGroupName");

    let by_arn = ask(&local, "DescribeType", &[("Arn", arn)]).await;
    assert_eq!(by_arn.all("Schema"), described.all("Schema"));
}

#[tokio::test]
async fn an_unknown_type_is_not_found() {
    let local = Local::start().await;
    let unknown = ask(
        &local,
        "DescribeType",
        &[("Type", "RESOURCE"), ("TypeName", "AWS::Serverless::Api")],
    )
    .await;
    assert_eq!(unknown.one("Code"), "TypeNotFoundException");
    // As reported by users of AWS.
    assert_eq!(
        unknown.one("Message"),
        "The type 'AWS::Serverless::Api' cannot be found."
    );
    let other_region = [(
        "Arn",
        "arn:aws:cloudformation:eu-west-1::type/resource/AWS-Logs-LogGroup",
    )];
    assert_eq!(
        ask(&local, "DescribeType", &other_region).await.one("Code"),
        "TypeNotFoundException"
    );
    let neither = ask(
        &local,
        "DescribeType",
        &[("TypeName", "AWS::Logs::LogGroup")],
    )
    .await;
    assert_eq!(neither.one("Code"), "CFNRegistryException");
}
