//! Words for templates and the data that fills them.

use std::ops::Range;

use cirrus_diagnostic::{Diagnostic, Kind, Source};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        assert_eq!(place("é\nüx", 2, 2), 5);
        assert_eq!(place("a", 9, 9), 1);
        assert_eq!(line_of("a\nbc\nd", 2), 2..4);
    }
}
