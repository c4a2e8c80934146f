//! Why a join or a comparison with a subquery binds no key of a scan: the named reasons, decided here alone.

use std::{collections::HashSet, fmt, sync::Arc};

use datafusion::{
    common::{JoinSide, JoinType},
    logical_expr::Operator,
    physical_expr::{
        PhysicalExpr, ScalarFunctionExpr,
        expressions::{BinaryExpr, CastExpr, Column},
    },
    physical_plan::{
        ExecutionPlan,
        filter::FilterExec,
        joins::{HashJoinExec, NestedLoopJoinExec, utils::JoinFilter},
        recursive_query::RecursiveQueryExec,
    },
};

use crate::{
    bind::has_subquery,
    origin::{Origin, origins},
    scan::CloudScan,
};

/// Why keys are not used for calls.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Unbound {
    /// FULL JOIN.
    Full,
    /// The scan is the side of an outer join that is kept whole.
    Outer,
    /// The scan is the side of NOT EXISTS or NOT IN whose rows are wanted.
    Anti,
    /// NOT IN, where a NULL decides.
    NotIn,
    /// IN or EXISTS under OR: rows without a match may be wanted too.
    Mark,
    /// The other side meets not the key but what is computed from it.
    Computed(String),
    /// Compared other than by `=`.
    NotEquality,
    /// Compared under OR.
    Or,
    /// Something between the scan and the join needs all rows.
    Behind(&'static str),
    /// A key of this table is compared together with one of another.
    SeveralTables,
    /// A recursive query reads it again and again.
    Recursive,
    /// More keys than are handed over.
    TooMany,
}

impl fmt::Display for Unbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str("FULL JOIN keeps unmatched rows"),
            Self::Outer => f.write_str("the outer join keeps its unmatched rows"),
            Self::Anti => f.write_str("rows without a match are wanted"),
            Self::NotIn => f.write_str("NOT IN over a nullable key"),
            Self::Mark => f.write_str("OR wants rows without a match too"),
            Self::Computed(how) => write!(f, "keys are compared after {how}"),
            Self::NotEquality => f.write_str("keys are not compared by equality"),
            Self::Or => f.write_str("keys are compared under OR"),
            Self::Behind(what) => write!(f, "{what} comes before the join"),
            Self::SeveralTables => f.write_str("keys of several tables are compared together"),
            Self::Recursive => f.write_str("a recursive query repeats the read"),
            Self::TooMany => f.write_str("the join yields more than 100000 keys"),
        }
    }
}

/// A reason why the keys of a scan are not bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reason {
    /// [`CloudScan::id`].
    pub(crate) scan: usize,
    /// Why.
    pub(crate) why: Unbound,
    /// The join gives keys to another scan.
    pub(crate) drives: bool,
}

/// The reasons of all comparisons in a plan, by [`CloudScan::id`]; `used` are the filters that scans take.
pub(crate) fn reasons(plan: &Arc<dyn ExecutionPlan>, used: &HashSet<u64>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    collect(plan, used, &mut reasons);
    reasons
}

fn collect(plan: &Arc<dyn ExecutionPlan>, used: &HashSet<u64>, reasons: &mut Vec<Reason>) {
    let mut found = Vec::new();
    let mut drives = false;
    if let Some(join) = plan.downcast_ref::<HashJoinExec>() {
        let produced = join.dynamic_expressions_produced();
        let mut ids = produced.iter().filter_map(|filter| filter.expression_id());
        drives = ids.any(|id| used.contains(&id));
        of_join(join, &mut found);
        if found.is_empty() {
            of_condition(join.filter(), join.left(), join.right(), &mut found);
        }
    } else if let Some(join) = plan.downcast_ref::<NestedLoopJoinExec>() {
        of_condition(join.filter(), join.left(), join.right(), &mut found);
    } else if let Some(filter) = plan.downcast_ref::<FilterExec>() {
        of_filter(filter, &mut found);
    } else if plan.is::<RecursiveQueryExec>() {
        for repeated in plan.children().into_iter().skip(1) {
            of_repeated(repeated, &mut found);
        }
    }
    reasons.extend(
        found
            .into_iter()
            .map(|(scan, why)| Reason { scan, why, drives }),
    );
    for child in plan.children() {
        collect(child, used, reasons);
    }
}

/// A scan and a reason.
type Found = (usize, Unbound);

