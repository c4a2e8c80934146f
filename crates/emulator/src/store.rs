//! The resources that exist, by account, region and type. Only [`crate::world`] changes it.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Bound,
};

use serde_json::Value;

/// Where resources of one type live; a global type's region is its partition's home.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Scope {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) type_name: String,
}

/// A resource that exists.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    /// What a read handler returns: never a write-only property.
    pub(crate) model: Value,
    /// The model as GetResource sends it, kept because reads are frequent and writes are not.
    pub(crate) properties: String,
}

impl Resource {
    pub(crate) fn new(model: Value) -> Self {
        Self {
            properties: model.to_string(),
            model,
        }
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
        self.scopes
            .entry(scope.clone())
            .or_default()
            .insert(identifier.to_owned(), resource);
    }

    pub(crate) fn remove(&mut self, scope: &Scope, identifier: &str) -> Option<Resource> {
        self.scopes.get_mut(scope)?.remove(identifier)
    }

    /// The resources of a scope whose identifiers come after `after`.
    pub(crate) fn after<'store>(
        &'store self,
        scope: &Scope,
        after: Option<&str>,
    ) -> impl Iterator<Item = (&'store str, &'store Resource)> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.scopes
            .get(scope)
            .into_iter()
            .flat_map(move |resources| resources.range::<str, _>((start, Bound::Unbounded)))
            .map(|(identifier, resource)| (identifier.as_str(), resource))
    }

    /// Every resource, in a stable order.
    pub(crate) fn all(&self) -> Vec<(&Scope, &str, &Resource)> {
        let mut scopes: Vec<_> = self.scopes.iter().collect();
        scopes.sort_by_key(|(scope, _)| *scope);
        scopes
            .into_iter()
            .flat_map(|(scope, resources)| {
                resources
                    .iter()
                    .map(move |(identifier, resource)| (scope, identifier.as_str(), resource))
            })
            .collect()
    }

    /// Removes what satisfies `doomed` from every scope.
    pub(crate) fn remove_where(&mut self, doomed: impl Fn(&Scope, &Value) -> bool) {
        for (scope, resources) in &mut self.scopes {
            resources.retain(|_, resource| !doomed(scope, &resource.model));
        }
    }
}
