//! The resources that exist, by account, region and type. Only [`crate::world`] changes it.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Bound,
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock::Millis;

/// Where resources of one type live; a global type's region is its partition's home.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Scope {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) type_name: String,
}

impl Scope {
    /// The resources of another type in the same place.
    pub(crate) fn of_type(&self, type_name: &str) -> Self {
        Self {
            type_name: type_name.to_owned(),
            ..self.clone()
        }
    }
}

/// A resource that exists.
///
/// Its model is kept as text: reads send it as it is, and a hundred thousand parsed models would not fit in memory.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Resource {
    properties: Box<str>,
    hidden: Option<Box<Hidden>>,
    /// When it was created.
    pub(crate) created: Millis,
    /// When it was last changed.
    pub(crate) modified: Millis,
}

/// What no read handler shows of a resource.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Hidden {
    /// Values of write-only properties, by the path that the schema gives them.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(crate) write_only: Map<String, Value>,
    /// What the service itself remembers, such as a user's status.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(crate) notes: Map<String, Value>,
}

impl Hidden {
    fn is_empty(&self) -> bool {
        self.write_only.is_empty() && self.notes.is_empty()
    }
}

impl Resource {
    /// A resource with a read model, created now.
    pub(crate) fn new(model: &Value, hidden: Hidden, now: Millis) -> Self {
        Self::restored(model.to_string(), hidden, now, now)
    }

    /// A resource out of a state file.
    pub(crate) fn restored(
        properties: String,
        hidden: Hidden,
        created: Millis,
        modified: Millis,
    ) -> Self {
        Self {
            properties: properties.into_boxed_str(),
            hidden: (!hidden.is_empty()).then(|| Box::new(hidden)),
            created,
            modified,
        }
    }

    /// The same resource with another model, changed now.
    pub(crate) fn changed(&self, model: &Value, hidden: Hidden, now: Millis) -> Self {
        Self::restored(model.to_string(), hidden, self.created, now)
    }

    /// The read model as GetResource sends it.
    pub(crate) fn properties(&self) -> &str {
        &self.properties
    }

    /// What a read handler returns: never a write-only property.
    pub(crate) fn model(&self) -> Value {
        serde_json::from_str(&self.properties).unwrap_or_default()
    }

    /// What no read handler returns.
    pub(crate) fn hidden(&self) -> Hidden {
        self.hidden.as_deref().cloned().unwrap_or_default()
    }

    /// One of the service's own notes.
    pub(crate) fn note(&self, name: &str) -> Option<&Value> {
        self.hidden.as_deref()?.notes.get(name)
    }
}

/// All resources, those of a type in the order of their identifiers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    scopes: HashMap<Scope, BTreeMap<String, Resource>>,
}

impl Store {
    pub(crate) fn get(&self, scope: &Scope, identifier: &str) -> Option<&Resource> {
        self.scopes.get(scope)?.get(identifier)
    }

    pub(crate) fn put(&mut self, scope: &Scope, identifier: &str, resource: Resource) {
        if let Some(resources) = self.scopes.get_mut(scope) {
            resources.insert(identifier.to_owned(), resource);
        } else {
            let resources = BTreeMap::from([(identifier.to_owned(), resource)]);
            self.scopes.insert(scope.clone(), resources);
        }
    }

    pub(crate) fn remove(&mut self, scope: &Scope, identifier: &str) -> Option<Resource> {
        self.scopes.get_mut(scope)?.remove(identifier)
    }

    /// The resources of a scope whose identifiers begin with `prefix` and come after `after`.
    pub(crate) fn after<'store>(
        &'store self,
        scope: &Scope,
        prefix: &str,
        after: Option<&str>,
    ) -> impl Iterator<Item = (&'store str, &'store Resource)> + use<'store> {
        let start = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        let prefix = prefix.to_owned();
        let found = self
            .scopes
            .get(scope)
            .map(|resources| resources.range::<str, _>((start, Bound::Unbounded)));
        found
            .into_iter()
            .flatten()
            .map(|(identifier, resource)| (identifier.as_str(), resource))
            .take_while(move |(identifier, _)| identifier.starts_with(&prefix))
    }

    /// The resources of a scope.
    pub(crate) fn of<'store>(
        &'store self,
        scope: &Scope,
    ) -> impl Iterator<Item = (&'store str, &'store Resource)> + use<'store> {
        self.after(scope, "", None)
    }

    /// The scopes that there are, in a stable order.
    pub(crate) fn scopes(&self) -> Vec<&Scope> {
        let mut scopes: Vec<_> = self.scopes.keys().collect();
        scopes.sort();
        scopes
    }

    /// Every resource, in a stable order.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&Scope, &str, &Resource)> {
        self.scopes().into_iter().flat_map(|scope| {
            self.of(scope)
                .map(move |(identifier, resource)| (scope, identifier, resource))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_goes_on_after_an_identifier_and_ends_with_its_prefix() {
        let scope = Scope {
            account: "1".to_owned(),
            region: "r".to_owned(),
            type_name: "T".to_owned(),
        };
        let mut store = Store::default();
        for identifier in ["a|1", "a|2", "b|1", "b|2", "c|1"] {
            let resource = Resource::new(&Value::Null, Hidden::default(), 0);
            store.put(&scope, identifier, resource);
        }
        let found = |prefix: &str, after: Option<&str>| -> Vec<&str> {
            store
                .after(&scope, prefix, after)
                .map(|(identifier, _)| identifier)
                .collect()
        };
        assert_eq!(found("", None).len(), 5);
        assert_eq!(found("b|", None), ["b|1", "b|2"]);
        assert_eq!(found("b|", Some("b|1")), ["b|2"]);
        assert_eq!(found("", Some("b|1")), ["b|2", "c|1"]);
        assert!(found("b|", Some("b|2")).is_empty());
        assert!(found("d|", None).is_empty());
    }
}
