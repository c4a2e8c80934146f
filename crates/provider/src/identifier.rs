//! Primary identifiers in the forms that people write, and the one form that is sent and shown.
//!
//! Accepted are `a|b` (Cloud Control), `a/b` where it can mean nothing else (Terraform), and a JSON object
//! (`{"UserPoolId": "a", "ClientId": "b"}`). Shown and sent is `a|b`; a part that itself contains `|` can only be sent
//! as JSON, because Cloud Control documents no escape for it.

use std::fmt;

use serde_json::{Map, Value};

use crate::Table;

/// A primary identifier, taken apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier {
    parts: Vec<String>,
}

/// Why a text is not an identifier of a table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("identifier `{value}` is not of the form `{form}`: {reason}")]
pub struct IdentifierError {
    /// As written.
    pub value: String,
    /// The form expected: `user_pool_id|client_id`.
    pub form: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Identifier {
    /// Makes an identifier of parts in the type's order.
    pub fn from_parts(parts: Vec<String>) -> Self {
        Self { parts }
    }

    /// Reads `text` as an identifier of `table`, in any accepted form.
    pub fn parse(table: &Table, text: &str) -> Result<Self, IdentifierError> {
        let error = |reason: String| IdentifierError {
            value: text.to_owned(),
            form: identifier_form(table),
            reason,
        };
        let count = table.identifier.len();
        if text.is_empty() {
            return Err(error("it is empty".into()));
        }
        if text.starts_with('{')
            && let Ok(Value::Object(object)) = serde_json::from_str::<Value>(text)
        {
            return from_json(table, &object).map_err(error);
        }
        if count <= 1 {
            return Ok(Self::from_parts(vec![text.to_owned()]));
        }
        let by_bar: Vec<&str> = text.split('|').collect();
        let parts = if by_bar.len() > 1 {
            by_bar
        } else {
            text.split('/').collect()
        };
        if parts.len() != count {
            return Err(error(format!(
                "it has {}, not {count}",
                plural(parts.len(), "part")
            )));
        }
        if parts.iter().any(|part| part.is_empty()) {
            return Err(error("one of its parts is empty".into()));
        }
        Ok(Self::from_parts(
            parts.into_iter().map(str::to_owned).collect(),
        ))
    }

    /// Takes apart an identifier that Cloud Control returned; none when it does not have the schema's number of parts.
    pub fn of_response(table: &Table, identifier: &str) -> Option<Self> {
        let count = table.identifier.len();
        if count <= 1 {
            return Some(Self::from_parts(vec![identifier.to_owned()]));
        }
        let parts: Vec<String> = identifier.split('|').map(str::to_owned).collect();
        (parts.len() == count).then_some(Self { parts })
    }

    /// The parts in the type's order.
    pub fn parts(&self) -> &[String] {
        &self.parts
    }

    /// The text that GetResource takes: `a|b`, or JSON when a part contains `|`.
    pub fn wire(&self, table: &Table) -> String {
        if self.parts.len() > 1 && self.parts.iter().any(|part| part.contains('|')) {
            let object: Map<String, Value> = table
                .identifier
                .iter()
                .zip(&self.parts)
                .map(|(part, value)| (part.path.clone(), Value::from(value.as_str())))
                .collect();
            return Value::Object(object).to_string();
        }
        self.to_string()
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.parts.join("|"))
    }
}

/// The form of a table's identifier in column names: `user_pool_id|client_id`.
pub fn identifier_form(table: &Table) -> String {
    let names: Vec<&str> = table
        .identifier
        .iter()
        .map(|part| {
            part.column.map_or(part.path.as_str(), |column| {
                table.columns[column].name.as_str()
            })
        })
        .collect();
    names.join("|")
}

fn from_json(table: &Table, object: &Map<String, Value>) -> Result<Identifier, String> {
    let mut parts = vec![None; table.identifier.len()];
    for (key, value) in object {
        let name = key.strip_prefix("/properties/").unwrap_or(key);
        let index = table.identifier.iter().position(|part| {
            part.path.eq_ignore_ascii_case(name)
                || part
                    .column
                    .is_some_and(|column| table.columns[column].name.eq_ignore_ascii_case(name))
        });
        let Some(index) = index else {
            return Err(format!("`{key}` is not part of it"));
        };
        parts[index] = Some(match value {
            Value::String(text) if !text.is_empty() => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return Err(format!("`{key}` is not a text")),
        });
    }
    let parts: Option<Vec<String>> = parts.into_iter().collect();
    parts
        .map(Identifier::from_parts)
        .ok_or_else(|| "a part is missing".to_owned())
}

fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
