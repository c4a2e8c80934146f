//! Sub-resources: how lists get the inputs that nothing binds.

use cirrus_engine::{Error, WarningKind};
use cirrus_provider::CloudErrorKind;
use serde_json::json;

use crate::{Bench, cloud::ScriptedCloud};

/// Two load balancers, a listener each, and a rule under the first listener: a chain of three.
fn balancers() -> ScriptedCloud {
    let mut cloud = ScriptedCloud::empty();
    for at in ["1", "2"] {
        let balancer = format!("arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/{at}");
        let listener = format!("arn:aws:elasticloadbalancing:us-east-1:1:listener/app/{at}/l");
        let properties = json!({"LoadBalancerArn": balancer, "Name": at});
        cloud = cloud
            .resource(
                "AWS::ElasticLoadBalancingV2::LoadBalancer",
                "us-east-1",
                &balancer,
                &properties,
                &properties,
            )
            .resource(
                "AWS::ElasticLoadBalancingV2::Listener",
                "us-east-1",
                &listener,
                &json!({"ListenerArn": listener}),
                &json!({"ListenerArn": listener, "LoadBalancerArn": balancer}),
            );
    }
    let rule = "arn:aws:elasticloadbalancing:us-east-1:1:listener-rule/app/1/l/r";
    let listener = "arn:aws:elasticloadbalancing:us-east-1:1:listener/app/1/l";
    cloud.resource(
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        "us-east-1",
        rule,
        &json!({"RuleArn": rule}),
        &json!({"RuleArn": rule, "ListenerArn": listener}),
    )
}

#[tokio::test]
async fn a_chain_lists_parents_under_their_parents() {
    let bench = Bench::with(balancers(), &[]);
    let (rows, calls) = bench
        .rows_and_calls("SELECT rule_arn FROM aws.elasticloadbalancingv2.listener_rules")
        .await;
    assert_eq!(
        rows,
        ["arn:aws:elasticloadbalancing:us-east-1:1:listener-rule/app/1/l/r"]
    );
    let of = |prefix: &str| calls.iter().filter(|call| call.starts_with(prefix)).count();
    assert_eq!(
        (
            of("List LoadBalancer "),
            of("List Listener "),
            of("List ListenerRule "),
            of("Get")
        ),
        (1, 2, 2, 0),
        "{calls:?}"
    );
}

#[tokio::test]
async fn a_failed_parent_in_a_chain_leaves_the_others() {
    let cloud = balancers().failing(
        r#"List Listener us-east-1 {"LoadBalancerArn":"arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/2"}"#,
        CloudErrorKind::AccessDenied,
    );
    let bench = Bench::with(cloud, &[]);
    let outcome = bench
        .run("SELECT rule_arn FROM aws.elasticloadbalancingv2.listener_rules")
        .await
        .unwrap();
    assert_eq!((outcome.rows.len(), outcome.partial), (1, true));
    assert_eq!(
        outcome.warnings[0].table,
        "aws.elasticloadbalancingv2.listeners"
    );
}

/// Two apps whose lists show only their ARNs: `AppId` has to be read.
fn apps(listed_id: bool) -> ScriptedCloud {
    let mut cloud = ScriptedCloud::empty();
    for at in ["d1", "d2"] {
        let arn = format!("arn:aws:amplify:us-east-1:123456789012:apps/{at}");
        let read = json!({"Arn": arn, "AppId": at, "AppName": at});
        let listed = if listed_id {
            json!({"Arn": arn, "AppId": at})
        } else {
            json!({"Arn": arn})
        };
        let branch = format!("{arn}/branches/main");
        cloud = cloud
            .resource("AWS::Amplify::App", "us-east-1", &arn, &listed, &read)
            .resource(
                "AWS::Amplify::Branch",
                "us-east-1",
                &branch,
                &json!({"Arn": branch}),
                &json!({"Arn": branch, "AppId": at, "BranchName": "main"}),
            );
    }
    cloud
}

#[tokio::test]
async fn a_property_of_the_parent_is_read_only_when_its_list_left_it_out() {
    for (listed_id, reads) in [(false, 2), (true, 0)] {
        let bench = Bench::with(apps(listed_id), &[]);
        let (rows, calls) = bench
            .rows_and_calls("SELECT arn FROM aws.amplify.branches")
            .await;
        assert_eq!(rows.len(), 2);
        let gets = calls.iter().filter(|call| call.starts_with("Get App"));
        assert_eq!(gets.count(), reads, "{calls:?}");
        let lists = calls.iter().filter(|call| call.starts_with("List Branch"));
        assert_eq!(lists.count(), 2, "{calls:?}");
    }
}

