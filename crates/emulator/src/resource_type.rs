//! A registry document read once: identifiers, handlers and property lists of a type, and the types by name.

pub(crate) mod pattern;

use std::{collections::HashMap, sync::Arc};

use cirrus_provider::{Schemas, TypeSchema};
use parking_lot::RwLock;
use serde_json::Value;

use crate::property_path::PropertyPath;

/// What a type can be asked to do, in the registry's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Create,
    Read,
    Update,
    Delete,
    List,
}

impl Action {
    /// As AWS's messages write it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Read => "READ",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
            Self::List => "LIST",
        }
    }

    fn handler(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::List => "list",
        }
    }
}

/// One type of the registry.
#[derive(Debug)]
pub(crate) struct ResourceType {
    schema: Arc<TypeSchema>,
    pub(crate) primary: Vec<PropertyPath>,
    pub(crate) additional: Vec<Vec<PropertyPath>>,
    pub(crate) read_only: Vec<PropertyPath>,
    pub(crate) write_only: Vec<PropertyPath>,
    pub(crate) create_only: Vec<PropertyPath>,
    pub(crate) conditional_create_only: Vec<PropertyPath>,
}

impl ResourceType {
    fn new(schema: Arc<TypeSchema>) -> Self {
        let document = &schema.document;
        let additional = document
            .get("additionalIdentifiers")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(paths)
            .collect();
        Self {
            primary: paths(&document["primaryIdentifier"]),
            additional,
            read_only: paths(&document["readOnlyProperties"]),
            write_only: paths(&document["writeOnlyProperties"]),
            create_only: paths(&document["createOnlyProperties"]),
            conditional_create_only: paths(&document["conditionalCreateOnlyProperties"]),
            schema,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.schema.type_name
    }

    /// `Cognito` of `AWS::Cognito::UserPool`.
    pub(crate) fn service(&self) -> &str {
        self.name().split("::").nth(1).unwrap_or("")
    }

    /// `UserPool` of `AWS::Cognito::UserPool`.
    pub(crate) fn resource(&self) -> &str {
        self.name().split("::").nth(2).unwrap_or("")
    }

    pub(crate) fn is_global(&self) -> bool {
        self.schema.global
    }

    pub(crate) fn document(&self) -> &Value {
        &self.schema.document
    }

    pub(crate) fn supports(&self, action: Action) -> bool {
        self.document()
            .get("handlers")
            .and_then(|handlers| handlers.get(action.handler()))
            .is_some()
    }

    /// What ListResources needs or takes, where the type says so.
    pub(crate) fn list_input(&self) -> Option<&Value> {
        self.document().pointer("/handlers/list/handlerSchema")
    }

    /// The property that a list input selects by: its own, unless the input's schema refers to another, as the `Arn` of
    /// Prometheus rule groups does to their `Workspace`.
    pub(crate) fn listed_by<'schema>(&'schema self, input: &'schema str) -> &'schema str {
        let schema = self
            .list_input()
            .and_then(|schema| schema.get("properties")?.get(input)?.get("$ref")?.as_str());
        schema
            .and_then(|reference| reference.split_once("#/properties/"))
            .map(|(_, property)| property)
            .filter(|property| !property.contains('/'))
            .unwrap_or(input)
    }

    /// The definition of a top-level property, `$ref` followed.
    pub(crate) fn property(&self, name: &str) -> Option<&Value> {
        let definition = self.document().get("properties")?.get(name)?;
        Some(self.resolve(definition))
    }

    /// The definition itself, or the one that its `$ref` chain ends at.
    pub(crate) fn resolve<'schema>(&'schema self, schema: &'schema Value) -> &'schema Value {
        let mut schema = schema;
        // A chain longer than this is a circle.
        for _ in 0..16 {
            let Some(reference) = schema.get("$ref").and_then(Value::as_str) else {
                return schema;
            };
            let Some((_, pointer)) = reference.split_once('#') else {
                return schema;
            };
            let Some(target) = self.document().pointer(pointer) else {
                return schema;
            };
            schema = target;
        }
        &Value::Null
    }

    pub(crate) fn is_read_only(&self, property: &str) -> bool {
        self.read_only
            .iter()
            .any(|path| path.top_level() == Some(property))
    }

    pub(crate) fn is_write_only(&self, property: &str) -> bool {
        self.write_only
            .iter()
            .any(|path| path.top_level() == Some(property))
    }

    /// Takes out what no handler returns.
    pub(crate) fn strip_write_only(&self, model: &mut Value) {
        for path in &self.write_only {
            path.remove(model);
        }
    }

    /// Takes out what only the service sets.
    pub(crate) fn strip_read_only(&self, model: &mut Value) {
        for path in &self.read_only {
            path.remove(model);
        }
    }
}

fn paths(list: &Value) -> Vec<PropertyPath> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(PropertyPath::parse)
        .collect()
}

