//! The JSON type of every member of a request, which the front end finds out while it reads: the first wrong one ends it.
//!
//! The texts are those that were recorded of Athena and SES (2026), of the same front end, and, for maps, blobs and
//! timestamps, of DynamoDB.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value};

use super::shape::{Kind, Model};

const LIST: &str = "Start of list found where not expected";
const STRUCTURE: &str = "Start of structure or map found where not expected.";

/// Looks at the members of a structure, in the order of the request.
pub(super) fn check(model: &Model, shape: &str, input: &Map<String, Value>) -> Result<(), String> {
    let Kind::Structure { members, .. } = &model.shape(shape).kind else {
        return Ok(());
    };
    for (name, value) in input {
        if let Some(member) = members.get(name) {
            check_value(model, &member.shape, value)?;
        }
    }
    Ok(())
}

fn check_value(model: &Model, name: &str, value: &Value) -> Result<(), String> {
    match (&model.shape(name).kind, value) {
        (_, Value::Null)
        | (Kind::Structure { document: true, .. }, _)
        | (Kind::String { .. }, Value::String(_))
        | (
            Kind::Integer | Kind::Long | Kind::Float | Kind::Double | Kind::Timestamp,
            Value::Number(_),
        )
        | (Kind::Boolean, Value::Bool(_)) => Ok(()),

        (Kind::Structure { .. }, Value::Object(input)) => check(model, name, input),
        (Kind::List { member, .. }, Value::Array(elements)) => elements
            .iter()
            .try_for_each(|element| check_value(model, &member.shape, element)),
        (Kind::Map { value, .. }, Value::Object(entries)) => entries
            .values()
            .try_for_each(|entry| check_value(model, &value.shape, entry)),
        (Kind::Blob, Value::String(text)) => check_base64(text),
        (Kind::Timestamp, Value::String(text)) if DATE_TIME.is_match(text) => Ok(()),
        (Kind::Float | Kind::Double, Value::String(text))
            if matches!(text.as_str(), "NaN" | "Infinity" | "-Infinity") =>
        {
            Ok(())
        }

        (_, Value::Array(_)) => Err(LIST.to_owned()),
        (_, Value::Object(_)) => Err(STRUCTURE.to_owned()),
        (Kind::Structure { .. }, _) => Err("Expected null".to_owned()),
        (Kind::List { .. }, _) => Err("Expected list or null".to_owned()),
        (Kind::Map { .. }, _) => Err("Expected map or null".to_owned()),
        (kind, scalar) => Err(format!(
            "{} can not be converted to {}",
            token(scalar),
            words(kind, scalar)
        )),
    }
}

/// What the front end's reader calls a scalar.
fn token(scalar: &Value) -> &'static str {
    match scalar {
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        _ => "STRING_VALUE",
    }
}

/// What a scalar was to become, with the article that the front end gives it.
fn words(kind: &Kind, scalar: &Value) -> &'static str {
    match kind {
        Kind::Integer => "an Integer",
        Kind::Long => "a Long",
        Kind::Float => "a Float",
        Kind::Double => "a Double",
        // AWS also reads texts that name a boolean, `yes` too; nothing that is signed sends them.
        Kind::Boolean if scalar.is_string() => "an Boolean",
        Kind::Boolean => "a Boolean",
        Kind::Blob => "a Blob",
        Kind::Timestamp => "milliseconds since epoch",
        _ => "a String",
    }
}

fn check_base64(text: &str) -> Result<(), String> {
    let refuse = |why: String| Err(format!("'{text}' can not be converted to a Blob: {why}"));
    if !text.len().is_multiple_of(4) {
        return refuse(format!(
            "Base64 encoded length is expected a multiple of 4 bytes but found: {}",
            text.len()
        ));
    }
    let content = text.trim_end_matches('=');
    let odd = content
        .chars()
        .find(|character| !matches!(character, 'A'..='Z' | 'a'..='z' | '0'..='9' | '+' | '/'));
    match odd {
        Some(odd) => refuse(format!("Invalid Base64 character: '{odd}'")),
        None if text.len() - content.len() > 2 => {
            refuse("Invalid Base64 character: '='".to_owned())
        }
        None => Ok(()),
    }
}

/// The number of bytes that a Base64 text stands for.
pub(super) fn base64_length(text: &str) -> usize {
    text.trim_end_matches('=').len() * 3 / 4
}

