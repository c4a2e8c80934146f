//! The resources that the joins run over, in two regions.

use serde_json::{Value, json};

use crate::cloud::{CLIENT, POOL, ScriptedCloud};

const BALANCER: &str = "AWS::ElasticLoadBalancingV2::LoadBalancer";
const LISTENER: &str = "AWS::ElasticLoadBalancingV2::Listener";
const RULE: &str = "AWS::ElasticLoadBalancingV2::ListenerRule";

/// Every table of the world that a statement may use, and a statement that reads it whole without a join.
pub(super) const TABLES: [(&str, &str); 13] = [
    ("aws.cognito.user_pools", ""),
    ("aws.cognito.user_pool_clients", ""),
    ("aws.cognito.user_pool_groups", ""),
    (
        "aws.cognito.user_pool_domains",
        "identifier IN ('us-east-1_a|admins', 'eu-west-1_c|other')",
    ),
    ("aws.apigateway.rest_apis", ""),
    ("aws.apigateway.resources", ""),
    ("aws.elasticloadbalancingv2.load_balancers", ""),
    ("aws.elasticloadbalancingv2.listeners", ""),
    ("aws.elasticloadbalancingv2.listener_rules", ""),
    ("aws.iam.roles", ""),
    ("aws.lambda.functions", ""),
    ("aws.sqs.queues", ""),
    (
        "aws.cloud_control.resource",
        "type_name = 'AWS::Cognito::UserPool' AND identifier IN ('us-east-1_a', 'us-east-1_b', 'eu-west-1_c')",
    ),
];

/// Four pools, the last without clients; groups, domains, gateways, balancers, roles, functions and queues.
pub(super) fn cloud() -> ScriptedCloud {
    let mut world = World(ScriptedCloud::pools());
    let us = "us-east-1";
    world.add(
        POOL,
        us,
        "us-east-1_d",
        &json!({"UserPoolId": "us-east-1_d"}),
        &json!({"UserPoolName": "delta"}),
    );
    for (region, pool, group) in [
        (us, "us-east-1_a", "admins"),
        (us, "us-east-1_b", "admins"),
        ("eu-west-1", "eu-west-1_c", "other"),
    ] {
        world.add(
            "AWS::Cognito::UserPoolGroup",
            region,
            &format!("{pool}|{group}"),
            &json!({"UserPoolId": pool, "GroupName": group}),
            &json!({"Description": "some"}),
        );
    }
    for (region, pool, domain) in [
        (us, "us-east-1_a", "admins"),
        ("eu-west-1", "eu-west-1_c", "other"),
    ] {
        world.add(
            "AWS::Cognito::UserPoolDomain",
            region,
            &format!("{pool}|{domain}"),
            &json!({"UserPoolId": pool, "Domain": domain}),
            &json!({}),
        );
    }
    for api in ["r1", "r2"] {
        let named = json!({"RestApiId": api, "Name": api});
        world.add("AWS::ApiGateway::RestApi", us, api, &named, &json!({}));
    }
    for (api, resource) in [("r1", "x1"), ("r1", "x2"), ("r2", "x3")] {
        world.add(
            "AWS::ApiGateway::Resource",
            us,
            &format!("{api}|{resource}"),
            &json!({"RestApiId": api, "ResourceId": resource}),
            &json!({}),
        );
    }
    for at in ["1", "2"] {
        let arn = |kind: &str| format!("arn:aws:elasticloadbalancing:us-east-1:1:{kind}/app/{at}");
        let (balancer, listener) = (arn("loadbalancer"), arn("listener"));
        let own = json!({"LoadBalancerArn": balancer, "Name": at});
        world.add(BALANCER, us, &balancer, &own, &json!({}));
        let own = json!({"ListenerArn": listener, "LoadBalancerArn": balancer});
        world.add(LISTENER, us, &listener, &own, &json!({}));
        let rule = arn("listener-rule");
        let own = json!({"RuleArn": rule, "ListenerArn": listener});
        world.add(RULE, us, &rule, &own, &json!({}));
    }
    for role in ["r-one", "r-two", "r-three"] {
        let name = json!({"RoleName": role});
        let arn = json!({"Arn": format!("arn:aws:iam::1:role/{role}")});
        world.add("AWS::IAM::Role", us, role, &name, &arn);
    }
    for (function, role) in [("f1", "r-one"), ("f2", "r-one"), ("f3", "r-two")] {
        let name = json!({"FunctionName": function});
        let role = json!({"Role": format!("arn:aws:iam::1:role/{role}")});
        world.add("AWS::Lambda::Function", us, function, &name, &role);
    }
    for queue in ["admins", "orders"] {
        let url = format!("https://sqs.us-east-1.amazonaws.com/1/{queue}");
        let own = json!({"QueueUrl": url, "QueueName": queue});
        world.add("AWS::SQS::Queue", us, &url, &own, &json!({}));
    }
    world.0
}

/// A client of pool a for every number.
pub(super) fn many_clients(count: usize) -> ScriptedCloud {
    let mut world = World(ScriptedCloud::empty());
    for at in 0..count {
        let (pool, client) = (format!("us-east-1_p{at}"), at.to_string());
        world.add(
            CLIENT,
            "us-east-1",
            &format!("{pool}|{client}"),
            &json!({"UserPoolId": pool, "ClientId": client}),
            &json!({}),
        );
    }
    world.0
}

struct World(ScriptedCloud);

impl World {
    /// Adds a resource with what its list returns, and what a read returns besides.
    fn add(
        &mut self,
        type_name: &str,
        region: &str,
        identifier: &str,
        listed: &Value,
        besides: &Value,
    ) {
        let mut read = listed.clone();
        for (key, value) in besides.as_object().unwrap() {
            read[key] = value.clone();
        }
        let cloud = std::mem::replace(&mut self.0, ScriptedCloud::empty());
        self.0 = cloud.resource(type_name, region, identifier, listed, &read);
    }
}
