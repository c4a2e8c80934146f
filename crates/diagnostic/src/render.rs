//! Draws a [`Diagnostic`] with its source line and caret, through `annotate-snippets`.

use std::fmt;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::{Diagnostic, Severity};

/// The longest excerpt drawn, in bytes; a 10 MB one-line statement must not be echoed whole.
const LONGEST_LINE: usize = 400;

impl Diagnostic {
    /// Renders with or without terminal colours; no trailing line break.
    pub fn render(&self, renderer: &Renderer) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(self.message.as_str());
        let window = self.excerpt.as_ref().map(window);
        let mut group = match (&self.excerpt, &window) {
            (Some(excerpt), Some(window)) => title.element(
                Snippet::source(window.text.as_str())
                    .line_start(window.first_line)
                    .path(excerpt.source.name.as_str())
                    .annotation(AnnotationKind::Primary.span(window.span.clone())),
            ),
            _ => Group::with_title(title),
        };
        for note in &self.notes {
            group = group.element(Level::NOTE.message(note.as_str()));
        }
        for hint in &self.hints {
            group = group.element(Level::HELP.with_name("hint").message(hint.as_str()));
        }
        renderer.render(&[group])
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(&Renderer::plain()))
    }
}

/// The lines around a span, cut so that long lines do not flood the terminal.
struct Window {
    text: String,
    first_line: usize,
    span: std::ops::Range<usize>,
}

fn window(excerpt: &crate::Excerpt) -> Window {
    let text = &*excerpt.source.text;
    let start = floor_boundary(text, excerpt.span.start.min(text.len()));
    let end = floor_boundary(text, excerpt.span.end.clamp(start, text.len()));
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[end..].find('\n').map_or(text.len(), |at| end + at);
    let from = if start - line_start > LONGEST_LINE {
        floor_boundary(text, start - LONGEST_LINE / 2)
    } else {
        line_start
    };
    let to = floor_boundary(text, line_end.min(start + LONGEST_LINE));
    let end = end.min(to);
    Window {
        text: text[from..to].to_owned(),
        first_line: text[..line_start].matches('\n').count() + 1,
        span: start - from..(end - from).max(start - from),
    }
}

fn floor_boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, Source};

    fn draw(text: &str, span: std::ops::Range<usize>) -> String {
        let source = Source {
            name: "query".into(),
            text: text.into(),
        };
        Diagnostic::error("test", Kind::User, "something is wrong")
            .at(source, span)
            .hint("Do it right")
            .to_string()
    }

    #[test]
    fn points_at_the_second_line() {
        let drawn = draw("SELECT a\nFROM b", 14..15);
        assert!(drawn.contains("query:2:6"), "{drawn}");
        assert!(drawn.contains("2 | FROM b"), "{drawn}");
        assert!(drawn.contains("hint: Do it right"), "{drawn}");
    }

    #[test]
    fn survives_spans_outside_the_text_and_inside_a_character() {
        for (text, span) in [("", 0..5), ("é", 1..2), ("a", 7..9)] {
            assert!(draw(text, span).contains("something is wrong"));
        }
    }

    #[test]
    fn cuts_a_line_of_a_megabyte() {
        let drawn = draw(&"x".repeat(1 << 20), 500_000..500_004);
        assert!(drawn.len() < 4_000, "{}", drawn.len());
    }
}
