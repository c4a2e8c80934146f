//! The ways to satisfy a schema that offers alternatives: each is the schema merged with one branch of every choice.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use crate::{document::Document, fits::names};

/// More than any schema needs before a way is found.
const MOST: usize = 256;
/// What ties members together or offers a choice, so that a value must be looked at as a whole.
const TIES: [&str; 12] = [
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "requiredXor",
    "requiredOr",
    "dependencies",
    "dependentRequired",
    "dependentExcluded",
    "prefixItems",
    "uniqueKeys",
];

type Keywords = Map<String, Value>;

pub(crate) fn has_ties(keywords: &Keywords) -> bool {
    TIES.iter().any(|tie| keywords.contains_key(*tie))
}

/// The ways, the first branches first. Not every one works out: branches may contradict each other.
pub(crate) fn ways<'schema>(
    document: &Document,
    keywords: &'schema Keywords,
) -> Vec<Cow<'schema, Keywords>> {
    if !has_ties(keywords) {
        return vec![Cow::Borrowed(keywords)];
    }
    let mut plain = keywords.clone();
    for choice in ["allOf", "anyOf", "oneOf", "if", "then", "else"] {
        plain.shift_remove(choice);
    }
    let mut found = vec![plain];
    let list = |keyword: &str| keywords.get(keyword).and_then(Value::as_array);
    for schema in list("allOf").into_iter().flatten() {
        cross(document, &mut found, [schema]);
    }
    for keyword in ["oneOf", "anyOf"] {
        if let Some(branches) = list(keyword) {
            cross(document, &mut found, branches);
        }
    }
    for keyword in ["requiredXor", "requiredOr"] {
        if let Some(choice) = keywords.get(keyword) {
            let branches: Vec<_> = names(Some(choice))
                .map(|name| json!({"required": [name]}))
                .collect();
            cross(document, &mut found, &branches);
        }
    }
    if keywords.contains_key("if") {
        let nothing = json!({});
        let branches = ["then", "else"]
            .iter()
            .filter_map(|branch| keywords.get(*branch));
        let branches: Vec<_> = std::iter::once(&nothing).chain(branches).collect();
        cross(document, &mut found, branches);
    }
    found.into_iter().map(Cow::Owned).collect()
}

/// Merges every way so far with every way of every branch.
fn cross<'branch>(
    document: &Document,
    found: &mut Vec<Keywords>,
    branches: impl IntoIterator<Item = &'branch Value>,
) {
    let branches: Vec<_> = branches
        .into_iter()
        .filter_map(|branch| document.resolve(branch).as_object())
        .flat_map(|branch| ways(document, branch))
        .collect();
    let crossed = branches.iter().flat_map(|branch| {
        found.iter().flat_map(|way| {
            let merged = merged(way, branch);
            // A text that must match both patterns is made from one of them.
            let other = way
                .get("pattern")
                .filter(|own| merged.get("pattern") != Some(own))
                .map(|own| {
                    let mut other = merged.clone();
                    other.insert("pattern".to_owned(), own.clone());
                    other
                });
            std::iter::once(merged).chain(other)
        })
    });
    *found = crossed.take(MOST).collect();
}

fn merged(one: &Keywords, other: &Keywords) -> Keywords {
    let mut merged = one.clone();
    for (keyword, value) in other {
        match (keyword.as_str(), merged.get_mut(keyword), value) {
            ("required", Some(Value::Array(names)), Value::Array(more)) => {
                names.extend(more.iter().cloned());
            }
            ("properties", Some(Value::Object(properties)), Value::Object(more)) => {
                for (name, schema) in more {
                    let both = match properties.get(name) {
                        Some(own) => json!({"allOf": [own, schema]}),
                        None => schema.clone(),
                    };
                    properties.insert(name.clone(), both);
                }
            }
            _ => {
                merged.insert(keyword.clone(), value.clone());
            }
        }
    }
    merged
}
