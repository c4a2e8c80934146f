//! What goes wrong on demand: refusals, throttling, broken answers, failing requests, each for the calls that it is aimed at.
//!
//! Written as `effect:key=value,...`: `deny:region=eu-west-1`, `throttle:op=ListResources,times=2`,
//! `deny:type=AWS::Cognito::UserPoolClient,UserPoolId=us-east-1_Demo00001`.

use std::{collections::BTreeMap, fmt, num::NonZeroU32, str::FromStr};

/// One thing that goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What goes wrong.
    pub effect: FaultEffect,
    /// For which calls.
    pub target: FaultTarget,
    /// How often, before all is well again; always if unset.
    pub times: Option<u32>,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultEffect {
    /// The caller may not do it (AccessDeniedException).
    Deny,
    /// The rate is exceeded (ThrottlingException, HTTP 400).
    Throttle,
    /// The service fails (InternalFailure, HTTP 500).
    Internal,
    /// The call is carried out, but its answer is lost (InternalFailure, HTTP 500).
    Lost,
    /// A resource that is listed cannot be read (ResourceNotFoundException).
    Vanish,
    /// ListResources answers the same NextToken for ever.
    TokenLoop,
    /// The body ends in the middle.
    Truncate,
    /// The body is a web page.
    NotJson,
    /// Every resource's `Properties` is not JSON.
    PropertiesNotJson,
    /// Every property has a value of another type than the schema says, identifiers excepted.
    PropertiesWrongType,
    /// A retried write is refused although nothing differs (ClientTokenConflictException).
    TokenConflict,
    /// A write is accepted and then fails.
    Fail {
        /// The handler's error code, such as `Throttling`.
        code: String,
        /// The status message.
        message: String,
    },
}

/// The calls that a fault is aimed at: those that satisfy everything that is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaultTarget {
    /// The operation, such as `ListResources`.
    pub operation: Option<String>,
    /// The region of the call.
    pub region: Option<String>,
    /// The type of the call.
    pub type_name: Option<String>,
    /// The identifier of the call, in the form `a|b`.
    pub identifier: Option<String>,
    /// Properties that the call names: in its ResourceModel, its DesiredState, or as parts of its identifier.
    pub properties: BTreeMap<String, String>,
}

/// Why a text is not a fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// There is no such effect.
    #[error("`{0}` is not a fault; there are {known}", known = EFFECTS.map(|(name, _)| name).join(", "))]
    UnknownEffect(String),
    /// A part is not `key=value`.
    #[error("`{0}` is not of the form key=value")]
    NotAPair(String),
    /// There is no such key.
    #[error(
        "`{0}` is not a key of a fault; there are op, region, type, identifier, times, and any property by its name, such as UserPoolId"
    )]
    UnknownKey(String),
    /// The number of times is not a number.
    #[error("`times` takes a number from 1 on, not `{0}`")]
    NotANumber(String),
    /// There is no such operation.
    #[error("`{0}` is not an operation; there are {known}", known = OPERATIONS.join(", "))]
    UnknownOperation(String),
    /// The effect exists for other operations only.
    #[error("`{effect}` is a fault of {operations} only")]
    OtherOperation {
        /// The effect.
        effect: &'static str,
        /// What it is a fault of.
        operations: &'static str,
    },
}

const OPERATIONS: [&str; 9] = [
    "CreateResource",
    "GetResource",
    "UpdateResource",
    "DeleteResource",
    "ListResources",
    "GetResourceRequestStatus",
    "ListResourceRequests",
    "CancelResourceRequest",
    "GetCallerIdentity",
];

/// The effects with the operations that can have them.
const EFFECTS: [(&str, &[&str]); 12] = [
    ("deny", &OPERATIONS),
    ("throttle", &OPERATIONS),
    ("internal", &OPERATIONS),
    ("lost", &OPERATIONS),
    ("vanish", &["GetResource"]),
    ("token-loop", &["ListResources"]),
    ("truncate", &OPERATIONS),
    ("not-json", &OPERATIONS),
    ("properties-not-json", &["GetResource", "ListResources"]),
    ("properties-wrong-type", &["GetResource", "ListResources"]),
    (
        "token-conflict",
        &["CreateResource", "UpdateResource", "DeleteResource"],
    ),
    (
        "fail",
        &["CreateResource", "UpdateResource", "DeleteResource"],
    ),
];

