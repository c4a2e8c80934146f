//! Data sets: resources that exist from the start, and the demo that everybody's first query meets.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    clock::Millis,
    identifier, validate,
    world::{Placed, Rules, World},
};

/// The demo data set: user pools with everything in them, and a few other types, with fixed identifiers.
pub fn demo() -> &'static str {
    include_str!("../../../docs/examples/demo.json")
}

/// Resources to load, in order: a parent comes before what belongs to it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DataSet {
    /// The resources.
    pub entries: Vec<DataSetEntry>,
}

/// One resource of a data set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSetEntry {
    /// Such as `AWS::Cognito::UserPool`.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Where it is; for a global type, any region of its partition.
    pub region: String,
    /// Whose it is; the emulator's default account if unset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Its properties, read-only ones included; what is missing is made up as AWS would.
    pub properties: Value,
}

/// Why a data set is not loaded; nothing of it is, then.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It is not a list of resources.
    #[error("the data set is not a list of {{\"type\", \"region\", \"properties\"}}: {0}")]
    NotADataSet(#[from] serde_json::Error),
    /// Some of its resources cannot exist.
    #[error("{} of the data set cannot exist:\n{}", entries(problems.len()), lines(problems))]
    Wrong {
        /// All of them, in the order of the data set.
        problems: Vec<LoadProblem>,
    },
    /// It is loaded, but could not be kept.
    #[error("cannot write the state file")]
    Save(#[source] redb::Error),
}

/// What is wrong with one resource of a data set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("entry {entry} ({type_name} in {region}): {reason}")]
pub struct LoadProblem {
    /// Its position, counted from 1.
    pub entry: usize,
    /// Its type.
    pub type_name: String,
    /// Its region.
    pub region: String,
    /// Why it cannot exist.
    pub reason: String,
}

fn entries(count: usize) -> String {
    match count {
        1 => "1 entry".to_owned(),
        _ => format!("{count} entries"),
    }
}

fn lines(problems: &[LoadProblem]) -> String {
    let lines: Vec<String> = problems
        .iter()
        .map(|problem| format!("  {problem}"))
        .collect();
    lines.join("\n")
}

/// Puts a data set into the world. What is already there stays as it is; nothing is changed if anything is wrong.
pub(crate) fn load(
    data: &DataSet,
    rules: &Rules,
    world: &mut World,
    default_account: &str,
    now: Millis,
) -> Result<(), LoadError> {
    let mut problems = Vec::new();
    let mut loaded = Vec::new();
    let mut identifiers = HashSet::new();
    for (index, entry) in data.entries.iter().enumerate() {
        match check(entry, rules, default_account) {
            Ok(checked) => {
                let own = identifier::of_model(&checked.resource_type, &entry.properties);
                let is_new = own.is_none_or(|identifier| {
                    identifiers.insert((checked.scope.clone(), identifier))
                });
                if !is_new {
                    problems.push(entry.problem(index, "another entry has the same identifier"));
                }
                loaded.push(checked);
            }
            Err(reason) => problems.push(entry.problem(index, &reason)),
        }
    }
    if problems.is_empty() {
        for (index, (checked, entry)) in loaded.iter().zip(&data.entries).enumerate() {
            let placed = world.place(
                rules,
                &checked.resource_type,
                &checked.scope,
                entry.properties.clone(),
                now,
            );
            if placed == Placed::Nameless {
                problems.push(entry.problem(index, "it has no identifier"));
            }
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(LoadError::Wrong { problems })
    }
}

/// Puts the demo data set into the world.
pub(crate) fn load_demo(rules: &Rules, world: &mut World, default_account: &str, now: Millis) {
    let data: DataSet = serde_json::from_str(demo()).expect("a test reads the demo data set");
    for entry in data.entries {
        // With other schemas than the embedded ones a type may be missing.
        if let Some(resource_type) = rules.types.in_region(&entry.type_name, &entry.region) {
            let scope = rules.scope(&resource_type, default_account, &entry.region);
            world.place(rules, &resource_type, &scope, entry.properties, now);
        }
    }
}

struct Checked {
    resource_type: std::sync::Arc<crate::resource_type::ResourceType>,
    scope: crate::store::Scope,
}

fn check(entry: &DataSetEntry, rules: &Rules, default_account: &str) -> Result<Checked, String> {
    let DataSetEntry {
        type_name,
        region,
        account,
        properties,
    } = entry;
    let resource_type = rules
        .types
        .in_region(type_name, region)
        .ok_or("there is no such type in this region")?;
    let violations = validate::model(&resource_type, properties);
    if !violations.is_empty() {
        let messages: Vec<String> = violations
            .iter()
            .map(validate::Violation::message)
            .collect();
        return Err(messages.join("; "));
    }
    let account = account.as_deref().unwrap_or(default_account);
    Ok(Checked {
        scope: rules.scope(&resource_type, account, region),
        resource_type,
    })
}

impl DataSetEntry {
    fn problem(&self, index: usize, reason: &str) -> LoadProblem {
        LoadProblem {
            entry: index + 1,
            type_name: self.type_name.clone(),
            region: self.region.clone(),
            reason: reason.to_owned(),
        }
    }
}
