//! What the service adds to a model: defaults, and the read-only properties that a reader would miss: the parts of
//! identifiers, the ARN, the resource's own id. Pure apart from the sequence that the values come from.
//!
//! The tables in `ids.rs` and `arns.rs` know what common types have; the rest follows from the schemas.

mod arns;
mod defaults;
mod forms;
mod ids;

use serde_json::{Map, Value, json};

use crate::{
    arn::{self, Place},
    property_path::PropertyPath,
    resource_type::{ResourceType, pattern},
    sample::{sample, sample_of},
    sequence::Sequence,
    validate,
};

/// Fills a model up to what a read handler would return right after the create.
pub(crate) fn complete(
    resource_type: &ResourceType,
    model: &mut Value,
    place: &Place<'_>,
    sequence: &mut Sequence,
) {
    defaults::without_nulls(model);
    defaults::fill(resource_type, model);
    let source = Source {
        resource_type,
        place,
    };
    source.name(model, sequence);
    let paths = source.made_up();
    // Ids first: ARNs are made of them.
    for of_arns in [false, true] {
        for path in &paths {
            if is_arn(path.name()) == of_arns && path.find(model).is_none() {
                source.fill(path, model, sequence);
            }
        }
    }
    source.familiar(model);
}

fn is_arn(name: &str) -> bool {
    name.ends_with("Arn") || name.ends_with("ARN")
}

/// Whether a part of an identifier is a name or an id, not something made from one.
fn is_name(property: &str) -> bool {
    !is_arn(property) && !property.ends_with("Url")
}

struct Source<'source> {
    resource_type: &'source ResourceType,
    place: &'source Place<'source>,
}

