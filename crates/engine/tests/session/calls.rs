//! Which calls a statement takes: no more than needed, none for contradictions and EXPLAIN.

use crate::{Bench, cloud::ScriptedCloud};

const CLIENTS: &str = "SELECT client_id FROM aws.cognito.user_pool_clients";

#[tokio::test]
async fn an_identifier_is_one_get_in_each_of_its_forms() {
    let bench = Bench::new();
    for predicate in [
        "identifier = 'us-east-1_a|1'",
        "Identifier = 'us-east-1_a/1'",
        r#"data__Identifier = '{"ClientId": "1", "UserPoolId": "us-east-1_a"}'"#,
        "user_pool_id = 'us-east-1_a' AND client_id = '1'",
        "\"UserPoolId\" = 'us-east-1_a' AND ClientId = '1'",
        "(user_pool_id, client_id) = ('us-east-1_a', '1')",
        "region = 'us-east-1' AND identifier = 'us-east-1_a' || '|1'",
        "identifier = 'us-east-1_a|1' AND client_name = 'app-1'",
    ] {
        let sql = format!(
            "SELECT client_name, identifier, logout_urls FROM aws.cognito.user_pool_clients WHERE {predicate}"
        );
        let (rows, calls) = bench.rows_and_calls(&sql).await;
        assert_eq!(rows, ["app-1|us-east-1_a|1|NULL"], "{predicate}");
        assert_eq!(
            calls,
            ["Get UserPoolClient us-east-1 us-east-1_a|1"],
            "{predicate}"
        );
    }
}

#[tokio::test]
async fn identifiers_of_in_and_or_are_one_get_each() {
    let bench = Bench::new();
    for predicate in [
        "identifier IN ('us-east-1_a|1', 'us-east-1_a|2', 'us-east-1_b|4', 'us-east-1_b|9')",
        "identifier = 'us-east-1_a|1' OR identifier = 'us-east-1_a|2' OR (user_pool_id = 'us-east-1_b' AND client_id IN ('4', '9'))",
        "user_pool_id IN ('us-east-1_a') AND client_id IN ('1', '2') OR identifier IN ('us-east-1_b|4', 'us-east-1_b|9')",
        "(user_pool_id, client_id) IN (('us-east-1_a', '1'), ('us-east-1_a', '2'), ('us-east-1_b', '4'), ('us-east-1_b', '9'))",
    ] {
        let (rows, calls) = bench
            .rows_and_calls(&format!("{CLIENTS} WHERE {predicate}"))
            .await;
        assert_eq!(rows, ["1", "2", "4"], "{predicate}");
        assert_eq!(calls.len(), 4, "{predicate}: {calls:?}");
        assert!(
            calls.iter().all(|call| call.starts_with("Get")),
            "{predicate}: {calls:?}"
        );
    }
}

