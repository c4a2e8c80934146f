//! The physical scan of a cloud table: a leaf that holds its calls and makes them when it is executed.

use std::{fmt, sync::Arc};

use arrow::datatypes::SchemaRef;
use cirrus_provider::{Access, AccessPlan, Role, Table};
use datafusion::{
    common::{Statistics, stats::Precision, tree_node::TreeNodeRecursion},
    error::Result,
    execution::{SendableRecordBatchStream, TaskContext},
    physical_expr::{EquivalenceProperties, PhysicalExpr},
    physical_plan::{
        DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties,
        execution_plan::{Boundedness, EmissionType, SchedulingType},
        statistics::StatisticsArgs,
        stream::RecordBatchReceiverStreamBuilder,
    },
};

use crate::{context::StatementContext, fetch};

/// How many finished batches may wait for the consumer.
const READ_AHEAD: usize = 2;

/// What a scan does, as data: EXPLAIN prints it, `fetch.rs` carries it out.
#[derive(Debug)]
pub(crate) struct ScanSpec {
    /// `aws`, or the alias that the statement used.
    pub(crate) catalog: &'static str,
    /// `aws.cognito.user_pools`.
    pub(crate) name: String,
    /// The table; in generic tables without a type.
    pub(crate) table: Arc<Table>,
    /// The calls, per resource type: one part but in generic tables.
    pub(crate) parts: Vec<ScanPart>,
    /// The columns that come out, in order.
    pub(crate) projection: Vec<usize>,
    /// Their schema.
    pub(crate) schema: SchemaRef,
    /// What rows must satisfy.
    pub(crate) filters: Filters,
    /// How many rows suffice.
    pub(crate) limit: Option<usize>,
}

impl ScanSpec {
    /// The columns that a list may leave out and a read returns.
    pub(crate) fn read_columns(&self) -> impl Iterator<Item = usize> {
        let columns = self.filters.working_columns.iter().copied();
        columns.filter(|column| {
            let column = &self.table.columns[*column];
            column.role == Role::Property && !column.write_only
        })
    }
}

/// The calls on one resource type.
#[derive(Debug)]
pub(crate) struct ScanPart {
    /// The type.
    pub(crate) table: Arc<Table>,
    /// The calls.
    pub(crate) plan: AccessPlan,
}

/// The filters of a scan, compiled against the columns that they use.
#[derive(Debug)]
pub(crate) struct Filters {
    /// Those that what every list returns can answer, evaluated before a resource is read on its own.
    pub(crate) early: Vec<Arc<dyn PhysicalExpr>>,
    /// The columns of the early filters; empty when there is none.
    pub(crate) early_columns: Vec<usize>,
    /// Their schema.
    pub(crate) early_schema: SchemaRef,
    /// All filters, evaluated on whole rows.
    pub(crate) late: Vec<Arc<dyn PhysicalExpr>>,
    /// The columns that come out or that late filters use, ascending.
    pub(crate) working_columns: Vec<usize>,
    /// Their schema.
    pub(crate) working_schema: SchemaRef,
    /// The filters as SQL-like text, for EXPLAIN.
    pub(crate) described: Vec<String>,
}

/// The scan in the physical plan.
#[derive(Debug)]
pub(crate) struct CloudScan {
    /// What it does.
    pub(crate) spec: Arc<ScanSpec>,
    context: Arc<StatementContext>,
    properties: Arc<PlanProperties>,
}

impl CloudScan {
    pub(crate) fn new(spec: Arc<ScanSpec>, context: Arc<StatementContext>) -> Self {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(spec.schema.clone()),
            Partitioning::UnknownPartitioning(1),
            EmissionType::Incremental,
            Boundedness::Bounded,
        )
        .with_scheduling_type(SchedulingType::Cooperative);
        Self {
            spec,
            context,
            properties: Arc::new(properties),
        }
    }

    /// A guess at the number of rows, from which joins choose their build side: a table that is listed under parents
    /// is the larger one, one that is read by identifier is as large as its identifiers are many.
    fn estimated_rows(&self) -> usize {
        let accesses = self.spec.parts.iter().flat_map(|part| &part.plan.accesses);
        accesses
            .map(|access| match access {
                Access::Get { .. } => 1,
                Access::List { .. } => 100,
                Access::ListUnderParents { .. } => 10_000,
            })
            .sum()
    }
}

impl DisplayAs for CloudScan {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let accesses: usize = self
            .spec
            .parts
            .iter()
            .map(|part| part.plan.accesses.len())
            .sum();
        write!(f, "CloudScan: {} accesses={accesses}", self.spec.name)?;
        if let Some(limit) = self.spec.limit {
            write!(f, " limit={limit}")?;
        }
        Ok(())
    }
}

impl ExecutionPlan for CloudScan {
    fn name(&self) -> &'static str {
        "CloudScan"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn with_new_children(
        self: Arc<Self>,
        _: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    // The scan's own filters are settled; it takes none from joins yet, so there is nothing that a join must fill.
    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn statistics_from_inputs(
        &self,
        _: &[Arc<Statistics>],
        _: &StatisticsArgs,
    ) -> Result<Arc<Statistics>> {
        let mut statistics = Statistics::new_unknown(&self.spec.schema);
        statistics.num_rows = Precision::Inexact(self.estimated_rows());
        Ok(Arc::new(statistics))
    }

    fn execute(&self, _: usize, _: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let mut builder =
            RecordBatchReceiverStreamBuilder::new(self.spec.schema.clone(), READ_AHEAD);
        let (sender, spec, context) = (builder.tx(), self.spec.clone(), self.context.clone());
        builder.spawn(async move { fetch::run(spec, context, sender).await });
        Ok(builder.build())
    }
}
