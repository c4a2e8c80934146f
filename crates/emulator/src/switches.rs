//! What is not known about AWS, or differs from type to type, as a choice: the default is what AWS was seen to do.
//!
//! `docs/emulator.md` lists them with the evidence for each.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The choices of one emulator; [`Switches::set`] takes them as text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Switches {
    /// What the event of a finished create or update carries as `ResourceModel`.
    pub model_echo: ModelEcho,
    /// How a change of create-only properties is recognised.
    pub create_only: CreateOnlyCheck,
    /// What becomes of a change of conditionally create-only properties.
    pub conditional_create_only: Conditional,
    /// What becomes of write-only properties that an update does not repeat.
    pub write_only: WriteOnly,
    /// What becomes of read-only properties in a create's DesiredState.
    pub read_only_input: ReadOnlyInput,
    /// When patterns, enums, lengths and alternatives of the schema are checked.
    pub constraints: Constraints,
    /// What a repeated write with the same client token and the same parameters gets.
    pub identical_retry: IdenticalRetry,
    /// What ListResources answers when its input names a parent that does not exist.
    pub missing_parent: MissingParent,
    /// Whether regions that an account must opt in to are enabled.
    pub opt_in_regions: OptInRegions,
    /// What ListResources shows, by type; types that are not here have their built-in view.
    pub list_view: BTreeMap<String, ListView>,
}

/// A switch that does not exist, or a position that it does not have.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SwitchError(String);

impl Switches {
    /// Sets one switch from `key=value`, such as `model-echo=full` or `list-view:AWS::S3::Bucket=full`.
    pub fn set(&mut self, setting: &str) -> Result<(), SwitchError> {
        let (key, value) = setting
            .split_once('=')
            .ok_or_else(|| SwitchError(format!("`{setting}` is not of the form key=value")))?;
        let fault = |error: serde_json::Error| SwitchError(format!("`{setting}`: {error}"));
        let mut all = serde_json::to_value(&*self).map_err(fault)?;
        match key.strip_prefix("list-view:") {
            Some(type_name) => all["list-view"][type_name] = Value::from(value),
            None => all[key] = Value::from(value),
        }
        *self = serde_json::from_value(all).map_err(fault)?;
        Ok(())
    }
}

/// What a successful event carries as `ResourceModel`; AWS does all three, depending on the type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModelEcho {
    /// The primary identifier's properties.
    #[default]
    Identifier,
    /// The whole read model.
    Full,
    /// Nothing.
    Absent,
}

/// How UpdateResource recognises a change of create-only properties; public evidence points both ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CreateOnlyCheck {
    /// Only a value that differs afterwards is a change.
    #[default]
    ByValue,
    /// Any operation of the patch that names the property is a change.
    ByPath,
}

/// What becomes of a change of a property that is create-only under conditions that no schema spells out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conditional {
    /// The conditions allow it.
    #[default]
    Allow,
    /// The handler fails with NotUpdatable.
    Refuse,
}

/// What becomes of write-only properties that an update does not repeat; both occur, depending on the type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WriteOnly {
    /// The service keeps what it has.
    #[default]
    Keep,
    /// The service takes them as unset.
    Erase,
}

/// What becomes of read-only properties in a create's DesiredState; AWS's behaviour is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReadOnlyInput {
    /// Handlers overwrite them.
    #[default]
    Ignore,
    /// A ValidationException.
    Refuse,
}

/// When the constraints are checked that the public schemas tighten: patterns, enums, lengths, alternatives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Constraints {
    /// By the handler: the request is accepted and fails with InvalidRequest.
    #[default]
    Later,
    /// Before the request is accepted: a ValidationException.
    AtOnce,
    /// Never.
    Off,
}

/// What a repeated write gets; the documentation and reports from the field disagree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdenticalRetry {
    /// The event of the first one.
    #[default]
    Replay,
    /// A ClientTokenConflictException.
    Conflict,
}

/// What a list answers when its input names a parent that does not exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MissingParent {
    /// The handler fails with NotFound.
    #[default]
    Refuse,
    /// An empty list.
    Empty,
}

/// Whether regions that an account must opt in to are enabled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptInRegions {
    /// The account has opted in everywhere.
    #[default]
    Enabled,
    /// As in a new account: calls there are refused, ListRegions says so.
    Disabled,
}

/// What ListResources shows of each resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListView {
    /// The primary identifier's properties: the least that a handler may return.
    Identifier,
    /// Everything that GetResource shows.
    Full,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switches_are_set_by_text_and_say_what_there_is() {
        let mut switches = Switches::default();
        switches.set("model-echo=full").unwrap();
        switches.set("list-view:AWS::S3::Bucket=full").unwrap();
        assert_eq!(switches.model_echo, ModelEcho::Full);
        assert_eq!(switches.list_view["AWS::S3::Bucket"], ListView::Full);
        let error =
            |switches: &mut Switches, text: &str| switches.set(text).unwrap_err().to_string();
        assert!(error(&mut switches, "write-only").contains("key=value"));
        let unknown = error(&mut switches, "writeonly=keep");
        assert!(unknown.contains("unknown field `writeonly`") && unknown.contains("`write-only`"));
        let wrong = error(&mut switches, "write-only=sometimes");
        assert!(wrong.contains("`keep` or `erase`"), "{wrong}");
        assert_eq!(switches.model_echo, ModelEcho::Full);
    }
}
