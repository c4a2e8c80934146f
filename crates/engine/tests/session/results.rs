//! Values: types, JSON, NULL, secrets, several statements.

use cirrus_engine::{Body, Error};
use futures::StreamExt;

use crate::Bench;

const ONE: &str = "FROM aws.cognito.user_pool_clients WHERE identifier = 'us-east-1_a|1'";

#[tokio::test]
async fn scalars_are_typed_and_nested_values_are_json_text() {
    let bench = Bench::new();
    let sql = format!(
        "SELECT client_name, refresh_token_validity + 1, NOT enable_token_revocation, callback_urls, \
         token_validity_units, logout_urls {ONE}"
    );
    let outcome = bench.run(&sql).await.unwrap();
    assert_eq!(
        outcome.rows,
        [r#"app-1|31|false|["https://a/cb"]|{"AccessToken":"hours"}|NULL"#]
    );
    assert_eq!(outcome.json, [false, false, false, true, true, true]);
}

#[tokio::test]
async fn arrows_reach_into_nested_properties() {
    let bench = Bench::new();
    let sql = format!(
        "SELECT token_validity_units ->> 'AccessToken', token_validity_units -> 'AccessToken' AS unit, \
         callback_urls ->> 0, token_validity_units -> 'None' {ONE}"
    );
    let outcome = bench.run(&sql).await.unwrap();
    assert_eq!(outcome.rows, ["hours|\"hours\"|https://a/cb|NULL"]);
    assert_eq!(outcome.json, [false, true, false, true]);
    let sql = "SELECT (policies -> 'PasswordPolicy' ->> 'MinimumLength')::int + 1 FROM aws.cognito.user_pools \
               WHERE policies -> 'PasswordPolicy' ->> 'MinimumLength' = '8' LIMIT 1";
    assert_eq!(bench.rows(sql).await, ["9"]);
}

#[tokio::test]
async fn secrets_are_traced_through_aliases_functions_and_subqueries() {
    let bench = Bench::new();
    let cases = [
        ("SELECT client_secret AS x, client_name", vec![true, false]),
        (
            "SELECT upper(client_secret) || '!', length(client_secret), client_secret IS NULL",
            vec![true, false, false],
        ),
        (
            "SELECT max(client_secret), count(client_secret)",
            vec![true, false],
        ),
        ("SELECT coalesce(client_name, client_secret)", vec![true]),
    ];
    for (select, expected) in cases {
        let outcome = bench.run(&format!("{select} {ONE}")).await.unwrap();
        assert_eq!(outcome.secret, expected, "{select}");
    }
    for sql in [
        format!("WITH s AS (SELECT client_secret AS a {ONE}) SELECT b FROM (SELECT a AS b FROM s)"),
        format!("SELECT (SELECT client_secret {ONE})"),
        format!("SELECT client_name {ONE} UNION ALL SELECT client_secret {ONE}"),
        format!(
            "SELECT x.client_secret FROM (VALUES (1)) v JOIN (SELECT client_secret {ONE}) x ON true"
        ),
    ] {
        let outcome = bench.run(&sql).await.unwrap();
        assert_eq!(outcome.secret, [true], "{sql}");
    }
}

#[tokio::test]
async fn several_statements_answer_in_order_and_stop_at_the_first_failure() {
    let bench = Bench::new();
    let sql = "SELECT 1; SET max_api_calls = 5; SELECT nope; SELECT 2";
    let answers: Vec<_> = bench.session.run(sql).collect().await;
    assert_eq!(answers.len(), 3);
    assert!(matches!(answers[0].as_ref().unwrap().body, Body::Rows(_)));
    assert!(
        matches!(&answers[1].as_ref().unwrap().body, Body::Notice(text) if text == "max_api_calls = 5")
    );
    assert_eq!(
        &sql[answers[1].as_ref().unwrap().statement.clone()],
        "SET max_api_calls = 5"
    );
    assert!(matches!(answers[2], Err(Error::UnknownName { .. })));
}

#[tokio::test]
async fn nothing_runs_when_a_later_statement_does_not_parse() {
    let bench = Bench::new();
    let error = bench
        .refused("SELECT * FROM aws.cognito.user_pools; SELEC 2")
        .await;
    let Error::Syntax {
        span: Some(span), ..
    } = error
    else {
        panic!("{error:?}")
    };
    assert_eq!(span.start, "SELECT * FROM aws.cognito.user_pools; ".len());
}

#[tokio::test]
async fn generic_tables_reach_any_type() {
    let bench = Bench::new();
    let sql = "SELECT identifier, properties ->> 'UserPoolName', type_name FROM aws.cloud_control.resource \
               WHERE TypeName = 'AWS::Cognito::UserPool' AND Identifier = 'us-east-1_b' AND region = 'us-east-1'";
    let (rows, calls) = bench.rows_and_calls(sql).await;
    assert_eq!(rows, ["us-east-1_b|beta|AWS::Cognito::UserPool"]);
    assert_eq!(calls, ["Get UserPool us-east-1 us-east-1_b"]);
    let sql = "SELECT identifier FROM awscc.cloud_control.resources WHERE type_name = 'AWS::Cognito::UserPoolClient' \
               AND resource_model = '{\"UserPoolId\": \"us-east-1_b\"}'";
    let (rows, calls) = bench.rows_and_calls(sql).await;
    assert_eq!(rows, ["us-east-1_b|4"]);
    assert_eq!(
        calls,
        [r#"List UserPoolClient us-east-1 {"UserPoolId":"us-east-1_b"} page 1"#]
    );
    let error = bench
        .refused("SELECT * FROM aws.cloud_control.resources")
        .await;
    assert!(
        matches!(&error, Error::InputNeeded { inputs, .. } if inputs == &["type_name"]),
        "{error:?}"
    );
}

#[tokio::test]
async fn types_of_a_generic_table_may_share_an_identifier() {
    let named = serde_json::json!({"Name": "same"});
    let cloud = crate::cloud::ScriptedCloud::empty()
        .resource("AWS::SQS::Queue", "us-east-1", "same", &named, &named)
        .resource("AWS::SNS::Topic", "us-east-1", "same", &named, &named);
    let bench = Bench::with(cloud, &[]);
    let sql = "SELECT type_name, identifier FROM aws.cloud_control.resources \
               WHERE type_name IN ('AWS::SQS::Queue', 'AWS::SNS::Topic')";
    let rows = bench.rows(sql).await;
    assert_eq!(rows, ["AWS::SNS::Topic|same", "AWS::SQS::Queue|same"]);
}

#[tokio::test]
async fn ordinary_sql_works_over_cloud_tables() {
    let bench = Bench::new();
    bench
        .run("SET regions = 'us-east-1,eu-west-1'")
        .await
        .unwrap();
    for (sql, expected) in [
        (
            "SELECT p.user_pool_name, count(c.client_id) AS n FROM aws.cognito.user_pools p \
             LEFT JOIN aws.cognito.user_pool_clients c USING (region, user_pool_id) GROUP BY 1 ORDER BY n DESC",
            vec!["alpha|3", "beta|1", "gamma|1"],
        ),
        (
            "SELECT user_pool_id FROM aws.cognito.user_pools p WHERE EXISTS (SELECT 1 FROM aws.cognito.user_pool_clients c \
             WHERE c.user_pool_id = p.user_pool_id AND c.client_name = 'app-5')",
            vec!["eu-west-1_c"],
        ),
        (
            "SELECT client_id FROM aws.cognito.user_pool_clients WHERE user_pool_id IN \
             (SELECT user_pool_id FROM aws.cognito.user_pools WHERE user_pool_name = 'beta')",
            vec!["4"],
        ),
        (
            "SELECT user_pool_id FROM aws.cognito.user_pools UNION SELECT user_pool_id FROM aws.cognito.user_pool_clients EXCEPT SELECT 'us-east-1_a'",
            vec!["eu-west-1_c", "us-east-1_b"],
        ),
        (
            "SELECT client_id, row_number() OVER (PARTITION BY user_pool_id ORDER BY client_id DESC) FROM aws.cognito.user_pool_clients WHERE region = 'us-east-1'",
            vec!["1|3", "2|2", "3|1", "4|1"],
        ),
        (
            "SELECT user_pool_name FROM aws.cognito.user_pools WHERE user_pool_id = (SELECT max(user_pool_id) FROM aws.cognito.user_pools)",
            vec!["beta"],
        ),
    ] {
        assert_eq!(bench.rows(sql).await, expected, "{sql}");
    }
}
