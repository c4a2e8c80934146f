//! The types that a statement asks for more than once: what comes of them is kept until it ends, so that every scan sees
//! the same and the second costs nothing.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use cirrus_provider::{Access, Source};
use datafusion::physical_plan::ExecutionPlan;

use crate::bound::for_scans;

/// The types that more than one scan of a plan lists or reads, itself or as parents.
pub(crate) fn types(plan: &Arc<dyn ExecutionPlan>) -> HashSet<String> {
    let mut scans: HashMap<String, usize> = HashMap::new();
    for_scans(plan, &mut |scan| {
        let mut asked = HashSet::new();
        for part in scan.parts() {
            for access in &part.plan.accesses {
                asked.insert(part.table.type_name.clone());
                parents(access, &mut asked);
            }
        }
        for type_name in asked {
            *scans.entry(type_name).or_default() += 1;
        }
    });
    let repeated = scans.into_iter().filter(|(_, scans)| *scans > 1);
    repeated.map(|(type_name, _)| type_name).collect()
}

fn parents(access: &Access, asked: &mut HashSet<String>) {
    let Access::FanOut { sources, .. } = access else {
        return;
    };
    for source in sources {
        if let Source::Parent(parent) = source {
            asked.insert(parent.table.type_name.clone());
            parents(&parent.access, asked);
        }
    }
}
