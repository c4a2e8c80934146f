//! Turns the errors of every crate into what the user reads: the only place with words for them.
//!
//! Codes are stable and documented; headlines are one sentence without a full stop; notes are facts, hints are advice.
//! Errors of the engine and of the cloud come first, then those of files, templates and arguments.

use std::{error::Error as _, io, ops::Range, path::Path, string::FromUtf8Error};

use cirrus_aws::ConnectError;
use cirrus_diagnostic::{Diagnostic, Kind, Source};
use cirrus_emulator::{LoadError, ScenarioError, StartError, SwitchError};
use cirrus_engine::{Error, NameKind, Warning, WarningKind};
use cirrus_provider::{CloudError, CloudErrorKind, OverlayError};

/// How many scopes of a group of warnings are named.
const NAMED_SCOPES: usize = 5;

/// A failed statement.
pub(crate) fn engine(error: &Error, source: &Source) -> Diagnostic {
    let user = |code, message: String, span: &Option<Range<usize>>| {
        let diagnostic = Diagnostic::error(code, Kind::User, message);
        match span {
            Some(span) => diagnostic.at(source.clone(), span.clone()),
            None => diagnostic,
        }
    };
    match error {
        Error::Syntax { message, span } => user("syntax", message.clone(), span),
        Error::UnknownName {
            kind,
            name,
            candidates,
            span,
        } => {
            let (code, noun) = name_kind(*kind);
            let mut diagnostic = user(code, format!("{noun} `{name}` not found"), span);
            let written = span.clone().and_then(|span| source.text.get(span));
            if *kind == NameKind::Column && written.is_some_and(|text| text.starts_with('"')) {
                diagnostic = diagnostic.hint(format!("A text takes single quotes: `'{name}'`"));
            }
            match did_you_mean(candidates) {
                Some(hint) => diagnostic.hint(hint),
                None if *kind == NameKind::Catalog => {
                    diagnostic.hint("Tables are named `aws.<service>.<resource>`")
                }
                None => diagnostic,
            }
        }
        Error::Unsupported {
            what,
            instead,
            span,
        } => {
            let diagnostic = user("unsupported", format!("{what} is not supported"), span);
            instead.iter().fold(diagnostic, |diagnostic, instead| {
                diagnostic.hint(instead.clone())
            })
        }
        Error::NotReadable {
            table,
            type_name,
            span,
        } => user(
            "not-readable",
            format!("`{table}` can be neither listed nor read"),
            span,
        )
        .note(format!(
            "Cloud Control has no list and no read handler for `{type_name}`"
        )),
        Error::NotProvisionable {
            table,
            type_name,
            span,
        } => user(
            "not-provisionable",
            format!("`{table}` is not supported by Cloud Control"),
            span,
        )
        .note(format!("`{type_name}` is registered without handlers")),
        Error::IdentifierNeeded { table, parts, span } => user(
            "identifier-needed",
            format!("`{table}` can only be read by identifier"),
            span,
        )
        .note("Cloud Control has no list handler for this type")
        .hint(format!("Add `WHERE {}`", conditions(parts))),
        Error::InputNeeded {
            table,
            inputs,
            span,
        } => user(
            "input-needed",
            format!(
                "`{table}` cannot be listed without {}",
                names(inputs, "and")
            ),
            span,
        )
        .hint(format!(
            "Add `WHERE {}`, or join a table that supplies it",
            conditions(inputs)
        )),
        Error::Identifier {
            table,
            value,
            form,
            reason,
            span,
        } => user(
            "identifier",
            format!("`{value}` is not an identifier of `{table}`"),
            span,
        )
        .note(reason.clone())
        .hint(format!("Write it as `{form}`")),
        Error::RegionNeeded { table, span } => user(
            "region-needed",
            format!("no region to read `{table}` in"),
            span,
        )
        .hint("Add `WHERE region = 'us-east-1'`, or run `SET regions = 'us-east-1,eu-west-1'`")
        .hint("Or give `--region us-east-1`, set `AWS_REGION`, or choose a profile with a region"),
        Error::Plan {
            message,
            notes,
            span,
        } => notes
            .iter()
            .fold(user("plan", message.clone(), span), |diagnostic, note| {
                diagnostic.note(note.clone())
            }),
        Error::Execution { message } => Diagnostic::error("execution", Kind::User, message.clone()),
        Error::Cloud(error) => cloud(error),
        Error::CallBudget { limit } => Diagnostic::error(
            "call-budget",
            Kind::User,
            format!("the statement needs more than {limit} API calls"),
        )
        .hint("Narrow it down, or raise the budget with `SET max_api_calls = ...`"),
        Error::Provider { message } => Diagnostic::error(
            "provider-data",
            Kind::Environment,
            format!("the provider data is broken: {message}"),
        )
        .hint("If you gave `--providers`, check the files of that folder"),
        Error::Internal { message } => {
            Diagnostic::error("internal", Kind::Internal, message.clone())
                .note("this is a bug in cirrus")
                .hint("Please report it together with the statement")
        }
    }
}

