//! The eight operations of Cloud Control, one file each, and what they share: resolving types, accepting writes.
//!
//! The order of the checks is AWS's, as far as it is known: members, client token, type, action, model or identifier,
//! concurrency.

mod cancel;
mod create;
mod delete;
mod get;
mod list;
mod requests;
mod status;
mod update;

use std::sync::Arc;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    caller::Caller,
    clock::{Millis, millis},
    identifier::{self, Named},
    input::{Input, NextToken},
    protocol::Failure,
    requests::{HandlerError, Operation, Plan, Request, Status, fingerprint},
    resource_type::{Action, ResourceType},
    store::{Resource, Scope},
    validate::{self, Violation},
    world::{self, Accepted, Rules, World},
};

/// One call of an operation.
pub(crate) struct Context<'call> {
    pub(crate) rules: &'call Rules,
    pub(crate) world: &'call mut World,
    pub(crate) caller: &'call Caller,
    pub(crate) input: &'call Input,
    pub(crate) now: Millis,
    /// A failure that a write is to end with.
    pub(crate) doomed: Option<HandlerError>,
    /// Whether a client token that is known is refused even if nothing differs.
    pub(crate) refuse_retry: bool,
}

/// Answers an operation by its name.
pub(crate) fn answer(operation: &str, context: &mut Context<'_>) -> Result<Value, Failure> {
    let (required, next_token): (&[&str], _) = match operation {
        "CreateResource" => (&["TypeName", "DesiredState"], NextToken::None),
        "GetResource" | "DeleteResource" => (&["TypeName", "Identifier"], NextToken::None),
        "UpdateResource" => (
            &["TypeName", "Identifier", "PatchDocument"],
            NextToken::None,
        ),
        "ListResources" => (&["TypeName"], NextToken::OfHandler),
        "GetResourceRequestStatus" | "CancelResourceRequest" => {
            (&["RequestToken"], NextToken::None)
        }
        "ListResourceRequests" => (&[], NextToken::OfRequests),
        _ => {
            return Err(Failure::new(
                "UnknownOperationException",
                "The requested operation is not recognized by the service.",
            ));
        }
    };
    context.input.check(required, next_token)?;
    match operation {
        "CreateResource" => create::create(context),
        "GetResource" => get::get(context),
        "UpdateResource" => update::update(context),
        "DeleteResource" => delete::delete(context),
        "ListResources" => list::list(context),
        "GetResourceRequestStatus" => status::status(context),
        "CancelResourceRequest" => cancel::cancel(context),
        _ => requests::requests(context),
    }
}

