//! Everything that changes: resources, requests, the sequence of made-up values. One lock guards it; time moves it on.
//!
//! Nothing runs in the background. Before each answer [`World::settle`] carries out, in order, the requests whose time has come.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde_json::Value;
use uuid::Uuid;

use crate::{
    arn::Place,
    clock::Millis,
    cognito, generate, identifier,
    options::{CreateOnlyCheck, ListView, ModelEcho, Options},
    requests::{HandlerError, Operation, Plan, Request, Requests, Status},
    resource_type::{ResourceType, Types},
    sequence::Sequence,
    store::{Resource, Scope, Store},
};

/// What stays the same while an emulator runs.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) types: Types,
    pub(crate) settle: Duration,
    pub(crate) model_echo: ModelEcho,
    pub(crate) create_only: CreateOnlyCheck,
    pub(crate) list_views: BTreeMap<String, ListView>,
}

impl Rules {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            types: Types::new(Arc::clone(&options.schemas)),
            settle: options.settle,
            model_echo: options.model_echo,
            create_only: options.create_only,
            list_views: options.list_views.clone(),
        }
    }

    /// Where resources of a type live that a caller sees.
    pub(crate) fn scope(&self, resource_type: &ResourceType, account: &str, region: &str) -> Scope {
        Scope {
            account: account.to_owned(),
            region: self.types.home(resource_type, region).to_owned(),
            type_name: resource_type.name().to_owned(),
        }
    }

    /// Where the pool lives that a resource of this type belongs to.
    pub(crate) fn pool_scope(scope: &Scope) -> Scope {
        Scope {
            type_name: cognito::USER_POOL.to_owned(),
            ..scope.clone()
        }
    }
}

/// Everything that changes.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) requests: Requests,
    pub(crate) sequence: Sequence,
    /// Whether there is something that the state file does not have yet.
    pub(crate) changed: bool,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            store: Store::default(),
            requests: Requests::default(),
            sequence: Sequence::new(seed),
            changed: false,
        }
    }

    /// Brings the world to the present.
    pub(crate) fn settle(&mut self, rules: &Rules, now: Millis) {
        while let Some(mut request) = self.requests.take_due(now) {
            request.at = request.due;
            let plan = std::mem::replace(&mut request.plan, Plan::Nothing);
            if request.status == Status::CancelInProgress {
                request.status = Status::CancelComplete;
            } else {
                match self.carry_out(rules, &mut request, plan) {
                    Ok(()) => request.status = Status::Success,
                    Err(error) => {
                        request.status = Status::Failed;
                        request.error = Some(error);
                    }
                }
            }
            self.requests.finish(request);
            self.changed = true;
        }
        self.changed |= self.requests.forget(now);
    }

    fn carry_out(
        &mut self,
        rules: &Rules,
        request: &mut Request,
        plan: Plan,
    ) -> Result<(), HandlerError> {
        let Some(resource_type) = rules.types.get(&request.type_name) else {
            // Accepted by an emulator with other schemas.
            return Err(HandlerError::new("InternalFailure", "Internal Failure"));
        };
        let scope = rules.scope(&resource_type, &request.account, &request.region);
        match plan {
            Plan::Create(model) => {
                let (identifier, model) = self.create(&resource_type, &scope, request, model)?;
                request.model = echo(rules.model_echo, &resource_type, &model);
                self.store.put(&scope, &identifier, Resource::new(model));
                Ok(())
            }
            Plan::Update(mut model) => {
                let identifier = request.identifier.clone().unwrap_or_default();
                if self.store.get(&scope, &identifier).is_none() {
                    return Err(not_found(&resource_type, &identifier));
                }
                self.complete(&resource_type, &scope, &mut model);
                refuse(&resource_type, &model)?;
                request.model = echo(rules.model_echo, &resource_type, &model);
                self.store.put(&scope, &identifier, Resource::new(model));
                Ok(())
            }
            Plan::Delete => {
                let identifier = request.identifier.clone().unwrap_or_default();
                self.delete(&resource_type, &scope, &identifier)
            }
            Plan::Fail(error) => Err(error),
            Plan::Nothing => Ok(()),
        }
    }

    fn create(
        &mut self,
        resource_type: &ResourceType,
        scope: &Scope,
        request: &mut Request,
        mut model: Value,
    ) -> Result<(String, Value), HandlerError> {
        if cognito::belongs_to_pool(resource_type) {
            let pool = model
                .get("UserPoolId")
                .and_then(Value::as_str)
                .unwrap_or_default();
            if self.store.get(&Rules::pool_scope(scope), pool).is_none() {
                return Err(HandlerError::new(
                    "NotFound",
                    from_cognito(&cognito::no_pool(pool)),
                ));
            }
        }
        refuse(resource_type, &model)?;
        self.complete(resource_type, scope, &mut model);
        let identifier = identifier::of_model(resource_type, &model)
            .ok_or_else(|| HandlerError::new("InternalFailure", "Internal Failure"))?;
        request.identifier = Some(identifier.clone());
        if self.store.get(scope, &identifier).is_some() {
            return Err(already_exists(resource_type, &identifier));
        }
        Ok((identifier, model))
    }

    fn complete(&mut self, resource_type: &ResourceType, scope: &Scope, model: &mut Value) {
        let place = Place {
            account: &scope.account,
            region: &scope.region,
        };
        generate::complete(resource_type, model, &place, &mut self.sequence);
        resource_type.strip_write_only(model);
    }

    fn delete(
        &mut self,
        resource_type: &ResourceType,
        scope: &Scope,
        identifier: &str,
    ) -> Result<(), HandlerError> {
        let Some(resource) = self.store.get(scope, identifier) else {
            return Err(not_found(resource_type, identifier));
        };
        if let Some(message) = cognito::delete_refusal(resource_type, &resource.model) {
            return Err(HandlerError::new("InvalidRequest", from_cognito(&message)));
        }
        self.store.remove(scope, identifier);
        if resource_type.name() == cognito::USER_POOL {
            // What belongs to a pool goes with it.
            self.store.remove_where(|other, model| {
                other.account == scope.account
                    && other.region == scope.region
                    && other.type_name.starts_with("AWS::Cognito::UserPool")
                    && model.get("UserPoolId").and_then(Value::as_str) == Some(identifier)
            });
        }
        Ok(())
    }

    /// Puts a resource into the world as if it had always been there.
    pub(crate) fn place(
        &mut self,
        resource_type: &ResourceType,
        scope: &Scope,
        mut model: Value,
    ) -> Placed {
        self.complete(resource_type, scope, &mut model);
        let Some(identifier) = identifier::of_model(resource_type, &model) else {
            return Placed::Nameless;
        };
        if self.store.get(scope, &identifier).is_some() {
            return Placed::There(identifier);
        }
        self.store.put(scope, &identifier, Resource::new(model));
        self.changed = true;
        Placed::New(identifier)
    }

    /// The token of the unfinished request for a resource, if there is one.
    pub(crate) fn in_flight(
        &self,
        rules: &Rules,
        resource_type: &ResourceType,
        scope: &Scope,
        identifier: &str,
    ) -> Option<String> {
        self.requests
            .in_flight(&scope.account)
            .find(|request| {
                request.type_name == resource_type.name()
                    && request.identifier.as_deref() == Some(identifier)
                    && rules.types.home(resource_type, &request.region) == scope.region
            })
            .map(|request| request.token.clone())
    }
}

