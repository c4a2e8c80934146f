//! Writes results in the formats of `-o`, as rows arrive.
//!
//! A [`RowWriter`] sees every result of a run in order: `begin`, batches, `end`, and `finish` after the last, also when
//! the run failed or was cancelled, so that a document is well-formed whatever happened.

mod cells;
mod csv;
mod json;
mod table;

use std::{
    cell::Cell,
    io::{self, Write},
};

use arrow::{
    array::ArrayRef,
    datatypes::{DataType, SchemaRef},
    error::ArrowError,
    record_batch::RecordBatch,
};
use cirrus_engine::OutputColumn;

use crate::args::Format;

/// Writes the results of one run.
pub(crate) trait RowWriter {
    /// Starts a result.
    fn begin(&mut self, _shape: &Shape, _out: &mut dyn Write) -> Result<(), PrintError> {
        Ok(())
    }

    /// Writes rows of the result.
    fn batch(
        &mut self,
        shape: &Shape,
        batch: &RecordBatch,
        out: &mut dyn Write,
    ) -> Result<(), PrintError>;

    /// Ends the result, whole or not.
    fn end(&mut self, _shape: &Shape, _out: &mut dyn Write) -> Result<(), PrintError> {
        Ok(())
    }

    /// Ends the run.
    fn finish(&mut self, _out: &mut dyn Write) -> Result<(), PrintError> {
        Ok(())
    }
}

/// The columns of one result and the secrets hidden in it.
#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) schema: SchemaRef,
    pub(crate) columns: Vec<OutputColumn>,
    pub(crate) reveal_secrets: bool,
    pub(crate) masked: Cell<u64>,
}

/// What is printed instead of a secret.
pub(crate) const MASK: &str = "********";

impl Shape {
    /// Whether a column's values are hidden; Boolean and numeric ones never are.
    fn hides(&self, column: usize, array: &ArrayRef) -> bool {
        let kind = array.data_type();
        let harmless = kind.is_numeric() || matches!(kind, DataType::Boolean | DataType::Null);
        self.columns[column].secret && !self.reveal_secrets && !harmless
    }

    fn count_masked(&self) {
        self.masked.set(self.masked.get() + 1);
    }
}

/// Why a result could not be printed.
#[derive(Debug)]
pub(crate) enum PrintError {
    /// The file or pipe does not take it.
    Write(io::Error),
    /// A value has no text.
    Value(ArrowError),
}

impl From<io::Error> for PrintError {
    fn from(error: io::Error) -> Self {
        Self::Write(error)
    }
}

impl From<ArrowError> for PrintError {
    fn from(error: ArrowError) -> Self {
        Self::Value(error)
    }
}

/// How much a writer may know beforehand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expectation {
    /// Whether the run has one statement at most.
    pub(crate) single: bool,
    /// The terminal's width, if stdout is one.
    pub(crate) width: Option<u16>,
}

/// The writer of a format.
pub(crate) fn writer(format: Format, expectation: Expectation) -> Box<dyn RowWriter> {
    match format {
        Format::Table => Box::new(table::TableWriter::new(expectation.width)),
        Format::Json => Box::new(json::DocumentWriter::new(expectation.single)),
        Format::Ndjson => Box::new(json::LineWriter),
        Format::Csv => Box::new(csv::CsvWriter),
    }
}

#[cfg(test)]
pub(crate) mod testing {
    //! Results for the tests of all formats.

    use std::sync::Arc;

    use arrow::{
        array::{Array, ArrayRef, BooleanArray, Float64Array, Int64Array, ListArray, StringArray},
        datatypes::{Field, Int64Type, Schema},
    };

    use super::*;

    /// A column: heading, `json`/`secret` in words, values.
    pub(crate) type TestColumn = (&'static str, &'static str, ArrayRef);

    pub(crate) fn text(values: &[Option<&str>]) -> ArrayRef {
        Arc::new(StringArray::from(values.to_vec()))
    }

    pub(crate) fn integers(values: &[Option<i64>]) -> ArrayRef {
        Arc::new(Int64Array::from(values.to_vec()))
    }

    pub(crate) fn floats(values: &[f64]) -> ArrayRef {
        Arc::new(Float64Array::from(values.to_vec()))
    }

    pub(crate) fn booleans(values: &[Option<bool>]) -> ArrayRef {
        Arc::new(BooleanArray::from(values.to_vec()))
    }

    pub(crate) fn lists(values: &[&[i64]]) -> ArrayRef {
        let values = values
            .iter()
            .map(|list| Some(list.iter().map(|item| Some(*item))));
        Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(values))
    }

    pub(crate) fn result(columns: Vec<TestColumn>, reveal_secrets: bool) -> (Shape, RecordBatch) {
        let fields: Vec<Field> = columns
            .iter()
            .enumerate()
            .map(|(index, (_, _, array))| {
                Field::new(format!("c{index}"), array.data_type().clone(), true)
            })
            .collect();
        let schema = Arc::new(Schema::new(fields));
        let shape = Shape {
            schema: Arc::clone(&schema),
            columns: columns
                .iter()
                .map(|(heading, flags, _)| OutputColumn {
                    heading: (*heading).into(),
                    json: flags.contains("json"),
                    secret: flags.contains("secret"),
                })
                .collect(),
            reveal_secrets,
            masked: Cell::new(0),
        };
        let batch = RecordBatch::try_new(
            schema,
            columns.into_iter().map(|(_, _, array)| array).collect(),
        )
        .unwrap();
        (shape, batch)
    }

    /// What a run prints that consists of these results, each of one batch; `None` is a result without rows.
    pub(crate) fn print(mut writer: impl RowWriter, results: &[&(Shape, RecordBatch)]) -> String {
        let mut out = Vec::new();
        for (shape, batch) in results {
            writer.begin(shape, &mut out).unwrap();
            writer.batch(shape, batch, &mut out).unwrap();
            writer.end(shape, &mut out).unwrap();
        }
        writer.finish(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }
}
