//! A session: settings, and the way from a script to its answers.

use std::sync::Arc;

use cirrus_provider::{Catalog, Cloud};
use futures::stream::BoxStream;

use crate::{Answer, Error};

/// What a session starts with.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The regions of `--region`, in order; empty means the cloud's default region.
    pub regions: Vec<String>,
    /// `--read-only`.
    pub read_only: bool,
}

/// Runs statements against a catalog and a cloud.
#[derive(Debug)]
pub struct Session {}

impl Session {
    /// Opens a session; makes no call and decodes no schema.
    pub fn new(_catalog: Arc<Catalog>, _cloud: Arc<dyn Cloud>, _settings: Settings) -> Self {
        unimplemented!()
    }

    /// Runs a script: everything is parsed first, then each statement is planned and answered when it is asked for.
    ///
    /// The stream ends after the first error. An answer's rows must be drained (or dropped) before the next is asked for.
    pub fn run<'a>(&'a self, _sql: &'a str) -> BoxStream<'a, Result<Answer, Error>> {
        unimplemented!()
    }
}

/// Whether a text typed so far is a whole script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// Ends in `;` outside strings and comments (or is empty).
    Complete,
    /// More is needed.
    Incomplete,
}

/// Decides whether the REPL may send `text`.
pub fn completeness(_text: &str) -> Completeness {
    unimplemented!()
}
