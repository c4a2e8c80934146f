//! Models made from a registry document: what the schema requires, or everything that it knows, always the same.
//!
//! Every value has an ordinal: the zeroth is the usual one, the others differ from it and from each other.

use serde_json::{Map, Value, json};

use crate::{
    document::{Document, Path},
    fits::{fits, names},
    scalar, text,
    ways::{has_ties, ways},
};

/// How much of a schema a model has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Breadth {
    /// What must be there.
    Least,
    /// What may be there too, where it does not exclude something else.
    Everything,
}

/// Containers inside containers, beyond which only what must be there is made.
const DEEP: usize = 4;
/// Nothing must be nested so deep; a required circle ends here.
const TOO_DEEP: usize = 16;

/// A value, or the place in the model for which there is none.
type Made = Result<Value, String>;

/// Makes values for one type.
pub(crate) struct Generator<'document> {
    document: &'document Document,
    breadth: Breadth,
    /// What a model must have although the schema does not require it: the parts of its identifier, what it is listed by.
    must: Vec<Path>,
}

/// Where in the model a value goes, and how much it is to have.
#[derive(Clone)]
struct Spot<'name> {
    /// Names of properties, without keys of maps and indexes of arrays.
    names: Vec<&'name str>,
    depth: usize,
    breadth: Breadth,
}

impl<'name> Spot<'name> {
    fn member(&self, name: &'name str) -> Self {
        let mut names = self.names.clone();
        names.push(name);
        Self {
            names,
            depth: self.depth + 1,
            breadth: self.breadth,
        }
    }

    fn entry(&self) -> Self {
        Self {
            depth: self.depth + 1,
            ..self.clone()
        }
    }

    fn with_everything(&self) -> Self {
        Self {
            breadth: Breadth::Everything,
            ..self.clone()
        }
    }

    fn nothing(&self, why: &str) -> String {
        format!("no value for /{}: {why}", self.names.join("/"))
    }
}

impl<'document> Generator<'document> {
    pub(crate) fn new(document: &'document Document, breadth: Breadth) -> Self {
        let inputs = names(document.list_input().and_then(|input| input.get("required"))).map(Path::of_property);
        let must = document.identifier.iter().cloned().chain(inputs);
        Self {
            document,
            breadth,
            must: must.filter(|path| !document.read_only.contains(path)).collect(),
        }
    }

    /// A model of the type.
    pub(crate) fn model(&self) -> Made {
        self.value(self.document.root(), &self.top(), 0)
    }

    /// A value of a schema at a place in the model.
    pub(crate) fn at(&self, place: &[&str], schema: &Value, ordinal: usize) -> Made {
        let spot = Spot {
            names: place.to_vec(),
            depth: place.len(),
            breadth: self.breadth,
        };
        self.value(schema, &spot, ordinal)
    }

    /// A value of a schema that belongs to no property.
    pub(crate) fn input(&self, schema: &Value) -> Made {
        self.value(schema, &self.top(), 0)
    }

