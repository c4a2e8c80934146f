//! Measures programs that take turns: wall time and peak memory of each run, and the medians of all.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, ensure};

/// Runs one program; `std` does not tell the memory of a child.
const SCRIPT: &str = include_str!("measure.py");

/// A program with its arguments.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// An absolute path, then the arguments.
    pub(super) command: Vec<String>,
    /// How many lines it must print; any number if unset.
    pub(super) lines: Option<usize>,
    /// What the numbers in those lines must add up to, if they are JSON objects with numbers.
    pub(super) total: Option<usize>,
}

impl Candidate {
    pub(super) fn new(program: &Path, arguments: &[&str]) -> Self {
        let program = program.display().to_string();
        let arguments = arguments.iter().copied().map(str::to_owned);
        Self {
            command: std::iter::once(program).chain(arguments).collect(),
            lines: None,
            total: None,
        }
    }

    /// Requires a number of lines on stdout, so that nobody is fast by doing less.
    pub(super) fn printing(self, lines: usize) -> Self {
        Self {
            lines: Some(lines),
            ..self
        }
    }

    /// Requires JSON objects on stdout whose numbers add up to this.
    pub(super) fn adding_up_to(self, total: usize) -> Self {
        Self {
            total: Some(total),
            ..self
        }
    }

    /// Says what is wrong with what it printed.
    fn check(&self, printed: &str) -> anyhow::Result<()> {
        let lines = printed.lines().count();
        if let Some(wanted) = self.lines {
            ensure!(lines == wanted, "printed {lines} lines, not {wanted}");
        }
        if let Some(wanted) = self.total {
            let total = sum(printed)?;
            ensure!(total == wanted, "counted {total}, not {wanted}");
        }
        Ok(())
    }
}

/// The sum of all numbers in JSON objects, one a line.
fn sum(lines: &str) -> anyhow::Result<usize> {
    let mut total = 0;
    for line in lines.lines() {
        let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line)?;
        total += object.values().filter_map(count).sum::<usize>();
    }
    Ok(total)
}

fn count(value: &serde_json::Value) -> Option<usize> {
    usize::try_from(value.as_u64()?).ok()
}

/// What one run took.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Sample {
    /// Wall time.
    pub(super) seconds: f64,
    /// Peak resident memory, in bytes.
    pub(super) memory: f64,
}

/// Where programs run, and what they see.
#[derive(Debug)]
pub(super) struct Bench {
    /// The interpreter that measures.
    pub(super) python: PathBuf,
    /// All that the programs have of the environment.
    pub(super) environment: Vec<(String, String)>,
    /// A folder for what they print.
    pub(super) folder: PathBuf,
}

impl Bench {
    /// The medians of each candidate over some rounds in which all take turns; one more round warms up.
    pub(super) fn compare<const N: usize>(
        &self,
        candidates: &[Candidate; N],
        rounds: usize,
    ) -> anyhow::Result<[Sample; N]> {
        let samples = take_turns(candidates, rounds + 1, |candidate| self.run(candidate))?;
        Ok(samples.map(|samples| medians(samples.get(1..).unwrap_or_default())))
    }

    /// Runs a program once and looks at what it printed.
    pub(super) fn run(&self, candidate: &Candidate) -> anyhow::Result<Sample> {
        let printed = self.folder.join("stdout");
        let shown = candidate.command.join(" ");
        let output = Command::new(&self.python)
            .args(["-I", "-S", "-c", SCRIPT])
            .arg(&printed)
            .args(&candidate.command)
            .current_dir(&self.folder)
            .env_clear()
            .envs(self.environment.iter().cloned())
            .output()
            .with_context(|| format!("Failed to run {}", self.python.display()))?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "`{shown}` failed:\n{errors}");
        let text =
            fs::read_to_string(&printed).context("Failed to read what the program printed")?;
        candidate
            .check(&text)
            .with_context(|| format!("`{shown}` did something else:\n{errors}"))?;
        parse(&String::from_utf8_lossy(&output.stdout))
    }
}

fn parse(text: &str) -> anyhow::Result<Sample> {
    let numbers: Vec<f64> = text
        .split_whitespace()
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    match numbers.as_slice() {
        [seconds, memory] => Ok(Sample {
            seconds: *seconds,
            memory: *memory,
        }),
        _ => anyhow::bail!("`{text}` is not a time and a size"),
    }
}

/// What comes of running each candidate some times, one after the other in each round.
pub(super) fn take_turns<C, T, const N: usize>(
    candidates: &[C; N],
    rounds: usize,
    mut run: impl FnMut(&C) -> anyhow::Result<T>,
) -> anyhow::Result<[Vec<T>; N]> {
    let mut results = [(); N].map(|()| Vec::new());
    for _ in 0..rounds {
        for (candidate, results) in candidates.iter().zip(&mut results) {
            results.push(run(candidate)?);
        }
    }
    Ok(results)
}

pub(super) fn medians(samples: &[Sample]) -> Sample {
    Sample {
        seconds: median(samples.iter().map(|sample| sample.seconds).collect()),
        memory: median(samples.iter().map(|sample| sample.memory).collect()),
    }
}

/// The middle value; of an even number of values, the upper one of the two in the middle.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_not_moved_by_an_outlier() {
        assert!((median(vec![3.0, 900.0, 1.0, 2.0, 2.5]) - 2.5).abs() < f64::EPSILON);
        assert!(median(Vec::new()).is_nan());
    }

    #[test]
    fn what_is_printed_is_counted() {
        let printed = "{\"count(*)\":20,\"region\":\"us-east-1\"}\n{\"count(*)\":22,\"region\":\"eu-west-1\"}\n";
        let candidate = Candidate::new(Path::new("/bin/counts"), &[]).printing(2);
        assert!(candidate.check(printed).is_ok());
        assert!(candidate.check("{}\n").is_err());
        assert!(candidate.clone().adding_up_to(42).check(printed).is_ok());
        assert!(candidate.adding_up_to(43).check(printed).is_err());
    }

    #[test]
    fn candidates_take_turns() {
        let mut order = Vec::new();
        let results = take_turns(&["a", "b"], 2, |name| {
            order.push(*name);
            Ok(order.len())
        });
        assert_eq!(results.unwrap(), [vec![1, 3], vec![2, 4]]);
        assert_eq!(order, ["a", "b", "a", "b"]);
    }

    #[test]
    fn a_measurement_is_two_numbers() {
        let sample = Sample {
            seconds: 0.25,
            memory: 4096.0,
        };
        assert_eq!(parse("0.25 4096\n").unwrap(), sample);
        assert!(parse("0.25").is_err());
        assert!(parse("fast small").is_err());
    }
}
