//! CreateResource: refuses unknown keys and wrong types at once, accepts the rest, and lets the request fail later.

use serde_json::Value;

use super::{Context, found_later, refuse_at_once};
use crate::{
    identifier,
    protocol::Failure,
    requests::{Operation, Plan},
    resource_type::Action,
    validate,
    world::Accepted,
};

pub(super) fn create(context: &mut Context<'_>) -> Result<Value, Failure> {
    if let Some(event) = context.replay("CreateResource")? {
        return Ok(event);
    }
    let resource_type = context.resource_type(Action::Create)?;
    // How AWS words a DesiredState that is not JSON is not known [INF].
    let mut desired: Value = serde_json::from_str(context.input.required("DesiredState"))
        .map_err(|_| Failure::validation("Invalid DesiredState: it is not a JSON document"))?;
    let violations = validate::model(&resource_type, &desired);
    refuse_at_once(&violations)?;
    let plan = match found_later(&resource_type, violations) {
        Some(error) => Plan::Fail(error),
        None => Plan::Nothing,
    };
    let identifier = identifier::of_desired(&resource_type, &desired);
    // Whether AWS refuses properties that only the service sets is not known; handlers ignore them [INF].
    resource_type.strip_read_only(&mut desired);
    resource_type.strip_write_only(&mut desired);
    let plan = match plan {
        Plan::Nothing => Plan::Create(desired),
        doomed => doomed,
    };
    let scope = context.scope(&resource_type);
    context.accept(
        &scope,
        Accepted {
            operation: Operation::Create,
            resource_type: &resource_type,
            identifier,
            plan,
        },
    )
}
