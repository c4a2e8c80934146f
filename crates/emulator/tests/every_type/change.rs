//! What an update may change of a resource, and to what.

use serde_json::Value;

use crate::{
    document::{Document, Path},
    fits::fits,
    model::{Breadth, Generator},
    ways::has_ties,
};

/// A top-level property and its new value.
pub(crate) struct Change {
    pub(crate) property: String,
    pub(crate) value: Value,
}

/// A change of `model` that its schema allows; `kept` are properties that must stay as they are.
///
/// What every reader sees comes first, then what may not be changeable under all conditions, then what is write-only.
pub(crate) fn of(document: &Document, model: &Value, kept: &[Path]) -> Option<Change> {
    let fixed = || {
        [&document.identifier, &document.read_only, &document.create_only]
            .into_iter()
            .flatten()
            .chain(kept)
    };
    let passes: [Vec<&Path>; 3] = [
        fixed().chain(&document.write_only).chain(&document.doubtful).collect(),
        fixed().chain(&document.write_only).collect(),
        fixed().collect(),
    ];
    let is_tied = document.root().as_object().is_some_and(has_ties);
    passes.into_iter().find_map(|fixed| {
        let search = Search { document, fixed };
        document.properties().find_map(|name| {
            let schema = &document.root()["properties"][name];
            let values = search.others(schema, &[name], model.get(name));
            values.into_iter().find_map(|value| {
                let mut changed = model.clone();
                changed[name] = value.clone();
                let allowed = !is_tied || fits(document, document.root(), &changed);
                allowed.then(|| Change {
                    property: name.to_owned(),
                    value,
                })
            })
        })
    })
}

struct Search<'search> {
    document: &'search Document,
    fixed: Vec<&'search Path>,
}

impl Search<'_> {
    /// Other values for what is at a place now.
    fn others(&self, schema: &Value, place: &[&str], now: Option<&Value>) -> Vec<Value> {
        if self.fixed.iter().any(|path| path.covers(place)) {
            return Vec::new();
        }
        if !self.fixed.iter().any(|path| path.is_within(place)) {
            let breadths = [Breadth::Least, Breadth::Everything];
            return breadths
                .into_iter()
                .flat_map(|breadth| {
                    let generator = Generator::new(self.document, breadth);
                    (0..4).filter_map(move |ordinal| generator.at(place, schema, ordinal).ok())
                })
                .filter(|value| Some(value) != now)
                .collect();
        }
        // Something inside is fixed, so only what is beside it may change.
        let Some(Value::Object(members)) = now else {
            return Vec::new();
        };
        let keywords = self.document.resolve(schema);
        let is_tied = keywords.as_object().is_some_and(has_ties);
        let properties = keywords["properties"].as_object();
        let changed = properties.into_iter().flatten().flat_map(|(name, schema)| {
            let place = [place, &[name.as_str()]].concat();
            self.others(schema, &place, members.get(name)).into_iter().map(|value| {
                let mut members = members.clone();
                members.insert(name.clone(), value);
                Value::Object(members)
            })
        });
        changed
            .filter(|value| !is_tied || fits(self.document, schema, value))
            .collect()
    }
}
