//! What a scan does with keys: waits until the other side of the join is complete, then reads them out of its filters.
//!
//! The keys choose the calls; the filters as they are spare reads of single resources besides, where a list cannot be
//! narrowed by its keys.

use std::{collections::BTreeSet, sync::Arc};

use cirrus_provider::Predicate;
use datafusion::{
    common::tree_node::{Transformed, TransformedResult, TreeNode},
    error::{DataFusionError, Result},
    physical_expr::{
        PhysicalExpr,
        expressions::{Column, DynamicFilterPhysicalExpr},
        split_conjunction,
    },
};

use serde_json::Value;

use crate::{
    Error,
    bound::because,
    scan::{CloudScan, ScanSpec},
    unbound::Unbound,
};

/// Waits for the filters of a scan to be complete; returns what to fetch, and the keys when they could be read.
///
/// A side without rows leaves a filter that lets everything through; then the join asks for no row, and this is not run.
pub(crate) async fn keys(scan: &CloudScan) -> Result<(Arc<ScanSpec>, Option<Predicate>)> {
    for filter in &scan.bound.filters {
        completed(filter).await;
    }
    let spec = Arc::new(narrowed(scan)?);
    let used = scan.bound.per_key.as_ref().map(|per_key| &per_key.used);
    let output = scan.output();
    let filters = scan.bound.filters.iter();
    let keys = filters.map(|filter| {
        let keys = output.keys(filter)?;
        Ok(used.map_or(Predicate::Other, |used| relevant(keys, used)))
    });
    let keys = Predicate::And(keys.collect::<Result<_>>()?);
    if binds(&keys) {
        return Ok((spec, Some(keys)));
    }
    // Some keys may be readable all the same.
    let (catalog, learned) = (&scan.context.shared.catalog, &scan.context.shared.learned);
    if spec.wanted.plan_keys(catalog, learned, &keys).is_ok() {
        return Ok((spec, Some(keys)));
    }
    match &spec.planned {
        Ok(_) => Ok((spec, None)),
        Err(error) => Err(refused(error)),
    }
}

fn refused(error: &Error) -> DataFusionError {
    let error = because(error.clone(), Some(&Unbound::TooMany));
    DataFusionError::External(Box::new(error))
}

/// Whether every alternative binds something.
fn binds(keys: &Predicate) -> bool {
    match keys {
        Predicate::In(..) => true,
        Predicate::TupleIn(columns, rows) => !columns.is_empty() || rows.is_empty(),
        Predicate::And(predicates) => predicates.iter().any(binds),
        Predicate::Or(predicates) => predicates.iter().all(binds),
        Predicate::Other => false,
    }
}

/// Waits for every filter inside of an expression.
async fn completed(filter: &Arc<dyn PhysicalExpr>) {
    let mut open = vec![filter];
    while let Some(expr) = open.pop() {
        if let Some(filter) = expr.downcast_ref::<DynamicFilterPhysicalExpr>() {
            filter.wait_complete().await;
        } else {
            open.extend(expr.children());
        }
    }
}

/// The keys without columns that make no difference to the calls, but for there being none.
fn relevant(keys: Predicate, used: &BTreeSet<usize>) -> Predicate {
    let all = |predicates: Vec<Predicate>| {
        predicates
            .into_iter()
            .map(|predicate| relevant(predicate, used))
            .collect()
    };
    match keys {
        Predicate::And(predicates) => Predicate::And(all(predicates)),
        Predicate::Or(predicates) => Predicate::Or(all(predicates)),
        Predicate::In(column, values) if !used.contains(&column) && !values.is_empty() => {
            Predicate::Other
        }
        Predicate::TupleIn(columns, rows) => {
            let kept: Vec<usize> = (0..columns.len())
                .filter(|at| used.contains(&columns[*at]))
                .collect();
            let row = |row: Vec<Value>| kept.iter().map(|at| row[*at].clone()).collect();
            let columns = kept.iter().map(|at| columns[*at]).collect();
            Predicate::TupleIn(columns, rows.into_iter().map(row).collect())
        }
        other => other,
    }
}

/// The scan with those filters besides that what every list returns can answer.
fn narrowed(scan: &CloudScan) -> Result<ScanSpec> {
    let mut spec = (*scan.spec).clone();
    for filter in &scan.bound.filters {
        let Some(filter) = filter.downcast_ref::<DynamicFilterPhysicalExpr>() else {
            continue;
        };
        let current = filter.current()?;
        for part in split_conjunction(&current) {
            let early = on_early_columns(part, &scan.spec)?;
            spec.filters.early.extend(early);
        }
    }
    Ok(spec)
}

/// A filter over the scan's rows as one over the columns that every list returns; none when it uses others.
fn on_early_columns(
    filter: &Arc<dyn PhysicalExpr>,
    spec: &ScanSpec,
) -> Result<Option<Arc<dyn PhysicalExpr>>> {
    let mut complete = true;
    let moved = filter.clone().transform_up(|expr| {
        let Some(column) = expr.downcast_ref::<Column>() else {
            return Ok(Transformed::no(expr));
        };
        let table_column = spec.projection.get(column.index());
        let early = &spec.filters.early_columns;
        let place =
            table_column.and_then(|wanted| early.iter().position(|column| column == wanted));
        complete &= place.is_some();
        let name = column.name().to_owned();
        Ok(place.map_or_else(
            || Transformed::no(expr),
            |place| Transformed::yes(Arc::new(Column::new(&name, place)) as Arc<dyn PhysicalExpr>),
        ))
    });
    Ok(Some(moved.data()?).filter(|_| complete))
}
