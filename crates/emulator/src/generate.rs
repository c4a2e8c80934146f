//! What the service adds to a model: defaults, and the read-only properties that a reader would miss: the parts of
//! identifiers, the ARN, the resource's own id. Pure apart from the sequence that the values come from.

use serde_json::{Map, Value, json};

use crate::{
    arn::{self, Place},
    property_path::PropertyPath,
    resource_type::ResourceType,
    sample::sample,
    sequence::Sequence,
};

/// Fills a model up to what a read handler would return right after the create.
pub(crate) fn complete(
    resource_type: &ResourceType,
    model: &mut Value,
    place: &Place<'_>,
    sequence: &mut Sequence,
) {
    fill_defaults(resource_type, model);
    let source = Source {
        resource_type,
        place,
    };
    source.name(model, sequence);
    // Identifier parts first: names and ids that ARNs are made of.
    for path in &resource_type.primary {
        if path.find(model).is_none() && !is_arn(path.name()) {
            let value = source.identifier_part(path, model, sequence);
            path.set(model, value);
        }
    }
    let additional = resource_type.additional.iter().flatten();
    for path in resource_type.primary.iter().chain(additional) {
        if path.find(model).is_none() {
            let value = source.identifier_part(path, model, sequence);
            path.set(model, value);
        }
    }
    for path in &resource_type.read_only {
        let Some(name) = path.top_level() else {
            continue;
        };
        if path.find(model).is_none() && source.is_own_name(name) {
            let value = source.identifier_part(path, model, sequence);
            path.set(model, value);
        }
    }
    source.familiar(model);
}

/// Sets what the schema gives a default for, in the model and in the objects that it has.
pub(crate) fn fill_defaults(resource_type: &ResourceType, model: &mut Value) {
    defaults(resource_type, resource_type.document(), model, 0);
}

