//! Settles which scans wait for keys, and refuses a statement that needs keys which nothing gives.
//!
//! The last rule over a physical plan. A scan was offered filters on its way (`scan.rs`); it keeps those that a hash join
//! of this plan fills or that hold the value of a subquery, and that bind something that calls take (`bind.rs`). Others,
//! such as those of a sort that keeps only the first rows, are complete only after the scan: waiting for them would never
//! end.

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

use datafusion::{
    common::{
        config::ConfigOptions,
        tree_node::{Transformed, TransformedResult, TreeNode},
    },
    error::{DataFusionError, Result},
    physical_expr::{PhysicalExpr, expressions::DynamicFilterPhysicalExpr},
    physical_optimizer::PhysicalOptimizerRule,
    physical_plan::{ExecutionPlan, joins::HashJoinExec, recursive_query::RecursiveQueryExec},
};

use crate::{
    Error,
    bind::has_subquery,
    per_key::PerKey,
    scan::CloudScan,
    unbound::{self, Unbound},
};

/// What a scan waits for, and what it does then.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bound {
    /// Filters that bind keys.
    pub(crate) filters: Vec<Arc<dyn PhysicalExpr>>,
    /// The calls that each key takes.
    pub(crate) per_key: Option<PerKey>,
    /// Why comparisons of keys bind none.
    pub(crate) unbound: Vec<Unbound>,
}

/// The rule.
#[derive(Debug)]
pub(crate) struct BindKeys;

impl PhysicalOptimizerRule for BindKeys {
    fn name(&self) -> &'static str {
        "bind_keys"
    }

    fn schema_check(&self) -> bool {
        true
    }

    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let (mut filled, mut repeated) = (HashSet::new(), HashSet::new());
        survey(&plan, false, &mut filled, &mut repeated);
        let plan = with_scans(plan, &|scan| {
            let filters = if repeated.contains(&scan.id()) {
                Vec::new()
            } else {
                useful(scan, &filled)
            };
            Ok(keeping(scan, filters))
        })?;
        let mut used = HashSet::new();
        for_scans(&plan, &mut |scan| {
            used.extend(scan.bound.filters.iter().flat_map(producers));
        });
        let reasons = unbound::reasons(&plan, &used);
        with_scans(plan, &|scan| settled(scan, &reasons))
    }
}

/// The scans of a plan, in its order.
pub(crate) fn for_scans<'a>(
    plan: &'a Arc<dyn ExecutionPlan>,
    visit: &mut impl FnMut(&'a CloudScan),
) {
    if let Some(scan) = plan.downcast_ref::<CloudScan>() {
        visit(scan);
    }
    for child in plan.children() {
        for_scans(child, visit);
    }
}

fn with_scans(
    plan: Arc<dyn ExecutionPlan>,
    change: &dyn Fn(&CloudScan) -> Result<Bound>,
) -> Result<Arc<dyn ExecutionPlan>> {
    plan.transform_up(|plan| {
        let Some(scan) = plan.downcast_ref::<CloudScan>() else {
            return Ok(Transformed::no(plan));
        };
        let bound = change(scan)?;
        Ok(Transformed::yes(
            Arc::new(scan.with_bound(bound)) as Arc<dyn ExecutionPlan>
        ))
    })
    .data()
}

/// Finds the filters that hash joins fill, and the scans that a recursive query starts again with filters of before.
fn survey(
    plan: &Arc<dyn ExecutionPlan>,
    is_repeated: bool,
    filled: &mut HashSet<u64>,
    repeated: &mut HashSet<usize>,
) {
    if plan.is::<HashJoinExec>() {
        let produced = plan.dynamic_expressions_produced();
        filled.extend(produced.iter().filter_map(|filter| filter.expression_id()));
    }
    if let Some(scan) = plan.downcast_ref::<CloudScan>().filter(|_| is_repeated) {
        repeated.insert(scan.id());
    }
    for (at, child) in plan.children().into_iter().enumerate() {
        let starts_again = plan.is::<RecursiveQueryExec>() && at > 0;
        survey(child, is_repeated || starts_again, filled, repeated);
    }
}

/// The offered filters that will be complete in time.
fn useful(scan: &CloudScan, filled: &HashSet<u64>) -> Vec<Arc<dyn PhysicalExpr>> {
    let in_time = |filter: &&Arc<dyn PhysicalExpr>| {
        let producers = producers(filter);
        producers.iter().all(|id| filled.contains(id))
            && (!producers.is_empty() || has_subquery(filter))
    };
    scan.bound.filters.iter().filter(in_time).cloned().collect()
}

/// The filters to keep, with the calls that they lead to; none when calls cannot be made with those keys either.
fn keeping(scan: &CloudScan, filters: Vec<Arc<dyn PhysicalExpr>>) -> Bound {
    let output = scan.output();
    let columns: BTreeSet<usize> = filters
        .iter()
        .flat_map(|filter| output.shape(filter))
        .collect();
    if columns.is_empty() || !scan.takes_keys() {
        return Bound::default();
    }
    match PerKey::plan(&scan.spec, &scan.context, &columns) {
        Ok(per_key) => Bound {
            filters,
            per_key: Some(per_key),
            unbound: Vec::new(),
        },
        Err(_) => Bound::default(),
    }
}

/// Adds the reasons to a scan that binds no key; an error when it cannot do without.
fn settled(scan: &CloudScan, reasons: &[unbound::Reason]) -> Result<Bound> {
    let mut bound = scan.bound.clone();
    if bound.per_key.is_some() {
        return Ok(bound);
    }
    let needs_keys = scan.spec.planned.is_err();
    for reason in reasons.iter().filter(|reason| reason.scan == scan.id()) {
        // A scan whose keys bind the other side is as it should be, unless it needs keys itself.
        if (needs_keys || !reason.drives) && !bound.unbound.contains(&reason.why) {
            bound.unbound.push(reason.why.clone());
        }
    }
    match &scan.spec.planned {
        Ok(_) => Ok(bound),
        Err(error) => {
            let error = because(error.clone(), bound.unbound.first());
            Err(DataFusionError::External(Box::new(error)))
        }
    }
}

/// The error with the reason why no join helps.
pub(crate) fn because(mut error: Error, why: Option<&Unbound>) -> Error {
    if let (Error::InputNeeded { reason, .. }, Some(why)) = (&mut error, why) {
        *reason = Some(why.to_string());
    }
    error
}

/// The ids of the filters that somebody fills while the statement runs.
fn producers(filter: &Arc<dyn PhysicalExpr>) -> Vec<u64> {
    if filter.is::<DynamicFilterPhysicalExpr>() {
        return filter.expression_id().into_iter().collect();
    }
    filter.children().into_iter().flat_map(producers).collect()
}
