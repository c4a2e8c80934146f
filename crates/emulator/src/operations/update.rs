//! UpdateResource: reads, patches what it read, and refuses at once what the whole result violates.

use serde_json::Value;

use crate::{
    context::Context,
    handler::Draft,
    patch::{self, Patch, Refusal},
    protocol::Failure,
    requests::{Operation, Plan},
    resource_type::Action,
    validate,
    world::Accepted,
};

pub(super) fn update(context: &mut Context<'_>) -> Result<Value, Failure> {
    if let Some(event) = context.replay("UpdateResource")? {
        return Ok(event);
    }
    // The document is read before the type is looked up, so a malformed one is refused first.
    let patch = Patch::parse(context.input.required("PatchDocument")).map_err(failure)?;
    let resource_type = context.resource_type(Action::Update)?;
    let scope = context.scope(&resource_type);
    let identifier = context.identifier(&resource_type, &scope)?;
    let before = context.read(&resource_type, &scope, &identifier)?.model();
    patch
        .check_paths(&resource_type, context.rules.switches.create_only)
        .map_err(failure)?;
    let after = patch.apply(&before).map_err(failure)?;
    patch::check_values(&resource_type, &before, &after).map_err(failure)?;
    let violations = validate::model(&resource_type, &after);
    let plan = context.plan(&resource_type, violations, || {
        Plan::Update(Draft::new(after))
    })?;
    context.accept(
        &scope,
        Accepted {
            operation: Operation::Update,
            resource_type: &resource_type,
            identifier: Some(identifier),
            plan,
        },
    )
}

fn failure(refusal: Refusal) -> Failure {
    match refusal {
        Refusal::Invalid(message) => Failure::validation(message),
        Refusal::NotUpdatable(message) => Failure::new("NotUpdatableException", message),
    }
}
