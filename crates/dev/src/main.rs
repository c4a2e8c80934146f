//! `cargo dev`: maintains the repository. It never ships.
//!
//! One file a command; each has its arguments and a function of the same name.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod api_models;
mod bench;
mod catalog_files;
mod layout;
mod prose;
mod refresh_providers;
mod soak;
mod wheel;

/// Maintains the Cirrus repository
#[derive(Debug, Parser)]
#[command(bin_name = "cargo dev", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    RefreshProviders(refresh_providers::RefreshProvidersArguments),
    Bench(bench::BenchArguments),
    Soak(soak::SoakArguments),
}

fn main() -> anyhow::Result<ExitCode> {
    match Arguments::parse().command {
        Command::RefreshProviders(arguments) => refresh_providers::refresh_providers(&arguments),
        Command::Bench(arguments) => bench::bench(&arguments),
        Command::Soak(arguments) => soak::soak(&arguments),
    }
}
