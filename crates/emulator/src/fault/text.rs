//! Faults as text: `effect:key=value,...`, such as `deny:region=eu-west-1`, `throttle:op=ListResources,times=2`,
//! `deny:type=AWS::Cognito::UserPoolClient,UserPoolId=us-east-1_Demo00001`.

use std::{collections::BTreeMap, fmt, num::NonZeroU32, str::FromStr, time::Duration};

use super::{Fault, FaultEffect, FaultTarget, effect::names};
use crate::{CrashPoint, service};

/// Why a text is not a fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// There is no such effect.
    #[error("`{0}` is not a fault; there are {known}", known = names().collect::<Vec<_>>().join(", "))]
    UnknownEffect(String),
    /// A part is not `key=value`.
    #[error("`{0}` is not of the form key=value")]
    NotAPair(String),
    /// There is no such key.
    #[error(
        "`{key}` is not a key of the fault `{effect}`; there are {own}service, op, region, account, type, identifier, times, \
         skip, chance, and any property by its name, such as UserPoolId"
    )]
    UnknownKey {
        /// The key.
        key: String,
        /// The effect.
        effect: String,
        /// The effect's own keys, each with a comma.
        own: &'static str,
    },
    /// A value is not what its key takes.
    #[error("`{key}` takes {takes}, not `{value}`")]
    WrongValue {
        /// The key.
        key: &'static str,
        /// What it takes.
        takes: &'static str,
        /// What was given.
        value: String,
    },
    /// There is no such operation.
    #[error("`{name}` is not an operation that the emulator serves{}", meant(suggestion.as_deref()))]
    UnknownOperation {
        /// What was given.
        name: String,
        /// What might be meant.
        suggestion: Option<String>,
    },
    /// The effect exists for other operations only.
    #[error("`{effect}` is a fault of {} only", operations.join(", "))]
    OtherOperation {
        /// The effect.
        effect: &'static str,
        /// What it is a fault of.
        operations: &'static [&'static str],
    },
}

fn meant(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(String::new, |name| format!("; is `{name}` meant?"))
}

/// The pairs of a fault, each taken once.
struct Pairs {
    values: BTreeMap<String, String>,
}

impl Pairs {
    fn take(&mut self, key: &str) -> Option<String> {
        self.values.remove(key)
    }

    fn parse<T>(
        &mut self,
        key: &'static str,
        takes: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, FaultError> {
        let Some(value) = self.take(key) else {
            return Ok(None);
        };
        parse(&value)
            .map(Some)
            .ok_or(FaultError::WrongValue { key, takes, value })
    }

    fn duration(&mut self, key: &'static str, usual: Duration) -> Result<Duration, FaultError> {
        let parse = |text: &str| humantime::parse_duration(text).ok();
        Ok(self
            .parse(key, "a duration such as 500ms", parse)?
            .unwrap_or(usual))
    }

    fn failure(&mut self, usual: (&str, &str)) -> (String, String) {
        (
            self.take("code").unwrap_or_else(|| usual.0.to_owned()),
            self.take("message").unwrap_or_else(|| usual.1.to_owned()),
        )
    }
}

/// The usual code and message of failures that are injected.
const INJECTED: (&str, &str) = ("GeneralServiceException", "Injected failure");

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let (name, rest) = text.split_once(':').unwrap_or((text, ""));
        let mut values = BTreeMap::new();
        let mut properties = BTreeMap::new();
        for pair in rest.split(',').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair
                .split_once('=')
                .ok_or_else(|| FaultError::NotAPair(pair.to_owned()))?;
            let is_property = key.starts_with(|first: char| first.is_ascii_uppercase());
            let place = if is_property {
                &mut properties
            } else {
                &mut values
            };
            place.insert(key.to_owned(), value.to_owned());
        }
        let mut pairs = Pairs { values };
        let effect = effect(name, &mut pairs)?;
        let target = FaultTarget {
            service: pairs.take("service"),
            operation: pairs.take("op"),
            region: pairs.take("region"),
            account: pairs.take("account"),
            type_name: pairs.take("type"),
            identifier: pairs.take("identifier"),
            properties,
        };
        let count = |text: &str| text.parse::<NonZeroU32>().ok().map(NonZeroU32::get);
        let share = |text: &str| {
            let share = text.parse::<f64>().ok()?;
            (0.0..=1.0).contains(&share).then_some(share)
        };
        let times = pairs.parse("times", "a number from 1 on", count)?;
        let skip = pairs.parse("skip", "a number from 1 on", count)?;
        let chance = pairs.parse("chance", "a number from 0 to 1", share)?;
        if let Some(key) = pairs.values.into_keys().next() {
            return Err(FaultError::UnknownKey {
                key,
                effect: name.to_owned(),
                own: own_keys(&effect),
            });
        }
        if let Some(operation) = &target.operation {
            service::check_operation(operation).map_err(|suggestion| {
                FaultError::UnknownOperation {
                    name: operation.clone(),
                    suggestion,
                }
            })?;
            if !effect.concerns(operation) {
                return Err(FaultError::OtherOperation {
                    effect: effect.name(),
                    operations: effect.operations(),
                });
            }
        }
        Ok(Self {
            effect,
            target,
            skip: skip.unwrap_or(0),
            times,
            chance,
        })
    }
}

