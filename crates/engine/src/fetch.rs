//! Carries out a scan: makes the calls, decodes what comes, filters, and stops as soon as enough rows are there.
//!
//! A list's rows are filtered on what the list returns before any resource is read on its own; a resource is read only
//! when a column is needed that its list left out. A scope (region, parent, resource) that fails becomes a warning and
//! the others go on; an authoritative NotFound is just no row.

use std::{collections::HashSet, sync::Arc};

use arrow::array::RecordBatch;
use cirrus_provider::{
    Access, CloudError, CloudErrorKind, GetRequest, Identifier, ListRequest, Resource, Table,
};
use datafusion::error::{DataFusionError, Result};
use futures::{
    FutureExt, StreamExt, TryStreamExt,
    stream::{self, BoxStream},
};
use parking_lot::Mutex;
use serde_json::{Map, Value};
use tokio::sync::mpsc::Sender;

use crate::{
    Error, Warning, WarningKind,
    context::StatementContext,
    decode::{self, Row},
    evaluate,
    scan::{ScanPart, ScanSpec},
};

/// The most rows in a batch: small, so that an interactive query shows its first page at once.
const BATCH_ROWS: usize = 128;

type RowStream = BoxStream<'static, Result<Row>>;

/// Runs a scan into a channel; returns early when nobody listens any more.
pub(crate) async fn run(
    spec: Arc<ScanSpec>,
    context: Arc<StatementContext>,
    sender: Sender<Result<RecordBatch>>,
) -> Result<()> {
    let fetch = Arc::new(Fetch {
        spec,
        context,
        seen: Mutex::default(),
    });
    let mut batches = fetch.batches();
    while let Some(batch) = batches.next().await {
        let failed = batch.is_err();
        if sender.send(batch).await.is_err() || failed {
            return Ok(());
        }
    }
    Ok(())
}

struct Fetch {
    spec: Arc<ScanSpec>,
    context: Arc<StatementContext>,
    /// The rows met so far, when more than one call may return the same.
    seen: Mutex<HashSet<(String, Arc<str>, String)>>,
}

