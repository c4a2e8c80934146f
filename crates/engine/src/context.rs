//! What the scans of one statement share: the cloud, the regions, the call budget, and the tally of scopes.
//!
//! It travels in DataFusion's session configuration as an extension, so that `table.rs` and `scan.rs` find it without
//! a global.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use cirrus_provider::{Catalog, Cloud, CloudError};
use parking_lot::Mutex;

use crate::{Error, Report};

/// The state of one statement.
#[derive(Debug)]
pub(crate) struct StatementContext {
    /// The provider's catalog.
    pub(crate) catalog: Arc<Catalog>,
    /// Where calls go.
    pub(crate) cloud: Arc<dyn Cloud>,
    /// The session's regions, used where no predicate names one.
    pub(crate) regions: Vec<String>,
    /// Calls and warnings.
    pub(crate) report: Arc<Report>,
    /// `max_api_calls`.
    pub(crate) max_api_calls: Option<u64>,
    reserved: AtomicU64,
    scopes: Mutex<Scopes>,
}

#[derive(Debug, Default)]
struct Scopes {
    answered: bool,
    first_failure: Option<CloudError>,
}

impl StatementContext {
    pub(crate) fn new(
        catalog: Arc<Catalog>,
        cloud: Arc<dyn Cloud>,
        regions: Vec<String>,
        max_api_calls: Option<u64>,
    ) -> Self {
        Self {
            catalog,
            cloud,
            regions,
            report: Arc::new(Report::default()),
            max_api_calls,
            reserved: AtomicU64::new(0),
            scopes: Mutex::default(),
        }
    }

    /// Takes one call from the budget.
    pub(crate) fn reserve_call(&self) -> Result<(), Error> {
        let before = self.reserved.fetch_add(1, Ordering::Relaxed);
        match self.max_api_calls {
            Some(limit) if before >= limit => Err(Error::CallBudget { limit }),
            _ => Ok(()),
        }
    }

    /// Notes that a scope answered, if only with "nothing here".
    pub(crate) fn scope_answered(&self) {
        self.scopes.lock().answered = true;
    }

    /// Notes that a scope failed.
    pub(crate) fn scope_failed(&self, error: &CloudError) {
        self.scopes
            .lock()
            .first_failure
            .get_or_insert_with(|| error.clone());
    }

    /// The first failure, when every scope failed: then there is no answer to give.
    pub(crate) fn total_failure(&self) -> Option<CloudError> {
        let scopes = self.scopes.lock();
        scopes.first_failure.clone().filter(|_| !scopes.answered)
    }
}
