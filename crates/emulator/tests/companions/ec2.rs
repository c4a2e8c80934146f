//! EC2's DescribeRegions.

use crate::{
    ask::{Key, opted_out},
    client::{Local, Reply},
};

async fn ask(local: &Local, members: &[(&str, &str)]) -> Reply {
    local
        .query(&Key::management(), "ec2", "DescribeRegions", members)
        .await
}

#[tokio::test]
async fn regions_are_shown_with_endpoint_and_status() {
    let local = Local::start().await;
    let reply = ask(
        &local,
        &[
            ("RegionName.1", "eu-south-1"),
            ("RegionName.2", "us-east-1"),
        ],
    )
    .await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.all("regionName"), ["eu-south-1", "us-east-1"]);
    assert_eq!(
        reply.all("regionEndpoint"),
        [
            "ec2.eu-south-1.amazonaws.com",
            "ec2.us-east-1.amazonaws.com"
        ]
    );
    assert_eq!(
        reply.all("optInStatus"),
        ["opted-in", "opt-in-not-required"]
    );
    assert!(reply.body.contains("<regionInfo><item><"), "{}", reply.body);
    let china = local
        .query_in(
            &Key::management(),
            "cn-north-1",
            "ec2",
            "DescribeRegions",
            &[],
        )
        .await;
    assert_eq!(
        china.all("regionEndpoint"),
        [
            "ec2.cn-north-1.amazonaws.com.cn",
            "ec2.cn-northwest-1.amazonaws.com.cn"
        ]
    );
}

#[tokio::test]
async fn regions_that_are_not_enabled_are_shown_on_request() {
    let local = opted_out().await;
    let shown = async |members: &[(&str, &str)]| {
        let reply = ask(&local, members).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply
            .all("optInStatus")
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let enabled = shown(&[]).await;
    assert_eq!(enabled, vec!["opt-in-not-required"; 17]);
    let all = shown(&[("AllRegions", "true")]).await;
    assert!(all.len() > 17);
    assert_eq!(
        shown(&[("RegionName.1", "eu-south-1")]).await,
        ["not-opted-in"]
    );
    let filter = [
        ("AllRegions", "true"),
        ("Filter.1.Name", "opt-in-status"),
        ("Filter.1.Value.1", "not-opted-in"),
    ];
    assert_eq!(shown(&filter).await.len(), all.len() - 17);
    let both = [
        ("Filter.1.Name", "region-name"),
        ("Filter.1.Value.1", "us-*"),
        ("Filter.1.Value.2", "eu-west-1"),
        ("Filter.2.Name", "endpoint"),
        ("Filter.2.Value.1", "*-west-*"),
    ];
    assert_eq!(
        ask(&local, &both).await.all("regionName"),
        ["eu-west-1", "us-west-1", "us-west-2"]
    );
}

#[tokio::test]
async fn what_is_wrong_is_refused_in_ec2_s_words() {
    let local = Local::start().await;
    let unknown = ask(&local, &[("RegionName.1", "us--east-1")]).await;
    // As reported by users of AWS.
    assert_eq!(
        unknown.xml_error(),
        (400, "InvalidParameterValue", "Invalid region: [us--east-1]")
    );
    let filter = ask(
        &local,
        &[("Filter.1.Name", "colour"), ("Filter.1.Value.1", "red")],
    )
    .await;
    assert_eq!(filter.one("Code"), "InvalidParameterValue");
    let dry = ask(&local, &[("DryRun", "true")]).await;
    assert_eq!(dry.one("Code"), "DryRunOperation");
    assert_eq!(
        dry.one("Message"),
        "Request would have succeeded, but DryRun flag is set."
    );
}