/// What became of a resource that was to be put into the world.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Placed {
    New(String),
    There(String),
    /// Its identifier cannot be made.
    Nameless,
}

fn refuse(resource_type: &ResourceType, model: &Value) -> Result<(), HandlerError> {
    cognito::refusal(resource_type, model).map_or(Ok(()), |message| {
        Err(HandlerError::new("InvalidRequest", from_cognito(&message)))
    })
}

fn from_cognito(message: &str) -> String {
    cognito::from_service(message, &Uuid::new_v4().to_string())
}

/// The words of a handler that does not find a resource.
pub(crate) fn not_found_message(resource_type: &ResourceType, identifier: &str) -> String {
    if resource_type.name() == "AWS::S3::Bucket" {
        return "Bucket not found".to_owned();
    }
    cognito::not_found(resource_type, identifier).map_or_else(
        || {
            format!(
                "Resource of type '{}' with identifier '{identifier}' was not found.",
                resource_type.name()
            )
        },
        |message| from_cognito(&message),
    )
}

fn not_found(resource_type: &ResourceType, identifier: &str) -> HandlerError {
    HandlerError::new("NotFound", not_found_message(resource_type, identifier))
}

fn already_exists(resource_type: &ResourceType, identifier: &str) -> HandlerError {
    let message = if resource_type.name() == "AWS::S3::Bucket" {
        "The bucket Already Exists".to_owned()
    } else {
        format!(
            "Resource of type '{}' with identifier '{identifier}' already exists.",
            resource_type.name()
        )
    };
    HandlerError::new("AlreadyExists", message)
}

/// The `ResourceModel` of a successful event.
fn echo(model_echo: ModelEcho, resource_type: &ResourceType, model: &Value) -> Option<Value> {
    match model_echo {
        ModelEcho::Full => Some(model.clone()),
        ModelEcho::Identifier => Some(identifier_view(resource_type, model)),
        ModelEcho::Absent => None,
    }
}

/// The model's identifier properties alone.
pub(crate) fn identifier_view(resource_type: &ResourceType, model: &Value) -> Value {
    let mut view = Value::Object(serde_json::Map::new());
    for path in &resource_type.primary {
        if let Some(value) = path.find(model) {
            path.set(&mut view, value.clone());
        }
    }
    view
}

/// A request that is accepted now.
pub(crate) struct Accepted<'request> {
    pub(crate) operation: Operation,
    pub(crate) resource_type: &'request ResourceType,
    pub(crate) identifier: Option<String>,
    pub(crate) plan: Plan,
}
