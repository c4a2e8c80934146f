//! What is written by hand fits what is generated: `exceptions.toml`, `parents.toml`.

use std::collections::BTreeSet;

use cirrus_provider::{
    Access, AccessError, ColumnKind, FeedValue, InputSource, Predicate, Role, Source, Supply,
    Table, plan_access,
};

use crate::{CATALOG, all_tables, read};

fn document(file: &str) -> toml::Table {
    toml::from_str(&read(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn entries<'a>(document: &'a toml::Table, name: &str) -> impl Iterator<Item = &'a toml::Table> {
    document[name]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry.as_table().unwrap())
}

fn text_of(value: &toml::Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn text<'a>(entry: &'a toml::Table, member: &str) -> &'a str {
    entry[member].as_str().unwrap()
}

#[test]
fn every_entry_has_a_reason_and_stands_once() {
    let mut seen = BTreeSet::new();
    for file in ["exceptions.toml", "parents.toml"] {
        for (kind, list) in &document(file) {
            for entry in list.as_array().unwrap() {
                assert!(
                    entry["reason"]
                        .as_str()
                        .is_some_and(|reason| reason.len() > 10),
                    "{entry}"
                );
                let subject = ["type", "property", "service", "types", "input"]
                    .map(|member| entry.get(member).map(ToString::to_string));
                assert!(seen.insert((kind.clone(), subject)), "twice: {entry}");
            }
        }
    }
}

#[test]
fn exceptions_name_known_types_and_properties_and_change_something() {
    let exceptions = document("exceptions.toml");
    for entry in entries(&exceptions, "column") {
        let table = CATALOG.table_of_type(text(entry, "type")).unwrap();
        let column = table
            .columns
            .iter()
            .find(|column| column.property == text(entry, "property"));
        assert_eq!(
            column.map(|column| column.name.as_str()),
            Some(text(entry, "name")),
            "{entry:?}"
        );
    }
    for entry in entries(&exceptions, "secret") {
        let table = CATALOG.table_of_type(text(entry, "type")).unwrap();
        let column = table
            .columns
            .iter()
            .find(|column| column.property == text(entry, "property"));
        assert_eq!(
            column.map(|column| column.secret),
            entry["masked"].as_bool(),
            "{entry:?}"
        );
    }
    for entry in entries(&exceptions, "list_input") {
        let table = CATALOG.table_of_type(text(entry, "type")).unwrap();
        let required: Vec<_> = entry["required"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|name| name.as_str())
            .collect();
        let inputs: Vec<_> = table.required_inputs[0]
            .iter()
            .map(|input| input.property.as_str())
            .collect();
        assert_eq!(inputs, required);
        assert!(
            table.required_inputs[0]
                .iter()
                .all(|input| input.column.is_some()),
            "{entry:?}"
        );
    }
}

#[test]
fn global_services_and_types_exist_and_can_be_read_at_home() {
    let exceptions = document("exceptions.toml");
    for entry in entries(&exceptions, "global") {
        if let Some(service) = entry.get("service") {
            let service = service.as_str().unwrap();
            assert!(CATALOG.services().contains(&service), "{service}");
        }
        for types in ["types", "except"]
            .iter()
            .filter_map(|member| entry.get(*member))
        {
            for type_name in types.as_array().unwrap() {
                let table = CATALOG.table_of_type(type_name.as_str().unwrap()).unwrap();
                assert_eq!(table.global, entry.contains_key("types"), "{type_name}");
            }
        }
    }
    for table in all_tables().filter(|table| table.global) {
        let regions = CATALOG.regions();
        for region in regions
            .iter()
            .filter(|region| table.availability.includes(region, regions))
        {
            let home = CATALOG.home_region(region);
            assert!(
                table.availability.includes(home, regions),
                "{} is not in {home}",
                table.type_name
            );
        }
    }
}

