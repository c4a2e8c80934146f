//! The query protocols, whose requests are forms: how a form becomes the members that the JSON protocols have.
//!
//! ```text
//!  Tags.member.1.Key=a&Tags.member.1.Value=b  ─►  {"Tags": [{"Key": "a", "Value": "b"}]}    query
//!  Filter.1.Name=a&Filter.1.Value.1=b         ─►  {"Filters": [{"Name": "a", "Values": ["b"]}]}    EC2
//! ```
//!
//! Texts that are not what they should be stay texts, which the check of the members then refuses.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value};

use super::shape::{Kind, Members, Mention, Model, Operation, Protocol};

/// How deep names may go; deeper ones are as unknown as any other.
const DEEPEST: usize = 32;

/// The members of a request to an operation; what it does not know is left out.
pub(super) fn decode(model: &Model, operation: &Operation, form: &[u8]) -> Map<String, Value> {
    let mut root = Node::default();
    for (name, text) in form_urlencoded::parse(form) {
        root.insert(&name, &text);
    }
    let decoder = Decoder {
        model,
        is_ec2: model.metadata.protocol == Protocol::Ec2,
    };
    let shape = operation.input.as_ref().map(|name| model.shape(name));
    match shape.map(|shape| &shape.kind) {
        Some(Kind::Structure { members, .. }) => decoder.members(members, &root),
        _ => Map::new(),
    }
}

/// What a form says at a name and below it.
#[derive(Debug, Default)]
struct Node {
    text: Option<String>,
    below: BTreeMap<String, Self>,
}

impl Node {
    fn insert(&mut self, name: &str, text: &str) {
        if name.split('.').count() > DEEPEST {
            return;
        }
        let mut node = self;
        for part in name.split('.') {
            node = node.below.entry(part.to_owned()).or_default();
        }
        node.text.get_or_insert_with(|| text.to_owned());
    }

    /// The numbered ones below, in order.
    fn numbered(&self) -> Vec<&Self> {
        let mut numbered: Vec<_> = self
            .below
            .iter()
            .filter_map(|(name, node)| Some((name.parse::<u32>().ok()?, node)))
            .collect();
        numbered.sort_by_key(|(number, _)| *number);
        numbered.into_iter().map(|(_, node)| node).collect()
    }
}

struct Decoder<'model> {
    model: &'model Model,
    is_ec2: bool,
}

impl Decoder<'_> {
    fn members(&self, members: &Members, node: &Node) -> Map<String, Value> {
        let mut input = Map::new();
        for (name, mention) in members.iter() {
            let value = node
                .below
                .get(&self.wire_name(name, mention))
                .and_then(|node| self.value(mention, node));
            if let Some(value) = value {
                input.insert(name.clone(), value);
            }
        }
        input
    }

    /// What a form calls a member.
    fn wire_name(&self, name: &str, mention: &Mention) -> String {
        if self.is_ec2 {
            let upper_first = || mention.location_name.as_deref().map(upper_first);
            let wire_name = mention.query_name.clone().or_else(upper_first);
            return wire_name.unwrap_or_else(|| name.to_owned());
        }
        // The elements of a flattened list are where the list would be, under their own name.
        let own = match &self.model.shape(&mention.shape).kind {
            Kind::List {
                member,
                flattened: true,
            } => member.location_name.as_ref(),
            _ => None,
        };
        own.or(mention.location_name.as_ref())
            .map_or(name, String::as_str)
            .to_owned()
    }

    fn value(&self, mention: &Mention, node: &Node) -> Option<Value> {
        match &self.model.shape(&mention.shape).kind {
            Kind::Structure { members, .. } => Some(Value::Object(self.members(members, node))),
            Kind::List { member, flattened } => {
                let name = member.location_name.as_deref().unwrap_or("member");
                let elements = self.elements(node, *flattened, name).into_iter();
                let values = elements.filter_map(|element| self.value(member, element));
                Some(Value::Array(values.collect()))
            }
            Kind::Map {
                key,
                value,
                flattened,
            } => {
                let mut map = Map::new();
                for entry in self.elements(node, *flattened, "entry") {
                    let part = |mention: &Mention, default: &str| {
                        let name = mention.location_name.as_deref().unwrap_or(default);
                        self.value(mention, entry.below.get(name)?)
                    };
                    if let (Some(Value::String(key)), Some(value)) =
                        (part(key, "key"), part(value, "value"))
                    {
                        map.insert(key, value);
                    }
                }
                Some(Value::Object(map))
            }
            kind => node.text.as_ref().map(|text| scalar(kind, text)),
        }
    }

    /// The numbered parts of a list or map, which are under a name of their own unless they are flattened.
    fn elements<'node>(&self, node: &'node Node, flattened: bool, name: &str) -> Vec<&'node Node> {
        if flattened || self.is_ec2 {
            node.numbered()
        } else {
            node.below.get(name).map(Node::numbered).unwrap_or_default()
        }
    }
}

