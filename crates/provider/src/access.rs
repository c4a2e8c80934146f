//! Which calls answer a set of predicates: a pure decision that the scan executes and EXPLAIN prints.
//!
//! Each alternative of the predicate (see [`Predicate::bindings`]) becomes the cheapest access that cannot miss a row
//! of it: GetResource when the identifier is bound, else ListResources with the inputs that are bound, else
//! ListResources with every combination of what supplies the others (`fan_out.rs`). Rows are filtered again afterwards, so an access may return too much, never too
//! little.

use std::{collections::HashSet, sync::Arc};

use serde_json::{Map, Value};

use crate::{
    Binding, Catalog, Identifier, IdentifierError, Predicate, Table, fan_out, identifier_form,
};

/// One or more calls that read rows of a table in one region.
#[derive(Clone, Debug, PartialEq)]
pub enum Access {
    /// One GetResource.
    Get {
        /// Where.
        region: String,
        /// Which resource.
        identifier: Identifier,
    },
    /// One ListResources, page by page.
    List {
        /// Where.
        region: String,
        /// The list inputs, by property.
        inputs: Map<String, Value>,
    },
    /// One ListResources for every combination of what the sources supply.
    FanOut {
        /// Where.
        region: String,
        /// The inputs that are bound already; a parent that disagrees is passed over.
        inputs: Map<String, Value>,
        /// What supplies the others; at most one of them is a parent.
        sources: Vec<Source>,
    },
}

/// What supplies list inputs.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// Every resource of another type feeds the inputs.
    Parent(ParentSource),
    /// Each of these values.
    Values {
        /// The list input: `Scope`.
        input: String,
        /// The values, in the type of the input.
        values: Vec<Value>,
    },
    /// The account's id.
    Account {
        /// The list input: `CatalogId`.
        input: String,
    },
}

/// A type whose resources feed list inputs.
#[derive(Clone, Debug, PartialEq)]
pub struct ParentSource {
    /// The parent.
    pub table: Arc<Table>,
    /// How the parents themselves are listed, in the same region: a list, or a fan-out of its own.
    pub access: Box<Access>,
    /// What a parent feeds: one of its rows supplies all of these at once.
    pub feeds: Vec<Feed>,
}

/// A list input fed by a parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// The list input: `UserPoolId`.
    pub input: String,
    /// What of the parent is its value.
    pub value: FeedValue,
}

/// What of a parent feeds an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeedValue {
    /// The part of the parent's identifier with this index.
    Part(usize),
    /// A top-level property of the parent: from its list when it is there, else by GetResource.
    Property(String),
    /// The list input under which the parent was found.
    Input(String),
}

impl Access {
    /// Where the access reads.
    pub fn region(&self) -> &str {
        match self {
            Self::Get { region, .. } | Self::List { region, .. } | Self::FanOut { region, .. } => {
                region
            }
        }
    }
}

/// The calls that answer a predicate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccessPlan {
    /// The accesses, in the order of the predicate; empty when no row can satisfy it.
    pub accesses: Vec<Access>,
    /// Regions asked for in which the type does not exist.
    pub unavailable: Vec<String>,
}

/// Why no call can answer a predicate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    /// The type has neither a list nor a read handler.
    #[error("the type can be neither listed nor read")]
    NotReadable,
    /// The type has no list handler, and the predicate does not bind the identifier.
    #[error("the type can only be read by its identifier `{form}`")]
    IdentifierNeeded {
        /// The form expected.
        form: String,
    },
    /// Required list inputs are not bound and no parent supplies them.
    #[error("the type cannot be listed without {}{}", .columns.join(", "), because(.reason.as_deref()))]
    InputNeeded {
        /// The columns to bind.
        columns: Vec<String>,
        /// Why nothing supplies them, as far as that is known.
        reason: Option<String>,
    },
    /// An identifier is malformed.
    #[error(transparent)]
    Identifier(#[from] IdentifierError),
    /// No region is known.
    #[error("no region is known")]
    RegionNeeded,
}

fn because(reason: Option<&str>) -> String {
    reason.map_or_else(String::new, |reason| format!(", because {reason}"))
}

/// Plans the calls for the rows of `table` that satisfy `predicate`.
///
/// `regions` are those of the session, used where the predicate binds none.
pub fn plan_access(
    catalog: &Catalog,
    table: &Table,
    predicate: &Predicate,
    regions: &[String],
) -> Result<AccessPlan, AccessError> {
    if table.handlers.list.is_none() && table.handlers.read.is_none() {
        return Err(AccessError::NotReadable);
    }
    let bindings = predicate.bindings();
    let global_region = table
        .global
        .then(|| global_region(catalog, &bindings, regions));
    let mut plan = AccessPlan::default();
    let mut seen = HashSet::new();
    for binding in &bindings {
        let Some(target) = Target::of(table, binding)? else {
            continue;
        };
        for region in regions_of(binding, regions, global_region.as_deref())? {
            if !table.availability.includes(&region, catalog.regions()) {
                if !plan.unavailable.contains(&region) {
                    plan.unavailable.push(region);
                }
                continue;
            }
            for access in target.accesses(catalog, table, &region)? {
                // By its text: a list's inputs are JSON, which has no order.
                if seen.insert(format!("{access:?}")) {
                    plan.accesses.push(access);
                }
            }
        }
    }
    drop_subsumed(&mut plan.accesses);
    Ok(plan)
}

