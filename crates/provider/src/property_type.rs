//! How a property's values are typed, through references and unions.

use serde_json::Value;

use crate::{ColumnKind, decode::strings};

/// Follows `$ref`s inside the document; what leads nowhere is left as it is.
pub(crate) fn resolve<'a>(document: &'a Value, mut described: &'a Value) -> &'a Value {
    // Chains are one or two long; the bound is there for a circle.
    for _ in 0..16 {
        let target = described["$ref"]
            .as_str()
            .and_then(|reference| reference.strip_prefix('#'));
        let Some(target) = target.and_then(|pointer| document.pointer(pointer)) else {
            break;
        };
        described = target;
    }
    described
}

/// How a resolved property's values are typed.
pub(crate) fn kind(document: &Value, described: &Value) -> ColumnKind {
    let types = match &described["type"] {
        Value::String(name) => vec![name.as_str()],
        names => strings(names).filter(|name| *name != "null").collect(),
    };
    match types.as_slice() {
        ["string"] => ColumnKind::Text,
        ["integer"] => ColumnKind::Integer,
        ["number"] | ["integer", "number"] | ["number", "integer"] => ColumnKind::Number,
        ["boolean"] => ColumnKind::Boolean,
        [] => untyped_kind(document, described),
        _ => ColumnKind::Json,
    }
}

/// The kind of a property without a type: what all its branches agree on, else what its keywords apply to.
fn untyped_kind(document: &Value, described: &Value) -> ColumnKind {
    let branches: Vec<_> = ["allOf", "oneOf", "anyOf"]
        .iter()
        .filter_map(|member| described[member].as_array())
        .flatten()
        .map(|branch| resolve(document, branch))
        .filter(|branch| !branch["type"].is_null())
        .map(|branch| kind(document, branch))
        .collect();
    let is_object = ["properties", "patternProperties", "additionalProperties"]
        .iter()
        .any(|m| !described[m].is_null());
    // `json` is the one format that is not text.
    let is_text = ["pattern", "minLength", "maxLength", "format", "enum"]
        .iter()
        .any(|m| !described[m].is_null());
    match branches.as_slice() {
        [first, rest @ ..] if rest.iter().all(|kind| kind == first) => *first,
        [] if is_text && !is_object && described["format"] != "json" => ColumnKind::Text,
        _ => ColumnKind::Json,
    }
}

/// The values that a resolved property may have, if the schema lists them.
pub(crate) fn enum_values(described: &Value) -> Vec<String> {
    let values = described["enum"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    values
        .iter()
        .map(|value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        })
        .collect()
}