/// The types that exist, each read when it is first asked for.
#[derive(Debug)]
pub(crate) struct Types {
    schemas: Arc<Schemas>,
    known: RwLock<HashMap<String, Arc<ResourceType>>>,
}

impl Types {
    pub(crate) fn new(schemas: Arc<Schemas>) -> Self {
        Self {
            schemas,
            known: RwLock::new(HashMap::new()),
        }
    }

    /// The type, wherever it exists.
    pub(crate) fn get(&self, type_name: &str) -> Option<Arc<ResourceType>> {
        if let Some(known) = self.known.read().get(type_name) {
            return Some(Arc::clone(known));
        }
        let schema = self.schemas.get(type_name)?;
        let resource_type = Arc::new(ResourceType::new(schema));
        self.known
            .write()
            .insert(type_name.to_owned(), Arc::clone(&resource_type));
        Some(resource_type)
    }

    /// The names of all types, sorted.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.schemas.type_names()
    }

    /// The regions of the partition that `region` is in, sorted.
    pub(crate) fn regions(&self, region: &str) -> impl Iterator<Item = &str> {
        let home = self.schemas.home_region(region).to_owned();
        let all = self.schemas.regions().iter().map(String::as_str);
        all.filter(move |region| self.schemas.home_region(region) == home)
    }

    /// The type, if it exists in `region`.
    pub(crate) fn in_region(&self, type_name: &str, region: &str) -> Option<Arc<ResourceType>> {
        self.get(type_name).filter(|resource_type| {
            resource_type
                .schema
                .availability
                .includes(region, self.schemas.regions())
        })
    }

    /// Where the resources of a type are kept that a caller in `region` sees.
    pub(crate) fn home<'region>(
        &'region self,
        resource_type: &ResourceType,
        region: &'region str,
    ) -> &'region str {
        if resource_type.is_global() {
            self.schemas.home_region(region)
        } else {
            region
        }
    }
}

#[cfg(test)]
pub(crate) mod samples {
    //! Types for the unit tests of pure modules, written by hand so that a refresh of the catalog does not move them.

    use cirrus_provider::Availability;
    use serde_json::json;

    use super::*;

    /// A type out of a document.
    pub(crate) fn sample(document: Value) -> ResourceType {
        ResourceType::new(Arc::new(TypeSchema {
            type_name: document["typeName"]
                .as_str()
                .unwrap_or("AWS::Demo::Thing")
                .to_owned(),
            document,
            availability: Availability::AllExcept(Vec::new()),
            global: false,
        }))
    }

    /// A type with something of everything that the modules treat.
    pub(crate) fn thing() -> ResourceType {
        sample(json!({
            "typeName": "AWS::Demo::Thing",
            "properties": {
                "Name": {"type": "string", "minLength": 2, "pattern": "^[a-z]+$"},
                "Id": {"type": "string"},
                "Arn": {"type": "string"},
                "Size": {"type": "integer", "minimum": 1, "maximum": 9, "default": 3},
                "Ratio": {"type": "number"},
                "On": {"type": "boolean"},
                "Kind": {"type": "string", "enum": ["a", "b"]},
                "Policy": {"type": ["object", "string"]},
                "Secret": {"type": "string"},
                "Tags": {"type": "array", "uniqueItems": true, "maxItems": 3, "items": {"$ref": "#/definitions/Tag"}},
                "Choice": {"oneOf": [{"type": "string"}, {"type": "object", "required": ["A"]}]}
            },
            "definitions": {
                "Tag": {
                    "type": "object", "additionalProperties": false, "required": ["Key", "Value"],
                    "properties": {"Key": {"type": "string"}, "Value": {"type": "string"}, "Level": {"type": "integer", "default": 1}}
                }
            },
            "additionalProperties": false,
            "required": ["Name"],
            "primaryIdentifier": ["/properties/Name", "/properties/Id"],
            "additionalIdentifiers": [["/properties/Arn"]],
            "readOnlyProperties": ["/properties/Id", "/properties/Arn"],
            "writeOnlyProperties": ["/properties/Secret"],
            "createOnlyProperties": ["/properties/Name"],
            "handlers": {"create": {}, "read": {}, "update": {}, "delete": {}, "list": {}}
        }))
    }
}
