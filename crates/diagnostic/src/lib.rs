//! The one error shape users see: kind, message, source span, notes, hints, stable code.
//!
//! Libraries carry data in typed errors; `cirrus-cli` turns them into a [`Diagnostic`] in one file
//! (`crates/cli/src/diagnose.rs`) and prints it. This crate knows neither SQL nor AWS. Read on in `render.rs`, which
//! draws the source line with its caret.

mod render;

use std::{ops::Range, sync::Arc};

/// Whose turn it is to act on a diagnostic; decides the exit code and the wording of the headline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The user's statement, template or data; exit code 1.
    User,
    /// Arguments and flags; exit code 2.
    Usage,
    /// Credentials, endpoint, file system: what surrounds the program; exit code 1.
    Environment,
    /// The cloud refused or failed; exit code 1.
    Cloud,
    /// A bug of ours; exit code 1 and a request for a report.
    Internal,
}

/// How loud a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The statement failed.
    Error,
    /// The statement went on without something.
    Warning,
}

/// A named text that a diagnostic can point into: a query, a file, a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What the user calls the text: a path, or `query`.
    pub name: String,
    /// The whole text.
    pub text: Arc<str>,
}

/// A place in a [`Source`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The text pointed into.
    pub source: Source,
    /// The bytes pointed at.
    pub span: Range<usize>,
}

/// One error or warning as a person reads it.
///
/// ```
/// use cirrus_diagnostic::{Diagnostic, Kind, Source};
///
/// let source = Source { name: "query".into(), text: "SELECT * FROM aws.cognito.user_pool".into() };
/// let text = Diagnostic::error("unknown-table", Kind::User, "table `aws.cognito.user_pool` not found")
///     .at(source, 14..35)
///     .hint("Did you mean `aws.cognito.user_pools`?")
///     .to_string();
/// assert!(text.contains("^^^^^^"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// A stable, documented, kebab-case code.
    pub code: &'static str,
    /// Whose turn it is.
    pub kind: Kind,
    /// One sentence without a full stop.
    pub message: String,
    /// Where in the user's text.
    pub excerpt: Option<Excerpt>,
    /// Facts that explain.
    pub notes: Vec<String>,
    /// What to do, in the second person.
    pub hints: Vec<String>,
}

impl Diagnostic {
    /// Makes an error without a place.
    pub fn error(code: &'static str, kind: Kind, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            kind,
            message: message.into(),
            excerpt: None,
            notes: Vec::new(),
            hints: Vec::new(),
        }
    }

    /// Makes a warning without a place.
    pub fn warning(code: &'static str, kind: Kind, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, kind, message)
        }
    }

    /// Points at `span` (bytes) of `source`; a span past the end is clamped.
    pub fn at(mut self, source: Source, span: Range<usize>) -> Self {
        self.excerpt = Some(Excerpt { source, span });
        self
    }

    /// Adds a fact.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds advice.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}