#[test]
fn every_parent_can_be_listed_and_has_the_property_that_it_feeds() {
    let parents = document("parents.toml");
    for entry in entries(&parents, "parent") {
        let (parent_type, property) = (text(entry, "type"), text(entry, "property"));
        let parent = CATALOG.table_of_type(parent_type).unwrap();
        assert!(parent.handlers.list.is_some(), "{parent_type}");
        let is_part = parent.identifier.iter().any(|part| part.path == property);
        let mut columns = parent.columns.iter();
        let column = columns.find(|column| column.property == property);
        let is_scalar = column.is_some_and(|column| {
            column.kind != ColumnKind::Json && !column.write_only && !column.secret
        });
        // What the list leaves out is read.
        assert!(
            is_part || (is_scalar && parent.handlers.read.is_some()),
            "{parent_type}.{property}"
        );
        for (child_type, input) in entry["children"].as_table().unwrap() {
            let child = CATALOG.table_of_type(child_type).unwrap();
            let source = InputSource {
                input: text_of(input),
                supply: Supply::Parent {
                    type_name: parent_type.to_owned(),
                    property: property.to_owned(),
                },
            };
            assert!(child.sources.contains(&source), "{source:?}");
            assert_can_be_listed_by(&child, &source.input);
            // A global type is listed in one region, and finds its parents there alone.
            assert!(!child.global || parent.global, "{child_type}");
        }
    }
}

#[test]
fn values_are_those_of_the_schema_if_it_has_any() {
    let parents = document("parents.toml");
    for entry in entries(&parents, "values") {
        let input = text(entry, "input");
        let values = entry["values"].as_array().unwrap().iter();
        let values: Vec<&str> = values
            .map(|value| {
                value
                    .as_str()
                    .unwrap_or_else(|| text(value.as_table().unwrap(), "value"))
            })
            .collect();
        for type_name in entry["types"].as_array().unwrap() {
            let table = CATALOG.table_of_type(type_name.as_str().unwrap()).unwrap();
            assert_can_be_listed_by(&table, input);
            let column = &table.columns[table.column(input).unwrap()];
            assert!(
                column.enum_values.is_empty() || column.enum_values == values,
                "{type_name}.{input}: {:?}",
                column.enum_values
            );
        }
        for value in entry["values"].as_array().unwrap() {
            if let Some(region) = value.get("region") {
                assert!(CATALOG.regions().contains(&text_of(region)), "{region}");
            }
        }
    }
    for entry in entries(&parents, "account") {
        for type_name in entry["types"].as_array().unwrap() {
            let table = CATALOG.table_of_type(type_name.as_str().unwrap()).unwrap();
            assert_can_be_listed_by(&table, text(entry, "input"));
        }
    }
}

/// The input is one of the type's list, or part of its identifier: AWS may ask for it though the schema does not.
fn assert_can_be_listed_by(table: &Table, input: &str) {
    let mut inputs = table.required_inputs.iter().flatten();
    let is_input = inputs.any(|known| known.property == input) || { table.optional_inputs.iter() }
        .any(|known| known.property == input);
    let is_part = table.identifier.iter().any(|part| part.path == input);
    assert!(
        table.handlers.list.is_some() && (is_input || is_part),
        "{}.{input}",
        table.type_name
    );
}

/// Resources under some of the parents must not look like all: each parent type of a type supplies all that it needs.
#[test]
fn every_parent_completes_the_inputs_of_its_children() {
    for table in all_tables() {
        let supplied = |input: &str, parent: &Table| {
            let by = |supply: &Supply| match supply {
                Supply::Parent { type_name, .. } => *type_name == parent.type_name,
                Supply::Values(_) | Supply::Account => true,
            };
            let mut sources = table.sources.iter();
            let is_handed_on = !parent.required_inputs.is_empty()
                && parent
                    .required_inputs
                    .iter()
                    .all(|set| set.iter().any(|known| known.property == input));
            is_handed_on || sources.any(|source| source.input == input && by(&source.supply))
        };
        for source in &table.sources {
            let Supply::Parent { type_name, .. } = &source.supply else {
                continue;
            };
            let parent = CATALOG.table_of_type(type_name).unwrap();
            for set in &table.required_inputs {
                let is_concerned = set.iter().any(|input| input.property == source.input);
                assert!(
                    !is_concerned || set.iter().all(|input| supplied(&input.property, &parent)),
                    "{type_name} does not supply all inputs of {}",
                    table.type_name
                );
            }
        }
    }
}