fn effect(name: &str, pairs: &mut Pairs) -> Result<FaultEffect, FaultError> {
    Ok(match name {
        "deny" => FaultEffect::Deny,
        "throttle" => FaultEffect::Throttle,
        "expired" => FaultEffect::Expired,
        "internal" => FaultEffect::Internal,
        "unavailable" => FaultEffect::Unavailable,
        "reset" => FaultEffect::Reset,
        "drop" => FaultEffect::Drop,
        "lost" => FaultEffect::Lost,
        "cut" => FaultEffect::Cut,
        "slow" => FaultEffect::Slow {
            over: pairs.duration("over", Duration::from_secs(2))?,
        },
        "delay" => FaultEffect::Delay {
            by: pairs.duration("by", Duration::from_secs(1))?,
        },
        "truncate" => FaultEffect::Truncate,
        "not-json" => FaultEffect::NotJson,
        "properties-not-json" => FaultEffect::PropertiesNotJson,
        "properties-wrong-type" => FaultEffect::PropertiesWrongType,
        "shuffle" => FaultEffect::Shuffle,
        "filled" => FaultEffect::Filled,
        "token-loop" => FaultEffect::TokenLoop,
        "empty-page" => FaultEffect::EmptyPage,
        "stale-list" => FaultEffect::StaleList {
            behind: pairs.duration("behind", Duration::from_secs(5))?,
        },
        "vanish" => FaultEffect::Vanish,
        "late" => FaultEffect::Late {
            reads: pairs
                .parse("reads", "a number", |text| text.parse().ok())?
                .unwrap_or(1),
        },
        "handler" => {
            let (code, message) = pairs.failure(INJECTED);
            FaultEffect::Handler { code, message }
        }
        "concurrent" => FaultEffect::Concurrent,
        "token-conflict" => FaultEffect::TokenConflict,
        "fail" => {
            let (code, message) = pairs.failure(INJECTED);
            FaultEffect::Fail { code, message }
        }
        "remnant" => {
            let (code, message) = pairs.failure((
                "NotStabilized",
                "Resource did not stabilize within the time allowed",
            ));
            FaultEffect::Remnant { code, message }
        }
        "pending" => FaultEffect::Pending,
        "stuck" => FaultEffect::Stuck,
        "unstoppable" => FaultEffect::Unstoppable,
        "late-cancel" => FaultEffect::LateCancel,
        "ignore" => FaultEffect::Ignore {
            property: pairs.take("property").unwrap_or_default(),
        },
        "hook" => FaultEffect::Hook,
        "crash" => {
            let point = |text: &str| serde_json::from_value(text.into()).ok();
            let at = pairs.parse(
                "at",
                "received, decided, writing, written, saved, answering or answered",
                point,
            )?;
            FaultEffect::Crash {
                at: at.unwrap_or(CrashPoint::Received),
            }
        }
        _ => return Err(FaultError::UnknownEffect(name.to_owned())),
    })
}

