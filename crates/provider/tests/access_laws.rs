//! The law of the access planner: an access may return too much, never too little. Every row that satisfies a
//! predicate is returned by one of the planned calls, whatever the predicate and however the inputs of the list are found.
//!
//! A small world of resources answers the calls as AWS would: a list returns what belongs to its inputs, and is refused
//! without the inputs that it needs.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::sync::{Arc, LazyLock};

use cirrus_provider::{
    Access, Catalog, FeedValue, Identifier, ParentSource, Predicate, Source, Table, plan_access,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::embedded);

const REGIONS: [&str; 2] = ["us-east-1", "eu-west-1"];
const ACCOUNT: &str = "123456789012";

/// A resource: its properties, as far as anybody asks for them.
#[derive(Clone, Debug)]
struct Resource {
    type_name: &'static str,
    region: &'static str,
    properties: Value,
}

impl Resource {
    fn value(&self, table: &Table, column: usize) -> Value {
        let column = &table.columns[column];
        match column.name.as_str() {
            "region" => self.region.into(),
            "identifier" => self.identifier(table).into(),
            _ => self.properties[&column.property].clone(),
        }
    }

    fn identifier(&self, table: &Table) -> String {
        let parts = table.identifier.iter();
        let parts: Vec<&str> = parts
            .map(|part| self.properties[&part.path].as_str().unwrap())
            .collect();
        parts.join("|")
    }

    fn has(&self, inputs: &Map<String, Value>) -> bool {
        inputs
            .iter()
            .all(|(name, value)| self.properties[name] == *value)
    }

    /// Whether the row may satisfy the predicate; what only rows can answer may always be true.
    fn satisfies(&self, table: &Table, predicate: &Predicate) -> bool {
        match predicate {
            Predicate::In(column, values) => values.contains(&self.value(table, *column)),
            Predicate::TupleIn(columns, rows) => {
                let values = columns.iter().map(|column| self.value(table, *column));
                rows.contains(&values.collect())
            }
            Predicate::And(predicates) => predicates
                .iter()
                .all(|predicate| self.satisfies(table, predicate)),
            Predicate::Or(predicates) => predicates
                .iter()
                .any(|predicate| self.satisfies(table, predicate)),
            Predicate::Other => true,
        }
    }
}

/// A table, the resources of its type and of those above it, and the columns that predicates are made of.
struct World {
    table: Arc<Table>,
    resources: Vec<Resource>,
    columns: &'static [&'static str],
}

impl World {
    fn of(
        type_name: &str,
        columns: &'static [&'static str],
        resources: impl Fn(&'static str) -> Vec<(&'static str, Value)>,
    ) -> Self {
        let of_region = |region| {
            let resources = resources(region).into_iter();
            resources.map(move |(type_name, properties)| Resource {
                type_name,
                region,
                properties,
            })
        };
        Self {
            table: CATALOG.table_of_type(type_name).unwrap(),
            resources: REGIONS.into_iter().flat_map(of_region).collect(),
            columns,
        }
    }

    fn rows(&self) -> impl Iterator<Item = &Resource> {
        self.of_type(&self.table)
    }

    fn of_type(&self, table: &Table) -> impl Iterator<Item = &Resource> {
        let type_name = table.type_name.clone();
        let resources = self.resources.iter();
        resources.filter(move |resource| resource.type_name == type_name)
    }

    /// What the calls of an access return, each with the inputs that it was found by.
    fn answer(&self, table: &Table, access: &Access) -> Vec<(&Resource, Map<String, Value>)> {
        match access {
            Access::Get { region, identifier } => self
                .of_type(table)
                .filter(|resource| {
                    let own = Identifier::of_response(table, &resource.identifier(table)).unwrap();
                    resource.region == region && own == *identifier
                })
                .map(|resource| (resource, Map::new()))
                .collect(),
            Access::List { region, inputs } => self.list(table, region, inputs),
            Access::FanOut {
                region,
                inputs,
                sources,
            } => {
                let mut all = vec![inputs.clone()];
                for source in sources {
                    let supplied = self.supplied(source);
                    all = all
                        .iter()
                        .flat_map(|inputs| supplied.iter().filter_map(|more| joined(inputs, more)))
                        .collect();
                }
                all.iter()
                    .flat_map(|inputs| self.list(table, region, inputs))
                    .collect()
            }
        }
    }

    fn list(
        &self,
        table: &Table,
        region: &str,
        inputs: &Map<String, Value>,
    ) -> Vec<(&Resource, Map<String, Value>)> {
        let mut sets = table.required_inputs.iter();
        let is_complete = table.required_inputs.is_empty()
            || sets.any(|set| set.iter().all(|input| inputs.contains_key(&input.property)));
        assert!(
            is_complete,
            "{} needs more than {inputs:?}",
            table.type_name
        );
        self.of_type(table)
            .filter(|resource| resource.region == region && resource.has(inputs))
            .map(|resource| (resource, inputs.clone()))
            .collect()
    }

    /// The combinations of inputs that a source supplies.
    fn supplied(&self, source: &Source) -> Vec<Map<String, Value>> {
        let one = |input: &str, value: Value| Map::from_iter([(input.to_owned(), value)]);
        match source {
            Source::Account { input } => vec![one(input, ACCOUNT.into())],
            Source::Values { input, values } => {
                let values = values.iter();
                values.map(|value| one(input, value.clone())).collect()
            }
            Source::Parent(parent) => {
                let found = self.answer(&parent.table, &parent.access);
                found
                    .iter()
                    .map(|(resource, inputs)| fed(parent, resource, inputs))
                    .collect()
            }
        }
    }
}