/// A global type is read once: in the one region that the predicate names, else in its partition's home region.
fn global_region(catalog: &Catalog, bindings: &[Binding], regions: &[String]) -> String {
    let mut named: Vec<Option<&str>> = bindings
        .iter()
        .map(|binding| binding.get(&Table::REGION).and_then(Value::as_str))
        .collect();
    named.dedup();
    if let [Some(region)] = named[..] {
        return region.to_owned();
    }
    let seen_from = named
        .into_iter()
        .flatten()
        .next()
        .or(regions.first().map(String::as_str));
    catalog
        .home_region(seen_from.unwrap_or("us-east-1"))
        .to_owned()
}

fn regions_of(
    binding: &Binding,
    regions: &[String],
    global: Option<&str>,
) -> Result<Vec<String>, AccessError> {
    if let Some(region) = global {
        return Ok(vec![region.to_owned()]);
    }
    if let Some(region) = binding.get(&Table::REGION) {
        return Ok(region.as_str().map(str::to_owned).into_iter().collect());
    }
    if regions.is_empty() {
        return Err(AccessError::RegionNeeded);
    }
    Ok(regions.to_vec())
}

/// What one alternative asks for, before regions.
enum Target {
    Get(Identifier),
    List(Map<String, Value>),
}

impl Target {
    /// None when the alternative contradicts itself.
    fn of(table: &Table, binding: &Binding) -> Result<Option<Self>, AccessError> {
        let identifier = table
            .identifier_column()
            .and_then(|column| binding.get(&column)?.as_str());
        let mut binding = binding.clone();
        // No region and no part of an identifier is an empty text.
        let is_empty = |column: usize| binding.get(&column).is_some_and(|value| value == "");
        let parts = table.identifier.iter().filter_map(|part| part.column);
        if parts.chain([Table::REGION]).any(is_empty) {
            return Ok(None);
        }
        if let Some(identifier) = identifier {
            let identifier = Identifier::parse(table, identifier)?;
            for (part, value) in table.identifier.iter().zip(identifier.parts()) {
                let Some(column) = part.column else { continue };
                let bound = binding
                    .entry(column)
                    .or_insert_with(|| Value::from(value.as_str()));
                if part_text(bound).as_deref() != Some(value) {
                    return Ok(None);
                }
            }
            if table.handlers.read.is_some() {
                return Ok(Some(Self::Get(identifier)));
            }
        } else if table.handlers.read.is_some()
            && let Some(parts) = bound_parts(table, &binding)
        {
            return Ok(Some(Self::Get(Identifier::from_parts(parts))));
        }
        let inputs = table
            .required_inputs
            .iter()
            .flatten()
            .chain(&table.optional_inputs)
            .filter_map(|input| {
                Some((input.property.clone(), binding.get(&input.column?)?.clone()))
            })
            .collect();
        Ok(Some(Self::List(inputs)))
    }

    fn accesses(
        &self,
        catalog: &Catalog,
        table: &Table,
        region: &str,
    ) -> Result<Vec<Access>, AccessError> {
        let inputs = match self {
            Self::Get(identifier) => {
                return Ok(vec![Access::Get {
                    region: region.to_owned(),
                    identifier: identifier.clone(),
                }]);
            }
            Self::List(inputs) => inputs,
        };
        if table.handlers.list.is_none() {
            return Err(AccessError::IdentifierNeeded {
                form: identifier_form(table),
            });
        }
        fan_out::lists(catalog, table, region, inputs).ok_or_else(|| AccessError::InputNeeded {
            columns: fan_out::not_supplied(table, inputs),
            reason: table.unlisted.clone(),
        })
    }
}

/// The identifier's parts when predicates on its columns bind every one.
fn bound_parts(table: &Table, binding: &Binding) -> Option<Vec<String>> {
    if table.identifier.is_empty() {
        return None;
    }
    table
        .identifier
        .iter()
        .map(|part| part_text(binding.get(&part.column?)?))
        .collect()
}

fn part_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// Drops accesses whose rows another access of the same region returns anyway.
fn drop_subsumed(accesses: &mut Vec<Access>) {
    let covers_region = |access: &Access| match access {
        Access::Get { .. } => false,
        Access::List { inputs, .. } | Access::FanOut { inputs, .. } => inputs.is_empty(),
    };
    let covered: Vec<String> = accesses
        .iter()
        .filter(|access| covers_region(access))
        .map(|access| access.region().to_owned())
        .collect();
    accesses.retain(|access| {
        covers_region(access) || !covered.iter().any(|region| region == access.region())
    });
}
