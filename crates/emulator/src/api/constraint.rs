//! One constraint of a shape: whether a value satisfies it, and how AWS's front end says it.

use std::fmt;

use serde_json::Value;

use super::{
    json_types::base64_length,
    pattern::Pattern,
    shape::{Kind, Shape},
};

/// What a value must satisfy, apart from its type.
#[derive(Clone, Copy, Debug)]
pub(super) enum Constraint<'shape> {
    AtMost(Measure, f64),
    AtLeast(Measure, f64),
    Matches(&'shape Pattern),
    OneOf(&'shape [String]),
}

/// What is measured of a value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Measure {
    Characters,
    Bytes,
    Entries,
    Integer,
    Long,
    Fraction,
}

impl Constraint<'_> {
    /// A shape's constraints, in the order in which the front end lists them.
    pub(super) fn of(shape: &Shape) -> Vec<Constraint<'_>> {
        let mut constraints = Vec::new();
        if let Some(measure) = Measure::of(&shape.kind) {
            constraints.extend(shape.max.map(|max| Constraint::AtMost(measure, max)));
            constraints.extend(shape.min.map(|min| Constraint::AtLeast(measure, min)));
        }
        if let Kind::String { pattern, values } = &shape.kind {
            constraints.extend(pattern.as_ref().map(Constraint::Matches));
            if !values.is_empty() {
                constraints.push(Constraint::OneOf(values));
            }
        }
        constraints
    }

    /// Whether a value satisfies the constraint; null and values of a wrong type satisfy all.
    pub(super) fn accepts(&self, value: &Value) -> bool {
        match self {
            Self::AtMost(measure, max) => measure.of_value(value).is_none_or(|found| found <= *max),
            Self::AtLeast(measure, min) => {
                measure.of_value(value).is_none_or(|found| found >= *min)
            }
            Self::Matches(pattern) => value.as_str().is_none_or(|text| pattern.accepts(text)),
            Self::OneOf(values) => value
                .as_str()
                .is_none_or(|text| values.iter().any(|known| known == text)),
        }
    }
}

impl fmt::Display for Constraint<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::AtMost(measure, max) => write!(
                formatter,
                "Member must have {} less than or equal to {}",
                measure.noun(),
                measure.write(*max)
            ),
            Self::AtLeast(measure, min) => write!(
                formatter,
                "Member must have {} greater than or equal to {}",
                measure.noun(),
                measure.write(*min)
            ),
            Self::Matches(pattern) => write!(
                formatter,
                "Member must satisfy regular expression pattern: {}",
                pattern.text()
            ),
            Self::OneOf(values) => write!(
                formatter,
                "Member must satisfy enum value set: [{}]",
                values.join(", ")
            ),
        }
    }
}

impl Measure {
    /// What bounds of this kind of shape are about.
    pub(super) fn of(kind: &Kind) -> Option<Self> {
        match kind {
            Kind::String { .. } => Some(Self::Characters),
            Kind::Blob => Some(Self::Bytes),
            Kind::List { .. } | Kind::Map { .. } => Some(Self::Entries),
            Kind::Integer => Some(Self::Integer),
            Kind::Long => Some(Self::Long),
            Kind::Float | Kind::Double => Some(Self::Fraction),
            Kind::Structure { .. } | Kind::Boolean | Kind::Timestamp => None,
        }
    }

    pub(super) fn of_value(self, value: &Value) -> Option<f64> {
        let count = |length: usize| Some(u32::try_from(length).map_or(f64::INFINITY, f64::from));
        match (self, value) {
            (Self::Characters, Value::String(text)) => count(text.chars().count()),
            (Self::Bytes, Value::String(text)) => count(base64_length(text)),
            (Self::Entries, Value::Array(_) | Value::Object(_)) => count(entries(value).count()),
            (Self::Integer, Value::Number(number)) => {
                // The front end cuts fractions off, and what is too large to the largest.
                let bounds = (f64::from(i32::MIN), f64::from(i32::MAX));
                number
                    .as_f64()
                    .map(|number| number.trunc().clamp(bounds.0, bounds.1))
            }
            (Self::Long, Value::Number(number)) => number.as_f64().map(f64::trunc),
            (Self::Fraction, Value::Number(number)) => number.as_f64(),
            _ => None,
        }
    }

    /// A number as Java writes it.
    pub(super) fn write(self, number: f64) -> String {
        match self {
            Self::Fraction => format!("{number:?}"),
            _ => number.to_string(),
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Characters | Self::Bytes | Self::Entries => "length",
            Self::Integer | Self::Long | Self::Fraction => "value",
        }
    }
}

/// The elements of a list and the values of a map, without nulls, which the front end drops.
pub(super) fn entries(value: &Value) -> impl Iterator<Item = &Value> {
    let elements = value.as_array().into_iter().flatten();
    let values = value
        .as_object()
        .into_iter()
        .flat_map(serde_json::Map::values);
    elements.chain(values).filter(|entry| !entry.is_null())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn listed(shape: Value) -> Vec<String> {
        let shape: Shape = serde_json::from_value(shape).unwrap();
        Constraint::of(&shape)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    fn violated(shape: Value, value: &Value) -> Vec<String> {
        let shape: Shape = serde_json::from_value(shape).unwrap();
        Constraint::of(&shape)
            .iter()
            .filter(|constraint| !constraint.accepts(value))
            .map(ToString::to_string)
            .collect()
    }

    /// The orders are those of the texts that ACM and Lambda are known to give.
    #[test]
    fn constraints_are_listed_as_the_front_end_does() {
        assert_eq!(
            listed(json!({"type": "string", "min": 0, "max": 6, "pattern": ".*"})),
            [
                "Member must have length less than or equal to 6",
                "Member must have length greater than or equal to 0",
                "Member must satisfy regular expression pattern: .*"
            ]
        );
        assert_eq!(
            listed(json!({"type": "double", "min": 0, "max": 1})),
            [
                "Member must have value less than or equal to 1.0",
                "Member must have value greater than or equal to 0.0"
            ]
        );
        assert_eq!(
            listed(json!({"type": "string", "enum": ["x86_64", "arm64"]})),
            ["Member must satisfy enum value set: [x86_64, arm64]"]
        );
        assert!(listed(json!({"type": "boolean"})).is_empty());
    }

    #[test]
    fn lengths_are_of_characters_bytes_and_entries() {
        let two = |kind: &str| json!({"type": kind, "min": 2, "max": 2, "member": "A", "key": "A", "value": "A"});
        for (kind, value) in [
            ("string", json!("éé")),
            ("string", json!("\u{1F600}\u{1F600}")),
            ("blob", json!("YWI=")),
            ("list", json!([1, null, 2])),
            ("map", json!({"a": 1, "b": 2})),
            ("integer", json!(2.9)),
            ("long", json!(2)),
            ("double", json!(2.0)),
            ("string", json!(null)),
        ] {
            assert!(violated(two(kind), &value).is_empty(), "{kind} {value}");
        }
        for (kind, value, text) in [
            (
                "string",
                json!("é"),
                "Member must have length greater than or equal to 2",
            ),
            (
                "blob",
                json!("YWJj"),
                "Member must have length less than or equal to 2",
            ),
            (
                "list",
                json!([]),
                "Member must have length greater than or equal to 2",
            ),
            (
                "integer",
                json!(3e300),
                "Member must have value less than or equal to 2",
            ),
            (
                "double",
                json!(2.5),
                "Member must have value less than or equal to 2.0",
            ),
        ] {
            assert_eq!(violated(two(kind), &value), [text], "{kind} {value}");
        }
    }
}
