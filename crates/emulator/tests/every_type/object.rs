//! Objects and maps.

use serde_json::{Map, Value, json};

use crate::{
    fits::{fits, names},
    model::{Breadth, Generator, Made},
    spot::Spot,
    text,
    ways::has_ties,
};

/// Containers inside containers, beyond which only what must be there is made.
const DEEP: usize = 3;

impl Generator<'_> {
    /// The members that must be there, and, of everything, those that may be there with them.
    pub(crate) fn object(
        &self,
        schema: &Value,
        keywords: &Map<String, Value>,
        spot: &Spot<'_>,
        ordinal: usize,
    ) -> Made {
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
            let schema = properties
                .and_then(|properties| properties.get(name))
                .unwrap_or(&any);
            members.insert(
                name.to_owned(),
                self.member(schema, &spot.member(name), ordinal)?,
            );
            for keyword in ["dependentRequired", "dependencies"] {
                required.extend(names(keywords.get(keyword).and_then(|ties| ties.get(name))));
            }
        }
        if spot.breadth == Breadth::Everything && spot.depth < DEEP {
            let is_tied = self
                .document
                .resolve(schema)
                .as_object()
                .is_some_and(has_ties);
            let most = keywords
                .get("maxProperties")
                .and_then(Value::as_u64)
                .unwrap_or(u64::MAX);
            for (name, definition) in properties.into_iter().flatten() {
                if members.len() as u64 >= most {
                    break;
                }
                let spot = spot.member(name);
                let is_read_only = self
                    .document
                    .read_only
                    .iter()
                    .any(|path| path.covers(&spot.names));
                // With what can be neither read nor repeated, no later update would be complete.
                let keywords = self.document.resolve(definition).as_object();
                let is_trap = keywords.is_some_and(|keywords| {
                    self.required(keywords, &spot)
                        .any(|name| self.is_hidden(&spot, name))
                });
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

    /// The ordinal is passed on to every member; those that have no such value have their usual one.
    pub(crate) fn member(&self, schema: &Value, spot: &Spot<'_>, ordinal: usize) -> Made {
        let value = self.value(schema, spot, ordinal);
        value.or_else(|reason| {
            if ordinal == 0 {
                Err(reason)
            } else {
                self.value(schema, spot, 0)
            }
        })
    }

    /// What a map has although no name is given.
    fn entries(
        &self,
        keywords: &Map<String, Value>,
        spot: &Spot<'_>,
        ordinal: usize,
        members: &mut Map<String, Value>,
    ) -> Result<(), String> {
        let least = keywords
            .get("minProperties")
            .and_then(Value::as_u64)
            .unwrap_or(0);
        // Without an entry all maps are the same.
        let usual = u64::from(spot.breadth == Breadth::Everything || ordinal > 0);
        let wanted = usize::try_from(least.max(usual)).unwrap_or(usize::MAX);
        // Names that the schema gives come before names that it only describes.
        let properties = keywords.get("properties").and_then(Value::as_object);
        for (name, schema) in properties.into_iter().flatten() {
            if (members.len() as u64) < least && !members.contains_key(name) {
                members.insert(
                    name.clone(),
                    self.member(schema, &spot.member(name), ordinal)?,
                );
            }
        }
        let any = json!({"type": "string"});
        let (pattern, schema) = match keywords.get("patternProperties").and_then(Value::as_object) {
            Some(patterns) if let Some((pattern, schema)) = patterns.iter().next() => {
                (pattern.as_str(), schema)
            }
            _ => match keywords.get("additionalProperties") {
                Some(schema @ Value::Object(_)) => ("^[a-z]{4}$", schema),
                // Any name will do where none is given.
                None | Some(Value::Bool(true)) if properties.is_none_or(Map::is_empty) => {
                    ("^[a-z]{4}$", &any)
                }
                _ => return Ok(()),
            },
        };
        if properties.is_some_and(|properties| !properties.is_empty())
            && members.len() as u64 >= least
        {
            return Ok(());
        }
        for index in 0..wanted.saturating_sub(members.len()) {
            let key = text::matching(pattern, 1, 128, index + ordinal)
                .ok_or_else(|| spot.nothing(&format!("no name matches {pattern}")))?;
            members.insert(key, self.member(schema, &spot.entry(), index + ordinal)?);
        }
        Ok(())
    }
}
