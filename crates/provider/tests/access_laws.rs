//! The law of the access planner: an access may return too much, never too little. Every row that satisfies a
//! predicate is returned by one of the planned calls, whatever the predicate.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::sync::{Arc, LazyLock};

use cirrus_provider::{Access, Catalog, Predicate, Table, plan_access};
use proptest::prelude::*;
use serde_json::Value;

static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::embedded);

static TABLE: LazyLock<Arc<Table>> =
    LazyLock::new(|| CATALOG.table("cognito", "user_pool_clients").unwrap());

const REGIONS: [&str; 2] = ["us-east-1", "eu-west-1"];
const POOLS: [&str; 3] = ["p", "q", "r"];
const CLIENTS: [&str; 3] = ["c", "d", "e"];

/// One resource of a small world.
#[derive(Clone, Copy, Debug)]
struct Row {
    region: &'static str,
    pool: &'static str,
    client: &'static str,
}

impl Row {
    fn all() -> impl Iterator<Item = Self> {
        REGIONS.into_iter().flat_map(|region| {
            POOLS.into_iter().flat_map(move |pool| {
                CLIENTS.into_iter().map(move |client| Self {
                    region,
                    pool,
                    client,
                })
            })
        })
    }

    fn value(self, column: usize) -> Value {
        match TABLE.columns[column].name.as_str() {
            "region" => self.region.into(),
            "identifier" => format!("{}|{}", self.pool, self.client).into(),
            "user_pool_id" => self.pool.into(),
            "client_id" => self.client.into(),
            name => panic!("{name} is not used here"),
        }
    }

    /// Whether the row may satisfy the predicate; what only rows can answer may always be true.
    fn satisfies(self, predicate: &Predicate) -> bool {
        match predicate {
            Predicate::In(column, values) => values.contains(&self.value(*column)),
            Predicate::TupleIn(columns, rows) => {
                let values: Vec<Value> = columns.iter().map(|column| self.value(*column)).collect();
                rows.contains(&values)
            }
            Predicate::And(predicates) => {
                predicates.iter().all(|predicate| self.satisfies(predicate))
            }
            Predicate::Or(predicates) => {
                predicates.iter().any(|predicate| self.satisfies(predicate))
            }
            Predicate::Other => true,
        }
    }

    fn is_returned_by(self, access: &Access) -> bool {
        let agrees = |inputs: &serde_json::Map<String, Value>| {
            inputs
                .iter()
                .all(|(name, value)| self.value(TABLE.column(name).unwrap()) == *value)
        };
        access.region() == self.region
            && match access {
                Access::Get { identifier, .. } => identifier.parts() == [self.pool, self.client],
                Access::List { inputs, .. } | Access::ListUnderParents { inputs, .. } => {
                    agrees(inputs)
                }
            }
    }
}

fn column(name: &str) -> usize {
    TABLE.column(name).unwrap()
}

fn predicates() -> impl Strategy<Value = Predicate> {
    let identifiers: Vec<String> = POOLS
        .iter()
        .flat_map(|pool| CLIENTS.iter().map(move |client| format!("{pool}|{client}")))
        .collect();
    let values = |name: &'static str, of: Vec<String>| {
        prop::collection::vec(prop::sample::select(of), 0..3).prop_map(move |values| {
            Predicate::In(column(name), values.into_iter().map(Value::from).collect())
        })
    };
    let texts = |of: &[&str]| of.iter().map(ToString::to_string).collect::<Vec<_>>();
    let pair = (
        prop::sample::select(texts(&POOLS)),
        prop::sample::select(texts(&CLIENTS)),
    );
    let tuples = prop::collection::vec(pair, 0..3).prop_map(|rows| {
        let rows = rows
            .into_iter()
            .map(|(pool, client)| vec![pool.into(), client.into()])
            .collect();
        Predicate::TupleIn(vec![column("user_pool_id"), column("client_id")], rows)
    });
    let leaf = prop_oneof![
        values("region", texts(&REGIONS)),
        values("identifier", identifiers),
        values("user_pool_id", texts(&POOLS)),
        values("client_id", texts(&CLIENTS)),
        tuples,
        Just(Predicate::Other),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Predicate::And),
            prop::collection::vec(inner, 0..4).prop_map(Predicate::Or),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn no_row_is_missed(predicate in predicates()) {
        let regions: Vec<String> = REGIONS.iter().map(ToString::to_string).collect();
        let plan = plan_access(&CATALOG, &TABLE, &predicate, &regions).unwrap();
        for row in Row::all().filter(|row| row.satisfies(&predicate)) {
            prop_assert!(
                plan.accesses.iter().any(|access| row.is_returned_by(access)),
                "{row:?} is missed by {:?}", plan.accesses
            );
        }
    }

    #[test]
    fn every_form_of_an_identifier_is_the_same_identifier(
        pool in "[a-z0-9_]{1,12}", client in "[a-z0-9]{1,12}",
    ) {
        use cirrus_provider::Identifier;
        let canonical = format!("{pool}|{client}");
        for form in [
            canonical.clone(),
            format!("{pool}/{client}"),
            format!(r#"{{"UserPoolId": "{pool}", "ClientId": "{client}"}}"#),
            format!(r#"{{"client_id": "{client}", "/properties/UserPoolId": "{pool}"}}"#),
        ] {
            let identifier = Identifier::parse(&TABLE, &form).unwrap();
            prop_assert_eq!(identifier.to_string(), canonical.clone());
            prop_assert_eq!(identifier.wire(&TABLE), canonical.clone());
        }
    }

    #[test]
    fn no_text_makes_the_identifier_parser_panic(text in ".*") {
        let _ = cirrus_provider::Identifier::parse(&TABLE, &text);
    }
}
