//! ListResources: pages of 25 whatever the call wants, the view that the type's handler has, the inputs that it needs.

use serde_json::{Map, Value, json};

use super::{Context, handler_failure};
use crate::{
    cognito,
    options::ListView,
    protocol::Failure,
    requests::fingerprint,
    resource_type::{Action, ResourceType},
    store::{Resource, Scope},
    validate,
    world::{self, Rules},
};

/// `MaxResults` is reserved: AWS ignores it, and pages are those of the service behind.
const PAGE: usize = 25;

/// Types whose handlers list everything, as AWS's own examples show; all others list identifiers.
const FULL: [&str; 1] = ["AWS::Logs::LogGroup"];

pub(super) fn list(context: &mut Context<'_>) -> Result<Value, Failure> {
    let resource_type = context.resource_type(Action::List)?;
    let scope = context.scope(&resource_type);
    let model = resource_model(context, &resource_type)?;
    check_parent(context, &resource_type, &scope, &model)?;
    let page = Page::of(&scope, &model);
    let after = match context.input.text("NextToken") {
        None => None,
        // The wording for a token of another list is not known [INF].
        Some(token) => Some(
            page.after(token)
                .ok_or_else(|| Failure::validation("Invalid NextToken"))?,
        ),
    };
    let view = context
        .rules
        .list_views
        .get(resource_type.name())
        .copied()
        .unwrap_or(if FULL.contains(&resource_type.name()) {
            ListView::Full
        } else {
            ListView::Identifier
        });
    let mut found = context
        .world
        .store
        .after(&scope, after.as_deref())
        .filter(|(_, resource)| is_listed(&resource_type, resource, &model));
    let mut descriptions = Vec::new();
    let mut last = None;
    for (identifier, resource) in found.by_ref().take(PAGE) {
        let properties = match view {
            ListView::Identifier => {
                world::identifier_view(&resource_type, &resource.model).to_string()
            }
            ListView::Full => resource.properties.clone(),
        };
        descriptions.push(json!({"Identifier": identifier, "Properties": properties}));
        last = Some(identifier);
    }
    let more = found.next().is_some();
    let mut answer =
        json!({"TypeName": resource_type.name(), "ResourceDescriptions": descriptions});
    if let (true, Some(last)) = (more, last) {
        answer["NextToken"] = json!(page.token(last));
    }
    Ok(answer)
}

/// The call's ResourceModel, which must have what the type's list handler requires.
fn resource_model(
    context: &Context<'_>,
    resource_type: &ResourceType,
) -> Result<Map<String, Value>, Failure> {
    let model = match context.input.text("ResourceModel") {
        None => Value::Object(Map::new()),
        Some(text) => match serde_json::from_str(text) {
            Ok(model @ Value::Object(_)) => model,
            // The wording for a model that is not JSON is not known [INF].
            _ => {
                return Err(Failure::validation(
                    "Invalid ResourceModel: it is not a JSON object",
                ));
            }
        },
    };
    let violations = validate::list_input(resource_type, &model);
    let messages: Vec<String> = violations
        .iter()
        .filter(|violation| {
            violation.found == validate::Found::AtOnce || violation.text.contains("subschema")
        })
        .map(validate::Violation::message)
        .collect();
    if !messages.is_empty() {
        // The missing space is AWS's.
        return Err(Failure::new(
            "InvalidRequestException",
            format!(
                "Missing or invalid ResourceModel property in {} list handler request input.Required property: ({})",
                resource_type.name(),
                messages.join("\n")
            ),
        ));
    }
    let Value::Object(mut members) = model else {
        return Ok(Map::new());
    };
    // A handler looks only at the inputs that it has.
    let inputs = resource_type
        .list_input()
        .and_then(|schema| schema.get("properties"))
        .and_then(Value::as_object);
    members.retain(|name, _| inputs.is_some_and(|inputs| inputs.contains_key(name)));
    Ok(members)
}

/// Refuses to list what belongs to a user pool that is not there. Parents of other types are not checked yet.
fn check_parent(
    context: &Context<'_>,
    resource_type: &ResourceType,
    scope: &Scope,
    model: &Map<String, Value>,
) -> Result<(), Failure> {
    let Some(pool) = model.get("UserPoolId").and_then(Value::as_str) else {
        return Ok(());
    };
    if !cognito::belongs_to_pool(resource_type)
        || context
            .world
            .store
            .get(&Rules::pool_scope(scope), pool)
            .is_some()
    {
        return Ok(());
    }
    let message = cognito::from_service(&cognito::no_pool(pool), &uuid::Uuid::new_v4().to_string());
    Err(handler_failure(resource_type, "NotFound", &message))
}

/// Whether a resource has the values that the call's model names, as far as a resource can show them.
fn is_listed(
    resource_type: &ResourceType,
    resource: &Resource,
    model: &Map<String, Value>,
) -> bool {
    model
        .iter()
        .all(|(name, value)| match resource.model.get(name) {
            Some(own) => own == value,
            None => resource_type.is_write_only(name) || resource_type.property(name).is_none(),
        })
}

/// Pages of one list: a token leads on only in the list that it came from.
struct Page {
    list: String,
}

impl Page {
    fn of(scope: &Scope, model: &Map<String, Value>) -> Self {
        let model = Value::Object(model.clone()).to_string();
        let list = fingerprint([
            scope.account.as_str(),
            &scope.region,
            &scope.type_name,
            &model,
        ]);
        Self {
            list: format!("{list:016x}"),
        }
    }

    /// The token that leads on after an identifier. Opaque to clients, but nothing is kept for it.
    fn token(&self, last: &str) -> String {
        use std::fmt::Write as _;
        let mut token = self.list.clone();
        for byte in last.bytes() {
            let _ = write!(token, "{byte:02x}");
        }
        token
    }

    fn after(&self, token: &str) -> Option<String> {
        let digits = token.strip_prefix(&self.list)?.as_bytes();
        let bytes: Option<Vec<u8>> = digits
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
            .collect();
        String::from_utf8(bytes?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leads_on_only_in_its_own_list() {
        let scope = |region: &str| Scope {
            account: "123456789012".to_owned(),
            region: region.to_owned(),
            type_name: "AWS::S3::Bucket".to_owned(),
        };
        let here = Page::of(&scope("us-east-1"), &Map::new());
        let there = Page::of(&scope("eu-west-1"), &Map::new());
        let token = here.token("a|ü");
        assert_eq!(here.after(&token).as_deref(), Some("a|ü"));
        assert_eq!(there.after(&token), None);
        assert_eq!(here.after("nonsense"), None);
    }
}
