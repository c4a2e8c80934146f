//! Where a key of a join comes from: the scan and the column under projections, filters and other joins.
//!
//! DataFusion hands a join's filter down the same way; what it does not pass is a [`Origin::barrier`].

use std::sync::Arc;

use datafusion::{
    common::{
        JoinType,
        tree_node::{Transformed, TreeNode},
    },
    physical_expr::{PhysicalExpr, expressions::Column},
    physical_plan::{
        ExecutionPlan,
        aggregates::AggregateExec,
        coalesce_partitions::CoalescePartitionsExec,
        filter::FilterExec,
        joins::{CrossJoinExec, HashJoinExec, NestedLoopJoinExec},
        limit::{GlobalLimitExec, LocalLimitExec},
        projection::ProjectionExec,
        sorts::sort::SortExec,
        union::UnionExec,
        windows::{BoundedWindowAggExec, WindowAggExec},
    },
};

use crate::scan::CloudScan;

/// What an expression over a plan's rows is computed from.
#[derive(Debug)]
pub(crate) struct Origin<'a> {
    /// The scan whose columns it uses.
    pub(crate) scan: &'a CloudScan,
    /// The expression over the scan's rows.
    pub(crate) expr: Arc<dyn PhysicalExpr>,
    /// What stands in the way of a filter on it.
    pub(crate) barrier: Option<&'static str>,
}

/// The scans that an expression over the rows of `plan` comes from: several below a union, none when it mixes scans or
/// does not come from one.
pub(crate) fn origins<'a>(
    plan: &'a Arc<dyn ExecutionPlan>,
    expr: &Arc<dyn PhysicalExpr>,
) -> Vec<Origin<'a>> {
    let mut found = Vec::new();
    trace(plan, expr.clone(), None, &mut found);
    found
}

fn trace<'a>(
    plan: &'a Arc<dyn ExecutionPlan>,
    expr: Arc<dyn PhysicalExpr>,
    barrier: Option<&'static str>,
    found: &mut Vec<Origin<'a>>,
) {
    if let Some(scan) = plan.downcast_ref::<CloudScan>() {
        found.push(Origin {
            scan,
            expr,
            barrier,
        });
        return;
    }
    if let Some(step) = step_of_join(plan, &expr) {
        let Step {
            child,
            expr,
            passes,
        } = step;
        return trace(child, expr, barrier.or(passes.err()), found);
    }
    let Some(expr) = below(plan, &expr) else {
        return;
    };
    let barrier = barrier.or(barrier_of(plan));
    for child in plan.children() {
        trace(child, expr.clone(), barrier, found);
    }
}

/// The expression over the rows of a plan's inputs; none when it is computed here.
fn below(
    plan: &Arc<dyn ExecutionPlan>,
    expr: &Arc<dyn PhysicalExpr>,
) -> Option<Arc<dyn PhysicalExpr>> {
    if let Some(projection) = plan.downcast_ref::<ProjectionExec>() {
        return with_columns(expr, |at| Some(projection.expr().get(at)?.expr.clone()));
    }
    if let Some(aggregate) = plan.downcast_ref::<AggregateExec>() {
        return with_columns(expr, |at| {
            Some(aggregate.group_expr().expr().get(at)?.0.clone())
        });
    }
    if let Some(filter) = plan.downcast_ref::<FilterExec>() {
        let Some(projection) = filter.projection() else {
            return Some(expr.clone());
        };
        return with_columns(expr, |at| {
            Some(column(filter.input(), *projection.get(at)?))
        });
    }
    // Windows and the like add columns at the end.
    let inputs = plan.children();
    let columns = inputs
        .iter()
        .map(|input| input.schema().fields().len())
        .min()?;
    with_columns(expr, |at| (at < columns).then(|| column(inputs[0], at)))
}

