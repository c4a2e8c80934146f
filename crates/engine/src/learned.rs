//! What a session learns about types while it reads them: which properties their lists return, and which list inputs
//! only an error message names.
//!
//! Plain data that the caller may keep between runs. It makes plans better and EXPLAIN more exact; a row never depends
//! on it: a value that a list left out is always read.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use cirrus_provider::Table;
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};

/// What is known, per type, in a form to be kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Knowledge {
    /// The properties that a list of the type has returned.
    pub listed: BTreeMap<String, BTreeSet<String>>,
    /// The list inputs that the service asked for although the schema does not.
    pub inputs: BTreeMap<String, BTreeSet<String>>,
}

/// The knowledge of a session, shared by its statements.
#[derive(Debug, Default)]
pub(crate) struct Learned(RwLock<Knowledge>);

impl Learned {
    pub(crate) fn new(knowledge: Knowledge) -> Self {
        Self(RwLock::new(knowledge))
    }

    /// Everything learned so far.
    pub(crate) fn knowledge(&self) -> Knowledge {
        self.0.read().clone()
    }

    /// Notes the properties that a list of a type returned.
    pub(crate) fn listed<'a>(
        &self,
        type_name: &str,
        properties: impl Iterator<Item = &'a str> + Clone,
    ) {
        let known = |knowledge: &Knowledge| {
            let known = knowledge.listed.get(type_name);
            known.is_some_and(|known| properties.clone().all(|name| known.contains(name)))
        };
        // Almost always nothing is new, and readers do not disturb each other.
        if known(&self.0.read()) {
            return;
        }
        let mut knowledge = self.0.write();
        let known = knowledge.listed.entry(type_name.to_owned()).or_default();
        known.extend(properties.map(str::to_owned));
    }

    /// Whether a list of the type has been seen; if so, whether it returned the property.
    pub(crate) fn lists(&self, type_name: &str, property: &str) -> Option<bool> {
        let knowledge = self.0.read();
        let known = knowledge.listed.get(type_name)?;
        Some(known.contains(property))
    }

    /// Notes list inputs that the service asked for; returns whether any is new.
    pub(crate) fn needs(&self, type_name: &str, inputs: &[String]) -> bool {
        let mut knowledge = self.0.write();
        let known = knowledge.inputs.entry(type_name.to_owned()).or_default();
        let before = known.len();
        known.extend(inputs.iter().cloned());
        known.len() > before
    }

    /// Whether the service asked for inputs that the type's schema does not name.
    pub(crate) fn has_inputs(&self, type_name: &str) -> bool {
        self.0.read().inputs.contains_key(type_name)
    }

    /// The table with the inputs that the service is known to ask for.
    pub(crate) fn with_inputs(&self, table: &Arc<Table>) -> Arc<Table> {
        let knowledge = self.0.read();
        let Some(inputs) = knowledge.inputs.get(&table.type_name) else {
            return table.clone();
        };
        inputs.iter().fold(table.clone(), |table, input| {
            table.with_required_input(input).map_or(table, Arc::new)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_is_listed_once_it_was_seen() {
        let learned = Learned::default();
        assert_eq!(learned.lists("A::B::C", "Name"), None);
        learned.listed("A::B::C", ["Id"].into_iter());
        assert_eq!(learned.lists("A::B::C", "Name"), Some(false));
        learned.listed("A::B::C", ["Id", "Name"].into_iter());
        assert_eq!(learned.lists("A::B::C", "Name"), Some(true));
    }

    #[test]
    fn an_input_is_new_once() {
        let learned = Learned::default();
        assert!(learned.needs("A::B::C", &["X".to_owned()]));
        assert!(!learned.needs("A::B::C", &["X".to_owned()]));
        assert!(learned.needs("A::B::C", &["X".to_owned(), "Y".to_owned()]));
    }

    #[test]
    fn knowledge_survives_being_kept() {
        let learned = Learned::default();
        learned.listed("A::B::C", ["Id"].into_iter());
        learned.needs("A::B::C", &["X".to_owned()]);
        let kept = serde_json::to_string(&learned.knowledge()).unwrap();
        let again = Learned::new(serde_json::from_str(&kept).unwrap());
        assert_eq!(again.knowledge(), learned.knowledge());
    }
}
