//! What the scans of one statement share: the calls, the regions, what is learned, and the tally of scopes.
//!
//! It travels in DataFusion's session configuration as an extension, so that `table.rs` and `scan.rs` find it without
//! a global.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use cirrus_provider::{Catalog, Cloud, CloudError};
use parking_lot::Mutex;

use crate::{
    Report,
    calls::{Calls, Flights},
    errors::Failures,
    learned::Learned,
    regions::{AtHand, Enabled, Regions},
};

/// What the statements of a session share.
#[derive(Debug)]
pub(crate) struct Shared {
    /// The provider's catalog.
    pub(crate) catalog: Arc<Catalog>,
    /// Where calls go.
    pub(crate) cloud: Arc<dyn Cloud>,
    /// What is known of types and their lists.
    pub(crate) learned: Learned,
    /// The account's regions.
    pub(crate) enabled: Enabled,
    /// The id of the account, once it was asked for.
    pub(crate) account: tokio::sync::OnceCell<String>,
    /// The calls in flight.
    pub(crate) flights: Arc<Flights>,
}

/// The state of one statement.
#[derive(Debug)]
pub(crate) struct StatementContext {
    /// The session's.
    pub(crate) shared: Arc<Shared>,
    /// The regions read where no predicate names one.
    pub(crate) regions: Regions,
    /// Calls, progress and warnings.
    pub(crate) report: Arc<Report>,
    /// Makes the calls.
    pub(crate) calls: Calls,
    /// Who answered so far.
    pub(crate) scopes: Scopes,
    /// What the last statement that read a cloud went without.
    pub(crate) failures: Option<Failures>,
    /// What the account said of its regions to this statement.
    pub(crate) asked_regions: tokio::sync::OnceCell<Option<Vec<String>>>,
}

impl StatementContext {
    pub(crate) fn new(
        shared: Arc<Shared>,
        regions: Regions,
        max_api_calls: Option<u64>,
        failures: Option<Failures>,
    ) -> Self {
        let report = Arc::new(Report::default());
        let calls = Calls::new(
            shared.cloud.clone(),
            shared.flights.clone(),
            report.meter.clone(),
            max_api_calls,
        );
        Self {
            shared,
            regions,
            report,
            calls,
            scopes: Scopes::default(),
            failures,
            asked_regions: tokio::sync::OnceCell::new(),
        }
    }

    /// The session's regions, as far as they are known without a call.
    pub(crate) fn regions_at_hand(&self) -> AtHand {
        match &self.regions {
            Regions::Named(regions) => AtHand {
                regions: regions.clone(),
                enabled_only: false,
            },
            Regions::All => self.enabled_at_hand(),
        }
    }

    /// The account's regions, as far as they are known without a call.
    pub(crate) fn enabled_at_hand(&self) -> AtHand {
        let default = self.shared.cloud.default_region();
        self.shared
            .enabled
            .at_hand(&self.shared.catalog, default.as_deref())
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