fn scalar(kind: &Kind, text: &str) -> Value {
    let read = match kind {
        Kind::Boolean => text.to_ascii_lowercase().parse().ok().map(Value::Bool),
        Kind::Integer | Kind::Long => text.parse::<i64>().ok().map(Value::from),
        Kind::Float | Kind::Double => text
            .parse()
            .ok()
            .and_then(Number::from_f64)
            .map(Value::Number),
        _ => None,
    };
    read.unwrap_or_else(|| Value::from(text))
}

fn upper_first(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next();
    first
        .iter()
        .map(char::to_ascii_uppercase)
        .chain(characters)
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{
        super::{ApiError, call},
        *,
    };
    use crate::service::Service;

    fn decoded(service: Service, operation: &str, form: &str) -> Value {
        Value::Object(call(service, operation).unwrap().decode(form.as_bytes()))
    }

    /// As boto3 writes it, by the AWS query protocol.
    #[test]
    fn lists_are_numbered_below_member() {
        let form = "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fx\
            &RoleSessionName=a+b&DurationSeconds=900&Tags.member.2.Key=second&Tags.member.2.Value=\
            &Tags.member.1.Key=first&Tags.member.1.Value=1&TransitiveTagKeys.member.1=first&Unknown.member.1=x";
        assert_eq!(
            decoded(Service::Sts, "AssumeRole", form),
            json!({
                "RoleArn": "arn:aws:iam::123456789012:role/x",
                "RoleSessionName": "a b",
                "DurationSeconds": 900,
                "Tags": [{"Key": "first", "Value": "1"}, {"Key": "second", "Value": ""}],
                "TransitiveTagKeys": ["first"],
            })
        );
    }

    #[test]
    fn ec2_s_lists_are_flat_and_have_names_of_their_own() {
        let form = "Action=DescribeRegions&AllRegions=true&DryRun=FALSE&RegionName.1=us-east-1&RegionName.10=c\
            &RegionName.2=b&Filter.1.Name=opt-in-status&Filter.1.Value.1=opted-in&Filter.1.Value.2=not-opted-in";
        assert_eq!(
            decoded(Service::Ec2, "DescribeRegions", form),
            json!({
                "RegionNames": ["us-east-1", "b", "c"],
                "AllRegions": true,
                "DryRun": false,
                "Filters": [{"Name": "opt-in-status", "Values": ["opted-in", "not-opted-in"]}],
            })
        );
    }

    #[test]
    fn what_is_not_what_it_should_be_is_left_to_the_check() {
        let call = call(Service::Iam, "ListRoles").unwrap();
        let input = call.decode(b"Action=ListRoles&MaxItems=many");
        assert_eq!(Value::Object(input.clone()), json!({"MaxItems": "many"}));
        assert_eq!(
            call.check(&input),
            Err(ApiError::Serialization(
                "STRING_VALUE can not be converted to an Integer".to_owned()
            ))
        );
    }

    #[test]
    fn empty_lists_flattened_lists_and_maps() {
        let model = json!({
            "metadata": {"apiVersion": "1", "protocol": "query", "signingName": "a"},
            "operations": {"Do": {"input": "DoInput"}},
            "errors": {},
            "shapes": {
                "DoInput": {"type": "structure", "members": {
                    "Empty": "List", "Flat": "Flat", "Named": "Named", "Map": "Map", "Weight": "Weight",
                }},
                "Text": {"type": "string"},
                "List": {"type": "list", "member": "Text"},
                "Flat": {"type": "list", "member": "Text", "flattened": true},
                "Named": {"type": "list", "member": {"shape": "Text", "locationName": "Item"}, "flattened": true},
                "Map": {"type": "map", "key": "Text", "value": {"shape": "Text", "locationName": "Content"}},
                "Weight": {"type": "double"},
            },
        });
        let model = Model::parse(&model.to_string()).unwrap();
        let form = b"Empty=&Flat.1=a&Flat.2=b&Item.1=c&Map.entry.1.key=k.1&Map.entry.1.Content=v&Map.entry.2.key=half&Weight=0.5";
        assert_eq!(
            Value::Object(decode(&model, &model.operations["Do"], form)),
            json!({"Empty": [], "Flat": ["a", "b"], "Named": ["c"], "Map": {"k.1": "v"}, "Weight": 0.5})
        );
    }

    #[test]
    fn no_form_makes_it_fall_over() {
        let deep = "a.".repeat(100_000);
        for form in [
            "",
            "&&==&%zz=%ff",
            "Tags",
            "Tags.member",
            "Tags.member.x.Key=1",
            "Tags.member.99999999999.Key=1",
            &deep,
        ] {
            decoded(Service::Sts, "AssumeRole", form);
        }
    }
}
