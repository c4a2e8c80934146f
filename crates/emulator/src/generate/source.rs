//! The values that a service makes up for a resource, one property at a time.

use serde_json::{Map, Value, json};

use super::forms;
use crate::{
    arn::{self, Place},
    property_path::PropertyPath,
    resource_type::{ResourceType, pattern},
    sample::{sample, sample_of},
    sequence::Sequence,
    validate,
};

/// Whether a property holds an ARN.
pub(super) fn is_arn(name: &str) -> bool {
    name.ends_with("Arn") || name.ends_with("ARN")
}

/// Whether a part of an identifier is a name or an id, not something made from one.
fn is_name(property: &str) -> bool {
    !is_arn(property) && !property.ends_with("Url")
}

/// A resource that is being made, as far as values depend on it.
pub(super) struct Source<'source> {
    pub(super) resource_type: &'source ResourceType,
    pub(super) place: &'source Place<'source>,
}

impl Source<'_> {
    /// The properties that the service fills in: identifiers, the resource's own name, what it is listed by.
    pub(super) fn made_up(&self) -> Vec<PropertyPath> {
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

    pub(super) fn fill(&self, path: &PropertyPath, model: &mut Value, sequence: &mut Sequence) {
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
            property => {
                let (whole, property) = match property.strip_prefix('!') {
                    Some(property) => (true, property),
                    None => (false, property),
                };
                let value = model.get(property).and_then(Value::as_str)?;
                Some(if whole { value } else { last_of_arn(value) }.to_owned())
            }
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
    pub(super) fn name(&self, model: &mut Value, sequence: &mut Sequence) {
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
            // Queues and topics that keep an order must say so in their names.
            let is_fifo = ["FifoQueue", "FifoTopic"]
                .iter()
                .any(|flag| model[flag] == true);
            if let (true, Some(Value::String(name))) = (is_fifo, model.get_mut(&property)) {
                name.push_str(".fifo");
            }
        }
    }

    /// Read-only properties of a few common types that people look for.
    pub(super) fn familiar(&self, model: &mut Value) {
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
