//! A model against its registry document: everything wrong with it, in the words of the validator that AWS runs (Everit).
//!
//! The public schemas are stricter than the service: types, unknown and missing keys and numeric bounds are refused at once,
//! everything else is what a handler finds out later and ends as a FAILED request. Pure; the operations decide what to do.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::resource_type::{ResourceType, pattern};

/// When AWS finds a violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Before it accepts the request: a ValidationException.
    AtOnce,
    /// By the handler: the request is accepted and fails.
    Later,
}

/// One thing wrong with a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    /// The unescaped segments of the JSON pointer to the value.
    pub(crate) pointer: Vec<String>,
    /// What is wrong there, without the pointer.
    pub(crate) text: String,
    pub(crate) found: Found,
}

impl Violation {
    /// `#/Tags/0: required key [Value] not found`.
    pub(crate) fn message(&self) -> String {
        let mut message = "#".to_owned();
        for segment in &self.pointer {
            message.push('/');
            message.push_str(&segment.replace('~', "~0").replace('/', "~1"));
        }
        let _ = write!(message, ": {}", self.text);
        message
    }
}

impl Violation {
    /// Whether it is about an enum or a pattern.
    pub(crate) fn is_about_value(&self) -> bool {
        ["[enum]", "[pattern]"]
            .iter()
            .any(|keyword| self.text.ends_with(keyword))
    }
}

/// Everything wrong with `model` as a resource of this type, in the validator's order.
pub(crate) fn model(resource_type: &ResourceType, model: &Value) -> Vec<Violation> {
    let document = resource_type.document();
    let mut check = Check::new(resource_type);
    if !model.is_object() {
        check.report(Found::AtOnce, mismatch("JSONObject", model));
        return check.violations;
    }
    check.value(document, model);
    check.violations
}

/// Everything wrong with `model` as the input of the type's list handler.
pub(crate) fn list_input(resource_type: &ResourceType, model: &Value) -> Vec<Violation> {
    let Some(schema) = resource_type.list_input() else {
        return Vec::new();
    };
    let mut check = Check::new(resource_type);
    check.value(schema, model);
    check.violations
}

/// Whether a schema of the type's document has nothing against a value.
pub(crate) fn accepts(resource_type: &ResourceType, schema: &Value, value: &Value) -> bool {
    Check::new(resource_type).accepts(schema, value)
}

/// The messages of violations, in the form that AWS puts between parentheses.
pub(crate) fn joined(violations: &[Violation]) -> Option<String> {
    let messages: Vec<String> = violations.iter().map(Violation::message).collect();
    (!messages.is_empty()).then(|| messages.join("\n"))
}

/// Deeper than any schema; a chain of references that never consumes the value ends here.
const DEEPEST: usize = 200;

struct Check<'type_> {
    resource_type: &'type_ ResourceType,
    pointer: Vec<String>,
    depth: usize,
    violations: Vec<Violation>,
}

impl<'type_> Check<'type_> {
    fn new(resource_type: &'type_ ResourceType) -> Self {
        Self {
            resource_type,
            pointer: Vec::new(),
            depth: 0,
            violations: Vec::new(),
        }
    }

    fn report(&mut self, found: Found, text: String) {
        self.violations.push(Violation {
            pointer: self.pointer.clone(),
            text,
            found,
        });
    }

    /// A constraint on a value; AWS's text leaves the value out.
    fn keyword(&mut self, found: Found, keyword: &str) {
        self.report(
            found,
            format!("failed validation constraint for keyword [{keyword}]"),
        );
    }

    fn value(&mut self, schema: &Value, value: &Value) {
        if self.depth > DEEPEST {
            return;
        }
        self.depth += 1;
        let resource_type = self.resource_type;
        let schema = resource_type.resolve(schema);
        if let Some(keywords) = schema.as_object()
            && self.has_type(keywords, value)
        {
            self.common(keywords, value);
            match value {
                Value::Object(members) => self.object(keywords, members),
                Value::Array(items) => self.array(keywords, items),
                Value::String(text) => self.string(keywords, text),
                Value::Number(_) => self.number(keywords, value),
                Value::Null | Value::Bool(_) => {}
            }
            self.combined(keywords, value);
        }
        self.depth -= 1;
    }

    fn at(&mut self, segment: String, schema: &Value, value: &Value) {
        self.pointer.push(segment);
        self.value(schema, value);
        self.pointer.pop();
    }

    /// Whether the other keywords apply: the validator looks no further into a value of the wrong type.
    fn has_type(&mut self, keywords: &Map<String, Value>, value: &Value) -> bool {
        match keywords.get("type") {
            Some(Value::String(expected)) => {
                if is_of_type(expected, value) {
                    return true;
                }
                self.report(Found::AtOnce, mismatch(class(expected), value));
                false
            }
            Some(Value::Array(expected)) => {
                let mut names = expected.iter().filter_map(Value::as_str);
                if names.any(|name| is_of_type(name, value)) {
                    return true;
                }
                let count = expected.len();
                self.report(
                    Found::AtOnce,
                    format!("#: no subschema matched out of the total {count} subschemas"),
                );
                false
            }
            _ => true,
        }
    }

