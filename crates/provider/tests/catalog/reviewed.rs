//! What is written by hand fits what is generated: `exceptions.toml`, `parents.toml`.

use std::collections::BTreeSet;

use cirrus_provider::{Role, service_name};

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
                let subject = ["type", "property", "service", "types"]
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
fn every_parent_lists_bare_and_its_identifier_feeds_a_required_input() {
    let parents = document("parents.toml");
    let mut children = 0;
    for entry in entries(&parents, "parent") {
        let (parent_type, property) = (text(entry, "type"), text(entry, "property"));
        let parent = CATALOG.table_of_type(parent_type).unwrap();
        assert!(
            parent.handlers.list.is_some() && parent.required_inputs.is_empty(),
            "{parent_type}"
        );
        assert!(
            parent.identifier.iter().any(|part| part.path == property),
            "{parent_type}.{property}"
        );
        for (child_type, input) in entry["children"].as_table().unwrap() {
            let input = input.as_str().unwrap();
            let child = CATALOG.table_of_type(child_type).unwrap();
            // The parent alone completes one of the sets.
            let mut sets = child.required_inputs.iter();
            assert!(
                sets.any(|set| set.len() == 1 && set[0].property == input),
                "{child_type}.{input}"
            );
            let rule = child
                .parents
                .iter()
                .find(|rule| rule.parent_type == parent_type)
                .unwrap();
            assert_eq!(
                (rule.input.as_str(), rule.parent_property.as_str()),
                (input, property)
            );
            assert_eq!(service_name(child_type), parent.service);
            children += 1;
        }
    }
    assert_eq!(children, 236);
}

#[test]
fn the_cognito_family_is_listed_under_its_pools() {
    let cognito = all_tables()
        .filter(|table| table.service == "cognito" && !table.required_inputs.is_empty());
    let without: Vec<_> = cognito
        .filter(|table| table.parents.is_empty())
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
