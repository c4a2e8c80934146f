//! What the schemas do not say, or say wrongly: `exceptions.toml` and `parents.toml`, written by hand.
//!
//! `build.rs` reads the same types to check the files and to turn them into JSON; `decode.rs` applies them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// `exceptions.toml`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exceptions {
    /// Columns whose names do not follow from the rules.
    #[serde(default)]
    pub(crate) column: Vec<ColumnName>,
    /// StackQL columns that have no property.
    #[serde(default)]
    pub(crate) absent: Vec<AbsentColumns>,
    /// Services and types that are the same seen from every region.
    #[serde(default)]
    pub(crate) global: Vec<Global>,
    /// Where the rule that finds secrets is wrong.
    #[serde(default)]
    pub(crate) secret: Vec<Secret>,
    /// List inputs that the schema gets wrong.
    #[serde(default)]
    pub(crate) list_input: Vec<RequiredInputs>,
}

/// A column's name, given.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ColumnName {
    /// The type.
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    /// The property.
    pub(crate) property: String,
    /// Its column.
    pub(crate) name: String,
    /// Why.
    pub(crate) reason: String,
}

/// Columns that StackQL has and the schema does not.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AbsentColumns {
    /// The type.
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    /// StackQL's columns.
    pub(crate) columns: Vec<String>,
    /// Why.
    pub(crate) reason: String,
}

/// A service, or a type, that is not regional.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Global {
    /// All types of this service.
    #[serde(default)]
    pub(crate) service: Option<String>,
    /// These types alone.
    #[serde(default)]
    pub(crate) types: Vec<String>,
    /// Types of the service that are regional nevertheless.
    #[serde(default)]
    pub(crate) except: Vec<String>,
    /// Why.
    pub(crate) reason: String,
}

/// Whether a property holds a secret, against the rule.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Secret {
    /// The type.
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    /// The property.
    pub(crate) property: String,
    /// Whether it is one.
    pub(crate) masked: bool,
    /// Why.
    pub(crate) reason: String,
}

/// The list inputs of a type, against its schema.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequiredInputs {
    /// The type.
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    /// All are needed.
    pub(crate) required: Vec<String>,
    /// Why.
    pub(crate) reason: String,
}

/// `parents.toml`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Parents {
    /// Every property of a parent that feeds list inputs.
    #[serde(default)]
    pub(crate) parent: Vec<Parent>,
    /// Inputs with few values.
    #[serde(default)]
    pub(crate) values: Vec<InputValues>,
    /// Inputs that are the account's id.
    #[serde(default)]
    pub(crate) account: Vec<AccountInput>,
    /// Types with an input that nothing supplies.
    #[serde(default)]
    pub(crate) unlisted: Vec<Unlisted>,
}

/// A type whose resources contain others.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Parent {
    /// The parent.
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    /// The part of its identifier, or its top-level property, that its children are listed by.
    pub(crate) property: String,
    /// How it is known.
    pub(crate) reason: String,
    /// The children with the list input that takes the property.
    pub(crate) children: BTreeMap<String, String>,
}

/// An input with few values.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InputValues {
    /// The types that are listed by it.
    pub(crate) types: Vec<String>,
    /// The input.
    pub(crate) input: String,
    /// Its values.
    pub(crate) values: Vec<InputValue>,
    /// How they are known.
    pub(crate) reason: String,
}

/// A value of an input.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum InputValue {
    /// Served everywhere.
    Anywhere(String),
    /// Served in one region.
    InRegion {
        /// The value.
        value: String,
        /// The region.
        region: String,
    },
}

/// An input that is the account's id.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountInput {
    /// The types that are listed by it.
    pub(crate) types: Vec<String>,
    /// The input.
    pub(crate) input: String,
    /// How it is known.
    pub(crate) reason: String,
}

/// A type with an input that nothing supplies.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Unlisted {
    /// The type.
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    /// Why.
    pub(crate) reason: String,
}

impl Exceptions {
    /// The name that `property` of `type_name` is given, if any.
    pub(crate) fn column_name(&self, type_name: &str, property: &str) -> Option<&str> {
        let given = self
            .column
            .iter()
            .find(|column| column.type_name == type_name && column.property == property);
        given.map(|column| column.name.as_str())
    }

    /// Whether all regions of a partition show the same resources of the type.
    pub(crate) fn is_global(&self, type_name: &str, service: &str) -> bool {
        self.global.iter().any(|global| {
            let in_service =
                global.service.as_deref() == Some(service) && !contains(&global.except, type_name);
            in_service || contains(&global.types, type_name)
        })
    }

    /// What is said about `property` of `type_name`, if anything.
    pub(crate) fn is_secret(&self, type_name: &str, property: &str) -> Option<bool> {
        let said = self
            .secret
            .iter()
            .find(|secret| secret.type_name == type_name && secret.property == property);
        said.map(|secret| secret.masked)
    }

    /// The list inputs that the type needs whatever its schema says.
    pub(crate) fn required_inputs(&self, type_name: &str) -> Option<&[String]> {
        let said = self
            .list_input
            .iter()
            .find(|input| input.type_name == type_name);
        said.map(|input| input.required.as_slice())
    }
}

fn contains(names: &[String], name: &str) -> bool {
    names.iter().any(|candidate| candidate == name)
}
