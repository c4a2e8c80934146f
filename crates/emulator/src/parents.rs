//! Which existing resource the input of a list must name, from `providers/aws/parents.toml`.
//!
//! Only where the file leaves no choice: an input that several types supply, or that has values of its own, names no one
//! resource, and nothing is refused for it.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

/// The parent that a list input names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parent {
    /// The property of the list's ResourceModel.
    pub(crate) input: String,
    pub(crate) type_name: String,
    /// The parent's own property with the same value.
    pub(crate) property: String,
}

/// The parents of all types whose inputs name resources of one type each.
#[derive(Debug)]
pub(crate) struct Parents {
    of: HashMap<String, Vec<Parent>>,
}

#[derive(Deserialize)]
struct Document {
    parent: Vec<Entry>,
    values: Vec<Values>,
}

#[derive(Deserialize)]
struct Values {
    types: Vec<String>,
    input: String,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "type")]
    type_name: String,
    property: String,
    children: BTreeMap<String, String>,
}

impl Parents {
    pub(crate) fn embedded() -> Self {
        Self::parse(include_str!("../../../providers/aws/parents.toml"))
            .expect("the tests read the embedded file")
    }

    fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let document: Document = toml::from_str(text)?;
        let mut of: HashMap<String, Vec<Parent>> = HashMap::new();
        for entry in document.parent {
            for (child, input) in entry.children {
                of.entry(child).or_default().push(Parent {
                    input,
                    type_name: entry.type_name.clone(),
                    property: entry.property.clone(),
                });
            }
        }
        for (child, parents) in &mut of {
            let has_values = |input: &str| {
                let mut values = document.values.iter();
                values.any(|values| values.input == input && values.types.contains(child))
            };
            let all = parents.clone();
            let supplies = |input: &str| all.iter().filter(|parent| parent.input == input).count();
            // Of several inputs that one parent supplies together, each alone says little: an account id, say.
            let feeds = |name: &str| all.iter().filter(|parent| parent.type_name == name).count();
            parents.retain(|parent| {
                supplies(&parent.input) == 1
                    && feeds(&parent.type_name) == 1
                    && !has_values(&parent.input)
            });
        }
        Ok(Self { of })
    }

    /// The parents that the inputs of a type's list name.
    pub(crate) fn of(&self, type_name: &str) -> &[Parent] {
        self.of.get(type_name).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_file_is_read() {
        let parents = Parents::embedded();
        assert_eq!(
            parents.of("AWS::Cognito::UserPoolClient"),
            [Parent {
                input: "UserPoolId".to_owned(),
                type_name: "AWS::Cognito::UserPool".to_owned(),
                property: "UserPoolId".to_owned(),
            }]
        );
        assert!(parents.of("AWS::S3::Bucket").is_empty());
    }

    #[test]
    fn an_input_that_may_name_resources_of_several_types_names_none() {
        let parents = Parents::embedded();
        assert!(parents.of("AWS::MSK::ClusterPolicy").is_empty());
        let inputs = parents.of("AWS::SCN::Dataset").iter();
        assert_eq!(
            inputs
                .map(|parent| parent.input.as_str())
                .collect::<Vec<_>>(),
            ["InstanceId"]
        );
    }
}
