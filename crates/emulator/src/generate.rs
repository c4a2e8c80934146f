//! What the service adds to a model: defaults, and the read-only properties that a reader would miss: the parts of
//! identifiers, the ARN, the resource's own id. Pure apart from the sequence that the values come from.
//!
//! The tables in `ids.rs` and `arns.rs` know what common types have; the rest follows from the schemas, in `source.rs`.

mod arns;
mod defaults;
mod forms;
mod ids;
mod source;

use serde_json::Value;

use self::source::{Source, is_arn};
use crate::{arn::Place, resource_type::ResourceType, sequence::Sequence};

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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use cirrus_provider::Schemas;
    use serde_json::json;

    use super::*;
    use crate::{
        resource_type::{
            Types, pattern,
            samples::{sample as type_of, thing},
        },
        validate,
    };

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
        let schemas = Arc::new(Schemas::embedded());
        let types = Types::new(Arc::clone(&schemas));
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
        let types = Types::new(Arc::new(Schemas::embedded()));
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
