//! Rate limits: token buckets per account, region and operation, as AWS has them. AWS does not publish its numbers.
//!
//! Written as `GetResource=25/s` or `ListResources=1/s,burst=30`; `*` is every operation that has no limit of its own.

use std::{collections::HashMap, fmt, str::FromStr};

use crate::clock::Millis;

/// How many calls of an operation are let through.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// The operation; all that have no limit of their own if unset.
    pub operation: Option<String>,
    /// Calls a second in the long run.
    pub rate: f64,
    /// Calls at once after a rest.
    pub burst: f64,
}

/// Why a text is not a limit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a limit such as `GetResource=25/s`, `*=10/s,burst=30` or `CreateResource=60/m`"
)]
pub struct LimitError(String);

impl FromStr for Limit {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<Self, LimitError> {
        let parse = || {
            let (operation, rest) = text.split_once('=')?;
            let (rate, burst) = match rest.split_once(",burst=") {
                Some((rate, burst)) => (rate, Some(burst.parse::<f64>().ok()?)),
                None => (rest, None),
            };
            let (count, unit) = rate.split_once('/')?;
            let seconds = match unit {
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3600.0,
                _ => return None,
            };
            let count: f64 = count.parse().ok()?;
            let burst = burst.unwrap_or(count);
            let sound = count.is_finite() && count > 0.0 && burst.is_finite() && burst >= 1.0;
            sound.then(|| Self {
                operation: (operation != "*").then(|| operation.to_owned()),
                rate: count / seconds,
                burst,
            })
        };
        parse().ok_or_else(|| LimitError(text.to_owned()))
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            operation,
            rate,
            burst,
        } = self;
        let operation = operation.as_deref().unwrap_or("*");
        if *rate < 1.0 {
            let rate = rate * 60.0;
            return write!(formatter, "{operation}={rate}/m,burst={burst}");
        }
        write!(formatter, "{operation}={rate}/s,burst={burst}")
    }
}

/// The limits in force and what is left of them.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    limits: Vec<Limit>,
    /// By account, region and operation: what is left, and since when.
    buckets: HashMap<(String, String, String), (f64, Millis)>,
}

impl Limits {
    pub(crate) fn new(limits: Vec<Limit>) -> Self {
        Self {
            limits,
            buckets: HashMap::new(),
        }
    }

    pub(crate) fn all(&self) -> &[Limit] {
        &self.limits
    }

    /// Takes one call out of its bucket; false if there is nothing left.
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds between two calls fit in 53 bits"
    )]
    pub(crate) fn allow(
        &mut self,
        account: &str,
        region: &str,
        operation: &str,
        now: Millis,
    ) -> bool {
        let own = |limit: &&Limit| limit.operation.as_deref() == Some(operation);
        let any = |limit: &&Limit| limit.operation.is_none();
        let limits = &self.limits;
        let Some(limit) = limits.iter().rfind(own).or(limits.iter().rfind(any)) else {
            return true;
        };
        let key = (account.to_owned(), region.to_owned(), operation.to_owned());
        let (left, since) = self.buckets.entry(key).or_insert((limit.burst, now));
        let seconds = now.saturating_sub(*since) as f64 / 1000.0;
        *left = (*left + seconds * limit.rate).min(limit.burst);
        *since = now;
        let allowed = *left >= 1.0;
        if allowed {
            *left -= 1.0;
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_and_written_back() {
        let limit: Limit = "ListResources=1/s,burst=30".parse().unwrap();
        assert_eq!(limit.to_string(), "ListResources=1/s,burst=30");
        let limit: Limit = "*=30/m".parse().unwrap();
        assert_eq!(
            (limit.operation, limit.rate, limit.burst),
            (None, 0.5, 30.0)
        );
        for wrong in [
            "",
            "GetResource",
            "GetResource=fast",
            "a=0/s",
            "a=1/d",
            "a=1/s,burst=0",
            "a=inf/s",
        ] {
            assert!(wrong.parse::<Limit>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_bucket_empties_and_fills_by_the_clock() {
        let limits = ["*=1/s,burst=1", "GetResource=2/s,burst=3"];
        let mut limits = Limits::new(limits.map(|text| text.parse().unwrap()).into());
        let mut allow =
            |region: &str, operation: &str, now| limits.allow("1", region, operation, now);
        let first: Vec<bool> = (0..4).map(|_| allow("a", "GetResource", 0)).collect();
        assert_eq!(first, [true, true, true, false]);
        // Another region has a bucket of its own, another operation the general limit.
        assert!(allow("b", "GetResource", 0));
        assert!(allow("a", "ListResources", 0) && !allow("a", "ListResources", 0));
        assert!(!allow("a", "GetResource", 400));
        assert!(allow("a", "GetResource", 500) && !allow("a", "GetResource", 500));
        // A rest fills no more than the burst.
        let rested: Vec<bool> = (0..4).map(|_| allow("a", "GetResource", 90_000)).collect();
        assert_eq!(rested, [true, true, true, false]);
    }
}
