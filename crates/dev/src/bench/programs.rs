//! The programs that are compared: ours in the release profile, the others from PyPI, and the emulator to call.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, ensure};

/// Exact versions, so that numbers of different days compare.
const REQUIREMENTS: [&str; 3] = ["awscli==1.46.2", "boto3==1.44.5", "duckdb-cli==1.5.6"];

/// Where the programs are.
#[derive(Debug)]
pub(super) struct Programs {
    pub(super) cirrus: PathBuf,
    /// The plain loop over the SDK.
    pub(super) sdk_loop: PathBuf,
    /// What asks the emulator.
    pub(super) hammer: PathBuf,
    pub(super) python: PathBuf,
    pub(super) aws: PathBuf,
    /// The command that PyPI installs: a Python script that starts the program.
    pub(super) duckdb: PathBuf,
    /// The program itself.
    pub(super) bare_duckdb: PathBuf,
}

/// Builds and installs everything; what is there and current is left alone.
pub(super) fn prepare(root: &Path) -> anyhow::Result<Programs> {
    let target = target_folder(root)?;
    // Apart, because cargo unites the features of what it builds together, and the example's are not those that ship.
    build(root, &["--package=cirrus-cli", "--bin=cirrus"])?;
    let venv = target.join("bench-venv");
    run(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
    let python = venv.join("bin/python3");
    run(Command::new(&python)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ])
        .args(REQUIREMENTS))?;
    Ok(Programs {
        cirrus: target.join("release/cirrus"),
        sdk_loop: example(root, "sdk_loop")?,
        hammer: example(root, "hammer")?,
        duckdb: venv.join("bin/duckdb"),
        bare_duckdb: bare_duckdb(&python)?,
        aws: venv.join("bin/aws"),
        python,
    })
}

/// Builds one of our examples and tells where it is.
pub(super) fn example(root: &Path, name: &str) -> anyhow::Result<PathBuf> {
    build(root, &["--package=cirrus-dev", "--example", name])?;
    Ok(target_folder(root)?.join("release/examples").join(name))
}

fn build(root: &Path, product: &[&str]) -> anyhow::Result<()> {
    run(Command::new(env!("CARGO"))
        .current_dir(root)
        .args(["build", "--release", "--locked"])
        .args(product))
}

/// Where cargo builds, whatever the environment and the configuration say.
fn target_folder(root: &Path) -> anyhow::Result<PathBuf> {
    let metadata = output(Command::new(env!("CARGO")).current_dir(root).args([
        "metadata",
        "--format-version=1",
        "--no-deps",
        "--offline",
    ]))?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
    let folder = metadata["target_directory"]
        .as_str()
        .context("cargo names no target folder")?;
    Ok(PathBuf::from(folder))
}

fn bare_duckdb(python: &Path) -> anyhow::Result<PathBuf> {
    let script =
        "import duckdb_cli, pathlib; print(pathlib.Path(duckdb_cli.__file__).with_name('duckdb'))";
    let path = output(Command::new(python).args(["-c", script]))?;
    let path = PathBuf::from(path.trim());
    ensure!(
        path.is_file(),
        "the package duckdb-cli has no program at {}",
        path.display()
    );
    Ok(path)
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command
        .status()
        .with_context(|| format!("Failed to run {}", command.get_program().display()))?;
    ensure!(
        status.success(),
        "{} failed",
        command.get_program().display()
    );
    Ok(())
}

/// What a program prints.
pub(super) fn output(command: &mut Command) -> anyhow::Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("Failed to run {}", command.get_program().display()))?;
    ensure!(
        output.status.success(),
        "{} failed",
        command.get_program().display()
    );
    Ok(String::from_utf8(output.stdout)?)
}

/// An emulator that serves until it is dropped.
#[derive(Debug)]
pub(super) struct Emulator {
    process: Child,
    /// Where it listens.
    pub(super) url: String,
}

impl Emulator {
    /// Starts one with a data set, and more arguments if need be.
    pub(super) fn start(
        cirrus: &Path,
        data: &str,
        folder: &Path,
        arguments: &[&str],
    ) -> anyhow::Result<Self> {
        let file = folder.join("data.json");
        fs::write(&file, data).context("Failed to write the data set")?;
        let mut process = Command::new(cirrus)
            .args(["emulator", "--quiet", "--load"])
            .arg(&file)
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("Failed to run {}", cirrus.display()))?;
        let mut url = String::new();
        if let Some(stdout) = process.stdout.take() {
            BufReader::new(stdout)
                .read_line(&mut url)
                .context("Failed to read the emulator's URL")?;
        }
        let emulator = Self {
            process,
            url: url.trim().to_owned(),
        };
        ensure!(
            emulator.url.starts_with("http://"),
            "the emulator printed no URL: `{}`",
            emulator.url
        );
        Ok(emulator)
    }
}

impl Emulator {
    /// The process's number.
    pub(super) fn id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