/// What one resource of the parent feeds.
fn fed(
    parent: &ParentSource,
    resource: &Resource,
    inputs: &Map<String, Value>,
) -> Map<String, Value> {
    let feeds = parent.feeds.iter().map(|feed| {
        let value = match &feed.value {
            FeedValue::Part(part) => {
                let path = &parent.table.identifier[*part].path;
                resource.properties[path].clone()
            }
            FeedValue::Property(property) => resource.properties[property].clone(),
            FeedValue::Input(input) => inputs[input].clone(),
        };
        assert!(value.is_string(), "{feed:?} of {resource:?}");
        (feed.input.clone(), value)
    });
    feeds.collect()
}

/// Both sets of inputs, or none when they disagree.
fn joined(left: &Map<String, Value>, right: &Map<String, Value>) -> Option<Map<String, Value>> {
    let mut all = left.clone();
    for (input, value) in right {
        if all
            .insert(input.clone(), value.clone())
            .is_some_and(|before| before != *value)
        {
            return None;
        }
    }
    Some(all)
}

/// Every pair.
fn pairs<A: Copy, B: Copy>(left: &[A], right: &[B]) -> Vec<(A, B)> {
    let pairs = left
        .iter()
        .flat_map(|a| right.iter().map(move |b| (*a, *b)));
    pairs.collect()
}

fn clients() -> World {
    const COLUMNS: &[&str] = &["region", "identifier", "user_pool_id", "client_id"];
    World::of("AWS::Cognito::UserPoolClient", COLUMNS, |_| {
        let pools = ["p", "q", "r"];
        let mut all = pools
            .map(|pool| ("AWS::Cognito::UserPool", json!({"UserPoolId": pool})))
            .to_vec();
        all.extend(
            pairs(&pools, &["c", "d", "e"])
                .into_iter()
                .map(|(pool, client)| {
                    let client = json!({"UserPoolId": pool, "ClientId": client});
                    ("AWS::Cognito::UserPoolClient", client)
                }),
        );
        all
    })
}

/// A chain of properties and list inputs.
fn queue_environments() -> World {
    const COLUMNS: &[&str] = &["region", "identifier", "farm_id", "queue_id"];
    World::of("AWS::Deadline::QueueEnvironment", COLUMNS, |region| {
        let mut all = Vec::new();
        for farm in ["f", "g"] {
            let arn = format!("{region}:{farm}");
            all.push(("AWS::Deadline::Farm", json!({"Arn": arn, "FarmId": farm})));
            // Two farms have a queue of the same id.
            for queue in ["x", farm] {
                let arn = format!("{region}:{farm}:{queue}");
                let queue = json!({"Arn": arn, "FarmId": farm, "QueueId": queue});
                all.push(("AWS::Deadline::Queue", queue.clone()));
                for environment in ["1", "2"] {
                    let mut environment = json!({"QueueEnvironmentId": environment});
                    environment["FarmId"] = queue["FarmId"].clone();
                    environment["QueueId"] = queue["QueueId"].clone();
                    all.push(("AWS::Deadline::QueueEnvironment", environment));
                }
            }
        }
        all
    })
}

