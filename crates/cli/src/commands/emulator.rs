//! `cirrus emulator`: serves the emulator to other programs until it is told to stop.

use std::{collections::BTreeMap, io::Write, sync::Arc};

use cirrus_emulator::{Emulator, Options, Scenario};

use super::block_on;
use crate::{
    Result,
    args::EmulatorArgs,
    connect, diagnose,
    exit::ExitStatus,
    printer::{self, Printer},
    settings::Settings,
};

pub(crate) fn emulator(
    args: EmulatorArgs,
    settings: &Settings,
    printer: Printer,
) -> Result<ExitStatus> {
    let address = args.listen;
    let options = options(args, settings)?;
    block_on(async {
        let stop = stop_signal().map_err(|error| diagnose::system("listen for signals", &error))?;
        let emulator = Emulator::start(options)
            .await
            .map_err(|error| diagnose::emulator(&error))?;
        let url = emulator.url();
        announce(&url)?;
        if !address.ip().is_loopback() {
            printer.diagnostic(&diagnose::open_to_others(&url));
        }
        printer.notice(&format!(
            "Use it with AWS_ENDPOINT_URL={url} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test; Ctrl-C stops it"
        ));
        stop.await;
        emulator.shutdown().await;
        Ok(ExitStatus::Done)
    })
}

/// The settings that the arguments make.
fn options(args: EmulatorArgs, settings: &Settings) -> Result<Options> {
    let catalog = connect::catalog(settings)?;
    let mut options = Options {
        listen: args.listen,
        state: args.state,
        log: args.log,
        load: args.load,
        seed: args.seed,
        accounts: args.accounts.into_iter().collect(),
        ..Options::new(Arc::clone(catalog.schemas()))
    };
    if let Some(path) = &args.scenario {
        let scenario = Scenario::read(path).map_err(|error| diagnose::scenario(path, &error))?;
        scenario.add_to(&mut options);
    }
    options.faults.extend(args.faults);
    options.limits.extend(args.limits);
    options.latencies.extend(args.latencies);
    if let Some(settle) = args.settle {
        options.settle = settle;
    }
    for switch in &args.switches {
        let set = options.switches.set(switch);
        set.map_err(|error| diagnose::switch(&error))?;
    }
    if args.verify_signatures {
        let mut credentials: BTreeMap<String, String> = args.credentials.into_iter().collect();
        if credentials.is_empty() {
            credentials.insert("test".to_owned(), "test".to_owned());
        }
        options.credentials = Some(credentials);
    }
    Ok(options)
}

/// The URL alone on the first line, for scripts that wait for it; they need not read on.
fn announce(url: &str) -> Result<()> {
    let mut sink = printer::sink(None)?;
    writeln!(sink, "{url}")
        .and_then(|()| sink.flush())
        .map_err(|error| diagnose::system("print the URL", &error))
}

/// Resolves at Ctrl-C or SIGTERM, from now on.
#[cfg(unix)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Resolves at Ctrl-C.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
