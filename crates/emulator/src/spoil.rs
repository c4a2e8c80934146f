//! What a fault makes of a call: a refusal before anything is done, an answer that is spoilt, a connection that breaks.
//!
//! Which call a fault strikes is decided in [`crate::fault`]; the operations themselves see to the effects on writes.

use hyper::{
    StatusCode,
    header::{CONTENT_TYPE, HeaderValue},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    caller::Caller,
    context::Context,
    crash::CrashPoint,
    fault::{FaultEffect, Faults},
    http::{Manner, Outgoing},
    input::Input,
    protocol::{Failure, RATE_EXCEEDED},
    resource_type::ResourceType,
    service::Service,
    work,
    world::Rules,
};

/// The refusal that a fault amounts to before anything is done.
pub(crate) fn refusal(
    effect: &FaultEffect,
    service: Service,
    operation: &str,
    input: &Input,
    caller: &Caller,
) -> Option<Failure> {
    Some(match effect {
        FaultEffect::Deny => denied(service, operation, caller),
        FaultEffect::Throttle => Failure::new("ThrottlingException", RATE_EXCEEDED),
        FaultEffect::Expired => Failure::new(
            "ExpiredTokenException",
            "The security token included in the request is expired",
        ),
        FaultEffect::Internal | FaultEffect::Reset => Failure::internal(),
        // The words are those of other AWS services [INF].
        FaultEffect::Unavailable => Failure::new(
            "ServiceUnavailable",
            "The service is unavailable. Please retry.",
        ),
        FaultEffect::Handler { code, message } => Failure::handler(
            input.required("TypeName"),
            code,
            message,
            &Uuid::new_v4().to_string(),
        ),
        FaultEffect::Concurrent => concurrent(&Uuid::new_v4().to_string()),
        _ => return None,
    })
}

/// The words for a caller who may not do something; IAM knows Cloud Control's operations as CloudFormation's.
fn denied(service: Service, operation: &str, caller: &Caller) -> Failure {
    let user = &caller.arn;
    let message = if service == Service::CloudControl {
        let Caller {
            account, region, ..
        } = caller;
        let partition = user.split(':').nth(1).unwrap_or("aws");
        format!(
            "User: {user} is not authorized to perform: cloudformation:{operation} on resource: \
             arn:{partition}:cloudformation:{region}:{account}:resource/* because no identity-based policy allows the \
             cloudformation:{operation} action"
        )
    } else {
        format!(
            "User: {user} is not authorized to perform: {}:{operation}",
            service.name()
        )
    };
    Failure::new("AccessDeniedException", message)
}

/// The refusal of a write while another one for the same resource is unfinished.
///
/// The exception and the token in its text are known, the rest of the wording is not [INF].
pub(crate) fn concurrent(token: &str) -> Failure {
    Failure::new(
        "ConcurrentOperationException",
        format!(
            "Another operation with RequestToken {token} is already in progress for this resource"
        ),
    )
}

/// Changes a request that is to be answered as if it had been another one.
pub(crate) fn input(effect: Option<&FaultEffect>, input: &mut Input) {
    if effect == Some(&FaultEffect::TokenLoop) {
        // The token that leads nowhere leads to the first page.
        input.forget("NextToken");
    }
}

/// The refusal of a read that comes too soon after the resource was created.
pub(crate) fn late(faults: &mut Faults, reads: u32, context: &mut Context<'_>) -> Option<Failure> {
    let resource_type = context
        .rules
        .types
        .get(context.input.required("TypeName"))?;
    let Caller {
        account, region, ..
    } = context.caller;
    let scope = context.rules.scope(&resource_type, account, region);
    let identifier = context.input.required("Identifier");
    let created = context.world.store().get(&scope, identifier)?.created;
    faults
        .is_early(&scope, identifier, created, reads)
        .then(|| missing(&resource_type, identifier))
}

/// The refusal of a read that does not find its resource.
fn missing(resource_type: &ResourceType, identifier: &str) -> Failure {
    Failure::handler(
        resource_type.name(),
        "NotFound",
        &work::not_found_message(resource_type, identifier),
        &Uuid::new_v4().to_string(),
    )
}

/// The token that leads nowhere.
const SAME_TOKEN: &str = "c2FtZQ==";
/// The token of an empty page before the first one.
pub(crate) const EMPTY_PAGE_TOKEN: &str = "ZW1wdHk=";

/// Turns an answer into what a fault makes of it.
pub(crate) fn answer(
    effect: Option<&FaultEffect>,
    mut answer: Value,
    rules: &Rules,
    draw: usize,
) -> Result<Value, Failure> {
    let Some(effect) = effect else {
        return Ok(answer);
    };
    let resource_type = answer["TypeName"]
        .as_str()
        .and_then(|name| rules.types.get(name));
    match effect {
        FaultEffect::Lost => return Err(Failure::internal()),
        FaultEffect::Vanish => {
            let identifier = answer["ResourceDescription"]["Identifier"].as_str();
            let (Some(resource_type), Some(identifier)) = (resource_type, identifier) else {
                return Ok(answer);
            };
            return Err(missing(&resource_type, identifier));
        }
        FaultEffect::TokenLoop => answer["NextToken"] = json!(SAME_TOKEN),
        FaultEffect::PropertiesNotJson => {
            for properties in properties_of(&mut answer) {
                *properties = json!("{\"Name\":");
            }
        }
        FaultEffect::PropertiesWrongType => {
            let own: Vec<String> = resource_type
                .iter()
                .flat_map(|resource_type| &resource_type.primary)
                .map(|path| path.name().to_owned())
                .collect();
            change_models(&mut answer, |model| wrong_types(model, &own));
        }
        FaultEffect::Shuffle => {
            if let Some(resource_type) = &resource_type {
                change_models(&mut answer, |model| {
                    shuffle(resource_type, resource_type.document(), model, draw);
                });
            }
        }
        FaultEffect::Filled => {
            if let Some(resource_type) = &resource_type {
                change_models(&mut answer, |model| fill(resource_type, model));
            }
        }
        _ => {}
    }
    Ok(answer)
}

