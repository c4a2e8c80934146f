//! Words for arguments, environment variables and commands that make no sense.

use std::path::Path;

use cirrus_diagnostic::{Diagnostic, Kind};

/// An environment variable that makes no sense.
pub(crate) fn variable(name: &str, value: &str, reason: &str) -> Box<Diagnostic> {
    usage(format!("`{name}` has a bad value: `{value}`")).note_boxed(reason)
}

/// No statement anywhere.
pub(crate) fn no_sql() -> Box<Diagnostic> {
    usage("no statement to run").hint_boxed(
        "Give it as an argument, with `-f FILE`, or on stdin; `cirrus` alone starts the prompt",
    )
}

/// Two sources of SQL.
pub(crate) fn argument_and_file(file: &Path) -> Box<Diagnostic> {
    usage(format!(
        "both an SQL argument and `-f {}` are given",
        file.display()
    ))
    .hint_boxed("Leave one of them out")
}

/// A file where SQL belongs.
pub(crate) fn file_as_sql(name: &str) -> Box<Diagnostic> {
    usage(format!("`{name}` is a file, not SQL")).hint_boxed(&format!("Run it with `-f {name}`"))
}

/// StackQL's `-i in -f out`.
pub(crate) fn two_sql_files(file: &Path) -> Box<Diagnostic> {
    let hint = format!(
        "To write results to a file as StackQL's `-f` does, use `-O {}`",
        file.display()
    );
    usage("`-i` and `-f` both name a file of SQL")
        .hint_boxed(&hint)
        .hint_boxed("Template data is given with `--data FILE`")
}

/// StackQL's `-q data`.
pub(crate) fn quiet_takes_no_file(file: &Path) -> Box<Diagnostic> {
    let file = file.display();
    usage(format!("`-q` means quiet and takes no file: `{file}`"))
        .hint_boxed(&format!(
            "To fill templates from the file as StackQL's `-q` does, use `--data {file}`"
        ))
        .hint_boxed(
            "SQL is read from a file with `-f FILE`, and results are written to one with `-O FILE`",
        )
}

/// A `\` command that does not exist.
pub(crate) fn unknown_command(command: &str) -> Diagnostic {
    Diagnostic::error(
        "unknown-command",
        Kind::User,
        format!("command `{command}` not found"),
    )
    .hint("`\\?` lists the commands")
}

fn usage(message: impl Into<String>) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("usage", Kind::Usage, message))
}

/// [`Diagnostic::note`] and [`Diagnostic::hint`] behind a box.
trait Boxed {
    fn note_boxed(self, note: &str) -> Self;
    fn hint_boxed(self, hint: &str) -> Self;
}

impl Boxed for Box<Diagnostic> {
    fn note_boxed(mut self, note: &str) -> Self {
        self.notes.push(note.to_owned());
        self
    }

    fn hint_boxed(mut self, hint: &str) -> Self {
        self.hints.push(hint.to_owned());
        self
    }
}
