//! A cloud table in DataFusion: it records what is asked, plans the calls, and makes none.
//!
//! Every filter that can be evaluated on a row is accepted as exact, so that LIMIT reaches the scan and no second
//! filter runs above it; the scan itself evaluates all of them (`fetch.rs`). Writes never come this way: DataFusion
//! drops predicates on it, so the trait's refusing defaults stay.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use cirrus_provider::{AccessError, Predicate, Role, Table, plan_access};
use datafusion::{
    catalog::{Session, TableProvider},
    common::{DFSchema, tree_node::TreeNode},
    error::{DataFusionError, Result},
    logical_expr::{Expr, TableProviderFilterPushDown, TableType, utils::expr_to_columns},
    physical_expr::PhysicalExpr,
    physical_plan::ExecutionPlan,
    sql::unparser::expr_to_sql,
};

use crate::{
    Error, Warning, WarningKind,
    canonical::canonical,
    context::StatementContext,
    evaluate::filtered,
    generic::{self, GenericPart},
    predicate::predicate_of,
    scan::{CloudScan, Filters, ScanPart, ScanSpec},
    schema::arrow_schema,
};

/// One table of the catalog.
#[derive(Debug)]
pub(crate) struct CloudTable {
    catalog: &'static str,
    table: Arc<Table>,
    schema: SchemaRef,
}

impl CloudTable {
    pub(crate) fn new(catalog: &'static str, table: Arc<Table>) -> Self {
        let schema = arrow_schema(&table);
        Self {
            catalog,
            table,
            schema,
        }
    }

    /// `aws.cognito.user_pools`.
    fn name(&self) -> String {
        format!("{}.{}", self.catalog, self.table.qualified_name())
    }

    fn parts(
        &self,
        context: &StatementContext,
        predicate: &Predicate,
        regions: &[String],
    ) -> Result<Vec<ScanPart>, Error> {
        if generic::is_generic(&self.table) {
            let parts = generic::plan(&context.catalog, &self.table, predicate, regions)?;
            return Ok(parts
                .into_iter()
                .map(|GenericPart { table, plan }| ScanPart { table, plan })
                .collect());
        }
        let plan = plan_access(&context.catalog, &self.table, predicate, regions)
            .map_err(|error| access_error(self.name(), &self.table, error))?;
        Ok(vec![ScanPart {
            table: self.table.clone(),
            plan,
        }])
    }
}

#[async_trait]
impl TableProvider for CloudTable {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(filters
            .iter()
            .map(|filter| {
                if can_evaluate(filter) {
                    TableProviderFilterPushDown::Exact
                } else {
                    TableProviderFilterPushDown::Unsupported
                }
            })
            .collect())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let context = state
            .config()
            .get_extension::<StatementContext>()
            .ok_or_else(|| {
                DataFusionError::Internal("a cloud table was scanned outside a statement".into())
            })?;
        let predicate = predicate_of(&self.table, filters);
        let filters: Vec<Expr> = filters
            .iter()
            .map(|filter| canonical(&context.catalog, &self.table, &predicate, filter.clone()))
            .collect::<Result<_>>()?;
        let filters = filters.as_slice();
        let regions = self.regions_left(state, &context.regions, filters)?;
        // Filters on the region alone may have left none of several: then no row can come.
        let parts = if regions.is_empty() && !context.regions.is_empty() {
            Vec::new()
        } else {
            self.parts(&context, &predicate, &regions)
                .map_err(|error| DataFusionError::External(Box::new(error)))?
        };
        for part in &parts {
            for region in &part.plan.unavailable {
                context.report.warn(Warning {
                    table: self.name(),
                    region: Some(region.clone()),
                    subject: None,
                    kind: WarningKind::Unavailable,
                });
            }
        }
        let projection = projection
            .cloned()
            .unwrap_or_else(|| (0..self.table.columns.len()).collect());
        let spec = ScanSpec {
            catalog: self.catalog,
            name: self.name(),
            schema: Arc::new(self.schema.project(&projection)?),
            filters: self.filters(state, filters, &projection)?,
            table: self.table.clone(),
            parts,
            projection,
            limit,
        };
        Ok(Arc::new(CloudScan::new(Arc::new(spec), context)))
    }
}

