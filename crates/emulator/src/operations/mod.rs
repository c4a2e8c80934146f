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
    context::Context,
    fault::FaultEffect,
    handler::{self, Handler},
    identifier::{self, Named},
    protocol::Failure,
    requests::{Course, HandlerError, Operation, Plan, Request, Status, fingerprint},
    resource_type::{Action, ResourceType},
    spoil,
    store::{Resource, Scope},
    switches::{Constraints, IdenticalRetry},
    validate::{self, Found, Violation},
    work,
    world::Accepted,
};

/// Answers an operation by its name.
pub(crate) fn answer(operation: &str, context: &mut Context<'_>) -> Result<Value, Failure> {
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
                    let model = resource.model();
                    parts.iter().all(|(path, part)| {
                        path.find(&model).and_then(identifier::part).as_ref() == Some(part)
                    })
                };
                let found = self
                    .world
                    .store()
                    .of(scope)
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
        self.world.store().get(scope, identifier).ok_or_else(|| {
            let message = work::not_found_message(resource_type, identifier);
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
            .requests()
            .by_client_token(account, region, client_token, self.now);
        let Some(known) = known else {
            return Ok(None);
        };
        let refuse_retry = self.effect == Some(&FaultEffect::TokenConflict)
            || self.rules.switches.identical_retry == IdenticalRetry::Conflict;
        if known.fingerprint == self.fingerprint(operation) && !refuse_retry {
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
            return Err(spoil::concurrent(&token));
        }
        let name = match operation {
            Operation::Create => "CreateResource",
            Operation::Update => "UpdateResource",
            Operation::Delete => "DeleteResource",
        };
        let course = self.course();
        let never_begins = course == Course::NeverBegins;
        let due = match course {
            Course::NeverBegins | Course::NeverEnds => Millis::MAX,
            _ => self.now.saturating_add(millis(self.rules.settle)),
        };
        let request = Request {
            number: self.world.requests().next_number(),
            token: Uuid::new_v4().to_string(),
            client_token: self.input.text("ClientToken").map(str::to_owned),
            fingerprint: self.fingerprint(name),
            account: self.caller.account.clone(),
            region: self.caller.region.clone(),
            type_name: resource_type.name().to_owned(),
            operation,
            status: if never_begins {
                Status::Pending
            } else {
                Status::InProgress
            },
            identifier,
            created: self.now,
            at: self.now,
            due,
            plan,
            course,
            error: None,
            model: None,
        };
        let event = progress(&request.event());
        self.world.accept(request);
        Ok(event)
    }

    /// How a write that is accepted now will go.
    fn course(&self) -> Course {
        let Some(effect) = self.effect else {
            return Course::Ordinary;
        };
        match effect {
            FaultEffect::Fail { code, message } => {
                Course::Fails(HandlerError::new(code, message.clone()))
            }
            FaultEffect::Remnant { code, message } => {
                Course::LeavesRemnant(HandlerError::new(code, message.clone()))
            }
            FaultEffect::Pending => Course::NeverBegins,
            FaultEffect::Stuck => Course::NeverEnds,
            FaultEffect::Unstoppable => Course::Unstoppable,
            FaultEffect::LateCancel => Course::CancelComesLate,
            FaultEffect::Ignore { property } => Course::Ignores(property.clone()),
            FaultEffect::Hook => Course::HookFails,
            _ => Course::Ordinary,
        }
    }

    /// Refuses what the validator refuses before a request is accepted; what handlers find later becomes the plan to fail.
    fn plan(
        &self,
        resource_type: &ResourceType,
        violations: Vec<Violation>,
        plan: impl FnOnce() -> Plan,
    ) -> Result<Plan, Failure> {
        let constraints = self.rules.switches.constraints;
        let (mut later, mut at_once): (Vec<_>, Vec<_>) = violations
            .into_iter()
            .partition(|violation| violation.found == Found::Later);
        // What only the service sets is not the caller's fault.
        later.retain(|violation| {
            let read_only = resource_type.read_only.iter();
            !{ read_only }.any(|path| path.covers(&violation.pointer))
        });
        if handler::of(resource_type.name()).is_some_and(Handler::checks_values) {
            later.retain(|violation| !violation.is_about_value());
        }
        match constraints {
            Constraints::Later => {}
            Constraints::AtOnce => at_once.append(&mut later),
            Constraints::Off => later.clear(),
        }
        if let Some(messages) = validate::joined(&at_once) {
            return Err(Failure::validation(validation_failed(&messages)));
        }
        Ok(match validate::joined(&later) {
            Some(messages) => Plan::Fail(HandlerError::new(
                "InvalidRequest",
                validation_failed(&messages),
            )),
            None => plan(),
        })
    }
}

fn validation_failed(messages: &str) -> String {
    format!("Model validation failed ({messages})")
}

/// The answer that consists of an event.
fn progress(event: &Value) -> Value {
    json!({ "ProgressEvent": event })
}

fn handler_failure(resource_type: &ResourceType, code: &str, message: &str) -> Failure {
    Failure::handler(
        resource_type.name(),
        code,
        message,
        &Uuid::new_v4().to_string(),
    )
}