/// ISO 8601, as the query protocol writes it.
static DATE_TIME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?$")
        .expect("the pattern is valid")
});

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A model with a member of every type.
    fn model() -> Model {
        let members = json!({
            "Text": "Text", "Integer": "Integer", "Long": "Long", "Double": "Double", "Boolean": "Boolean",
            "Blob": "Blob", "Time": "Time", "Structure": "All", "List": "List", "Map": "Map", "Document": "Document",
        });
        let model = json!({
            "metadata": {"apiVersion": "1", "protocol": "json", "signingName": "a"},
            "operations": {},
            "errors": {},
            "shapes": {
                "All": {"type": "structure", "members": members},
                "Text": {"type": "string"},
                "Integer": {"type": "integer"},
                "Long": {"type": "long"},
                "Double": {"type": "double"},
                "Boolean": {"type": "boolean"},
                "Blob": {"type": "blob"},
                "Time": {"type": "timestamp"},
                "List": {"type": "list", "member": "Text"},
                "Map": {"type": "map", "key": "Text", "value": "Integer"},
                "Document": {"type": "structure", "document": true},
            },
        });
        Model::parse(&model.to_string()).unwrap()
    }

    fn found(input: &Value) -> Result<(), String> {
        check(&model(), "All", input.as_object().unwrap())
    }

    /// Measured of Athena on 2026-09-23; booleans of SES, maps of DynamoDB.
    #[test]
    fn each_wrong_type_has_the_text_of_the_front_end() {
        for (input, text) in [
            (
                json!({"Integer": "1"}),
                "STRING_VALUE can not be converted to an Integer",
            ),
            (
                json!({"Integer": true}),
                "TRUE_VALUE can not be converted to an Integer",
            ),
            (
                json!({"Integer": false}),
                "FALSE_VALUE can not be converted to an Integer",
            ),
            (json!({"Integer": [1]}), LIST),
            (json!({"Integer": {"a": 1}}), STRUCTURE),
            (
                json!({"Text": 1}),
                "NUMBER_VALUE can not be converted to a String",
            ),
            (
                json!({"Text": 1.5}),
                "NUMBER_VALUE can not be converted to a String",
            ),
            (
                json!({"Text": true}),
                "TRUE_VALUE can not be converted to a String",
            ),
            (json!({"Text": ["x"]}), LIST),
            (json!({"Text": {"a": 1}}), STRUCTURE),
            (
                json!({"List": [1]}),
                "NUMBER_VALUE can not be converted to a String",
            ),
            (json!({"List": [["a"]]}), LIST),
            (json!({"List": "x"}), "Expected list or null"),
            (json!({"List": 1}), "Expected list or null"),
            (json!({"List": true}), "Expected list or null"),
            (json!({"List": {}}), STRUCTURE),
            (json!({"Structure": "x"}), "Expected null"),
            (json!({"Structure": 1}), "Expected null"),
            (json!({"Structure": []}), LIST),
            (
                json!({"Structure": {"Text": 1}}),
                "NUMBER_VALUE can not be converted to a String",
            ),
            (json!({"Map": "x"}), "Expected map or null"),
            (json!({"Map": []}), LIST),
            (
                json!({"Map": {"a": "1"}}),
                "STRING_VALUE can not be converted to an Integer",
            ),
            (
                json!({"Long": "1"}),
                "STRING_VALUE can not be converted to a Long",
            ),
            (
                json!({"Boolean": "abc"}),
                "STRING_VALUE can not be converted to an Boolean",
            ),
            (
                json!({"Boolean": 1}),
                "NUMBER_VALUE can not be converted to a Boolean",
            ),
            (
                json!({"Time": true}),
                "TRUE_VALUE can not be converted to milliseconds since epoch",
            ),
            (
                json!({"Time": "soon"}),
                "STRING_VALUE can not be converted to milliseconds since epoch",
            ),
            (
                json!({"Blob": "YWJ"}),
                "'YWJ' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes but found: 3",
            ),
            (
                json!({"Blob": "YW!="}),
                "'YW!=' can not be converted to a Blob: Invalid Base64 character: '!'",
            ),
        ] {
            assert_eq!(found(&input), Err(text.to_owned()), "{input}");
        }
    }

    #[test]
    fn nulls_unknown_members_and_fractions_are_fine() {
        for input in [
            json!({"Unknown": 1, "Text": null, "Structure": {"Unknown": []}, "List": ["a", null]}),
            json!({"Integer": 1.5, "Double": 1, "Time": 1_632_506_656.706, "Blob": "YWI="}),
            json!({"Time": "2026-11-20T11:40:02Z", "Document": [{"a": 1}]}),
        ] {
            assert_eq!(found(&input), Ok(()), "{input}");
        }
        let first = found(&json!({"Text": 1, "Integer": "1"}));
        assert_eq!(first, found(&json!({"Text": 1})), "the first one is said");
        assert_eq!((base64_length("YWI="), base64_length("")), (2, 0));
    }
}