/// The account, a parent and values at once.
fn table_optimizers() -> World {
    const COLUMNS: &[&str] = &[
        "region",
        "identifier",
        "catalog_id",
        "database_name",
        "table_name",
        "type",
    ];
    World::of("AWS::Glue::TableOptimizer", COLUMNS, |_| {
        let mut all = Vec::new();
        for database in ["d", "e"] {
            all.push(("AWS::Glue::Database", json!({"DatabaseName": database})));
            for table in ["t", "u"] {
                let of_table =
                    json!({"CatalogId": ACCOUNT, "DatabaseName": database, "Name": table});
                all.push(("AWS::Glue::Table", of_table));
                for kind in ["compaction", "retention"] {
                    let optimizer = json!({
                        "CatalogId": ACCOUNT, "DatabaseName": database, "TableName": table, "Type": kind,
                    });
                    all.push(("AWS::Glue::TableOptimizer", optimizer));
                }
            }
        }
        all
    })
}

/// Values, one of them in one region.
fn ip_sets() -> World {
    World::of(
        "AWS::WAFv2::IPSet",
        &["region", "identifier", "scope", "name"],
        |region| {
            let scopes: &[_] = match region {
                "us-east-1" => &["CLOUDFRONT", "REGIONAL"],
                _ => &["REGIONAL"],
            };
            let all = pairs(scopes, &["a", "b"]).into_iter().map(|(scope, name)| {
                let set = json!({"Scope": scope, "Name": name, "Id": format!("{scope}-{name}")});
                ("AWS::WAFv2::IPSet", set)
            });
            all.collect()
        },
    )
}

/// A union of values and a parent, under another parent.
fn datasets() -> World {
    const COLUMNS: &[&str] = &["region", "identifier", "instance_id", "namespace"];
    World::of("AWS::SCN::Dataset", COLUMNS, |region| {
        let mut all = Vec::new();
        for instance in ["i", "j"] {
            let arn = format!("{region}:{instance}");
            all.push((
                "AWS::SCN::Instance",
                json!({"Arn": arn, "InstanceId": instance}),
            ));
            for namespace in ["asc", "default", "own"] {
                let arn = format!("{arn}:{namespace}");
                if namespace == "own" {
                    let own = json!({"Arn": arn, "InstanceId": instance, "Name": namespace});
                    all.push(("AWS::SCN::Namespace", own));
                }
                let dataset = json!({"Arn": format!("{arn}:d"), "InstanceId": instance, "Namespace": namespace});
                all.push(("AWS::SCN::Dataset", dataset));
            }
        }
        all
    })
}

/// A union of parents, one of which has parents.
fn permissions() -> World {
    const COLUMNS: &[&str] = &["region", "identifier", "function_name", "id"];
    World::of("AWS::Lambda::Permission", COLUMNS, |region| {
        let mut all = Vec::new();
        for function in ["f", "g"] {
            let arn = |qualifier: &str| format!("{region}:{function}:{qualifier}");
            all.push(("AWS::Lambda::Function", json!({"FunctionName": function})));
            let alias = json!({"AliasArn": arn("live"), "FunctionName": function});
            all.push(("AWS::Lambda::Alias", alias));
            let version = json!({"FunctionArn": arn("1"), "FunctionName": function});
            all.push(("AWS::Lambda::Version", version));
            for holder in [function.to_owned(), arn("live"), arn("1")] {
                let permission = json!({"FunctionName": holder, "Id": "s"});
                all.push(("AWS::Lambda::Permission", permission));
            }
        }
        all
    })
}

/// A chain of three, whose two inputs are parts of one identifier.
fn environment_actions() -> World {
    const COLUMNS: &[&str] = &[
        "region",
        "identifier",
        "domain_identifier",
        "environment_identifier",
    ];
    World::of("AWS::DataZone::EnvironmentActions", COLUMNS, |_| {
        let mut all = Vec::new();
        for domain in ["d", "e"] {
            all.push(("AWS::DataZone::Domain", json!({"Id": domain})));
            for project in ["p", domain] {
                let mut of_domain = json!({"DomainId": domain, "DomainIdentifier": domain});
                of_domain["Id"] = project.into();
                all.push(("AWS::DataZone::Project", of_domain.clone()));
                let environment = format!("{project}1");
                of_domain["ProjectIdentifier"] = project.into();
                of_domain["Id"] = environment.clone().into();
                all.push(("AWS::DataZone::Environment", of_domain.clone()));
                of_domain["EnvironmentId"] = environment.clone().into();
                of_domain["EnvironmentIdentifier"] = environment.into();
                of_domain["Id"] = "a".into();
                all.push(("AWS::DataZone::EnvironmentActions", of_domain));
            }
        }
        all
    })
}

