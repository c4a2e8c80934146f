//! `-o json` and `-o ndjson`: rows as objects, nested properties as JSON values.

use std::{collections::HashSet, io::Write, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, AsArray},
    compute::cast,
    datatypes::{DataType, FieldRef},
    error::ArrowError,
    json::writer::{EncoderOptions, NullableEncoder, make_encoder},
    record_batch::RecordBatch,
};
use serde_json::value::RawValue;

use super::{MASK, PrintError, RowWriter, Shape};

/// `-o ndjson`: one object per line, flushed as rows arrive.
pub(crate) struct LineWriter;

impl RowWriter for LineWriter {
    fn batch(
        &mut self,
        shape: &Shape,
        batch: &RecordBatch,
        out: &mut dyn Write,
    ) -> Result<(), PrintError> {
        let mut line = Vec::new();
        for_each_row(shape, batch, &mut line, |line| {
            line.push(b'\n');
            out.write_all(line)?;
            Ok(())
        })?;
        out.flush()?;
        Ok(())
    }
}

/// `-o json`: one document per run.
///
/// One result is an array of rows, several are an array of such arrays, none is an empty array. Which of these it is
/// shows only when a second result begins, so unless the run is a single statement the first result is held back.
pub(crate) struct DocumentWriter {
    single: bool,
    held: Vec<u8>,
    results: usize,
    rows: usize,
}

impl DocumentWriter {
    pub(crate) fn new(single: bool) -> Self {
        Self {
            single,
            held: Vec::new(),
            results: 0,
            rows: 0,
        }
    }

    /// Where the result at hand goes.
    fn target<'a>(&'a mut self, out: &'a mut dyn Write) -> &'a mut dyn Write {
        if self.single || self.results > 1 {
            out
        } else {
            &mut self.held
        }
    }
}

impl RowWriter for DocumentWriter {
    fn begin(&mut self, _shape: &Shape, out: &mut dyn Write) -> Result<(), PrintError> {
        self.results += 1;
        self.rows = 0;
        if self.results == 2 {
            out.write_all(b"[\n")?;
            out.write_all(&std::mem::take(&mut self.held))?;
        }
        if self.results > 1 {
            out.write_all(b",\n")?;
        }
        self.target(out).write_all(b"[")?;
        Ok(())
    }

    fn batch(
        &mut self,
        shape: &Shape,
        batch: &RecordBatch,
        out: &mut dyn Write,
    ) -> Result<(), PrintError> {
        let mut rows = self.rows;
        let target = self.target(out);
        let mut line = Vec::new();
        for_each_row(shape, batch, &mut line, |line| {
            target.write_all(if rows == 0 { b"\n" } else { b",\n" })?;
            target.write_all(line)?;
            rows += 1;
            Ok(())
        })?;
        target.flush()?;
        self.rows = rows;
        Ok(())
    }

    fn end(&mut self, _shape: &Shape, out: &mut dyn Write) -> Result<(), PrintError> {
        let close: &[u8] = if self.rows == 0 { b"]" } else { b"\n]" };
        self.target(out).write_all(close)?;
        Ok(())
    }

    fn finish(&mut self, out: &mut dyn Write) -> Result<(), PrintError> {
        match self.results {
            0 => out.write_all(b"[]\n")?,
            1 => {
                out.write_all(&std::mem::take(&mut self.held))?;
                out.write_all(b"\n")?;
            }
            _ => out.write_all(b"\n]\n")?,
        }
        Ok(())
    }
}

/// Encodes every row of a batch as an object and hands it on; `line` is the buffer.
fn for_each_row(
    shape: &Shape,
    batch: &RecordBatch,
    line: &mut Vec<u8>,
    mut write: impl FnMut(&mut Vec<u8>) -> Result<(), PrintError>,
) -> Result<(), PrintError> {
    let options = EncoderOptions::default().with_explicit_nulls(true);
    let keys = keys(shape);
    let arrays: Vec<ArrayRef> = batch
        .columns()
        .iter()
        .zip(&shape.columns)
        .map(|(array, column)| {
            if column.json {
                as_text(array)
            } else {
                Ok(Arc::clone(array))
            }
        })
        .collect::<Result<_, _>>()?;
    let mut columns = Vec::with_capacity(arrays.len());
    for (index, array) in arrays.iter().enumerate() {
        let field = &shape.schema.fields()[index];
        columns.push(Column::new(shape, index, field, array, &options)?);
    }
    for row in 0..batch.num_rows() {
        line.clear();
        line.push(b'{');
        for (index, column) in columns.iter_mut().enumerate() {
            if index > 0 {
                line.push(b',');
            }
            line.extend_from_slice(keys[index].as_bytes());
            line.push(b':');
            column.encode(shape, row, line);
        }
        line.push(b'}');
        write(line)?;
    }
    Ok(())
}

