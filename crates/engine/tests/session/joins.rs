//! Joins drive calls: rows are those of the same statement over tables that were read whole, and calls are made for the
//! keys that the other side yields.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod cases;
mod world;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use arrow::util::display::{ArrayFormatter, FormatOptions};
use cirrus_engine::{Body, Error};
use datafusion::{
    catalog::{CatalogProvider, MemTable, MemoryCatalogProvider, MemorySchemaProvider},
    prelude::{SessionConfig, SessionContext},
};
use futures::StreamExt;

use crate::Bench;
use cases::{CASES, full};

const REGIONS: [&str; 2] = ["us-east-1", "eu-west-1"];

/// DataFusion over the world's tables, each read whole.
async fn materialised() -> SessionContext {
    let bench = Bench::with(world::cloud(), &REGIONS);
    let config = SessionConfig::new()
        .with_target_partitions(1)
        .set_str("datafusion.sql_parser.dialect", "postgres")
        .set_str(
            "datafusion.sql_parser.map_string_types_to_utf8view",
            "false",
        );
    let context = SessionContext::new_with_config(config);
    let catalog = MemoryCatalogProvider::new();
    for (table, condition) in world::TABLES {
        let filter = if condition.is_empty() { "" } else { " WHERE " };
        let sql = format!("SELECT * FROM {table}{filter}{condition}");
        let answer = bench.session.run(&sql).next().await.unwrap().unwrap();
        let Body::Rows(rows) = answer.body else {
            panic!("{sql} has no rows")
        };
        let schema = rows.schema.clone();
        let batches = rows.batches.map(Result::unwrap).collect::<Vec<_>>().await;
        assert!(batches.iter().any(|batch| batch.num_rows() > 0), "{sql}");
        let [_, service, name] = table.split('.').collect::<Vec<_>>()[..] else {
            panic!("{table}")
        };
        if catalog.schema(service).is_none() {
            let schema = Arc::new(MemorySchemaProvider::new());
            catalog.register_schema(service, schema).unwrap();
        }
        let stored = Arc::new(MemTable::try_new(schema, vec![batches]).unwrap());
        let schema = catalog.schema(service).unwrap();
        schema.register_table(name.into(), stored).unwrap();
    }
    context.register_catalog("aws", Arc::new(catalog));
    context
}

/// The rows of a statement in DataFusion, written and sorted as [`Bench::rows`] does.
async fn rows_of(context: &SessionContext, sql: &str) -> Vec<String> {
    let batches = context.sql(sql).await.unwrap().collect().await.unwrap();
    let options = FormatOptions::default().with_null("NULL");
    let mut rows = Vec::new();
    for batch in batches {
        let columns = batch.columns().iter();
        let columns: Vec<_> = columns
            .map(|column| ArrayFormatter::try_new(column, &options).unwrap())
            .collect();
        rows.extend((0..batch.num_rows()).map(|row| {
            let values: Vec<String> = columns
                .iter()
                .map(|column| column.value(row).to_string())
                .collect();
            values.join("|")
        }));
    }
    rows.sort();
    rows
}

/// How often which operation was called on which type; the pages of a list count as one.
fn counted(calls: &[String]) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for call in calls
        .iter()
        .filter(|call| !call.contains(" page ") || call.ends_with(" page 1"))
    {
        let words: Vec<&str> = call.split(' ').take(2).collect();
        *counts.entry(words.join(" ")).or_default() += 1;
    }
    let counts: Vec<String> = counts
        .into_iter()
        .map(|(call, count)| format!("{count} {call}"))
        .collect();
    counts.join(", ")
}

