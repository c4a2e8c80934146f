//! What a type of Cognito's does beyond its schema, in the terms of the native API; Cloud Control's handlers follow from it.
//!
//! The native operations ask the same kind before they change anything (`desk`), so that both APIs refuse the same.

use serde_json::{Map, Value};

use crate::{
    handler::{Draft, Handler, HandlerCall},
    requests::HandlerError,
    store::{Resource, Scope},
    world::World,
};

use super::{
    members::text,
    refusal::{Refusal, from_service},
    site::Site,
};

/// A kind of resource.
pub(super) trait Kind: Sync {
    fn type_name(&self) -> &'static str;

    /// Refuses what is not to be created.
    fn check_create(&self, site: &Site<'_>, model: &Value) -> Result<(), Refusal>;

    /// Fills in what a new or a changed resource lacks.
    fn complete(&self, _call: &mut HandlerCall<'_>, _draft: &mut Draft) {}

    /// Refuses what a resource is not to become.
    fn check_update(
        &self,
        _site: &Site<'_>,
        _before: &Resource,
        _model: &Value,
    ) -> Result<(), Refusal> {
        Ok(())
    }

    /// Refuses to delete a resource.
    fn check_delete(&self, _site: &Site<'_>, _resource: &Resource) -> Result<(), Refusal> {
        Ok(())
    }

    /// What goes with a resource that is deleted.
    fn belongings(&self, _site: &Site<'_>, _resource: &Resource) -> Vec<(Scope, String)> {
        Vec::new()
    }

    /// Whether it refuses values that the published schema refuses by an enum or a pattern.
    fn checks_values(&self) -> bool {
        false
    }

    /// The service's words for a resource that is not there.
    fn missing(&self, _identifier: &str) -> Option<String> {
        None
    }

    /// The service's words for a resource that is there already.
    fn existing(&self, _identifier: &str) -> Option<String> {
        None
    }
}

impl<K: Kind> Handler for K {
    fn create(&self, call: &mut HandlerCall<'_>, draft: &mut Draft) -> Result<(), HandlerError> {
        self.check_create(&Site::of(call), &draft.model)?;
        self.complete(call, draft);
        Ok(())
    }

    fn place(&self, call: &mut HandlerCall<'_>, draft: &mut Draft) {
        self.complete(call, draft);
    }

    fn update(
        &self,
        call: &mut HandlerCall<'_>,
        before: &Resource,
        draft: &mut Draft,
    ) -> Result<(), HandlerError> {
        self.check_update(&Site::of(call), before, &draft.model)?;
        self.complete(call, draft);
        Ok(())
    }

    fn delete(
        &self,
        call: &mut HandlerCall<'_>,
        _identifier: &str,
        resource: &Resource,
    ) -> Result<(), HandlerError> {
        let site = Site::of(call);
        self.check_delete(&site, resource)?;
        for (scope, identifier) in self.belongings(&site, resource) {
            call.world.remove(&scope, &identifier, call.now);
        }
        Ok(())
    }

    fn check_list(
        &self,
        world: &World,
        scope: &Scope,
        input: &Map<String, Value>,
    ) -> Result<(), HandlerError> {
        let site = Site {
            store: world.store(),
            scope,
        };
        if input.contains_key("UserPoolId") {
            site.pool(text(input, "UserPoolId"))?;
        }
        Ok(())
    }

    fn checks_values(&self) -> bool {
        Kind::checks_values(self)
    }

    fn not_found(&self, identifier: &str) -> Option<String> {
        self.missing(identifier)
            .map(|message| from_service(&message))
    }

    fn already_exists(&self, identifier: &str) -> Option<String> {
        self.existing(identifier)
            .map(|message| from_service(&message))
    }
}
