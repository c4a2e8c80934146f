//! Which part of a statement can show a wrong row, or a wrong number, when rows are missing below it.
//!
//! A plain SELECT that misses a region shows fewer rows; `NOT IN` over it shows rows that should not be there. The
//! warning about a failed scope says so (`Report::missing_rows_matter`).

use datafusion::{
    common::{JoinType, tree_node::TreeNodeRecursion},
    logical_expr::{
        Expr, LogicalPlan,
        expr::{Exists, InSubquery},
    },
};

/// Names the first such part of a plan, from the top.
pub(crate) fn missing_rows_matter(plan: &LogicalPlan) -> Option<&'static str> {
    let mut found = None;
    let walked = plan.apply_with_subqueries(|node| {
        found = found.or_else(|| of_node(node));
        Ok(if found.is_some() {
            TreeNodeRecursion::Stop
        } else {
            TreeNodeRecursion::Continue
        })
    });
    walked.ok().and(found)
}

fn of_node(node: &LogicalPlan) -> Option<&'static str> {
    match node {
        LogicalPlan::Aggregate(aggregate) if !aggregate.aggr_expr.is_empty() => {
            Some("an aggregate")
        }
        LogicalPlan::Window(_) => Some("a window function"),
        LogicalPlan::Limit(limit) if matches!(&*limit.input, LogicalPlan::Sort(_)) => {
            Some("ORDER BY with LIMIT")
        }
        LogicalPlan::Join(join) => match join.join_type {
            JoinType::Left | JoinType::Right | JoinType::Full => Some("an outer join"),
            JoinType::LeftAnti | JoinType::RightAnti => Some("EXCEPT"),
            _ => None,
        },
        node => node.expressions().iter().find_map(of_expression),
    }
}

fn of_expression(expression: &Expr) -> Option<&'static str> {
    let mut found = None;
    let walked = datafusion::common::tree_node::TreeNode::apply(expression, |inner| {
        found = found.or(match inner {
            Expr::InSubquery(InSubquery { negated: true, .. }) => Some("NOT IN"),
            Expr::Exists(Exists { negated: true, .. }) => Some("NOT EXISTS"),
            Expr::Not(inner) if matches!(**inner, Expr::InSubquery(_)) => Some("NOT IN"),
            Expr::Not(inner) if matches!(**inner, Expr::Exists(_)) => Some("NOT EXISTS"),
            Expr::ScalarSubquery(_) => Some("a scalar subquery"),
            _ => None,
        });
        Ok(TreeNodeRecursion::Continue)
    });
    walked.ok().and(found)
}
