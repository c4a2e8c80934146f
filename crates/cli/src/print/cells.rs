//! The cells of a batch as text, for the formats that are text: table and csv.

use arrow::{
    array::{Array, ArrayRef},
    error::ArrowError,
    record_batch::RecordBatch,
    util::display::{ArrayFormatter, FormatOptions},
};

use super::{MASK, Shape};

/// The cells of one batch.
pub(crate) struct Cells<'a> {
    shape: &'a Shape,
    columns: Vec<Column<'a>>,
    pub(crate) rows: usize,
}

struct Column<'a> {
    array: &'a ArrayRef,
    formatter: ArrayFormatter<'a>,
    hidden: bool,
}

impl<'a> Cells<'a> {
    pub(crate) fn new(shape: &'a Shape, batch: &'a RecordBatch) -> Result<Self, ArrowError> {
        const OPTIONS: FormatOptions<'static> = FormatOptions::new().with_null("NULL");
        let column = |(index, array): (usize, &'a ArrayRef)| {
            Ok(Column {
                array,
                formatter: ArrayFormatter::try_new(array.as_ref(), &OPTIONS)?,
                hidden: shape.hides(index, array),
            })
        };
        let columns = batch
            .columns()
            .iter()
            .enumerate()
            .map(column)
            .collect::<Result<_, ArrowError>>()?;
        Ok(Self {
            shape,
            columns,
            rows: batch.num_rows(),
        })
    }

    /// The text of a cell; `None` is NULL.
    pub(crate) fn get(&self, row: usize, column: usize) -> Result<Option<String>, ArrowError> {
        let column = &self.columns[column];
        if column.array.is_null(row) || column.array.data_type().is_null() {
            return Ok(None);
        }
        if column.hidden {
            self.shape.count_masked();
            return Ok(Some(MASK.into()));
        }
        column.formatter.value(row).try_to_string().map(Some)
    }
}