#[tokio::test]
async fn values_that_the_api_defines_are_asked_each() {
    let acl = |name: &str, scope: &str| {
        let identifier = format!("{name}|id|{scope}");
        (
            identifier,
            json!({"Name": name, "Id": "id", "Scope": scope}),
        )
    };
    let mut cloud = ScriptedCloud::empty();
    for (name, scope) in [("a", "REGIONAL"), ("b", "CLOUDFRONT")] {
        let (identifier, properties) = acl(name, scope);
        cloud = cloud.resource(
            "AWS::WAFv2::IPSet",
            "us-east-1",
            &identifier,
            &properties,
            &properties,
        );
    }
    let bench = Bench::with(cloud, &[]);
    let sql = "SELECT name FROM aws.wafv2.ip_sets";
    let (rows, calls) = bench.rows_and_calls(sql).await;
    assert_eq!(rows, ["a", "b"], "{calls:?}");
    assert_eq!(
        calls,
        [
            r#"List IPSet us-east-1 {"Scope":"CLOUDFRONT"} page 1"#,
            r#"List IPSet us-east-1 {"Scope":"REGIONAL"} page 1"#
        ]
    );
    // CloudFront's are served in us-east-1 alone.
    let (rows, calls) = bench
        .rows_and_calls(&format!("{sql} WHERE region = 'eu-west-1'"))
        .await;
    assert_eq!(rows, Vec::<String>::new());
    assert_eq!(
        calls,
        [r#"List IPSet eu-west-1 {"Scope":"REGIONAL"} page 1"#]
    );
}

#[tokio::test]
async fn the_account_is_asked_once() {
    let properties = json!({"DatabaseName": "d", "CatalogId": "123456789012", "Name": "t"});
    let cloud = ScriptedCloud::empty().resource(
        "AWS::Glue::Connection",
        "us-east-1",
        "t",
        &properties,
        &properties,
    );
    let bench = Bench::with(cloud, &["us-east-1", "eu-west-1"]);
    let calls = bench
        .calls("SELECT identifier FROM aws.glue.connections")
        .await;
    assert_eq!(
        calls,
        [
            "GetCallerIdentity",
            r#"List Connection eu-west-1 {"CatalogId":"123456789012"} page 1"#,
            r#"List Connection us-east-1 {"CatalogId":"123456789012"} page 1"#
        ]
    );
}

#[tokio::test]
async fn an_input_that_only_the_error_names_is_learned() {
    let message = "Missing or invalid ResourceModel property in AWS::SQS::Queue list handler request input.\
        Required property: [QueueName]";
    let cloud = ScriptedCloud::empty()
        .failing("List Queue", CloudErrorKind::InvalidRequest)
        .saying(message);
    let bench = Bench::with(cloud, &[]);
    let sql = "SELECT queue_url FROM aws.sqs.queues";
    for calls in [1, 0] {
        bench.cloud.clear_calls();
        let error = bench.run(sql).await.unwrap_err();
        let Error::InputNeeded {
            inputs,
            reason: Some(reason),
            ..
        } = &error
        else {
            panic!("{error:?}")
        };
        assert_eq!(inputs, &["queue_name"]);
        assert!(reason.contains("AWS asks for it"), "{reason}");
        // The second time it is known before any call.
        assert_eq!(bench.cloud.calls().len(), calls);
    }
    let kept = bench.session.knowledge();
    assert!(kept.inputs["AWS::SQS::Queue"].contains("QueueName"));
}

#[tokio::test]
async fn what_vanishes_between_list_and_read_is_told() {
    let cloud = ScriptedCloud::pools().failing(
        "Get UserPool us-east-1 us-east-1_b",
        CloudErrorKind::NotFound,
    );
    let bench = Bench::with(cloud, &[]);
    let outcome = bench
        .run("SELECT user_pool_name FROM aws.cognito.user_pools")
        .await
        .unwrap();
    assert_eq!(outcome.rows, ["alpha"]);
    assert!(!outcome.partial);
    let [warning] = &outcome.warnings[..] else {
        panic!("{:?}", outcome.warnings)
    };
    assert_eq!(
        (&warning.kind, warning.subject.as_deref()),
        (&WarningKind::Vanished, Some("us-east-1_b"))
    );
}