impl Source<'_> {
    /// The properties that the service fills in: identifiers, the resource's own name, what it is listed by.
    fn made_up(&self) -> Vec<PropertyPath> {
        let resource_type = self.resource_type;
        let inputs = resource_type
            .list_input()
            .and_then(|schema| schema.get("required"))
            .and_then(Value::as_array);
        let inputs: Vec<&str> = inputs
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let formed: Vec<&str> = forms::of_type(resource_type.name())
            .map(|(property, _)| property)
            .collect();
        let named = resource_type.read_only.iter().filter(|path| {
            path.top_level().is_some_and(|name| {
                self.is_own_name(name) || inputs.contains(&name) || formed.contains(&name)
            })
        });
        let identifiers = resource_type
            .primary
            .iter()
            .chain(resource_type.additional.iter().flatten());
        // What a caller may write and nobody reads is not the service's to set.
        let is_hidden = |path: &&PropertyPath| resource_type.write_only.contains(path);
        let mut made_up: Vec<PropertyPath> = Vec::new();
        for path in identifiers.chain(named).filter(|path| !is_hidden(path)) {
            if !made_up.contains(path) {
                made_up.push(path.clone());
            }
        }
        made_up
    }

    /// Whether a property names the resource itself: `Arn`, `Id`, `RoleId` of a `Role`, `TopicArn` of a `Topic`.
    fn is_own_name(&self, name: &str) -> bool {
        let resource = self.resource_type.resource();
        let own = name.strip_prefix(resource).unwrap_or(name);
        matches!(own, "Arn" | "ARN" | "Id")
    }

    fn fill(&self, path: &PropertyPath, model: &mut Value, sequence: &mut Sequence) {
        let value = self.value(path, model, sequence);
        let Self { resource_type, .. } = self;
        if resource_type.read_only.contains(path) || resource_type.primary.contains(path) {
            path.set(model, value);
            return;
        }
        // A name that the caller could have given may stand in the way of what was given instead.
        let mut with_name = model.clone();
        path.set(&mut with_name, value);
        let against = |model: &Value| validate::model(resource_type, model).len();
        if against(&with_name) <= against(model) {
            *model = with_name;
        }
    }

    fn value(&self, path: &PropertyPath, model: &Value, sequence: &mut Sequence) -> Value {
        let name = path.name();
        let empty = Map::new();
        let definition = path
            .top_level()
            .and_then(|name| self.resource_type.property(name))
            .and_then(Value::as_object)
            .unwrap_or(&empty);
        match definition.get("type").and_then(Value::as_str) {
            Some("integer" | "number") => return json!(number(definition, sequence)),
            Some("boolean") => return json!(true),
            _ => {}
        }
        if let Some(Value::Array(allowed)) = definition.get("enum")
            && let Some(first) = allowed.first()
        {
            return first.clone();
        }
        let pattern = definition.get("pattern").and_then(Value::as_str);
        if let Some(formed) = self.formed(name, model, sequence)
            && pattern.is_none_or(|pattern| pattern::matches(pattern, &formed))
        {
            return json!(formed);
        }
        if is_arn(name) {
            return json!(self.arn(pattern, model, sequence));
        }
        json!(self.text(name, definition, sequence))
    }

    /// What the tables know.
    fn formed(&self, property: &str, model: &Value, sequence: &mut Sequence) -> Option<String> {
        let form = forms::of(self.resource_type.name(), property)?;
        let value = |name: &str, sequence: &mut Sequence| match name {
            "region" => Some(self.place.region.to_owned()),
            "account" => Some(self.place.account.to_owned()),
            "partition" => Some(self.place.partition().to_owned()),
            "suffix" => Some(self.place.dns_suffix().to_owned()),
            "name" => Some(self.own_name(model, sequence)),
            property => model
                .get(property)
                .and_then(Value::as_str)
                .map(|value| last_of_arn(value).to_owned()),
        };
        let text = forms::render(form, value, sequence)?;
        if is_arn(property) && !text.starts_with("arn:") {
            return Some(arn::of_resource(self.resource_type, self.place, &text));
        }
        Some(text)
    }

    /// The usual ARN of such a resource, or, if the schema demands another one, that.
    fn arn(&self, pattern: Option<&str>, model: &Value, sequence: &mut Sequence) -> String {
        let own_name = self.own_name(model, sequence);
        let usual = arn::usual(self.resource_type, self.place, &own_name, pattern);
        let Some(pattern) = pattern.filter(|pattern| !pattern::matches(pattern, &usual)) else {
            return usual;
        };
        arn::resource_pattern(pattern)
            .and_then(|resource| sample(&resource, sequence))
            .map(|resource| arn::with_resource(&usual, pattern, &resource))
            .filter(|demanded| pattern::matches(pattern, demanded))
            .or_else(|| sample(pattern, sequence).filter(|text| pattern::matches(pattern, text)))
            .unwrap_or(usual)
    }

    fn text(&self, name: &str, definition: &Map<String, Value>, sequence: &mut Sequence) -> String {
        let Place { account, region } = self.place;
        match name {
            "AccountId" | "AwsAccountId" => return (*account).to_owned(),
            "Region" | "RegionName" => return (*region).to_owned(),
            _ => {}
        }
        let limit = |keyword: &str| {
            definition
                .get(keyword)
                .and_then(Value::as_u64)
                .and_then(|limit| usize::try_from(limit).ok())
        };
        let (least, most) = (
            limit("minLength").unwrap_or(1),
            limit("maxLength").unwrap_or(usize::MAX),
        );
        let pattern = definition.get("pattern").and_then(Value::as_str);
        let fits = |text: &str| {
            (least..=most).contains(&text.len())
                && pattern.is_none_or(|pattern| pattern::matches(pattern, text))
        };
        let usual = if self.resource_type.is_read_only(name) {
            [
                sequence.lower(10),
                sequence.uuid(),
                sequence.hex(17),
                sequence.lower(26),
                sequence.lower(least.min(64)),
            ]
        } else {
            [
                sequence.lower(26),
                sequence.lower(12),
                sequence.uuid(),
                sequence.alphanumeric(8),
                sequence.lower(least.min(64)),
            ]
        };
        let usual_fits = usual.iter().find(|text| fits(text)).cloned();
        let sampled = || {
            pattern
                .and_then(|pattern| sample_of(pattern, least, sequence))
                .filter(|text| fits(text))
        };
        // An anchored pattern that a plain name does not satisfy says what the service makes; otherwise the usual forms do.
        usual_fits
            .or_else(sampled)
            .unwrap_or_else(|| usual.into_iter().next().unwrap_or_default())
    }

    /// What the resource is called in its own ARN or URL: the last part of its identifier, else the name that the model has,
    /// else its id.
    fn own_name(&self, model: &Value, sequence: &mut Sequence) -> String {
        let text =
            |path: &PropertyPath| path.find(model).and_then(Value::as_str).map(str::to_owned);
        let primary = &self.resource_type.primary;
        let identifier = primary
            .iter()
            .filter(|path| is_name(path.name()))
            .filter_map(text)
            .next_back();
        let name = || {
            self.names()
                .iter()
                .find_map(|name| model.get(name).and_then(Value::as_str).map(str::to_owned))
        };
        let id = || {
            let mut read_only = self.resource_type.read_only.iter();
            read_only
                .find(|path| {
                    path.top_level()
                        .is_some_and(|name| is_name(name) && self.is_own_name(name))
                })
                .and_then(text)
        };
        // Beside an ARN the other parts are those of parents.
        let found = if primary.iter().all(|path| is_name(path.name())) {
            identifier.or_else(name).or_else(id)
        } else {
            name().or_else(id).or(identifier)
        };
        found.unwrap_or_else(|| sequence.lower(12))
    }

    /// The properties that usually hold the name.
    fn names(&self) -> [String; 2] {
        [
            format!("{}Name", self.resource_type.resource()),
            "Name".to_owned(),
        ]
    }

    /// Gives a name to a resource whose identifier is made from one, as the service does with a queue that has none.
    fn name(&self, model: &mut Value, sequence: &mut Sequence) {
        let is_made_from_name = !self
            .resource_type
            .primary
            .iter()
            .any(|path| is_name(path.name()));
        if !is_made_from_name || self.names().iter().any(|name| model.get(name).is_some()) {
            return;
        }
        let property = self.names().into_iter().find(|name| {
            self.resource_type
                .property(name)
                .is_some_and(|definition| definition.get("type") == Some(&json!("string")))
        });
        if let Some(property) = property {
            let path = PropertyPath::parse(&format!("/properties/{property}"));
            self.fill(&path, model, sequence);
        }
    }

    /// Read-only properties of a few common types that people look for.
    fn familiar(&self, model: &mut Value) {
        if self.resource_type.name() != "AWS::S3::Bucket" {
            return;
        }
        let Some(bucket) = model
            .get("BucketName")
            .and_then(Value::as_str)
            .map(str::to_owned)
        else {
            return;
        };
        let (region, suffix) = (self.place.region, self.place.dns_suffix());
        let names = [
            ("DomainName", format!("{bucket}.s3.{suffix}")),
            (
                "DualStackDomainName",
                format!("{bucket}.s3.dualstack.{region}.{suffix}"),
            ),
            (
                "RegionalDomainName",
                format!("{bucket}.s3.{region}.{suffix}"),
            ),
            (
                "WebsiteURL",
                format!("http://{bucket}.s3-website-{region}.{suffix}"),
            ),
        ];
        if let Some(members) = model.as_object_mut() {
            for (name, value) in names {
                members.entry(name).or_insert(json!(value));
            }
        }
    }
}