static WORLDS: LazyLock<Vec<World>> = LazyLock::new(|| {
    vec![
        clients(),
        queue_environments(),
        table_optimizers(),
        ip_sets(),
        datasets(),
        permissions(),
        environment_actions(),
    ]
});

/// Predicates over the columns of a world, with the values of its rows and one that no row has.
fn predicates(world: &'static World) -> impl Strategy<Value = Predicate> {
    let table = &world.table;
    let columns: Vec<usize> = world
        .columns
        .iter()
        .map(|name| table.column(name).unwrap())
        .collect();
    let values = |column: usize| -> Vec<Value> {
        let mut all: Vec<Value> = world.rows().map(|row| row.value(table, column)).collect();
        // An identifier has as many parts as the table's.
        let none = vec![
            "none";
            if column == 1 {
                table.identifier.len()
            } else {
                1
            }
        ];
        all.push(none.join("|").into());
        all
    };
    let one = |column: usize| {
        prop::collection::vec(prop::sample::select(values(column)), 0..3)
            .prop_map(move |values| Predicate::In(column, values))
    };
    let row = {
        // Every column but the identifier, whose parts they are.
        let columns: Vec<usize> = columns
            .iter()
            .copied()
            .filter(|column| *column != 1)
            .collect();
        let strategies: Vec<_> = columns
            .iter()
            .map(|column| prop::sample::select(values(*column)))
            .collect();
        prop::collection::vec(strategies, 0..4)
            .prop_map(move |rows| Predicate::TupleIn(columns.clone(), rows))
    };
    let ones: Vec<_> = columns.iter().map(|column| one(*column).boxed()).collect();
    let leaf = prop_oneof![
        4 => prop::strategy::Union::new(ones),
        1 => row,
        1 => Just(Predicate::Other),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Predicate::And),
            prop::collection::vec(inner, 0..4).prop_map(Predicate::Or),
        ]
    })
}

fn cases() -> impl Strategy<Value = (&'static World, Predicate)> {
    (0..WORLDS.len()).prop_flat_map(|at| (Just(&WORLDS[at]), predicates(&WORLDS[at])))
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.table.type_name)
    }
}

fn regions() -> Vec<String> {
    REGIONS.iter().map(ToString::to_string).collect()
}

#[test]
fn every_world_is_listed_whole_and_once() {
    for world in WORLDS.iter() {
        let plan = plan_access(&CATALOG, &world.table, &Predicate::Other, &regions()).unwrap();
        let accesses = plan.accesses.iter();
        let answers = accesses.flat_map(|access| world.answer(&world.table, access));
        let key = |row: &Resource| (row.region, row.identifier(&world.table));
        let mut found: Vec<_> = answers.map(|(row, _)| key(row)).collect();
        let mut expected: Vec<_> = world.rows().map(key).collect();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{world:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4_000) })]

    #[test]
    fn no_row_is_missed((world, predicate) in cases()) {
        let table = &world.table;
        let plan = plan_access(&CATALOG, table, &predicate, &regions()).unwrap();
        let found: Vec<_> = plan
            .accesses
            .iter()
            .flat_map(|access| world.answer(table, access))
            .map(|(row, _)| (row.region, row.identifier(table)))
            .collect();
        for row in world.rows().filter(|row| row.satisfies(table, &predicate)) {
            prop_assert!(
                found.contains(&(row.region, row.identifier(table))),
                "{row:?} is missed by {:?}", plan.accesses
            );
        }
    }

    #[test]
    fn every_form_of_an_identifier_is_the_same_identifier(
        pool in "[a-z0-9_]{1,12}", client in "[a-z0-9]{1,12}",
    ) {
        let table = &WORLDS[0].table;
        let canonical = format!("{pool}|{client}");
        for form in [
            canonical.clone(),
            format!("{pool}/{client}"),
            format!(r#"{{"UserPoolId": "{pool}", "ClientId": "{client}"}}"#),
            format!(r#"{{"client_id": "{client}", "/properties/UserPoolId": "{pool}"}}"#),
        ] {
            let identifier = Identifier::parse(table, &form).unwrap();
            prop_assert_eq!(identifier.to_string(), canonical.clone());
            prop_assert_eq!(identifier.wire(table), canonical.clone());
        }
    }

    #[test]
    fn no_text_makes_the_identifier_parser_panic(text in ".*") {
        let _ = Identifier::parse(&WORLDS[0].table, &text);
    }
}
