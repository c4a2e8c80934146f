//! IAM, as far as clients ask it who they are and which roles there are: the roles and users are Cloud Control's.

use serde_json::{Value, json};

use crate::{
    clock::iso,
    companions::{organizations::FOUNDED, page::Page, page_size},
    context::Context,
    protocol::Failure,
    signature::encode,
    store::Resource,
};

/// Roles on a page unless the request says otherwise.
const PAGE: usize = 100;

pub(super) fn answer(operation: &str, context: &mut Context<'_>) -> Result<Value, Failure> {
    match operation {
        "GetRole" => role(context),
        "GetUser" => user(context),
        "ListAccountAliases" => Ok(json!({"AccountAliases": [], "IsTruncated": false})),
        "ListRoles" => roles(context),
        _ => Err(Failure::unknown_operation()),
    }
}

/// The caller's resources of a type, by name.
fn resources<'world>(
    context: &'world Context<'_>,
    type_name: &str,
) -> impl Iterator<Item = (&'world str, &'world Resource)> + use<'world> {
    let caller = context.caller;
    let scope = context.rules.types.get(type_name).map(|resource_type| {
        context
            .rules
            .scope(&resource_type, &caller.account, &caller.region)
    });
    let store = context.world.store();
    scope.into_iter().flat_map(|scope| store.of(&scope))
}

fn missing(kind: &str, name: &str) -> Failure {
    Failure::new(
        "NoSuchEntity",
        format!("The {kind} with name {name} cannot be found."),
    )
}

/// What users and roles have in common.
fn described(kind: &str, name: &str, resource: &Resource, model: &Value) -> Value {
    json!({
        "Path": path(model),
        format!("{kind}Name"): name,
        format!("{kind}Id"): model[format!("{kind}Id").as_str()],
        "Arn": model["Arn"],
        "CreateDate": iso(resource.created),
    })
}

fn path(model: &Value) -> &str {
    model["Path"].as_str().unwrap_or("/")
}

/// Adds what only a single one is shown with.
fn add_details(described: &mut Value, model: &Value) {
    if let Some(boundary) = model.get("PermissionsBoundary") {
        described["PermissionsBoundary"] = json!({
            "PermissionsBoundaryType": "Policy",
            "PermissionsBoundaryArn": boundary,
        });
    }
    if let Some(tags) = model.get("Tags") {
        described["Tags"] = tags.clone();
    }
}

fn user(context: &Context<'_>) -> Result<Value, Failure> {
    let caller = context.caller;
    let own_name = caller.arn.rsplit('/').next().unwrap_or_default();
    let name = match context.input.text("UserName") {
        Some(name) => name,
        None if caller.is_role() => {
            return Err(Failure::validation(
                "Must specify userName when calling with non-User credentials",
            ));
        }
        None => own_name,
    };
    let found = resources(context, "AWS::IAM::User").find(|(known, _)| *known == name);
    if let Some((name, resource)) = found {
        let model = resource.model();
        let mut user = described("User", name, resource, &model);
        if user["UserId"].is_null() {
            // The registry does not have it.
            user["UserId"] = json!(caller.user_id);
        }
        add_details(&mut user, &model);
        return Ok(json!({ "User": user }));
    }
    if caller.is_role() || name != own_name {
        return Err(missing("user", name));
    }
    Ok(json!({"User": {
        "Path": "/",
        "UserName": name,
        "UserId": caller.user_id,
        "Arn": caller.arn,
        "CreateDate": iso(FOUNDED),
    }}))
}

fn described_role(name: &str, resource: &Resource, model: &Value) -> Value {
    let mut role = described("Role", name, resource, model);
    let policy = &model["AssumeRolePolicyDocument"];
    let policy = policy
        .as_str()
        .map_or_else(|| policy.to_string(), str::to_owned);
    role["AssumeRolePolicyDocument"] = json!(encode(&policy));
    if let Some(description) = model.get("Description") {
        role["Description"] = description.clone();
    }
    // IAM's default.
    role["MaxSessionDuration"] = model
        .get("MaxSessionDuration")
        .cloned()
        .unwrap_or(json!(3_600));
    role
}

fn role(context: &Context<'_>) -> Result<Value, Failure> {
    let name = context.input.required("RoleName");
    let (name, resource) = resources(context, "AWS::IAM::Role")
        .find(|(known, _)| *known == name)
        .ok_or_else(|| missing("role", name))?;
    let model = resource.model();
    let mut role = described_role(name, resource, &model);
    add_details(&mut role, &model);
    role["RoleLastUsed"] = json!({});
    Ok(json!({ "Role": role }))
}

fn roles(context: &Context<'_>) -> Result<Value, Failure> {
    let prefix = context.input.text("PathPrefix").unwrap_or("/");
    let roles = resources(context, "AWS::IAM::Role").filter_map(|(name, resource)| {
        let model = resource.model();
        path(&model)
            .starts_with(prefix)
            .then(|| (name, described_role(name, resource, &model)))
    });
    let list = format!("roles {} {prefix}", context.caller.account);
    let size = page_size(context, "MaxItems", PAGE);
    let marker = context.input.text("Marker");
    let page = Page::of(&list, marker, roles, |(name, _)| name, size).ok_or_else(|| {
        // The wording is inferred [INF].
        Failure::validation("Invalid Marker.")
    })?;
    let roles: Vec<_> = page.items.into_iter().map(|(_, role)| role).collect();
    let mut answer = json!({"Roles": roles, "IsTruncated": page.next.is_some()});
    if let Some(next) = page.next {
        answer["Marker"] = json!(next);
    }
    Ok(answer)
}
