//! ListResources: pages of 25 whatever the call wants, the view that the type's handler has, the inputs that it needs.

use serde_json::{Map, Value, json};

use super::handler_failure;
use crate::{
    clock::millis,
    context::Context,
    fault::FaultEffect,
    handler, identifier,
    parents::Parent,
    protocol::Failure,
    requests::fingerprint,
    resource_type::{Action, ResourceType},
    sealed, spoil,
    store::{Resource, Scope},
    switches::{ListView, MissingParent},
    validate, world,
};

/// `MaxResults` is reserved: AWS ignores it, and pages are those of the service behind.
const PAGE: usize = 25;

/// Types whose handlers list everything, as AWS's own examples show; all others list identifiers.
const FULL: [&str; 1] = ["AWS::Logs::LogGroup"];

pub(super) fn list(context: &mut Context<'_>) -> Result<Value, Failure> {
    let resource_type = context.resource_type(Action::List)?;
    let scope = context.scope(&resource_type);
    let model = resource_model(context, &resource_type)?;
    check_parents(context, &resource_type, &scope, &model)?;
    if let Some(page) = spoil::empty_page(context, resource_type.name()) {
        return Ok(page);
    }
    let page = Page::of(&scope, &model);
    let after = match context.input.text("NextToken") {
        None | Some(spoil::EMPTY_PAGE_TOKEN) => None,
        // The wording for a token of another list is not known [INF].
        Some(token) => Some(
            page.after(token)
                .ok_or_else(|| Failure::validation("Invalid NextToken"))?,
        ),
    };
    let prefix = prefix(&resource_type, &model);
    let stale = stale(context, &scope, &prefix, after.as_deref());
    let present = context
        .world
        .store()
        .after(&scope, &prefix, after.as_deref());
    let mut found =
        merged(present, stale).filter(|(_, resource)| is_listed(&resource_type, resource, &model));
    let view = view(context, &resource_type);
    let mut descriptions = Vec::new();
    let mut last = None;
    for (identifier, resource) in found.by_ref().take(PAGE) {
        let properties = match view {
            ListView::Identifier => {
                world::identifier_view(&resource_type, &resource.model()).to_string()
            }
            ListView::Full => resource.properties().to_owned(),
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

fn view(context: &Context<'_>, resource_type: &ResourceType) -> ListView {
    let name = resource_type.name();
    let usual = if FULL.contains(&name) {
        ListView::Full
    } else {
        ListView::Identifier
    };
    let switched = context.rules.switches.list_view.get(name);
    switched.copied().unwrap_or(usual)
}

/// What the identifiers of the listed resources begin with, as far as the call's model says: lists of children need not look
/// at every other parent's.
fn prefix(resource_type: &ResourceType, model: &Map<String, Value>) -> String {
    let mut prefix = String::new();
    let arity = resource_type.primary.len();
    for path in resource_type.primary.iter().take(arity.saturating_sub(1)) {
        let given = path.top_level().and_then(|name| model.get(name));
        let Some(part) = given.and_then(identifier::part) else {
            break;
        };
        prefix.push_str(&part);
        prefix.push('|');
    }
    prefix
}

/// What a list that lags behind still shows or does not show yet.
#[derive(Default)]
struct Stale<'context> {
    /// Resources created after this are not shown yet.
    until: Option<u64>,
    /// Resources deleted after that, in the order of their identifiers.
    lingering: Vec<(&'context str, &'context Resource)>,
}

fn stale<'context>(
    context: &'context Context<'_>,
    scope: &Scope,
    prefix: &str,
    after: Option<&str>,
) -> Stale<'context> {
    let Some(FaultEffect::StaleList { behind }) = context.effect else {
        return Stale::default();
    };
    let until = context.now.saturating_sub(millis(*behind));
    let mut lingering: Vec<_> = context
        .world
        .departed()
        .iter()
        .filter(|gone| gone.scope == *scope && gone.at > until && gone.resource.created <= until)
        .map(|gone| (gone.identifier.as_str(), &gone.resource))
        .filter(|(identifier, _)| {
            identifier.starts_with(prefix) && after.is_none_or(|after| *identifier > after)
        })
        .collect();
    lingering.sort_by_key(|(identifier, _)| *identifier);
    Stale {
        until: Some(until),
        lingering,
    }
}

/// What is there and what lingers, in the order of identifiers.
fn merged<'context>(
    present: impl Iterator<Item = (&'context str, &'context Resource)>,
    stale: Stale<'context>,
) -> impl Iterator<Item = (&'context str, &'context Resource)> {
    let Stale { until, lingering } = stale;
    let mut present = present
        .filter(move |(_, resource)| until.is_none_or(|until| resource.created <= until))
        .peekable();
    let mut lingering = lingering.into_iter().peekable();
    std::iter::from_fn(move || {
        let next_lingers = match (present.peek(), lingering.peek()) {
            (Some((present, _)), Some((gone, _))) => gone < present,
            (None, Some(_)) => true,
            (_, None) => false,
        };
        if next_lingers {
            lingering.next()
        } else {
            present.next()
        }
    })
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

/// Refuses to list what belongs to a parent that is not there.
fn check_parents(
    context: &Context<'_>,
    resource_type: &ResourceType,
    scope: &Scope,
    model: &Map<String, Value>,
) -> Result<(), Failure> {
    let name = resource_type.name();
    if let Some(handler) = handler::of(name) {
        return handler
            .check_list(context.world, scope, model)
            .map_err(|error| handler_failure(resource_type, &error.code, &error.message));
    }
    if context.rules.switches.missing_parent == MissingParent::Empty {
        return Ok(());
    }
    for parent in context.rules.parents.of(name) {
        let Some(wanted) = model.get(&parent.input) else {
            continue;
        };
        if !exists(context, parent, wanted) {
            // Each service has its own words for this; these are the framework's [INF].
            let wanted = identifier::part(wanted).unwrap_or_default();
            let message = format!(
                "Resource of type '{}' with identifier '{wanted}' was not found.",
                parent.type_name
            );
            return Err(handler_failure(resource_type, "NotFound", &message));
        }
    }
    Ok(())
}

/// Whether there is a resource that a list input names.
fn exists(context: &Context<'_>, parent: &Parent, wanted: &Value) -> bool {
    let Some(parent_type) = context.rules.types.get(&parent.type_name) else {
        return true;
    };
    let scope = context.scope(&parent_type);
    let store = context.world.store();
    let is_identifier =
        identifier::part(wanted).is_some_and(|identifier| store.get(&scope, &identifier).is_some());
    is_identifier
        || store.of(&scope).any(|(_, resource)| {
            let model = resource.model();
            // Some inputs take the parent's id or its ARN.
            let members = model.as_object().into_iter().flatten();
            model.get(&parent.property) == Some(wanted) || { members }
                .any(|(_, value)| value == wanted)
        })
}

/// Whether a resource has the values that the call's model names, as far as a resource can show them.
fn is_listed(
    resource_type: &ResourceType,
    resource: &Resource,
    model: &Map<String, Value>,
) -> bool {
    if model.is_empty() {
        return true;
    }
    let own_model = resource.model();
    model.iter().all(|(input, value)| {
        let name = resource_type.listed_by(input);
        match own_model.get(name) {
            Some(own) => own == value,
            None => resource_type.is_write_only(name) || resource_type.property(name).is_none(),
        }
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
        sealed::seal(&self.list, last)
    }

    fn after(&self, token: &str) -> Option<String> {
        sealed::open(&self.list, token)
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