    fn top(&self) -> Spot<'static> {
        Spot {
            names: Vec::new(),
            depth: 0,
            breadth: self.breadth,
        }
    }

    fn value(&self, schema: &Value, spot: &Spot<'_>, ordinal: usize) -> Made {
        let Some(keywords) = self.document.resolve(schema).as_object() else {
            return Err(spot.nothing("it has no schema"));
        };
        if spot.depth > TOO_DEEP {
            return Err(spot.nothing("it is nested too deep"));
        }
        let is_tied = has_ties(keywords);
        let mut reason = spot.nothing("there is no way to satisfy all alternatives");
        if !is_tied {
            return self.plain(schema, keywords, spot, ordinal);
        }
        let mut ways = ways(self.document, keywords);
        ways.sort_by_key(|way| self.required(way, spot).filter(|name| self.is_hidden(spot, name)).count());
        // Where nothing is required, what must not be there does not tell the alternatives apart.
        for spot in [spot.clone(), spot.with_everything()] {
            for way in &ways {
                // Another text may match the patterns of all alternatives.
                for ordinal in ordinal..ordinal + 4 {
                    match self.plain(schema, way, &spot, ordinal) {
                        Ok(value) if fits(self.document, schema, &value) => return Ok(value),
                        Ok(_) => {}
                        Err(inner) => reason = inner,
                    }
                }
            }
        }
        Err(reason)
    }

    /// A value of `schema`, made by the `keywords` of one of its ways.
    fn plain(&self, schema: &Value, keywords: &Map<String, Value>, spot: &Spot<'_>, ordinal: usize) -> Made {
        let made = if let Some(only) = keywords.get("const") {
            (ordinal == 0).then(|| only.clone())
        } else if let Some(allowed) = ["enum", "enumCaseInsensitive"].iter().find_map(|list| keywords.get(*list)) {
            allowed.get(ordinal).cloned()
        } else {
            match kind(keywords) {
                "object" => return self.object(schema, keywords, spot, ordinal),
                "array" => return self.array(keywords, spot, ordinal),
                "boolean" => [json!(true), json!(false)].get(ordinal).cloned(),
                "integer" => scalar::number(keywords, true, ordinal),
                "number" => scalar::number(keywords, false, ordinal),
                _ => scalar::text(keywords, ordinal),
            }
        };
        made.ok_or_else(|| spot.nothing(&format!("{ordinal} of {}", Value::Object(keywords.clone()))))
    }

    fn object(&self, schema: &Value, keywords: &Map<String, Value>, spot: &Spot<'_>, ordinal: usize) -> Made {
        let mut members = Map::new();
        let properties = keywords.get("properties").and_then(Value::as_object);
        let mut required: Vec<&str> = self.required(keywords, spot).collect();
        // What is required brings along what depends on it; the list grows while it is read.
        let mut next = 0;
        while let Some(&name) = required.get(next) {
            next += 1;
            if members.contains_key(name) {
                continue;
            }
            let any = json!({"type": "string"});
            let schema = properties.and_then(|properties| properties.get(name)).unwrap_or(&any);
            members.insert(name.to_owned(), self.member(schema, &spot.member(name), ordinal)?);
            for keyword in ["dependentRequired", "dependencies"] {
                required.extend(names(keywords.get(keyword).and_then(|ties| ties.get(name))));
            }
        }
        if spot.breadth == Breadth::Everything && spot.depth < DEEP {
            let is_tied = self.document.resolve(schema).as_object().is_some_and(has_ties);
            let most = keywords.get("maxProperties").and_then(Value::as_u64).unwrap_or(u64::MAX);
            for (name, definition) in properties.into_iter().flatten() {
                if members.len() as u64 >= most {
                    break;
                }
                let spot = spot.member(name);
                let is_read_only = self.document.read_only.iter().any(|path| path.covers(&spot.names));
                // With what can be neither read nor repeated, no later update would be complete.
                let keywords = self.document.resolve(definition).as_object();
                let is_trap = keywords
                    .is_some_and(|keywords| self.required(keywords, &spot).any(|name| self.is_hidden(&spot, name)));
                if is_read_only || is_trap || members.contains_key(name) {
                    continue;
                }
                let Ok(value) = self.member(definition, &spot, ordinal) else {
                    continue;
                };
                members.insert(name.clone(), value);
                if is_tied && !fits(self.document, schema, &Value::Object(members.clone())) {
                    members.shift_remove(name);
                }
            }
        }
        self.entries(keywords, spot, ordinal, &mut members)?;
        Ok(Value::Object(members))
    }

    /// What an object of these keywords must have.
    fn required<'name>(&'name self, keywords: &'name Map<String, Value>, spot: &Spot<'_>) -> impl Iterator<Item = &'name str> {
        let inside = self.must.iter().filter_map(|path| {
            let inside = path.is_within(&spot.names) && path.names.len() > spot.names.len();
            inside.then(|| path.names[spot.names.len()].as_str())
        });
        names(keywords.get("required")).chain(inside)
    }

    /// Whether a member can be neither read nor written again: an alternative that needs it leaves no way to update.
    fn is_hidden(&self, spot: &Spot<'_>, name: &str) -> bool {
        let place = spot.member(name).names;
        let covers = |paths: &[Path]| paths.iter().any(|path| path.covers(&place));
        covers(&self.document.write_only) && covers(&self.document.create_only)
    }

    /// The ordinal is passed on to every member; those that have no such value have their usual one.
    fn member(&self, schema: &Value, spot: &Spot<'_>, ordinal: usize) -> Made {
        let value = self.value(schema, spot, ordinal);
        value.or_else(|reason| if ordinal == 0 { Err(reason) } else { self.value(schema, spot, 0) })
    }

    /// What a map has although no name is given.
    fn entries(
        &self,
        keywords: &Map<String, Value>,
        spot: &Spot<'_>,
        ordinal: usize,
        members: &mut Map<String, Value>,
    ) -> Result<(), String> {
        let least = keywords.get("minProperties").and_then(Value::as_u64).unwrap_or(0);
        let wanted = if spot.breadth == Breadth::Everything || ordinal > 0 { 1 } else { 0 };
        let wanted = usize::try_from(least.max(wanted)).unwrap_or(usize::MAX);
        // Names that the schema gives come before names that it only describes.
        let properties = keywords.get("properties").and_then(Value::as_object);
        for (name, schema) in properties.into_iter().flatten() {
            if (members.len() as u64) < least && !members.contains_key(name) {
                members.insert(name.clone(), self.member(schema, &spot.member(name), ordinal)?);
            }
        }
        let any = json!({"type": "string"});
        let (pattern, schema) = match keywords.get("patternProperties").and_then(Value::as_object) {
            Some(patterns) if let Some((pattern, schema)) = patterns.iter().next() => (pattern.as_str(), schema),
            _ => match keywords.get("additionalProperties") {
                Some(schema @ Value::Object(_)) => ("^[a-z]{4}$", schema),
                // Any name will do where none is given.
                None | Some(Value::Bool(true)) if properties.is_none_or(Map::is_empty) => ("^[a-z]{4}$", &any),
                _ => return Ok(()),
            },
        };
        if properties.is_some_and(|properties| !properties.is_empty()) && members.len() as u64 >= least {
            return Ok(());
        }
        for index in 0..wanted.saturating_sub(members.len()) {
            let key = text::matching(pattern, 1, 128, index + ordinal)
                .ok_or_else(|| spot.nothing(&format!("no name matches {pattern}")))?;
            members.insert(key, self.member(schema, &spot.entry(), index + ordinal)?);
        }
        Ok(())
    }

    fn array(&self, keywords: &Map<String, Value>, spot: &Spot<'_>, ordinal: usize) -> Made {
        let limit = |keyword: &str| keywords.get(keyword).and_then(Value::as_u64);
        let count = limit("minItems").unwrap_or(0).max(1).min(limit("maxItems").unwrap_or(u64::MAX));
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let any = json!({"type": "string"});
        let schema = keywords.get("items").filter(|schema| schema.is_object()).unwrap_or(&any);
        let prefix = keywords.get("prefixItems").and_then(Value::as_array);
        let keys: Vec<&str> = names(keywords.get("uniqueKeys")).collect();
        let is_other = |one: &Value, other: &Value| {
            if keys.is_empty() {
                one != other
            } else {
                keys.iter().any(|key| one.get(key) != other.get(key))
            }
        };
        let mut items: Vec<Value> = Vec::with_capacity(count);
        let mut ordinals = ordinal..ordinal + count + 64;
        while items.len() < count {
            let both;
            let schema = match prefix.and_then(|prefix| prefix.get(items.len())) {
                Some(own) => {
                    both = json!({"allOf": [schema, own]});
                    &both
                }
                None => schema,
            };
            let ordinal = ordinals.next().ok_or_else(|| spot.nothing("too few items differ"))?;
            let entry = spot.entry();
            for entry in [entry.clone(), entry.with_everything()] {
                let item = self.member(schema, &entry, ordinal)?;
                if items.iter().all(|other| is_other(other, &item)) {
                    items.push(item);
                    break;
                }
            }
        }
        Ok(Value::Array(items))
    }
}

/// The type of the values to make: the first that the schema names, else what its other keywords are about.
fn kind(keywords: &Map<String, Value>) -> &str {
    match keywords.get("type") {
        Some(Value::String(name)) => name,
        Some(Value::Array(names)) => names.first().and_then(Value::as_str).unwrap_or("string"),
        _ => {
            let about = |names: &[&str]| names.iter().any(|name| keywords.contains_key(*name));
            if about(&["properties", "patternProperties", "required", "minProperties"]) {
                "object"
            } else if about(&["items", "minItems"]) {
                "array"
            } else if about(&["minimum", "maximum"]) {
                "number"
            } else {
                "string"
            }
        }
    }
}
