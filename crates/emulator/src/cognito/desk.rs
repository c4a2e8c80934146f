//! Where a native operation is answered: its members, the place that it is about, and the changes that it makes at once.

use serde_json::{Value, json};

use crate::{
    clock::{Millis, epoch_seconds},
    context::Context,
    handler::Draft,
    requests::HandlerError,
    resource_type::ResourceType,
    store::{Hidden, Resource, Scope},
    work::Work,
};

use super::{
    USER_POOL,
    kind::Kind,
    members::{Members, members, text},
    refusal::Refusal,
    site::Site,
};

/// One call of a native operation.
pub(super) struct Desk<'desk, 'call> {
    pub(super) context: &'desk mut Context<'call>,
    scope: Scope,
}

impl<'desk, 'call> Desk<'desk, 'call> {
    pub(super) fn new(context: &'desk mut Context<'call>) -> Self {
        let scope = Scope {
            account: context.caller.account.clone(),
            region: context.caller.region.clone(),
            type_name: USER_POOL.to_owned(),
        };
        Self { context, scope }
    }

    /// The request's members.
    pub(super) fn input(&self) -> &'call Members {
        self.context.input.members()
    }

    /// A text among the request's members.
    pub(super) fn text(&self, name: &str) -> &'call str {
        text(self.input(), name)
    }

    /// The pool that the request names.
    pub(super) fn pool_id(&self) -> &'call str {
        self.text("UserPoolId")
    }

    pub(super) fn now(&self) -> Millis {
        self.context.now
    }

    /// The place, as a scope of a type.
    pub(super) fn scope(&self, type_name: &str) -> Scope {
        self.scope.of_type(type_name)
    }

    pub(super) fn site(&self) -> Site<'_> {
        Site {
            store: self.context.world.store(),
            scope: &self.scope,
        }
    }

    /// The pool that the request names, which must be there.
    pub(super) fn pool(&self) -> Result<Resource, Refusal> {
        self.site().pool(self.pool_id()).cloned()
    }

    /// A resource that must be there.
    pub(super) fn find(&self, kind: &dyn Kind, identifier: &str) -> Result<Resource, Refusal> {
        let found = self.site().get(kind.type_name(), identifier).cloned();
        found.ok_or_else(|| Refusal::not_found(kind.missing(identifier).unwrap_or_default()))
    }

    /// Creates a resource.
    pub(super) fn create(
        &mut self,
        kind: &dyn Kind,
        draft: Draft,
    ) -> Result<(String, Resource), Refusal> {
        kind.check_create(&self.site(), &draft.model)?;
        let mut identifier = String::new();
        self.work(kind, |work| {
            work.create(draft, |own| own.clone_into(&mut identifier))
        })?;
        let resource = self.find(kind, &identifier)?;
        Ok((identifier, resource))
    }

    /// Gives a resource another model; its notes stay unless the draft has some.
    pub(super) fn change(
        &mut self,
        kind: &dyn Kind,
        identifier: &str,
        draft: Draft,
    ) -> Result<Resource, Refusal> {
        let before = self.find(kind, identifier)?;
        kind.check_update(&self.site(), &before, &draft.model)?;
        self.work(kind, |work| work.update(identifier, draft, None))?;
        self.find(kind, identifier)
    }

    /// Changes only what no model shows.
    pub(super) fn note(
        &mut self,
        kind: &dyn Kind,
        identifier: &str,
        change: impl FnOnce(&mut Members),
    ) -> Result<Resource, Refusal> {
        let before = self.find(kind, identifier)?;
        let mut hidden = before.hidden();
        change(&mut hidden.notes);
        let after = before.changed(&before.model(), hidden, self.now());
        let scope = self.scope(kind.type_name());
        self.context.world.put(&scope, identifier, after.clone());
        Ok(after)
    }

    /// Deletes a resource and what goes with it.
    pub(super) fn remove(&mut self, kind: &dyn Kind, identifier: &str) -> Result<(), Refusal> {
        let resource = self.find(kind, identifier)?;
        kind.check_delete(&self.site(), &resource)?;
        self.work(kind, |work| work.delete(identifier))
    }

    fn work<T>(
        &mut self,
        kind: &dyn Kind,
        act: impl FnOnce(&mut Work<'_>) -> Result<T, HandlerError>,
    ) -> Result<T, Refusal> {
        let scope = self.scope(kind.type_name());
        let resource_type = self.resource_type(kind)?;
        let mut work = Work {
            rules: self.context.rules,
            world: self.context.world,
            resource_type: &resource_type,
            scope: &scope,
            now: self.context.now,
        };
        act(&mut work).map_err(Refusal::from)
    }

    fn resource_type(&self, kind: &dyn Kind) -> Result<std::sync::Arc<ResourceType>, Refusal> {
        // With other schemas than the embedded ones a type may be missing.
        let missing = || HandlerError::new("InternalFailure", "Internal Failure");
        let found = self.context.rules.types.get(kind.type_name());
        found.ok_or_else(missing).map_err(Refusal::from)
    }
}

/// What is asked of the service, before it is completed.
pub(super) fn draft(model: Members, notes: Members) -> Draft {
    Draft {
        model: Value::Object(model),
        hidden: Hidden {
            notes,
            ..Hidden::default()
        },
    }
}

/// The members of a resource's read model.
pub(super) fn model(resource: &Resource) -> Members {
    match resource.model() {
        Value::Object(members) => members,
        other => members(&other).clone(),
    }
}

/// A resource's members with its dates, as most native answers show them.
pub(super) fn dated(mut members: Members, resource: &Resource) -> Members {
    let date = |at| json!(epoch_seconds(at));
    members.insert("LastModifiedDate".to_owned(), date(resource.modified));
    members.insert("CreationDate".to_owned(), date(resource.created));
    members
}
