//! What a statement gives back: rows as they arrive, the calls they cost, and what is missing from them.

use std::{
    collections::HashMap,
    ops::Range,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use arrow::{datatypes::SchemaRef, record_batch::RecordBatch};
use cirrus_provider::{CloudError, Meter};
use futures::stream::BoxStream;
use parking_lot::Mutex;

use crate::Error;

/// The result of one statement.
#[derive(Debug)]
pub struct Answer {
    /// The statement's bytes in the script given to [`Session::run`](crate::Session::run).
    pub statement: Range<usize>,
    /// Rows or a notice.
    pub body: Body,
    /// Calls and warnings; complete once the rows are drained.
    pub report: Arc<Report>,
}

/// What there is to show.
#[derive(Debug)]
pub enum Body {
    /// A row-returning statement.
    Rows(Rows),
    /// A statement that only says something (`SET`): goes to stderr.
    Notice(String),
}

/// Rows that arrive while calls are made; dropping them stops the calls.
pub struct Rows {
    /// The Arrow schema of the batches.
    pub schema: SchemaRef,
    /// How to head and show each column, parallel to the schema's fields.
    pub columns: Vec<OutputColumn>,
    /// The batches, as soon as pages arrive.
    pub batches: BoxStream<'static, Result<RecordBatch, Error>>,
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows")
            .field("schema", &self.schema)
            .finish_non_exhaustive()
    }
}

/// How one column of a result is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputColumn {
    /// The heading: as the user wrote it; canonical under `*`.
    pub heading: String,
    /// The text is JSON: printed as a JSON value by json and ndjson.
    pub json: bool,
    /// Derives from a secret: printed as `********` unless asked for.
    pub secret: bool,
}

/// What a statement cost and what it could not read.
#[derive(Debug, Default)]
pub struct Report {
    /// The calls made.
    pub meter: Arc<Meter>,
    /// How far it is.
    pub progress: Progress,
    warnings: Mutex<Vec<Warning>>,
    missing_rows_matter: OnceLock<&'static str>,
}

impl Report {
    /// Adds a warning.
    pub fn warn(&self, warning: Warning) {
        self.warnings.lock().push(warning);
    }

    /// The warnings so far, in the order they arose.
    pub fn warnings(&self) -> Vec<Warning> {
        self.warnings.lock().clone()
    }

    /// The part of the statement that can show wrong rows or numbers when rows are missing below it: `NOT IN`.
    pub fn missing_rows_matter(&self) -> Option<&'static str> {
        self.missing_rows_matter.get().copied()
    }

    pub(crate) fn set_missing_rows_matter(&self, part: &'static str) {
        let _ = self.missing_rows_matter.set(part);
    }

    /// Whether rows are missing: exit code 3.
    pub fn is_partial(&self) -> bool {
        self.warnings
            .lock()
            .iter()
            .any(|warning| warning.kind.loses_rows())
    }
}

/// How far a statement is; all counts only grow while it runs.
#[derive(Debug, Default)]
pub struct Progress {
    pages: AtomicU64,
    listed: AtomicU64,
    reads_wanted: AtomicU64,
    reads_done: AtomicU64,
    regions: AtomicU64,
    regions_done: AtomicU64,
}

impl Progress {
    /// Pages of lists that came, those of parents included.
    pub fn pages(&self) -> u64 {
        self.pages.load(Ordering::Relaxed)
    }

    /// Resources that lists showed, before filters.
    pub fn listed(&self) -> u64 {
        self.listed.load(Ordering::Relaxed)
    }

    /// Resources that were read on their own, and how many are known to be needed so far.
    pub fn reads(&self) -> (u64, u64) {
        let done = self.reads_done.load(Ordering::Relaxed);
        (done, self.reads_wanted.load(Ordering::Relaxed))
    }

    /// Regions that were read to their end, of how many; a table that is scanned twice counts its regions twice.
    pub fn regions(&self) -> (u64, u64) {
        let done = self.regions_done.load(Ordering::Relaxed);
        (done, self.regions.load(Ordering::Relaxed))
    }

    pub(crate) fn page(&self, listed: usize) {
        self.pages.fetch_add(1, Ordering::Relaxed);
        self.listed.fetch_add(listed as u64, Ordering::Relaxed);
    }

    pub(crate) fn read_wanted(&self) {
        self.reads_wanted.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn read_done(&self) {
        self.reads_done.fetch_add(1, Ordering::Relaxed);
    }
}

/// The regions that a scan has not read to their end, by how many of its accesses are left there.
#[derive(Debug)]
pub(crate) struct RegionsLeft(Mutex<HashMap<String, usize>>);

impl RegionsLeft {
    /// Begins with the region of every access.
    pub(crate) fn start<'a>(report: &Report, regions: impl Iterator<Item = &'a str>) -> Self {
        let mut left: HashMap<String, usize> = HashMap::new();
        for region in regions {
            *left.entry(region.to_owned()).or_default() += 1;
        }
        let count = left.len() as u64;
        report.progress.regions.fetch_add(count, Ordering::Relaxed);
        Self(Mutex::new(left))
    }

    /// Notes that an access in the region has come to its end.
    pub(crate) fn done(&self, report: &Report, region: &str) {
        let mut left = self.0.lock();
        if let Some(count) = left.get_mut(region) {
            *count -= 1;
            if *count == 0 {
                left.remove(region);
                report.progress.regions_done.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// Something that a statement went on without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The table it concerns: `aws.cognito.user_pools`.
    pub table: String,
    /// The region, when one region is concerned.
    pub region: Option<String>,
    /// The parent or resource concerned: `user_pool_id=us-east-1_a`, or an identifier.
    pub subject: Option<String>,
    /// What happened.
    pub kind: WarningKind,
}

/// What happened to a scope, a resource or a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WarningKind {
    /// A list or read failed; its rows are missing.
    Failed(CloudError),
    /// A property is not of the schema's type; the value reads as NULL.
    Mistyped {
        /// The property.
        property: String,
        /// `integer`, `string`, ...
        expected: &'static str,
    },
    /// The resource's properties are not a JSON object; its row is missing.
    Undecodable {
        /// Why, in the decoder's words.
        reason: String,
    },
    /// The type does not exist in the region; there are no rows there.
    Unavailable,
    /// The account has not enabled the region, and the statement did not name it; there are no rows there.
    NotEnabled,
    /// A list showed the resource, and it was not there when it was read.
    Vanished,
    /// The account did not say which regions it has; all of the partition were tried.
    RegionsUnknown(CloudError),
}

impl WarningKind {
    /// Whether rows that should be there may not be.
    pub fn loses_rows(&self) -> bool {
        match self {
            Self::Failed(_) | Self::Undecodable { .. } | Self::Mistyped { .. } => true,
            Self::Unavailable | Self::NotEnabled | Self::Vanished | Self::RegionsUnknown(_) => {
                false
            }
        }
    }
}