impl Context<'_> {
    /// The type that the call names, if it exists here and can do this.
    fn resource_type(&self, action: Action) -> Result<Arc<ResourceType>, Failure> {
        let type_name = self.input.required("TypeName");
        // A type that this region does not have is taken to be unknown there [INF].
        let Some(resource_type) = self.rules.types.in_region(type_name, &self.caller.region) else {
            return Err(Failure::new(
                "TypeNotFoundException",
                format!("The type '{type_name}' cannot be found."),
            ));
        };
        if !resource_type.supports(action) {
            return Err(Failure::new(
                "UnsupportedActionException",
                format!(
                    "Resource type {type_name} does not support {} action",
                    action.word()
                ),
            ));
        }
        Ok(resource_type)
    }

    fn scope(&self, resource_type: &ResourceType) -> Scope {
        self.rules
            .scope(resource_type, &self.caller.account, &self.caller.region)
    }

    /// The primary identifier that the call means: the one it gives, or that of the resource with the additional one it gives.
    fn identifier(&self, resource_type: &ResourceType, scope: &Scope) -> Result<String, Failure> {
        let text = self.input.required("Identifier");
        match identifier::parse(resource_type, text).map_err(Failure::validation)? {
            Named::Primary(identifier) => Ok(identifier),
            Named::Additional(parts) => {
                let has_all = |resource: &Resource| {
                    parts.iter().all(|(path, part)| {
                        path.find(&resource.model)
                            .and_then(identifier::part)
                            .as_ref()
                            == Some(part)
                    })
                };
                let found = self
                    .world
                    .store
                    .after(scope, None)
                    .find(|(_, resource)| has_all(resource))
                    .map(|(identifier, _)| identifier.to_owned());
                Ok(found.unwrap_or_else(|| text.to_owned()))
            }
        }
    }

    /// The resource that the call names.
    fn read(
        &self,
        resource_type: &ResourceType,
        scope: &Scope,
        identifier: &str,
    ) -> Result<&Resource, Failure> {
        self.world.store.get(scope, identifier).ok_or_else(|| {
            let message = world::not_found_message(resource_type, identifier);
            handler_failure(resource_type, "NotFound", &message)
        })
    }

    /// Everything that a client token is compared by.
    fn fingerprint(&self, operation: &str) -> u64 {
        let members = [
            "TypeName",
            "TypeVersionId",
            "RoleArn",
            "Identifier",
            "DesiredState",
            "PatchDocument",
        ];
        let members = members.map(|name| self.input.text(name).unwrap_or_default());
        fingerprint([operation].into_iter().chain(members))
    }

    /// The event of the request that this call repeats, if its client token is known.
    fn replay(&self, operation: &str) -> Result<Option<Value>, Failure> {
        let Caller {
            account, region, ..
        } = self.caller;
        let Some(client_token) = self.input.text("ClientToken") else {
            return Ok(None);
        };
        let known = self
            .world
            .requests
            .by_client_token(account, region, client_token, self.now);
        let Some(known) = known else {
            return Ok(None);
        };
        if known.fingerprint == self.fingerprint(operation) && !self.refuse_retry {
            return Ok(Some(progress(&known.event())));
        }
        Err(Failure::new(
            "ClientTokenConflictException",
            format!(
                "ClientToken {client_token} is already associated with an existing operation with RequestToken {}",
                known.token
            ),
        ))
    }

    /// Accepts a write, unless another one for the same resource is unfinished.
    fn accept(&mut self, scope: &Scope, accepted: Accepted<'_>) -> Result<Value, Failure> {
        let Accepted {
            operation,
            resource_type,
            identifier,
            plan,
        } = accepted;
        if let Some(identifier) = &identifier
            && let Some(token) = self
                .world
                .in_flight(self.rules, resource_type, scope, identifier)
        {
            // The exception and the token in its text are known, the rest of the wording is not.
            return Err(Failure::new(
                "ConcurrentOperationException",
                format!(
                    "Another operation with RequestToken {token} is already in progress for this resource"
                ),
            ));
        }
        let name = match operation {
            Operation::Create => "CreateResource",
            Operation::Update => "UpdateResource",
            Operation::Delete => "DeleteResource",
        };
        let request = Request {
            number: self.world.requests.next_number(),
            token: Uuid::new_v4().to_string(),
            client_token: self.input.text("ClientToken").map(str::to_owned),
            fingerprint: self.fingerprint(name),
            account: self.caller.account.clone(),
            region: self.caller.region.clone(),
            type_name: resource_type.name().to_owned(),
            operation,
            status: Status::InProgress,
            identifier,
            created: self.now,
            at: self.now,
            due: self.now.saturating_add(millis(self.rules.settle)),
            plan: self.doomed.take().map_or(plan, Plan::Fail),
            error: None,
            model: None,
        };
        let event = progress(&request.event());
        self.world.requests.accept(request);
        self.world.changed = true;
        Ok(event)
    }
}

/// The answer that consists of an event.
fn progress(event: &Value) -> Value {
    json!({ "ProgressEvent": event })
}

fn handler_failure(resource_type: &ResourceType, code: &'static str, message: &str) -> Failure {
    Failure::handler(
        resource_type.name(),
        code,
        message,
        &Uuid::new_v4().to_string(),
    )
}

/// Refuses what the validator refuses before a request is accepted.
fn refuse_at_once(violations: &[Violation]) -> Result<(), Failure> {
    match validate::joined(violations, validate::Found::AtOnce) {
        Some(messages) => Err(Failure::validation(format!(
            "Model validation failed ({messages})"
        ))),
        None => Ok(()),
    }
}

/// What a handler finds wrong later; what only the service sets is not the caller's fault.
fn found_later(
    resource_type: &ResourceType,
    mut violations: Vec<Violation>,
) -> Option<HandlerError> {
    violations.retain(|violation| {
        !resource_type
            .read_only
            .iter()
            .any(|path| path.covers(&violation.pointer))
    });
    validate::joined(&violations, validate::Found::Later).map(|messages| {
        HandlerError::new(
            "InvalidRequest",
            format!("Model validation failed ({messages})"),
        )
    })
}