/// How each type that needs inputs is listed without a predicate. A change here is a decision: look at each line.
#[test]
fn types_that_need_inputs_are_listed_so() {
    let (mut listed, mut without_reads, mut lines) = (0, 0, Vec::new());
    for table in all_tables().filter(|table| !table.required_inputs.is_empty()) {
        let region = region_of(&table);
        let line = match plan_access(&CATALOG, &table, &Predicate::Other, &[region]) {
            Ok(plan) => {
                assert_eq!(table.unlisted, None, "{}", table.type_name);
                assert!(!plan.accesses.is_empty(), "{}", table.type_name);
                listed += 1;
                let ways: Vec<String> = plan.accesses.iter().map(way).collect();
                without_reads += usize::from(!ways.iter().any(|way| way.contains('?')));
                ways.join(" and ")
            }
            Err(AccessError::InputNeeded { columns, reason }) => {
                let reason = reason.unwrap_or_else(|| panic!("{} has no reason", table.type_name));
                let starts = reason.starts_with(|first: char| first.is_lowercase())
                    || reason.starts_with("Cloud Control");
                assert!(starts && !reason.ends_with('.'), "{reason}");
                format!("not without {}: {reason}", columns.join(", "))
            }
            Err(error) => panic!("{}: {error}", table.type_name),
        };
        lines.push(format!("{}: {line}", table.qualified_name()));
    }
    println!(
        "{listed} types are listed by themselves, {without_reads} of them without GetResource"
    );
    assert!(listed >= 360 && without_reads >= 285);
    assert_eq!((listed, without_reads, lines.len()), (363, 292, 400));
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn reasons_are_given_to_types_that_need_inputs_alone() {
    for entry in entries(&document("parents.toml"), "unlisted") {
        let table = CATALOG.table_of_type(text(entry, "type")).unwrap();
        assert!(!table.required_inputs.is_empty(), "{}", table.type_name);
        assert_eq!(table.unlisted.as_deref(), Some(text(entry, "reason")));
    }
}

/// A region where the type exists.
fn region_of(table: &Table) -> String {
    let regions = CATALOG.regions();
    let mut preferred = ["us-east-1".to_owned()].into_iter().chain(regions.to_vec());
    preferred
        .find(|region| table.availability.includes(region, regions))
        .unwrap()
}

/// How a list finds its inputs, the nearest source first: `Input=what`, with `?` where the parent may have to be read.
fn way(access: &Access) -> String {
    let Access::FanOut { sources, .. } = access else {
        return String::new();
    };
    let sources = sources.iter().map(|source| match source {
        Source::Account { input } => format!("{input}=account"),
        Source::Values { input, values } => {
            let values = values.iter().filter_map(|value| value.as_str());
            format!("{input}={}", values.collect::<Vec<_>>().join("/"))
        }
        Source::Parent(parent) => {
            let feeds = parent.feeds.iter().map(|feed| match &feed.value {
                FeedValue::Part(part) => {
                    format!("{}={}", feed.input, parent.table.identifier[*part].path)
                }
                FeedValue::Property(property) => format!("{}={property}?", feed.input),
                FeedValue::Input(input) => format!("{}<{input}", feed.input),
            });
            let feeds: Vec<String> = feeds.collect();
            let above = way(&parent.access);
            let above = if above.is_empty() {
                above
            } else {
                format!(" ({above})")
            };
            format!("{}[{}]{above}", parent.table.type_name, feeds.join(" "))
        }
    });
    sources.collect::<Vec<_>>().join(" with ")
}

#[test]
fn the_cognito_family_is_listed_under_its_pools() {
    let cognito = all_tables()
        .filter(|table| table.service == "cognito" && !table.required_inputs.is_empty());
    let without: Vec<_> = cognito
        .filter(|table| table.sources.is_empty())
        .map(|table| table.name.clone())
        .collect();
    // It needs the identity provider's name too, which no type lists.
    assert_eq!(without, ["identity_pool_principal_tags"]);
}

/// Every column that is masked. A change here is a decision: look at each line.
#[test]
fn secrets_are_these() {
    let mut secrets = Vec::new();
    for table in all_tables() {
        let flagged = table.columns.iter().filter(|column| column.secret);
        secrets.extend(flagged.map(|column| {
            let write_only = if column.write_only {
                " (write-only)"
            } else {
                ""
            };
            assert_eq!(column.role, Role::Property);
            format!("{}.{}{write_only}", table.qualified_name(), column.name)
        }));
    }
    insta::assert_snapshot!(secrets.join("\n"));
}