fn name_kind(kind: NameKind) -> (&'static str, &'static str) {
    match kind {
        NameKind::Catalog => ("unknown-catalog", "catalog"),
        NameKind::Service => ("unknown-service", "service"),
        NameKind::Table => ("unknown-table", "table"),
        NameKind::Column => ("unknown-column", "column"),
        NameKind::Function => ("unknown-function", "function"),
        NameKind::Setting => ("unknown-setting", "setting"),
        NameKind::Type => ("unknown-type", "resource type"),
    }
}

fn did_you_mean(candidates: &[String]) -> Option<String> {
    if candidates.is_empty() {
        None
    } else {
        Some(format!("Did you mean {}?", names(candidates, "or")))
    }
}

/// `` `a`, `b` and `c` ``.
fn names(names: &[String], conjunction: &str) -> String {
    match names {
        [] => String::new(),
        [name] => format!("`{name}`"),
        [rest @ .., last] => {
            let rest: Vec<String> = rest.iter().map(|name| format!("`{name}`")).collect();
            format!("{} {conjunction} `{last}`", rest.join(", "))
        }
    }
}

/// `a = '...' AND b = '...'`.
fn conditions(columns: &[String]) -> String {
    let conditions: Vec<String> = columns
        .iter()
        .map(|column| format!("{column} = '...'"))
        .collect();
    conditions.join(" AND ")
}

/// A failed call.
pub(crate) fn cloud(error: &CloudError) -> Diagnostic {
    let call = format!(
        "{} of `{}` in `{}`",
        error.operation, error.type_name, error.region
    );
    let (code, kind, message) = cloud_headline(error, &call);
    cloud_details(Diagnostic::error(code, kind, message), error)
}

fn cloud_headline(error: &CloudError, call: &str) -> (&'static str, Kind, String) {
    match error.kind {
        CloudErrorKind::NotFound => (
            "not-found",
            Kind::Cloud,
            format!("{call} found no such resource"),
        ),
        CloudErrorKind::AccessDenied => {
            ("access-denied", Kind::Cloud, format!("{call} was denied"))
        }
        CloudErrorKind::Credentials if error.code.is_none() => (
            "credentials",
            Kind::Environment,
            "no AWS credentials".into(),
        ),
        CloudErrorKind::Credentials => (
            "credentials",
            Kind::Environment,
            format!("AWS does not accept the credentials in `{}`", error.region),
        ),
        CloudErrorKind::Region => (
            "region",
            Kind::Environment,
            format!("no endpoint for region `{}`", error.region),
        ),
        CloudErrorKind::Throttled => (
            "throttled",
            Kind::Cloud,
            format!("{call} is still throttled after all retries"),
        ),
        CloudErrorKind::Unsupported => (
            "unsupported-type",
            Kind::Cloud,
            format!("{call} is not supported"),
        ),
        CloudErrorKind::InvalidRequest => (
            "invalid-request",
            Kind::Cloud,
            format!("{call} was refused"),
        ),
        CloudErrorKind::Transport => (
            "no-answer",
            Kind::Environment,
            format!("{call} got no answer"),
        ),
        CloudErrorKind::Malformed => (
            "malformed-answer",
            Kind::Cloud,
            format!("{call} got an answer that makes no sense"),
        ),
        CloudErrorKind::Other => ("cloud", Kind::Cloud, format!("{call} failed")),
    }
}

