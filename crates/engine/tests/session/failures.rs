//! Failed scopes: warned about, counted as partial, and never mixed up with absence.

use cirrus_engine::{Error, WarningKind};
use cirrus_provider::CloudErrorKind;

use crate::{Bench, cloud::ScriptedCloud};

const CLIENTS: &str = "SELECT client_id FROM aws.cognito.user_pool_clients";

#[tokio::test]
async fn a_failing_region_leaves_the_others() {
    let cloud =
        ScriptedCloud::pools().failing("List UserPool eu-west-1", CloudErrorKind::AccessDenied);
    let bench = Bench::with(cloud, &["us-east-1", "eu-west-1"]);
    let outcome = bench
        .run("SELECT user_pool_id FROM aws.cognito.user_pools")
        .await
        .unwrap();
    assert_eq!(outcome.rows.len(), 2);
    assert!(outcome.partial);
    let [warning] = &outcome.warnings[..] else {
        panic!("{:?}", outcome.warnings)
    };
    assert_eq!(
        (warning.table.as_str(), warning.region.as_deref()),
        ("aws.cognito.user_pools", Some("eu-west-1"))
    );
    assert!(matches!(&warning.kind, WarningKind::Failed(error) if error.message == "as scripted"));
}

#[tokio::test]
async fn a_failing_parent_leaves_its_siblings() {
    let cloud = ScriptedCloud::pools().failing(
        r#"List UserPoolClient us-east-1 {"UserPoolId":"us-east-1_a"}"#,
        CloudErrorKind::Throttled,
    );
    let bench = Bench::with(cloud, &[]);
    let outcome = bench.run(CLIENTS).await.unwrap();
    assert_eq!(outcome.rows, ["4"]);
    assert!(outcome.partial);
    assert_eq!(
        outcome.warnings[0].subject.as_deref(),
        Some("user_pool_id=us-east-1_a")
    );
}

#[tokio::test]
async fn a_failing_read_loses_its_row_alone() {
    let cloud = ScriptedCloud::pools().failing(
        "Get UserPoolClient us-east-1 us-east-1_a|2",
        CloudErrorKind::AccessDenied,
    );
    let bench = Bench::with(cloud, &[]);
    let outcome = bench
        .run("SELECT client_name FROM aws.cognito.user_pool_clients")
        .await
        .unwrap();
    assert_eq!(outcome.rows, ["app-1", "app-3", "app-4"]);
    assert!(outcome.partial);
    assert_eq!(
        outcome.warnings[0].subject.as_deref(),
        Some("us-east-1_a|2")
    );
}

#[tokio::test]
async fn when_every_scope_fails_the_statement_fails() {
    let cloud = ScriptedCloud::pools().failing("List", CloudErrorKind::AccessDenied);
    let bench = Bench::with(cloud, &["us-east-1", "eu-west-1"]);
    let error = bench.run(CLIENTS).await.unwrap_err();
    assert!(
        matches!(&error, Error::Cloud(error) if error.kind == CloudErrorKind::AccessDenied),
        "{error:?}"
    );
}

