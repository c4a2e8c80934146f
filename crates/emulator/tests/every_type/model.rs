//! Models made from a registry document: what the schema requires, or everything that it knows, always the same.
//!
//! Every value has an ordinal: the zeroth is the usual one, the others differ from it and from each other. Objects, arrays,
//! texts and numbers have their own files.

use serde_json::{Map, Value, json};

use crate::{
    document::{Document, Path},
    fits::{fits, names},
    scalar,
    spot::Spot,
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

/// Nothing must be nested so deep; a required circle ends here.
const TOO_DEEP: usize = 16;

/// A value, or the place in the model for which there is none.
pub(crate) type Made = Result<Value, String>;

/// Makes values for one type.
pub(crate) struct Generator<'document> {
    pub(crate) document: &'document Document,
    breadth: Breadth,
    /// What a model must have although the schema does not require it: the parts of its identifier, what it is listed by.
    must: Vec<Path>,
}

impl<'document> Generator<'document> {
    pub(crate) fn new(document: &'document Document, breadth: Breadth) -> Self {
        let inputs = names(
            document
                .list_input()
                .and_then(|input| input.get("required")),
        )
        .map(Path::of_property);
        let must = document.identifier.iter().cloned().chain(inputs);
        Self {
            document,
            breadth,
            must: must
                .filter(|path| !document.read_only.contains(path))
                .collect(),
        }
    }

    /// A model of the type.
    pub(crate) fn model(&self) -> Made {
        self.at(&[], self.document.root(), 0)
    }

    /// A value of a schema at a place in the model.
    pub(crate) fn at(&self, place: &[&str], schema: &Value, ordinal: usize) -> Made {
        self.value(schema, &Spot::at(place, self.breadth), ordinal)
    }

    /// What a list handler must be told.
    pub(crate) fn input(document: &'document Document, schema: &Value) -> Made {
        let generator = Self {
            document,
            breadth: Breadth::Least,
            must: Vec::new(),
        };
        generator.at(&[], schema, 0)
    }

    pub(crate) fn value(&self, schema: &Value, spot: &Spot<'_>, ordinal: usize) -> Made {
        let Some(keywords) = self.document.resolve(schema).as_object() else {
            return Err(spot.nothing("it has no schema"));
        };
        if spot.depth > TOO_DEEP {
            return Err(spot.nothing("it is nested too deep"));
        }
        if !has_ties(keywords) {
            return self.plain(schema, keywords, spot, ordinal);
        }
        let mut reason = spot.nothing("there is no way to satisfy all alternatives");
        let mut ways = ways(self.document, keywords);
        ways.sort_by_key(|way| {
            self.required(way, spot)
                .filter(|name| self.is_hidden(spot, name))
                .count()
        });
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
    fn plain(
        &self,
        schema: &Value,
        keywords: &Map<String, Value>,
        spot: &Spot<'_>,
        ordinal: usize,
    ) -> Made {
        let made = if let Some(only) = keywords.get("const") {
            (ordinal == 0).then(|| only.clone())
        } else if let Some(allowed) = ["enum", "enumCaseInsensitive"]
            .iter()
            .find_map(|list| keywords.get(*list))
        {
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
        made.ok_or_else(|| {
            spot.nothing(&format!("{ordinal} of {}", Value::Object(keywords.clone())))
        })
    }

    /// What an object of these keywords must have.
    pub(crate) fn required<'name>(
        &'name self,
        keywords: &'name Map<String, Value>,
        spot: &Spot<'_>,
    ) -> impl Iterator<Item = &'name str> {
        let inside = self.must.iter().filter_map(|path| {
            let inside = path.is_within(&spot.names) && path.names.len() > spot.names.len();
            inside.then(|| path.names[spot.names.len()].as_str())
        });
        names(keywords.get("required")).chain(inside)
    }

    /// Whether a member can be neither read nor written again: an alternative that needs it leaves no way to update.
    pub(crate) fn is_hidden(&self, spot: &Spot<'_>, name: &str) -> bool {
        let place = spot.member(name).names;
        let covers = |paths: &[Path]| paths.iter().any(|path| path.covers(&place));
        covers(&self.document.write_only) && covers(&self.document.create_only)
    }
}

/// The type of the values to make: the first that the schema names, else what its other keywords are about.
fn kind(keywords: &Map<String, Value>) -> &str {
    match keywords.get("type") {
        Some(Value::String(name)) => name,
        Some(Value::Array(names)) => names.first().and_then(Value::as_str).unwrap_or("string"),
        _ => {
            let about = |names: &[&str]| names.iter().any(|name| keywords.contains_key(*name));
            if about(&[
                "properties",
                "patternProperties",
                "required",
                "minProperties",
            ]) {
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