impl CloudTable {
    /// The session's regions that predicates on the region alone let through.
    fn regions_left(
        &self,
        state: &dyn Session,
        regions: &[String],
        filters: &[Expr],
    ) -> Result<Vec<String>> {
        if self.table.global {
            return Ok(regions.to_vec());
        }
        let only_region: Vec<&Expr> = filters
            .iter()
            .filter(|filter| columns_of(&self.table, filter) == [Table::REGION])
            .collect();
        if only_region.is_empty() || regions.is_empty() {
            return Ok(regions.to_vec());
        }
        // An equality names regions as written, whether or not the session has them.
        if only_region.iter().any(|filter| {
            predicate_of(&self.table, &[(*filter).clone()])
                .bindings()
                .iter()
                .all(|binding| binding.contains_key(&Table::REGION))
        }) {
            return Ok(regions.to_vec());
        }
        let schema = Arc::new(self.schema.project(&[Table::REGION])?);
        let values = Arc::new(arrow::array::StringArray::from(regions.to_vec()));
        let mut batch = arrow::array::RecordBatch::try_new(schema.clone(), vec![values])?;
        let schema = DFSchema::try_from(schema)?;
        for filter in only_region {
            let filter = state.create_physical_expr(filter.clone(), &schema)?;
            batch = filtered(&batch, &filter)?;
        }
        let column = arrow::array::AsArray::as_string::<i32>(batch.column(0));
        Ok(column.iter().flatten().map(str::to_owned).collect())
    }

    /// Compiles the filters: all of them for whole rows, and those that a listed row can answer once more for it.
    fn filters(
        &self,
        state: &dyn Session,
        filters: &[Expr],
        projection: &[usize],
    ) -> Result<Filters> {
        let known_early: Vec<usize> = (0..self.table.columns.len())
            .filter(|index| {
                matches!(
                    self.table.columns[*index].role,
                    Role::Region | Role::Identifier | Role::TypeName
                ) || self
                    .table
                    .identifier
                    .iter()
                    .any(|part| part.column == Some(*index))
            })
            .collect();
        let late: Vec<&Expr> = filters.iter().collect();
        let early: Vec<&Expr> = filters
            .iter()
            .filter(|filter| {
                columns_of(&self.table, filter)
                    .iter()
                    .all(|column| known_early.contains(column))
            })
            .collect();
        let mut working: Vec<usize> = projection.to_vec();
        working.extend(
            late.iter()
                .flat_map(|filter| columns_of(&self.table, filter)),
        );
        working.sort_unstable();
        working.dedup();
        let compile =
            |columns: &[usize], filters: &[&Expr]| -> Result<Vec<Arc<dyn PhysicalExpr>>> {
                let schema = DFSchema::try_from(self.schema.project(columns)?)?;
                filters
                    .iter()
                    .map(|filter| state.create_physical_expr((*filter).clone(), &schema))
                    .collect()
            };
        let has_early = !early.is_empty();
        Ok(Filters {
            early: compile(&known_early, &early)?,
            early_schema: Arc::new(self.schema.project(&known_early)?),
            early_columns: if has_early { known_early } else { Vec::new() },
            late: compile(&working, &late)?,
            working_schema: Arc::new(self.schema.project(&working)?),
            working_columns: working,
            described: filters.iter().map(described).collect(),
        })
    }
}

/// A filter as SQL, for EXPLAIN.
fn described(filter: &Expr) -> String {
    expr_to_sql(filter).map_or_else(|_| filter.to_string(), |sql| sql.to_string())
}

/// Whether an expression needs nothing but a row: no subquery, nothing volatile.
fn can_evaluate(expr: &Expr) -> bool {
    !expr.is_volatile()
        && !expr
            .exists(|expr| {
                Ok(matches!(
                    expr,
                    Expr::ScalarSubquery(_)
                        | Expr::Exists(_)
                        | Expr::InSubquery(_)
                        | Expr::OuterReferenceColumn(..)
                        | Expr::SetComparison(_)
                ))
            })
            .unwrap_or(true)
}

/// The indices of the columns that an expression uses.
fn columns_of(table: &Table, expr: &Expr) -> Vec<usize> {
    let mut columns = std::collections::HashSet::new();
    if expr_to_columns(expr, &mut columns).is_err() {
        return (0..table.columns.len()).collect();
    }
    let mut indices: Vec<usize> = columns
        .iter()
        .filter_map(|column| {
            table
                .columns
                .iter()
                .position(|candidate| candidate.name == column.name)
        })
        .collect();
    indices.sort_unstable();
    indices
}

fn access_error(name: String, table: &Table, error: AccessError) -> Error {
    match error {
        AccessError::NotReadable => Error::NotReadable {
            table: name,
            type_name: table.type_name.clone(),
            span: None,
        },
        AccessError::IdentifierNeeded { form } => Error::IdentifierNeeded {
            table: name,
            parts: form.split('|').map(str::to_owned).collect(),
            span: None,
        },
        AccessError::InputNeeded { columns } => Error::InputNeeded {
            table: name,
            inputs: columns,
            span: None,
        },
        AccessError::Identifier(error) => Error::Identifier {
            table: name,
            value: error.value,
            form: error.form,
            reason: error.reason,
            span: None,
        },
        AccessError::RegionNeeded => Error::RegionNeeded {
            table: name,
            span: None,
        },
    }
}
