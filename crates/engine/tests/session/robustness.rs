//! Answers that are not what the schema says: a warning that names the resource, never a panic or a wrong value.

use cirrus_engine::WarningKind;

use crate::{
    Bench,
    cloud::{POOL, ScriptedCloud},
};

#[tokio::test]
async fn a_value_of_the_wrong_type_reads_as_null_with_a_warning() {
    for (property, value) in [
        ("UserPoolName", "17"),
        ("UserPoolName", "{\"a\": 1}"),
        ("UserPoolName", "true"),
        ("MfaConfiguration", "[]"),
    ] {
        let text = format!("{{\"UserPoolId\": \"us-east-1_x\", \"{property}\": {value}}}");
        let bench = Bench::with(
            ScriptedCloud::empty().raw(POOL, "us-east-1", "us-east-1_x", "{}", &text),
            &[],
        );
        let sql =
            "SELECT user_pool_id, user_pool_name, mfa_configuration FROM aws.cognito.user_pools";
        let outcome = bench.run(sql).await.unwrap();
        assert_eq!(outcome.rows, ["us-east-1_x|NULL|NULL"], "{value}");
        assert!(outcome.partial);
        let [warning] = &outcome.warnings[..] else {
            panic!("{:?}", outcome.warnings)
        };
        assert_eq!(warning.subject.as_deref(), Some("us-east-1_x"));
        assert_eq!(
            warning.kind,
            WarningKind::Mistyped {
                property: property.into(),
                expected: "string"
            }
        );
    }
}

#[tokio::test]
async fn properties_that_are_not_an_object_lose_the_row_with_a_warning() {
    for text in [
        "",
        "[]",
        "nonsense",
        "{\"UserPoolId\": ",
        "null",
        "\"text\"",
        "{\"a\":1}}",
    ] {
        let bench = Bench::with(
            ScriptedCloud::pools().raw(POOL, "us-east-1", "us-east-1_x", text, text),
            &[],
        );
        let outcome = bench
            .run("SELECT user_pool_name FROM aws.cognito.user_pools")
            .await
            .unwrap();
        assert_eq!(outcome.rows, ["alpha", "beta"], "{text}");
        assert!(outcome.partial, "{text}");
        let [warning] = &outcome.warnings[..] else {
            panic!("{text}: {:?}", outcome.warnings)
        };
        assert!(
            matches!(warning.kind, WarningKind::Undecodable { .. }),
            "{text}: {warning:?}"
        );
    }
}

#[tokio::test]
async fn integers_keep_their_value_or_are_refused() {
    let type_name = "AWS::Logs::LogGroup";
    for (value, shown, warned) in [
        ("7", "7", false),
        ("7.0", "7", false),
        ("9007199254740993", "9007199254740993", false),
        ("7.5", "NULL", true),
        ("\"7\"", "NULL", true),
        ("99999999999999999999", "NULL", true),
        ("null", "NULL", false),
    ] {
        let text = format!("{{\"LogGroupName\": \"g\", \"RetentionInDays\": {value}}}");
        let bench = Bench::with(
            ScriptedCloud::empty().raw(type_name, "us-east-1", "g", &text, &text),
            &[],
        );
        let outcome = bench
            .run("SELECT retention_in_days FROM aws.logs.log_groups")
            .await
            .unwrap();
        assert_eq!(
            (outcome.rows[0].as_str(), outcome.partial),
            (shown, warned),
            "{value}"
        );
    }
}

#[tokio::test]
async fn an_identifier_of_another_shape_still_filters_right() {
    let listed = serde_json::json!({});
    let read =
        serde_json::json!({"UserPoolId": "us-east-1_a", "ClientId": "9", "ClientName": "odd"});
    let cloud = ScriptedCloud::empty().resource(
        "AWS::Cognito::UserPoolClient",
        "us-east-1",
        "odd",
        &listed,
        &read,
    );
    let bench = Bench::with(cloud.ignoring_inputs(), &[]);
    let sql = "SELECT client_name FROM aws.cognito.user_pool_clients WHERE user_pool_id = ";
    assert_eq!(bench.rows(&format!("{sql} 'us-east-1_a'")).await, ["odd"]);
    assert_eq!(
        bench.rows(&format!("{sql} 'us-east-1_b'")).await,
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn hostile_statements_are_errors() {
    let bench = Bench::new();
    for sql in [
        "SELECT",
        "SELECT * FROM",
        "'",
        "SELECT $$",
        "/*",
        "SELECT * FROM aws.cognito.user_pools WHERE identifier = ",
        "\u{0}",
        "SELECT * FROM aws.cognito.user_pools.x.y",
        "SELECT 1 FROM a.b.c.d.e",
        ";;;SELECT",
        "SELECT (((((",
    ] {
        bench.refused(sql).await;
    }
    assert!(bench.run(";; -- nothing\n").await.unwrap().rows.is_empty());
}
