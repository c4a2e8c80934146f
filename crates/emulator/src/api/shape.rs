//! The API model of a service: its operations, their errors, and the shapes of their inputs.
//!
//! `crates/dev/src/api_models.rs` says how the files are made.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};

use super::pattern::Pattern;

/// What one file of `providers/aws/api/` says.
#[derive(Debug, Deserialize)]
pub(crate) struct Model {
    pub(crate) metadata: Metadata,
    pub(crate) operations: BTreeMap<String, Operation>,
    pub(crate) errors: BTreeMap<String, ErrorShape>,
    shapes: HashMap<String, Shape>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "tests hold the table of services against it")
)]
pub(crate) struct Metadata {
    pub(crate) api_version: String,
    pub(crate) protocol: Protocol,
    pub(crate) json_version: Option<String>,
    pub(crate) target_prefix: Option<String>,
    pub(crate) signing_name: String,
    pub(crate) xml_namespace: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Protocol {
    Json,
    RestJson,
    Query,
    Ec2,
    SmithyRpcV2Cbor,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Operation {
    /// The shape of the members of a request.
    pub(crate) input: Option<String>,
    #[cfg(test)]
    #[serde(default)]
    pub(crate) errors: Vec<String>,
    /// Absent for `POST /`.
    pub(crate) http: Option<Http>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Http {
    pub(crate) method: String,
    pub(crate) path: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ErrorShape {
    /// What the query protocol calls the error, if not by its own name.
    pub(crate) code: Option<String>,
    http_status_code: Option<u16>,
    /// The service's fault, not the caller's.
    #[serde(default)]
    fault: bool,
}

impl ErrorShape {
    /// The HTTP status of the answer.
    pub(crate) fn status(&self) -> u16 {
        self.http_status_code
            .unwrap_or(if self.fault { 500 } else { 400 })
    }
}

/// What a value must be.
#[derive(Debug, Deserialize)]
pub(crate) struct Shape {
    #[serde(flatten)]
    pub(crate) kind: Kind,
    /// Messages do not repeat the value.
    #[serde(default)]
    pub(crate) sensitive: bool,
    /// The least value of a number, the least length of anything else.
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum Kind {
    Structure {
        #[serde(default)]
        members: Members,
        #[serde(default)]
        required: Vec<String>,
        /// Any JSON at all.
        #[serde(default)]
        document: bool,
    },
    List {
        member: Mention,
        #[serde(default)]
        flattened: bool,
    },
    Map {
        key: Mention,
        value: Mention,
        #[serde(default)]
        flattened: bool,
    },
    String {
        pattern: Option<Pattern>,
        #[serde(default, rename = "enum")]
        values: Vec<String>,
    },
    Integer,
    Long,
    Float,
    Double,
    Boolean,
    Blob,
    Timestamp,
}

/// A use of a shape.
#[derive(Debug, Deserialize)]
#[serde(from = "Written")]
pub(crate) struct Mention {
    pub(crate) shape: String,
    /// The name on the wire, if it is not the member's.
    pub(crate) location_name: Option<String>,
    /// The same for EC2's protocol.
    pub(crate) query_name: Option<String>,
}

/// How a file has a [`Mention`]: the shape's name alone if nothing else is to be said.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Name(String),
    #[serde(rename_all = "camelCase")]
    More {
        shape: String,
        location_name: Option<String>,
        query_name: Option<String>,
    },
}

impl From<Written> for Mention {
    fn from(written: Written) -> Self {
        match written {
            Written::Name(shape) => Self {
                shape,
                location_name: None,
                query_name: None,
            },
            Written::More {
                shape,
                location_name,
                query_name,
            } => Self {
                shape,
                location_name,
                query_name,
            },
        }
    }
}

/// The members of a structure, in the order of the model.
#[derive(Debug, Default)]
pub(crate) struct Members(Vec<(String, Mention)>);

impl Members {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &(String, Mention)> {
        self.0.iter()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Mention> {
        self.iter()
            .find(|(known, _)| known == name)
            .map(|(_, mention)| mention)
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("the members of a structure")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

impl Model {
    pub(crate) fn parse(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str(text)
    }

    /// Makes a text free of its pattern; says whether it had one.
    pub(super) fn drop_pattern(&mut self, shape: &str) -> bool {
        match self.shapes.get_mut(shape).map(|shape| &mut shape.kind) {
            Some(Kind::String { pattern, .. }) => pattern.take().is_some(),
            _ => false,
        }
    }

    /// The values of every enum.
    pub(super) fn enums(&mut self) -> impl Iterator<Item = &mut [String]> {
        self.shapes
            .values_mut()
            .filter_map(|shape| match &mut shape.kind {
                Kind::String { values, .. } => Some(values.as_mut_slice()),
                _ => None,
            })
    }

    /// The shape of a name that the model mentions.
    pub(crate) fn shape(&self, name: &str) -> &Shape {
        self.shapes
            .get(name)
            .expect("a file has every shape that it mentions; a test looks at all")
    }

    /// Whether messages hide a value of this shape, because it is sensitive or holds something that is.
    pub(crate) fn hides(&self, shape: &Shape) -> bool {
        let is_sensitive = |mention: &Mention| self.shape(&mention.shape).sensitive;
        shape.sensitive
            || match &shape.kind {
                Kind::List { member, .. } => is_sensitive(member),
                Kind::Map { key, value, .. } => is_sensitive(key) || is_sensitive(value),
                _ => false,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{call, model, tests::services},
        *,
    };
    use crate::service::Service;

    fn mentions(shape: &Shape) -> Vec<&str> {
        match &shape.kind {
            Kind::Structure { members, .. } => members
                .iter()
                .map(|(_, mention)| mention.shape.as_str())
                .collect(),
            Kind::List { member, .. } => vec![&member.shape],
            Kind::Map { key, value, .. } => vec![&key.shape, &value.shape],
            _ => Vec::new(),
        }
    }

    #[test]
    fn every_model_has_what_it_mentions_and_every_pattern_is_understood() {
        for service in services() {
            let model = model(service);
            assert!(!model.operations.is_empty(), "{service:?}");
            for (name, operation) in &model.operations {
                if let Some(input) = &operation.input {
                    assert!(
                        matches!(model.shape(input).kind, Kind::Structure { .. }),
                        "{service:?} {name}"
                    );
                }
                for error in &operation.errors {
                    assert!(
                        model.errors.contains_key(error),
                        "{service:?} {name}: {error}"
                    );
                }
            }
            for (name, shape) in &model.shapes {
                for mention in mentions(shape) {
                    assert!(
                        model.shapes.contains_key(mention),
                        "{service:?} {name}: {mention}"
                    );
                }
                match &shape.kind {
                    Kind::Structure {
                        members, required, ..
                    } => {
                        for member in required {
                            assert!(
                                members.get(member).is_some(),
                                "{service:?} {name}: {member}"
                            );
                        }
                    }
                    // None that the regex crate cannot express.
                    Kind::String {
                        pattern: Some(pattern),
                        ..
                    } => {
                        assert!(
                            pattern.is_understood(),
                            "{service:?} {name}: {}",
                            pattern.text()
                        );
                    }
                    _ => {}
                }
            }
        }
    }

    /// The reference page's table of inputs.
    #[test]
    fn cloud_control_s_inputs_are_those_of_the_reference() {
        let type_and_role = ["TypeName", "TypeVersionId", "RoleArn"];
        for (operation, required, others) in [
            (
                "CreateResource",
                &["TypeName", "DesiredState"][..],
                &["TypeVersionId", "RoleArn", "ClientToken"][..],
            ),
            (
                "UpdateResource",
                &["TypeName", "Identifier", "PatchDocument"],
                &["TypeVersionId", "RoleArn", "ClientToken"],
            ),
            (
                "DeleteResource",
                &["TypeName", "Identifier"],
                &["TypeVersionId", "RoleArn", "ClientToken"],
            ),
            (
                "GetResource",
                &["TypeName", "Identifier"],
                &["TypeVersionId", "RoleArn"],
            ),
            (
                "ListResources",
                &["TypeName"],
                &[
                    "NextToken",
                    "MaxResults",
                    "ResourceModel",
                    "TypeVersionId",
                    "RoleArn",
                ],
            ),
            ("GetResourceRequestStatus", &["RequestToken"], &[]),
            ("CancelResourceRequest", &["RequestToken"], &[]),
            (
                "ListResourceRequests",
                &[],
                &["MaxResults", "NextToken", "ResourceRequestStatusFilter"],
            ),
        ] {
            let call = call(Service::CloudControl, operation).unwrap();
            let shape = call.model.shape(call.operation.input.as_deref().unwrap());
            let Kind::Structure {
                members,
                required: found,
                ..
            } = &shape.kind
            else {
                panic!("{operation}: {shape:?}");
            };
            let mut names: Vec<_> = members.iter().map(|(name, _)| name.as_str()).collect();
            let starts_with_the_type = names.starts_with(&type_and_role);
            assert_eq!(
                starts_with_the_type,
                names.contains(&"TypeName"),
                "{operation}"
            );
            let mut expected = [required, others].concat();
            let mut found: Vec<_> = found.iter().map(String::as_str).collect();
            let mut required = required.to_vec();
            for names in [&mut names, &mut expected, &mut found, &mut required] {
                names.sort_unstable();
            }
            assert_eq!(names, expected, "{operation}");
            assert_eq!(found, required, "{operation}");
        }
    }
}
