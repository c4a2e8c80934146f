//! Joins over the wire: the emulator's log shows a call for each key that the other side yields, and no other.
//!
//! All shapes, and their rows, are in the engine's own tests (`crates/engine/tests/session/joins.rs`).

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use cirrus_aws::{AwsCloud, Limits};
use cirrus_emulator::{Emulator, Options, demo};
use cirrus_engine::{Body, Session, Settings};
use cirrus_provider::{Catalog, Schemas};
use futures::StreamExt;

/// Two gateways, with two resources and one.
const GATEWAYS: &str = r#"[
  {"type": "AWS::ApiGateway::RestApi", "region": "us-east-1", "properties": {"RestApiId": "r1", "Name": "one"}},
  {"type": "AWS::ApiGateway::RestApi", "region": "us-east-1", "properties": {"RestApiId": "r2", "Name": "two"}},
  {"type": "AWS::ApiGateway::Resource", "region": "us-east-1",
   "properties": {"RestApiId": "r1", "ResourceId": "x1", "ParentId": "root", "PathPart": "a"}},
  {"type": "AWS::ApiGateway::Resource", "region": "us-east-1",
   "properties": {"RestApiId": "r1", "ResourceId": "x2", "ParentId": "root", "PathPart": "b"}},
  {"type": "AWS::ApiGateway::Resource", "region": "us-east-1",
   "properties": {"RestApiId": "r2", "ResourceId": "x3", "ParentId": "root", "PathPart": "c"}}
]"#;

/// What is joined, how many rows come, and which calls are made for it.
const CASES: &[(&str, usize, &str)] = &[
    (
        "aws.cognito.user_pools p JOIN aws.cognito.user_pool_clients c USING (region, user_pool_id)",
        8,
        "2 ListResources UserPool, 4 ListResources UserPoolClient",
    ),
    (
        "aws.cognito.user_pool_clients c JOIN aws.cognito.user_pools p ON p.user_pool_id = c.user_pool_id",
        8,
        "2 ListResources UserPool, 4 ListResources UserPoolClient",
    ),
    (
        "aws.cognito.user_pools p JOIN aws.cognito.user_pool_clients c USING (region, user_pool_id) WHERE p.user_pool_name = 'nobody'",
        0,
        "4 GetResource UserPool, 2 ListResources UserPool",
    ),
    (
        "aws.cognito.user_pools p LEFT JOIN aws.cognito.user_pool_clients c USING (region, user_pool_id)",
        8,
        "2 ListResources UserPool, 4 ListResources UserPoolClient",
    ),
    (
        "aws.cognito.user_pools p FULL JOIN aws.cognito.user_pool_clients c USING (region, user_pool_id)",
        8,
        "2 ListResources UserPool, 4 ListResources UserPoolClient",
    ),
    (
        "aws.cognito.user_pool_clients WHERE user_pool_id = (SELECT min(user_pool_id) FROM aws.cognito.user_pools)",
        1,
        "2 ListResources UserPool, 1 ListResources UserPoolClient",
    ),
    (
        "aws.cognito.user_pool_clients WHERE user_pool_id NOT IN (SELECT user_pool_id FROM aws.cognito.user_pools)",
        0,
        "2 ListResources UserPool, 4 ListResources UserPoolClient",
    ),
    (
        "(VALUES ('us-east-1_Demo00001|1demowebportal000000000000'), ('nothing'), (NULL)) v(id) JOIN aws.cognito.user_pool_clients c ON c.identifier = v.id",
        1,
        "1 GetResource UserPoolClient",
    ),
    (
        "aws.apigateway.rest_apis a, LATERAL (SELECT resource_id FROM aws.apigateway.resources r WHERE r.rest_api_id = a.rest_api_id AND r.region = a.region) x",
        3,
        "2 ListResources Resource, 2 ListResources RestApi",
    ),
    (
        "aws.apigateway.resources a JOIN aws.apigateway.resources b USING (region, rest_api_id)",
        5,
        "2 ListResources Resource, 2 ListResources RestApi",
    ),
    (
        "aws.cognito.user_pools p JOIN aws.cloud_control.resource r ON r.identifier = p.identifier AND r.region = p.region WHERE r.type_name = 'AWS::Cognito::UserPool'",
        4,
        "4 GetResource UserPool, 2 ListResources UserPool",
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_key_is_one_call() {
    let emulator = Emulator::start(Options::new(Arc::new(Schemas::embedded())))
        .await
        .unwrap();
    emulator.load_json(demo()).unwrap();
    emulator.load_json(GATEWAYS).unwrap();
    let catalog = Arc::new(Catalog::embedded());
    let mut wrong = Vec::new();
    for (from, rows, calls) in CASES {
        emulator.clear_requests();
        let cloud = Arc::new(AwsCloud::local(&emulator.url(), Limits::default()));
        let settings = Settings {
            regions: vec!["us-east-1".into(), "eu-west-1".into()],
            ..Settings::default()
        };
        let session = Session::new(catalog.clone(), cloud, settings);
        let sql = format!("SELECT 1 FROM {from}");
        let found = tokio::time::timeout(Duration::from_mins(1), count(&session, &sql))
            .await
            .unwrap_or_else(|_| panic!("hangs: {sql}"));
        let made = calls_of(&emulator);
        if (found, made.as_str()) != (*rows, *calls) {
            wrong.push(format!(
                "{sql}\n  {found} rows, {made}\n  not {rows} rows, {calls}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn count(session: &Session, sql: &str) -> usize {
    let answer = session.run(sql).next().await.expect("a statement").unwrap();
    let Body::Rows(mut rows) = answer.body else {
        panic!("{sql} has no rows")
    };
    let mut count = 0;
    while let Some(batch) = rows.batches.next().await {
        count += batch.unwrap().num_rows();
    }
    assert!(!answer.report.is_partial(), "{sql}");
    count
}

/// How often which operation was asked of which type.
fn calls_of(emulator: &Emulator) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for request in emulator.requests() {
        let type_name = request.type_name.unwrap_or_default();
        let short = type_name.rsplit("::").next().unwrap_or_default();
        *counts
            .entry(format!("{} {short}", request.operation))
            .or_default() += 1;
    }
    let counts: Vec<String> = counts
        .into_iter()
        .map(|(call, count)| format!("{count} {call}"))
        .collect();
    counts.join(", ")
}
