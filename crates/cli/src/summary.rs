//! The line that says what a statement gave and what it cost: `12 rows in 0.41s (3 ListResources, 8 GetResource)`.

use std::{fmt, time::Duration};

use cirrus_provider::{Meter, Operation};

/// What happened in one statement.
#[derive(Debug)]
pub(crate) struct Summary<'a> {
    pub(crate) rows: u64,
    pub(crate) elapsed: Duration,
    pub(crate) meter: &'a Meter,
    pub(crate) warnings: usize,
    pub(crate) masked: u64,
    pub(crate) cancelled: bool,
}

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut costs: Vec<String> = Operation::ALL
            .iter()
            .filter(|operation| self.meter.calls(**operation) > 0)
            .map(|operation| format!("{} {operation}", self.meter.calls(*operation)))
            .collect();
        if self.meter.retries() > 0 {
            costs.push(count(self.meter.retries(), "retry"));
        }
        if self.warnings > 0 {
            costs.push(count(self.warnings as u64, "warning"));
        }
        if self.cancelled {
            f.write_str("cancelled after ")?;
        }
        write!(
            f,
            "{} in {:.2}s",
            count(self.rows, "row"),
            self.elapsed.as_secs_f64()
        )?;
        if !costs.is_empty() {
            write!(f, " ({})", costs.join(", "))?;
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
            rows: 12,
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
            rows: 1,
            warnings: 2,
            ..summary(&meter)
        };
        assert_eq!(
            one.to_string(),
            "1 row in 0.41s (3 ListResources, 1 retry, 2 warnings)"
        );
        meter.count_call(Operation::GetResource);
        meter.count_retry();
        let cancelled = Summary {
            cancelled: true,
            ..summary(&meter)
        };
        assert_eq!(
            cancelled.to_string(),
            "cancelled after 12 rows in 0.41s (3 ListResources, 1 GetResource, 2 retries)"
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
}
