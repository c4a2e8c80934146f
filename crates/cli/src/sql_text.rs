//! Where in SQL text a character stands: in code, a literal, an identifier, a comment.
//!
//! The engine's parser decides what SQL means; this much is needed before it, by `template.rs` to escape values where
//! they land and by `source.rs` to measure statements.

/// What surrounds a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Context {
    /// Nothing: keywords, operators, numbers.
    #[default]
    Code,
    /// `'...'`; with `backslash` it is `E'...'`.
    Literal { backslash: bool },
    /// `"..."`.
    Identifier,
    /// `-- ...`.
    LineComment,
    /// `/* ... */`, which nest.
    BlockComment { depth: usize },
    /// `$tag$ ... $tag$`.
    Dollar { tag: String },
}

/// Follows SQL text character by character.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scanner {
    context: Context,
    /// The character before, where two together mean something.
    previous: Option<char>,
    /// How long the word is that ends at `previous`.
    word: usize,
    /// The literal or identifier that has just been closed: the same quote again means it goes on.
    closed: Option<Context>,
    /// The tag of a dollar quote that is being opened or closed.
    tag: Option<String>,
    /// Whether the character before was a backslash that escapes.
    escaping: bool,
}

impl Scanner {
    /// What surrounds the next character.
    pub(crate) fn context(&self) -> &Context {
        &self.context
    }

    /// Goes on by one character.
    pub(crate) fn push(&mut self, c: char) {
        match &mut self.context {
            Context::Code => self.push_code(c),
            Context::Literal { backslash } => {
                if *backslash && !self.escaping && c == '\\' {
                    self.escaping = true;
                } else if c == '\'' && !self.escaping {
                    self.close();
                } else {
                    self.escaping = false;
                }
            }
            Context::Identifier => {
                if c == '"' {
                    self.close();
                }
            }
            Context::LineComment => {
                if c == '\n' {
                    self.enter(Context::Code);
                }
            }
            Context::BlockComment { depth } => {
                match (self.previous, c) {
                    (Some('*'), '/') => *depth -= 1,
                    (Some('/'), '*') => *depth += 1,
                    _ => {
                        self.previous = Some(c);
                        return;
                    }
                }
                self.previous = None;
                if *depth == 0 {
                    self.enter(Context::Code);
                }
            }
            Context::Dollar { tag } => {
                let candidate = self.tag.take();
                match (candidate, c) {
                    (Some(candidate), '$') if candidate == *tag => self.enter(Context::Code),
                    (_, '$') => self.tag = Some(String::new()),
                    (Some(mut candidate), _) => {
                        candidate.push(c);
                        self.tag =
                            Some(candidate).filter(|candidate| tag.starts_with(candidate.as_str()));
                    }
                    (None, _) => {}
                }
            }
        }
    }

    fn push_code(&mut self, c: char) {
        match (self.closed.take(), c) {
            (Some(context @ Context::Literal { .. }), '\'')
            | (Some(context @ Context::Identifier), '"') => {
                self.context = context;
                return;
            }
            _ => {}
        }
        if let Some(mut tag) = self.tag.take() {
            if c == '$' {
                return self.enter(Context::Dollar { tag });
            }
            if c == '_' || c.is_alphabetic() || (c.is_numeric() && !tag.is_empty()) {
                tag.push(c);
                self.tag = Some(tag);
            }
        }
        match (self.previous, c) {
            (previous, '\'') => {
                let backslash = self.word == 1 && matches!(previous, Some('e' | 'E'));
                return self.enter(Context::Literal { backslash });
            }
            (_, '"') => return self.enter(Context::Identifier),
            (Some('-'), '-') => return self.enter(Context::LineComment),
            (Some('/'), '*') => return self.enter(Context::BlockComment { depth: 1 }),
            (_, '$') if self.word == 0 => self.tag = Some(String::new()),
            _ => {}
        }
        self.word = if c == '_' || c.is_alphanumeric() {
            self.word + 1
        } else {
            0
        };
        self.previous = Some(c);
    }

    fn close(&mut self) {
        let context = std::mem::take(&mut self.context);
        self.enter(Context::Code);
        self.closed = Some(context);
    }

    fn enter(&mut self, context: Context) {
        *self = Self {
            context,
            ..Self::default()
        };
    }
}

/// The byte ranges between top-level semicolons.
pub(crate) fn statements(text: &str) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
    let mut scanner = Scanner::default();
    let mut characters = text.char_indices();
    let mut start = Some(0);
    std::iter::from_fn(move || {
        let from = start?;
        for (at, c) in characters.by_ref() {
            if c == ';' && *scanner.context() == Context::Code {
                start = Some(at + 1);
                scanner.push(c);
                return Some(from..at);
            }
            scanner.push(c);
        }
        start = None;
        Some(from..text.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context_after(text: &str) -> Context {
        let mut scanner = Scanner::default();
        text.chars().for_each(|c| scanner.push(c));
        scanner.context().clone()
    }

    #[test]
    fn knows_where_it_is() {
        let literal = Context::Literal { backslash: false };
        for (text, context) in [
            ("SELECT ", Context::Code),
            ("SELECT 'a", literal.clone()),
            ("SELECT 'a''", literal.clone()),
            ("SELECT 'a''b", literal.clone()),
            ("SELECT 'a' ", Context::Code),
            ("SELECT 'a\\' ", Context::Code),
            ("SELECT E'a\\' ", Context::Literal { backslash: true }),
            ("SELECT e'a''b", Context::Literal { backslash: true }),
            ("SELECT name'a\\' ", Context::Code),
            ("SELECT \"a'", Context::Identifier),
            ("SELECT \"a\"\"b", Context::Identifier),
            ("-- it's", Context::LineComment),
            ("-- it's\n", Context::Code),
            ("/* it's /* */", Context::BlockComment { depth: 1 }),
            ("/*/", Context::BlockComment { depth: 1 }),
            ("/* it's */", Context::Code),
            ("$$ it's ", Context::Dollar { tag: String::new() }),
            ("$$ it's $$", Context::Code),
            ("$a$ it's $$ $b$ ", Context::Dollar { tag: "a".into() }),
            ("$a$ $$a$", Context::Code),
            ("$1 '", literal.clone()),
            ("a - '", literal),
        ] {
            assert_eq!(context_after(text), context, "{text}");
        }
    }

    #[test]
    fn splits_only_in_code() {
        let text = "a ';' ; -- ;\n b; $$;$$";
        let pieces: Vec<&str> = statements(text).map(|range| &text[range]).collect();
        assert_eq!(pieces, ["a ';' ", " -- ;\n b", " $$;$$"]);
        assert_eq!(statements("").count(), 1);
    }
}
