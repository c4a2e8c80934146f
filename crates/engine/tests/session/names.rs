//! Names in any spelling, and what is said of those that nothing bears.

use cirrus_engine::{Error, NameKind};

use crate::Bench;

#[tokio::test]
async fn any_spelling_finds_the_column() {
    let bench = Bench::new();
    for column in [
        "user_pool_name",
        "UserPoolName",
        "\"UserPoolName\"",
        "USER_POOL_NAME",
        "\"User_Pool_Name\"",
        "data__UserPoolName",
        "p.UserPoolName",
        "p.\"user_pool_name\"",
    ] {
        let sql = format!(
            "SELECT {column} FROM aws.cognito.user_pools p WHERE {column} = 'beta' ORDER BY {column}"
        );
        assert_eq!(bench.rows(&sql).await, ["beta"], "{column}");
        let sql = format!(
            "SELECT count(*) FROM aws.cognito.user_pools p GROUP BY {column} HAVING max({column}) = 'beta'"
        );
        assert_eq!(bench.rows(&sql).await, ["1"], "{column}");
    }
}

#[tokio::test]
async fn any_spelling_finds_the_table() {
    let bench = Bench::new();
    for table in [
        "aws.cognito.user_pools",
        "awscc.cognito.user_pools",
        "AWS.Cognito.User_Pools",
        "\"aws\".\"Cognito\".\"User_Pools\"",
        "aws.cognito.user_pool",
        "cognito.user_pools",
        "aws.cognito.user_pools_list_only",
    ] {
        let rows = bench
            .rows(&format!("SELECT user_pool_id FROM {table}"))
            .await;
        assert_eq!(rows, ["us-east-1_a", "us-east-1_b"], "{table}");
    }
    bench.run("USE aws.cognito").await.unwrap();
    assert_eq!(
        bench
            .rows("SELECT user_pool_id FROM user_pools")
            .await
            .len(),
        2
    );
}

#[tokio::test]
async fn a_list_only_twin_has_the_list_columns_alone() {
    let bench = Bench::new();
    let outcome = bench
        .run("SELECT * FROM aws.cognito.user_pool_clients_list_only")
        .await
        .unwrap();
    assert_eq!(outcome.headings, ["region", "user_pool_id", "client_id"]);
    assert_eq!(outcome.rows.len(), 4);
}

#[tokio::test]
async fn aliases_and_ctes_keep_their_names() {
    let bench = Bench::new();
    for sql in [
        "WITH user_pools AS (SELECT UserPoolName AS \"UserPoolName\" FROM aws.cognito.user_pools) SELECT \"UserPoolName\" FROM user_pools",
        "SELECT x.name FROM (SELECT UserPoolName AS name FROM aws.cognito.user_pools) x",
        "WITH c(ClientName) AS (SELECT user_pool_name FROM aws.cognito.user_pools) SELECT ClientName FROM c",
    ] {
        assert_eq!(bench.rows(sql).await, ["alpha", "beta"], "{sql}");
    }
}

#[tokio::test]
async fn using_and_joins_find_columns_in_any_spelling() {
    let bench = Bench::new();
    let sql = "SELECT p.UserPoolName, c.ClientId FROM aws.cognito.user_pools p \
               JOIN aws.cognito.user_pool_clients c USING (\"UserPoolId\", Region) WHERE c.ClientId = '4'";
    assert_eq!(bench.rows(sql).await, ["beta|4"]);
    let sql = "SELECT count(*) FROM aws.cognito.user_pools p LEFT JOIN aws.cognito.user_pool_clients c \
               ON c.user_pool_id = p.user_pool_id AND c.region = p.region";
    assert_eq!(bench.rows(sql).await, ["4"]);
}

async fn unknown(bench: &Bench, sql: &str) -> (NameKind, String, Vec<String>, String) {
    match bench.refused(sql).await {
        Error::UnknownName {
            kind,
            name,
            candidates,
            span,
        } => (
            kind,
            name,
            candidates,
            sql[span.expect("a place")].to_owned(),
        ),
        error => panic!("{sql}: {error:?}"),
    }
}

#[tokio::test]
async fn unknown_names_are_pointed_at_with_suggestions() {
    let bench = Bench::new();
    let (kind, name, candidates, at) = unknown(
        &bench,
        "SELECT 1;\nSELECT * FROM aws.cognito.user_pol_clients",
    )
    .await;
    assert_eq!(
        (kind, name.as_str(), at.as_str()),
        (
            NameKind::Table,
            "aws.cognito.user_pol_clients",
            "aws.cognito.user_pol_clients"
        )
    );
    assert_eq!(candidates[0], "aws.cognito.user_pool_clients");
    let (kind, _, candidates, _) = unknown(&bench, "SELECT * FROM aws.cognit.user_pools").await;
    assert_eq!(
        (kind, candidates[0].as_str()),
        (NameKind::Service, "aws.cognito")
    );
    let (kind, _, candidates, at) = unknown(
        &bench,
        "SELECT clientnam FROM aws.cognito.user_pool_clients",
    )
    .await;
    assert_eq!(
        (kind, candidates[0].as_str(), at.as_str()),
        (NameKind::Column, "client_name", "clientnam")
    );
    let (kind, _, candidates, _) = unknown(&bench, "SELECT * FROM user_pools").await;
    assert_eq!(
        (kind, candidates),
        (NameKind::Table, vec!["aws.cognito.user_pools".to_owned()])
    );
    let (kind, _, _, _) = unknown(&bench, "SELECT * FROM azure.cognito.user_pools").await;
    assert_eq!(kind, NameKind::Catalog);
    let (kind, _, candidates, at) = unknown(&bench, "SELECT lenght('a')").await;
    assert_eq!(
        (kind, candidates[0].as_str(), at.as_str()),
        (NameKind::Function, "length", "lenght")
    );
    let (kind, _, candidates, _) = unknown(&bench, "SET regionz = 'a'").await;
    assert_eq!(
        (kind, candidates[0].as_str()),
        (NameKind::Setting, "regions")
    );
}

#[tokio::test]
async fn headings_are_as_written() {
    let bench = Bench::new();
    let sql = "SELECT UserPoolId, p.\"UserPoolName\", count(*), upper(Region) AS \"Where\", Region, region \
               FROM aws.cognito.user_pools p GROUP BY UserPoolId, UserPoolName, Region";
    let outcome = bench.run(sql).await.unwrap();
    assert_eq!(
        outcome.headings,
        [
            "UserPoolId",
            "UserPoolName",
            "count(*)",
            "Where",
            "Region",
            "region"
        ]
    );
    let outcome = bench
        .run("SELECT ClientId, *, ClientId FROM aws.cognito.user_pool_clients_list_only")
        .await
        .unwrap();
    assert_eq!(
        outcome.headings,
        [
            "ClientId",
            "region",
            "user_pool_id",
            "client_id",
            "ClientId"
        ]
    );
}
