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
        [
            &document.identifier,
            &document.read_only,
            &document.create_only,
        ]
        .into_iter()
        .flatten()
        .chain(kept)
    };
    let passes: [Vec<&Path>; 3] = [
        fixed()
            .chain(&document.write_only)
            .chain(&document.doubtful)
            .collect(),
        fixed().chain(&document.write_only).collect(),
        fixed().collect(),
    ];
    let is_tied = document.root().as_object().is_some_and(has_ties);
    passes.into_iter().find_map(|fixed| {
        let search = Search { document, fixed };
        document.properties().find_map(|name| {
            let is_good = |value: &Value| {
                let mut changed = model.clone();
                changed[name] = value.clone();
                !is_tied || fits(document, document.root(), &changed)
            };
            let schema = &document.root()["properties"][name];
            let value = search.other(schema, &[name], model.get(name), &is_good)?;
            Some(Change {
                property: name.to_owned(),
                value,
            })
        })
    })
}

struct Search<'search> {
    document: &'search Document,
    fixed: Vec<&'search Path>,
}

impl Search<'_> {
    /// Finds another value for what is at a place now.
    fn other(
        &self,
        schema: &Value,
        place: &[&str],
        now: Option<&Value>,
        is_good: &dyn Fn(&Value) -> bool,
    ) -> Option<Value> {
        if self.fixed.iter().any(|path| path.covers(place)) {
            return None;
        }
        if !self.fixed.iter().any(|path| path.is_within(place)) {
            let breadths = [Breadth::Least, Breadth::Everything].into_iter();
            return breadths
                .flat_map(|breadth| (0..4).map(move |ordinal| (breadth, ordinal)))
                .find_map(|(breadth, ordinal)| {
                    let generator = Generator::new(self.document, breadth);
                    let value = generator.at(place, schema, ordinal).ok()?;
                    (Some(&value) != now && is_good(&value)).then_some(value)
                });
        }
        // Something inside is fixed, so only what is beside it may change.
        let Some(Value::Object(members)) = now else {
            return None;
        };
        let keywords = self.document.resolve(schema);
        let is_tied = keywords.as_object().is_some_and(has_ties);
        let properties = keywords["properties"].as_object();
        properties
            .into_iter()
            .flatten()
            .find_map(|(name, schema_of_member)| {
                let with = |value: &Value| {
                    let mut members = members.clone();
                    members.insert(name.clone(), value.clone());
                    Value::Object(members)
                };
                let is_good = |value: &Value| {
                    let changed = with(value);
                    (!is_tied || fits(self.document, schema, &changed)) && is_good(&changed)
                };
                let place = [place, &[name.as_str()]].concat();
                let value = self.other(schema_of_member, &place, members.get(name), &is_good)?;
                Some(with(&value))
            })
    }
}
