//! GetResource: the read model as it was kept.

use serde_json::{Value, json};

use crate::{context::Context, protocol::Failure, resource_type::Action};

pub(super) fn get(context: &mut Context<'_>) -> Result<Value, Failure> {
    let resource_type = context.resource_type(Action::Read)?;
    let scope = context.scope(&resource_type);
    let identifier = context.identifier(&resource_type, &scope)?;
    let resource = context.read(&resource_type, &scope, &identifier)?;
    Ok(json!({
        "TypeName": resource_type.name(),
        "ResourceDescription": {"Identifier": identifier, "Properties": resource.properties()},
    }))
}
