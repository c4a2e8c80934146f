//! `-o csv`: RFC 4180 with line feeds; NULL is nothing and an empty text is `""`.

use std::io::{self, Write};

use arrow::record_batch::RecordBatch;

use super::{PrintError, RowWriter, Shape, cells::Cells};

pub(crate) struct CsvWriter;

impl RowWriter for CsvWriter {
    fn begin(&mut self, shape: &Shape, out: &mut dyn Write) -> Result<(), PrintError> {
        write_record(
            shape
                .columns
                .iter()
                .map(|column| Some(column.heading.as_str())),
            out,
        )?;
        Ok(())
    }

    fn batch(
        &mut self,
        shape: &Shape,
        batch: &RecordBatch,
        out: &mut dyn Write,
    ) -> Result<(), PrintError> {
        let cells = Cells::new(shape, batch)?;
        for row in 0..cells.rows {
            let record: Vec<Option<String>> = (0..shape.columns.len())
                .map(|column| cells.get(row, column))
                .collect::<Result<_, _>>()?;
            write_record(record.iter().map(Option::as_deref), out)?;
        }
        out.flush()?;
        Ok(())
    }
}

fn write_record<'a>(
    fields: impl ExactSizeIterator<Item = Option<&'a str>>,
    out: &mut dyn Write,
) -> io::Result<()> {
    // A line with nothing on it would be skipped by readers.
    let alone = fields.len() == 1;
    for (index, field) in fields.enumerate() {
        if index > 0 {
            out.write_all(b",")?;
        }
        match field {
            None if !alone => {}
            None | Some("") => out.write_all(b"\"\"")?,
            Some(text)
                if text.contains([',', '"', '\n', '\r'])
                    || text.starts_with(' ')
                    || text.ends_with(' ') =>
            {
                write!(out, "\"{}\"", text.replace('"', "\"\""))?;
            }
            Some(text) => out.write_all(text.as_bytes())?,
        }
    }
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::print::testing::{booleans, floats, integers, print, result, text};

    #[test]
    fn quotes_what_needs_it() {
        let result = result(
            vec![
                (
                    "name",
                    "",
                    text(&[
                        Some("a,b"),
                        Some("say \"x\""),
                        Some(""),
                        None,
                        Some("l1\nl2"),
                    ]),
                ),
                (
                    "n",
                    "",
                    integers(&[Some(1), None, Some(3), None, Some(9_007_199_254_740_993)]),
                ),
            ],
            false,
        );
        let expected =
            "name,n\n\"a,b\",1\n\"say \"\"x\"\"\",\n\"\",3\n,\n\"l1\nl2\",9007199254740993\n";
        assert_eq!(print(CsvWriter, &[&result]), expected);
    }

    #[test]
    fn each_result_has_a_header() {
        let first = result(
            vec![
                ("a", "", booleans(&[Some(true), None])),
                ("b", "", floats(&[1.5, f64::NAN])),
            ],
            false,
        );
        let second = result(vec![("s", "secret", text(&[Some("x"), None]))], false);
        assert_eq!(
            print(CsvWriter, &[&first, &second]),
            "a,b\ntrue,1.5\n,NaN\ns\n********\n\"\"\n"
        );
    }
}