    fn common(&mut self, keywords: &Map<String, Value>, value: &Value) {
        if let Some(Value::Array(allowed)) = keywords.get("enum")
            && !allowed.iter().any(|allowed| allowed == value)
        {
            self.keyword(Found::Later, "enum");
        }
        if let Some(Value::Array(allowed)) = keywords.get("enumCaseInsensitive")
            && let Some(text) = value.as_str()
            && !allowed
                .iter()
                .filter_map(Value::as_str)
                .any(|allowed| allowed.eq_ignore_ascii_case(text))
        {
            self.keyword(Found::Later, "enum");
        }
        if let Some(constant) = keywords.get("const")
            && constant != value
        {
            self.keyword(Found::Later, "const");
        }
    }

    fn object(&mut self, keywords: &Map<String, Value>, members: &Map<String, Value>) {
        for name in names(keywords.get("required")) {
            if !members.contains_key(name) {
                self.report(Found::AtOnce, format!("required key [{name}] not found"));
            }
        }
        self.bound(keywords, "minProperties", members.len(), Ordering::Least);
        self.bound(keywords, "maxProperties", members.len(), Ordering::Most);
        self.dependencies(keywords, members);

        let empty = Map::new();
        let properties = keywords
            .get("properties")
            .and_then(Value::as_object)
            .unwrap_or(&empty);
        let patterns = keywords
            .get("patternProperties")
            .and_then(Value::as_object)
            .unwrap_or(&empty);
        let additional = keywords.get("additionalProperties");
        for (name, value) in members {
            let mut known = properties.contains_key(name);
            for (pattern, schema) in patterns {
                if pattern::matches(pattern, name) {
                    known = true;
                    self.at(name.clone(), schema, value);
                }
            }
            match additional {
                Some(Value::Bool(false)) if !known => {
                    self.report(
                        Found::AtOnce,
                        format!("extraneous key [{name}] is not permitted"),
                    );
                }
                Some(schema @ Value::Object(_)) if !known => self.at(name.clone(), schema, value),
                _ => {}
            }
        }
        // In the order of the schema, as the validator walks it.
        for (name, schema) in properties {
            if let Some(value) = members.get(name) {
                self.at(name.clone(), schema, value);
            }
        }
    }