/// The keys that only this effect has.
fn own_keys(effect: &FaultEffect) -> &'static str {
    match effect {
        FaultEffect::Slow { .. } => "over, ",
        FaultEffect::Delay { .. } => "by, ",
        FaultEffect::StaleList { .. } => "behind, ",
        FaultEffect::Late { .. } => "reads, ",
        FaultEffect::Handler { .. } | FaultEffect::Fail { .. } | FaultEffect::Remnant { .. } => {
            "code, message, "
        }
        FaultEffect::Ignore { .. } => "property, ",
        FaultEffect::Crash { .. } => "at, ",
        _ => "",
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.effect.name())?;
        let FaultTarget {
            service,
            operation,
            region,
            account,
            type_name,
            identifier,
            properties,
        } = &self.target;
        let number = |number: Option<u32>| number.map(|number| number.to_string());
        let skip = (self.skip > 0).then_some(self.skip);
        let optional = [
            ("service", service.clone()),
            ("op", operation.clone()),
            ("region", region.clone()),
            ("account", account.clone()),
            ("type", type_name.clone()),
            ("identifier", identifier.clone()),
            ("skip", number(skip)),
            ("times", number(self.times)),
            ("chance", self.chance.map(|chance| chance.to_string())),
        ];
        let own = own_values(&self.effect);
        let pairs = own
            .iter()
            .map(|(key, value)| (*key, value.as_str()))
            .chain(
                optional
                    .iter()
                    .filter_map(|(key, value)| Some((*key, value.as_deref()?))),
            )
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

fn own_values(effect: &FaultEffect) -> Vec<(&'static str, String)> {
    let duration = |duration: Duration| humantime::format_duration(duration).to_string();
    match effect {
        FaultEffect::Slow { over } => vec![("over", duration(*over))],
        FaultEffect::Delay { by } => vec![("by", duration(*by))],
        FaultEffect::StaleList { behind } => vec![("behind", duration(*behind))],
        FaultEffect::Late { reads } => vec![("reads", reads.to_string())],
        FaultEffect::Handler { code, message }
        | FaultEffect::Fail { code, message }
        | FaultEffect::Remnant { code, message } => {
            vec![("code", code.clone()), ("message", message.clone())]
        }
        FaultEffect::Ignore { property } => vec![("property", property.clone())],
        FaultEffect::Crash { at } => {
            let at = serde_json::to_value(at).unwrap_or_default();
            vec![("at", at.as_str().unwrap_or_default().to_owned())]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::effect::EFFECTS, *};

    #[test]
    fn every_effect_is_read_and_written_back() {
        for (name, _) in EFFECTS {
            let fault: Fault = name.parse().unwrap();
            assert_eq!(fault.effect.name(), name);
            assert_eq!(fault.to_string().parse::<Fault>().as_ref(), Ok(&fault));
        }
        for text in [
            "deny:region=eu-west-1",
            "deny:type=AWS::Cognito::UserPoolClient,UserPoolId=us-east-1_x",
            "throttle:op=ListResources,times=2",
            "vanish:identifier=a|b",
            "fail:code=Throttling,message=Rate exceeded,op=CreateResource",
            "slow:over=2s,service=cognito-idp,account=111122223333",
            "late:reads=3",
            "crash:at=written,skip=7",
            "internal:chance=0.25",
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
        assert!(error("deny:reg=x").contains("region, account, type, identifier"));
        assert!(error("slow:reg=x").contains("there are over, service"));
        assert!(error("deny:op=ListResource").contains("is `ListResources` meant?"));
        assert!(error("throttle:times=often").contains("a number from 1 on, not `often`"));
        assert!(error("throttle:chance=2").contains("from 0 to 1"));
        assert!(error("slow:over=long").contains("a duration such as 500ms"));
        assert_eq!(
            error("vanish:op=ListResources"),
            "`vanish` is a fault of GetResource only"
        );
    }
}
