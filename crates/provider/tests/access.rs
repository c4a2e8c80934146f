//! The access planner as a table: predicate in, calls out. Column names stand for the predicates of a WHERE clause.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::sync::LazyLock;

use cirrus_provider::{Access, AccessError, Catalog, Predicate, Table, plan_access};
use serde_json::Value;

static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::embedded);

/// A predicate with column names, before they are resolved.
#[derive(Clone, Debug)]
enum P {
    Eq(&'static str, &'static str),
    In(&'static str, &'static [&'static str]),
    Tuples(&'static [&'static str], &'static [&'static [&'static str]]),
    And(Vec<Self>),
    Or(Vec<Self>),
    Other,
}

impl P {
    fn resolve(&self, table: &Table) -> Predicate {
        let column = |name: &str| {
            table
                .column(name)
                .unwrap_or_else(|| panic!("{name} of {}", table.name))
        };
        let all = |predicates: &[Self]| {
            predicates
                .iter()
                .map(|predicate| predicate.resolve(table))
                .collect()
        };
        match self {
            Self::Eq(name, value) => Predicate::equals(column(name), *value),
            Self::In(name, values) => Predicate::In(
                column(name),
                values.iter().map(|value| Value::from(*value)).collect(),
            ),
            Self::Tuples(names, rows) => Predicate::TupleIn(
                names.iter().map(|name| column(name)).collect(),
                rows.iter()
                    .map(|row| row.iter().map(|value| Value::from(*value)).collect())
                    .collect(),
            ),
            Self::And(predicates) => Predicate::And(all(predicates)),
            Self::Or(predicates) => Predicate::Or(all(predicates)),
            Self::Other => Predicate::Other,
        }
    }
}

/// Plans with the session in us-east-1, and writes the calls down.
fn plan(service: &str, table: &str, predicate: &P) -> Result<Vec<String>, AccessError> {
    plan_in(service, table, predicate, &["us-east-1"])
}

fn plan_in(
    service: &str,
    table: &str,
    predicate: &P,
    regions: &[&str],
) -> Result<Vec<String>, AccessError> {
    let table = CATALOG.table(service, table).unwrap();
    let regions: Vec<String> = regions.iter().map(ToString::to_string).collect();
    let plan = plan_access(&CATALOG, &table, &predicate.resolve(&table), &regions)?;
    let describe = |access: &Access| match access {
        Access::Get { region, identifier } => format!("get {region} {}", identifier.wire(&table)),
        Access::List { region, inputs } if inputs.is_empty() => format!("list {region}"),
        Access::List { region, inputs } => {
            format!("list {region} {}", Value::Object(inputs.clone()))
        }
        Access::ListUnderParents {
            region,
            parent,
            inputs,
            ..
        } => {
            format!(
                "list {region} under {} {}",
                parent.type_name,
                Value::Object(inputs.clone())
            )
        }
    };
    let mut described: Vec<String> = plan.accesses.iter().map(describe).collect();
    described.extend(
        plan.unavailable
            .iter()
            .map(|region| format!("not in {region}")),
    );
    Ok(described)
}

#[test]
fn predicates_on_a_compound_identifier_with_a_parent() {
    use P::{And, Eq, In, Or, Other, Tuples};
    let cases: Vec<(P, Vec<&str>)> = vec![
        (
            Other,
            vec!["list us-east-1 under AWS::Cognito::UserPool {}"],
        ),
        (
            And(vec![]),
            vec!["list us-east-1 under AWS::Cognito::UserPool {}"],
        ),
        (
            Eq("user_pool_id", "p"),
            vec![r#"list us-east-1 {"UserPoolId":"p"}"#],
        ),
        (
            Eq("client_id", "c"),
            vec!["list us-east-1 under AWS::Cognito::UserPool {}"],
        ),
        (Eq("identifier", "p|c"), vec!["get us-east-1 p|c"]),
        (Eq("identifier", "p/c"), vec!["get us-east-1 p|c"]),
        (
            Eq("identifier", r#"{"ClientId": "c", "UserPoolId": "p"}"#),
            vec!["get us-east-1 p|c"],
        ),
        (
            Eq("identifier", r#"{"client_id": "a|b", "user_pool_id": "p"}"#),
            vec![r#"get us-east-1 {"UserPoolId":"p","ClientId":"a|b"}"#],
        ),
        (
            And(vec![Eq("user_pool_id", "p"), Eq("client_id", "c"), Other]),
            vec!["get us-east-1 p|c"],
        ),
        (
            And(vec![Eq("identifier", "p|c"), Eq("user_pool_id", "p")]),
            vec!["get us-east-1 p|c"],
        ),
        (
            And(vec![Eq("identifier", "p|c"), Eq("user_pool_id", "q")]),
            vec![],
        ),
        (
            And(vec![Eq("user_pool_id", "p"), Eq("user_pool_id", "q")]),
            vec![],
        ),
        (Eq("region", ""), vec![]),
        (
            And(vec![Eq("user_pool_id", "p"), Eq("client_id", "")]),
            vec![],
        ),
        (Or(vec![]), vec![]),
        (
            In("identifier", &["p|c", "p|d", "p|c"]),
            vec!["get us-east-1 p|c", "get us-east-1 p|d"],
        ),
        (
            In("user_pool_id", &["p", "q"]),
            vec![
                r#"list us-east-1 {"UserPoolId":"p"}"#,
                r#"list us-east-1 {"UserPoolId":"q"}"#,
            ],
        ),
        (
            And(vec![
                In("user_pool_id", &["p", "q"]),
                In("client_id", &["c", "d"]),
            ]),
            vec![
                "get us-east-1 p|c",
                "get us-east-1 p|d",
                "get us-east-1 q|c",
                "get us-east-1 q|d",
            ],
        ),
        (
            Tuples(&["user_pool_id", "client_id"], &[&["p", "c"], &["q", "d"]]),
            vec!["get us-east-1 p|c", "get us-east-1 q|d"],
        ),
        (
            Tuples(
                &["region", "identifier"],
                &[&["eu-west-1", "p|c"], &["us-east-1", "q|d"]],
            ),
            vec!["get eu-west-1 p|c", "get us-east-1 q|d"],
        ),
        (
            Or(vec![
                And(vec![Eq("region", "eu-west-1"), Eq("user_pool_id", "p")]),
                And(vec![Eq("region", "us-west-2"), Eq("identifier", "q|d")]),
            ]),
            vec![r#"list eu-west-1 {"UserPoolId":"p"}"#, "get us-west-2 q|d"],
        ),
        (
            Or(vec![Eq("identifier", "p|c"), Other]),
            vec!["list us-east-1 under AWS::Cognito::UserPool {}"],
        ),
        (
            Or(vec![Eq("identifier", "p|c"), Eq("user_pool_id", "q")]),
            vec!["get us-east-1 p|c", r#"list us-east-1 {"UserPoolId":"q"}"#],
        ),
        (
            In("region", &["eu-west-1", "us-west-2"]),
            vec![
                "list eu-west-1 under AWS::Cognito::UserPool {}",
                "list us-west-2 under AWS::Cognito::UserPool {}",
            ],
        ),
        (
            And(vec![Eq("region", "eu-west-1"), Eq("region", "us-west-2")]),
            vec![],
        ),
    ];
    for (predicate, expected) in cases {
        assert_eq!(
            plan("cognito", "user_pool_clients", &predicate).unwrap(),
            expected,
            "{predicate:?}"
        );
    }
}

#[test]
fn malformed_identifiers_name_the_form() {
    for identifier in [
        "p",
        "a|b|c",
        "p|",
        "|c",
        "",
        r#"{"UserPoolId": "p"}"#,
        r#"{"UserPoolId": "p", "Nope": "c"}"#,
        r#"{"UserPoolId": 1.5, "ClientId": []}"#,
    ] {
        let error = plan(
            "cognito",
            "user_pool_clients",
            &P::Eq(
                "identifier",
                Box::leak(identifier.to_owned().into_boxed_str()),
            ),
        )
        .unwrap_err();
        let AccessError::Identifier(error) = error else {
            panic!("{identifier}: {error:?}")
        };
        assert_eq!(
            (error.form.as_str(), error.value.as_str()),
            ("user_pool_id|client_id", identifier)
        );
        assert!(!error.reason.is_empty());
    }
}

#[test]
fn a_single_identifier_may_hold_anything() {
    for identifier in [
        "/aws/lambda/f",
        "a|b",
        "arn:aws:logs:us-east-1:1:log-group:x",
        "{not json",
    ] {
        let predicate = P::Eq(
            "identifier",
            Box::leak(identifier.to_owned().into_boxed_str()),
        );
        assert_eq!(
            plan("logs", "log_groups", &predicate).unwrap(),
            [format!("get us-east-1 {identifier}")]
        );
    }
}

#[test]
fn regions_of_the_session_multiply_calls() {
    let expected = ["list us-east-1", "list eu-west-1"];
    assert_eq!(
        plan_in(
            "cognito",
            "user_pools",
            &P::Other,
            &["us-east-1", "eu-west-1"]
        )
        .unwrap(),
        expected
    );
    assert_eq!(
        plan_in("cognito", "user_pools", &P::Other, &[]),
        Err(AccessError::RegionNeeded)
    );
    assert_eq!(
        plan_in("cognito", "user_pools", &P::Eq("region", "eu-west-1"), &[]).unwrap(),
        ["list eu-west-1"]
    );
}

#[test]
fn a_global_type_is_read_once() {
    let session = ["eu-west-1", "us-west-2"];
    assert_eq!(
        plan_in("iam", "roles", &P::Other, &session).unwrap(),
        ["list us-east-1"]
    );
    assert_eq!(
        plan_in("iam", "roles", &P::Other, &[]).unwrap(),
        ["list us-east-1"]
    );
    assert_eq!(
        plan_in("iam", "roles", &P::Eq("region", "eu-west-1"), &session).unwrap(),
        ["list eu-west-1"]
    );
    assert_eq!(
        plan_in(
            "iam",
            "roles",
            &P::In("region", &["eu-west-1", "us-west-2"]),
            &session
        )
        .unwrap(),
        ["list us-east-1"]
    );
    assert_eq!(
        plan_in("iam", "roles", &P::Other, &["cn-northwest-1"])
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn types_without_a_list_need_their_identifier() {
    let error = plan("cognito", "user_pool_domains", &P::Eq("user_pool_id", "p")).unwrap_err();
    assert_eq!(
        error,
        AccessError::IdentifierNeeded {
            form: "user_pool_id|domain".into()
        }
    );
    let both = P::And(vec![P::Eq("user_pool_id", "p"), P::Eq("domain", "d")]);
    assert_eq!(
        plan("cognito", "user_pool_domains", &both).unwrap(),
        ["get us-east-1 p|d"]
    );
}

#[test]
fn types_with_neither_handler_are_refused() {
    assert_eq!(
        plan("iam", "policies", &P::Eq("identifier", "x")),
        Err(AccessError::NotReadable)
    );
}

#[test]
fn a_type_absent_from_a_region_makes_no_call_there() {
    let absent = CATALOG
        .services()
        .into_iter()
        .flat_map(|service| CATALOG.tables(service))
        .filter_map(|entry| CATALOG.table_of_type(&entry.type_name).ok())
        .find(|table| {
            !table.global
                && table.required_inputs.is_empty()
                && table.handlers.list.is_some()
                && !table.availability.includes("cn-north-1", CATALOG.regions())
                && table.availability.includes("us-east-1", CATALOG.regions())
        })
        .expect("cn-north-1 lacks hundreds of types");
    let found = plan_in(
        &absent.service,
        &absent.name,
        &P::Other,
        &["us-east-1", "cn-north-1"],
    )
    .unwrap();
    assert_eq!(found, ["list us-east-1", "not in cn-north-1"]);
}

#[test]
fn a_list_only_view_is_planned_like_its_table() {
    let found = plan(
        "cognito",
        "user_pool_clients_list_only",
        &P::Eq("user_pool_id", "p"),
    )
    .unwrap();
    assert_eq!(found, [r#"list us-east-1 {"UserPoolId":"p"}"#]);
}