impl FaultEffect {
    fn name(&self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::Throttle => "throttle",
            Self::Internal => "internal",
            Self::Lost => "lost",
            Self::Vanish => "vanish",
            Self::TokenLoop => "token-loop",
            Self::Truncate => "truncate",
            Self::NotJson => "not-json",
            Self::PropertiesNotJson => "properties-not-json",
            Self::PropertiesWrongType => "properties-wrong-type",
            Self::TokenConflict => "token-conflict",
            Self::Fail { .. } => "fail",
        }
    }

    fn operations(&self) -> &'static [&'static str] {
        EFFECTS
            .iter()
            .find(|(name, _)| *name == self.name())
            .map_or(&OPERATIONS, |(_, operations)| operations)
    }
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let (name, rest) = text.split_once(':').unwrap_or((text, ""));
        let mut target = FaultTarget::default();
        let mut times = None;
        let (mut code, mut message) = (None, None);
        for pair in rest.split(',').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair
                .split_once('=')
                .ok_or_else(|| FaultError::NotAPair(pair.to_owned()))?;
            let value = value.to_owned();
            match key {
                "op" => target.operation = Some(value),
                "region" => target.region = Some(value),
                "type" => target.type_name = Some(value),
                "identifier" => target.identifier = Some(value),
                "times" => {
                    let number: NonZeroU32 =
                        value.parse().map_err(|_| FaultError::NotANumber(value))?;
                    times = Some(number.get());
                }
                "code" if name == "fail" => code = Some(value),
                "message" if name == "fail" => message = Some(value),
                key if key.starts_with(|first: char| first.is_ascii_uppercase()) => {
                    target.properties.insert(key.to_owned(), value);
                }
                _ => return Err(FaultError::UnknownKey(key.to_owned())),
            }
        }
        let effect = match name {
            "deny" => FaultEffect::Deny,
            "throttle" => FaultEffect::Throttle,
            "internal" => FaultEffect::Internal,
            "lost" => FaultEffect::Lost,
            "vanish" => FaultEffect::Vanish,
            "token-loop" => FaultEffect::TokenLoop,
            "truncate" => FaultEffect::Truncate,
            "not-json" => FaultEffect::NotJson,
            "properties-not-json" => FaultEffect::PropertiesNotJson,
            "properties-wrong-type" => FaultEffect::PropertiesWrongType,
            "token-conflict" => FaultEffect::TokenConflict,
            "fail" => FaultEffect::Fail {
                code: code.unwrap_or_else(|| "GeneralServiceException".to_owned()),
                message: message.unwrap_or_else(|| "Injected failure".to_owned()),
            },
            _ => return Err(FaultError::UnknownEffect(name.to_owned())),
        };
        if let Some(operation) = &target.operation {
            if !OPERATIONS.contains(&operation.as_str()) {
                return Err(FaultError::UnknownOperation(operation.clone()));
            }
            if !effect.operations().contains(&operation.as_str()) {
                return Err(FaultError::OtherOperation {
                    effect: effect.name(),
                    operations: match effect.operations() {
                        ["GetResource"] => "GetResource",
                        ["ListResources"] => "ListResources",
                        ["GetResource", ..] => "GetResource and ListResources",
                        _ => "CreateResource, UpdateResource and DeleteResource",
                    },
                });
            }
        }
        Ok(Self {
            effect,
            target,
            times,
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.effect.name())?;
        let FaultTarget {
            operation,
            region,
            type_name,
            identifier,
            properties,
        } = &self.target;
        let times = self.times.map(|times| times.to_string());
        let (code, message) = match &self.effect {
            FaultEffect::Fail { code, message } => (Some(code.clone()), Some(message.clone())),
            _ => (None, None),
        };
        let named = [
            ("op", operation),
            ("region", region),
            ("type", type_name),
            ("identifier", identifier),
            ("code", &code),
            ("message", &message),
            ("times", &times),
        ];
        let pairs = named
            .into_iter()
            .filter_map(|(key, value)| value.as_deref().map(|value| (key, value)))
            .chain(
                properties
                    .iter()
                    .map(|(key, value)| (key.as_str(), value.as_str())),
            );
        for (index, (key, value)) in pairs.enumerate() {
            let separator = if index == 0 { ':' } else { ',' };
            write!(formatter, "{separator}{key}={value}")?;
        }
        Ok(())
    }
}

