//! What numbers were measured on and with: the machine and the versions of the programs.

use std::{fs, path::Path, process::Command};

use super::programs::{Programs, output};

/// The machine, and versions.
pub(super) fn line(versions: &[String]) -> String {
    let cpus = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let cpu = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    });
    format!(
        "{cpus} cores of {}, {}; {}",
        cpu.as_deref().unwrap_or(std::env::consts::ARCH),
        std::env::consts::OS,
        versions.join(", "),
    )
}

pub(super) fn cirrus(programs: &Programs) -> anyhow::Result<String> {
    Ok(version(&programs.cirrus)?.trim().to_owned())
}

pub(super) fn duckdb(programs: &Programs) -> anyhow::Result<String> {
    let version = version(&programs.bare_duckdb)?;
    Ok(format!("DuckDB {}", first_word(&version)))
}

/// `aws-cli/1.46.2`.
pub(super) fn aws(programs: &Programs) -> anyhow::Result<String> {
    Ok(first_word(&version(&programs.aws)?).to_owned())
}

/// `boto3/1.44.5`.
pub(super) fn boto3(programs: &Programs) -> anyhow::Result<String> {
    let script = "import boto3; print('boto3/' + boto3.__version__)";
    let version = output(Command::new(&programs.python).args(["-c", script]))?;
    Ok(version.trim().to_owned())
}

fn version(program: &Path) -> anyhow::Result<String> {
    output(Command::new(program).arg("--version"))
}

fn first_word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}