/// One column of a batch, ready to be encoded.
enum Column<'a> {
    /// Hidden from whoever reads the output.
    Hidden(&'a ArrayRef),
    /// Text that is JSON.
    Raw(&'a ArrayRef),
    /// Anything that Arrow encodes.
    Plain(NullableEncoder<'a>),
}

impl<'a> Column<'a> {
    fn new(
        shape: &Shape,
        index: usize,
        field: &'a FieldRef,
        array: &'a ArrayRef,
        options: &'a EncoderOptions,
    ) -> Result<Self, ArrowError> {
        if shape.hides(index, array) {
            Ok(Self::Hidden(array))
        } else if shape.columns[index].json && array.data_type() == &DataType::Utf8 {
            Ok(Self::Raw(array))
        } else {
            make_encoder(field, array.as_ref(), options).map(Self::Plain)
        }
    }

    fn encode(&mut self, shape: &Shape, row: usize, line: &mut Vec<u8>) {
        match self {
            Self::Hidden(array) | Self::Raw(array) if array.is_null(row) => {
                line.extend_from_slice(b"null");
            }
            Self::Hidden(_) => {
                shape.count_masked();
                line.extend_from_slice(quoted(MASK).as_bytes());
            }
            Self::Raw(array) => {
                let text = array.as_string::<i32>().value(row);
                if serde_json::from_str::<&RawValue>(text).is_ok() {
                    // A line break in valid JSON is white space, and would end an ndjson line.
                    line.extend(text.trim().bytes().map(|byte| {
                        if matches!(byte, b'\n' | b'\r') {
                            b' '
                        } else {
                            byte
                        }
                    }));
                } else {
                    line.extend_from_slice(quoted(text).as_bytes());
                }
            }
            Self::Plain(encoder) if encoder.is_null(row) => line.extend_from_slice(b"null"),
            Self::Plain(encoder) => encoder.encode(row, line),
        }
    }
}

/// Text in whatever form the engine has it, as plain strings; what is not text stays.
fn as_text(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    match array.data_type() {
        DataType::LargeUtf8 | DataType::Utf8View => cast(array, &DataType::Utf8),
        DataType::Dictionary(_, value) if value.is_string() => cast(array, &DataType::Utf8),
        _ => Ok(Arc::clone(array)),
    }
}

/// The quoted keys of a row; a repeated heading gets `_1`, `_2`, ... unless another column is headed like that.
fn keys(shape: &Shape) -> Vec<String> {
    let headings: HashSet<&str> = shape
        .columns
        .iter()
        .map(|column| column.heading.as_str())
        .collect();
    let mut used: HashSet<String> = HashSet::new();
    let mut key_of = |heading: &str| {
        if used.insert(heading.to_owned()) {
            return quoted(heading);
        }
        let numbered = (1_u64..).map(|number| format!("{heading}_{number}"));
        let free = numbered
            .into_iter()
            .find(|key| !headings.contains(key.as_str()) && used.insert(key.clone()));
        quoted(&free.unwrap_or_default())
    };
    shape
        .columns
        .iter()
        .map(|column| key_of(&column.heading))
        .collect()
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::print::testing::{booleans, floats, integers, lists, print, result, text};

    fn rows(values: &[Option<&str>]) -> (Shape, RecordBatch) {
        result(vec![("a", "", text(values))], false)
    }

    #[test]
    fn values_have_their_types() {
        let result = result(
            vec![
                ("text", "", text(&[Some("x\"y"), None])),
                ("big", "", integers(&[Some(9_007_199_254_740_993), None])),
                ("real", "", floats(&[1.5, f64::NAN])),
                ("flag", "", booleans(&[Some(true), None])),
                (
                    "doc",
                    "json",
                    text(&[Some("{\n \"k\": [1, null]}"), Some("{broken")]),
                ),
                ("list", "", lists(&[&[1, 2], &[]])),
            ],
            false,
        );
        let expected = concat!(
            r#"{"text":"x\"y","big":9007199254740993,"real":1.5,"flag":true,"doc":{  "k": [1, null]},"list":[1,2]}"#,
            "\n",
            r#"{"text":null,"big":null,"real":null,"flag":null,"doc":"{broken","list":[]}"#,
            "\n",
        );
        assert_eq!(print(LineWriter, &[&result]), expected);
    }

    #[test]
    fn a_document_is_an_array_of_rows_or_of_results() {
        let (one, two) = (rows(&[Some("x"), Some("y")]), rows(&[]));
        for single in [true, false] {
            assert_eq!(print(DocumentWriter::new(single), &[]), "[]\n");
            assert_eq!(
                print(DocumentWriter::new(single), &[&one]),
                "[\n{\"a\":\"x\"},\n{\"a\":\"y\"}\n]\n"
            );
            assert_eq!(print(DocumentWriter::new(single), &[&two]), "[]\n");
        }
        let text = print(DocumentWriter::new(false), &[&one, &two, &one]);
        let document: Value = serde_json::from_str(&text).unwrap();
        let rows = json!([{"a": "x"}, {"a": "y"}]);
        assert_eq!(document, json!([rows, [], rows]));
    }

    #[test]
    fn a_single_statement_streams_and_a_failure_closes_what_is_open() {
        let (shape, batch) = rows(&[Some("x")]);
        let mut writer = DocumentWriter::new(true);
        let mut out = Vec::new();
        writer.begin(&shape, &mut out).unwrap();
        writer.batch(&shape, &batch, &mut out).unwrap();
        assert_eq!(out, b"[\n{\"a\":\"x\"}");
        writer.end(&shape, &mut out).unwrap();
        writer.finish(&mut out).unwrap();
        assert!(serde_json::from_slice::<Value>(&out).is_ok());
    }

    #[test]
    fn repeated_headings_are_numbered() {
        let column = |heading| (heading, "", integers(&[Some(1)]));
        let result = result(
            vec![column("a"), column("a"), column("a_1"), column("a")],
            false,
        );
        assert_eq!(
            print(LineWriter, &[&result]),
            "{\"a\":1,\"a_2\":1,\"a_1\":1,\"a_3\":1}\n"
        );
    }

    #[test]
    fn secrets_are_masked_null_stays_null() {
        let columns = vec![
            ("s", "secret", text(&[Some("x"), None])),
            ("d", "json secret", text(&[Some("{\"k\":1}"), None])),
        ];
        let result = result(columns, false);
        assert_eq!(
            print(LineWriter, &[&result]),
            "{\"s\":\"********\",\"d\":\"********\"}\n{\"s\":null,\"d\":null}\n"
        );
        assert_eq!(result.0.masked.get(), 2);
    }
}
