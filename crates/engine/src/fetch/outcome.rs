//! Decides what a failed call means: no row, a warning, a better plan, or the end.

use cirrus_provider::{CloudError, CloudErrorKind, Operation, Table, missing_inputs};
use datafusion::error::{DataFusionError, Result};
use serde_json::{Map, Value};

use super::{Fetch, external};
use crate::{Error, Warning, WarningKind, calls::CallError};

/// The service asked for list inputs that the schema does not name: with them known, the plan is another.
#[derive(Debug, thiserror::Error)]
#[error("the list inputs of the type are known now")]
pub(super) struct Relearned;

impl Relearned {
    pub(super) fn is(error: &DataFusionError) -> bool {
        matches!(error, DataFusionError::External(inner) if inner.is::<Self>())
    }
}

impl Fetch {
    /// Decides what a failed call to a table, the scan's own or a parent's, means.
    pub(super) fn failed(
        &self,
        table: &Table,
        error: CallError,
        subject: Option<String>,
    ) -> Result<()> {
        let error = match error {
            CallError::Cloud(error) => error,
            error @ CallError::Budget { .. } => return Err(external(error.into())),
        };
        if error.kind == CloudErrorKind::NotFound {
            self.context.scopes.answered();
            return Ok(());
        }
        // Without credentials every scope fails alike: say it once and at once.
        if error.kind == CloudErrorKind::Credentials && error.code.is_none() {
            return Err(external(Error::Cloud(error)));
        }
        if self.learns_inputs(table, &error) {
            return Err(DataFusionError::External(Box::new(Relearned)));
        }
        self.context.scopes.failed(&error);
        let kind = if self.is_disabled_region(&error) {
            WarningKind::NotEnabled
        } else {
            WarningKind::Failed(error.clone())
        };
        // What failed may be the list of a parent.
        let name = if self.is_own(table) {
            self.spec.wanted.name.clone()
        } else {
            format!("{}.{}", self.spec.catalog, table.qualified_name())
        };
        self.context.report.warn(Warning {
            table: name,
            region: Some(error.region),
            subject: subject.filter(|_| kind != WarningKind::NotEnabled),
            kind,
        });
        Ok(())
    }

    /// Whether an error names list inputs that were not known to be needed.
    fn learns_inputs(&self, table: &Table, error: &CloudError) -> bool {
        if error.kind != CloudErrorKind::InvalidRequest
            || error.operation != Operation::ListResources
        {
            return false;
        }
        let mut inputs = missing_inputs(&error.message);
        inputs.retain(|input| table.with_required_input(input).is_some());
        !inputs.is_empty() && self.context.shared.learned.needs(&table.type_name, &inputs)
    }

    /// Whether a region that was only tried, because the account did not say which it has, is not enabled.
    ///
    /// There good credentials are refused as if they were unknown.
    fn is_disabled_region(&self, error: &CloudError) -> bool {
        let unsure = matches!(self.context.asked_regions.get(), Some(None));
        unsure
            && self.spec.wanted.enabled_only
            && matches!(
                error.kind,
                CloudErrorKind::Region | CloudErrorKind::Credentials
            )
    }

    /// Whether a table is the one that is scanned, not a parent of it.
    pub(super) fn is_own(&self, table: &Table) -> bool {
        let own = &self.spec.wanted.table;
        (&table.service, &table.name) == (&own.service, &own.name)
    }
}

/// The list inputs as a person reads them: `user_pool_id=us-east-1_a`.
pub(super) fn subject_of(table: &Table, inputs: &Map<String, Value>) -> Option<String> {
    let pairs: Vec<String> = inputs
        .iter()
        .map(|(property, value)| {
            let name = table.column(property).map_or(property.as_str(), |column| {
                table.columns[column].name.as_str()
            });
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            format!("{name}={value}")
        })
        .collect();
    (!pairs.is_empty()).then(|| pairs.join(", "))
}