impl Fetch {
    fn batches(self: Arc<Self>) -> BoxStream<'static, Result<RecordBatch>> {
        match self.spec.limit {
            Some(limit) => self.limited(limit),
            None => self.unlimited(),
        }
    }

    /// Everything, with as many calls in flight as the cloud says are useful.
    fn unlimited(self: Arc<Self>) -> BoxStream<'static, Result<RecordBatch>> {
        let concurrency = self.context.cloud.concurrency();
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
        stream::try_unfold((rows, limit), move |(mut rows, missing)| {
            let fetch = self.clone();
            async move {
                if missing == 0 {
                    return Ok(None);
                }
                let wanted = missing.min(BATCH_ROWS);
                let listed: Vec<Row> = rows.by_ref().take(wanted).try_collect().await?;
                if listed.is_empty() {
                    return Ok(None);
                }
                let completed: Vec<Option<Row>> = stream::iter(listed)
                    .map(|row| fetch.clone().complete(Ok(row)).boxed())
                    .buffered(fetch.context.cloud.concurrency())
                    .try_collect()
                    .await?;
                let batch = evaluate::batch(
                    &fetch.spec,
                    &fetch.context.report,
                    &completed.into_iter().flatten().collect::<Vec<Row>>(),
                )?;
                let missing = missing - batch.num_rows();
                Ok(Some((batch, (rows, missing))))
            }
        })
        .boxed()
    }

    /// The listed or read rows of all accesses that pass the early filters.
    fn rows(self: Arc<Self>, concurrency: usize) -> RowStream {
        let accesses: Vec<(usize, usize)> = self
            .spec
            .parts
            .iter()
            .enumerate()
            .flat_map(|(part, spec)| {
                (0..spec.plan.accesses.len()).map(move |access| (part, access))
            })
            .collect();
        let may_repeat = accesses.len() > 1
            || self
                .spec
                .parts
                .iter()
                .flat_map(|part| &part.plan.accesses)
                .any(|access| matches!(access, Access::ListUnderParents { .. }));
        let fetch = self.clone();
        let streams = stream::iter(accesses)
            .map(move |(part, access)| fetch.clone().access(part, access, concurrency));
        let rows = in_parallel(streams.boxed(), concurrency);
        rows.try_filter_map(move |row| {
            let fetch = self.clone();
            async move {
                if may_repeat && !fetch.seen.lock().insert(key_of(&row)) {
                    return Ok(None);
                }
                Ok(evaluate::passes_early(&fetch.spec, &row)?.then_some(row))
            }
        })
        .boxed()
    }

    fn access(self: Arc<Self>, part: usize, access: usize, concurrency: usize) -> RowStream {
        let ScanPart { table, plan } = &self.spec.parts[part];
        let table = table.clone();
        match plan.accesses[access].clone() {
            Access::Get { region, identifier } => {
                stream::once(self.get_row(table, region, identifier))
                    .filter_map(|row| async { row.transpose() })
                    .boxed()
            }
            Access::List { region, inputs } => self.list(table, region, inputs),
            Access::ListUnderParents {
                region,
                parent,
                feeds,
                inputs,
            } => {
                let parents = self
                    .clone()
                    .list(parent.clone(), region.clone(), Map::new());
                let lists = parents.map(move |found| {
                    let found = match found {
                        Ok(found) => found,
                        Err(error) => return stream::once(async { Err(error) }).boxed(),
                    };
                    let mut model = inputs.clone();
                    for feed in &feeds {
                        let Some(value) = found.parts.get(feed.part) else {
                            return stream::empty().boxed();
                        };
                        let value = Value::from(value.as_str());
                        if inputs.get(&feed.input).is_some_and(|bound| *bound != value) {
                            return stream::empty().boxed();
                        }
                        model.insert(feed.input.clone(), value);
                    }
                    self.clone().list(table.clone(), region.clone(), model)
                });
                in_parallel(lists.boxed(), concurrency)
            }
        }
    }

    /// The rows of one ListResources, page by page.
    fn list(
        self: Arc<Self>,
        table: Arc<Table>,
        region: String,
        inputs: Map<String, Value>,
    ) -> RowStream {
        let request = ListRequest {
            type_name: table.type_name.clone(),
            region: region.clone(),
            model: inputs.clone(),
        };
        let pages = self
            .context
            .cloud
            .list(request, self.context.report.meter.clone());
        let inputs = Arc::new(inputs);
        let region: Arc<str> = region.into();
        let is_parent = !self.is_own(&table);
        let state = (Some(pages), true);
        stream::try_unfold(state, move |(pages, has_more)| {
            let (fetch, table, region, inputs) =
                (self.clone(), table.clone(), region.clone(), inputs.clone());
            async move {
                let Some(mut pages) = pages.filter(|_| has_more) else {
                    return Ok(None);
                };
                fetch.context.reserve_call().map_err(external)?;
                match pages.next().await {
                    None => Ok(None),
                    Some(Ok(page)) => {
                        // Parents that there are must answer for themselves; that there are none is an answer.
                        if !is_parent || (page.resources.is_empty() && !page.has_more) {
                            fetch.context.scopes.answered();
                        }
                        let rows: Vec<Result<Row>> = page
                            .resources
                            .into_iter()
                            .filter_map(|resource| fetch.row(&table, &region, resource, &inputs))
                            .map(Ok)
                            .collect();
                        Ok::<_, DataFusionError>(Some((
                            stream::iter(rows),
                            (Some(pages), page.has_more),
                        )))
                    }
                    Some(Err(error)) => {
                        fetch.failed(&table, &error, subject_of(&table, &inputs))?;
                        Ok(None)
                    }
                }
            }
        })
        .try_flatten()
        .boxed()
    }

    /// Whether a table is the one that is scanned, not a parent of it.
    fn is_own(&self, table: &Table) -> bool {
        let own = &self.spec.table;
        (&table.service, &table.name) == (&own.service, &own.name)
    }

    /// The row of one GetResource; none when the resource does not exist or could not be read.
    async fn get_row(
        self: Arc<Self>,
        table: Arc<Table>,
        region: String,
        identifier: Identifier,
    ) -> Result<Option<Row>> {
        let wire = identifier.wire(&table);
        let Some(resource) = self.get(&table, &region, wire).await? else {
            return Ok(None);
        };
        Ok(self
            .row(&table, &region.into(), resource, &Arc::default())
            .map(Row::read))
    }

    async fn get(
        &self,
        table: &Table,
        region: &str,
        identifier: String,
    ) -> Result<Option<Resource>> {
        self.context.reserve_call().map_err(external)?;
        let request = GetRequest {
            type_name: table.type_name.clone(),
            region: region.to_owned(),
            identifier: identifier.clone(),
        };
        match self
            .context
            .cloud
            .get(request, self.context.report.meter.clone())
            .await
        {
            Ok(resource) => {
                self.context.scopes.answered();
                Ok(Some(resource))
            }
            Err(error) => {
                self.failed(table, &error, Some(identifier))?;
                Ok(None)
            }
        }
    }

    /// Reads the resource of a listed row when the list left out a column that is needed.
    async fn complete(self: Arc<Self>, row: Result<Row>) -> Result<Option<Row>> {
        let row = row?;
        if !self.lacks_columns(&row) {
            return Ok(Some(row));
        }
        let Some(resource) = self
            .get(&row.table, &row.region, row.identifier.clone())
            .await?
        else {
            return Ok(None);
        };
        let identifier = row.identifier;
        let resource = Resource {
            identifier,
            ..resource
        };
        Ok(self
            .row(&row.table, &row.region, resource, &row.inputs)
            .map(Row::read))
    }

    fn lacks_columns(&self, row: &Row) -> bool {
        if row.is_read || row.table.handlers.read.is_none() {
            return false;
        }
        let mut needed = self
            .spec
            .read_columns()
            .filter(|column| row.part_of(*column).is_none())
            .peekable();
        if needed.peek().is_none() {
            return false;
        }
        let Ok(properties) = decode::properties(&row.properties) else {
            return false;
        };
        needed.any(|column| {
            let property = row.table.columns[column].property.as_str();
            !properties.contains_key(property)
        })
    }

    /// Makes a row of a resource; one whose properties cannot be read is a warning.
    fn row(
        &self,
        table: &Arc<Table>,
        region: &Arc<str>,
        resource: Resource,
        inputs: &Arc<Map<String, Value>>,
    ) -> Option<Row> {
        if let Err(error) = decode::properties(&resource.properties) {
            self.context.report.warn(Warning {
                table: self.spec.name.clone(),
                region: Some(region.to_string()),
                subject: Some(resource.identifier),
                kind: WarningKind::Undecodable {
                    reason: error.to_string(),
                },
            });
            return None;
        }
        let parts = Identifier::of_response(table, &resource.identifier)
            .map(|identifier| identifier.parts().to_vec())
            .unwrap_or_default();
        Some(Row {
            table: table.clone(),
            region: region.clone(),
            identifier: resource.identifier,
            parts,
            properties: resource.properties,
            is_read: false,
            inputs: inputs.clone(),
        })
    }

    /// Decides what a failed call means: no row, a warning, or the end.
    fn failed(&self, table: &Table, error: &CloudError, subject: Option<String>) -> Result<()> {
        if error.kind == CloudErrorKind::NotFound {
            self.context.scopes.answered();
            return Ok(());
        }
        // Without credentials every scope fails alike: say it once and at once.
        if error.kind == CloudErrorKind::Credentials && error.code.is_none() {
            return Err(external(Error::Cloud(error.clone())));
        }
        self.context.scopes.failed(error);
        // What failed may be the list of a parent.
        let name = if self.is_own(table) {
            self.spec.name.clone()
        } else {
            format!("{}.{}", self.spec.catalog, table.qualified_name())
        };
        self.context.report.warn(Warning {
            table: name,
            region: Some(error.region.clone()),
            subject,
            kind: WarningKind::Failed(error.clone()),
        });
        Ok(())
    }
}

/// What makes a row the same resource; a generic table may be asked for several types.
fn key_of(row: &Row) -> (String, Arc<str>, String) {
    let type_name = row.table.type_name.clone();
    (type_name, row.region.clone(), row.identifier.clone())
}

/// Runs streams side by side, or one after the other when only one may run.
fn in_parallel(streams: BoxStream<'static, RowStream>, concurrency: usize) -> RowStream {
    if concurrency <= 1 {
        streams.flatten().boxed()
    } else {
        streams.flatten_unordered(concurrency).boxed()
    }
}

/// The list inputs as a person reads them: `user_pool_id=us-east-1_a`.
fn subject_of(table: &Table, inputs: &Map<String, Value>) -> Option<String> {
    let pairs: Vec<String> = inputs
        .iter()
        .map(|(property, value)| {
            let name = table.column(property).map_or(property.as_str(), |column| {
                table.columns[column].name.as_str()
            });
            format!(
                "{name}={}",
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            )
        })
        .collect();
    (!pairs.is_empty()).then(|| pairs.join(", "))
}

fn external(error: Error) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}
