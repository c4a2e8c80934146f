//! `EXPLAIN`: the calls that a statement would make, read from the physical plan's scans. Makes none.
//!
//! Counts are exact, `at least n` for open-ended lists, or `at most n`; retries are not counted. A line per call
//! pattern: what is called where, what with, and the IAM actions that it takes.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, Int64Array, RecordBatch, StringArray},
    datatypes::{DataType, Field, Schema, SchemaRef},
};
use cirrus_provider::{Access, Handler, Operation, Table};
use datafusion::physical_plan::ExecutionPlan;

use crate::scan::{CloudScan, ScanSpec};

/// The columns of EXPLAIN's answer after `step`.
const TEXT_COLUMNS: [&str; 7] = [
    "table",
    "operation",
    "region",
    "request",
    "calls",
    "filters",
    "permissions",
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
    collect(plan, &mut scans);
    let steps: Vec<Step> = scans.iter().flat_map(|spec| steps_of(spec)).collect();
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
    ];
    RecordBatch::try_new(schema(), columns).expect("every column has a value for every step")
}

fn collect(plan: &Arc<dyn ExecutionPlan>, scans: &mut Vec<Arc<ScanSpec>>) {
    if let Some(scan) = plan.downcast_ref::<CloudScan>() {
        scans.push(scan.spec.clone());
    }
    for child in plan.children() {
        collect(child, scans);
    }
}

fn steps_of(spec: &ScanSpec) -> Vec<Step> {
    let mut steps = Vec::new();
    let filters = spec.filters.described.join(" AND ");
    let parts = spec.parts.iter().flat_map(|part| {
        part.plan
            .accesses
            .iter()
            .map(|access| (&part.table, access))
    });
    let mut lists = false;
    for (at, (table, access)) in parts.enumerate() {
        // With a limit, the first accesses may give rows enough.
        let may_be_spared = at > 0 && spec.limit.is_some();
        let pages = if may_be_spared {
            "at least 0"
        } else {
            "at least 1"
        };
        let step =
            |table: &Table, name: &str, operation: Operation, request: String, calls: &str| Step {
                table: name.to_owned(),
                operation: operation.name(),
                region: access.region().to_owned(),
                request,
                calls: calls.to_owned(),
                filters: filters.clone(),
                permissions: permissions(table, operation),
            };
        match access {
            Access::Get { identifier, .. } => {
                steps.push(step(
                    table,
                    &spec.name,
                    Operation::GetResource,
                    identifier.to_string(),
                    if may_be_spared { "at most 1" } else { "1" },
                ));
            }
            Access::List { inputs, .. } => {
                let model = (!inputs.is_empty())
                    .then(|| serde_json::Value::Object(inputs.clone()).to_string());
                lists = true;
                steps.push(step(
                    table,
                    &spec.name,
                    Operation::ListResources,
                    model.unwrap_or_default(),
                    pages,
                ));
            }
            Access::ListUnderParents { parent, feeds, .. } => {
                let parent_name = format!("{}.{}", spec.catalog, parent.qualified_name());
                lists = true;
                let mut of_parent = step(
                    parent,
                    &parent_name,
                    Operation::ListResources,
                    String::new(),
                    pages,
                );
                of_parent.filters.clear();
                steps.push(of_parent);
                let inputs: Vec<String> = feeds
                    .iter()
                    .map(|feed| {
                        format!(
                            "\"{}\": {}.{}",
                            feed.input, parent.name, parent.identifier[feed.part].path
                        )
                    })
                    .collect();
                let request = format!("{{{}}}", inputs.join(", "));
                steps.push(step(
                    table,
                    &spec.name,
                    Operation::ListResources,
                    request,
                    if spec.limit.is_some() {
                        "at least 0"
                    } else {
                        "at least 1 per parent"
                    },
                ));
            }
        }
    }
    if lists {
        steps.extend(hydration(spec));
    }
    steps
}

/// The reads of single resources for columns that a list may leave out.
fn hydration(spec: &ScanSpec) -> Option<Step> {
    spec.table.handlers.read.as_ref()?;
    let needed: Vec<&str> = spec
        .read_columns()
        .filter(|column| {
            let parts = &spec.table.identifier;
            parts.iter().all(|part| part.column != Some(*column))
        })
        .map(|column| spec.table.columns[column].name.as_str())
        .collect();
    if needed.is_empty() {
        return None;
    }
    Some(Step {
        table: spec.name.clone(),
        operation: Operation::GetResource.name(),
        request: format!("each row whose list left out one of: {}", needed.join(", ")),
        calls: match spec.limit {
            Some(limit) if spec.filters.described.is_empty() => format!("at most {limit}"),
            _ => "at most 1 per row".to_owned(),
        },
        permissions: permissions(&spec.table, Operation::GetResource),
        ..Step::default()
    })
}

/// The IAM actions of a call: Cloud Control's own and the handler's.
fn permissions(table: &Table, operation: Operation) -> String {
    let handler: Option<&Handler> = match operation {
        Operation::ListResources => table.handlers.list.as_ref(),
        Operation::GetResource => table.handlers.read.as_ref(),
    };
    let own = format!("cloudformation:{operation}");
    let actions = handler
        .iter()
        .flat_map(|handler| &handler.permissions)
        .cloned();
    std::iter::once(own)
        .chain(actions)
        .collect::<Vec<_>>()
        .join(", ")
}
