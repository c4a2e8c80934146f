//! `-o table`: bordered columns, wrapped to the terminal's width, never cut.

use std::io::Write;

use arrow::record_batch::RecordBatch;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, TableComponent, presets};

use super::{PrintError, RowWriter, Shape, cells::Cells};

/// Rows per table: a longer result is printed as several, which bounds memory.
const CHUNK: usize = 10_000;

pub(crate) struct TableWriter {
    width: Option<u16>,
    table: Table,
    /// Whether the result at hand has been printed in part.
    printed: bool,
    results: usize,
}

impl TableWriter {
    pub(crate) fn new(width: Option<u16>) -> Self {
        Self {
            width,
            table: Table::new(),
            printed: false,
            results: 0,
        }
    }

    fn start_table(&mut self, shape: &Shape) {
        let mut table = Table::new();
        table
            .load_preset(presets::ASCII_FULL_CONDENSED)
            .set_style(TableComponent::HeaderLines, '-')
            .set_style(TableComponent::MiddleHeaderIntersections, '+');
        match self.width {
            Some(width) => table
                .set_content_arrangement(ContentArrangement::Dynamic)
                .set_width(width),
            None => table.set_content_arrangement(ContentArrangement::Disabled),
        };
        table.set_header(shape.columns.iter().map(|column| visible(&column.heading)));
        for (index, field) in shape.schema.fields().iter().enumerate() {
            if field.data_type().is_numeric()
                && let Some(column) = table.column_mut(index)
            {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        self.table = table;
    }

    fn print_table(&mut self, out: &mut dyn Write) -> Result<(), PrintError> {
        writeln!(out, "{}", self.table)?;
        self.printed = true;
        Ok(())
    }
}

impl RowWriter for TableWriter {
    fn begin(&mut self, shape: &Shape, out: &mut dyn Write) -> Result<(), PrintError> {
        if self.results > 0 {
            writeln!(out)?;
        }
        self.results += 1;
        self.printed = false;
        self.start_table(shape);
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
            if self.table.row_count() == CHUNK {
                self.print_table(out)?;
                self.start_table(shape);
            }
            let mut texts = Vec::with_capacity(shape.columns.len());
            for column in 0..shape.columns.len() {
                let text = cells.get(row, column)?;
                texts.push(Cell::new(
                    text.map_or_else(|| "NULL".into(), |text| visible(&text)),
                ));
            }
            self.table.add_row(texts);
        }
        Ok(())
    }

    fn end(&mut self, shape: &Shape, out: &mut dyn Write) -> Result<(), PrintError> {
        if !shape.columns.is_empty() && (self.table.row_count() > 0 || !self.printed) {
            self.print_table(out)?;
        }
        self.table = Table::new();
        Ok(())
    }
}

/// Shows control characters instead of sending them to a terminal, where a resource's tag could move the cursor.
fn visible(text: &str) -> String {
    if !text.contains(|c: char| c.is_control() && c != '\n') {
        return text.to_owned();
    }
    text.chars()
        .map(|c| match c {
            '\n' => "\n".to_owned(),
            '\t' => "    ".to_owned(),
            c if c.is_control() => c.escape_default().to_string(),
            c => c.to_string(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::print::testing::{integers, print, result, text};

    #[test]
    fn null_is_not_empty_and_numbers_are_on_the_right() {
        let result = result(
            vec![
                ("name", "", text(&[Some("a"), Some(""), None])),
                ("n", "", integers(&[Some(1), None, Some(100)])),
            ],
            false,
        );
        let expected = "\
+------+------+
| name |    n |
+------+------+
| a    |    1 |
|      | NULL |
| NULL |  100 |
+------+------+
";
        assert_eq!(print(TableWriter::new(None), &[&result]), expected);
    }

    #[test]
    fn a_result_without_rows_shows_its_columns_and_results_are_apart() {
        let result = result(vec![("a", "", text(&[]))], false);
        let expected = "+---+\n| a |\n+---+\n+---+\n";
        assert_eq!(print(TableWriter::new(None), &[&result]), expected);
        assert_eq!(
            print(TableWriter::new(None), &[&result, &result]),
            format!("{expected}\n{expected}")
        );
    }

    #[test]
    fn secrets_are_masked_and_counted() {
        let columns = || {
            vec![
                ("client_secret", "secret", text(&[Some("s3cret"), None])),
                ("length", "secret", integers(&[Some(6), None])),
            ]
        };
        let masked = result(columns(), false);
        let table = print(TableWriter::new(None), &[&masked]);
        assert!(
            !table.contains("s3cret") && table.contains("| ********      |      6 |"),
            "{table}"
        );
        assert!(table.contains("| NULL "), "{table}");
        assert_eq!(masked.0.masked.get(), 1);
        assert!(print(TableWriter::new(None), &[&result(columns(), true)]).contains("s3cret"));
    }

    #[test]
    fn wraps_on_a_terminal_and_never_otherwise() {
        let long = "word ".repeat(40);
        let result = result(vec![("a", "", text(&[Some(&long)]))], false);
        assert!(
            print(TableWriter::new(Some(40)), &[&result])
                .lines()
                .all(|line| line.len() <= 40)
        );
        assert!(print(TableWriter::new(None), &[&result]).contains(long.trim_end()));
    }

    #[test]
    fn control_characters_are_shown() {
        let result = result(vec![("a", "", text(&[Some("x\u{1b}[2Jy\tz")]))], false);
        assert!(print(TableWriter::new(None), &[&result]).contains("x\\u{1b}[2Jy    z"));
    }

    #[test]
    fn long_results_are_several_tables() {
        let values: Vec<Option<i64>> = (0..25_000).map(Some).collect();
        let table = print(
            TableWriter::new(None),
            &[&result(vec![("n", "", integers(&values))], false)],
        );
        assert_eq!(table.matches(" n |").count(), 3);
        assert_eq!(
            table.lines().filter(|line| line.starts_with('|')).count(),
            25_000 + 3
        );
    }
}
