//! The rows of a scan's accesses: lists page by page, identifiers as they are named.

use std::sync::Arc;

use cirrus_provider::{Access, Identifier, ListRequest, Resource, Table};
use datafusion::error::{DataFusionError, Result};
use futures::{
    StreamExt, TryStreamExt,
    stream::{self, BoxStream},
};
use serde_json::{Map, Value};

use super::{Fetch, RowStream, in_parallel, outcome::subject_of};
use crate::{
    Warning, WarningKind,
    decode::{self, Known, Row},
    evaluate,
    plan::ScanPart,
};

impl Fetch {
    /// The listed or named rows of all accesses that pass the early filters.
    pub(super) fn rows(self: Arc<Self>, concurrency: usize) -> RowStream {
        let accesses: Vec<(usize, Access)> = self
            .parts
            .iter()
            .enumerate()
            .flat_map(|(part, spec)| {
                let accesses = spec.plan.accesses.iter().cloned();
                accesses.map(move |access| (part, access))
            })
            .collect();
        let fetch = self.clone();
        let streams = stream::iter(accesses).map(move |(part, access)| {
            let ScanPart { table, .. } = &fetch.parts[part];
            let region = access.region().to_owned();
            let done = fetch.clone();
            let rows = fetch.clone().access(table.clone(), access, concurrency);
            let end = stream::once(async move {
                done.regions_left.done(&done.context.report, &region);
                None
            });
            rows.map(Some)
                .chain(end)
                .filter_map(std::future::ready)
                .boxed()
        });
        in_parallel(streams.boxed(), concurrency)
    }

    /// Keeps the rows that pass the early filters and were not met before, and counts those that will be read.
    fn kept(&self, rows: impl Iterator<Item = Row>) -> Vec<Result<Row>> {
        let mut kept = Vec::new();
        for mut row in rows {
            match evaluate::passes_early(&self.spec, &row) {
                Ok(false) => continue,
                Ok(true) => {}
                Err(error) => {
                    kept.push(Err(error));
                    break;
                }
            }
            // What is only named is seen when it was read: by the identifier that the cloud gives it.
            if row.known != Known::Named && !self.is_first(&row) {
                continue;
            }
            row.must_read = row.known == Known::Named || self.lacks_columns(&row);
            if row.must_read {
                self.context.report.progress.read_wanted();
            }
            kept.push(Ok(row));
        }
        kept
    }

    /// The rows of one access to a table: the scan's own, or a parent of it.
    pub(super) fn access(
        self: Arc<Self>,
        table: Arc<Table>,
        access: Access,
        concurrency: usize,
    ) -> RowStream {
        match access {
            Access::Get { region, identifier } => {
                let row = Row {
                    parts: identifier.parts().to_vec(),
                    identifier: identifier.wire(&table),
                    region: region.into(),
                    properties: "{}".into(),
                    known: Known::Named,
                    must_read: true,
                    inputs: Arc::default(),
                    table,
                };
                stream::iter(self.own_or_parents(std::iter::once(row))).boxed()
            }
            Access::List { region, inputs } => self.list(table, region, inputs),
            Access::FanOut {
                region,
                inputs,
                sources,
            } => {
                let models = self.clone().models(inputs, sources, concurrency);
                let lists = models.map(move |model| match model {
                    Ok(model) => self.clone().list(table.clone(), region.clone(), model),
                    Err(error) => stream::once(async { Err(error) }).boxed(),
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
        let pages: BoxStream<'static, _> = self.context.calls.list(ListRequest {
            type_name: table.type_name.clone(),
            region: region.clone(),
            model: inputs.clone(),
        });
        let is_parent = !self.is_own(&table);
        let inputs = Arc::new(inputs);
        let region: Arc<str> = region.into();
        pages
            .map(move |page| {
                let page = match page {
                    Ok(page) => page,
                    Err(error) => {
                        self.failed(&table, error, subject_of(&table, &inputs))?;
                        return Ok(stream::iter(Vec::new()));
                    }
                };
                // Parents that there are must answer for themselves; that there are none is an answer.
                if !is_parent || (page.resources.is_empty() && !page.has_more) {
                    self.context.scopes.answered();
                }
                let progress = &self.context.report.progress;
                progress.page(if is_parent { 0 } else { page.resources.len() });
                self.learn(&table, &page.resources);
                let rows = page
                    .resources
                    .into_iter()
                    .filter_map(|resource| self.row(&table, &region, resource, &inputs));
                Ok::<_, DataFusionError>(stream::iter(self.own_or_parents(rows)))
            })
            .try_flatten()
            .boxed()
    }

    /// The rows that are wanted: of the scan's own those that [`kept`](Self::kept) keeps, of parents all.
    fn own_or_parents(&self, rows: impl Iterator<Item = Row>) -> Vec<Result<Row>> {
        let mut rows = rows.peekable();
        match rows.peek() {
            Some(first) if self.is_own(&first.table) => self.kept(rows),
            _ => rows.map(Ok).collect(),
        }
    }

    /// Notes what a list returns, from the ends of a page: resources of a type differ little.
    fn learn(&self, table: &Table, resources: &[Resource]) {
        for resource in resources.iter().take(1).chain(resources.last()) {
            if let Ok(properties) = decode::properties(&resource.properties) {
                let names: Vec<&str> = properties.keys().map(AsRef::as_ref).collect();
                let learned = &self.context.shared.learned;
                learned.listed(&table.type_name, names.iter().copied());
            }
        }
    }

    /// Makes a row of a listed resource; one whose properties cannot be read is a warning.
    pub(super) fn row(
        &self,
        table: &Arc<Table>,
        region: &Arc<str>,
        resource: Resource,
        inputs: &Arc<Map<String, Value>>,
    ) -> Option<Row> {
        if let Err(error) = decode::properties(&resource.properties) {
            self.context.report.warn(Warning {
                table: self.spec.wanted.name.clone(),
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
            known: Known::Listed,
            must_read: false,
            inputs: inputs.clone(),
        })
    }
}
