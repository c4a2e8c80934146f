//! Carries out a scan: makes the calls, decodes what comes, filters, and stops as soon as enough rows are there.
//!
//! A list's rows are filtered on what the list returns before any resource is read on its own; a resource is read only
//! when a column is needed that its list left out. A scope (region, parent, resource) that fails becomes a warning and
//! the others go on; an authoritative NotFound is just no row. Lists are in `fetch/lists.rs`, what supplies their
//! inputs in `fetch/sources.rs`, reads of single resources in `fetch/reads.rs`.

mod lists;
mod outcome;
mod reads;
mod sources;

use std::{collections::HashSet, sync::Arc};

use arrow::array::RecordBatch;
use cirrus_provider::{Access, Predicate};
use datafusion::error::{DataFusionError, Result};
use futures::{
    FutureExt, StreamExt, TryStreamExt,
    stream::{self, BoxStream},
};
use parking_lot::Mutex;
use tokio::sync::mpsc::Sender;

use crate::{
    Error, Warning, WarningKind,
    answer::RegionsLeft,
    context::StatementContext,
    decode::Row,
    evaluate,
    plan::{ScanPart, Wanted},
    scan::ScanSpec,
};
use outcome::Relearned;

/// The most rows in a batch: small, so that an interactive query shows its first page at once.
const BATCH_ROWS: usize = 128;

/// What makes two rows the same resource: type (a generic table may be asked for several), region, identifier.
type RowKey = (String, Arc<str>, String);

type RowStream = BoxStream<'static, Result<Row>>;

/// Runs a scan into a channel; returns early when nobody listens any more.
///
/// `keys` are what the other side of a join yielded: rows without one of them are not wanted.
pub(crate) async fn run(
    spec: Arc<ScanSpec>,
    keys: Option<Predicate>,
    context: Arc<StatementContext>,
    sender: Sender<Result<RecordBatch>>,
) -> Result<()> {
    let wanted = wanted_now(&spec.wanted, &context).await?;
    let mut sent = false;
    loop {
        let parts = planned(&wanted, keys.clone(), &context)?;
        let mut batches = Fetch::new(spec.clone(), context.clone(), parts).batches();
        let relearned = loop {
            match batches.next().await {
                None => return Ok(()),
                // What the service asks for is known now: plan again, unless rows are out already.
                Some(Err(error)) if !sent && Relearned::is(&error) => break true,
                Some(batch) => {
                    let failed = batch.is_err();
                    sent = true;
                    if sender.send(batch).await.is_err() || failed {
                        break false;
                    }
                }
            }
        };
        if !relearned {
            return Ok(());
        }
    }
}

/// Plans the calls with everything that is known now.
fn planned(
    wanted: &Wanted,
    keys: Option<Predicate>,
    context: &StatementContext,
) -> Result<Vec<ScanPart>> {
    let (catalog, learned) = (&context.shared.catalog, &context.shared.learned);
    let parts = match keys {
        Some(keys) => wanted.plan_keys(catalog, learned, &keys),
        None => wanted.plan(catalog, learned),
    };
    let parts = parts.map_err(external)?;
    for part in &parts {
        for region in &part.plan.unavailable {
            context.report.warn(Warning {
                table: wanted.name.clone(),
                region: Some(region.clone()),
                subject: None,
                kind: WarningKind::Unavailable,
            });
        }
    }
    Ok(parts)
}

/// What is wanted, in the regions that the account has enabled.
///
/// When the account does not say which those are, every region is tried, and one that turns out not to be enabled is
/// left out (`outcome.rs`).
async fn wanted_now(wanted: &Wanted, context: &StatementContext) -> Result<Wanted> {
    let mut wanted = wanted.clone();
    if !wanted.enabled_only {
        return Ok(wanted);
    }
    let enabled = context
        .asked_regions
        .get_or_try_init(async || match context.calls.enabled_regions().await {
            Ok(regions) => {
                context.shared.enabled.set(&regions);
                Ok(Some(regions))
            }
            Err(crate::calls::CallError::Cloud(error)) if error.code.is_some() => {
                context.report.warn(Warning {
                    table: wanted.name.clone(),
                    region: None,
                    subject: None,
                    kind: WarningKind::RegionsUnknown(error),
                });
                Ok(None)
            }
            Err(error) => Err(external(error.into())),
        })
        .await?;
    if let Some(enabled) = enabled {
        let (kept, skipped): (Vec<_>, Vec<_>) = wanted
            .regions
            .drain(..)
            .partition(|region| enabled.contains(region));
        wanted.regions = kept;
        wanted.enabled_only = false;
        for region in skipped {
            context.report.warn(Warning {
                table: wanted.name.clone(),
                region: Some(region),
                subject: None,
                kind: WarningKind::NotEnabled,
            });
        }
    }
    Ok(wanted)
}

