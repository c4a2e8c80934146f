//! From a script to its statements: split at top-level semicolons, each with its bytes, each parsed on its own.
//!
//! The tokenizer of the dialect decides what is a string, a comment or a dollar quote, so that a `;` or `--` inside a
//! literal never splits. Everything is parsed before anything runs. Read on in `names.rs`.

use std::ops::Range;

use datafusion::sql::{
    parser::{DFParserBuilder, Statement},
    sqlparser::{
        parser::ParserError,
        tokenizer::{Location, Token, Tokenizer, TokenizerError, Whitespace},
    },
};

use crate::{Error, Span, dialect::CirrusDialect};

/// How deeply expressions may nest before the parser gives up instead of the stack.
const RECURSION_LIMIT: usize = 100;

/// One statement of a script.
#[derive(Clone, Debug)]
pub(crate) struct ScriptStatement {
    /// Its text.
    pub(crate) text: TextSpan,
    /// What the parser made of it.
    pub(crate) statement: Statement,
}

/// A piece of the script, able to turn the parser's lines and columns into bytes of the whole script.
#[derive(Clone, Debug)]
pub(crate) struct TextSpan {
    /// The bytes in the script.
    pub(crate) bytes: Range<usize>,
    /// The text of those bytes.
    pub(crate) text: String,
}

impl TextSpan {
    /// The bytes between two of the parser's places, which count lines and characters from 1.
    pub(crate) fn span(&self, start: Location, end: Location) -> Option<Span> {
        if start.line == 0 {
            return None;
        }
        let from = self.bytes.start + offset(&self.text, start)?;
        let to = offset(&self.text, end).map_or(from, |at| self.bytes.start + at);
        Some(from..to.max(from))
    }
}

/// The byte of a place in `text`; one past the end counts as the end.
fn offset(text: &str, place: Location) -> Option<usize> {
    let line = usize::try_from(place.line).ok()?.checked_sub(1)?;
    let column = usize::try_from(place.column).ok()?.checked_sub(1)?;
    let line_start = if line == 0 {
        0
    } else {
        text.match_indices('\n').nth(line - 1)?.0 + 1
    };
    let rest = &text[line_start..];
    Some(
        line_start
            + rest
                .char_indices()
                .nth(column)
                .map_or(rest.len(), |(at, _)| at),
    )
}

/// Splits and parses a script.
pub(crate) fn parse(script: &str) -> Result<Vec<ScriptStatement>, Error> {
    split(script)?
        .into_iter()
        .map(|text| {
            let statement = parse_one(&text)?;
            Ok(ScriptStatement { text, statement })
        })
        .collect()
}

/// The statements' texts, without semicolons, leading comments and blank ones.
pub(crate) fn split(script: &str) -> Result<Vec<TextSpan>, Error> {
    let whole = TextSpan {
        bytes: 0..script.len(),
        text: script.to_owned(),
    };
    let tokens = Tokenizer::new(&CirrusDialect::default(), script)
        .tokenize_with_location()
        .map_err(|error| tokenizer_error(&whole, &error))?;
    let mut lines = LineIndex::new(script);
    let mut statements = Vec::new();
    let mut current: Option<Range<usize>> = None;
    for token in tokens {
        match &token.token {
            Token::SemiColon => statements.extend(current.take()),
            Token::EOF => {}
            Token::Whitespace(space) if !is_hint(space) => {}
            _ => {
                let start = lines.offset(token.span.start);
                let end = lines.offset(token.span.end);
                current = Some(current.map_or(start, |range| range.start)..end);
            }
        }
    }
    statements.extend(current);
    Ok(statements
        .into_iter()
        .map(|bytes| TextSpan {
            text: script[bytes.clone()].to_owned(),
            bytes,
        })
        .collect())
}

/// A hint before the verb (`/*+ create */ INSERT`) belongs to the statement.
fn is_hint(space: &Whitespace) -> bool {
    matches!(space, Whitespace::MultiLineComment(text) if text.starts_with('+'))
}

/// Turns places into bytes for tokens that come in order, without counting lines anew for each.
struct LineIndex<'a> {
    script: &'a str,
    line_starts: Vec<usize>,
    /// The last place asked for, from which the next is usually a short way.
    last: (Location, usize),
}

