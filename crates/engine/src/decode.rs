//! From a resource's JSON to Arrow arrays: only the top level is read, nested values stay text.

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use arrow::{
    array::{
        ArrayRef, BooleanBuilder, Float64Builder, Int64Builder, RecordBatch, RecordBatchOptions,
        StringBuilder,
    },
    datatypes::SchemaRef,
};
use cirrus_provider::{Column, ColumnKind, Role, Table};
use datafusion::error::Result;
use serde_json::{Map, Value, value::RawValue};

/// A resource's top-level properties, unparsed.
pub(crate) type Properties<'a> = HashMap<Cow<'a, str>, &'a RawValue>;

/// Reads the top level of a resource's properties.
pub(crate) fn properties(text: &str) -> std::result::Result<Properties<'_>, serde_json::Error> {
    serde_json::from_str(text)
}

/// How much is known of a row's resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// A predicate names it; whether it exists, its read will say.
    Named,
    /// A list showed it, maybe without some of its properties.
    Listed,
    /// GetResource returned it: properties that it lacks are NULL, not unknown.
    Read,
}

/// What a row's values come from.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// The table as it was called: in generic tables each row's type.
    pub(crate) table: Arc<Table>,
    /// The region that the row shows.
    pub(crate) region: Arc<str>,
    /// The identifier, `a|b` when compound.
    pub(crate) identifier: String,
    /// The identifier's parts in the table's order; empty when it does not have the schema's number of parts.
    pub(crate) parts: Vec<String>,
    /// The properties as JSON text.
    pub(crate) properties: String,
    /// Where the properties come from.
    pub(crate) known: Known,
    /// The resource has to be read on its own before the row is whole.
    pub(crate) must_read: bool,
    /// The list inputs under which the row was found.
    pub(crate) inputs: Arc<Map<String, Value>>,
}

impl Row {
    /// The part of the identifier that a column holds, when the row's identifier has the schema's number of parts.
    pub(crate) fn part_of(&self, column: usize) -> Option<&str> {
        let parts = &self.table.identifier;
        let part = parts.iter().position(|part| part.column == Some(column))?;
        self.parts.get(part).map(String::as_str)
    }

    /// Marks the row as what GetResource returned.
    pub(crate) fn read(self) -> Self {
        Self {
            known: Known::Read,
            must_read: false,
            ..self
        }
    }
}

/// A property that is not of the schema's type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mistyped {
    /// The row.
    pub(crate) row: usize,
    /// The property.
    pub(crate) property: String,
    /// What the schema says.
    pub(crate) expected: &'static str,
}

/// Decodes the columns at `projection` of `rows`; values that are not of the schema's type become NULL and are named.
pub(crate) fn decode(
    columns: &[Column],
    projection: &[usize],
    schema: &SchemaRef,
    rows: &[Row],
) -> Result<(RecordBatch, Vec<Mistyped>)> {
    let parsed: Vec<Properties<'_>> = rows
        .iter()
        .map(|row| properties(&row.properties).unwrap_or_default())
        .collect();
    let mut mistyped = Vec::new();
    let arrays: Vec<ArrayRef> = projection
        .iter()
        .map(|index| decode_column(&columns[*index], *index, rows, &parsed, &mut mistyped))
        .collect();
    let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
    Ok((
        RecordBatch::try_new_with_options(schema.clone(), arrays, &options)?,
        mistyped,
    ))
}

fn decode_column(
    column: &Column,
    index: usize,
    rows: &[Row],
    parsed: &[Properties<'_>],
    mistyped: &mut Vec<Mistyped>,
) -> ArrayRef {
    match column.role {
        Role::Region => return texts(rows.iter().map(|row| Some(Cow::from(&*row.region)))),
        Role::Identifier => return texts(rows.iter().map(|row| Some(Cow::from(&row.identifier)))),
        Role::TypeName => {
            return texts(rows.iter().map(|row| Some(Cow::from(&row.table.type_name))));
        }
        Role::Properties => return texts(rows.iter().map(|row| Some(Cow::from(&row.properties)))),
        Role::ResourceModel => {
            return texts(rows.iter().map(|row| {
                (!row.inputs.is_empty())
                    .then(|| Cow::from(Value::Object((*row.inputs).clone()).to_string()))
            }));
        }
        Role::Property => {}
    }
    let mut values = Values::new(column.kind, rows.len());
    for (at, (row, properties)) in rows.iter().zip(parsed).enumerate() {
        let fallback;
        let raw = match properties.get(column.property.as_str()) {
            Some(raw) => Some(raw.get()),
            None if column.write_only => None,
            None => {
                fallback = missing_value(column, index, row);
                fallback.as_deref()
            }
        };
        if !values.push(raw.filter(|raw| *raw != "null")) {
            mistyped.push(Mistyped {
                row: at,
                property: column.property.clone(),
                expected: values.expected(),
            });
        }
    }
    values.finish()
}

/// The value of a property that the answer left out but that its identifier or the list inputs give, as JSON text.
fn missing_value(column: &Column, index: usize, row: &Row) -> Option<String> {
    if let Some(value) = row.part_of(index) {
        return Some(match column.kind {
            ColumnKind::Text | ColumnKind::Json => Value::from(value).to_string(),
            ColumnKind::Integer | ColumnKind::Number | ColumnKind::Boolean => value.to_owned(),
        });
    }
    row.inputs.get(&column.property).map(Value::to_string)
}

fn texts<'a>(values: impl Iterator<Item = Option<Cow<'a, str>>>) -> ArrayRef {
    let mut builder = StringBuilder::new();
    for value in values {
        builder.append_option(value);
    }
    Arc::new(builder.finish())
}