/// An empty page that leads to the page that was asked for, if that is what a fault wants and it has not been given yet.
pub(crate) fn empty_page(context: &Context<'_>, type_name: &str) -> Option<Value> {
    let wanted = context.effect == Some(&FaultEffect::EmptyPage);
    (wanted && context.input.text("NextToken").is_none()).then(|| {
        json!({"TypeName": type_name, "ResourceDescriptions": [], "NextToken": EMPTY_PAGE_TOKEN})
    })
}

/// Sees to what happens to an answer on its way.
pub(crate) fn outgoing(effect: &FaultEffect, outgoing: &mut Outgoing) {
    match effect {
        FaultEffect::NotJson => {
            outgoing.status = StatusCode::OK;
            outgoing
                .headers
                .insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
            outgoing.body = b"<html><body><h1>502 Bad Gateway</h1></body></html>".to_vec();
        }
        FaultEffect::Truncate => outgoing.body.truncate(outgoing.body.len() / 2),
        FaultEffect::Reset | FaultEffect::Drop => outgoing.manner = Manner::Closed,
        FaultEffect::Cut => outgoing.manner = Manner::Cut,
        FaultEffect::Slow { over } => outgoing.manner = Manner::Slow(*over),
        FaultEffect::Delay { by } => outgoing.delay += *by,
        FaultEffect::Crash {
            at: CrashPoint::Answering,
        } => outgoing.manner = Manner::DieBefore,
        FaultEffect::Crash {
            at: CrashPoint::Answered,
        } => outgoing.manner = Manner::DieWithin,
        _ => {}
    }
}

/// Applies a change to the model of every resource in an answer.
fn change_models(answer: &mut Value, mut change: impl FnMut(&mut Value)) {
    for properties in properties_of(answer) {
        let mut model: Value = properties
            .as_str()
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        change(&mut model);
        *properties = json!(model.to_string());
    }
}

/// The `Properties` of every resource in an answer.
fn properties_of(answer: &mut Value) -> Vec<&mut Value> {
    let mut found = Vec::new();
    if let Some(members) = answer.as_object_mut() {
        for (name, value) in members {
            let descriptions = match name.as_str() {
                "ResourceDescriptions" => value
                    .as_array_mut()
                    .map(Vec::as_mut_slice)
                    .unwrap_or_default(),
                "ResourceDescription" => std::slice::from_mut(value),
                _ => continue,
            };
            found.extend(
                descriptions
                    .iter_mut()
                    .filter_map(|one| one.get_mut("Properties")),
            );
        }
    }
    found
}

fn wrong_types(model: &mut Value, own: &[String]) {
    for (name, value) in model.as_object_mut().into_iter().flatten() {
        if !own.contains(name) {
            *value = if value.is_string() {
                json!([1])
            } else {
                json!("unexpected")
            };
        }
    }
}

/// Turns every array whose order means nothing by a number of places.
fn shuffle(resource_type: &ResourceType, schema: &Value, value: &mut Value, draw: usize) {
    let schema = resource_type.resolve(schema);
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if let Some(property) = schema.get("properties").and_then(|all| all.get(name)) {
                    shuffle(resource_type, property, member, draw);
                }
            }
        }
        Value::Array(items) => {
            if let Some(schema) = schema.get("items") {
                for item in items.iter_mut() {
                    shuffle(resource_type, schema, item, draw);
                }
            }
            if schema.get("insertionOrder") == Some(&Value::Bool(false)) && items.len() > 1 {
                // Never by none, so that the order is another one than what was set.
                let places = draw % (items.len() - 1) + 1;
                items.rotate_left(places);
            }
        }
        _ => {}
    }
}

/// Sets properties that nobody set: the first value of an enum, false, an empty list, as services are seen to fill them in.
fn fill(resource_type: &ResourceType, model: &mut Value) {
    let Some(members) = model.as_object_mut() else {
        return;
    };
    let properties = resource_type.document()["properties"].as_object();
    for (name, property) in properties.into_iter().flatten() {
        let property = resource_type.resolve(property);
        if members.contains_key(name)
            || resource_type.is_write_only(name)
            || resource_type.is_read_only(name)
        {
            continue;
        }
        let first = property.get("enum").and_then(|all| all.get(0)).cloned();
        let value = match (first, property.get("type").and_then(Value::as_str)) {
            (Some(first), _) => first,
            (None, Some("boolean")) => json!(false),
            (None, Some("array")) => json!([]),
            (None, Some("object")) => json!({}),
            _ => continue,
        };
        members.insert(name.clone(), value);
    }
}
