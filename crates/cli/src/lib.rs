//! The program: arguments, settings, printing and exit codes, and the wiring of the other crates.
//!
//! Nothing below this crate prints, asks, or reads the user's environment. The way of a run:
//!
//! ```text
//!  args (clap) ─► settings (plain) ─► commands::{exec, repl, emulator}
//!                                        │ source ─► template ─► SQL
//!                                        │ connect: catalog + cloud (or emulator) + memory ─► session
//!                                        └ run ─► print::* ─► printer ─► stdout, stderr
//!  errors of every crate ─► diagnose ─► printer            outcome ─► exit ─► exit code
//! ```
//!
//! In suggested reading order:

mod args;
pub mod env_vars;
mod settings;

mod commands;

mod data_file;
mod source;
mod sql_text;
mod template;

mod connect;
mod memory;
mod state;

mod interrupt;
mod patience;
mod run;

mod print;
mod printer;
mod progress;
mod reached;
mod sheet;
mod summary;

mod diagnose;
mod exit;

use std::{ffi::OsString, process::ExitCode};

use clap::Parser as _;

use crate::{args::Cli, exit::ExitStatus, printer::Printer, settings::Environment};

/// Runs the program with its arguments, the program's name first.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    let environment = Environment::of_process();
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => return printer::clap(&error).into(),
    };
    if let Some(diagnostic) = args::misread_stackql_flags(&args[1..], &cli) {
        return Printer::plain().fail(&diagnostic).into();
    }
    let command = match settings::resolve(cli, environment) {
        Ok(command) => command,
        Err(diagnostic) => return Printer::plain().fail(&diagnostic).into(),
    };
    printer::start_log(
        command.settings.verbosity,
        environment.get(env_vars::CIRRUS_LOG).as_deref(),
    );
    let printer = Printer::new(command.settings.quiet);
    match commands::dispatch(command, printer) {
        Ok(status) => status,
        Err(diagnostic) => printer.fail(&diagnostic),
    }
    .into()
}

/// Fails with what the user is shown.
type Result<T, E = Box<cirrus_diagnostic::Diagnostic>> = std::result::Result<T, E>;

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status.code())
    }
}