/// A column under construction.
enum Values {
    Text(StringBuilder),
    Json(StringBuilder),
    Integer(Int64Builder),
    Number(Float64Builder),
    Boolean(BooleanBuilder),
}

impl Values {
    fn new(kind: ColumnKind, capacity: usize) -> Self {
        match kind {
            ColumnKind::Text => Self::Text(StringBuilder::new()),
            ColumnKind::Json => Self::Json(StringBuilder::new()),
            ColumnKind::Integer => Self::Integer(Int64Builder::with_capacity(capacity)),
            ColumnKind::Number => Self::Number(Float64Builder::with_capacity(capacity)),
            ColumnKind::Boolean => Self::Boolean(BooleanBuilder::with_capacity(capacity)),
        }
    }

    fn expected(&self) -> &'static str {
        match self {
            Self::Text(_) => "string",
            Self::Json(_) => "JSON",
            Self::Integer(_) => "integer",
            Self::Number(_) => "number",
            Self::Boolean(_) => "boolean",
        }
    }

    /// Appends a JSON value; false when it is not of the column's type and NULL was appended instead.
    fn push(&mut self, raw: Option<&str>) -> bool {
        match self {
            Self::Json(builder) => {
                builder.append_option(raw.map(compact));
                true
            }
            Self::Text(builder) => {
                let value = raw.map(|raw| serde_json::from_str::<Cow<'_, str>>(raw).ok());
                builder.append_option(value.clone().flatten());
                value != Some(None)
            }
            Self::Integer(builder) => {
                let value = raw.map(integer);
                builder.append_option(value.flatten());
                value != Some(None)
            }
            Self::Number(builder) => {
                let value = raw.map(|raw| serde_json::from_str::<f64>(raw).ok());
                builder.append_option(value.flatten());
                value != Some(None)
            }
            Self::Boolean(builder) => {
                let value = raw.map(|raw| serde_json::from_str::<bool>(raw).ok());
                builder.append_option(value.flatten());
                value != Some(None)
            }
        }
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Text(mut builder) | Self::Json(mut builder) => Arc::new(builder.finish()),
            Self::Integer(mut builder) => Arc::new(builder.finish()),
            Self::Number(mut builder) => Arc::new(builder.finish()),
            Self::Boolean(mut builder) => Arc::new(builder.finish()),
        }
    }
}

/// JSON text without blanks between its tokens, so that equal values of one service are equal texts.
fn compact(raw: &str) -> Cow<'_, str> {
    let mut in_string = false;
    let mut escaped = false;
    let mut is_blank = |c: char| {
        if in_string {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => in_string = false,
                _ => {}
            }
            return false;
        }
        in_string = c == '"';
        c.is_ascii_whitespace()
    };
    let kept: String = raw.chars().filter(|c| !is_blank(*c)).collect();
    if kept.len() == raw.len() {
        Cow::Borrowed(raw)
    } else {
        Cow::Owned(kept)
    }
}

/// An integer, also when a service writes it with a fraction of zero (`3600.0`).
fn integer(raw: &str) -> Option<i64> {
    serde_json::from_str::<i64>(raw).ok().or_else(|| {
        let whole = raw.trim_end_matches('0').strip_suffix('.')?;
        serde_json::from_str::<i64>(whole).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_go_between_tokens_and_stay_inside_strings() {
        let raw = r#"{ "a b" : [ 1, "x \" y" ] }"#;
        assert_eq!(compact(raw), r#"{"a b":[1,"x \" y"]}"#);
        assert!(matches!(compact(r#"["a b"]"#), Cow::Borrowed(_)));
    }

    #[test]
    fn integers_may_end_in_zeros_after_the_point() {
        for (raw, value) in [
            ("7", Some(7)),
            ("-7.00", Some(-7)),
            ("70", Some(70)),
            ("7.5", None),
            ("\"7\"", None),
        ] {
            assert_eq!(integer(raw), value, "{raw}");
        }
    }
}
