//! Keeps of a schema what decides something, and drops what only explains.

use serde_json::Value;

/// Members for people.
const PROSE: [&str; 9] = [
    "$comment",
    "$schema",
    "description",
    "documentationUrl",
    "examples",
    "markdownDescription",
    "resourceLink",
    "sourceUrl",
    "title",
];

/// Members whose keys are names and whose values are schemas: a property may be called `description`.
const NAMED_SCHEMAS: [&str; 5] = [
    "$defs",
    "definitions",
    "dependencies",
    "patternProperties",
    "properties",
];

/// Members whose values are data.
const DATA: [&str; 7] = [
    "const",
    "default",
    "dependentExcluded",
    "dependentRequired",
    "enum",
    "propertyTransform",
    "required",
];

/// Removes the prose of a schema and of every schema inside it.
pub(crate) fn remove_prose(schema: &mut Value) {
    match schema {
        Value::Array(members) => members.iter_mut().for_each(remove_prose),
        Value::Object(members) => {
            members.retain(|name, _| !PROSE.contains(&name.as_str()));
            for (name, value) in members {
                match value {
                    _ if DATA.contains(&name.as_str()) => {}
                    Value::Object(named) if NAMED_SCHEMAS.contains(&name.as_str()) => {
                        named.values_mut().for_each(remove_prose);
                    }
                    value => remove_prose(value),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::remove_prose;

    #[test]
    fn prose_goes_and_names_stay() {
        let mut schema = json!({
            "description": "A thing.",
            "properties": {
                "description": {"type": "string", "description": "Its words."},
                "title": {"items": {"$comment": "why", "enum": ["title"]}, "default": {"title": 1}}
            },
            "handlers": {"list": {"handlerSchema": {"properties": {"title": {"title": "T"}}}}},
            "oneOf": [{"title": "First", "required": ["title"]}]
        });
        remove_prose(&mut schema);
        assert_eq!(
            schema,
            json!({
                "properties": {
                    "description": {"type": "string"},
                    "title": {"items": {"enum": ["title"]}, "default": {"title": 1}}
                },
                "handlers": {"list": {"handlerSchema": {"properties": {"title": {}}}}},
                "oneOf": [{"required": ["title"]}]
            })
        );
    }
}
