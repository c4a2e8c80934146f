//! Reads `--data FILE`: JSON or YAML, by the file's suffix or else by its first character.

use std::{fs, path::Path};

use cirrus_diagnostic::Source;
use serde_json::{Map, Value};

use crate::{Result, diagnose};

/// Reads a file of template variables.
pub(crate) fn read(path: &Path) -> Result<Map<String, Value>> {
    let bytes = fs::read(path).map_err(|error| diagnose::unreadable(path, &error))?;
    let name = path.display().to_string();
    let text = String::from_utf8(bytes).map_err(|error| diagnose::not_utf8(&name, &error))?;
    parse(&Source {
        name,
        text: text.into(),
    })
}

fn parse(source: &Source) -> Result<Map<String, Value>> {
    let value = if is_json(source) {
        serde_json::from_str(&source.text)
            .map_err(|error| diagnose::json(&error, source.clone()))?
    } else {
        serde_saphyr::from_str(&source.text)
            .map_err(|error| diagnose::yaml(&error, source.clone()))?
    };
    match value {
        Value::Object(values) => Ok(values),
        _ => Err(diagnose::data_is_no_object(&source.name)),
    }
}

fn is_json(source: &Source) -> bool {
    match Path::new(&source.name)
        .extension()
        .and_then(|suffix| suffix.to_str())
    {
        Some("json") => true,
        Some("yaml" | "yml") => false,
        _ => source.text.trim_start().starts_with(['{', '[']),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse_as(name: &str, text: &str) -> Result<Value> {
        parse(&Source {
            name: name.into(),
            text: text.into(),
        })
        .map(Value::Object)
    }

    #[test]
    fn reads_json_and_yaml() {
        let value = json!({"a": {"b": [1, "x"]}});
        for (name, text) in [
            ("v.json", r#"{"a": {"b": [1, "x"]}}"#),
            ("v", r#" {"a": {"b": [1, "x"]}}"#),
            ("v.yaml", "a:\n  b:\n    - 1\n    - x\n"),
            ("v", "a: {b: [1, x]}"),
        ] {
            assert_eq!(parse_as(name, text), Ok(value.clone()), "{name} {text}");
        }
    }

    #[test]
    fn errors_point_into_the_file() {
        let text = parse_as("v.json", "{\n  \"a\": }").unwrap_err().to_string();
        assert!(text.contains("v.json:2:8"), "{text}");
        let text = parse_as("v.yaml", "a: 1\nb: [1\n").unwrap_err().to_string();
        assert!(text.contains("v.yaml:"), "{text}");
        assert!(parse_as("v.json", "[]").is_err());
    }
}
