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
}

impl Candidate {
    pub(super) fn new(program: &Path, arguments: &[&str]) -> Self {
        let program = program.display().to_string();
        let arguments = arguments.iter().copied().map(str::to_owned);
        Self {
            command: std::iter::once(program).chain(arguments).collect(),
            lines: None,
        }
    }

    /// Requires a number of lines on stdout, so that nobody is fast by doing less.
    pub(super) fn printing(self, lines: usize) -> Self {
        Self {
            lines: Some(lines),
            ..self
        }
    }
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
        let mut samples = [(); N].map(|()| Vec::new());
        for round in 0..=rounds {
            for (candidate, samples) in candidates.iter().zip(&mut samples) {
                let sample = self.run(candidate)?;
                if round > 0 {
                    samples.push(sample);
                }
            }
        }
        Ok(samples.map(|samples| medians(&samples)))
    }

    fn run(&self, candidate: &Candidate) -> anyhow::Result<Sample> {
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
        if let Some(lines) = candidate.lines {
            let text =
                fs::read_to_string(&printed).context("Failed to read what the program printed")?;
            let found = text.lines().count();
            ensure!(
                found == lines,
                "`{shown}` printed {found} lines, not {lines}:\n{errors}"
            );
        }
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

fn medians(samples: &[Sample]) -> Sample {
    Sample {
        seconds: median(samples.iter().map(|sample| sample.seconds).collect()),
        memory: median(samples.iter().map(|sample| sample.memory).collect()),
    }
}

/// The middle value; of an even number of values, the upper one of the two in the middle.
fn median(mut values: Vec<f64>) -> f64 {
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