/// The keys of a hash join.
fn of_join(join: &HashJoinExec, found: &mut Vec<Found>) {
    for (left, right) in join.on() {
        for origin in origins(join.left(), left) {
            found.extend(of_key(&origin, of_side(join, JoinSide::Left)));
        }
        for origin in origins(join.right(), right) {
            found.extend(of_key(&origin, of_side(join, JoinSide::Right)));
        }
    }
}

/// What the kind of a join says against keys for one of its sides.
fn of_side(join: &HashJoinExec, side: JoinSide) -> Option<Unbound> {
    if join.null_aware {
        return Some(Unbound::NotIn);
    }
    let is_left = side == JoinSide::Left;
    match join.join_type() {
        JoinType::Full => Some(Unbound::Full),
        JoinType::Left if is_left => Some(Unbound::Outer),
        JoinType::Right if !is_left => Some(Unbound::Outer),
        JoinType::LeftAnti if is_left => Some(Unbound::Anti),
        JoinType::RightAnti if !is_left => Some(Unbound::Anti),
        JoinType::LeftMark if is_left => Some(Unbound::Mark),
        JoinType::RightMark if !is_left => Some(Unbound::Mark),
        _ if is_left => None,
        _ => Some(Unbound::SeveralTables),
    }
}

/// The reason for one key: what is done to it, then what is in the way, then the kind of the join.
fn of_key(origin: &Origin<'_>, of_join: Option<Unbound>) -> Option<Found> {
    let output = origin.scan.output();
    let reason = if output.key_column(&origin.expr).is_some() {
        let behind = origin.barrier.map(Unbound::Behind);
        match of_join {
            Some(Unbound::SeveralTables) | None => behind.or(of_join),
            reason => reason,
        }
    } else {
        uses_key(origin).then(|| Unbound::Computed(described(&origin.expr)))
    };
    Some((origin.scan.id(), reason?))
}

fn uses_key(origin: &Origin<'_>) -> bool {
    columns(&origin.expr)
        .iter()
        .any(|column| origin.scan.output().key_column(column).is_some())
}

/// The condition of a join beyond its equalities.
fn of_condition(
    condition: Option<&JoinFilter>,
    left: &Arc<dyn ExecutionPlan>,
    right: &Arc<dyn ExecutionPlan>,
    found: &mut Vec<Found>,
) {
    let Some(condition) = condition else { return };
    let reason = match condition.expression().downcast_ref::<BinaryExpr>() {
        Some(binary) if *binary.op() == Operator::Or => Unbound::Or,
        _ => Unbound::NotEquality,
    };
    for index in condition.column_indices() {
        let side = match index.side {
            JoinSide::Left => left,
            JoinSide::Right => right,
            JoinSide::None => continue,
        };
        let column: Arc<dyn PhysicalExpr> = Arc::new(Column::new("", index.index));
        let origins = origins(side, &column);
        found.extend(
            origins
                .iter()
                .filter(|origin| uses_key(origin))
                .map(|origin| (origin.scan.id(), reason.clone())),
        );
    }
}

/// A comparison with a subquery's value that binds no key.
fn of_filter(filter: &FilterExec, found: &mut Vec<Found>) {
    if !has_subquery(filter.predicate()) {
        return;
    }
    for column in columns(filter.predicate()) {
        let origins = origins(filter.input(), &column);
        found.extend(
            origins
                .iter()
                .filter(|origin| uses_key(origin))
                .map(|origin| {
                    let behind = origin.barrier.map(Unbound::Behind);
                    (origin.scan.id(), behind.unwrap_or(Unbound::NotEquality))
                }),
        );
    }
}

fn of_repeated(plan: &Arc<dyn ExecutionPlan>, found: &mut Vec<Found>) {
    if let Some(scan) = plan.downcast_ref::<CloudScan>() {
        found.push((scan.id(), Unbound::Recursive));
    }
    for child in plan.children() {
        of_repeated(child, found);
    }
}

fn columns(expr: &Arc<dyn PhysicalExpr>) -> Vec<Arc<dyn PhysicalExpr>> {
    if expr.is::<Column>() {
        return vec![expr.clone()];
    }
    expr.children().into_iter().flat_map(columns).collect()
}

/// What is done to a key before it is compared.
fn described(expr: &Arc<dyn PhysicalExpr>) -> String {
    if let Some(function) = expr.downcast_ref::<ScalarFunctionExpr>() {
        return format!("{}(...)", function.name());
    }
    if let Some(cast) = expr.downcast_ref::<CastExpr>() {
        return format!("a cast to {}", cast.cast_type());
    }
    "a computation".to_owned()
}
