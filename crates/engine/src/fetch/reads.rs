//! Reads single resources: those that a predicate or a join names, and those whose list left out a needed column.

use std::sync::Arc;

use cirrus_provider::{CloudErrorKind, GetRequest, Resource};
use datafusion::error::Result;

use super::Fetch;
use crate::{
    Warning, WarningKind,
    calls::CallError,
    decode::{self, Known, Row},
};

impl Fetch {
    /// Reads the resource of a row when that must be: nothing but its name is known, or its list left out a column
    /// that is needed.
    pub(super) async fn complete(self: Arc<Self>, row: Result<Row>) -> Result<Option<Row>> {
        let row = row?;
        if !row.must_read {
            return Ok(Some(row));
        }
        let was_named = row.known == Known::Named;
        let read = self.read(row).await;
        self.context.report.progress.read_done();
        let is_new = |row: &Row| !was_named || self.is_first(row);
        Ok(read?.filter(is_new))
    }

    /// Reads the resource of a row; none when it does not exist or could not be read.
    pub(super) async fn read(&self, row: Row) -> Result<Option<Row>> {
        let request = GetRequest {
            type_name: row.table.type_name.clone(),
            region: row.region.to_string(),
            identifier: row.identifier.clone(),
        };
        let resource = match self.context.calls.get(request).await {
            Ok(resource) => resource,
            Err(error) => {
                self.unread(&row, error)?;
                return Ok(None);
            }
        };
        if self.is_own(&row.table) {
            self.context.scopes.answered();
        }
        // A listed resource keeps the identifier that its list showed.
        let identifier = match row.known {
            Known::Named => resource.identifier,
            Known::Listed | Known::Read => row.identifier,
        };
        let resource = Resource {
            identifier,
            ..resource
        };
        Ok(self
            .row(&row.table, &row.region, resource, &row.inputs)
            .map(Row::read))
    }

    /// Decides what a failed read means; a resource that was listed is missed.
    fn unread(&self, row: &Row, error: CallError) -> Result<()> {
        let is_gone =
            matches!(&error, CallError::Cloud(error) if error.kind == CloudErrorKind::NotFound);
        if is_gone && row.known == Known::Listed && self.is_own(&row.table) {
            self.context.report.warn(Warning {
                table: self.spec.wanted.name.clone(),
                region: Some(row.region.to_string()),
                subject: Some(row.identifier.clone()),
                kind: WarningKind::Vanished,
            });
        }
        self.failed(&row.table, error, Some(row.identifier.clone()))
    }

    /// Whether the list left out a column that is needed.
    pub(super) fn lacks_columns(&self, row: &Row) -> bool {
        if row.known == Known::Read || row.table.handlers.read.is_none() {
            return false;
        }
        let mut needed = self
            .spec
            .read_columns()
            .filter(|column| row.part_of(*column).is_none())
            .peekable();
        if needed.peek().is_none() {
            return false;
        }
        let Ok(properties) = decode::properties(&row.properties) else {
            return false;
        };
        needed.any(|column| {
            let property = row.table.columns[column].property.as_str();
            !properties.contains_key(property)
        })
    }
}
