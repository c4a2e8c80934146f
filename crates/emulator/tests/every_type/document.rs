//! A registry document as the test reads it: by itself, so that what the emulator thinks of it is put to the test.

use std::sync::Arc;

use cirrus_provider::{Schemas, TypeSchema};
use serde_json::Value;

use crate::fits::names;

/// The registry document of one type.
#[derive(Clone)]
pub(crate) struct Document {
    schema: Arc<TypeSchema>,
    pub(crate) identifier: Vec<Path>,
    pub(crate) read_only: Vec<Path>,
    pub(crate) write_only: Vec<Path>,
    pub(crate) create_only: Vec<Path>,
    /// Properties that an update may or may not change, and those that are not to be used any more.
    pub(crate) doubtful: Vec<Path>,
}

impl Document {
    pub(crate) fn new(schema: Arc<TypeSchema>) -> Self {
        let paths = |keyword: &str| -> Vec<Path> {
            names(schema.document.get(keyword)).map(Path::new).collect()
        };
        Self {
            identifier: paths("primaryIdentifier"),
            read_only: paths("readOnlyProperties"),
            write_only: paths("writeOnlyProperties"),
            create_only: paths("createOnlyProperties"),
            doubtful: [
                paths("conditionalCreateOnlyProperties"),
                paths("deprecatedProperties"),
            ]
            .concat(),
            schema,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.schema.type_name
    }

    pub(crate) fn root(&self) -> &Value {
        &self.schema.document
    }

    pub(crate) fn handles(&self, operation: &str) -> bool {
        self.root()["handlers"].get(operation).is_some()
    }

    /// What the list handler takes, where the document says so.
    pub(crate) fn list_input(&self) -> Option<&Value> {
        self.root().pointer("/handlers/list/handlerSchema")
    }

    /// The property whose value a list input takes, which the input's `$ref` may name otherwise than the input.
    pub(crate) fn listed_by<'a>(&'a self, input: &'a str) -> &'a str {
        let reference = self
            .list_input()
            .and_then(|schema| schema["properties"][input]["$ref"].as_str());
        reference
            .and_then(|reference| reference.strip_prefix("resource-schema.json#/properties/"))
            .unwrap_or(input)
    }

    pub(crate) fn additional_identifiers(&self) -> Vec<Vec<Path>> {
        let sets = self.root()["additionalIdentifiers"].as_array();
        let sets = sets.into_iter().flatten();
        sets.map(|paths| names(Some(paths)).map(Path::new).collect())
            .collect()
    }

    /// The primary identifier that a model shows: its parts with bars between them.
    pub(crate) fn identifier_of(&self, model: &Value) -> Option<String> {
        let part = |path: &Path| {
            let value = model.pointer(path.pointers(model).first()?)?;
            Some(
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned),
            )
        };
        let parts: Option<Vec<String>> = self.identifier.iter().map(part).collect();
        Some(parts?.join("|"))
    }

    /// The names of the top-level properties, in the document's order.
    pub(crate) fn properties(&self) -> impl Iterator<Item = &str> {
        let properties = self.root()["properties"].as_object();
        properties
            .into_iter()
            .flatten()
            .map(|(name, _)| name.as_str())
    }

    /// A schema, or what its `$ref` stands for.
    pub(crate) fn resolve<'schema>(&'schema self, schema: &'schema Value) -> &'schema Value {
        let mut schema = schema;
        for _ in 0..16 {
            let Some(reference) = schema.get("$ref").and_then(Value::as_str) else {
                return schema;
            };
            let pointer = reference.split_once('#').map_or("", |(_, pointer)| pointer);
            schema = self
                .root()
                .pointer(pointer)
                .unwrap_or_else(|| panic!("{}: {reference} leads nowhere", self.name()));
        }
        panic!("{}: a $ref leads to itself", self.name())
    }

    /// A region where the type exists; the first one that is usual if there are several.
    pub(crate) fn region<'region>(&self, schemas: &'region Schemas) -> &'region str {
        let has = |region: &str| self.schema.availability.includes(region, schemas.regions());
        let regions = || schemas.regions().iter().map(String::as_str);
        regions()
            .find(|&region| region == "us-east-1" && has(region))
            .or_else(|| regions().find(|region| has(region)))
            .unwrap_or_else(|| panic!("{} exists nowhere", self.name()))
    }
}

/// One entry of `readOnlyProperties` and its like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    /// The names of properties on the way, without the marks for the items of arrays and maps.
    pub(crate) names: Vec<String>,
    segments: Vec<String>,
}

impl Path {
    fn new(text: &str) -> Self {
        let inner = text.strip_prefix("/properties/").unwrap_or(text);
        let segments: Vec<String> = inner.split('/').map(str::to_owned).collect();
        Self {
            names: segments
                .iter()
                .filter(|name| *name != "*")
                .cloned()
                .collect(),
            segments,
        }
    }

    pub(crate) fn of_property(name: &str) -> Self {
        Self {
            names: vec![name.to_owned()],
            segments: vec![name.to_owned()],
        }
    }

    /// Whether it is the place itself, or leads there.
    pub(crate) fn covers<Name: AsRef<str>>(&self, place: &[Name]) -> bool {
        place.len() >= self.names.len() && self.agrees(place)
    }

    /// Whether it is the place itself, or something inside.
    pub(crate) fn is_within<Name: AsRef<str>>(&self, place: &[Name]) -> bool {
        place.len() <= self.names.len() && self.agrees(place)
    }

    fn agrees<Name: AsRef<str>>(&self, place: &[Name]) -> bool {
        self.names
            .iter()
            .zip(place)
            .all(|(one, other)| one == other.as_ref())
    }

    /// The JSON pointers of everything in `model` that it means.
    pub(crate) fn pointers(&self, model: &Value) -> Vec<String> {
        let mut found = Vec::new();
        pointers(model, &self.segments, "", &mut found);
        found
    }
}

fn pointers(value: &Value, segments: &[String], pointer: &str, found: &mut Vec<String>) {
    let Some((segment, rest)) = segments.split_first() else {
        found.push(pointer.to_owned());
        return;
    };
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if segment == "*" || segment == name {
                    pointers(member, rest, &format!("{pointer}/{}", escape(name)), found);
                }
            }
        }
        Value::Array(items) => {
            // Most paths leave the mark for the items out.
            let rest = if segment == "*" { rest } else { segments };
            for (index, item) in items.iter().enumerate() {
                pointers(item, rest, &format!("{pointer}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// A name as JSON pointers write it.
pub(crate) fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Takes what a JSON pointer points at out of a model.
pub(crate) fn remove(model: &mut Value, pointer: &str) {
    let Some((parent, last)) = pointer.rsplit_once('/') else {
        return;
    };
    if let Some(Value::Object(members)) = model.pointer_mut(parent) {
        members.shift_remove(&last.replace("~1", "/").replace("~0", "~"));
    }
}

/// Sets what a JSON pointer points at, in an object that is there.
pub(crate) fn set(model: &mut Value, pointer: &str, value: Value) {
    let Some((parent, last)) = pointer.rsplit_once('/') else {
        return;
    };
    if let Some(Value::Object(members)) = model.pointer_mut(parent) {
        members.insert(last.replace("~1", "/").replace("~0", "~"), value);
    }
}
