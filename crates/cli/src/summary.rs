//! The line that says what a statement gave and what it cost: `12 rows in 0.41s (3 ListResources, 8 GetResource)`.

use std::{fmt, time::Duration};

use cirrus_provider::{Meter, Operation};

use crate::reached::Reached;

/// A wait that is shorter is not worth a word.
const SHORTEST_WAIT: Duration = Duration::from_millis(100);

/// What happened in one statement.
#[derive(Debug)]
pub(crate) struct Summary<'a> {
    pub(crate) reached: Reached,
    pub(crate) elapsed: Duration,
    pub(crate) meter: &'a Meter,
    pub(crate) warnings: usize,
    pub(crate) masked: u64,
    pub(crate) cancelled: bool,
}

impl Summary<'_> {
    /// Calls by operation, and what went on besides.
    fn costs(&self) -> Vec<String> {
        let meter = self.meter;
        let calls = Operation::ALL
            .iter()
            .map(|operation| (meter.calls(*operation), operation))
            .filter(|(calls, _)| *calls > 0);
        let mut costs: Vec<String> = calls
            .map(|(calls, operation)| format!("{calls} {operation}"))
            .collect();
        let throttles = meter.throttles();
        if throttles > 0 {
            costs.push(format!("{throttles} throttled"));
        }
        // A call that was throttled is sent again: that retry is said already.
        let retries = meter.retries().saturating_sub(throttles);
        if retries > 0 {
            costs.push(count(retries, "retry"));
        }
        let waited = meter.waited();
        if waited >= SHORTEST_WAIT {
            // Calls wait side by side: the sum may be more than the time that passed.
            costs.push(format!("waited {:.1}s in all", waited.as_secs_f64()));
        }
        if self.warnings > 0 {
            costs.push(count(self.warnings as u64, "warning"));
        }
        costs
    }
}

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.cancelled {
            f.write_str("cancelled after ")?;
        }
        let elapsed = self.elapsed.as_secs_f64();
        write!(f, "{} in {elapsed:.2}s", self.reached.rows_text())?;
        let costs = self.costs();
        if !costs.is_empty() {
            write!(f, " ({})", costs.join(", "))?;
        }
        if let (true, Some(reached)) = (self.cancelled, self.reached.behind_rows_text()) {
            write!(f, "; reached {reached}")?;
        }
        if self.masked > 0 {
            write!(
                f,
                "\n{} masked; `--show-secrets` shows them",
                count(self.masked, "secret value")
            )?;
        }
        Ok(())
    }
}

/// A number with its noun: `1 row`, `2 rows`, `3 retries`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    match noun.strip_suffix('y') {
        _ if number == 1 => format!("1 {noun}"),
        Some(stem) => format!("{number} {stem}ies"),
        None => format!("{number} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(meter: &Meter) -> Summary<'_> {
        Summary {
            reached: Reached {
                rows: 12,
                ..Reached::default()
            },
            elapsed: Duration::from_millis(413),
            meter,
            warnings: 0,
            masked: 0,
            cancelled: false,
        }
    }

    #[test]
    fn names_only_what_happened() {
        let meter = Meter::default();
        assert_eq!(summary(&meter).to_string(), "12 rows in 0.41s");
        for _ in 0..3 {
            meter.count_call(Operation::ListResources);
        }
        meter.count_retry();
        let one = Summary {
            warnings: 2,
            ..summary(&meter)
        };
        assert_eq!(
            one.to_string(),
            "12 rows in 0.41s (3 ListResources, 1 retry, 2 warnings)"
        );
        let masked = Summary {
            masked: 2,
            ..summary(&Meter::default())
        }
        .to_string();
        assert!(
            masked.ends_with("\n2 secret values masked; `--show-secrets` shows them"),
            "{masked}"
        );
    }

    #[test]
    fn a_throttled_call_is_not_a_retry_as_well() {
        let meter = Meter::default();
        for _ in 0..8 {
            meter.count_call(Operation::GetResource);
        }
        for _ in 0..5 {
            meter.count_throttle();
            meter.count_retry();
        }
        meter.add_wait(Duration::from_millis(1_234));
        assert_eq!(
            summary(&meter).to_string(),
            "12 rows in 0.41s (8 GetResource, 5 throttled, waited 1.2s in all)"
        );
        meter.count_retry();
        assert_eq!(
            summary(&meter).to_string(),
            "12 rows in 0.41s (8 GetResource, 5 throttled, 1 retry, waited 1.2s in all)"
        );
    }

    #[test]
    fn a_cancelled_statement_says_what_it_reached() {
        let meter = Meter::default();
        let cancelled = |reached| Summary {
            reached,
            cancelled: true,
            ..summary(&meter)
        };
        assert_eq!(
            cancelled(Reached::default()).to_string(),
            "cancelled after 0 rows in 0.41s"
        );
        meter.count_call(Operation::ListResources);
        let reached = Reached {
            rows: 12,
            pages: 1,
            gets: (8, 20),
            regions: (1, 2),
        };
        assert_eq!(
            cancelled(reached).to_string(),
            "cancelled after 12 rows in 0.41s (1 ListResources); reached 1 page, 8 of 20+ gets, 1 of 2 regions"
        );
    }
}
