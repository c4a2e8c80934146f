//! A cloud table in DataFusion: it records what is asked, plans the calls, and makes none.
//!
//! Every filter that can be evaluated on a row is accepted as exact, so that LIMIT reaches the scan and no second
//! filter runs above it; the scan itself evaluates all of them (`fetch.rs`). Writes never come this way: DataFusion
//! drops predicates on it, so the trait's refusing defaults stay.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use cirrus_provider::{Predicate, Role, Table};
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
    canonical::canonical,
    context::StatementContext,
    evaluate::filtered,
    plan::Wanted,
    predicate::predicate_of,
    regions::AtHand,
    scan::{CloudScan, Filters, ScanSpec},
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
        // With what the service is known to ask for besides the schema.
        let table = context.shared.learned.with_inputs(&self.table);
        let predicate = predicate_of(&table, filters);
        let filters: Vec<Expr> = filters
            .iter()
            .map(|filter| {
                canonical(
                    &context.shared.catalog,
                    &self.table,
                    &predicate,
                    filter.clone(),
                )
            })
            .collect::<Result<_>>()?;
        let filters = filters.as_slice();
        let left = self.regions_left(state, &context, filters)?;
        // Filters on the region alone may have left none of several: then no row can come.
        let predicate = match left {
            Some(_) => predicate,
            None => Predicate::Or(Vec::new()),
        };
        let AtHand {
            regions,
            enabled_only,
        } = left.unwrap_or_default();
        let projection = projection
            .cloned()
            .unwrap_or_else(|| (0..self.table.columns.len()).collect());
        let wanted = Wanted {
            name: self.name(),
            table,
            predicate,
            regions,
            enabled_only,
        };
        let spec = ScanSpec {
            catalog: self.catalog,
            schema: Arc::new(self.schema.project(&projection)?),
            filters: self.filters(state, filters, &projection)?,
            planned: wanted.plan(&context.shared.catalog, &context.shared.learned),
            wanted,
            projection,
            limit,
        };
        Ok(Arc::new(CloudScan::new(Arc::new(spec), context)))
    }
}

impl CloudTable {
    /// The regions at hand that predicates on the region alone let through; none when they leave none of several.
    fn regions_left(
        &self,
        state: &dyn Session,
        context: &StatementContext,
        filters: &[Expr],
    ) -> Result<Option<AtHand>> {
        let only_region: Vec<&Expr> = filters
            .iter()
            .filter(|filter| columns_of(&self.table, filter) == [Table::REGION])
            .collect();
        let at_hand = if only_region.iter().any(|filter| is_like(filter)) {
            context.enabled_at_hand()
        } else {
            context.regions_at_hand()
        };
        if self.table.global {
            // Read once, in a region that the provider data names.
            return Ok(Some(AtHand {
                enabled_only: false,
                ..at_hand
            }));
        }
        if only_region.is_empty() || at_hand.regions.is_empty() {
            return Ok(Some(at_hand));
        }
        // An equality names regions as written, whether or not the session has them.
        if only_region.iter().any(|filter| {
            predicate_of(&self.table, &[(*filter).clone()])
                .bindings()
                .iter()
                .all(|binding| binding.contains_key(&Table::REGION))
        }) {
            return Ok(Some(AtHand {
                enabled_only: false,
                ..at_hand
            }));
        }
        let schema = Arc::new(self.schema.project(&[Table::REGION])?);
        let values = Arc::new(arrow::array::StringArray::from(at_hand.regions));
        let mut batch = arrow::array::RecordBatch::try_new(schema.clone(), vec![values])?;
        let schema = DFSchema::try_from(schema)?;
        for filter in only_region {
            let filter = state.create_physical_expr(filter.clone(), &schema)?;
            batch = filtered(&batch, &filter)?;
        }
        let column = arrow::array::AsArray::as_string::<i32>(batch.column(0));
        let regions: Vec<String> = column.iter().flatten().map(str::to_owned).collect();
        Ok((!regions.is_empty()).then_some(AtHand { regions, ..at_hand }))
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
        Ok(Filters {
            early: compile(&known_early, &early)?,
            early_schema: Arc::new(self.schema.project(&known_early)?),
            early_columns: known_early,
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

/// Whether a filter has a LIKE that selects.
fn is_like(filter: &Expr) -> bool {
    filter
        .exists(|expr| Ok(matches!(expr, Expr::Like(like) if !like.negated)))
        .unwrap_or(false)
}
