//! Whether a value satisfies a schema. The generator asks where a schema offers alternatives or ties members together.
//!
//! JSON Schema draft 7 without formats, and the keywords that cfn-lint adds.

use serde_json::{Map, Value};

use crate::{document::Document, text};

pub(crate) fn fits(document: &Document, schema: &Value, value: &Value) -> bool {
    let Some(keywords) = document.resolve(schema).as_object() else {
        return true;
    };
    let judge = |schema: &Value, value: &Value| fits(document, schema, value);
    is_of_type(keywords.get("type"), value)
        && listed(keywords, "enum", |allowed| allowed == value)
        && listed(keywords, "enumCaseInsensitive", |allowed| {
            let text = value.as_str().map(str::to_lowercase);
            text.is_some() && allowed.as_str().map(str::to_lowercase) == text
        })
        && keywords.get("const").is_none_or(|only| only == value)
        && match value {
            Value::Object(members) => {
                members_fit(keywords, members, judge) && ties_hold(keywords, members, value, judge)
            }
            Value::Array(items) => items_fit(keywords, items, judge),
            Value::String(text) => text_fits(keywords, text),
            Value::Number(number) => {
                let number = number.as_f64().unwrap_or_default();
                let limit = |keyword: &str| keywords.get(keyword).and_then(Value::as_f64);
                limit("minimum").is_none_or(|least| number >= least)
                    && limit("maximum").is_none_or(|most| number <= most)
                    && limit("exclusiveMinimum").is_none_or(|least| number > least)
                    && limit("exclusiveMaximum").is_none_or(|most| number < most)
                    && limit("multipleOf").is_none_or(|step| (number / step).fract() == 0.0)
            }
            Value::Bool(_) | Value::Null => true,
        }
        && alternatives_fit(keywords, value, judge)
}

fn is_of_type(types: Option<&Value>, value: &Value) -> bool {
    let is = |name: &str| match name {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => value.is_null(),
    };
    match types {
        Some(Value::String(name)) => is(name),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).any(is),
        _ => true,
    }
}

fn listed(keywords: &Map<String, Value>, keyword: &str, is: impl Fn(&Value) -> bool) -> bool {
    let list = keywords.get(keyword).and_then(Value::as_array);
    list.is_none_or(|allowed| allowed.iter().any(is))
}

/// Whether a number of things is between two limits.
fn counted(keywords: &Map<String, Value>, least: &str, most: &str, count: usize) -> bool {
    let limit = |keyword: &str| keywords.get(keyword).and_then(Value::as_u64);
    limit(least).is_none_or(|least| count as u64 >= least)
        && limit(most).is_none_or(|most| count as u64 <= most)
}

fn members_fit(
    keywords: &Map<String, Value>,
    members: &Map<String, Value>,
    judge: impl Fn(&Value, &Value) -> bool,
) -> bool {
    let properties = keywords.get("properties").and_then(Value::as_object);
    let patterns = keywords.get("patternProperties").and_then(Value::as_object);
    counted(keywords, "minProperties", "maxProperties", members.len())
        && names(keywords.get("required")).all(|name| members.contains_key(name))
        && members.iter().all(|(name, member)| {
            let own = properties.and_then(|properties| properties.get(name));
            let mut matching = patterns
                .into_iter()
                .flatten()
                .filter(|(pattern, _)| text::matches(pattern, name))
                .map(|(_, schema)| schema)
                .chain(own)
                .peekable();
            if matching.peek().is_some() {
                return matching.all(|schema| judge(schema, member));
            }
            match keywords.get("additionalProperties") {
                Some(Value::Bool(allowed)) => *allowed,
                Some(schema) => judge(schema, member),
                None => true,
            }
        })
}

/// Keywords that tie members to each other.
fn ties_hold(
    keywords: &Map<String, Value>,
    members: &Map<String, Value>,
    value: &Value,
    judge: impl Fn(&Value, &Value) -> bool,
) -> bool {
    let has = |name: &str| members.contains_key(name);
    let ties = |keyword: &str| {
        let ties = keywords.get(keyword).and_then(Value::as_object);
        ties.into_iter().flatten().filter(|(name, _)| has(name))
    };
    let count = |keyword: &str| {
        names(keywords.get(keyword))
            .filter(|name| has(name))
            .count()
    };
    ties("dependentRequired")
        .chain(ties("dependencies"))
        .all(|(_, needs)| match needs {
            Value::Array(_) => names(Some(needs)).all(has),
            schema => judge(schema, value),
        })
        && ties("dependentExcluded").all(|(_, others)| !names(Some(others)).any(has))
        && (!keywords.contains_key("requiredXor") || count("requiredXor") == 1)
        && (!keywords.contains_key("requiredOr") || count("requiredOr") > 0)
}

fn items_fit(
    keywords: &Map<String, Value>,
    items: &[Value],
    judge: impl Fn(&Value, &Value) -> bool,
) -> bool {
    let is_new = |index: usize, same: &dyn Fn(&Value, &Value) -> bool| {
        !items[..index].iter().any(|item| same(item, &items[index]))
    };
    let all_differ =
        |same: &dyn Fn(&Value, &Value) -> bool| (0..items.len()).all(|index| is_new(index, same));
    let keys: Vec<&str> = names(keywords.get("uniqueKeys")).collect();
    let prefix = keywords.get("prefixItems").and_then(Value::as_array);
    counted(keywords, "minItems", "maxItems", items.len())
        && (keywords.get("uniqueItems") != Some(&Value::Bool(true))
            || all_differ(&|one, other| one == other))
        && (keys.is_empty()
            || all_differ(&|one, other| keys.iter().all(|key| one.get(key) == other.get(key))))
        && prefix
            .into_iter()
            .flatten()
            .zip(items)
            .all(|(schema, item)| judge(schema, item))
        && keywords
            .get("items")
            .is_none_or(|schema| items.iter().all(|item| judge(schema, item)))
}

fn text_fits(keywords: &Map<String, Value>, text: &str) -> bool {
    let pattern = keywords.get("pattern").and_then(Value::as_str);
    counted(keywords, "minLength", "maxLength", text.chars().count())
        && pattern.is_none_or(|pattern| text::matches(pattern, text))
}

fn alternatives_fit(
    keywords: &Map<String, Value>,
    value: &Value,
    judge: impl Fn(&Value, &Value) -> bool,
) -> bool {
    let list = |keyword: &str| keywords.get(keyword).and_then(Value::as_array);
    let one_of = list("oneOf").is_none_or(|schemas| {
        let count = schemas.iter().filter(|schema| judge(schema, value)).count();
        // What differs by format alone cannot be told apart here.
        let by_format = schemas.iter().any(|schema| schema.get("format").is_some());
        count == 1 || (count > 1 && by_format)
    });
    let branch = keywords.get("if").and_then(|condition| {
        keywords.get(if judge(condition, value) {
            "then"
        } else {
            "else"
        })
    });
    one_of
        && list("allOf").is_none_or(|schemas| schemas.iter().all(|schema| judge(schema, value)))
        && list("anyOf").is_none_or(|schemas| schemas.iter().any(|schema| judge(schema, value)))
        && keywords
            .get("not")
            .is_none_or(|schema| !judge(schema, value))
        && branch.is_none_or(|schema| judge(schema, value))
}

/// The texts of a list.
pub(crate) fn names(list: Option<&Value>) -> impl Iterator<Item = &str> {
    let list = list.and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str)
}
