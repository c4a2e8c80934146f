//! Paths of a registry document such as `/properties/Rules/*/Prefix`, and what they select in a model.

use serde_json::Value;

/// One entry of `readOnlyProperties`, `createOnlyProperties`, `primaryIdentifier` and their like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PropertyPath {
    /// As the document writes it; AWS's messages repeat it.
    pub(crate) text: String,
    segments: Vec<String>,
}

impl PropertyPath {
    pub(crate) fn parse(text: &str) -> Self {
        let inner = text.strip_prefix("/properties/").unwrap_or(text);
        let segments = inner
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| segment.replace("~1", "/").replace("~0", "~"))
            .collect();
        Self {
            text: text.to_owned(),
            segments,
        }
    }

    /// The property's own name: the last segment.
    pub(crate) fn name(&self) -> &str {
        self.segments.last().map_or("", String::as_str)
    }

    /// The name of a top-level property, if the path names one.
    pub(crate) fn top_level(&self) -> Option<&str> {
        match self.segments.as_slice() {
            [name] => Some(name),
            _ => None,
        }
    }

    /// The first value that the path selects.
    pub(crate) fn find<'model>(&self, model: &'model Value) -> Option<&'model Value> {
        self.all(model).into_iter().next()
    }

    /// Every value that the path selects, in document order.
    pub(crate) fn all<'model>(&self, model: &'model Value) -> Vec<&'model Value> {
        let mut found = Vec::new();
        collect(model, &self.segments, &mut found);
        found
    }

    /// Takes every value that the path selects out of `model`.
    pub(crate) fn remove(&self, model: &mut Value) {
        remove(model, &self.segments);
    }

    /// Sets the value, making the objects on the way; a path with wildcards has no one place and sets nothing.
    pub(crate) fn set(&self, model: &mut Value, value: Value) {
        let mut place = model;
        for segment in &self.segments {
            if segment == "*" {
                return;
            }
            if !place.is_object() {
                *place = Value::Object(serde_json::Map::new());
            }
            let Some(members) = place.as_object_mut() else {
                return;
            };
            place = members.entry(segment.clone()).or_insert(Value::Null);
        }
        *place = value;
    }

    /// Whether a JSON pointer (its unescaped segments) is at this path or below it.
    pub(crate) fn covers(&self, pointer: &[String]) -> bool {
        let mut pointer = pointer.iter();
        for segment in &self.segments {
            loop {
                let Some(token) = pointer.next() else {
                    return false;
                };
                if segment == "*" || segment == token {
                    break;
                }
                // Paths leave array indexes out where they do not write `*`.
                if token.parse::<usize>().is_err() {
                    return false;
                }
            }
        }
        true
    }
}

fn collect<'model>(value: &'model Value, segments: &[String], found: &mut Vec<&'model Value>) {
    let Some((segment, rest)) = segments.split_first() else {
        found.push(value);
        return;
    };
    match value {
        Value::Object(members) if segment == "*" => {
            for member in members.values() {
                collect(member, rest, found);
            }
        }
        Value::Object(members) => {
            if let Some(member) = members.get(segment) {
                collect(member, rest, found);
            }
        }
        Value::Array(items) => {
            let inner = if segment == "*" { rest } else { segments };
            for item in items {
                collect(item, inner, found);
            }
        }
        _ => {}
    }
}

fn remove(value: &mut Value, segments: &[String]) {
    let Some((segment, rest)) = segments.split_first() else {
        return;
    };
    match value {
        Value::Object(members) if rest.is_empty() && segment == "*" => members.clear(),
        Value::Object(members) if rest.is_empty() => {
            members.shift_remove(segment);
        }
        Value::Object(members) if segment == "*" => {
            for member in members.values_mut() {
                remove(member, rest);
            }
        }
        Value::Object(members) => {
            if let Some(member) = members.get_mut(segment) {
                remove(member, rest);
            }
        }
        Value::Array(items) if segment == "*" && rest.is_empty() => items.clear(),
        Value::Array(items) => {
            let inner = if segment == "*" { rest } else { segments };
            for item in items {
                remove(item, inner);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn wildcards_and_bare_array_paths_select_every_item() {
        let model = json!({"Rules": [{"Prefix": "a"}, {"Prefix": "b"}, {}]});
        for text in ["/properties/Rules/*/Prefix", "/properties/Rules/Prefix"] {
            assert_eq!(PropertyPath::parse(text).all(&model), ["a", "b"]);
        }
        let mut model = model;
        PropertyPath::parse("/properties/Rules/*/Prefix").remove(&mut model);
        assert_eq!(model, json!({"Rules": [{}, {}, {}]}));
    }

    #[test]
    fn a_path_covers_itself_and_what_is_below() {
        let covers = |path: &str, pointer: &[&str]| {
            let pointer: Vec<String> = pointer.iter().map(|&token| token.to_owned()).collect();
            PropertyPath::parse(path).covers(&pointer)
        };
        assert!(covers("/properties/A/B", &["A", "B"]));
        assert!(covers("/properties/A/B", &["A", "0", "B", "C"]));
        assert!(covers("/properties/A/*/B", &["A", "0", "B"]));
        assert!(!covers("/properties/A/B", &["A"]));
        assert!(!covers("/properties/A/B", &["A", "C"]));
    }

    #[test]
    fn set_makes_the_objects_on_the_way() {
        let mut model = json!({});
        PropertyPath::parse("/properties/A/B").set(&mut model, json!(1));
        assert_eq!(model, json!({"A": {"B": 1}}));
    }
}
