//! Resource Groups Tagging: the tags of everything that has an ARN, in the caller's account and region.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::{
    companions::{page::Page, page_size, texts},
    context::Context,
    protocol::Failure,
    resource_type::ResourceType,
};

/// Resources, keys or values on a page at most, and unless the request says otherwise [INF].
const PAGE: usize = 100;

pub(super) fn answer(operation: &str, context: &mut Context<'_>) -> Result<Value, Failure> {
    match operation {
        "GetResources" => resources(context),
        "GetTagKeys" => {
            let keys = tagged(context).into_values().flatten();
            let keys: BTreeSet<_> = keys.map(|(key, _)| key).collect();
            page_of_texts(context, "TagKeys", &keys)
        }
        "GetTagValues" => {
            let wanted = context.input.required("Key");
            let tags = tagged(context).into_values().flatten();
            let values: BTreeSet<_> = tags
                .filter(|(key, _)| key == wanted)
                .map(|(_, value)| value)
                .collect();
            page_of_texts(context, "TagValues", &values)
        }
        _ => Err(Failure::unknown_operation()),
    }
}

/// The tags of one resource, by key.
type Tags = BTreeMap<String, String>;

/// What has tags, by ARN. What had some once is not remembered; AWS would list it without any.
fn tagged(context: &Context<'_>) -> BTreeMap<String, Tags> {
    let store = context.world.store();
    let mut tagged = BTreeMap::new();
    for scope in store.scopes() {
        if scope.account != context.caller.account || scope.region != context.caller.region {
            continue;
        }
        let Some(resource_type) = context.rules.types.get(&scope.type_name) else {
            continue;
        };
        let (Some(arn_property), Some(tag_property)) =
            (arn_property(&resource_type), tag_property(&resource_type))
        else {
            continue;
        };
        for (_, resource) in store.of(scope) {
            let model = resource.model();
            let tags = model.get(tag_property).map(tags).unwrap_or_default();
            if let (Some(arn), false) = (model[arn_property.as_str()].as_str(), tags.is_empty()) {
                // Log groups end in `:*` for IAM's sake only.
                let arn = arn.strip_suffix(":*").unwrap_or(arn);
                tagged.insert(arn.to_owned(), tags);
            }
        }
    }
    tagged
}

/// The read-only property that is the ARN of the resource itself.
fn arn_property(resource_type: &ResourceType) -> Option<String> {
    let own = format!("{}Arn", resource_type.resource());
    ["Arn".to_owned(), "ARN".to_owned(), own]
        .into_iter()
        .find(|name| resource_type.is_read_only(name))
}

/// The property that has the tags, if the type can be tagged.
fn tag_property(resource_type: &ResourceType) -> Option<&str> {
    let tagging = resource_type.document().get("tagging");
    let said = |name: &str| tagging.and_then(|tagging| tagging.get(name));
    if said("taggable") == Some(&Value::Bool(false)) {
        return None;
    }
    let property = said("tagProperty").and_then(Value::as_str);
    property
        .unwrap_or("/properties/Tags")
        .strip_prefix("/properties/")
}

/// Tags as a list of keys and values, or as a map.
fn tags(value: &Value) -> Tags {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let tag = |tag: &Map<String, Value>| {
        let part = |wanted: &str| {
            let mut members = tag.iter();
            // `Key`, `key`, `TagKey`.
            let member = members.find(|(name, _)| name.to_ascii_lowercase().ends_with(wanted));
            member.and_then(|(_, value)| text(value))
        };
        Some((part("key")?, part("value").unwrap_or_default()))
    };
    match value {
        Value::Object(map) => map
            .iter()
            .filter_map(|(key, value)| Some((key.clone(), text(value)?)))
            .collect(),
        Value::Array(list) => list
            .iter()
            .filter_map(Value::as_object)
            .filter_map(tag)
            .collect(),
        _ => Tags::new(),
    }
}

fn resources(context: &Context<'_>) -> Result<Value, Failure> {
    let input = context.input;
    check(context)?;
    let arns = texts(input.value("ResourceARNList"));
    let types = texts(input.value("ResourceTypeFilters"));
    let filters: Vec<_> = input
        .value("TagFilters")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .collect();
    let found = tagged(context).into_iter().filter(|(arn, tags)| {
        (arns.is_empty() || arns.contains(&arn.as_str()))
            && (types.is_empty() || types.iter().any(|wanted| is_of_type(arn, wanted)))
            && filters.iter().all(|filter| passes(tags, filter))
    });
    let list = format!("resources {} {types:?} {filters:?}", place(context));
    let size = page_size(context, "ResourcesPerPage", PAGE);
    let mut page = page(context, &list, found, arn_of, size)?;
    let budget = page_size(context, "TagsPerPage", usize::MAX);
    let mut spent = 0_usize;
    let affordable = page.items.iter().take_while(|(_, tags)| {
        spent += tags.len();
        spent <= budget
    });
    // A resource that alone has more tags than a page may have is not known [INF].
    let affordable = affordable.count().max(1);
    page.shorten(&list, affordable, arn_of);
    let mappings = page.items.into_iter().map(|(arn, tags)| {
        let tags = tags
            .into_iter()
            .map(|(key, value)| json!({"Key": key, "Value": value}));
        json!({"ResourceARN": arn, "Tags": tags.collect::<Vec<_>>()})
    });
    Ok(json!({
        "PaginationToken": page.next.unwrap_or_default(),
        "ResourceTagMappingList": mappings.collect::<Vec<_>>(),
    }))
}

