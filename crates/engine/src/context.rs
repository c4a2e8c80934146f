//! What the scans of one statement share: the cloud, the regions, the call budget, and the tally of scopes.
//!
//! It travels in DataFusion's session configuration as an extension, so that `table.rs` and `scan.rs` find it without
//! a global.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
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
    /// Who answered so far.
    pub(crate) scopes: Scopes,
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
            scopes: Scopes::default(),
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
}

/// How the scopes of a statement fared: regions, parents and resources.
#[derive(Debug, Default)]
pub(crate) struct Scopes {
    answered: AtomicBool,
    first_failure: Mutex<Option<CloudError>>,
}

impl Scopes {
    /// Notes that a scope answered, if only with "nothing here".
    pub(crate) fn answered(&self) {
        self.answered.store(true, Ordering::Relaxed);
    }

    /// Notes that a scope failed.
    pub(crate) fn failed(&self, error: &CloudError) {
        self.first_failure
            .lock()
            .get_or_insert_with(|| error.clone());
    }

    /// The first failure, as long as nobody answered: then there is nothing to say.
    pub(crate) fn total_failure(&self) -> Option<CloudError> {
        let failure = self.first_failure.lock().clone();
        failure.filter(|_| !self.answered.load(Ordering::Relaxed))
    }
}
