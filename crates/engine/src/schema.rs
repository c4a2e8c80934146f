//! A provider table's Arrow schema, and the marks that its fields carry.

use std::{collections::HashMap, sync::Arc};

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use cirrus_provider::{Column, ColumnKind, Table};

/// Arrow's key for extension types.
const EXTENSION_NAME: &str = "ARROW:extension:name";
/// Arrow's name for JSON text.
const JSON: &str = "arrow.json";
/// Our mark for columns that hold secrets.
const SECRET: &str = "cirrus.secret";

/// The Arrow schema of a table: every column nullable, because a call may always leave one out.
pub(crate) fn arrow_schema(table: &Table) -> SchemaRef {
    Arc::new(Schema::new(
        table.columns.iter().map(field).collect::<Vec<_>>(),
    ))
}

fn field(column: &Column) -> Field {
    let data_type = match column.kind {
        ColumnKind::Text | ColumnKind::Json => DataType::Utf8,
        ColumnKind::Integer => DataType::Int64,
        ColumnKind::Number => DataType::Float64,
        ColumnKind::Boolean => DataType::Boolean,
    };
    let mut metadata = HashMap::new();
    if column.kind == ColumnKind::Json {
        metadata.insert(EXTENSION_NAME.to_owned(), JSON.to_owned());
    }
    if column.secret {
        metadata.insert(SECRET.to_owned(), "true".to_owned());
    }
    Field::new(&column.name, data_type, true).with_metadata(metadata)
}

/// Whether a field holds JSON text.
pub(crate) fn is_json(field: &Field) -> bool {
    field
        .metadata()
        .get(EXTENSION_NAME)
        .is_some_and(|name| name == JSON)
}

/// Whether a field holds secrets.
pub(crate) fn is_secret(field: &Field) -> bool {
    field.metadata().contains_key(SECRET)
}
