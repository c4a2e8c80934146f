//! Where the columns of a result come from: which hold JSON text, and which derive from a secret.
//!
//! Masking follows lineage, not names: an alias, a function, a JSON member or an aggregate of a secret is as secret as
//! the column itself. Numbers and booleans are never masked, so that `length(client_secret)` and
//! `client_secret IS NULL` answer. What the analysis does not know is treated as derived from everything below it.

use std::collections::HashMap;

use arrow::datatypes::{DataType, Field};
use datafusion::{
    common::{
        Column, DFSchema,
        tree_node::{TreeNode, TreeNodeRecursion},
    },
    logical_expr::{
        Expr, LogicalPlan,
        expr::{Exists, InSubquery},
    },
};

use crate::{json, schema};

/// What is known of one column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trace {
    /// Its text is JSON.
    pub(crate) json: bool,
    /// It derives from a secret.
    pub(crate) secret: bool,
}

/// Traces the output columns of a plan, in order.
pub(crate) fn trace(plan: &LogicalPlan) -> Vec<Trace> {
    let traces = traces_of(plan);
    let fields = plan.schema().fields();
    if traces.len() != fields.len() {
        return conservative(plan);
    }
    traces
        .into_iter()
        .zip(fields)
        .map(|(trace, field)| Trace {
            secret: trace.secret && is_text(field),
            ..trace
        })
        .collect()
}

/// Numbers, booleans and times are not masked.
fn is_text(field: &Field) -> bool {
    !(field.data_type().is_primitive()
        || matches!(field.data_type(), DataType::Boolean | DataType::Null))
}

fn traces_of(plan: &LogicalPlan) -> Vec<Trace> {
    match plan {
        LogicalPlan::TableScan(scan) => scan
            .projected_schema
            .fields()
            .iter()
            .map(|field| Trace {
                json: schema::is_json(field),
                secret: schema::is_secret(field),
            })
            .collect(),
        LogicalPlan::Projection(projection) => {
            let input = Input::of(&[&projection.input]);
            projection
                .expr
                .iter()
                .map(|expr| input.trace(expr))
                .collect()
        }
        LogicalPlan::Aggregate(aggregate) => {
            let input = Input::of(&[&aggregate.input]);
            aggregate
                .group_expr
                .iter()
                .chain(&aggregate.aggr_expr)
                .map(|expr| input.trace(expr))
                .collect()
        }
        LogicalPlan::Window(window) => {
            let input = Input::of(&[&window.input]);
            let mut traces = traces_of(&window.input);
            traces.extend(window.window_expr.iter().map(|expr| input.trace(expr)));
            traces
        }
        LogicalPlan::Join(join) => {
            let (left, right) = (traces_of(&join.left), traces_of(&join.right));
            let count = join.schema.fields().len();
            if count == left.len() + right.len() {
                [left, right].concat()
            } else if count == right.len() && count != left.len() {
                right
            } else if count == left.len() {
                left
            } else {
                conservative(plan)
            }
        }
        LogicalPlan::Union(union) => union
            .inputs
            .iter()
            .map(|input| traces_of(input))
            .reduce(|left, right| {
                left.iter()
                    .zip(&right)
                    .map(|(left, right)| Trace {
                        json: left.json && right.json,
                        secret: left.secret || right.secret,
                    })
                    .collect()
            })
            .unwrap_or_default(),
        LogicalPlan::Filter(_)
        | LogicalPlan::Sort(_)
        | LogicalPlan::Limit(_)
        | LogicalPlan::Distinct(_)
        | LogicalPlan::SubqueryAlias(_)
        | LogicalPlan::Repartition(_) => plan
            .inputs()
            .first()
            .map(|input| traces_of(input))
            .unwrap_or_default(),
        LogicalPlan::EmptyRelation(_) | LogicalPlan::Values(_) => {
            vec![Trace::default(); plan.schema().fields().len()]
        }
        _ => conservative(plan),
    }
}

/// Every column derives from every secret below.
fn conservative(plan: &LogicalPlan) -> Vec<Trace> {
    let secret = plan
        .inputs()
        .iter()
        .any(|input| traces_of(input).iter().any(|trace| trace.secret));
    vec![
        Trace {
            json: false,
            secret
        };
        plan.schema().fields().len()
    ]
}

/// The columns that an expression can refer to, with what is known of them.
struct Input {
    by_name: HashMap<String, Trace>,
    by_column: Vec<(Column, Trace)>,
}

impl Input {
    fn of(plans: &[&LogicalPlan]) -> Self {
        let mut by_column = Vec::new();
        for plan in plans {
            let schema: &DFSchema = plan.schema();
            by_column.extend(schema.columns().into_iter().zip(traces_of(plan)));
        }
        let mut by_name: HashMap<String, Trace> = HashMap::new();
        for (column, trace) in &by_column {
            let known = by_name.entry(column.name.clone()).or_insert(*trace);
            known.secret |= trace.secret;
        }
        Self { by_name, by_column }
    }

    fn column(&self, column: &Column) -> Trace {
        self.by_column
            .iter()
            .find(|(known, _)| known == column)
            .map(|(_, trace)| *trace)
            .or_else(|| self.by_name.get(&column.name).copied())
            .unwrap_or_default()
    }

    fn trace(&self, expr: &Expr) -> Trace {
        let json = match expr {
            Expr::Column(column) => self.column(column).json,
            Expr::Alias(alias) => return self.trace(&alias.expr),
            Expr::ScalarFunction(function) => json::returns_json(function),
            Expr::ScalarSubquery(subquery) => traces_of(&subquery.subquery)
                .first()
                .is_some_and(|trace| trace.json),
            _ => false,
        };
        let mut secret = false;
        // Whether a row exists tells nothing of a secret's text, so EXISTS and IN are not followed.
        let _ = expr.apply(|inner| {
            secret |= match inner {
                Expr::Column(column) => self.column(column).secret,
                Expr::ScalarSubquery(subquery) => traces_of(&subquery.subquery)
                    .first()
                    .is_some_and(|trace| trace.secret),
                Expr::Exists(Exists { .. }) | Expr::InSubquery(InSubquery { .. }) => {
                    return Ok(TreeNodeRecursion::Jump);
                }
                _ => false,
            };
            Ok(TreeNodeRecursion::Continue)
        });
        Trace { json, secret }
    }
}
