//! How long answers take, drawn from a distribution: `GetResource=20ms`, `*=10ms..80ms`, `ListResources=p50:40ms,p99:900ms`.

use std::{fmt, str::FromStr, time::Duration};

use crate::sequence::Sequence;

/// How long the answers to an operation take, on top of the work itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Latency {
    /// The operation; all that have no latency of their own if unset.
    pub operation: Option<String>,
    /// How long.
    pub distribution: Distribution,
}

/// How a latency varies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Distribution {
    /// Always the same.
    Constant(Duration),
    /// Anything from the first to the second, all equally likely.
    Uniform(Duration, Duration),
    /// Log-normal, as services behave: this median, this 99th percentile.
    LogNormal(Duration, Duration),
}

/// Why a text is not a latency.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a latency such as `GetResource=20ms`, `*=10ms..80ms` or `ListResources=p50:40ms,p99:900ms`"
)]
pub struct LatencyError(String);

impl FromStr for Latency {
    type Err = LatencyError;

    fn from_str(text: &str) -> Result<Self, LatencyError> {
        let parse = || {
            let (operation, rest) = text.split_once('=')?;
            let duration = |text: &str| humantime::parse_duration(text).ok();
            let distribution = if let Some(percentiles) = rest.strip_prefix("p50:") {
                let (median, slow) = percentiles.split_once(",p99:")?;
                let (median, slow) = (duration(median)?, duration(slow)?);
                let sound = !median.is_zero() && median <= slow;
                sound.then_some(Distribution::LogNormal(median, slow))?
            } else if let Some((least, most)) = rest.split_once("..") {
                let (least, most) = (duration(least)?, duration(most)?);
                (least <= most).then_some(Distribution::Uniform(least, most))?
            } else {
                Distribution::Constant(duration(rest)?)
            };
            Some(Self {
                operation: (operation != "*").then(|| operation.to_owned()),
                distribution,
            })
        };
        parse().ok_or_else(|| LatencyError(text.to_owned()))
    }
}

impl fmt::Display for Latency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operation = self.operation.as_deref().unwrap_or("*");
        let text = humantime::format_duration;
        match self.distribution {
            Distribution::Constant(always) => write!(formatter, "{operation}={}", text(always)),
            Distribution::Uniform(least, most) => {
                write!(formatter, "{operation}={}..{}", text(least), text(most))
            }
            Distribution::LogNormal(median, slow) => {
                write!(
                    formatter,
                    "{operation}=p50:{},p99:{}",
                    text(median),
                    text(slow)
                )
            }
        }
    }
}

/// The 99th percentile of the standard normal distribution.
const Z99: f64 = 2.326_347_874;

impl Distribution {
    fn draw(self, chance: &mut Sequence) -> Duration {
        match self {
            Self::Constant(always) => always,
            Self::Uniform(least, most) => {
                least + most.saturating_sub(least).mul_f64(chance.fraction())
            }
            Self::LogNormal(median, slow) => {
                let sigma = (slow.as_secs_f64() / median.as_secs_f64()).ln() / Z99;
                // Twelve uniform draws make a normal one (Irwin and Hall), cut at six deviations.
                let normal: f64 = (0..12).map(|_| chance.fraction()).sum::<f64>() - 6.0;
                median.mul_f64((sigma * normal).exp())
            }
        }
    }
}

/// How long the answer to this call takes.
pub(crate) fn draw(latencies: &[Latency], operation: &str, chance: &mut Sequence) -> Duration {
    let own = |latency: &&Latency| latency.operation.as_deref() == Some(operation);
    let any = |latency: &&Latency| latency.operation.is_none();
    latencies
        .iter()
        .rfind(own)
        .or(latencies.iter().rfind(any))
        .map_or(Duration::ZERO, |latency| latency.distribution.draw(chance))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latencies_are_read_and_written_back() {
        for text in [
            "*=20ms",
            "GetResource=10ms..1s",
            "ListResources=p50:40ms,p99:900ms",
        ] {
            assert_eq!(text.parse::<Latency>().unwrap().to_string(), text);
        }
        for wrong in [
            "20ms",
            "*=",
            "*=2s..1s",
            "*=p50:2s,p99:1s",
            "*=p50:0s,p99:1s",
            "*=p50:1s",
        ] {
            assert!(wrong.parse::<Latency>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn draws_have_the_shape_that_was_asked_for() {
        let latencies: Vec<Latency> = ["*=10ms..20ms", "GetResource=p50:40ms,p99:400ms"]
            .map(|text| text.parse().unwrap())
            .into();
        let mut chance = Sequence::new(1);
        let mut draws = |operation: &str| -> Vec<Duration> {
            let mut draws: Vec<_> = (0..10_000)
                .map(|_| draw(&latencies, operation, &mut chance))
                .collect();
            draws.sort();
            draws
        };
        let ms = Duration::from_millis;
        let uniform = draws("ListResources");
        assert!(uniform[0] >= ms(10) && uniform[9_999] <= ms(20));
        assert!((ms(14)..ms(16)).contains(&uniform[5_000]));
        let slow = draws("GetResource");
        assert!((ms(37)..ms(43)).contains(&slow[5_000]), "{:?}", slow[5_000]);
        assert!(
            (ms(300)..ms(500)).contains(&slow[9_900]),
            "{:?}",
            slow[9_900]
        );
        assert_eq!(
            draw(&[], "GetResource", &mut Sequence::new(1)),
            Duration::ZERO
        );
    }
}
