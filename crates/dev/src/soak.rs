//! `cargo dev soak`: the long forms of tests that CI runs short: kills of the emulator, and its fuzz targets.

#![expect(clippy::print_stdout, reason = "a command says what it does")]

use std::{
    path::Path,
    process::{Command, ExitCode},
};

use anyhow::{Context, ensure};
use clap::{Args, Subcommand};

/// Kills and fuzzes the emulator for longer than CI does
#[derive(Debug, Args)]
pub(crate) struct SoakArguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Kills an emulator with a state file (-9) while it writes, and looks for what it lost
    Kills {
        /// How often
        #[arg(long, value_name = "N", default_value_t = 200)]
        count: usize,
    },
    /// Fuzzes the request parser and the patch engine; installs cargo-fuzz if it is not there
    Fuzz {
        /// How long each target runs, in seconds
        #[arg(long, value_name = "SECONDS", default_value_t = 600)]
        seconds: u64,
    },
}

/// The targets in `crates/emulator/fuzz`.
const TARGETS: [&str; 2] = ["request", "patch"];
const CARGO_FUZZ: &str = "0.13.2";

/// Runs the command.
pub(crate) fn soak(arguments: &SoakArguments) -> anyhow::Result<ExitCode> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    match arguments.what {
        What::Kills { count } => {
            let mut cargo = Command::new("cargo");
            cargo
                .args(["test", "--workspace", "--test", "product", "--"])
                .args(["--nocapture", "kills::"])
                .env("CIRRUS_KILLS", count.to_string());
            run(cargo.current_dir(root))
        }
        What::Fuzz { seconds } => {
            if !Command::new("cargo")
                .args(["fuzz", "--version"])
                .output()?
                .status
                .success()
            {
                let version = format!("cargo-fuzz@{CARGO_FUZZ}");
                run(Command::new("cargo").args(["install", "--locked", &version]))?;
            }
            // A folder of its own: the fuzzer's flags would build everything else again.
            let target = root.join("target/fuzz");
            for name in TARGETS {
                println!("fuzzing {name} for {seconds} s");
                let mut cargo = Command::new("cargo");
                cargo
                    // Stable Rust has no sanitizers; panics are what is looked for, and there is no unsafe code.
                    .args(["fuzz", "run", "--sanitizer", "none", name])
                    .args(["--", &format!("-max_total_time={seconds}"), "-max_len=4096"])
                    .env("CARGO_TARGET_DIR", &target);
                run(cargo.current_dir(root.join("crates/emulator")))?;
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn run(command: &mut Command) -> anyhow::Result<ExitCode> {
    let status = command
        .status()
        .with_context(|| format!("Failed to start {}", command.get_program().display()))?;
    ensure!(
        status.success(),
        "{} failed",
        command.get_program().display()
    );
    Ok(ExitCode::SUCCESS)
}
