//! `cargo dev refresh-providers`: rewrites the generated files of `providers/aws/` from what is published.
//!
//! The sources are two PyPI packages: cfn-lint, which carries the registry's schemas of every region, and botocore, which
//! carries the services' API models. They change only with their versions, so that the same versions always give the
//! same files. What is generated and what is written by hand: `providers/aws/README.md`.

#![expect(clippy::print_stdout, reason = "a command says what it did")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context, bail, ensure};
use clap::Args;

use crate::{
    api_models,
    catalog_files::{self, ColumnOrder},
    wheel,
};

/// The version of cfn-lint that the committed schemas come from.
const CFN_LINT: &str = "cfn-lint==1.58.0";
/// The version of botocore that the committed API models come from.
const BOTOCORE: &str = "botocore==1.44.5";

/// Folders in which everything is generated.
const GENERATED_FOLDERS: [&str; 2] = ["api", "types"];

/// Rewrites the generated files of `providers/aws` from cfn-lint's schemas and botocore's API models
#[derive(Debug, Args)]
pub(crate) struct RefreshProvidersArguments {
    /// Use this wheel of cfn-lint instead of downloading one
    #[arg(long, value_name = "FILE")]
    wheel: Option<PathBuf>,
    /// Use this wheel of botocore instead of downloading one
    #[arg(long, value_name = "FILE")]
    botocore_wheel: Option<PathBuf>,
    /// Write nothing; fail when a file would change
    #[arg(long)]
    check: bool,
}

/// Runs the command.
pub(crate) fn refresh_providers(arguments: &RefreshProvidersArguments) -> anyhow::Result<ExitCode> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../providers/aws");
    let downloads = tempfile::tempdir().context("Failed to make a temporary folder")?;
    let file_of = |given: &Option<PathBuf>, requirement| match given {
        Some(file) => Ok(file.clone()),
        None => download(&downloads.path().join(requirement), requirement),
    };
    let schemas = file_of(&arguments.wheel, CFN_LINT)?;
    let models = file_of(&arguments.botocore_wheel, BOTOCORE)?;
    let order_file = folder.join("stackql/columns.tsv");
    let order = fs::read_to_string(&order_file)
        .with_context(|| format!("Failed to read {}", order_file.display()))?;
    let mut files = BTreeMap::new();
    for (source, generated) in [
        (
            &schemas,
            catalog_files::generate(wheel::read(&schemas)?, &ColumnOrder::parse(&order))?,
        ),
        (&models, api_models::generate(&models)?),
    ] {
        println!(
            "{}: {}",
            source.file_name().unwrap_or_default().display(),
            generated.summary
        );
        files.extend(generated.files);
    }
    let changed = changes(&folder, &files)?;
    for path in &changed {
        println!(
            "{} {}",
            if arguments.check { "stale:" } else { "wrote:" },
            path.display()
        );
    }
    if arguments.check {
        return Ok(if changed.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        });
    }
    write(&folder, &files, &changed)?;
    Ok(ExitCode::SUCCESS)
}

fn download(to: &Path, requirement: &str) -> anyhow::Result<PathBuf> {
    let status = Command::new("pip")
        .args([
            "download",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--dest",
        ])
        .arg(to)
        .arg(requirement)
        .status()
        .context("Failed to run pip")?;
    ensure!(status.success(), "pip could not download {requirement}");
    let mut files = fs::read_dir(to)?
        .map(|entry| Ok(entry?.path()))
        .collect::<anyhow::Result<Vec<_>>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "whl"));
    match files.as_slice() {
        [file] => Ok(file.clone()),
        _ => bail!("pip downloaded no wheel of {requirement}"),
    }
}

/// The files whose content differs, and those that are no longer generated.
fn changes(folder: &Path, files: &BTreeMap<PathBuf, String>) -> anyhow::Result<Vec<PathBuf>> {
    let is_current = |path: &Path, text: &str| {
        fs::read_to_string(folder.join(path)).is_ok_and(|old| old == text)
    };
    let differing = files
        .iter()
        .filter(|(path, text)| !is_current(path, text))
        .map(|(path, _)| path.clone());
    let mut changed: Vec<_> = differing.collect();
    for generated in GENERATED_FOLDERS {
        let entries = fs::read_dir(folder.join(generated))
            .with_context(|| format!("Failed to list providers/aws/{generated}"))?;
        for entry in entries {
            let path = Path::new(generated).join(entry?.file_name());
            if !files.contains_key(&path) {
                changed.push(path);
            }
        }
    }
    Ok(changed)
}

fn write(
    folder: &Path,
    files: &BTreeMap<PathBuf, String>,
    changed: &[PathBuf],
) -> anyhow::Result<()> {
    for path in changed {
        let full = folder.join(path);
        match files.get(path) {
            Some(text) => fs::write(&full, text),
            None => fs::remove_file(&full),
        }
        .with_context(|| format!("Failed to write {}", full.display()))?;
    }
    Ok(())
}
