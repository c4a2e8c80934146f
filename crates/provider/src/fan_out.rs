//! Lists that need inputs: what supplies those that the statement leaves open.
//!
//! The reviewed data (`providers/aws/parents.toml`) say for each input which properties of which other type supply it, or
//! which few values it has. One parent supplies everything that it can at once, so that keys of different parents are
//! never crossed. Several parent types for the same input are a union, of which all must be listable: a list of some of
//! the rows would look like a list of all.

use serde_json::{Map, Value};

use crate::{
    Access, Catalog, ColumnKind, Feed, FeedValue, FixedValue, ListInput, ParentSource, Role,
    Source, Supply, Table, column_name,
};

/// The most parents above each other; the data have three.
const HIGHEST: usize = 4;

/// The lists that together return the rows of `table` with these inputs; none when an input is not supplied.
pub(crate) fn lists(
    catalog: &Catalog,
    table: &Table,
    region: &str,
    inputs: &Map<String, Value>,
) -> Option<Vec<Access>> {
    let fan_out = FanOut { catalog, region };
    fan_out.lists(table, inputs, &mut Vec::new())
}

/// The columns of the inputs that neither `inputs` nor any source supplies.
pub(crate) fn not_supplied(table: &Table, inputs: &Map<String, Value>) -> Vec<String> {
    let Some(set) = table.required_inputs.first() else {
        return Vec::new();
    };
    let unbound = || {
        set.iter()
            .filter(|input| !inputs.contains_key(&input.property))
    };
    let has_source = |input: &ListInput| {
        table
            .sources
            .iter()
            .any(|source| source.input == input.property)
    };
    let mut missing: Vec<&ListInput> = unbound().filter(|input| !has_source(input)).collect();
    if missing.is_empty() {
        missing = unbound().collect();
    }
    missing
        .into_iter()
        .map(|input| {
            input.column.map_or_else(
                || column_name(&input.property),
                |column| table.columns[column].name.clone(),
            )
        })
        .collect()
}

struct FanOut<'a> {
    catalog: &'a Catalog,
    region: &'a str,
}

impl FanOut<'_> {
    /// `below` are the types for whose sake this one is listed.
    fn lists(
        &self,
        table: &Table,
        inputs: &Map<String, Value>,
        below: &mut Vec<String>,
    ) -> Option<Vec<Access>> {
        table.handlers.list.as_ref()?;
        let is_bound = |input: &ListInput| inputs.contains_key(&input.property);
        let sets = &table.required_inputs;
        if sets.is_empty() || sets.iter().any(|set| set.iter().all(is_bound)) {
            return Some(vec![Access::List {
                region: self.region.to_owned(),
                inputs: inputs.clone(),
            }]);
        }
        if below.len() > HIGHEST || below.contains(&table.type_name) {
            return None;
        }
        below.push(table.type_name.clone());
        let found = sets
            .iter()
            .find_map(|set| self.supplied(table, set, inputs, below));
        below.pop();
        found
    }

    /// The fan-outs that supply the inputs of `set` that are not bound.
    fn supplied(
        &self,
        table: &Table,
        set: &[ListInput],
        inputs: &Map<String, Value>,
        below: &mut Vec<String>,
    ) -> Option<Vec<Access>> {
        let open: Vec<&ListInput> = set
            .iter()
            .filter(|input| !inputs.contains_key(&input.property))
            .collect();
        let alone = self.without_parent(table, &open);
        let under = self.under(table, &parent_types(table, &open), set, inputs, below)?;
        match (alone, under.is_empty()) {
            // A parent of the bound inputs may know the others too.
            (None, true) => {
                let types = parent_types(table, &set.iter().collect::<Vec<_>>());
                let under = self.under(table, &types, set, inputs, below)?;
                (!under.is_empty()).then_some(under)
            }
            (None, false) => Some(under),
            // No access at all when the region serves none of the values.
            (Some(sources), _) => {
                let mut accesses: Vec<Access> = self.fan_out(inputs, sources).into_iter().collect();
                accesses.extend(under);
                Some(accesses)
            }
        }
    }

    /// The fan-outs under those of the parent types that supply every open input of `set`; none when one of these parents
    /// cannot be listed itself.
    fn under(
        &self,
        table: &Table,
        parent_types: &[&str],
        set: &[ListInput],
        inputs: &Map<String, Value>,
        below: &mut Vec<String>,
    ) -> Option<Vec<Access>> {
        let mut parents = Vec::new();
        for parent_type in parent_types {
            let parent = self.catalog.table_of_type(parent_type).ok()?;
            let feeds = feeds(table, &parent, set);
            let is_open = |input: &&ListInput| {
                !inputs.contains_key(&input.property)
                    && !feeds.iter().any(|feed| feed.input == input.property)
            };
            let rest: Vec<&ListInput> = set.iter().filter(is_open).collect();
            if let Some(others) = self.without_parent(table, &rest) {
                parents.push((parent, feeds, others));
            }
        }
        // A type that the region lacks has no resources there. Where it would be the only parent of a type that is there,
        // the catalog contradicts itself, and AWS may answer.
        if parents.iter().any(|(parent, ..)| self.exists(parent)) {
            parents.retain(|(parent, ..)| self.exists(parent));
        }
        let mut accesses = Vec::new();
        for (parent, feeds, others) in parents {
            for access in self.lists(&parent, &handed_up(inputs, &parent, &feeds), below)? {
                let mut sources = vec![Source::Parent(ParentSource {
                    table: parent.clone(),
                    access: Box::new(access),
                    feeds: feeds.clone(),
                })];
                sources.extend(others.clone());
                accesses.extend(self.fan_out(inputs, sources));
            }
        }
        Some(accesses)
    }

    /// Whether the type exists in the region.
    fn exists(&self, table: &Table) -> bool {
        let regions = self.catalog.regions();
        table.availability.includes(self.region, regions)
    }

    /// None when one of the sources supplies nothing in this region.
    fn fan_out(&self, inputs: &Map<String, Value>, sources: Vec<Source>) -> Option<Access> {
        let is_empty =
            |source: &Source| matches!(source, Source::Values { values, .. } if values.is_empty());
        (!sources.iter().any(is_empty)).then(|| Access::FanOut {
            region: self.region.to_owned(),
            inputs: inputs.clone(),
            sources,
        })
    }

    /// The sources of inputs that need no parent; none when one of the inputs does.
    fn without_parent(&self, table: &Table, inputs: &[&ListInput]) -> Option<Vec<Source>> {
        inputs
            .iter()
            .map(|input| {
                let mut supplies = supplies(table, &input.property);
                supplies.find_map(|supply| match supply {
                    Supply::Parent { .. } => None,
                    Supply::Values(values) => Some(Source::Values {
                        input: input.property.clone(),
                        values: self.values(table, input, values),
                    }),
                    Supply::Account => Some(Source::Account {
                        input: input.property.clone(),
                    }),
                })
            })
            .collect()
    }

    /// The values that the region serves.
    fn values(&self, table: &Table, input: &ListInput, values: &[FixedValue]) -> Vec<Value> {
        let kind = input.column.map(|column| table.columns[column].kind);
        values
            .iter()
            .filter(|value| {
                value
                    .region
                    .as_deref()
                    .is_none_or(|region| region == self.region)
            })
            .map(|value| typed(&value.value, kind))
            .collect()
    }
}

