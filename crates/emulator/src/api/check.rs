//! The members of a request against their shapes, and the texts of AWS's front end (coral) for what is wrong with them.
//!
//! The form of the texts is known from answers of several services; Cloud Control's own were never recorded, and the
//! order in which violations are named differs between services: here it is the model's [INF].

use serde_json::{Map, Value};
use thiserror::Error;

use super::{
    constraint::{Constraint, Measure, entries},
    json_types,
    shape::{Kind, Members, Mention, Model, Operation, Shape},
};

/// Why a request is not looked at any further; services have names of their own for it.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum ApiError {
    /// A member is not of the JSON type that it should be.
    #[error("{0}")]
    Serialization(String),
    /// Members violate constraints.
    #[error("{0}")]
    Validation(String),
}

/// How many violations a text names: DynamoDB and Kinesis stop there.
const MOST: usize = 10;

/// Checks the members of a request against the operation's input.
pub(super) fn check(
    model: &Model,
    operation: &Operation,
    input: &Map<String, Value>,
) -> Result<(), ApiError> {
    let Some(shape) = &operation.input else {
        return Ok(());
    };
    json_types::check(model, shape, input).map_err(ApiError::Serialization)?;
    let mut checker = Checker {
        model,
        violations: Vec::new(),
    };
    if let Kind::Structure {
        members, required, ..
    } = &model.shape(shape).kind
    {
        checker.members("", members, required, input);
    }
    refuse(&checker.violations)
}

/// Refuses a request that violates constraints, all named at once.
fn refuse(violations: &[String]) -> Result<(), ApiError> {
    let violations = &violations[..violations.len().min(MOST)];
    let errors = match violations.len() {
        0 => return Ok(()),
        1 => "1 validation error detected".to_owned(),
        count => format!("{count} validation errors detected"),
    };
    Err(ApiError::Validation(format!(
        "{errors}: {}",
        violations.join("; ")
    )))
}

/// Collects violations.
struct Checker<'model> {
    model: &'model Model,
    violations: Vec<String>,
}

impl<'model> Checker<'model> {
    /// The members of a structure that is at `path`.
    fn members(
        &mut self,
        path: &str,
        members: &'model Members,
        required: &[String],
        input: &Map<String, Value>,
    ) {
        for (name, mention) in members.iter() {
            let mut at = lower_first(name);
            if !path.is_empty() {
                at = format!("{path}.{at}");
            }
            match input.get(name) {
                Some(value) if !value.is_null() => self.member(&at, mention, value),
                // Said of sensitive members too, such as Cognito's ClientId.
                _ if required.contains(name) => self.violations.push(format!(
                    "Value null at '{at}' failed to satisfy constraint: Member must not be null"
                )),
                _ => {}
            }
        }
    }

    fn member(&mut self, at: &str, mention: &'model Mention, value: &Value) {
        let shape = self.model.shape(&mention.shape);
        let mut violated: Vec<_> = Constraint::of(shape)
            .iter()
            .filter(|constraint| !constraint.accepts(value))
            .map(ToString::to_string)
            .collect();
        // A list is refused for its elements as a whole, except for what is wrong inside of them.
        match &shape.kind {
            Kind::List { member, .. } => {
                violated.extend(self.of_all("Member", member, entries(value)));
            }
            Kind::Map {
                key, value: entry, ..
            } => {
                let keys: Vec<_> = names(value).map(Value::from).collect();
                violated.extend(self.of_all("Map keys", key, keys.iter()));
                violated.extend(self.of_all("Map value", entry, entries(value)));
            }
            _ => {}
        }
        if !violated.is_empty() {
            let shown = if self.model.hides(shape) {
                String::new()
            } else {
                format!(" '{}'", self.shown(mention, value))
            };
            let text = |constraint| {
                format!("Value{shown} at '{at}' failed to satisfy constraint: {constraint}")
            };
            self.violations.extend(violated.into_iter().map(text));
        }
        self.inside(at, shape, value);
    }

    /// The constraint that all elements satisfy theirs, if they do not.
    fn of_all<'value>(
        &self,
        what: &str,
        mention: &Mention,
        mut elements: impl Iterator<Item = &'value Value>,
    ) -> Option<String> {
        let constraints = Constraint::of(self.model.shape(&mention.shape));
        let is_violated = elements.any(|element| {
            constraints
                .iter()
                .any(|constraint| !constraint.accepts(element))
        });
        is_violated.then(|| {
            let constraints: Vec<_> = constraints.iter().map(ToString::to_string).collect();
            format!(
                "{what} must satisfy constraint: [{}]",
                constraints.join(", ")
            )
        })
    }

    /// The members of structures at or inside `at`.
    fn inside(&mut self, at: &str, shape: &'model Shape, value: &Value) {
        if self.violations.len() >= MOST {
            return;
        }
        match (&shape.kind, value) {
            (
                Kind::Structure {
                    members, required, ..
                },
                Value::Object(input),
            ) => self.members(at, members, required, input),
            (Kind::List { member, .. }, _) => {
                let shape = self.model.shape(&member.shape);
                for (index, element) in entries(value).enumerate() {
                    self.inside(&format!("{at}.{}.member", index + 1), shape, element);
                }
            }
            (Kind::Map { value: entry, .. }, Value::Object(map)) => {
                let shape = self.model.shape(&entry.shape);
                for (key, value) in map {
                    self.inside(&format!("{at}.{key}.member"), shape, value);
                }
            }
            _ => {}
        }
    }

    /// A value as Java writes it. Of structures it writes the class and an address, of which the name is kept [INF].
    fn shown(&self, mention: &Mention, value: &Value) -> String {
        let shape = self.model.shape(&mention.shape);
        let measured = |measure: Measure| measure.of_value(value);
        match (&shape.kind, value) {
            (Kind::Structure { .. }, _) => mention.shape.clone(),
            (Kind::List { member, .. }, _) => {
                let elements: Vec<_> = entries(value)
                    .map(|element| self.shown(member, element))
                    .collect();
                format!("[{}]", elements.join(", "))
            }
            (Kind::Map { value: entry, .. }, Value::Object(map)) => {
                let pairs: Vec<_> = map
                    .iter()
                    .map(|(key, value)| format!("{key}={}", self.shown(entry, value)))
                    .collect();
                format!("{{{}}}", pairs.join(", "))
            }
            (Kind::Blob, _) => {
                let length = measured(Measure::Bytes).unwrap_or_default();
                format!("java.nio.HeapByteBuffer[pos=0 lim={length} cap={length}]")
            }
            (kind, Value::Number(number)) => Measure::of(kind)
                .and_then(|measure| Some(measure.write(measured(measure)?)))
                .unwrap_or_else(|| number.to_string()),
            (_, Value::String(text)) => text.clone(),
            _ => value.to_string(),
        }
    }
}

fn names(value: &Value) -> impl Iterator<Item = &str> {
    value
        .as_object()
        .into_iter()
        .flat_map(Map::keys)
        .map(String::as_str)
}

fn lower_first(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next();
    first
        .iter()
        .map(char::to_ascii_lowercase)
        .chain(characters)
        .collect()
}

#[cfg(test)]
mod tests;