fn defaults(resource_type: &ResourceType, schema: &Value, value: &mut Value, depth: usize) {
    // Deeper than any model that a request can carry.
    if depth > 128 {
        return;
    }
    let schema = resource_type.resolve(schema);
    match value {
        Value::Object(members) => {
            let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
                return;
            };
            for (name, property) in properties {
                let property = resource_type.resolve(property);
                if let Some(member) = members.get_mut(name) {
                    defaults(resource_type, property, member, depth + 1);
                } else if let Some(default) = property.get("default") {
                    members.insert(name.clone(), default.clone());
                }
            }
        }
        Value::Array(items) => {
            if let Some(schema) = schema.get("items") {
                for item in items {
                    defaults(resource_type, schema, item, depth + 1);
                }
            }
        }
        _ => {}
    }
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
    /// Whether a property names the resource itself: `Arn`, `Id`, `RoleId` of a `Role`, `TopicArn` of a `Topic`.
    fn is_own_name(&self, name: &str) -> bool {
        let resource = self.resource_type.resource();
        let own = name.strip_prefix(resource).unwrap_or(name);
        matches!(own, "Arn" | "ARN" | "Id")
    }

    fn identifier_part(
        &self,
        path: &PropertyPath,
        model: &Value,
        sequence: &mut Sequence,
    ) -> Value {
        let name = path.name();
        let empty = Map::new();
        let definition = path
            .top_level()
            .and_then(|name| self.resource_type.property(name))
            .and_then(Value::as_object)
            .unwrap_or(&empty);
        match definition.get("type").and_then(Value::as_str) {
            Some("integer" | "number") => return json!(1),
            Some("boolean") => return json!(true),
            _ => {}
        }
        if let Some(Value::Array(allowed)) = definition.get("enum")
            && let Some(first) = allowed.first()
        {
            return first.clone();
        }
        let pattern = definition.get("pattern").and_then(Value::as_str);
        if is_arn(name) {
            return json!(self.arn(pattern, model, sequence));
        }
        json!(self.text(path, definition, model, sequence))
    }

    /// The usual ARN of such a resource, or, if the schema demands another one, that.
    fn arn(&self, pattern: Option<&str>, model: &Value, sequence: &mut Sequence) -> String {
        let own_name = self.own_name(model, sequence);
        let suffix = sequence.alphanumeric(6);
        let usual = arn::arn(self.resource_type, self.place, &own_name, &suffix, pattern);
        let Some(pattern) = pattern.filter(|pattern| !self.resource_type.matches(pattern, &usual))
        else {
            return usual;
        };
        arn::resource_pattern(pattern)
            .and_then(|resource| sample(&resource, sequence))
            .map(|resource| arn::with_resource(&usual, pattern, &resource))
            .filter(|demanded| self.resource_type.matches(pattern, demanded))
            .unwrap_or(usual)
    }

    fn text(
        &self,
        path: &PropertyPath,
        definition: &Map<String, Value>,
        model: &Value,
        sequence: &mut Sequence,
    ) -> String {
        let Place { account, region } = self.place;
        match (self.resource_type.name(), path.name()) {
            (_, "AccountId" | "AwsAccountId") => return (*account).to_owned(),
            (_, "Region" | "RegionName") => return (*region).to_owned(),
            ("AWS::SQS::Queue", "QueueUrl") => {
                let name = self.own_name(model, sequence);
                let suffix = self.place.dns_suffix();
                return format!("https://sqs.{region}.{suffix}/{account}/{name}");
            }
            ("AWS::IAM::Role", "RoleId") => return format!("AROA{}", sequence.upper(17)),
            ("AWS::KMS::Key", "KeyId") => return sequence.uuid(),
            _ => {}
        }
        if let Some(prefix) = ec2_prefix(self.resource_type.name())
            && path.name().ends_with("Id")
        {
            return format!("{prefix}-{}", sequence.hex(17));
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
                && pattern.is_none_or(|pattern| self.resource_type.matches(pattern, text))
        };
        let usual = if self.resource_type.is_read_only(path.name()) {
            [
                sequence.lower(10),
                sequence.uuid(),
                sequence.hex(17),
                sequence.lower(26),
            ]
        } else {
            [
                sequence.lower(26),
                sequence.lower(12),
                sequence.uuid(),
                sequence.alphanumeric(8),
            ]
        };
        let usual_fits = usual.iter().find(|text| fits(text)).cloned();
        let sampled = || {
            pattern
                .and_then(|pattern| sample(pattern, sequence))
                .filter(|text| fits(text))
        };
        // An anchored pattern that a plain name does not satisfy says what the service makes; otherwise the usual forms do.
        usual_fits
            .or_else(sampled)
            .unwrap_or_else(|| usual.into_iter().next().unwrap_or_default())
    }

    /// What the resource is called in its own ARN or URL: the last part of its identifier, else a name that the model has.
    fn own_name(&self, model: &Value, sequence: &mut Sequence) -> String {
        let identifier = self
            .resource_type
            .primary
            .iter()
            .filter(|path| is_name(path.name()))
            .filter_map(|path| path.find(model))
            .filter_map(Value::as_str)
            .next_back();
        identifier
            .or_else(|| {
                self.names()
                    .iter()
                    .find_map(|name| model.get(name).and_then(Value::as_str))
            })
            .map_or_else(|| sequence.lower(12), str::to_owned)
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
        if let (Some(property), Some(members)) = (property, model.as_object_mut()) {
            members.insert(property, json!(sequence.lower(26)));
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

/// The prefixes of EC2's ids that everybody knows.
fn ec2_prefix(type_name: &str) -> Option<&'static str> {
    Some(match type_name.strip_prefix("AWS::EC2::")? {
        "EIP" => "eipalloc",
        "FlowLog" => "fl",
        "Instance" => "i",
        "InternetGateway" => "igw",
        "LaunchTemplate" => "lt",
        "NatGateway" => "nat",
        "NetworkAcl" => "acl",
        "NetworkInterface" => "eni",
        "PrefixList" => "pl",
        "RouteTable" => "rtb",
        "SecurityGroup" => "sg",
        "SecurityGroupIngress" | "SecurityGroupEgress" => "sgr",
        "Subnet" => "subnet",
        "TransitGateway" => "tgw",
        "TransitGatewayAttachment" => "tgw-attach",
        "Volume" => "vol",
        "VPC" => "vpc",
        "VPCEndpoint" => "vpce",
        "VPCPeeringConnection" => "pcx",
        "VPNConnection" => "vpn",
        "VPNGateway" => "vgw",
        _ => return None,
    })
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
            assert!(one.matches(pattern, id), "{id} is not {pattern}");
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
            for path in &resource_type.primary {
                let Some(definition) = path
                    .top_level()
                    .and_then(|name| resource_type.property(name))
                else {
                    continue;
                };
                if let (Some(pattern), Some(text)) = (
                    definition.get("pattern").and_then(Value::as_str),
                    path.find(&model).and_then(Value::as_str),
                ) && !resource_type.matches(pattern, text)
                {
                    wrong.push(format!("{type_name} {pattern} {text}"));
                }
            }
        }
        assert_eq!(nameless, Vec::<&str>::new());
        // Patterns with groups across the fields of an ARN, or of parents that are not known here.
        assert!(wrong.len() <= 26, "{}: {}", wrong.len(), wrong.join("\n"));
    }
}