    /// Keywords that make members depend on each other; most come from the linter that publishes the schemas.
    fn dependencies(&mut self, keywords: &Map<String, Value>, members: &Map<String, Value>) {
        for keyword in ["dependencies", "dependentRequired"] {
            for (name, needs) in keywords
                .get(keyword)
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
            {
                if !members.contains_key(name) {
                    continue;
                }
                for needed in names(Some(needs)) {
                    if !members.contains_key(needed) {
                        self.report(Found::Later, format!("property [{needed}] is required"));
                    }
                }
            }
        }
        for (name, excludes) in keywords
            .get("dependentExcluded")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            if members.contains_key(name)
                && names(Some(excludes)).any(|name| members.contains_key(name))
            {
                self.keyword(Found::Later, "not");
            }
        }
        if let Some(choice) = keywords.get("requiredXor") {
            let count = names(Some(choice))
                .filter(|&name| members.contains_key(name))
                .count();
            if count != 1 {
                self.report(
                    Found::Later,
                    format!("#: {count} subschemas matched instead of one"),
                );
            }
        }
        if let Some(choice) = keywords.get("requiredOr")
            && !names(Some(choice)).any(|name| members.contains_key(name))
        {
            let total = names(Some(choice)).count();
            self.report(
                Found::Later,
                format!("#: no subschema matched out of the total {total} subschemas"),
            );
        }
    }

    fn array(&mut self, keywords: &Map<String, Value>, items: &[Value]) {
        self.bound(keywords, "minItems", items.len(), Ordering::Least);
        self.bound(keywords, "maxItems", items.len(), Ordering::Most);
        if keywords.get("uniqueItems") == Some(&Value::Bool(true)) && has_duplicates(items) {
            self.keyword(Found::Later, "uniqueItems");
        }
        if let Some(schema) = keywords.get("items").filter(|schema| schema.is_object()) {
            for (index, item) in items.iter().enumerate() {
                self.at(index.to_string(), schema, item);
            }
        }
    }

    fn string(&mut self, keywords: &Map<String, Value>, text: &str) {
        let length = text.chars().count();
        for (keyword, ordering) in [
            ("minLength", Ordering::Least),
            ("maxLength", Ordering::Most),
        ] {
            if !within(keywords.get(keyword), length, ordering) {
                self.keyword(Found::Later, keyword);
            }
        }
        if let Some(pattern) = keywords.get("pattern").and_then(Value::as_str)
            && !pattern::matches(pattern, text)
        {
            self.keyword(Found::Later, "pattern");
        }
    }

    fn number(&mut self, keywords: &Map<String, Value>, value: &Value) {
        let Some(number) = value.as_f64() else {
            return;
        };
        let limit = |keyword: &str| keywords.get(keyword).and_then(Value::as_f64);
        if let Some(minimum) = limit("minimum")
            && number < minimum
        {
            self.keyword(Found::AtOnce, "minimum");
        }
        if let Some(maximum) = limit("maximum")
            && number > maximum
        {
            self.keyword(Found::AtOnce, "maximum");
        }
        if limit("exclusiveMinimum").is_some_and(|minimum| number <= minimum) {
            self.keyword(Found::Later, "exclusiveMinimum");
        }
        if limit("exclusiveMaximum").is_some_and(|maximum| number >= maximum) {
            self.keyword(Found::Later, "exclusiveMaximum");
        }
        if let Some(step) = limit("multipleOf")
            && step > 0.0
            && (number / step).fract() != 0.0
        {
            self.keyword(Found::Later, "multipleOf");
        }
    }

    fn combined(&mut self, keywords: &Map<String, Value>, value: &Value) {
        if let Some(Value::Array(schemas)) = keywords.get("allOf") {
            let total = schemas.len();
            let matched = schemas
                .iter()
                .filter(|schema| self.accepts(schema, value))
                .count();
            if matched < total {
                self.report(
                    Found::Later,
                    format!("#: only {matched} subschema matches out of {total}"),
                );
            }
        }
        if let Some(Value::Array(schemas)) = keywords.get("anyOf")
            && !schemas.iter().any(|schema| self.accepts(schema, value))
        {
            let total = schemas.len();
            self.report(
                Found::Later,
                format!("#: no subschema matched out of the total {total} subschemas"),
            );
        }
        if let Some(Value::Array(schemas)) = keywords.get("oneOf") {
            let matched = schemas
                .iter()
                .filter(|schema| self.accepts(schema, value))
                .count();
            // Formats are not checked here, so branches that differ by format alone all match.
            let differ_by_format = schemas.iter().any(|schema| schema.get("format").is_some());
            if matched == 0 || (matched > 1 && !differ_by_format) {
                self.report(
                    Found::Later,
                    format!("#: {matched} subschemas matched instead of one"),
                );
            }
        }
        if let Some(schema) = keywords.get("not")
            && self.accepts(schema, value)
        {
            self.keyword(Found::Later, "not");
        }
        if let Some(condition) = keywords.get("if") {
            let branch = if self.accepts(condition, value) {
                "then"
            } else {
                "else"
            };
            if let Some(schema) = keywords.get(branch)
                && !self.accepts(schema, value)
            {
                self.keyword(Found::Later, branch);
            }
        }
    }

    fn accepts(&self, schema: &Value, value: &Value) -> bool {
        let mut check = Self {
            depth: self.depth,
            ..Self::new(self.resource_type)
        };
        check.value(schema, value);
        check.violations.is_empty()
    }

    fn bound(
        &mut self,
        keywords: &Map<String, Value>,
        keyword: &str,
        size: usize,
        ordering: Ordering,
    ) {
        if !within(keywords.get(keyword), size, ordering) {
            self.keyword(Found::AtOnce, keyword);
        }
    }
}

#[derive(Clone, Copy)]
enum Ordering {
    Least,
    Most,
}

fn within(limit: Option<&Value>, size: usize, ordering: Ordering) -> bool {
    let Some(limit) = limit.and_then(Value::as_u64) else {
        return true;
    };
    let size = size as u64;
    match ordering {
        Ordering::Least => size >= limit,
        Ordering::Most => size <= limit,
    }
}

fn names(list: Option<&Value>) -> impl Iterator<Item = &str> {
    list.and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

fn has_duplicates(items: &[Value]) -> bool {
    items
        .iter()
        .enumerate()
        .any(|(index, item)| items[..index].contains(item))
}

fn is_of_type(name: &str, value: &Value) -> bool {
    match name {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        _ => true,
    }
}

fn mismatch(expected: &str, found: &Value) -> String {
    format!("expected type: {expected}, found: {}", class_of(found))
}

/// The Java class that the validator names for a schema type.
fn class(name: &str) -> &'static str {
    match name {
        "string" => "String",
        "integer" => "Integer",
        "number" => "Number",
        "boolean" => "Boolean",
        "array" => "JSONArray",
        "null" => "null",
        _ => "JSONObject",
    }
}

/// The Java class that the validator names for a value.
fn class_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "Null",
        Value::Bool(_) => "Boolean",
        Value::Number(number) => match number.as_i64() {
            Some(integer) if i32::try_from(integer).is_ok() => "Integer",
            Some(_) => "Long",
            None => "BigDecimal",
        },
        Value::String(_) => "String",
        Value::Array(_) => "JSONArray",
        Value::Object(_) => "JSONObject",
    }
}

#[cfg(test)]
mod tests;
