//! From DataFusion's errors to ours: typed where a user can act on it, with the place in the script.

use cirrus_provider::suggest;
use datafusion::{arrow::error::ArrowError, common::SchemaError, error::DataFusionError};

use crate::{Error, NameKind, Span, names::TableUse, script::TextSpan};

/// Words a DataFusion error for the statement `text` over `tables`.
pub(crate) fn of_datafusion(
    error: &DataFusionError,
    text: &TextSpan,
    tables: &[TableUse],
) -> Error {
    if let Some(own) = own_error(error) {
        return with_table_span(own, tables);
    }
    let span = error
        .diagnostic()
        .and_then(|diagnostic| diagnostic.span)
        .and_then(|span| text.span(as_location(span.start), as_location(span.end)));
    match root(error) {
        DataFusionError::SchemaError(error, _) => of_schema(error, span, text),
        DataFusionError::SQL(error, _) => Error::Syntax {
            message: error.to_string(),
            span,
        },
        DataFusionError::ArrowError(error, _) => Error::Execution {
            message: arrow_message(error),
        },
        DataFusionError::Execution(message) => Error::Execution {
            message: message.clone(),
        },
        DataFusionError::Plan(message) => of_plan(message, span, text),
        DataFusionError::NotImplemented(message) => Error::Unsupported {
            what: message.clone(),
            instead: None,
            span: span.or_else(|| Some(text.bytes.clone())),
        },
        DataFusionError::Internal(message) => Error::Internal {
            message: message.clone(),
        },
        other => Error::Plan {
            message: first_line(&other.strip_backtrace()),
            notes: Vec::new(),
            span,
        },
    }
}

fn as_location(
    location: datafusion::common::Location,
) -> datafusion::sql::sqlparser::tokenizer::Location {
    datafusion::sql::sqlparser::tokenizer::Location {
        line: location.line,
        column: location.column,
    }
}

/// Our own error, wherever DataFusion wrapped it.
fn own_error(error: &DataFusionError) -> Option<Error> {
    let mut current: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = current {
        if let Some(own) = error.downcast_ref::<Error>() {
            return Some(own.clone());
        }
        current = match error.downcast_ref::<DataFusionError>() {
            Some(DataFusionError::External(inner)) => Some(&**inner),
            Some(DataFusionError::Shared(inner)) => Some(&**inner),
            Some(DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner)) => {
                Some(&**inner)
            }
            Some(DataFusionError::ArrowError(inner, _)) => Some(&**inner),
            Some(DataFusionError::Collection(errors)) => return errors.iter().find_map(own_error),
            _ => error.source(),
        };
    }
    None
}

/// The error inside contexts and diagnostics.
fn root(error: &DataFusionError) -> &DataFusionError {
    match error {
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => root(inner),
        DataFusionError::Shared(inner) => root(inner),
        DataFusionError::Collection(errors) => errors.first().map_or(error, root),
        other => other,
    }
}

/// Points an error that names a table at the table.
fn with_table_span(mut error: Error, tables: &[TableUse]) -> Error {
    let found = match &mut error {
        Error::NotReadable { table, span, .. }
        | Error::IdentifierNeeded { table, span, .. }
        | Error::InputNeeded { table, span, .. }
        | Error::Identifier { table, span, .. }
        | Error::RegionNeeded { table, span } => Some((table, span)),
        _ => None,
    };
    if let Some((table, span)) = found {
        let is_it = |candidate: &&TableUse| {
            candidate.name == *table
                || table.ends_with(&format!(".{}", candidate.table.qualified_name()))
        };
        if let Some(named) = tables.iter().find(is_it) {
            span.clone_from(&named.span);
            table.clone_from(&named.name);
        }
    }
    error
}

fn of_schema(error: &SchemaError, span: Option<Span>, text: &TextSpan) -> Error {
    match error {
        SchemaError::FieldNotFound {
            field,
            valid_fields,
        } => {
            let name = field.name.clone();
            let names: Vec<&str> = valid_fields
                .iter()
                .map(|column| column.name.as_str())
                .collect();
            Error::UnknownName {
                kind: NameKind::Column,
                candidates: suggest(&name, names),
                span: span.or_else(|| find_word(text, &name)),
                name,
            }
        }
        SchemaError::AmbiguousReference { field } => Error::Plan {
            message: format!(
                "column `{}` is ambiguous: more than one table has it",
                field.name
            ),
            notes: vec![format!(
                "write it with its table or alias, as in `t.{}`",
                field.name
            )],
            span: span.or_else(|| find_word(text, &field.name)),
        },
        other => Error::Plan {
            message: first_line(&other.to_string()),
            notes: Vec::new(),
            span,
        },
    }
}

fn of_plan(message: &str, span: Option<Span>, text: &TextSpan) -> Error {
    let quoted = |prefix: &str| {
        let rest = message.strip_prefix(prefix)?;
        Some(rest.split('\'').next().unwrap_or(rest).to_owned())
    };
    if let Some(name) = quoted("Invalid function '") {
        let candidates = message
            .split_once("Did you mean '")
            .and_then(|(_, rest)| rest.split('\'').next())
            .map(str::to_owned)
            .into_iter()
            .collect();
        let span = span.or_else(|| find_word(text, &name));
        return Error::UnknownName {
            kind: NameKind::Function,
            name,
            candidates,
            span,
        };
    }
    if let Some(name) = quoted("table function '") {
        let span = span.or_else(|| find_word(text, &name));
        return Error::UnknownName {
            kind: NameKind::Function,
            name,
            candidates: Vec::new(),
            span,
        };
    }
    let mut lines = message.lines();
    Error::Plan {
        message: lines
            .next()
            .unwrap_or_default()
            .trim_end_matches('.')
            .to_owned(),
        notes: lines
            .filter(|line| !line.trim().is_empty())
            .map(|line| line.trim().to_owned())
            .collect(),
        span,
    }
}

/// Where a name stands in the statement, ignoring case, when the planner did not say.
fn find_word(text: &TextSpan, word: &str) -> Option<Span> {
    if word.is_empty() {
        return None;
    }
    let lower = text.text.to_ascii_lowercase();
    let word = word.to_ascii_lowercase();
    let at = lower.find(&word)?;
    Some(text.bytes.start + at..text.bytes.start + at + word.len())
}

fn arrow_message(error: &ArrowError) -> String {
    match error {
        ArrowError::CastError(message)
        | ArrowError::ParseError(message)
        | ArrowError::ComputeError(message)
        | ArrowError::InvalidArgumentError(message) => message.clone(),
        other => other.to_string(),
    }
}

fn first_line(message: &str) -> String {
    message
        .lines()
        .next()
        .unwrap_or_default()
        .trim_start_matches("Error during planning: ")
        .to_owned()
}