fn barrier_of(plan: &Arc<dyn ExecutionPlan>) -> Option<&'static str> {
    if plan.is::<GlobalLimitExec>() || plan.is::<LocalLimitExec>() || plan.fetch().is_some() {
        return Some("a LIMIT");
    }
    if plan.is::<WindowAggExec>() || plan.is::<BoundedWindowAggExec>() {
        return Some("a window function");
    }
    let passes = plan.is::<ProjectionExec>()
        || plan.is::<FilterExec>()
        || plan.is::<AggregateExec>()
        || plan.is::<SortExec>()
        || plan.is::<UnionExec>()
        || plan.is::<CoalescePartitionsExec>();
    (!passes).then_some("another operation")
}

/// One step down, to the side of a join that an expression comes from.
struct Step<'a> {
    child: &'a Arc<dyn ExecutionPlan>,
    expr: Arc<dyn PhysicalExpr>,
    passes: Result<(), &'static str>,
}

fn step_of_join<'a>(
    plan: &'a Arc<dyn ExecutionPlan>,
    expr: &Arc<dyn PhysicalExpr>,
) -> Option<Step<'a>> {
    let (left, right, join_type, projection, passes) =
        if let Some(join) = plan.downcast_ref::<HashJoinExec>() {
            let projection = join.projection.as_deref();
            (
                join.left(),
                join.right(),
                *join.join_type(),
                projection,
                Ok(()),
            )
        } else if let Some(join) = plan.downcast_ref::<NestedLoopJoinExec>() {
            let projection = join.projection().as_deref();
            let passes = Err("a join that is not by equality");
            (
                join.left(),
                join.right(),
                *join.join_type(),
                projection,
                passes,
            )
        } else {
            let join = plan.downcast_ref::<CrossJoinExec>()?;
            (
                join.left(),
                join.right(),
                JoinType::Inner,
                None,
                Err("a CROSS JOIN"),
            )
        };
    let left_width = match join_type {
        JoinType::RightSemi | JoinType::RightAnti | JoinType::RightMark => 0,
        _ => left.schema().fields().len(),
    };
    let whole = |at: usize| projection.map_or(Some(at), |projection| projection.get(at).copied());
    let on = |child: &Arc<dyn ExecutionPlan>, from: usize| {
        with_columns(expr, |at| {
            let at = whole(at)?.checked_sub(from)?;
            (at < child.schema().fields().len()).then(|| column(child, at))
        })
    };
    let (left_kept, right_kept) = kept_sides(join_type);
    let outer = |kept: bool| if kept { passes } else { Err("an outer join") };
    if left_width > 0
        && let Some(expr) = on(left, 0)
    {
        let passes = outer(left_kept);
        return Some(Step {
            child: left,
            expr,
            passes,
        });
    }
    let passes = outer(right_kept);
    on(right, left_width).map(|expr| Step {
        child: right,
        expr,
        passes,
    })
}

/// Whether a filter above a join may go to its left and its right side: not to a side that NULLs are filled in for.
fn kept_sides(join_type: JoinType) -> (bool, bool) {
    match join_type {
        JoinType::Full => (false, false),
        JoinType::Left => (true, false),
        JoinType::Right => (false, true),
        _ => (true, true),
    }
}

fn column(plan: &Arc<dyn ExecutionPlan>, at: usize) -> Arc<dyn PhysicalExpr> {
    Arc::new(Column::new(plan.schema().field(at).name(), at))
}

/// The expression with each column replaced; none when a column has no replacement.
fn with_columns(
    expr: &Arc<dyn PhysicalExpr>,
    replacement: impl Fn(usize) -> Option<Arc<dyn PhysicalExpr>>,
) -> Option<Arc<dyn PhysicalExpr>> {
    let mut complete = true;
    let replaced = expr.clone().transform_down(|expr| {
        let Some(column) = expr.downcast_ref::<Column>() else {
            return Ok(Transformed::no(expr));
        };
        let found = replacement(column.index());
        complete &= found.is_some();
        Ok(found.map_or_else(
            || Transformed::no(expr.clone()),
            // What a column is replaced by has columns of its own, of the level below.
            |found| {
                Transformed::new(
                    found,
                    true,
                    datafusion::common::tree_node::TreeNodeRecursion::Jump,
                )
            },
        ))
    });
    replaced
        .ok()
        .filter(|_| complete)
        .map(|replaced| replaced.data)
}
