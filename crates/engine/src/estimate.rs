//! How many rows a scan may give and what they may cost, as far as its calls tell: from this joins choose their sides.

use cirrus_provider::{Access, Source, Supply};

use crate::{plan::ScanPart, scan::ScanSpec};

/// The rows of a list.
const LISTED: usize = 100;
/// The rows of a table that cannot be listed without keys: more than any other's, so that it is never read first.
const UNREACHABLE: usize = 100_000_000;

/// A guess at the rows of a scan.
pub(crate) fn rows(spec: &ScanSpec) -> usize {
    let rows = match &spec.planned {
        Ok(parts) => of_accesses(parts, !spec.filters.described.is_empty()),
        Err(_) if has_parents(spec) => UNREACHABLE * 10,
        Err(_) => UNREACHABLE,
    };
    rows.min(spec.limit.unwrap_or(usize::MAX))
}

fn of_accesses(parts: &[ScanPart], filtered: bool) -> usize {
    let accesses = parts.iter().flat_map(|part| &part.plan.accesses);
    let rows = accesses.map(|access| match access {
        Access::Get { .. } => 1,
        // Filters that no call takes leave a part of a list.
        _ if filtered => LISTED.pow(depth(access)) / 10,
        _ => LISTED.pow(depth(access)),
    });
    rows.fold(0, usize::saturating_add)
}

/// How many lists are under each other.
fn depth(access: &Access) -> u32 {
    match access {
        Access::Get { .. } => 0,
        Access::List { .. } => 1,
        Access::FanOut { sources, .. } => {
            let parents = sources.iter().map(|source| match source {
                Source::Parent(parent) => depth(&parent.access),
                Source::Values { .. } | Source::Account { .. } => 0,
            });
            1 + parents.max().unwrap_or(0)
        }
    }
}

/// Whether other tables would supply what is missing if they could be listed.
fn has_parents(spec: &ScanSpec) -> bool {
    let mut sources = spec.wanted.table.sources.iter();
    sources.any(|source| matches!(source.supply, Supply::Parent { .. }))
}

/// How much is spared when a scan need not be made in this way: nothing for single reads and bare lists.
pub(crate) fn burden(spec: &ScanSpec, parts: &[ScanPart]) -> u32 {
    let accesses = parts.iter().flat_map(|part| &part.plan.accesses);
    let reads = u32::from(spec.wanted.table.handlers.read.is_some() && needs_reads(spec));
    let burden = accesses.map(|access| match access {
        Access::Get { .. } => 0,
        Access::List { .. } => reads,
        Access::FanOut { .. } => 2 + reads,
    });
    burden.max().unwrap_or(0)
}

/// Whether a column is needed that no list need return.
fn needs_reads(spec: &ScanSpec) -> bool {
    let parts = &spec.wanted.table.identifier;
    let mut columns = spec.read_columns();
    columns.any(|column| parts.iter().all(|part| part.column != Some(column)))
}
