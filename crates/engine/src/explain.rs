//! `EXPLAIN`: the calls that a statement would make, read from the physical plan's scans. Makes none.
//!
//! Counts are exact, `at least n` for open-ended lists, or `at most n`; retries are not counted. A line per call
//! pattern: what is called where, what with, and the IAM actions that it takes. Where a join gives the keys, the line is
//! that of one key, and the keys are those that may be in its region; where it does not, the note says why.

mod steps;

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, Int64Array, RecordBatch, StringArray},
    datatypes::{DataType, Field, Schema, SchemaRef},
};
use cirrus_provider::Operation;
use datafusion::physical_plan::{
    ExecutionPlan, aggregates::AggregateExec, joins::HashJoinExec, sorts::sort::SortExec,
};

use crate::scan::CloudScan;

/// The columns of EXPLAIN's answer after `step`.
const TEXT_COLUMNS: [&str; 8] = [
    "table",
    "operation",
    "region",
    "request",
    "calls",
    "filters",
    "permissions",
    "note",
];

/// One call pattern.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Step {
    table: String,
    operation: &'static str,
    region: String,
    request: String,
    calls: String,
    filters: String,
    permissions: String,
    note: String,
}

/// The schema of EXPLAIN's answer.
pub(crate) fn schema() -> SchemaRef {
    let text = TEXT_COLUMNS.map(|name| Field::new(name, DataType::Utf8, true));
    let step = Field::new("step", DataType::Int64, false);
    Arc::new(Schema::new(
        std::iter::once(step).chain(text).collect::<Vec<_>>(),
    ))
}

/// Describes the calls of a physical plan.
pub(crate) fn explain(plan: &Arc<dyn ExecutionPlan>) -> RecordBatch {
    let mut scans = Vec::new();
    collect(plan, Above::default(), &mut scans);
    let is_open = |explained: &Explained<'_>| explained.scan.spec.wanted.enabled_only;
    let mut steps: Vec<Step> = scans
        .iter()
        .any(is_open)
        .then(Step::asking_for_regions)
        .into_iter()
        .collect();
    for scan in &scans {
        let mut own = scan.steps();
        for step in &mut own {
            if steps.iter().any(|before| before.answers(step)) {
                "0".clone_into(&mut step.calls);
                "the answer to the same call above is used".clone_into(&mut step.note);
            }
        }
        steps.append(&mut own);
    }
    let column = |value: &dyn Fn(&Step) -> String| {
        let values = steps
            .iter()
            .map(|step| Some(value(step)).filter(|text| !text.is_empty()));
        Arc::new(values.collect::<StringArray>()) as ArrayRef
    };
    let columns = vec![
        Arc::new((1_i64..).take(steps.len()).collect::<Int64Array>()) as ArrayRef,
        column(&|step| step.table.clone()),
        column(&|step| step.operation.to_owned()),
        column(&|step| step.region.clone()),
        column(&|step| step.request.clone()),
        column(&|step| step.calls.clone()),
        column(&|step| step.filters.clone()),
        column(&|step| step.permissions.clone()),
        column(&|step| step.note.clone()),
    ];
    RecordBatch::try_new(schema(), columns).expect("every column has a value for every step")
}

impl Step {
    /// The call that says which of the partition's regions count.
    fn asking_for_regions() -> Self {
        Self {
            operation: Operation::ListRegions.name(),
            calls: "at least 1".into(),
            permissions: "account:ListRegions".into(),
            note: "regions that the account has not enabled are left out below".into(),
            ..Self::default()
        }
    }

    /// Whether what this call gives is kept for another one.
    fn answers(&self, other: &Self) -> bool {
        let is_call = !self.region.is_empty() && !self.request.contains(" of the join");
        is_call
            && self.calls != "at least 0"
            && (&self.table, self.operation, &self.region, &self.request)
                == (&other.table, other.operation, &other.region, &other.request)
    }
}

/// A scan, and whether somebody above may have rows enough before it has read all.
struct Explained<'a> {
    scan: &'a CloudScan,
    may_stop: bool,
}

/// What stands above a scan.
#[derive(Clone, Copy, Default)]
struct Above {
    /// Somebody who wants a number of rows only.
    limit: bool,
    /// Another scan that may give those.
    others: bool,
}

fn collect<'a>(plan: &'a Arc<dyn ExecutionPlan>, above: Above, scans: &mut Vec<Explained<'a>>) {
    if let Some(scan) = plan.downcast_ref::<CloudScan>() {
        let may_stop = above.limit && above.others;
        scans.push(Explained { scan, may_stop });
    }
    let children = plan.children();
    let others = above.others || children.len() > 1;
    let limit = above.limit || plan.fetch().is_some();
    for (at, child) in children.into_iter().enumerate() {
        // These read everything before they give anything.
        let reads_all = plan.is::<SortExec>()
            || plan.is::<AggregateExec>()
            || (plan.is::<HashJoinExec>() && at == 0);
        let above = if reads_all {
            Above::default()
        } else {
            Above { limit, others }
        };
        collect(child, above, scans);
    }
}
