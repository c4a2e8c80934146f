//! What a read model has that nobody asked for, and what it never has: the schema's defaults, and nulls.

use serde_json::Value;

use crate::{resource_type::ResourceType, validate};

/// Deeper than any model that a request can carry.
const DEEPEST: usize = 128;

/// Sets what the schema gives a default for, in the model and in the objects that it has.
pub(super) fn fill(resource_type: &ResourceType, model: &mut Value) {
    fill_in(resource_type, resource_type.document(), model, 0);
}

fn fill_in(resource_type: &ResourceType, schema: &Value, value: &mut Value, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    let schema = resource_type.resolve(schema);
    match value {
        Value::Object(members) => {
            let properties = schema.get("properties").and_then(Value::as_object);
            for (name, property) in properties.into_iter().flatten() {
                let property = resource_type.resolve(property);
                if let Some(member) = members.get_mut(name) {
                    fill_in(resource_type, property, member, depth + 1);
                } else if let Some(default) = property.get("default")
                    // Some defaults are null, or a value that their own schema refuses: notes to a reader, not values.
                    && validate::accepts(resource_type, property, default)
                    // A key's default policy is a form to fill in.
                    && default.as_str().is_none_or(|text| !text.contains("<account-id>"))
                {
                    members.insert(name.clone(), default.clone());
                }
            }
        }
        Value::Array(items) => {
            if let Some(schema) = schema.get("items") {
                for item in items {
                    fill_in(resource_type, schema, item, depth + 1);
                }
            }
        }
        _ => {}
    }
}

/// Takes out the members that are null, which no handler returns; the items of an array keep their places.
pub(super) fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(without_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resource_type::samples::sample;

    #[test]
    fn nulls_are_taken_out_of_objects_at_any_depth() {
        let mut model = json!({"A": null, "B": {"C": null, "D": [null, {"E": null, "F": 1}]}});
        without_nulls(&mut model);
        assert_eq!(model, json!({"B": {"D": [null, {"F": 1}]}}));
    }

    #[test]
    fn only_what_its_schema_accepts_is_a_default() {
        let one = sample(json!({
            "properties": {
                "Null": {"type": "string", "default": null},
                "Small": {"type": "number", "minimum": 1, "default": 0},
                "Schema": {"type": "object", "additionalProperties": false, "properties": {"A": {"type": "string"}},
                    "default": {"properties": {"A": {"const": "x"}}}},
                "Good": {"type": "number", "minimum": 1, "default": 2}
            }
        }));
        let mut model = json!({});
        fill(&one, &mut model);
        assert_eq!(model, json!({"Good": 2}));
    }
}