#[tokio::test]
async fn what_nobody_answered_is_not_counted() {
    for failing in ["List", "List UserPoolClient"] {
        let cloud = ScriptedCloud::pools().failing(failing, CloudErrorKind::AccessDenied);
        let bench = Bench::with(cloud, &[]);
        for sql in [
            "SELECT count(*) FROM aws.cognito.user_pool_clients",
            "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM aws.cognito.user_pool_clients)",
            "SELECT count(*) FROM aws.cognito.user_pool_clients a JOIN aws.cognito.user_pool_clients b USING (client_id)",
        ] {
            let error = bench.run(sql).await.unwrap_err();
            assert!(
                matches!(error, Error::Cloud(_)),
                "{failing}: {sql}: {error:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_failed_table_leaves_the_other_side_of_a_union() {
    let cloud = ScriptedCloud::pools().failing("List UserPoolClient", CloudErrorKind::AccessDenied);
    let bench = Bench::with(cloud, &[]);
    let sql = "SELECT user_pool_id FROM aws.cognito.user_pools UNION ALL SELECT client_id FROM aws.cognito.user_pool_clients";
    let outcome = bench.run(sql).await.unwrap();
    assert_eq!(outcome.rows, ["us-east-1_a", "us-east-1_b"]);
    assert!(outcome.partial);
}

#[tokio::test]
async fn missing_credentials_are_said_once_and_at_once() {
    let cloud = ScriptedCloud::pools().failing("", CloudErrorKind::Credentials);
    let bench = Bench::with(cloud, &["us-east-1", "eu-west-1"]);
    let error = bench.run(CLIENTS).await.unwrap_err();
    assert!(
        matches!(&error, Error::Cloud(error) if error.kind == CloudErrorKind::Credentials),
        "{error:?}"
    );
}

#[tokio::test]
async fn what_is_not_there_is_no_row_and_no_warning() {
    let bench = Bench::with(
        ScriptedCloud::pools().failing(
            r#"List UserPoolClient us-east-1 {"UserPoolId":"gone"}"#,
            CloudErrorKind::NotFound,
        ),
        &[],
    );
    for (sql, count) in [
        (
            "SELECT client_name FROM aws.cognito.user_pool_clients WHERE user_pool_id = 'gone'",
            0,
        ),
        (
            "SELECT client_name FROM aws.cognito.user_pool_clients WHERE identifier = 'us-east-1_a|9'",
            0,
        ),
        (
            "SELECT client_name FROM aws.cognito.user_pool_clients WHERE identifier IN ('us-east-1_a|9', 'us-east-1_a|2')",
            1,
        ),
    ] {
        let outcome = bench.run(sql).await.unwrap();
        assert_eq!(
            (outcome.rows.len(), outcome.partial, outcome.warnings.len()),
            (count, false, 0),
            "{sql}"
        );
    }
}

#[tokio::test]
async fn a_server_that_ignores_inputs_shows_no_row_twice() {
    let bench = Bench::with(ScriptedCloud::pools().ignoring_inputs(), &[]);
    assert_eq!(bench.rows(CLIENTS).await, ["1", "2", "3", "4"]);
    assert_eq!(
        bench
            .rows(&format!("{CLIENTS} WHERE user_pool_id = 'us-east-1_b'"))
            .await,
        ["4"]
    );
}

#[tokio::test]
async fn refusals_before_any_call_say_what_is_missing() {
    let bench = Bench::new();
    let error = bench
        .refused("SELECT * FROM aws.cognito.user_pool_clients WHERE identifier = 'only-one'")
        .await;
    let Error::Identifier {
        form,
        span: Some(_),
        ..
    } = &error
    else {
        panic!("{error:?}")
    };
    assert_eq!(form, "user_pool_id|client_id");
    let error = bench
        .refused("SELECT * FROM aws.cognito.user_pool_domains")
        .await;
    let Error::IdentifierNeeded {
        parts,
        span: Some(_),
        ..
    } = &error
    else {
        panic!("{error:?}")
    };
    assert_eq!(parts, &["user_pool_id", "domain"]);
    let error = bench.refused("SELECT * FROM aws.iam.policies").await;
    assert!(
        matches!(error, Error::NotReadable { span: Some(_), .. }),
        "{error:?}"
    );
    let error = bench
        .refused("SELECT * FROM aws.appfabric.app_authorizations_list_only")
        .await;
    assert!(
        matches!(
            &error,
            Error::InputNeeded {
                span: Some(_),
                reason: Some(_),
                ..
            }
        ),
        "{error:?}"
    );
    for statement in [
        "DELETE FROM aws.cognito.user_pools",
        "UPDATE aws.cognito.user_pools SET user_pool_name = 'x'",
        "BEGIN",
        "CREATE TABLE t (a int)",
        "COPY (SELECT 1) TO 'x.csv'",
        "EXPLAIN ANALYZE SELECT 1",
        "PREPARE p AS DELETE FROM aws.cognito.user_pools",
        "EXPLAIN DELETE FROM aws.cognito.user_pools",
    ] {
        let error = bench.refused(statement).await;
        assert!(
            matches!(error, Error::Unsupported { span: Some(_), .. }),
            "{statement}: {error:?}"
        );
    }
    let bench = Bench::with(ScriptedCloud::pools().without_region(), &[]);
    let error = bench.refused("SELECT * FROM aws.cognito.user_pools").await;
    assert!(
        matches!(error, Error::RegionNeeded { span: Some(_), .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn failed_scopes_are_rows_of_a_table() {
    let cloud =
        ScriptedCloud::pools().failing("List UserPool eu-west-1", CloudErrorKind::AccessDenied);
    let bench = Bench::with(cloud, &["us-east-1", "eu-west-1"]);
    let errors = "SELECT table_name, region, operation, type_name, code, message, loses_rows \
        FROM cirrus.errors";
    assert_eq!(bench.rows(errors).await, Vec::<String>::new());
    bench
        .run("SELECT user_pool_id FROM aws.cognito.user_pools")
        .await
        .unwrap();
    // Asking does not forget, and a statement that reads no cloud neither.
    for _ in 0..2 {
        let (rows, calls) = bench.rows_and_calls(errors).await;
        assert_eq!(
            rows,
            [
                "aws.cognito.user_pools|eu-west-1|ListResources|AWS::Cognito::UserPool|ScriptedException|as scripted|true"
            ]
        );
        assert_eq!(calls, Vec::<String>::new());
        bench.run("SELECT 1").await.unwrap();
    }
    bench
        .run("SELECT user_pool_id FROM aws.cognito.user_pools WHERE region = 'us-east-1'")
        .await
        .unwrap();
    assert_eq!(bench.rows(errors).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_statement_says_where_missing_rows_make_wrong_ones() {
    let bench = Bench::new();
    let pools = "aws.cognito.user_pools";
    let clients = "aws.cognito.user_pool_clients";
    for (sql, part) in [
        (format!("SELECT user_pool_id FROM {pools}"), None),
        (
            format!("SELECT count(*) FROM {pools}"),
            Some("an aggregate"),
        ),
        (
            format!(
                "SELECT user_pool_id FROM {pools} WHERE user_pool_id NOT IN (SELECT user_pool_id FROM {clients})"
            ),
            Some("NOT IN"),
        ),
        (
            format!(
                "SELECT user_pool_id FROM {pools} p WHERE NOT EXISTS (SELECT 1 FROM {clients} c WHERE c.user_pool_id = p.user_pool_id)"
            ),
            Some("NOT EXISTS"),
        ),
        (
            format!("SELECT user_pool_id FROM {pools} EXCEPT SELECT user_pool_id FROM {clients}"),
            Some("EXCEPT"),
        ),
        (
            format!(
                "SELECT p.user_pool_id, c.client_id FROM {pools} p LEFT JOIN {clients} c ON c.user_pool_id = p.user_pool_id"
            ),
            Some("an outer join"),
        ),
        (
            format!(
                "SELECT p.user_pool_id FROM {pools} p JOIN {clients} c ON c.user_pool_id = p.user_pool_id"
            ),
            None,
        ),
        (
            format!("SELECT user_pool_name FROM {pools} ORDER BY user_pool_name LIMIT 1"),
            Some("ORDER BY with LIMIT"),
        ),
    ] {
        let outcome = bench.run(&sql).await.unwrap();
        assert_eq!(outcome.missing_rows_matter, part, "{sql}");
    }
}
