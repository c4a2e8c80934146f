//! CloudFormation's registry: the types that exist in a region, and their schemas. They are all Amazon's own.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    arn::Place,
    companions::{page::Page, page_size},
    context::Context,
    protocol::Failure,
    resource_type::{Action, ResourceType},
};

/// Types on a page at most, and unless the request says otherwise [INF].
const PAGE: usize = 100;

pub(super) fn answer(operation: &str, context: &mut Context<'_>) -> Result<Value, Failure> {
    match operation {
        "DescribeType" => describe_type(context),
        "ListTypes" => list_types(context),
        _ => Err(Failure::unknown_operation()),
    }
}

fn provisioning_type(resource_type: &ResourceType) -> &'static str {
    let supports = |action| resource_type.supports(action);
    let is_provisionable = [Action::Create, Action::Read, Action::Delete]
        .into_iter()
        .all(supports);
    match (is_provisionable, supports(Action::Update)) {
        (true, true) => "FULLY_MUTABLE",
        (true, false) => "IMMUTABLE",
        (false, _) => "NON_PROVISIONABLE",
    }
}

fn arn(type_name: &str, context: &Context<'_>) -> String {
    let region = context.caller.region.as_str();
    let place = Place {
        account: "",
        region,
    };
    let partition = place.partition();
    let name = type_name.replace("::", "-");
    format!("arn:{partition}:cloudformation:{region}::type/resource/{name}")
}

fn list_types(context: &Context<'_>) -> Result<Value, Failure> {
    let input = context.input;
    let filter = |name: &str| input.value("Filters")?.get(name)?.as_str();
    let category = filter("Category");
    let prefix = filter("TypeNamePrefix").unwrap_or_default();
    // Private types are those of the account, and there are none.
    let has_any = input.text("Visibility") == Some("PUBLIC")
        && matches!(input.text("Type"), None | Some("RESOURCE"))
        && input.text("DeprecatedStatus") != Some("DEPRECATED")
        && matches!(category, None | Some("AWS_TYPES"))
        && filter("PublisherId").is_none();
    let wanted = input.text("ProvisioningType").unwrap_or("FULLY_MUTABLE");
    let region = &context.caller.region;
    let types = &context.rules.types;
    let names = types
        .names()
        .into_iter()
        .filter(|name| has_any && name.starts_with(prefix))
        .filter(|name| {
            types
                .in_region(name, region)
                .is_some_and(|resource_type| provisioning_type(&resource_type) == wanted)
        });
    let list = format!("types {region} {wanted} {has_any} {prefix}");
    let token = input.text("NextToken");
    let size = page_size(context, "MaxResults", PAGE);
    let page = Page::of(&list, token, names, |name| name, size).ok_or_else(|| {
        // The wording is inferred [INF].
        registry("The NextToken is not valid")
    })?;
    let summaries = page.items.into_iter().map(|name| {
        json!({
            "Type": "RESOURCE",
            "TypeName": name,
            "TypeArn": arn(name, context),
            "Description": description(name),
        })
    });
    let mut answer = json!({"TypeSummaries": summaries.collect::<Vec<_>>()});
    if let Some(next) = page.next {
        answer["NextToken"] = json!(next);
    }
    Ok(answer)
}

/// As it stands where a schema has no better one; the emulator's have lost theirs.
fn description(type_name: &str) -> String {
    format!("Resource Type definition for {type_name}")
}

fn describe_type(context: &Context<'_>) -> Result<Value, Failure> {
    let input = context.input;
    let named = match (
        input.text("Arn"),
        input.text("Type"),
        input.text("TypeName"),
    ) {
        (Some(arn), None, None) => Ok(arn),
        (None, Some(_), Some(name)) => Ok(name),
        // The wording is inferred [INF].
        _ => Err(registry(
            "Either Arn, or both Type and TypeName must be specified",
        )),
    }?;
    let resource_type = find(named, context).ok_or_else(|| {
        Failure::new(
            "TypeNotFoundException",
            format!("The type '{named}' cannot be found."),
        )
    })?;
    let name = resource_type.name();
    let document = resource_type.document();
    let mut answer = json!({
        "Arn": arn(name, context),
        "Type": "RESOURCE",
        "TypeName": name,
        "IsDefaultVersion": true,
        "Description": description(name),
        "Schema": document.to_string(),
        "ProvisioningType": provisioning_type(&resource_type),
        "DeprecatedStatus": "LIVE",
        "Visibility": "PUBLIC",
    });
    for (member, property) in [
        ("SourceUrl", "sourceUrl"),
        ("DocumentationUrl", "documentationUrl"),
    ] {
        if let Some(url) = document.get(property) {
            answer[member] = url.clone();
        }
    }
    Ok(answer)
}

/// The type of a name or of an ARN of this region; there are no modules and no hooks, and no versions to choose.
fn find(named: &str, context: &Context<'_>) -> Option<Arc<ResourceType>> {
    let input = context.input;
    let is_amazon_s = input.text("PublisherId").is_none() && input.text("VersionId").is_none();
    if !is_amazon_s || !matches!(input.text("Type"), None | Some("RESOURCE")) {
        return None;
    }
    let types = &context.rules.types;
    let region = &context.caller.region;
    if !named.starts_with("arn:") {
        return types.in_region(named, region);
    }
    let (_, name) = named.rsplit_once('/')?;
    let resource_type = types.in_region(&name.replace('-', "::"), region)?;
    (arn(resource_type.name(), context) == named).then_some(resource_type)
}

fn registry(message: &str) -> Failure {
    Failure::new("CFNRegistryException", message)
}
