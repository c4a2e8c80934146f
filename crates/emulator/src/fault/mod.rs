//! What goes wrong on demand: refusals, broken connections and answers, failing requests, each for the calls it is aimed at.
//!
//! [`effect`] has what can go wrong, [`text`] how it is written, [`crate::spoil`] what a fault makes of a call. Here is which
//! call a fault strikes, and how often.

mod effect;
mod text;

use std::collections::{BTreeMap, HashMap};

pub use effect::FaultEffect;
pub use text::FaultError;

use crate::{clock::Millis, sequence::Sequence, store::Scope};

/// One thing that goes wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What goes wrong.
    pub effect: FaultEffect,
    /// For which calls.
    pub target: FaultTarget,
    /// How many such calls are left alone first.
    pub skip: u32,
    /// How often, before all is well again; always if unset.
    pub times: Option<u32>,
    /// The chance of each call to be struck, from 0 to 1; all are if unset.
    pub chance: Option<f64>,
}

/// The calls that a fault is aimed at: those that satisfy everything that is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaultTarget {
    /// The service, as signatures name it: `cloudcontrolapi`, `cognito-idp`, `sts`.
    pub service: Option<String>,
    /// The operation, such as `ListResources`.
    pub operation: Option<String>,
    /// The region of the call.
    pub region: Option<String>,
    /// The account of the call.
    pub account: Option<String>,
    /// The type of the call.
    pub type_name: Option<String>,
    /// The identifier of the call, in the form `a|b`.
    pub identifier: Option<String>,
    /// Properties that the call names: in its ResourceModel, its DesiredState, or as parts of its identifier.
    pub properties: BTreeMap<String, String>,
}

/// What a fault can be aimed at.
#[derive(Debug, Default)]
pub(crate) struct Call<'call> {
    pub(crate) service: &'call str,
    pub(crate) operation: &'call str,
    pub(crate) region: &'call str,
    pub(crate) account: &'call str,
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
            && same(&self.service, Some(call.service))
            && same(&self.operation, Some(call.operation))
            && same(&self.region, Some(call.region))
            && same(&self.account, Some(call.account))
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
    /// How often each resource has been read too early, while a fault makes reads late.
    early_reads: HashMap<(Scope, String), u32>,
}

impl Faults {
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        Self {
            faults,
            early_reads: HashMap::new(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.faults.is_empty()
    }

    pub(crate) fn all(&self) -> &[Fault] {
        &self.faults
    }

    pub(crate) fn add(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.faults.clear();
        self.early_reads.clear();
    }

    /// The first fault that a call runs into; it counts as having happened.
    pub(crate) fn strike(&mut self, call: &Call<'_>, chance: &mut Sequence) -> Option<Fault> {
        let mut index = 0;
        while let Some(fault) = self.faults.get_mut(index) {
            index += 1;
            if !fault.effect.concerns(call.operation) || !fault.target.includes(call) {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            if fault.chance.is_some_and(|share| chance.fraction() >= share) {
                continue;
            }
            let struck = fault.clone();
            match &mut fault.times {
                None => {}
                Some(times) if *times > 1 => *times -= 1,
                Some(_) => {
                    self.faults.remove(index - 1);
                }
            }
            return Some(struck);
        }
        None
    }

    /// Whether this read of a resource is one of the first `reads` since it was created.
    pub(crate) fn is_early(
        &mut self,
        scope: &Scope,
        identifier: &str,
        created: Millis,
        reads: u32,
    ) -> bool {
        // A resource of the same name that is created again is another one.
        let key = (scope.clone(), format!("{created}|{identifier}"));
        let count = self.early_reads.entry(key).or_default();
        *count = count.saturating_add(1);
        *count <= reads
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(region: &str) -> Call<'_> {
        Call {
            operation: "ListResources",
            region,
            properties: BTreeMap::from([("UserPoolId".to_owned(), "x".to_owned())]),
            ..Call::default()
        }
    }

    fn faults(text: &str) -> Faults {
        Faults::new(vec![text.parse().unwrap()])
    }

    fn strikes(faults: &mut Faults, count: usize) -> Vec<bool> {
        let mut chance = Sequence::new(1);
        (0..count)
            .map(|_| faults.strike(&call("eu-west-1"), &mut chance).is_some())
            .collect()
    }

    #[test]
    fn a_fault_strikes_what_it_is_aimed_at_and_as_often_as_it_says() {
        let mut faults = faults("throttle:region=eu-west-1,UserPoolId=x,times=2");
        let mut chance = Sequence::new(1);
        assert!(faults.strike(&call("us-east-1"), &mut chance).is_none());
        assert_eq!(strikes(&mut faults, 3), [true, true, false]);
    }

    #[test]
    fn a_fault_waits_and_strikes_by_chance() {
        assert_eq!(
            strikes(&mut faults("throttle:skip=2,times=1"), 4),
            [false, false, true, false]
        );
        let struck = strikes(&mut faults("throttle:chance=0.25"), 1000);
        let count = struck.iter().filter(|struck| **struck).count();
        assert!((200..300).contains(&count), "{count}");
        assert_eq!(struck, strikes(&mut faults("throttle:chance=0.25"), 1000));
    }
}
