//! The calls that each key of a join takes, planned before there is a key: a placeholder stands for it.
//!
//! EXPLAIN prints them, `bound.rs` learns from them whether the keys suffice, and `orient.rs` what they are worth.

use std::collections::BTreeSet;

use cirrus_provider::{Access, Binding, Predicate, Role, Table, identifier_form};
use serde_json::Value;

use crate::{
    Error,
    context::StatementContext,
    generic,
    plan::{ScanPart, Wanted},
    scan::ScanSpec,
};

/// How a placeholder begins and ends.
const PLACEHOLDER: (&str, &str) = ("each ", " of the join");

/// The calls that a key takes.
#[derive(Clone, Debug)]
pub(crate) struct PerKey {
    /// The calls.
    pub(crate) parts: Vec<ScanPart>,
    /// The join binds the region too: the calls are made in the region of each key, not in the one that stands here.
    pub(crate) each_region: bool,
    /// The statement's own filters bind the columns already: the calls are made once, or not at all without a key.
    pub(crate) literal: bool,
    /// The columns whose keys make a difference to the calls.
    pub(crate) used: BTreeSet<usize>,
}

impl PerKey {
    /// Plans the calls when `columns` are bound, or says what is still missing.
    pub(crate) fn plan(
        spec: &ScanSpec,
        context: &StatementContext,
        columns: &BTreeSet<usize>,
    ) -> Result<Self, Error> {
        let wanted = &spec.wanted;
        let mut open = columns.clone();
        for column in wanted.predicate.bound_columns() {
            open.remove(&column);
        }
        let literal = open.is_empty();
        let each_region = open.remove(&Table::REGION);
        let mut wanted = wanted.clone();
        if each_region {
            wanted.regions = vec![any_region(&wanted, context)];
        }
        let parts = attempt(&wanted, context, &open)?;
        let texts = texts(&parts);
        open.retain(|column| !is_used(&wanted.table, *column, &texts));
        let used = columns - &open;
        Ok(Self {
            parts,
            each_region,
            literal,
            used,
        })
    }
}

/// Whether a value stands for keys that are not there yet.
pub(crate) fn is_placeholder(value: &str) -> bool {
    value.starts_with(PLACEHOLDER.0) && value.ends_with(PLACEHOLDER.1)
}

/// A region where the type exists, of those at hand if one is.
fn any_region(wanted: &Wanted, context: &StatementContext) -> String {
    let known = context.shared.catalog.regions();
    let table = &wanted.table;
    let is_served = |region: &&String| table.availability.includes(region, known);
    let mut regions = wanted.regions.iter().chain(known);
    regions
        .find(is_served)
        .cloned()
        .unwrap_or_else(|| "us-east-1".to_owned())
}

/// Whether the placeholder of a column is in the texts that calls are made with.
fn is_used(table: &Table, column: usize, texts: &BTreeSet<String>) -> bool {
    // An identifier may have been taken apart.
    generic::is_generic(table)
        || table.columns[column].role == Role::Identifier
        || placeholder(table, column)
            .as_str()
            .is_some_and(|text| texts.contains(text))
}

/// The texts of identifiers and list inputs.
fn texts(parts: &[ScanPart]) -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    for access in parts.iter().flat_map(|part| &part.plan.accesses) {
        match access {
            Access::Get { identifier, .. } => texts.extend(identifier.parts().iter().cloned()),
            // What narrows the list of parents is among the inputs too.
            Access::List { inputs, .. } | Access::FanOut { inputs, .. } => {
                texts.extend(inputs.values().filter_map(Value::as_str).map(str::to_owned));
            }
        }
    }
    texts
}

/// Plans with placeholders; as an identifier's placeholder agrees with no part, each is tried without the other too.
fn attempt(
    wanted: &Wanted,
    context: &StatementContext,
    columns: &BTreeSet<usize>,
) -> Result<Vec<ScanPart>, Error> {
    let table = &wanted.table;
    let identifier = table
        .identifier_column()
        .filter(|column| columns.contains(column));
    let without_identifier = columns
        .iter()
        .copied()
        .filter(|column| Some(*column) != identifier);
    let mut attempts = Vec::new();
    if let Some(identifier) = identifier
        && !generic::is_generic(table)
    {
        let mut regional = wanted.clone();
        regional.predicate = region_alone(&wanted.predicate);
        attempts.push(planned(&regional, context, [identifier].into_iter()));
        attempts.push(planned(wanted, context, without_identifier));
    } else {
        attempts.push(planned(wanted, context, columns.iter().copied()));
    }
    let is_useful = |attempt: &Result<Vec<ScanPart>, Error>| {
        let parts = attempt.iter().flatten();
        parts.into_iter().any(|part| !part.plan.accesses.is_empty())
    };
    let best = attempts.iter().position(is_useful);
    let best = best.or_else(|| attempts.iter().position(Result::is_ok));
    attempts.swap_remove(best.unwrap_or(0))
}

fn planned(
    wanted: &Wanted,
    context: &StatementContext,
    columns: impl Iterator<Item = usize>,
) -> Result<Vec<ScanPart>, Error> {
    let keys = columns.map(|column| Predicate::equals(column, placeholder(&wanted.table, column)));
    let (catalog, learned) = (&context.shared.catalog, &context.shared.learned);
    wanted.plan_keys(catalog, learned, &Predicate::And(keys.collect()))
}

/// What a predicate says about the region.
fn region_alone(predicate: &Predicate) -> Predicate {
    let region = |binding: Binding| {
        let region = binding.get(&Table::REGION);
        region.map_or(Predicate::Other, |region| {
            Predicate::equals(Table::REGION, region.clone())
        })
    };
    Predicate::Or(predicate.bindings().into_iter().map(region).collect())
}

fn placeholder(table: &Table, column: usize) -> Value {
    let named = |name: &str| format!("{}{name}{}", PLACEHOLDER.0, PLACEHOLDER.1);
    let name = &table.columns[column].name;
    Value::from(match table.columns[column].role {
        Role::Identifier if !generic::is_generic(table) => named(&identifier_form(table)),
        Role::ResourceModel => format!(r#"{{"ResourceModel": "{}"}}"#, named(name)),
        _ => named(name),
    })
}