fn arn_of((arn, _): &(String, Tags)) -> &str {
    arn
}

/// Refuses what the documentation, but no constraint of the model, forbids. The wordings are inferred [INF].
fn check(context: &Context<'_>) -> Result<(), Failure> {
    let is_given = |name: &&str| context.input.value(name).is_some();
    let others = [
        "ResourceTypeFilters",
        "TagFilters",
        "ResourcesPerPage",
        "TagsPerPage",
        "PaginationToken",
    ];
    if is_given(&"ResourceARNList")
        && let Some(other) = others.iter().find(|name| is_given(name))
    {
        return Err(Failure::validation(format!(
            "ResourceARNList and {other} cannot be specified in the same request"
        )));
    }
    for (name, lowest, highest) in [("ResourcesPerPage", 1, 100), ("TagsPerPage", 100, 500)] {
        let value = context.input.value(name).and_then(Value::as_i64);
        if value.is_some_and(|value| !(lowest..=highest).contains(&value)) {
            return Err(Failure::validation(format!(
                "{name} must be between {lowest} and {highest}"
            )));
        }
    }
    let filters = context.input.value("TagFilters").and_then(Value::as_array);
    if filters
        .into_iter()
        .flatten()
        .any(|filter| filter["Key"].is_null())
    {
        return Err(Failure::validation("Each TagFilter must contain a key"));
    }
    Ok(())
}

/// Whether an ARN is of a service, or of a service's resource type: `ec2`, `ec2:instance`.
fn is_of_type(arn: &str, wanted: &str) -> bool {
    let mut fields = arn.splitn(6, ':').skip(2);
    let (service, resource) = (fields.next(), fields.nth(2));
    let Some((wanted_service, wanted_type)) = wanted.split_once(':') else {
        return service == Some(wanted);
    };
    // Where there is no type, as in a bucket's ARN, there is only the resource's name.
    let own_type = resource.and_then(|resource| resource.split_once(['/', ':']));
    service == Some(wanted_service) && own_type.is_some_and(|(own, _)| own == wanted_type)
}

/// Whether tags pass a filter: any value will do if it names none.
fn passes(tags: &Tags, filter: &Value) -> bool {
    let value = filter["Key"].as_str().and_then(|key| tags.get(key));
    let wanted = texts(filter.get("Values"));
    value.is_some_and(|value| wanted.is_empty() || wanted.contains(&value.as_str()))
}

/// Where the tags are that this request can see.
fn place(context: &Context<'_>) -> String {
    format!("{} {}", context.caller.account, context.caller.region)
}

fn page<T>(
    context: &Context<'_>,
    list: &str,
    items: impl IntoIterator<Item = T>,
    name: impl Fn(&T) -> &str,
    size: usize,
) -> Result<Page<T>, Failure> {
    // An empty token begins, as it ends.
    let token = context.input.text("PaginationToken");
    let token = token.filter(|token| !token.is_empty());
    // The wording is inferred [INF].
    Page::of(list, token, items, name, size)
        .ok_or_else(|| Failure::validation("The PaginationToken is not valid"))
}

fn page_of_texts(
    context: &Context<'_>,
    member: &str,
    texts: &BTreeSet<String>,
) -> Result<Value, Failure> {
    let list = format!(
        "{member} {} {}",
        place(context),
        context.input.required("Key")
    );
    let page = page(context, &list, texts, |text| text.as_str(), PAGE)?;
    Ok(json!({"PaginationToken": page.next.unwrap_or_default(), member: page.items}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_in_every_form() {
        let expected = Tags::from([
            ("a".to_owned(), "1".to_owned()),
            ("b".to_owned(), String::new()),
        ]);
        for value in [
            json!({"a": "1", "b": ""}),
            json!([{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}]),
            json!([{"key": "a", "value": "1"}, {"key": "b"}]),
            json!([{"TagKey": "a", "TagValue": "1"}, {"TagKey": "b", "TagValue": ""}, {"Nonsense": 1}]),
        ] {
            assert_eq!(tags(&value), expected, "{value}");
        }
        assert!(tags(&json!("x")).is_empty());
    }

    #[test]
    fn types_are_those_of_arns() {
        let instance = "arn:aws:ec2:us-east-1:123456789012:instance/i-1";
        let bucket = "arn:aws:s3:::bucket";
        let function = "arn:aws:lambda:us-east-1:123456789012:function:f";
        for (arn, wanted, is) in [
            (instance, "ec2", true),
            (instance, "ec2:instance", true),
            (instance, "ec2:volume", false),
            (instance, "s3", false),
            (bucket, "s3", true),
            (bucket, "s3:bucket", false),
            (function, "lambda:function", true),
            (function, "lambda:", false),
        ] {
            assert_eq!(is_of_type(arn, wanted), is, "{arn} {wanted}");
        }
    }
}
