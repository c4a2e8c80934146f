//! Turns joins round whose keys could spare calls on the side that is read first.
//!
//! DataFusion reads the side that seems smaller first and hands its keys to the other. That is of no use when calls take
//! no key of the other side but one of this side: `roles JOIN functions ON role_name = split_part(role, '/', 2)`.

use std::{collections::BTreeSet, sync::Arc};

use datafusion::{
    common::{
        JoinType,
        config::ConfigOptions,
        tree_node::{Transformed, TransformedResult, TreeNode},
    },
    error::Result,
    physical_expr::PhysicalExpr,
    physical_optimizer::PhysicalOptimizerRule,
    physical_plan::{ExecutionPlan, joins::HashJoinExec},
};

use crate::{estimate::burden, origin::origins, per_key::PerKey, scan::CloudScan};

/// What is spared at least where there are no rows at all without keys: more than any list costs.
const IMPOSSIBLE: u32 = 100;

/// The rule; it comes after DataFusion's own choice of sides.
#[derive(Debug)]
pub(crate) struct OrientJoins;

impl PhysicalOptimizerRule for OrientJoins {
    fn name(&self) -> &'static str {
        "orient_joins"
    }

    fn schema_check(&self) -> bool {
        true
    }

    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|plan| {
            let turned = plan
                .downcast_ref::<HashJoinExec>()
                .map(turned)
                .transpose()?;
            Ok(match turned.flatten() {
                Some(turned) => Transformed::yes(turned),
                None => Transformed::no(plan),
            })
        })
        .data()
    }
}

fn turned(join: &HashJoinExec) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    // Its sides cannot be exchanged.
    if join.null_aware {
        return Ok(None);
    }
    let (left_keys, right_keys): (Vec<_>, Vec<_>) = join.on().iter().cloned().unzip();
    let as_it_is = gain(*join.join_type(), join.right(), &right_keys);
    let turned = gain(join.join_type().swap(), join.left(), &left_keys);
    // Where both sides could take keys, the smaller one gives them.
    if turned == 0 || (as_it_is > 0 && turned < IMPOSSIBLE) || as_it_is >= IMPOSSIBLE {
        return Ok(None);
    }
    join.swap_inputs(*join.partition_mode()).map(Some)
}

/// What is spared when the other side's keys are handed to this one.
fn gain(join_type: JoinType, side: &Arc<dyn ExecutionPlan>, keys: &[Arc<dyn PhysicalExpr>]) -> u32 {
    let (_, takes_keys) = join_type.on_lr_is_preserved();
    if !takes_keys {
        return 0;
    }
    bound_scans(side, keys)
        .iter()
        .map(|(scan, columns)| gain_of(scan, columns))
        .max()
        .unwrap_or(0)
}

fn gain_of(scan: &CloudScan, columns: &BTreeSet<usize>) -> u32 {
    let (spec, context) = (&scan.spec, &scan.context);
    let Ok(per_key) = PerKey::plan(spec, context, columns) else {
        return 0;
    };
    let before = spec
        .planned
        .as_ref()
        .map_or(2 * IMPOSSIBLE, |parts| burden(spec, parts));
    before.saturating_sub(burden(spec, &per_key.parts))
}

/// The scans that a filter on all of the keys reaches, with the columns that it binds.
fn bound_scans<'a>(
    side: &'a Arc<dyn ExecutionPlan>,
    keys: &[Arc<dyn PhysicalExpr>],
) -> Vec<(&'a CloudScan, BTreeSet<usize>)> {
    let mut scans: Vec<(&CloudScan, BTreeSet<usize>)> = Vec::new();
    for (at, key) in keys.iter().enumerate() {
        let found = origins(side, key);
        let is_stopped = found.iter().any(|origin| origin.barrier.is_some());
        // The filter goes down whole or not at all.
        if found.is_empty() || is_stopped || (at > 0 && found.len() != scans.len()) {
            return Vec::new();
        }
        for (place, origin) in found.iter().enumerate() {
            if at == 0 {
                scans.push((origin.scan, BTreeSet::new()));
            } else if !Arc::ptr_eq(&scans[place].0.spec, &origin.scan.spec) {
                return Vec::new();
            }
            scans[place]
                .1
                .extend(origin.scan.output().key_column(&origin.expr));
        }
    }
    scans.retain(|(scan, columns)| !columns.is_empty() && scan.takes_keys());
    scans
}
