//! Everything that can be made to go wrong or differently, as one document: a `--scenario` file, or the admin endpoint's.
//!
//! ```toml
//! settle = "2s"
//! faults = ["deny:region=eu-west-1", "throttle:op=ListResources,times=2"]
//! limits = ["GetResource=25/s,burst=50"]
//! latencies = ["*=10ms..80ms"]
//!
//! [switches]
//! model-echo = "full"
//! ```

use std::{fmt::Display, fs, path::Path, str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    Fault, Latency, Limit, Options, Switches, fault::Faults, gateway::Gateway, limit::Limits,
};

/// What goes wrong or differently; what is not set is as it usually is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scenario {
    /// How long a create, update or delete stays `IN_PROGRESS`.
    #[serde(with = "duration", skip_serializing_if = "Option::is_none")]
    pub settle: Option<Duration>,
    /// What goes wrong.
    #[serde(with = "texts")]
    pub faults: Vec<Fault>,
    /// How many calls a second are let through.
    #[serde(with = "texts")]
    pub limits: Vec<Limit>,
    /// How long answers take.
    #[serde(with = "texts")]
    pub latencies: Vec<Latency>,
    /// What is not known about AWS, or differs from type to type.
    pub switches: Switches,
}

/// Why a file is not a scenario.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// It cannot be read.
    #[error("cannot read the scenario")]
    Read(#[from] std::io::Error),
    /// It is not a scenario.
    #[error(transparent)]
    Wrong(#[from] toml::de::Error),
}

impl Scenario {
    /// Reads a scenario file in TOML.
    pub fn read(path: &Path) -> Result<Self, ScenarioError> {
        Ok(toml::from_str(&fs::read_to_string(path)?)?)
    }

    /// Adds a scenario to settings: its lists to theirs, its switches and its settle time instead of theirs.
    pub fn add_to(self, options: &mut Options) {
        options.faults.extend(self.faults);
        options.limits.extend(self.limits);
        options.latencies.extend(self.latencies);
        options.switches = self.switches;
        if let Some(settle) = self.settle {
            options.settle = settle;
        }
    }

    /// What is in force.
    pub(crate) fn of(gateway: &Gateway) -> Self {
        let rules = gateway.rules.read();
        let trouble = gateway.trouble.lock();
        Self {
            settle: Some(rules.settle),
            faults: trouble.faults.all().to_vec(),
            limits: trouble.limits.all().to_vec(),
            latencies: trouble.latencies.clone(),
            switches: rules.switches.clone(),
        }
    }

    /// Puts it into force, instead of what is.
    pub(crate) fn apply(self, gateway: &Gateway) {
        let mut rules = gateway.rules.write();
        let mut trouble = gateway.trouble.lock();
        if let Some(settle) = self.settle {
            rules.settle = settle;
        }
        rules.switches = self.switches;
        trouble.faults = Faults::new(self.faults);
        trouble.limits = Limits::new(self.limits);
        trouble.latencies = self.latencies;
    }
}

mod duration {
    //! A duration as `500ms`.

    use super::{Deserialize, Deserializer, Duration, Serializer};
    use serde::de::Error as _;

    #[expect(clippy::ref_option, reason = "serde's signature")]
    pub(super) fn serialize<S: Serializer>(
        duration: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match duration {
            Some(duration) => serializer.collect_str(&humantime::format_duration(*duration)),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        let text = String::deserialize(deserializer)?;
        humantime::parse_duration(&text)
            .map(Some)
            .map_err(|_| D::Error::custom(format_args!("`{text}` is not a duration such as 500ms")))
    }
}

mod texts {
    //! A list of things as the texts that flags take.

    use super::{Deserialize, Deserializer, Display, FromStr, Serializer};

    pub(super) fn serialize<T: Display, S: Serializer>(
        list: &[T],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(list.iter().map(ToString::to_string))
    }

    pub(super) fn deserialize<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        let texts = Vec::<String>::deserialize(deserializer)?;
        texts
            .iter()
            .map(|text| text.parse().map_err(serde::de::Error::custom))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_is_read_and_written_back() {
        let text = r#"
            settle = "2s"
            faults = ["deny:region=eu-west-1"]
            limits = ["GetResource=25/s,burst=50"]
            latencies = ["*=10ms..80ms"]

            [switches]
            model-echo = "full"
        "#;
        let scenario: Scenario = toml::from_str(text).unwrap();
        assert_eq!(scenario.settle, Some(Duration::from_secs(2)));
        let written = serde_json::to_string(&scenario).unwrap();
        assert_eq!(
            serde_json::from_str::<Scenario>(&written).unwrap(),
            scenario
        );
        let error = |text: &str| toml::from_str::<Scenario>(text).unwrap_err().to_string();
        assert!(error("fault = []").contains("unknown field `fault`, expected one of"));
        assert!(error("faults = [\"denny\"]").contains("`denny` is not a fault"));
        assert!(error("settle = \"soon\"").contains("`soon` is not a duration"));
    }
}
