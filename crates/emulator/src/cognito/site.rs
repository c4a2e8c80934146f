//! Where in the world Cognito looks for what belongs together: the resources of one account and region.

use crate::{
    handler::HandlerCall,
    store::{Resource, Scope, Store},
};

use super::{USER_POOL, import_jobs, refusal::Refusal};

/// The resources of one account and region, to look at.
#[derive(Clone, Copy)]
pub(super) struct Site<'site> {
    pub(super) store: &'site Store,
    /// A scope of the place, of whatever type.
    pub(super) scope: &'site Scope,
}

impl<'site> Site<'site> {
    pub(super) fn of(call: &'site HandlerCall<'_>) -> Self {
        Self {
            store: call.world.store(),
            scope: call.scope,
        }
    }

    pub(super) fn get(&self, type_name: &str, identifier: &str) -> Option<&'site Resource> {
        self.store.get(&self.scope.of_type(type_name), identifier)
    }

    /// A pool, which must be there.
    pub(super) fn pool(&self, pool: &str) -> Result<&'site Resource, Refusal> {
        self.get(USER_POOL, pool)
            .ok_or_else(|| Refusal::no_pool(pool))
    }

    /// The resources of a type that belong to a pool, in the order of their identifiers.
    pub(super) fn of_pool(
        &self,
        type_name: &str,
        pool: &str,
    ) -> impl Iterator<Item = (&'site str, &'site Resource)> + use<'site> {
        let scope = self.scope.of_type(type_name);
        self.store.after(&scope, &format!("{pool}|"), None)
    }

    /// Refuses to change a pool into which users are being imported.
    pub(super) fn no_import(&self, pool: &str) -> Result<(), Refusal> {
        let mut jobs = self.of_pool(import_jobs::TYPE, pool);
        if jobs.any(|(_, job)| import_jobs::is_running(job)) {
            // The exception is documented, the wording is not [INF].
            return Err(Refusal::new(
                "UserImportInProgressException",
                "A user import job is in progress for this user pool.",
            ));
        }
        Ok(())
    }
}
