//! The physical scan of a cloud table: a leaf that holds its calls and makes them when it is executed.
//!
//! A scan is offered filters that joins and subqueries fill while the statement runs; `bound.rs` decides at last which it
//! keeps. With any of those it waits for its keys (`awaited.rs`), without them it starts at once, beside the others.

use std::{fmt, sync::Arc};

use arrow::datatypes::SchemaRef;
use cirrus_provider::{Predicate, Role};
use datafusion::{
    common::{Statistics, config::ConfigOptions, stats::Precision, tree_node::TreeNodeRecursion},
    error::{DataFusionError, Result},
    execution::{SendableRecordBatchStream, TaskContext},
    physical_expr::{EquivalenceProperties, PhysicalExpr},
    physical_plan::{
        DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties,
        apply_expression_roots,
        execution_plan::{Boundedness, EmissionType, SchedulingType},
        filter_pushdown::{
            ChildPushdownResult, FilterPushdownPhase, FilterPushdownPropagation, PushedDown,
        },
        statistics::StatisticsArgs,
        stream::{RecordBatchReceiverStreamBuilder, RecordBatchStreamAdapter},
    },
};
use futures::{TryStreamExt, stream};

use crate::{
    Error, awaited,
    bind::Output,
    bound::Bound,
    context::StatementContext,
    estimate, fetch,
    plan::{ScanPart, Wanted},
};

/// How many finished batches may wait for the consumer.
const READ_AHEAD: usize = 2;

/// What a scan does, as data: EXPLAIN prints it, `fetch.rs` carries it out.
#[derive(Clone, Debug)]
pub(crate) struct ScanSpec {
    /// `aws`, or the alias that the statement used.
    pub(crate) catalog: &'static str,
    /// What is asked for.
    pub(crate) wanted: Wanted,
    /// The calls per resource type, one part but in generic tables, as far as they are known without keys of a join;
    /// an error when there are none without such keys.
    pub(crate) planned: std::result::Result<Vec<ScanPart>, Error>,
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
            let column = &self.wanted.table.columns[*column];
            column.role == Role::Property && !column.write_only
        })
    }
}

/// The filters of a scan, compiled against the columns that they use.
#[derive(Clone, Debug)]
pub(crate) struct Filters {
    /// Those that what every list returns can answer, evaluated before a resource is read on its own.
    pub(crate) early: Vec<Arc<dyn PhysicalExpr>>,
    /// The columns that every list returns.
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
#[derive(Clone, Debug)]
pub(crate) struct CloudScan {
    /// What it does.
    pub(crate) spec: Arc<ScanSpec>,
    /// The statement.
    pub(crate) context: Arc<StatementContext>,
    /// What joins bind of it: what was offered, until `bound.rs` has settled what is kept.
    pub(crate) bound: Bound,
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
            bound: Bound::default(),
            properties: Arc::new(properties),
        }
    }

    /// Tells the scans of a plan apart.
    pub(crate) fn id(&self) -> usize {
        Arc::as_ptr(&self.spec).addr()
    }

    /// The rows that filters from above are written over.
    pub(crate) fn output(&self) -> Output<'_> {
        Output {
            table: &self.spec.wanted.table,
            projection: &self.spec.projection,
        }
    }

    /// Whether keys may be asked for: a LIMIT of the scan's own chooses among all rows, not among those with a key.
    pub(crate) fn takes_keys(&self) -> bool {
        self.spec.limit.is_none()
    }

    /// The calls per resource type: those that each key takes, or all.
    pub(crate) fn parts(&self) -> &[ScanPart] {
        match &self.bound.per_key {
            Some(per_key) => &per_key.parts,
            None => self.spec.planned.as_deref().unwrap_or_default(),
        }
    }

    /// The scan with other filters.
    pub(crate) fn with_bound(&self, bound: Bound) -> Self {
        Self {
            bound,
            ..self.clone()
        }
    }
}

impl DisplayAs for CloudScan {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = self.parts().iter();
        let accesses: usize = parts.map(|part| part.plan.accesses.len()).sum();
        write!(
            f,
            "CloudScan: {} accesses={accesses}",
            self.spec.wanted.name
        )?;
        if let Some(limit) = self.spec.limit {
            write!(f, " limit={limit}")?;
        }
        if !self.bound.filters.is_empty() {
            f.write_str(" per key")?;
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

    // A join fills a filter only when it finds it here.
    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        apply_expression_roots(&self.bound.filters, f)
    }

    fn statistics_from_inputs(
        &self,
        _: &[Arc<Statistics>],
        _: &StatisticsArgs,
    ) -> Result<Arc<Statistics>> {
        let mut statistics = Statistics::new_unknown(&self.spec.schema);
        statistics.num_rows = Precision::Inexact(estimate::rows(&self.spec));
        Ok(Arc::new(statistics))
    }

    // The filters say which calls to make; what they let through is for the join to decide.
    fn handle_child_pushdown_result(
        &self,
        _: FilterPushdownPhase,
        result: ChildPushdownResult,
        _: &ConfigOptions,
    ) -> Result<FilterPushdownPropagation<Arc<dyn ExecutionPlan>>> {
        let offered = result
            .parent_filters
            .into_iter()
            .map(|parent| parent.filter);
        let offered: Vec<_> = offered.collect();
        let refused = vec![PushedDown::No; offered.len()];
        let output = self.output();
        let binds = |filter: &Arc<dyn PhysicalExpr>| !output.shape(filter).is_empty();
        let mut bound = self.bound.clone();
        bound.filters.extend(offered.into_iter().filter(binds));
        let scan: Arc<dyn ExecutionPlan> = Arc::new(self.with_bound(bound));
        Ok(FilterPushdownPropagation::with_parent_pushdown_result(refused).with_updated_node(scan))
    }

    // A plan that starts again has new joins, which know nothing of the filters of before.
    fn reset_state(self: Arc<Self>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(Arc::new(self.with_bound(Bound::default())))
    }

    fn execute(&self, _: usize, _: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        if self.bound.filters.is_empty() {
            return Ok(fetched(self.spec.clone(), None, self.context.clone()));
        }
        // Nothing is started before somebody asks for rows: a join whose other side is empty never does.
        let scan = self.clone();
        let rows = stream::once(async move {
            let (spec, keys) = awaited::keys(&scan).await?;
            Ok::<_, DataFusionError>(fetched(spec, keys, scan.context))
        });
        let schema = self.spec.schema.clone();
        Ok(Box::pin(RecordBatchStreamAdapter::new(
            schema,
            rows.try_flatten(),
        )))
    }
}

/// Starts to fetch.
fn fetched(
    spec: Arc<ScanSpec>,
    keys: Option<Predicate>,
    context: Arc<StatementContext>,
) -> SendableRecordBatchStream {
    let mut builder = RecordBatchReceiverStreamBuilder::new(spec.schema.clone(), READ_AHEAD);
    let sender = builder.tx();
    builder.spawn(async move { fetch::run(spec, keys, context, sender).await });
    builder.build()
}
