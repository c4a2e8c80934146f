//! What a fault makes of a call: a refusal before anything is done, or a spoilt answer after.
//!
//! Which call a fault is aimed at is decided in [`crate::fault`]; the server asks here what to send.

use axum::http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    caller::Caller,
    fault::FaultEffect,
    input::Input,
    protocol::{self, Failure},
    server::Outgoing,
    world::{self, Rules},
};

/// The refusal that a fault amounts to before anything is done.
pub(crate) fn refusal(
    effect: &FaultEffect,
    operation: &str,
    input: &Input,
    caller: &Caller,
    rules: &Rules,
) -> Option<Failure> {
    match effect {
        FaultEffect::Deny => {
            let Caller {
                account, region, ..
            } = caller;
            let user = caller.arn();
            let partition = user.split(':').nth(1).unwrap_or("aws");
            Some(Failure::new(
                "AccessDeniedException",
                format!(
                    "User: {user} is not authorized to perform: cloudformation:{operation} on resource: \
                     arn:{partition}:cloudformation:{region}:{account}:resource/* because no identity-based policy allows \
                     the cloudformation:{operation} action"
                ),
            ))
        }
        FaultEffect::Throttle => Some(Failure::new("ThrottlingException", "Rate exceeded")),
        FaultEffect::Internal => Some(Failure::new("InternalFailure", "Internal Failure")),
        FaultEffect::Vanish => {
            let type_name = input.required("TypeName");
            let identifier = input.required("Identifier");
            let message = rules.types.get(type_name).map_or_else(
                || "null".to_owned(),
                |resource_type| world::not_found_message(&resource_type, identifier),
            );
            Some(Failure::handler(
                type_name,
                "NotFound",
                &message,
                &Uuid::new_v4().to_string(),
            ))
        }
        _ => None,
    }
}

/// The token that leads nowhere.
const SAME_TOKEN: &str = "c2FtZQ==";

/// Turns an answer into what a fault makes of it.
pub(crate) fn spoil(
    effect: Option<&FaultEffect>,
    mut answer: Value,
    rules: &Rules,
) -> Result<Outgoing, Failure> {
    let mut content_type = protocol::JSON;
    let body = match effect {
        Some(FaultEffect::Lost) => return Err(Failure::new("InternalFailure", "Internal Failure")),
        Some(FaultEffect::NotJson) => {
            content_type = "text/html";
            b"<html><body><h1>502 Bad Gateway</h1></body></html>".to_vec()
        }
        Some(FaultEffect::Truncate) => {
            let mut body = answer.to_string().into_bytes();
            body.truncate(body.len() / 2);
            body
        }
        Some(FaultEffect::TokenLoop) => {
            answer["NextToken"] = json!(SAME_TOKEN);
            answer.to_string().into_bytes()
        }
        Some(FaultEffect::PropertiesNotJson) => {
            for properties in properties_of(&mut answer) {
                *properties = json!("{\"Name\":");
            }
            answer.to_string().into_bytes()
        }
        Some(FaultEffect::PropertiesWrongType) => {
            let resource_type = answer["TypeName"]
                .as_str()
                .and_then(|name| rules.types.get(name));
            let own: Vec<String> = resource_type
                .iter()
                .flat_map(|resource_type| &resource_type.primary)
                .map(|path| path.name().to_owned())
                .collect();
            for properties in properties_of(&mut answer) {
                let mut model: Value = properties
                    .as_str()
                    .and_then(|text| serde_json::from_str(text).ok())
                    .unwrap_or_default();
                for (name, value) in model.as_object_mut().into_iter().flatten() {
                    if !own.contains(name) {
                        *value = if value.is_string() {
                            json!([1])
                        } else {
                            json!("unexpected")
                        };
                    }
                }
                *properties = json!(model.to_string());
            }
            answer.to_string().into_bytes()
        }
        _ => answer.to_string().into_bytes(),
    };
    Ok(Outgoing {
        status: StatusCode::OK,
        content_type,
        body,
    })
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
