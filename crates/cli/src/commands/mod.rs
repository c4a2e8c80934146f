//! The commands, one file each.

mod emulator;
mod exec;
mod repl;

use std::{future::Future, time::Duration};

use tokio::runtime::{Builder, Runtime};

use crate::{
    Result, diagnose,
    exit::ExitStatus,
    printer::Printer,
    settings::{Action, Invocation},
};

/// Runs a command.
pub(crate) fn dispatch(invocation: Invocation, printer: Printer) -> Result<ExitStatus> {
    let Invocation { action, settings } = invocation;
    match action {
        Action::Exec(args) => exec::exec(&args, settings, printer),
        Action::Repl => repl::repl(settings, printer),
        Action::Emulator(args) => emulator::emulator(*args, &settings, printer),
    }
}

/// The stack of a worker; plans are deep trees.
const STACK: usize = 8 << 20;

/// How long the end of the program waits for what still runs.
const PATIENCE: Duration = Duration::from_millis(500);

/// A runtime with a thread besides the one that waits for statements, for Ctrl-C and the emulator.
fn runtime() -> Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(2)
        .thread_stack_size(STACK)
        .enable_all()
        .build()
        .map_err(|error| diagnose::system("start", &error))
}

/// Runs a future to its end on a runtime of its own.
fn block_on<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = runtime()?;
    let result = runtime.block_on(future);
    end(runtime);
    result
}

/// Ends a runtime without waiting for what cannot be cancelled, such as the look-up of a host's name.
fn end(runtime: Runtime) {
    runtime.shutdown_timeout(PATIENCE);
}