fn cloud_details(diagnostic: Diagnostic, error: &CloudError) -> Diagnostic {
    let words = match &error.code {
        Some(code) => format!("{code}: {}", error.message),
        None => error.message.clone(),
    };
    let mut diagnostic = diagnostic.note(words);
    if let Some(id) = &error.request_id {
        diagnostic = diagnostic.note(format!("request id: {id}"));
    }
    match error.kind {
        CloudErrorKind::AccessDenied => diagnostic.hint(format!(
            "The caller needs `cloudformation:{}`, and what the type's handler calls",
            error.operation
        )),
        CloudErrorKind::Credentials if error.code.is_none() => diagnostic
            .hint("Choose a profile with `--profile` or `AWS_PROFILE`, and sign in with `aws sso login` if it uses SSO")
            .hint("Or try it without an account: add `--local`"),
        CloudErrorKind::Credentials => diagnostic
            .hint("Sign in again, or choose another profile with `--profile` or `AWS_PROFILE`")
            .hint(format!("If other regions work, `{}` may not be enabled for the account", error.region)),
        CloudErrorKind::Region => {
            diagnostic
                .hint("Check the region's name, and whether the account has it enabled")
                .hint("Check `AWS_ENDPOINT_URL`, the profile's endpoint and FIPS settings, and the network")
        }
        CloudErrorKind::Throttled => diagnostic.hint("Ask for less at once, or try again later"),
        CloudErrorKind::Transport => diagnostic.hint("Check the network, the endpoint, and `--timeout`"),
        _ => diagnostic,
    }
}

/// The warnings of a statement; those that differ only in their scope are one.
pub(crate) fn warnings(warnings: &[Warning]) -> Vec<Diagnostic> {
    let mut groups: Vec<(String, Diagnostic, Vec<String>)> = Vec::new();
    for warning in warnings {
        let (key, diagnostic) = self::warning(warning);
        let scope = scope(warning);
        match groups.iter_mut().find(|(known, _, _)| *known == key) {
            Some((_, _, scopes)) => scopes.push(scope),
            None => groups.push((key, diagnostic, vec![scope])),
        }
    }
    groups
        .into_iter()
        .map(|(_, diagnostic, scopes)| with_scopes(diagnostic, &scopes))
        .collect()
}

/// What makes a warning the same as another, and its words without its scope.
fn warning(warning: &Warning) -> (String, Diagnostic) {
    let table = &warning.table;
    match &warning.kind {
        WarningKind::Failed(error) => {
            // Without the region, which is part of the scope.
            let call = format!("{} of `{}`", error.operation, error.type_name);
            let (code, kind, headline) = cloud_headline(error, &call);
            let message = format!("rows of `{table}` are missing: {headline}");
            let key = format!("{table} {headline} {:?}", error.code);
            (
                key,
                cloud_details(Diagnostic::warning(code, kind, message), error),
            )
        }
        WarningKind::Mistyped { property, expected } => {
            let message = format!(
                "`{property}` of `{table}` is no {expected} in some rows and reads as NULL there"
            );
            (
                message.clone(),
                Diagnostic::warning("mistyped", Kind::Cloud, message),
            )
        }
        WarningKind::Undecodable { reason } => {
            let message =
                format!("rows of `{table}` are missing: their properties cannot be decoded");
            (
                message.clone(),
                Diagnostic::warning("undecodable", Kind::Cloud, message).note(reason.clone()),
            )
        }
        WarningKind::Unavailable => {
            let message = format!("`{table}` does not exist in some regions");
            (
                message.clone(),
                Diagnostic::warning("unavailable", Kind::Cloud, message),
            )
        }
    }
}

fn scope(warning: &Warning) -> String {
    match (&warning.region, &warning.subject) {
        (Some(region), Some(subject)) => format!("`{subject}` in `{region}`"),
        (Some(region), None) => format!("`{region}`"),
        (None, Some(subject)) => format!("`{subject}`"),
        (None, None) => String::new(),
    }
}

fn with_scopes(diagnostic: Diagnostic, scopes: &[String]) -> Diagnostic {
    let named: Vec<&str> = scopes
        .iter()
        .map(String::as_str)
        .filter(|scope| !scope.is_empty())
        .take(NAMED_SCOPES)
        .collect();
    if named.is_empty() {
        return diagnostic;
    }
    let more = scopes.len() - named.len();
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    diagnostic.note(format!("concerns {}{more}", named.join(", ")))
}