/// A number of a version or a revocation: the second one must not be the first.
fn number(definition: &Map<String, Value>, sequence: &mut Sequence) -> u64 {
    let limit = |keyword: &str| definition.get(keyword).and_then(Value::as_u64);
    let least = limit("minimum").unwrap_or(1);
    let most = limit("maximum")
        .unwrap_or(u64::MAX)
        .min(least.saturating_add(9999));
    let span = usize::try_from(most.saturating_sub(least)).unwrap_or(0);
    least + sequence.below(span + 1) as u64
}

/// What an ARN names: its last part. Any other text is its own.
fn last_of_arn(text: &str) -> &str {
    if text.starts_with("arn:") {
        text.rsplit(['/', ':']).next().unwrap_or(text)
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource_type::samples::{sample as type_of, thing};

    const PLACE: Place<'_> = Place {
        account: "123456789012",
        region: "eu-west-1",
    };

    #[test]
    fn a_model_gets_identifier_arn_and_defaults() {
        let mut model = json!({"Name": "ab", "Tags": [{"Key": "a", "Value": "b"}]});
        complete(&thing(), &mut model, &PLACE, &mut Sequence::new(0));
        assert_eq!(model["Size"], 3);
        assert_eq!(model["Tags"][0]["Level"], 1);
        assert_eq!(model["Id"].as_str().map(str::len), Some(10));
        let arn = format!(
            "arn:aws:demo:eu-west-1:123456789012:thing/{}",
            model["Id"].as_str().unwrap()
        );
        assert_eq!(model["Arn"], arn);
        let mut again = json!({"Name": "ab", "Tags": [{"Key": "a", "Value": "b"}]});
        complete(&thing(), &mut again, &PLACE, &mut Sequence::new(0));
        assert_eq!(again, model);
    }

    #[test]
    fn generated_identifiers_match_their_patterns() {
        for pattern in [
            "^d-[0-9a-f]{10}$",
            "^dzd[-_][a-zA-Z0-9_-]{1,36}$",
            "[a-z0-9]{4,7}",
            "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
            "^(lb|tg)-[^\\s]+\\Z",
        ] {
            let one = type_of(json!({
                "typeName": "AWS::Demo::One",
                "properties": {"Id": {"type": "string", "pattern": pattern}},
                "primaryIdentifier": ["/properties/Id"],
                "readOnlyProperties": ["/properties/Id"]
            }));
            let mut model = json!({});
            complete(&one, &mut model, &PLACE, &mut Sequence::new(7));
            let id = model["Id"].as_str().unwrap();
            assert!(pattern::matches(pattern, id), "{id} is not {pattern}");
        }
    }

    /// Over the whole catalog: every type gets an identifier, and what is made up satisfies the type's own schema.
    #[test]
    fn every_type_of_the_catalog_gets_an_identifier() {
        use std::sync::Arc;
        let schemas = Arc::new(cirrus_provider::Schemas::embedded());
        let types = crate::resource_type::Types::new(Arc::clone(&schemas));
        let mut nameless = Vec::new();
        let mut wrong = Vec::new();
        for type_name in schemas.type_names() {
            let resource_type = types.get(type_name).unwrap();
            let mut model = json!({});
            complete(&resource_type, &mut model, &PLACE, &mut Sequence::new(1));
            if crate::identifier::of_model(&resource_type, &model).is_none() {
                nameless.push(type_name);
            }
            let required = &resource_type.document()["required"];
            let source = Source {
                resource_type: &resource_type,
                place: &PLACE,
            };
            for path in source.made_up() {
                let (Some(name), Some(value)) = (path.top_level(), path.find(&model)) else {
                    continue;
                };
                // What is required is the caller's to give.
                let is_given = required
                    .as_array()
                    .is_some_and(|names| names.contains(&json!(name)));
                let schema = resource_type.property(name).unwrap();
                if !is_given && !validate::accepts(&resource_type, schema, value) {
                    wrong.push(format!("{type_name} {name} {value} {schema}"));
                }
            }
        }
        assert_eq!(nameless, Vec::<&str>::new());
        assert!(wrong.is_empty(), "{}: {}", wrong.len(), wrong.join("\n"));
    }

    #[test]
    fn common_types_have_the_ids_that_aws_gives_them() {
        let schemas = std::sync::Arc::new(cirrus_provider::Schemas::embedded());
        let types = crate::resource_type::Types::new(schemas);
        let made = |type_name: &str, property: &str, model: Value| {
            let mut model = model;
            let resource_type = types.get(type_name).unwrap();
            complete(&resource_type, &mut model, &PLACE, &mut Sequence::new(5));
            model[property].as_str().unwrap().to_owned()
        };
        // Examples are those of the services' documentation.
        for (type_name, property, model, form) in [
            (
                "AWS::EC2::Instance",
                "InstanceId",
                json!({}),
                "^i-[0-9a-f]{17}$",
            ),
            (
                "AWS::ApiGateway::RestApi",
                "RestApiId",
                json!({}),
                "^[a-z0-9]{10}$",
            ),
            (
                "AWS::CloudFront::Distribution",
                "Id",
                json!({}),
                "^E[0-9A-Z]{13}$",
            ),
            (
                "AWS::IAM::Role",
                "RoleId",
                json!({"RoleName": "r"}),
                "^AROA[0-9A-Z]{17}$",
            ),
            (
                "AWS::IAM::Role",
                "Arn",
                json!({"RoleName": "r", "Path": "/a/"}),
                "^arn:aws:iam::123456789012:role/a/r$",
            ),
            (
                "AWS::ElasticLoadBalancingV2::LoadBalancer",
                "LoadBalancerArn",
                json!({"Name": "web"}),
                "^arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/[0-9a-f]{16}$",
            ),
            (
                "AWS::ECS::Service",
                "ServiceArn",
                json!({"Cluster": "arn:aws:ecs:eu-west-1:123456789012:cluster/c", "ServiceName": "s"}),
                "^arn:aws:ecs:eu-west-1:123456789012:service/c/s$",
            ),
            (
                "AWS::SQS::Queue",
                "QueueUrl",
                json!({"QueueName": "q"}),
                "^https://sqs\\.eu-west-1\\.amazonaws\\.com/123456789012/q$",
            ),
            (
                "AWS::DataExchange::DataSet",
                "Arn",
                json!({"Id": "abc"}),
                "^arn:aws:dataexchange:eu-west-1:123456789012:data-sets/abc$",
            ),
            (
                "AWS::Cognito::IdentityPool",
                "Id",
                json!({}),
                "^eu-west-1:[0-9a-f-]{36}$",
            ),
        ] {
            let text = made(type_name, property, model);
            assert!(pattern::matches(form, &text), "{type_name}: {text}");
        }
    }

    #[test]
    fn a_name_that_is_made_up_does_not_contradict_what_is_given() {
        let one = type_of(json!({
            "typeName": "AWS::Demo::One",
            "properties": {"Id": {"type": "string"}, "Name": {"type": "string"}, "Source": {"type": "string"}},
            "oneOf": [{"required": ["Name"]}, {"required": ["Source"]}],
            "primaryIdentifier": ["/properties/Id"],
            "additionalIdentifiers": [["/properties/Name"]],
            "readOnlyProperties": ["/properties/Id"]
        }));
        let mut model = json!({"Source": "a"});
        complete(&one, &mut model, &PLACE, &mut Sequence::new(0));
        assert!(model.get("Id").is_some());
        assert_eq!(model.get("Name"), None);
    }
}