/// A scan that is being carried out.
struct Fetch {
    spec: Arc<ScanSpec>,
    parts: Vec<ScanPart>,
    context: Arc<StatementContext>,
    /// The rows met so far; none when no two calls may return the same.
    seen: Option<Mutex<HashSet<RowKey>>>,
    regions_left: RegionsLeft,
}

impl Fetch {
    fn new(spec: Arc<ScanSpec>, context: Arc<StatementContext>, parts: Vec<ScanPart>) -> Arc<Self> {
        let accesses: Vec<&Access> = parts.iter().flat_map(|part| &part.plan.accesses).collect();
        let may_repeat = accesses.len() > 1
            || accesses
                .iter()
                .any(|access| matches!(access, Access::FanOut { .. }));
        let regions = accesses.iter().map(|access| access.region());
        let regions_left = RegionsLeft::start(&context.report, regions);
        Arc::new(Self {
            spec,
            parts,
            context,
            seen: may_repeat.then(Mutex::default),
            regions_left,
        })
    }

    /// Whether a row's resource was not met before.
    fn is_first(&self, row: &Row) -> bool {
        let Some(seen) = &self.seen else { return true };
        let type_name = row.table.type_name.clone();
        seen.lock()
            .insert((type_name, row.region.clone(), row.identifier.clone()))
    }

    fn batches(self: Arc<Self>) -> BoxStream<'static, Result<RecordBatch>> {
        match self.spec.limit {
            Some(limit) => self.limited(limit),
            None => self.unlimited(),
        }
    }

    /// Everything, with as many calls asked for as the cloud says are useful.
    fn unlimited(self: Arc<Self>) -> BoxStream<'static, Result<RecordBatch>> {
        let concurrency = self.concurrency();
        let complete = self.clone();
        self.clone()
            .rows(concurrency)
            .map(move |row| complete.clone().complete(row).boxed())
            .buffered(concurrency)
            .filter_map(|row| async { row.transpose() })
            .ready_chunks(BATCH_ROWS)
            .map(move |rows| {
                evaluate::batch(
                    &self.spec,
                    &self.context.report,
                    &rows.into_iter().collect::<Result<Vec<Row>>>()?,
                )
            })
            .boxed()
    }

    /// At most `limit` rows: one page at a time, and never more resources read than rows are missing.
    fn limited(self: Arc<Self>, limit: usize) -> BoxStream<'static, Result<RecordBatch>> {
        let rows = self.clone().rows(1);
        let nothing: RowStream = stream::empty().boxed();
        let state = (rows, nothing.ready_chunks(BATCH_ROWS), limit);
        stream::try_unfold(state, move |(mut rows, mut reading, missing)| {
            let fetch = self.clone();
            async move {
                loop {
                    if let Some(read) = reading.next().await {
                        let read: Vec<Row> = read.into_iter().collect::<Result<_>>()?;
                        let batch = evaluate::batch(&fetch.spec, &fetch.context.report, &read)?;
                        let missing = missing - batch.num_rows();
                        return Ok(Some((batch, (rows, reading, missing))));
                    }
                    let wanted = missing.min(BATCH_ROWS);
                    let listed: Vec<Row> = rows.by_ref().take(wanted).try_collect().await?;
                    if listed.is_empty() {
                        return Ok(None);
                    }
                    let (complete, concurrency) = (fetch.clone(), fetch.concurrency());
                    reading = stream::iter(listed)
                        .map(move |row| complete.clone().complete(Ok(row)).boxed())
                        .buffered(concurrency)
                        .filter_map(|row| async { row.transpose() })
                        .boxed()
                        .ready_chunks(BATCH_ROWS);
                }
            }
        })
        .boxed()
    }

    fn concurrency(&self) -> usize {
        self.context.shared.cloud.concurrency()
    }
}

/// Runs streams side by side, or one after the other when only one may run.
fn in_parallel<T: Send + 'static>(
    streams: BoxStream<'static, BoxStream<'static, T>>,
    concurrency: usize,
) -> BoxStream<'static, T> {
    if concurrency <= 1 {
        streams.flatten().boxed()
    } else {
        streams.flatten_unordered(concurrency).boxed()
    }
}

fn external(error: Error) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}