#[tokio::test]
async fn every_shape_has_its_rows_and_its_calls() {
    let materialised = materialised().await;
    let mut wrong = Vec::new();
    for (name, sql, calls) in CASES {
        let sql = full(sql);
        let bench = Bench::with(world::cloud(), &REGIONS);
        let run = tokio::time::timeout(Duration::from_mins(1), bench.run(&sql));
        let outcome = match run.await.unwrap_or_else(|_| panic!("{name} hangs: {sql}")) {
            Ok(outcome) => outcome,
            Err(error) => {
                wrong.push(format!("{name}: {error:?}"));
                continue;
            }
        };
        let made = bench.cloud.calls();
        let mut once = made.clone();
        once.dedup();
        let expected = rows_of(&materialised, &sql).await;
        if outcome.rows != expected {
            wrong.push(format!(
                "{name}: rows {:#?}, not {expected:#?}",
                outcome.rows
            ));
        }
        if counted(&made) != *calls || once != made || outcome.partial {
            wrong.push(format!(
                "{name}: {} instead of {calls}: {made:#?}",
                counted(&made)
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(CASES.len() >= 60);
}

#[tokio::test]
async fn a_chain_is_read_from_its_top_in_whatever_order_it_is_written() {
    let tables = ["balancers b", "listeners l", "rules r"];
    let orders = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ];
    for order in orders {
        let from: Vec<&str> = order.iter().map(|at| tables[*at]).collect();
        let sql = format!(
            "SELECT r.rule_arn FROM {} WHERE l.load_balancer_arn = b.load_balancer_arn AND r.listener_arn = l.listener_arn",
            from.join(", ")
        );
        let bench = Bench::with(world::cloud(), &REGIONS);
        let (rows, calls) = bench.rows_and_calls(&full(&sql)).await;
        assert_eq!(rows.len(), 2, "{sql}");
        assert_eq!(
            counted(&calls),
            "2 List Listener, 2 List ListenerRule, 2 List LoadBalancer",
            "{sql}: {calls:#?}"
        );
    }
}

#[tokio::test]
async fn a_thousand_keys_are_a_thousand_calls() {
    let keys: Vec<String> = (0..1000).map(|at| format!("('us-east-1_p{at}')")).collect();
    let sql = format!(
        "SELECT count(*) FROM (VALUES {}) v(id) JOIN clients c ON c.user_pool_id = v.id",
        keys.join(", ")
    );
    let bench = Bench::with(world::many_clients(1000), &[]);
    let (rows, calls) = bench.rows_and_calls(&full(&sql)).await;
    assert_eq!(rows, ["1000"]);
    assert_eq!(counted(&calls), "1000 List UserPoolClient");
}

#[tokio::test]
async fn more_keys_than_a_join_hands_over_are_not_used() {
    let many = "(SELECT 'us-east-1_p' || value AS id FROM generate_series(1, 100001))";
    let bench = Bench::with(world::cloud(), &[]);
    let sql = format!("SELECT c.client_id FROM {many} v JOIN clients c ON c.user_pool_id = v.id");
    let (rows, calls) = bench.rows_and_calls(&full(&sql)).await;
    assert!(rows.is_empty());
    assert_eq!(counted(&calls), "1 List UserPool, 3 List UserPoolClient");
    let sql = format!(
        "SELECT r.identifier FROM {many} v JOIN resource r ON r.identifier = v.id AND r.type_name = v.id"
    );
    let error = bench.refused(&full(&sql)).await;
    let Error::InputNeeded {
        reason: Some(reason),
        ..
    } = &error
    else {
        panic!("{error:?}")
    };
    assert_eq!(reason, "the join yields more than 100000 keys");
}

#[tokio::test]
async fn what_needs_keys_is_refused_when_no_join_gives_them() {
    for (sql, why) in [
        ("SELECT * FROM domains", None),
        (
            "SELECT * FROM pools p JOIN domains d ON d.user_pool_id = p.user_pool_id",
            None,
        ),
        (
            "SELECT * FROM pools p FULL JOIN domains d ON d.identifier = p.user_pool_name",
            None,
        ),
        ("SELECT * FROM resource", None),
        (
            "SELECT * FROM pools p FULL JOIN resource r ON r.identifier = p.user_pool_id AND r.type_name = p.user_pool_name",
            Some("FULL JOIN keeps unmatched rows"),
        ),
        (
            "SELECT * FROM pools p JOIN resource r ON r.identifier = p.user_pool_id AND lower(r.type_name) = p.user_pool_name",
            Some("keys are compared after lower(...)"),
        ),
        (
            "SELECT * FROM resource r LEFT JOIN pools p ON r.identifier = p.user_pool_id AND r.type_name = p.user_pool_name",
            Some("the outer join keeps its unmatched rows"),
        ),
    ] {
        for sql in [full(sql), format!("EXPLAIN {}", full(sql))] {
            let bench = Bench::with(world::cloud(), &REGIONS);
            match bench.refused(&sql).await {
                Error::IdentifierNeeded { span: Some(_), .. } => assert_eq!(why, None, "{sql}"),
                Error::InputNeeded {
                    reason,
                    span: Some(_),
                    ..
                } => {
                    assert_eq!(reason.as_deref(), why, "{sql}");
                }
                error => panic!("{sql}: {error:?}"),
            }
        }
    }
}

#[tokio::test]
async fn explain_shows_what_each_key_takes() {
    let bench = Bench::with(world::cloud(), &[]);
    let explained = |sql: &str| format!("EXPLAIN {}", full(sql));
    let rows = bench
        .rows(&explained(
            "SELECT c.client_id FROM pools p JOIN clients c USING (region, user_pool_id)",
        ))
        .await;
    assert_eq!(rows.len(), 2, "{rows:#?}");
    assert!(
        rows[0].contains("user_pools|ListResources|us-east-1|NULL|at least 1|"),
        "{rows:#?}"
    );
    let request = r#"{"UserPoolId": each user_pool_id of the join}"#;
    let call = format!("ListResources|each region of the join|{request}|at least 1 per key|");
    assert!(rows[1].contains(&call), "{rows:#?}");
    let rows = bench
        .rows(&explained(
            "SELECT c.client_name FROM (VALUES ('x')) v(id) JOIN clients c ON c.identifier = v.id",
        ))
        .await;
    assert_eq!(rows.len(), 1, "{rows:#?}");
    let call = "GetResource|us-east-1|each user_pool_id|client_id of the join|1 per key|";
    assert!(rows[0].contains(call), "{rows:#?}");
    let rows = bench
        .rows(&explained("SELECT c.client_name FROM pools p JOIN clients c USING (user_pool_id) WHERE p.user_pool_id = 'us-east-1_a'"))
        .await;
    let call = r#"{"UserPoolId": "us-east-1_a"}|at least 0|"#;
    assert!(rows.iter().any(|row| row.contains(call)), "{rows:#?}");
    let rows = bench
        .rows(&explained(
            "SELECT c.client_id FROM pools p JOIN clients c USING (user_pool_id) LIMIT 1",
        ))
        .await;
    assert!(
        rows[1].contains("each user_pool_id of the join}|at least 0|"),
        "{rows:#?}"
    );
}

#[tokio::test]
async fn explain_says_why_a_join_gives_no_keys() {
    let bench = Bench::with(world::cloud(), &[]);
    for (sql, reason) in [
        (
            "SELECT 1 FROM pools p FULL JOIN clients c USING (user_pool_id)",
            "FULL JOIN keeps unmatched rows",
        ),
        (
            "SELECT 1 FROM pools p RIGHT JOIN clients c USING (user_pool_id)",
            "the outer join keeps its unmatched rows",
        ),
        (
            "SELECT 1 FROM pools p JOIN clients c ON lower(c.user_pool_id) = p.user_pool_id",
            "keys are compared after lower(...)",
        ),
        (
            "SELECT 1 FROM pools p JOIN clients c ON c.user_pool_id > p.user_pool_id",
            "keys are not compared by equality",
        ),
        (
            "SELECT 1 FROM pools p JOIN clients c ON c.user_pool_id = p.user_pool_id OR c.client_id = p.user_pool_id",
            "keys are compared under OR",
        ),
        (
            "SELECT 1 FROM pools WHERE user_pool_id NOT IN (SELECT user_pool_id FROM clients)",
            "NOT IN over a nullable key",
        ),
        (
            "SELECT 1 FROM clients c WHERE NOT EXISTS (SELECT 1 FROM pools p WHERE p.user_pool_id = c.user_pool_id)",
            "rows without a match are wanted",
        ),
        (
            "SELECT 1 FROM clients WHERE user_pool_id > (SELECT min(user_pool_id) FROM pools)",
            "keys are not compared by equality",
        ),
        (
            "SELECT n FROM pools p JOIN (SELECT user_pool_id, row_number() OVER () AS n FROM clients) c USING (user_pool_id)",
            "a window function comes before the join",
        ),
        (
            "SELECT 1 FROM queues q JOIN (SELECT user_pool_id FROM clients LIMIT 2) c ON c.user_pool_id = q.queue_name",
            "a LIMIT comes before the join",
        ),
        (
            "SELECT c.client_name FROM clients c WHERE user_pool_id IN (SELECT queue_name FROM queues) OR client_id = '1'",
            "OR wants rows without a match too",
        ),
    ] {
        let rows = bench.rows(&format!("EXPLAIN {}", full(sql))).await;
        let noted = rows.iter().filter(|row| {
            row.contains("user_pool_clients|ListResources")
                && row.contains(&format!("no keys: {reason}"))
        });
        assert_eq!(noted.count(), 1, "{sql}: {rows:#?}");
    }
}

#[tokio::test]
async fn explain_says_what_lists_have_returned() {
    let bench = Bench::with(world::cloud(), &[]);
    let sql = full("SELECT user_pool_name FROM pools");
    let hydration = async || bench.rows(&format!("EXPLAIN {sql}")).await.pop().unwrap();
    assert!(hydration().await.ends_with("|NULL"));
    bench.rows(&sql).await;
    assert!(
        hydration()
            .await
            .ends_with("|lists have not returned user_pool_name")
    );
}