impl<'a> LineIndex<'a> {
    fn new(script: &'a str) -> Self {
        let line_starts = std::iter::once(0)
            .chain(script.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Self {
            script,
            line_starts,
            last: (Location { line: 1, column: 1 }, 0),
        }
    }

    fn offset(&mut self, place: Location) -> usize {
        let (from, base) = if place.line == self.last.0.line && place.column >= self.last.0.column {
            self.last
        } else {
            let line = usize::try_from(place.line).unwrap_or(1).saturating_sub(1);
            let start = self
                .line_starts
                .get(line)
                .copied()
                .unwrap_or(self.script.len());
            (
                Location {
                    line: place.line,
                    column: 1,
                },
                start,
            )
        };
        let steps = usize::try_from(place.column - from.column).unwrap_or(0);
        let rest = &self.script[base..];
        let at = base
            + rest
                .char_indices()
                .nth(steps)
                .map_or(rest.len(), |(at, _)| at);
        self.last = (place, at);
        at
    }
}

fn parse_one(text: &TextSpan) -> Result<Statement, Error> {
    let dialect = CirrusDialect::default();
    let parsed = DFParserBuilder::new(text.text.as_str())
        .with_dialect(&dialect)
        .with_recursion_limit(RECURSION_LIMIT)
        .build()
        .and_then(|mut parser| parser.parse_statements());
    match parsed {
        Ok(mut statements) => match (statements.pop_front(), statements.pop_front()) {
            (Some(statement), None) => Ok(statement),
            _ => Err(Error::Syntax {
                message: "expected one statement".into(),
                span: Some(text.bytes.clone()),
            }),
        },
        Err(error) => Err(syntax_error(text, &error.strip_backtrace())),
    }
}

fn tokenizer_error(text: &TextSpan, error: &TokenizerError) -> Error {
    let span = text.span(error.location, error.location);
    Error::Syntax {
        message: error.message.trim_end_matches([' ', ',']).to_owned(),
        span,
    }
}

/// The parser puts its place into the message's tail (`... at Line: 1, Column: 8`).
fn syntax_error(text: &TextSpan, message: &str) -> Error {
    let message = message
        .trim_start_matches("SQL error: ")
        .trim_start_matches("ParserError(\"")
        .trim_start_matches("TokenizerError(\"")
        .trim_end_matches("\")")
        .trim_start_matches("sql parser error: ");
    if message
        == ParserError::RecursionLimitExceeded
            .to_string()
            .trim_start_matches("sql parser error: ")
        || message.contains("RecursionLimitExceeded")
    {
        return Error::Syntax {
            message: format!("the statement nests more than {RECURSION_LIMIT} levels deep"),
            span: Some(text.bytes.clone()),
        };
    }
    let Some((words, place)) = message.rsplit_once(" at Line: ") else {
        return Error::Syntax {
            message: message.to_owned(),
            span: Some(text.bytes.end..text.bytes.end),
        };
    };
    let mut numbers = place
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|n| n.parse::<u64>().ok());
    let span = match (numbers.next(), numbers.next()) {
        (Some(line), Some(column)) => {
            let place = Location { line, column };
            text.span(place, place)
                .map(|at| at.start..word_end(text, at.start))
        }
        _ => None,
    };
    Error::Syntax {
        message: words.trim_end_matches([',', ' ']).to_owned(),
        span,
    }
}

fn word_end(text: &TextSpan, start: usize) -> usize {
    let rest = &text.text[start - text.bytes.start..];
    let length = rest
        .char_indices()
        .find(|(at, c)| *at > 0 && !(c.is_alphanumeric() || *c == '_'))
        .map_or(rest.len(), |(at, _)| at);
    start + length
}

/// Whether a text typed so far is a whole script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// Ends in `;` outside strings and comments, or holds nothing but blanks and comments.
    Complete,
    /// More is needed.
    Incomplete,
}

/// Decides whether the REPL may send `text`: an open string or comment, or a missing `;`, needs more.
pub fn completeness(text: &str) -> Completeness {
    let Ok(tokens) = Tokenizer::new(&CirrusDialect::default(), text).tokenize() else {
        return Completeness::Incomplete;
    };
    match tokens
        .iter()
        .rev()
        .find(|token| !matches!(token, Token::Whitespace(_) | Token::EOF))
    {
        None | Some(Token::SemiColon) => Completeness::Complete,
        Some(_) => Completeness::Incomplete,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(script: &str) -> Vec<String> {
        split(script)
            .unwrap()
            .into_iter()
            .map(|text| text.text)
            .collect()
    }

    #[test]
    fn semicolons_and_dashes_inside_literals_do_not_split() {
        assert_eq!(
            texts("SELECT ';--', $$a;b$$; -- no; more\n SELECT 2 /* ; */;;"),
            ["SELECT ';--', $$a;b$$", "SELECT 2"]
        );
    }

    #[test]
    fn a_hint_before_the_verb_belongs_to_its_statement() {
        assert_eq!(
            texts("/* why */ /*+ create */ SELECT 1"),
            ["/*+ create */ SELECT 1"]
        );
    }

    #[test]
    fn places_count_characters_and_spans_count_bytes() {
        let script = "SELECT 'é';\nSELECT 'ü' FRM x y z;";
        let error = parse(script).unwrap_err();
        let Error::Syntax {
            span: Some(span), ..
        } = error
        else {
            panic!("{error:?}")
        };
        assert_eq!(&script[span], "x");
    }

    #[test]
    fn an_open_string_is_incomplete() {
        for (text, complete) in [
            ("SELECT 1", false),
            ("SELECT 1;", true),
            ("SELECT 'a;", false),
            ("-- x\n", true),
            ("/* ;", false),
            ("", true),
        ] {
            assert_eq!(
                completeness(text) == Completeness::Complete,
                complete,
                "{text}"
            );
        }
    }

    #[test]
    fn deep_nesting_is_an_error_and_not_a_crash() {
        let script = format!("SELECT {}1{}", "(".repeat(5_000), ")".repeat(5_000));
        assert!(matches!(parse(&script), Err(Error::Syntax { .. })));
    }
}
