//! `cirrus.errors`: the scopes that failed in the last statement that read a cloud, one row each.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use async_trait::async_trait;
use cirrus_provider::{CloudError, Role, Table};
use datafusion::{
    catalog::{MemTable, Session, TableProvider},
    common::Result,
    logical_expr::{Expr, TableType},
    physical_plan::ExecutionPlan,
};

use crate::{
    Report, Warning, WarningKind,
    context::StatementContext,
    own_table::{self, column},
    schema::arrow_schema,
};

/// The service of the table.
pub(crate) const SERVICE: &str = "cirrus";

/// The tables of the service.
pub(crate) const TABLES: [&str; 1] = ["errors"];

/// The columns of the table.
const COLUMNS: [&str; 10] = [
    "statement",
    "table_name",
    "region",
    "subject",
    "operation",
    "type_name",
    "code",
    "message",
    "request_id",
    "loses_rows",
];

static ERRORS: LazyLock<Arc<Table>> = LazyLock::new(|| Arc::new(definition()));

/// Finds a table of the service by name.
pub(crate) fn table(name: &str) -> Option<Arc<Table>> {
    TABLES
        .contains(&name.to_lowercase().as_str())
        .then(|| ERRORS.clone())
}

fn definition() -> Table {
    let columns = COLUMNS.map(|name| column(name, "", Role::Property));
    own_table::table(SERVICE, TABLES[0], columns.into())
}

/// A statement whose errors can be asked for.
#[derive(Clone, Debug)]
pub(crate) struct Failures {
    /// Its text.
    pub(crate) statement: String,
    /// What it went without.
    pub(crate) report: Arc<Report>,
}

/// The table for DataFusion.
#[derive(Debug)]
pub(crate) struct ErrorsTable;

#[async_trait]
impl TableProvider for ErrorsTable {
    fn schema(&self) -> arrow::datatypes::SchemaRef {
        arrow_schema(&ERRORS)
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let context = state.config().get_extension::<StatementContext>();
        let failures = context.and_then(|context| context.failures.clone());
        let batch = batch(failures.as_ref())?;
        let table = MemTable::try_new(self.schema(), vec![vec![batch]])?;
        table.scan(state, projection, filters, limit).await
    }
}

fn batch(failures: Option<&Failures>) -> Result<RecordBatch> {
    let rows: Vec<(&str, Warning)> = failures
        .iter()
        .flat_map(|failures| {
            let warnings = failures.report.warnings().into_iter();
            warnings.map(|warning| (failures.statement.as_str(), warning))
        })
        .collect();
    let column = |value: &dyn Fn(&str, &Warning) -> Option<String>| {
        let values = rows.iter().map(|(text, warning)| value(text, warning));
        Arc::new(values.collect::<StringArray>()) as ArrayRef
    };
    let of_error = |value: &dyn Fn(&CloudError) -> Option<String>| {
        column(&|_, warning| value(error_of(warning)?))
    };
    let columns = vec![
        column(&|text, _| Some(text.to_owned())),
        column(&|_, warning| Some(warning.table.clone())),
        column(&|_, warning| warning.region.clone()),
        column(&|_, warning| warning.subject.clone()),
        of_error(&|error| Some(error.operation.to_string())),
        of_error(&|error| Some(error.type_name.clone()).filter(|name| !name.is_empty())),
        of_error(&|error| error.code.clone()),
        column(&|_, warning| Some(message_of(warning))),
        of_error(&|error| error.request_id.clone()),
        column(&|_, warning| Some(warning.kind.loses_rows().to_string())),
    ];
    Ok(RecordBatch::try_new(arrow_schema(&ERRORS), columns)?)
}

fn error_of(warning: &Warning) -> Option<&CloudError> {
    match &warning.kind {
        WarningKind::Failed(error) | WarningKind::RegionsUnknown(error) => Some(error),
        WarningKind::Mistyped { .. }
        | WarningKind::Undecodable { .. }
        | WarningKind::Unavailable
        | WarningKind::NotEnabled
        | WarningKind::Vanished => None,
    }
}

fn message_of(warning: &Warning) -> String {
    match &warning.kind {
        WarningKind::Failed(error) | WarningKind::RegionsUnknown(error) => error.message.clone(),
        WarningKind::Mistyped { property, expected } => {
            format!("{property} is not of type {expected}")
        }
        WarningKind::Undecodable { reason } => reason.clone(),
        WarningKind::Unavailable => "the type does not exist in the region".into(),
        WarningKind::NotEnabled => "the account has not enabled the region".into(),
        WarningKind::Vanished => "listed, and not found when it was read".into(),
    }
}
