//! CreateResource: refuses unknown keys and wrong types at once, accepts the rest, and lets the request fail later.

use serde_json::Value;

use crate::{
    context::Context,
    handler::Draft,
    identifier,
    protocol::Failure,
    requests::{Operation, Plan},
    resource_type::{Action, ResourceType},
    switches::ReadOnlyInput,
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
    if context.rules.switches.read_only_input == ReadOnlyInput::Refuse {
        refuse_read_only(&resource_type, &desired)?;
    }
    let identifier = identifier::of_desired(&resource_type, &desired);
    // Whether AWS refuses properties that only the service sets is not known; by default handlers ignore them [INF].
    resource_type.strip_read_only(&mut desired);
    let plan = context.plan(&resource_type, violations, || {
        Plan::Create(Draft::new(desired))
    })?;
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

fn refuse_read_only(resource_type: &ResourceType, desired: &Value) -> Result<(), Failure> {
    let given: Vec<&str> = resource_type
        .read_only
        .iter()
        .filter(|path| path.find(desired).is_some())
        .map(|path| path.text.as_str())
        .collect();
    if given.is_empty() {
        return Ok(());
    }
    // The words are CloudFormation's for templates [INF].
    Err(Failure::validation(format!(
        "Encountered unsupported properties: readOnlyProperties [{}] cannot be specified",
        given.join(", ")
    )))
}
