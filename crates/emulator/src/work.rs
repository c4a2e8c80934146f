//! A change of one resource, whoever asks for it: what Cloud Control's requests end with and what native APIs do at once.
//!
//! A type's own handler ([`crate::handler`]) has its say first; then the model is completed by its schema and stored.

use serde_json::Value;

use crate::{
    arn::Place,
    clock::Millis,
    generate,
    handler::{self, Draft, HandlerCall},
    identifier,
    requests::HandlerError,
    resource_type::ResourceType,
    store::{Resource, Scope},
    switches::{Conditional, WriteOnly},
    world::{Rules, World},
};

/// A change of one resource: what Cloud Control's requests end with and what native APIs do at once.
pub(crate) struct Work<'work> {
    pub(crate) world: &'work mut World,
    pub(crate) rules: &'work Rules,
    pub(crate) resource_type: &'work ResourceType,
    pub(crate) scope: &'work Scope,
    pub(crate) now: Millis,
}

impl Work<'_> {
    pub(crate) fn call(&mut self) -> HandlerCall<'_> {
        HandlerCall {
            world: self.world,
            scope: self.scope,
            now: self.now,
        }
    }

    /// Creates a resource and returns its read model; `name` hears its identifier as soon as it is known.
    pub(crate) fn create(
        &mut self,
        mut draft: Draft,
        name: impl FnOnce(&str),
    ) -> Result<Value, HandlerError> {
        if let Some(handler) = handler::of(self.resource_type.name()) {
            handler.create(&mut self.call(), &mut draft)?;
        }
        self.complete(&mut draft);
        let identifier = identifier::of_model(self.resource_type, &draft.model)
            .ok_or_else(|| HandlerError::new("InternalFailure", "Internal Failure"))?;
        name(&identifier);
        if self.world.store().get(self.scope, &identifier).is_some() {
            return Err(already_exists(self.resource_type, &identifier));
        }
        let Draft { model, hidden } = draft;
        let resource = Resource::new(&model, hidden, self.now);
        self.world.put(self.scope, &identifier, resource);
        Ok(model)
    }

    /// Gives a resource another model and returns it as it is read; `ignored` is a property that stays as it was.
    pub(crate) fn update(
        &mut self,
        identifier: &str,
        mut draft: Draft,
        ignored: Option<&str>,
    ) -> Result<Value, HandlerError> {
        let before = self.find(identifier)?;
        let model_before = before.model();
        if let (Some(ignored), Some(members)) = (ignored, draft.model.as_object_mut()) {
            match model_before.get(ignored) {
                Some(value) => members.insert(ignored.to_owned(), value.clone()),
                None => members.shift_remove(ignored),
            };
        }
        if self.rules.switches.conditional_create_only == Conditional::Refuse {
            refuse_conditional(self.resource_type, &model_before, &draft.model)?;
        }
        if self.rules.switches.write_only == WriteOnly::Keep {
            draft.hidden.write_only = before.hidden().write_only;
        }
        if draft.hidden.notes.is_empty() {
            draft.hidden.notes = before.hidden().notes;
        }
        if let Some(handler) = handler::of(self.resource_type.name()) {
            handler.update(&mut self.call(), &before, &mut draft)?;
        }
        self.complete(&mut draft);
        let Draft { model, hidden } = draft;
        let resource = before.changed(&model, hidden, self.now);
        self.world.put(self.scope, identifier, resource);
        Ok(model)
    }

    /// Removes a resource and what goes with it.
    pub(crate) fn delete(&mut self, identifier: &str) -> Result<(), HandlerError> {
        let resource = self.find(identifier)?;
        if let Some(handler) = handler::of(self.resource_type.name()) {
            handler.delete(&mut self.call(), identifier, &resource)?;
        }
        self.world.remove(self.scope, identifier, self.now);
        Ok(())
    }

    fn find(&self, identifier: &str) -> Result<Resource, HandlerError> {
        self.world
            .store()
            .get(self.scope, identifier)
            .cloned()
            .ok_or_else(|| not_found(self.resource_type, identifier))
    }

    /// Fills a draft up to what a read handler would return, and hides what none returns.
    pub(crate) fn complete(&mut self, draft: &mut Draft) {
        let place = Place {
            account: &self.scope.account,
            region: &self.scope.region,
        };
        generate::complete(
            self.resource_type,
            &mut draft.model,
            &place,
            &mut self.world.sequence,
        );
        hide_write_only(self.resource_type, draft);
    }
}

fn hide_write_only(resource_type: &ResourceType, draft: &mut Draft) {
    let Draft { model, hidden } = draft;
    for path in &resource_type.write_only {
        let found: Vec<Value> = path.all(model).into_iter().cloned().collect();
        let value = match <[Value; 1]>::try_from(found) {
            Ok([value]) => value,
            Err(none) if none.is_empty() => continue,
            Err(several) => Value::Array(several),
        };
        hidden.write_only.insert(path.text.clone(), value);
    }
    resource_type.strip_write_only(model);
}

fn refuse_conditional(
    resource_type: &ResourceType,
    before: &Value,
    after: &Value,
) -> Result<(), HandlerError> {
    let changed: Vec<&str> = resource_type
        .conditional_create_only
        .iter()
        .filter(|path| path.all(before) != path.all(after))
        .map(|path| path.text.as_str())
        .collect();
    if changed.is_empty() {
        return Ok(());
    }
    // The error code is the contract's, the wording is not known [INF].
    Err(HandlerError::new(
        "NotUpdatable",
        format!(
            "conditionalCreateOnlyProperties [{}] cannot be updated",
            changed.join(", ")
        ),
    ))
}

/// The words of a handler that does not find a resource.
pub(crate) fn not_found_message(resource_type: &ResourceType, identifier: &str) -> String {
    if resource_type.name() == "AWS::S3::Bucket" {
        return "Bucket not found".to_owned();
    }
    handler::of(resource_type.name())
        .and_then(|handler| handler.not_found(identifier))
        .unwrap_or_else(|| {
            format!(
                "Resource of type '{}' with identifier '{identifier}' was not found.",
                resource_type.name()
            )
        })
}

pub(crate) fn not_found(resource_type: &ResourceType, identifier: &str) -> HandlerError {
    HandlerError::new("NotFound", not_found_message(resource_type, identifier))
}

fn already_exists(resource_type: &ResourceType, identifier: &str) -> HandlerError {
    let own =
        handler::of(resource_type.name()).and_then(|handler| handler.already_exists(identifier));
    let message = match own {
        Some(message) => message,
        None if resource_type.name() == "AWS::S3::Bucket" => "The bucket Already Exists".to_owned(),
        None => format!(
            "Resource of type '{}' with identifier '{identifier}' already exists.",
            resource_type.name()
        ),
    };
    HandlerError::new("AlreadyExists", message)
}
