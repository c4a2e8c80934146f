//! A result on its way to the sink.

use std::{cell::Cell, io::Write, sync::Arc};

use arrow::record_batch::RecordBatch;
use cirrus_engine::Rows;

use crate::print::{PrintError, RowWriter, Shape};

/// A result on its way to the sink; one that fails before its first row leaves no trace there.
pub(crate) struct Sheet<'a> {
    shape: Shape,
    writer: &'a mut dyn RowWriter,
    sink: &'a mut dyn Write,
    begun: bool,
    rows: u64,
}

/// How a result ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// With its last row: there are columns to show even if there is no row.
    Whole,
    /// Before: what was printed is ended.
    Torn,
}

impl<'a> Sheet<'a> {
    pub(crate) fn new(
        rows: &Rows,
        reveal_secrets: bool,
        writer: &'a mut dyn RowWriter,
        sink: &'a mut dyn Write,
    ) -> Self {
        Self {
            shape: Shape {
                schema: Arc::clone(&rows.schema),
                columns: rows.columns.clone(),
                reveal_secrets,
                masked: Cell::new(0),
            },
            writer,
            sink,
            begun: false,
            rows: 0,
        }
    }

    /// Rows printed, or about to be.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Secrets hidden.
    pub(crate) fn masked(&self) -> u64 {
        self.shape.masked.get()
    }

    pub(crate) fn print(&mut self, batch: &RecordBatch) -> Result<(), PrintError> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        self.begin()?;
        self.writer.batch(&self.shape, batch, self.sink)?;
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    fn begin(&mut self) -> Result<(), PrintError> {
        if !self.begun {
            self.writer.begin(&self.shape, self.sink)?;
            self.begun = true;
        }
        Ok(())
    }

    /// Ends what has begun.
    pub(crate) fn close(&mut self, ending: Ending) -> Result<(), PrintError> {
        if ending == Ending::Whole {
            self.begin()?;
        }
        if self.begun {
            self.writer.end(&self.shape, self.sink)?;
            self.sink.flush()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use futures::StreamExt as _;

    use super::*;
    use crate::{
        args::Format,
        print::{
            self, Expectation,
            testing::{integers, result},
        },
    };

    /// What is printed of a result that had so many batches of one row and ended so.
    fn printed(format: Format, batches: usize, ending: Ending) -> String {
        let (shape, batch) = result(vec![("n", "", integers(&[Some(7)]))], false);
        let rows = Rows {
            schema: shape.schema,
            columns: shape.columns,
            batches: futures::stream::empty().boxed(),
        };
        let expectation = Expectation {
            single: true,
            width: None,
        };
        let mut writer = print::writer(format, expectation);
        let mut sink = Vec::new();
        let mut sheet = Sheet::new(&rows, false, writer.as_mut(), &mut sink);
        for _ in 0..batches {
            sheet.print(&batch).unwrap();
        }
        assert_eq!(sheet.rows(), batches as u64);
        sheet.close(ending).unwrap();
        writer.finish(&mut sink).unwrap();
        String::from_utf8(sink).unwrap()
    }

    #[test]
    fn a_table_that_ends_early_shows_the_rows_that_it_kept_back() {
        let table = "+---+\n| n |\n+---+\n| 7 |\n| 7 |\n+---+\n";
        for ending in [Ending::Torn, Ending::Whole] {
            assert_eq!(printed(Format::Table, 2, ending), table);
        }
    }

    #[test]
    fn columns_without_rows_show_only_if_that_is_all_there_is() {
        assert_eq!(printed(Format::Csv, 0, Ending::Whole), "n\n");
        assert_eq!(printed(Format::Csv, 0, Ending::Torn), "");
        assert_eq!(printed(Format::Table, 0, Ending::Torn), "");
        assert_eq!(printed(Format::Ndjson, 1, Ending::Torn), "{\"n\":7}\n");
    }
}
