//! From rows to the batches of a scan: decoding, filters, projection.

use std::sync::Arc;

use arrow::{array::RecordBatch, compute::filter_record_batch};
use datafusion::{common::cast::as_boolean_array, error::Result, physical_expr::PhysicalExpr};

use crate::{
    Report, Warning, WarningKind,
    decode::{self, Row},
    scan::ScanSpec,
};

/// Whether a listed row passes the filters that what every list returns can answer.
pub(crate) fn passes_early(spec: &ScanSpec, row: &Row) -> Result<bool> {
    let filters = &spec.filters;
    // An identifier that is not of the schema's form leaves its parts to be read: `batch` filters again.
    if filters.early.is_empty() || row.parts.is_empty() {
        return Ok(true);
    }
    let rows = std::slice::from_ref(row);
    let (mut batch, _) = decode::decode(
        &spec.wanted.table.columns,
        &filters.early_columns,
        &filters.early_schema,
        rows,
    )?;
    for filter in &filters.early {
        batch = filtered(&batch, filter)?;
    }
    Ok(batch.num_rows() > 0)
}

/// Decodes, filters and projects complete rows; values of the wrong type are warned about.
pub(crate) fn batch(spec: &ScanSpec, report: &Report, rows: &[Row]) -> Result<RecordBatch> {
    let filters = &spec.filters;
    let columns = &spec.wanted.table.columns;
    let (mut batch, mistyped) = decode::decode(
        columns,
        &filters.working_columns,
        &filters.working_schema,
        rows,
    )?;
    for wrong in mistyped {
        report.warn(Warning {
            table: spec.wanted.name.clone(),
            region: Some(rows[wrong.row].region.to_string()),
            subject: Some(rows[wrong.row].identifier.clone()),
            kind: WarningKind::Mistyped {
                property: wrong.property,
                expected: wrong.expected,
            },
        });
    }
    for filter in &filters.late {
        batch = filtered(&batch, filter)?;
    }
    let indices: Vec<usize> = spec
        .projection
        .iter()
        .map(|column| {
            filters
                .working_columns
                .binary_search(column)
                .expect("the projection is part of the working columns")
        })
        .collect();
    Ok(batch.project(&indices)?)
}

/// Keeps the rows for which the filter is true: not false, not NULL.
pub(crate) fn filtered(batch: &RecordBatch, filter: &Arc<dyn PhysicalExpr>) -> Result<RecordBatch> {
    let mask = filter.evaluate(batch)?.into_array(batch.num_rows())?;
    Ok(filter_record_batch(batch, as_boolean_array(&mask)?)?)
}
