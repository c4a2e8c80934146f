//! Words for files, streams and the bytes in them.

use std::{io, path::Path, string::FromUtf8Error};

use cirrus_diagnostic::{Diagnostic, Kind};

/// The system refuses something that everything needs.
pub(crate) fn system(action: &str, error: &io::Error) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(
        "system",
        Kind::Environment,
        format!("Failed to {action}: {error}"),
    ))
}

/// A file that cannot be read.
pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Box<Diagnostic> {
    file("read", path, error)
}

/// A file that cannot be written.
pub(crate) fn unwritable(path: &Path, error: &io::Error) -> Box<Diagnostic> {
    file("write", path, error)
}

fn file(verb: &str, path: &Path, error: &io::Error) -> Box<Diagnostic> {
    let message = format!("Failed to {verb} `{}`: {error}", path.display());
    Box::new(Diagnostic::error("file", Kind::Environment, message))
}

/// Bytes that are no text.
pub(crate) fn not_utf8(name: &str, error: &FromUtf8Error) -> Box<Diagnostic> {
    let at = error.utf8_error().valid_up_to();
    let line = String::from_utf8_lossy(&error.as_bytes()[..at])
        .matches('\n')
        .count()
        + 1;
    let message = format!("`{name}` is not UTF-8: byte {at}, on line {line}");
    Box::new(Diagnostic::error("encoding", Kind::User, message).hint("Save it as UTF-8"))
}

/// Text that is more than SQL can be.
pub(crate) fn too_long(what: &str, name: &str, limit: usize) -> Box<Diagnostic> {
    let message = format!(
        "{what} in `{name}` is too long: the limit is {} MiB",
        limit >> 20
    );
    Box::new(
        Diagnostic::error("too-long", Kind::User, message)
            .hint("Put long lists of values into a table of `VALUES`, or split the script"),
    )
}

/// Values that a result cannot be printed with.
pub(crate) fn unprintable(error: &arrow::error::ArrowError) -> Diagnostic {
    Diagnostic::error(
        "unprintable",
        Kind::Internal,
        format!("a value cannot be printed: {error}"),
    )
}
