//! Words for a statement that failed.

use std::{ops::Range, time::Duration};

use cirrus_diagnostic::{Diagnostic, Kind, Source};
use cirrus_engine::{Error, NameKind};

use super::cloud;
use crate::reached::Reached;

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
            reason,
            span,
        } => {
            let message = format!(
                "`{table}` cannot be listed without {}",
                names(inputs, "and")
            );
            let diagnostic = user("input-needed", message, span);
            let condition = format!("Add `WHERE {}`", conditions(inputs));
            match reason {
                None => diagnostic.hint(format!("{condition}, or join a table that supplies it")),
                Some(reason) => diagnostic
                    .note(format!("it has to be given, because {reason}"))
                    .hint(condition),
            }
        }
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

/// A statement that took longer than `--timeout`.
pub(crate) fn timed_out(timeout: Duration, reached: &Reached) -> Diagnostic {
    let text = |duration| {
        humantime::format_duration(duration)
            .to_string()
            .replace(' ', "")
    };
    let message = format!("timed out after {}", text(timeout));
    let more = text(timeout.saturating_mul(2));
    Diagnostic::error("timed-out", Kind::User, message)
        .note(format!("reached {reached}"))
        .hint(format!(
            "Give it more time with `--timeout {more}`, or narrow it down"
        ))
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