#[tokio::test]
async fn a_parent_in_the_predicate_is_one_list() {
    let bench = Bench::new();
    let (rows, calls) = bench
        .rows_and_calls(&format!("{CLIENTS} WHERE user_pool_id = 'us-east-1_b'"))
        .await;
    assert_eq!(rows, ["4"]);
    assert_eq!(
        calls,
        [r#"List UserPoolClient us-east-1 {"UserPoolId":"us-east-1_b"} page 1"#]
    );
}

#[tokio::test]
async fn without_a_parent_the_parents_are_listed() {
    let bench = Bench::new();
    let (rows, calls) = bench.rows_and_calls(CLIENTS).await;
    assert_eq!(rows, ["1", "2", "3", "4"]);
    assert_eq!(
        calls,
        [
            "List UserPool us-east-1 page 1",
            r#"List UserPoolClient us-east-1 {"UserPoolId":"us-east-1_a"} page 1"#,
            r#"List UserPoolClient us-east-1 {"UserPoolId":"us-east-1_a"} page 2"#,
            r#"List UserPoolClient us-east-1 {"UserPoolId":"us-east-1_b"} page 1"#,
        ]
    );
}

#[tokio::test]
async fn identifiers_and_counts_read_no_resource() {
    let bench = Bench::new();
    for (sql, row) in [
        ("SELECT count(*) FROM aws.cognito.user_pools", "2"),
        (
            "SELECT count(client_id) FROM aws.cognito.user_pool_clients WHERE user_pool_id = 'us-east-1_a'",
            "3",
        ),
        (
            "SELECT count(*) FROM (SELECT region, identifier, user_pool_id FROM aws.cognito.user_pool_clients)",
            "4",
        ),
        (
            "SELECT count(*) FROM aws.cognito.user_pools WHERE identifier LIKE '%_a'",
            "1",
        ),
    ] {
        let (rows, calls) = bench.rows_and_calls(sql).await;
        assert_eq!(rows, [row], "{sql}");
        assert!(
            calls.iter().all(|call| call.starts_with("List")),
            "{sql}: {calls:?}"
        );
    }
}

#[tokio::test]
async fn rows_are_filtered_on_their_identifiers_before_they_are_read() {
    let bench = Bench::new();
    let sql = "SELECT user_pool_name FROM aws.cognito.user_pools WHERE user_pool_id LIKE '%_b'";
    let (rows, calls) = bench.rows_and_calls(sql).await;
    assert_eq!(rows, ["beta"]);
    assert_eq!(
        calls,
        [
            "Get UserPool us-east-1 us-east-1_b",
            "List UserPool us-east-1 page 1"
        ]
    );
}

#[tokio::test]
async fn a_limit_stops_pages_and_reads() {
    let bench = Bench::new();
    let parent = "FROM aws.cognito.user_pool_clients WHERE user_pool_id = 'us-east-1_a'";
    assert_eq!(
        bench
            .calls(&format!("SELECT client_id {parent} LIMIT 2"))
            .await
            .len(),
        1
    );
    assert_eq!(
        bench
            .calls(&format!("SELECT client_id {parent} LIMIT 3"))
            .await
            .len(),
        2
    );
    let calls = bench
        .calls(&format!("SELECT client_name {parent} LIMIT 1"))
        .await;
    assert_eq!(
        calls,
        [
            "Get UserPoolClient us-east-1 us-east-1_a|1",
            r#"List UserPoolClient us-east-1 {"UserPoolId":"us-east-1_a"} page 1"#
        ]
    );
    assert_eq!(
        bench
            .calls("SELECT client_id FROM aws.cognito.user_pool_clients LIMIT 1")
            .await
            .len(),
        2
    );
    assert!(
        bench
            .calls("SELECT * FROM aws.cognito.user_pools LIMIT 0")
            .await
            .is_empty()
    );
    let filtered = bench
        .rows_and_calls(&format!(
            "SELECT client_name {parent} AND client_name <> 'app-1' LIMIT 1"
        ))
        .await;
    assert_eq!(filtered.0, ["app-2"]);
    assert_eq!(filtered.1.len(), 3, "{:?}", filtered.1);
}

#[tokio::test]
async fn contradictions_make_no_call() {
    let bench = Bench::new();
    for predicate in [
        "false",
        "identifier = 'us-east-1_a|1' AND identifier = 'us-east-1_a|2'",
        "identifier = 'us-east-1_a|1' AND user_pool_id = 'us-east-1_b'",
        "region = 'us-east-1' AND region = 'eu-west-1'",
        "user_pool_id = NULL",
    ] {
        let (rows, calls) = bench
            .rows_and_calls(&format!("{CLIENTS} WHERE {predicate}"))
            .await;
        assert!(
            rows.is_empty() && calls.is_empty(),
            "{predicate}: {rows:?} {calls:?}"
        );
    }
}

#[tokio::test]
async fn what_a_call_does_not_enforce_is_never_sent_as_equality() {
    let bench = Bench::new();
    for (predicate, expected) in [
        ("user_pool_id <> 'us-east-1_a'", vec!["4"]),
        ("NOT (user_pool_id = 'us-east-1_a')", vec!["4"]),
        ("user_pool_id LIKE 'us-east-1_b'", vec!["4"]),
        (
            "user_pool_id = 'us-east-1_b' OR client_name = 'app-1'",
            vec!["1", "4"],
        ),
        (
            "identifier = 'us-east-1_b|4' OR client_name LIKE '%-2'",
            vec!["2", "4"],
        ),
        ("upper(user_pool_id) = 'US-EAST-1_B'", vec!["4"]),
    ] {
        let (rows, calls) = bench
            .rows_and_calls(&format!("{CLIENTS} WHERE {predicate}"))
            .await;
        assert_eq!(rows, expected, "{predicate}");
        assert!(
            calls.contains(&"List UserPool us-east-1 page 1".to_owned()),
            "{predicate}: {calls:?}"
        );
    }
}

#[tokio::test]
async fn regions_come_from_predicate_session_or_environment() {
    let bench = Bench::new();
    let pools = "SELECT region, user_pool_id FROM aws.cognito.user_pools";
    let east = ["us-east-1|us-east-1_a", "us-east-1|us-east-1_b"];
    assert_eq!(bench.rows(pools).await, east);
    assert_eq!(
        bench
            .rows(&format!("{pools} WHERE region = 'eu-west-1'"))
            .await,
        ["eu-west-1|eu-west-1_c"]
    );
    assert_eq!(
        bench
            .rows(&format!(
                "{pools} WHERE region IN ('eu-west-1', 'us-east-1')"
            ))
            .await
            .len(),
        3
    );
    bench
        .run("SET regions = 'us-east-1, eu-west-1'")
        .await
        .unwrap();
    assert_eq!(bench.rows(pools).await.len(), 3);
    let calls = bench
        .calls(&format!("{pools} WHERE substr(region, 1, 2) = 'eu'"))
        .await;
    assert_eq!(calls, ["List UserPool eu-west-1 page 1"]);
    assert_eq!(
        bench
            .calls(&format!("{pools} WHERE region <> 'eu-west-1'"))
            .await,
        ["List UserPool us-east-1 page 1"]
    );
    bench.run("RESET regions").await.unwrap();
    assert_eq!(bench.rows(pools).await, east);
}

#[tokio::test]
async fn a_global_type_is_read_once_from_its_home_region() {
    let cloud = ScriptedCloud::empty().resource(
        "AWS::IAM::Role",
        "us-east-1",
        "admin",
        &serde_json::json!({"RoleName": "admin"}),
        &serde_json::json!({"RoleName": "admin", "Path": "/"}),
    );
    let bench = Bench::with(cloud, &["eu-west-1", "us-west-2"]);
    let (rows, calls) = bench
        .rows_and_calls("SELECT region, role_name FROM aws.iam.roles")
        .await;
    assert_eq!(rows, ["us-east-1|admin"]);
    assert_eq!(calls, ["List Role us-east-1 page 1"]);
}

#[tokio::test]
async fn prepared_parameters_reach_the_calls() {
    let bench = Bench::new();
    bench.run("PREPARE one AS SELECT client_id FROM aws.cognito.user_pool_clients WHERE identifier = $1").await.unwrap();
    let (rows, calls) = bench.rows_and_calls("EXECUTE one('us-east-1_a|2')").await;
    assert_eq!(rows, ["2"]);
    assert_eq!(calls, ["Get UserPoolClient us-east-1 us-east-1_a|2"]);
}

#[tokio::test]
async fn explain_makes_no_call_and_names_them() {
    let bench = Bench::new();
    let (rows, calls) = bench
        .rows_and_calls("EXPLAIN SELECT client_name FROM aws.cognito.user_pool_clients")
        .await;
    assert!(calls.is_empty(), "{calls:?}");
    assert_eq!(rows.len(), 3, "{rows:#?}");
    assert!(
        rows[0].contains("aws.cognito.user_pools|ListResources|us-east-1|NULL|at least 1"),
        "{rows:#?}"
    );
    assert!(
        rows[1].contains("at least 1 per parent")
            && rows[1].contains("cognito-idp:ListUserPoolClients"),
        "{rows:#?}"
    );
    assert!(
        rows[2].contains("GetResource") && rows[2].contains("client_name"),
        "{rows:#?}"
    );
    let rows = bench
        .rows("EXPLAIN SELECT * FROM aws.cognito.user_pool_clients WHERE identifier = 'us-east-1_a|1'")
        .await;
    assert_eq!(rows.len(), 1);
    assert!(
        rows[0].contains("GetResource|us-east-1|us-east-1_a|1|1|"),
        "{rows:#?}"
    );
}

#[tokio::test]
async fn a_call_budget_stops_the_statement() {
    let bench = Bench::new();
    bench.run("SET max_api_calls = 3").await.unwrap();
    assert_eq!(
        bench
            .rows("SELECT count(*) FROM aws.cognito.user_pools")
            .await,
        ["2"]
    );
    bench.cloud.clear_calls();
    let error = bench
        .run("SELECT * FROM aws.cognito.user_pool_clients")
        .await
        .unwrap_err();
    assert!(
        matches!(error, cirrus_engine::Error::CallBudget { limit: 3 }),
        "{error:?}"
    );
    assert!(bench.cloud.calls().len() <= 3, "{:?}", bench.cloud.calls());
}
