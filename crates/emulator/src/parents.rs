//! Which existing resource the input of a list must name, from `providers/aws/parents.toml`.

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

/// The parents of all types that have any.
#[derive(Debug)]
pub(crate) struct Parents {
    of: HashMap<String, Vec<Parent>>,
}

#[derive(Deserialize)]
struct Document {
    parent: Vec<Entry>,
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
}