fn supplies<'a>(table: &'a Table, input: &'a str) -> impl Iterator<Item = &'a Supply> {
    let sources = table.sources.iter();
    sources
        .filter(move |source| source.input == input)
        .map(|source| &source.supply)
}

/// The types that feed one of the inputs, each once.
fn parent_types<'a>(table: &'a Table, inputs: &[&'a ListInput]) -> Vec<&'a str> {
    let mut types = Vec::new();
    for input in inputs {
        for supply in supplies(table, &input.property) {
            if let Supply::Parent { type_name, .. } = supply
                && !types.contains(&type_name.as_str())
            {
                types.push(type_name.as_str());
            }
        }
    }
    types
}

/// What `parent` feeds of the inputs in `set`: what the data say, and the inputs that both are listed by.
fn feeds(table: &Table, parent: &Table, set: &[ListInput]) -> Vec<Feed> {
    let value = |input: &str| {
        let said = supplies(table, input).find_map(|supply| match supply {
            Supply::Parent {
                type_name,
                property,
            } if *type_name == parent.type_name => Some(property.as_str()),
            _ => None,
        });
        match said {
            Some(property) => feed_value(parent, property),
            None => always_listed_by(parent, input).then(|| FeedValue::Input(input.to_owned())),
        }
    };
    set.iter()
        .filter_map(|input| {
            Some(Feed {
                input: input.property.clone(),
                value: value(&input.property)?,
            })
        })
        .collect()
}

/// How a property of the parent is known: best from its identifier, at worst by reading it.
fn feed_value(parent: &Table, property: &str) -> Option<FeedValue> {
    let mut parts = parent.identifier.iter();
    if let Some(part) = parts.position(|part| part.path == property) {
        return Some(FeedValue::Part(part));
    }
    if always_listed_by(parent, property) {
        return Some(FeedValue::Input(property.to_owned()));
    }
    let is_property = parent
        .columns
        .iter()
        .any(|column| column.role == Role::Property && column.property == property);
    is_property.then(|| FeedValue::Property(property.to_owned()))
}

/// Whether every list of the type is given `input`.
fn always_listed_by(table: &Table, input: &str) -> bool {
    let has = |set: &Vec<ListInput>| set.iter().any(|required| required.property == input);
    !table.required_inputs.is_empty() && table.required_inputs.iter().all(has)
}

/// The bound inputs that narrow the list of the parents too.
fn handed_up(inputs: &Map<String, Value>, parent: &Table, feeds: &[Feed]) -> Map<String, Value> {
    let property = |value: &FeedValue| match value {
        FeedValue::Part(part) => parent.identifier[*part].path.clone(),
        FeedValue::Property(name) | FeedValue::Input(name) => name.clone(),
    };
    let takes = |property: &String| {
        let sets = parent.required_inputs.iter().flatten();
        sets.chain(&parent.optional_inputs)
            .any(|input| input.property == *property)
    };
    feeds
        .iter()
        .filter_map(|feed| Some((property(&feed.value), inputs.get(&feed.input)?.clone())))
        .filter(|(property, _)| takes(property))
        .collect()
}

/// A value of the data in the type of its input.
fn typed(value: &str, kind: Option<ColumnKind>) -> Value {
    match kind {
        Some(ColumnKind::Boolean | ColumnKind::Integer | ColumnKind::Number) => {
            serde_json::from_str(value).unwrap_or_else(|_| Value::from(value))
        }
        _ => Value::from(value),
    }
}
