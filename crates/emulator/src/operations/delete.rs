//! DeleteResource: accepted whether or not the resource exists; that it does not is found out later.

use serde_json::Value;

use crate::{
    context::Context,
    protocol::Failure,
    requests::{Operation, Plan},
    resource_type::Action,
    world::Accepted,
};

pub(super) fn delete(context: &mut Context<'_>) -> Result<Value, Failure> {
    if let Some(event) = context.replay("DeleteResource")? {
        return Ok(event);
    }
    let resource_type = context.resource_type(Action::Delete)?;
    let scope = context.scope(&resource_type);
    let identifier = context.identifier(&resource_type, &scope)?;
    context.accept(
        &scope,
        Accepted {
            operation: Operation::Delete,
            resource_type: &resource_type,
            identifier: Some(identifier),
            plan: Plan::Delete,
        },
    )
}
