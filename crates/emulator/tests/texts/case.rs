//! What a file of `cases/` may say. One file has one text of AWS: calls in order, each with its answer.

use serde::Deserialize;
use serde_json::Value;

/// What the texts rest on, the best evidence first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Source {
    /// LocalStack's snapshots of AWS.
    Recorded,
    /// Issues, and sources of other clients, that quote AWS.
    Reported,
    /// AWS's documents, and the API models of botocore.
    Documented,
    /// Nobody has published it: what follows from the rest, in the emulator's words.
    Inferred,
}

/// One text of AWS.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) source: Source,
    /// What is refused.
    pub(crate) about: String,
    /// Such as `read-only-input=refuse`.
    #[serde(default)]
    pub(crate) switches: Vec<String>,
    /// What goes wrong from the first call on, such as `deny:op=GetResource`.
    #[serde(default)]
    pub(crate) faults: Vec<String>,
    /// Whether the demo data is there.
    #[serde(default)]
    pub(crate) demo: bool,
    /// Whether signatures are verified; only AKIDEXAMPLE has a secret then.
    #[serde(default)]
    pub(crate) verify: bool,
    #[serde(rename = "step")]
    pub(crate) steps: Vec<Step>,
}

/// A call and its answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    #[serde(default)]
    pub(crate) service: Service,
    pub(crate) operation: String,
    /// Instead of the service's own prefix and the operation.
    pub(crate) target: Option<String>,
    #[serde(default = "usual_region")]
    pub(crate) region: String,
    #[serde(default)]
    pub(crate) authorization: Authorization,
    /// The members; `{token}` and `{identifier}` stand for those of the last event.
    #[serde(default)]
    pub(crate) input: Value,
    /// The body itself, where it is no JSON object.
    pub(crate) body: Option<String>,
    /// How long to wait after the call.
    pub(crate) advance: Option<String>,
    /// Whether the answer is the request's last event.
    #[serde(default)]
    pub(crate) end: bool,
    /// `400 Code: message`, `FAILED Code: message`, or `200` for a success that nobody looks at.
    pub(crate) answer: String,
    /// The whole `__type`.
    #[serde(rename = "type")]
    pub(crate) error_type: Option<String>,
    /// The member that has the message.
    pub(crate) member: Option<String>,
    /// The identifier in the last event.
    pub(crate) identifier: Option<String>,
}

/// A service of the JSON protocol.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(crate) enum Service {
    #[default]
    #[serde(rename = "cloudcontrolapi")]
    CloudControl,
    #[serde(rename = "cognito-idp")]
    Cognito,
}

/// The Authorization header: the usual one, none, or this one.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Authorization {
    Usual(bool),
    Text(String),
}

impl Default for Authorization {
    fn default() -> Self {
        Self::Usual(true)
    }
}

fn usual_region() -> String {
    "us-east-1".to_owned()
}

/// The sections of the reference that have texts.
const SECTIONS: [&str; 11] = [
    "1-6-", "2-1-", "2-2-", "2-3-", "2-4-", "2-5-", "2-6-", "2-7-", "2-8-", "4-1-", "4-4-",
];

impl Case {
    /// Reads a file; the error says why it shows nothing.
    pub(crate) fn read(name: &str, text: &str) -> Result<Self, String> {
        if !SECTIONS.iter().any(|section| name.starts_with(section)) {
            return Err(format!(
                "the name must begin with a section, one of {}",
                SECTIONS.join(" ")
            ));
        }
        let case: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        if case.about.is_empty() {
            return Err("`about` says nothing".to_owned());
        }
        if case.steps.iter().all(|step| step.answer == "200") {
            return Err("no text is expected".to_owned());
        }
        Ok(case)
    }
}

impl Service {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::CloudControl => "cloudcontrolapi",
            Self::Cognito => "cognito-idp",
        }
    }

    pub(crate) fn target(self) -> &'static str {
        match self {
            Self::CloudControl => "CloudApiService",
            Self::Cognito => "AWSCognitoIdentityProviderService",
        }
    }

    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::CloudControl => "application/x-amz-json-1.0",
            Self::Cognito => "application/x-amz-json-1.1",
        }
    }
}