/// What a fault can be aimed at.
#[derive(Debug, Default)]
pub(crate) struct Call<'call> {
    pub(crate) operation: &'call str,
    pub(crate) region: &'call str,
    pub(crate) type_name: Option<&'call str>,
    pub(crate) identifier: Option<&'call str>,
    pub(crate) properties: BTreeMap<String, String>,
}

impl FaultTarget {
    fn includes(&self, call: &Call<'_>) -> bool {
        let same = |wanted: &Option<String>, given: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| given == Some(wanted))
        };
        // Who one is, is asked before anything else: only a fault that names the operation stops that.
        let concerns = call.operation != "GetCallerIdentity" || self.operation.is_some();
        concerns
            && same(&self.operation, Some(call.operation))
            && same(&self.region, Some(call.region))
            && same(&self.type_name, call.type_name)
            && same(&self.identifier, call.identifier)
            && self
                .properties
                .iter()
                .all(|(name, value)| call.properties.get(name) == Some(value))
    }
}

/// The faults that are still to happen.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    faults: Vec<Fault>,
}

impl Faults {
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        Self { faults }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.faults.is_empty()
    }

    pub(crate) fn add(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.faults.clear();
    }

    /// The first fault that a call runs into; it counts as having happened.
    pub(crate) fn strike(&mut self, call: &Call<'_>) -> Option<Fault> {
        let index = self.faults.iter().position(|fault| {
            fault.effect.operations().contains(&call.operation) && fault.target.includes(call)
        })?;
        let struck = self.faults[index].clone();
        match &mut self.faults[index].times {
            None => {}
            Some(times) if *times > 1 => *times -= 1,
            Some(_) => {
                self.faults.remove(index);
            }
        }
        Some(struck)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_effect_is_read_and_written_back() {
        for text in [
            "deny:region=eu-west-1",
            "deny:type=AWS::Cognito::UserPoolClient,UserPoolId=us-east-1_x",
            "throttle:op=ListResources,times=2",
            "vanish:identifier=a|b",
            "fail:op=CreateResource,code=Throttling,message=Rate exceeded",
            "token-loop",
            "truncate",
            "not-json",
            "properties-not-json",
            "properties-wrong-type",
            "token-conflict",
            "internal",
            "lost",
        ] {
            assert_eq!(
                text.parse::<Fault>().map(|fault| fault.to_string()),
                Ok(text.to_owned())
            );
        }
    }

    #[test]
    fn errors_say_what_there_is() {
        let error = |text: &str| text.parse::<Fault>().unwrap_err().to_string();
        assert!(error("denny").starts_with("`denny` is not a fault; there are deny, throttle"));
        assert!(error("deny:region").contains("key=value"));
        assert!(error("deny:reg=x").contains("region, type, identifier"));
        assert!(error("deny:op=List").contains("ListResources"));
        assert!(error("throttle:times=often").contains("number"));
        assert_eq!(
            error("vanish:op=ListResources"),
            "`vanish` is a fault of GetResource only"
        );
    }

    #[test]
    fn a_fault_strikes_what_it_is_aimed_at_and_as_often_as_it_says() {
        let mut faults = Faults::new(vec![
            "throttle:region=eu-west-1,UserPoolId=x,times=2"
                .parse()
                .unwrap(),
        ]);
        let call = |region| Call {
            operation: "ListResources",
            region,
            properties: BTreeMap::from([("UserPoolId".to_owned(), "x".to_owned())]),
            ..Call::default()
        };
        assert!(faults.strike(&call("us-east-1")).is_none());
        assert!(faults.strike(&call("eu-west-1")).is_some());
        assert!(faults.strike(&call("eu-west-1")).is_some());
        assert!(faults.strike(&call("eu-west-1")).is_none());
    }
}