/// Values that a result cannot be printed with.
pub(crate) fn unprintable(error: &arrow::error::ArrowError) -> Diagnostic {
    Diagnostic::error(
        "unprintable",
        Kind::Internal,
        format!("a value cannot be printed: {error}"),
    )
}

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

/// A template that cannot be rendered.
pub(crate) fn template(error: &minijinja::Error, template: &Source) -> Box<Diagnostic> {
    let message = match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    };
    let mut diagnostic = Diagnostic::error("template", Kind::User, message);
    // An error in a value that the template was given has no place in the template.
    if let Some(span) = error
        .range()
        .or_else(|| error.line().map(|line| line_of(&template.text, line)))
    {
        diagnostic = diagnostic.at(template.clone(), span);
    }
    if template.text.contains("{{ .") || template.text.contains("{{.") {
        diagnostic = diagnostic.hint(
            "Templates are Jinja, not Go: write `{{ values.name }}` for `{{ .values.name }}`",
        );
    } else if template.text.contains("<<<json") {
        diagnostic =
            diagnostic.hint("Put the variables of `<<<json ... >>>` into a file for `--data`");
    } else if error.kind() == minijinja::ErrorKind::UndefinedError {
        diagnostic = diagnostic
            .hint("Give it with `--var NAME=VALUE` or `--data FILE`, or write `| default(...)`");
    }
    Box::new(diagnostic)
}

/// A value with an open quote or comment.
pub(crate) fn value_leaves_its_place(rendered: Source, at: usize) -> Box<Diagnostic> {
    let end = rendered.text.len();
    let diagnostic = Diagnostic::error(
        "template-value",
        Kind::User,
        "a template value leaves a quote or comment open",
    )
    .at(rendered, at..end)
    .hint("Put quotes around the placeholder, which escapes the value: `'{{ name }}'`");
    Box::new(diagnostic)
}

/// Characters that mark values while a template is rendered.
pub(crate) fn reserved_characters(name: &str) -> Box<Diagnostic> {
    let message = format!(
        "`{name}` holds a private-use character between U+F1C01 and U+F1C04, which templates cannot"
    );
    Box::new(Diagnostic::error("template", Kind::User, message))
}

/// Data that is not JSON.
pub(crate) fn json(error: &serde_json::Error, source: Source) -> Box<Diagnostic> {
    let message = error.to_string();
    let words = message
        .split(" at line ")
        .next()
        .unwrap_or(&message)
        .to_owned();
    let at = place(&source.text, error.line(), error.column());
    Box::new(Diagnostic::error("data", Kind::User, words).at(source, at..at + 1))
}

/// Data that is not YAML.
pub(crate) fn yaml(error: &serde_saphyr::Error, source: Source) -> Box<Diagnostic> {
    let message = error.without_snippet().to_string();
    let words = message
        .split(" at line ")
        .next()
        .unwrap_or(&message)
        .to_owned();
    let diagnostic = Diagnostic::error("data", Kind::User, words);
    let Some(location) = error.location() else {
        return Box::new(diagnostic);
    };
    let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let at = place(
        &source.text,
        number(location.line()),
        number(location.column()),
    );
    Box::new(diagnostic.at(source, at..at + 1))
}

/// Data without names.
pub(crate) fn data_is_no_object(name: &str) -> Box<Diagnostic> {
    let message = format!("`{name}` is not a mapping of names to values");
    Box::new(Diagnostic::error("data", Kind::User, message))
}

/// The byte of a line and a column of characters, both from 1.
fn place(text: &str, line: usize, column: usize) -> usize {
    let start = line_of(text, line).start;
    let rest = &text[start..];
    let column = column.saturating_sub(1);
    start
        + rest
            .char_indices()
            .nth(column)
            .map_or(rest.len(), |(at, _)| at)
}

/// The bytes of a line, from 1.
fn line_of(text: &str, line: usize) -> Range<usize> {
    let start = match line {
        0 | 1 => 0,
        _ => text
            .match_indices('\n')
            .nth(line - 2)
            .map_or(text.len(), |(at, _)| at + 1),
    };
    start..text[start..].find('\n').map_or(text.len(), |at| start + at)
}

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

#[cfg(test)]
mod tests;
