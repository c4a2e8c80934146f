//! What a statement gives back: rows as they arrive, the calls they cost, and what is missing from them.

use std::{ops::Range, sync::Arc};

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
    warnings: Mutex<Vec<Warning>>,
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

    /// Whether rows are missing: exit code 3.
    pub fn is_partial(&self) -> bool {
        self.warnings
            .lock()
            .iter()
            .any(|warning| warning.kind.loses_rows())
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
}

impl WarningKind {
    /// Whether rows that should be there may not be.
    pub fn loses_rows(&self) -> bool {
        match self {
            Self::Failed(_) | Self::Undecodable { .. } | Self::Mistyped { .. } => true,
            Self::Unavailable => false,
        }
    }
}
