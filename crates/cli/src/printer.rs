//! Stdout and stderr: the only file that prints.
//!
//! Data goes to stdout (or to the file of `-O`), everything else to stderr, in colour if that is a terminal.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufWriter, IsTerminal, Write},
    path::Path,
};

use annotate_snippets::Renderer;
use cirrus_diagnostic::Diagnostic;
use tracing_subscriber::EnvFilter;

use crate::{Result, diagnose, exit::ExitStatus};

/// Speaks to the user.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Printer {
    quiet: bool,
}

impl Printer {
    /// Says everything, or no more than warnings and errors.
    pub(crate) fn new(quiet: bool) -> Self {
        Self { quiet }
    }

    /// For errors before settings are known.
    pub(crate) fn plain() -> Self {
        Self::new(false)
    }

    /// Shows an error or a warning.
    #[expect(
        clippy::unused_self,
        reason = "quiet does not silence trouble, but callers need not know"
    )]
    pub(crate) fn diagnostic(self, diagnostic: &Diagnostic) {
        say(&diagnostic.render(&Renderer::styled()));
    }

    /// Shows the error that ends the run.
    pub(crate) fn fail(self, diagnostic: &Diagnostic) -> ExitStatus {
        self.diagnostic(diagnostic);
        ExitStatus::of(diagnostic)
    }

    /// Says something that is neither data nor trouble.
    pub(crate) fn notice(self, text: &str) {
        if !self.quiet {
            say(text);
        }
    }

    /// Whether a progress line may be drawn.
    pub(crate) fn shows_progress(self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }
}

/// Writes a line to stderr, without colours unless that is a terminal.
fn say(text: &str) {
    // When stderr is closed, nobody is left to tell.
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Where data goes.
pub(crate) fn sink(file: Option<&Path>) -> Result<Box<dyn Write>> {
    match file {
        None => Ok(Box::new(BufWriter::new(io::stdout()))),
        Some(path) => {
            let file = create_private(path).map_err(|error| diagnose::unwritable(path, &error))?;
            Ok(Box::new(BufWriter::new(file)))
        }
    }
}

/// Creates a file that nobody else may read.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};

        let file = options.mode(0o600).open(path)?;
        // The mode counts only for a new file, and `/dev/stdout` is not ours to change.
        if file.metadata()?.is_file() {
            file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        }
        Ok(file)
    }
    #[cfg(not(unix))]
    options.open(path)
}

/// The width of the terminal that data goes to, if it is one and knows its width.
pub(crate) fn width(file: Option<&Path>) -> Option<u16> {
    if file.is_some() || !io::stdout().is_terminal() {
        return None;
    }
    comfy_table::Table::new()
        .width()
        .filter(|width| *width >= NARROWEST)
}

/// A terminal that says it is narrower does not know.
const NARROWEST: u16 = 20;

/// Shows clap's help, version or error.
pub(crate) fn clap(error: &clap::Error) -> ExitStatus {
    // Nobody is left to tell when this fails.
    let _ = error.print();
    if error.use_stderr() {
        ExitStatus::Usage
    } else {
        ExitStatus::Done
    }
}

/// Starts logging to stderr; `directives` beat the count of `-v`.
pub(crate) fn start_log(verbosity: u8, directives: Option<&str>) {
    let directives = match (directives, verbosity) {
        (Some(directives), _) => directives,
        (None, 0) => return,
        (None, 1) => {
            "warn,cirrus_engine=debug,cirrus_provider=debug,cirrus_aws=debug,cirrus_emulator=info"
        }
        (None, _) => "debug,hyper_util=info,rustls=info",
    };
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(directives))
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .init();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn output_files_are_private_even_if_they_were_not() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.json");
        std::fs::write(&path, "old").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        sink(Some(&path)).unwrap().write_all(b"new").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    #[test]
    fn a_file_that_cannot_be_made_is_an_error() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let below_a_file = file.path().join("out.json");
        let error = sink(Some(&below_a_file)).map(|_| ()).unwrap_err();
        assert!(error.message.contains("out.json"), "{error}");
    }
}
