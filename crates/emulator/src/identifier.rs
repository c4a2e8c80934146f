//! Identifiers as Cloud Control takes and gives them: `a`, `a|b`, or JSON, for the primary or an additional identifier. Pure.

use serde_json::{Map, Value};

use crate::{property_path::PropertyPath, resource_type::ResourceType};

/// What a request's `Identifier` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// The resource of this primary identifier, in the form `a|b`.
    Primary(String),
    /// The resource in which each of these properties has this value.
    Additional(Vec<(PropertyPath, String)>),
}

/// Reads a request's `Identifier`; the error is AWS's message.
pub(crate) fn parse(resource_type: &ResourceType, text: &str) -> Result<Named, String> {
    if text.trim_start().starts_with('{')
        && let Ok(Value::Object(members)) = serde_json::from_str(text)
    {
        if let Some(parts) = values(&resource_type.primary, &members) {
            let parts: Vec<String> = parts.into_iter().map(|(_, part)| part).collect();
            return Ok(Named::Primary(parts.join("|")));
        }
        return resource_type
            .additional
            .iter()
            .find_map(|paths| values(paths, &members))
            .map(Named::Additional)
            .ok_or_else(|| invalid(resource_type, text));
    }
    let arity = resource_type.primary.len();
    // A single part may contain the separator; a compound one has no escape for it.
    if arity > 1 && (text.split('|').count() != arity || text.split('|').any(str::is_empty)) {
        return Err(invalid(resource_type, text));
    }
    Ok(Named::Primary(text.to_owned()))
}

/// The primary identifier of a model in the form `a|b`, if the model has every part.
pub(crate) fn of_model(resource_type: &ResourceType, model: &Value) -> Option<String> {
    let parts: Option<Vec<String>> = resource_type
        .primary
        .iter()
        .map(|path| path.find(model).and_then(part))
        .collect();
    Some(parts?.join("|")).filter(|identifier| !identifier.is_empty())
}

/// The primary identifier of what a create asks for, if it does not depend on the service.
pub(crate) fn of_desired(resource_type: &ResourceType, desired: &Value) -> Option<String> {
    let given = resource_type
        .primary
        .iter()
        .all(|path| !resource_type.read_only.contains(path));
    if given {
        of_model(resource_type, desired)
    } else {
        None
    }
}

/// The parts of a request's identifier by the names of their properties, as far as it can be read.
pub(crate) fn parts(resource_type: &ResourceType, text: &str) -> Vec<(String, String)> {
    match parse(resource_type, text) {
        Ok(Named::Primary(identifier)) if resource_type.primary.len() > 1 => resource_type
            .primary
            .iter()
            .zip(identifier.split('|'))
            .map(|(path, part)| (path.name().to_owned(), part.to_owned()))
            .collect(),
        Ok(Named::Primary(identifier)) => resource_type
            .primary
            .iter()
            .map(|path| (path.name().to_owned(), identifier.clone()))
            .collect(),
        Ok(Named::Additional(parts)) => parts
            .into_iter()
            .map(|(path, part)| (path.name().to_owned(), part))
            .collect(),
        Err(_) => Vec::new(),
    }
}

/// The text of one part of an identifier; not every value can be one.
pub(crate) fn part(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

fn values(
    paths: &[PropertyPath],
    members: &Map<String, Value>,
) -> Option<Vec<(PropertyPath, String)>> {
    if paths.len() != members.len() {
        return None;
    }
    paths
        .iter()
        .map(|path| {
            let value = members
                .get(path.name())
                .or_else(|| members.get(&path.text))?;
            Some((path.clone(), part(value)?))
        })
        .collect()
}

fn invalid(resource_type: &ResourceType, text: &str) -> String {
    let paths: Vec<&str> = resource_type
        .primary
        .iter()
        .map(|path| path.text.as_str())
        .collect();
    format!(
        "Identifier {text} is not valid for identifier [{}]",
        paths.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resource_type::samples::thing;

    #[test]
    fn compound_identifiers_in_both_forms() {
        let thing = thing();
        let expected = Ok(Named::Primary("ab|1".to_owned()));
        assert_eq!(parse(&thing, "ab|1"), expected);
        assert_eq!(parse(&thing, r#"{"Id": "1", "Name": "ab"}"#), expected);
        assert!(matches!(
            parse(&thing, r#"{"Arn": "x"}"#),
            Ok(Named::Additional(_))
        ));
        // [I]
        for wrong in ["ab", "ab|", "a|b|c", r#"{"Id": "1"}"#] {
            assert_eq!(
                parse(&thing, wrong),
                Err(format!(
                    "Identifier {wrong} is not valid for identifier [/properties/Name, /properties/Id]"
                ))
            );
        }
    }

    #[test]
    fn an_identifier_that_the_service_makes_is_not_known_before() {
        let thing = thing();
        let model = json!({"Name": "ab", "Id": "1"});
        assert_eq!(of_model(&thing, &model).as_deref(), Some("ab|1"));
        assert_eq!(of_desired(&thing, &model), None);
        assert_eq!(of_model(&thing, &json!({"Name": "ab"})), None);
    }
}
