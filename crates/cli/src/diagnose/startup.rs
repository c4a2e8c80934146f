//! Words for what cannot start: settings, `--providers`, the emulator.

use std::{error::Error as _, io, path::Path};

use cirrus_aws::ConnectError;
use cirrus_diagnostic::{Diagnostic, Kind};
use cirrus_emulator::{LoadError, ScenarioError, StartError, SwitchError};
use cirrus_provider::OverlayError;

/// Settings that cannot work.
pub(crate) fn connect(error: &ConnectError) -> Box<Diagnostic> {
    let hint = match error {
        ConnectError::EndpointUrl { .. } => "Write it as `http://127.0.0.1:4577`",
        ConnectError::Region { .. } => "Write it as `us-east-1`",
    };
    Box::new(Diagnostic::error("settings", Kind::Usage, error.to_string()).hint(hint))
}

/// A folder of `--providers`.
pub(crate) fn overlay(error: &OverlayError) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(
        "providers",
        Kind::Environment,
        error.to_string(),
    ))
}

/// An emulator that does not start.
pub(crate) fn emulator(error: &StartError) -> Box<Diagnostic> {
    let mut diagnostic = Diagnostic::error("emulator", Kind::Environment, error.to_string());
    let mut source = error.source();
    while let Some(cause) = source {
        diagnostic = diagnostic.note(cause.to_string());
        source = cause.source();
    }
    if let StartError::Listen { address, source } = error
        && source.kind() == io::ErrorKind::AddrInUse
    {
        diagnostic = diagnostic.hint(format!(
            "Another program has port {}; leave out `--listen` for a free one",
            address.port()
        ));
    }
    Box::new(diagnostic)
}

/// A file of `--scenario`.
pub(crate) fn scenario(path: &Path, error: &ScenarioError) -> Box<Diagnostic> {
    let mut diagnostic = Diagnostic::error(
        "scenario",
        Kind::Usage,
        format!("cannot use the scenario `{}`", path.display()),
    );
    for line in cause(error).lines() {
        diagnostic = diagnostic.note(line.to_owned());
    }
    Box::new(diagnostic)
}

fn cause(error: &ScenarioError) -> String {
    match error {
        ScenarioError::Read(source) => source.to_string(),
        ScenarioError::Wrong(source) => source.to_string(),
    }
}

/// A `--switch` that does not exist.
pub(crate) fn switch(error: &SwitchError) -> Box<Diagnostic> {
    let diagnostic = Diagnostic::error("switch", Kind::Usage, error.to_string());
    Box::new(diagnostic.hint("docs/emulator.md lists the switches and their positions"))
}

/// The demo data, which is ours.
pub(crate) fn demo(error: &LoadError) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(
        "internal",
        Kind::Internal,
        format!("the demo data cannot be loaded: {error}"),
    ))
}

/// An emulator that other hosts can reach.
pub(crate) fn open_to_others(url: &str) -> Diagnostic {
    Diagnostic::warning(
        "open-to-others",
        Kind::Usage,
        format!("other hosts can reach the emulator at `{url}`"),
    )
    .note("whoever reaches it can use it, its admin endpoint included")
}
