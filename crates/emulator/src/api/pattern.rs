//! The patterns of a model, which AWS's front end gives to Java: what they mean there, said in the regex crate's words.

use std::sync::OnceLock;

use regex::Regex;
use serde::Deserialize;

/// A pattern that a whole value must match.
#[derive(Debug, Deserialize)]
#[serde(from = "String")]
pub(crate) struct Pattern {
    text: String,
    /// Made on first use; absent if the regex crate cannot express it.
    whole: OnceLock<Option<Regex>>,
}

impl From<String> for Pattern {
    fn from(text: String) -> Self {
        Self {
            text,
            whole: OnceLock::new(),
        }
    }
}

impl Pattern {
    /// The pattern as the model has it, which is how messages quote it.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether the value matches; a pattern that cannot be expressed refuses nothing.
    pub(crate) fn accepts(&self, value: &str) -> bool {
        self.whole().is_none_or(|whole| whole.is_match(value))
    }

    /// Whether the pattern can be expressed.
    #[cfg(test)]
    pub(crate) fn is_understood(&self) -> bool {
        self.whole().is_some()
    }

    fn whole(&self) -> Option<&Regex> {
        self.whole
            .get_or_init(|| Regex::new(&format!(r"\A(?:{})\z", translate(&self.text))).ok())
            .as_ref()
    }
}

/// Java's classes of ASCII characters, whose names mean something else to the regex crate or nothing.
const POSIX: [(&str, &str); 13] = [
    ("ASCII", "[:ascii:]"),
    ("Alnum", "[:alnum:]"),
    ("Alpha", "[:alpha:]"),
    ("Blank", "[:blank:]"),
    ("Cntrl", "[:cntrl:]"),
    ("Digit", "[:digit:]"),
    ("Graph", "[:graph:]"),
    ("Lower", "[:lower:]"),
    ("Print", "[:print:]"),
    ("Punct", "[:punct:]"),
    ("Space", "[:space:]"),
    ("Upper", "[:upper:]"),
    ("XDigit", "[:xdigit:]"),
];

/// Java's pattern as one of the regex crate, where the same words mean different things.
fn translate(pattern: &str) -> String {
    let (dot, pattern) = match pattern.strip_prefix("(?s)") {
        Some(rest) => (r"[\x{0}-\x{10FFFF}]", rest),
        None => (r"[^\n\r\x{85}\x{2028}\x{2029}]", pattern),
    };
    let mut translated = String::new();
    let mut rest = pattern;
    let mut class_depth = 0_usize;
    let mut after_quantifier = false;
    while let Some(next) = rest.chars().next() {
        let quantifies = class_depth == 0 && matches!(next, '*' | '+' | '?' | '}');
        if next == '\\' {
            let (word, after) = escape(rest);
            translated.push_str(&word);
            rest = after;
        } else {
            rest = &rest[next.len_utf8()..];
            match next {
                // Possessive: it matches less than the regex crate's `++`, which is a `+` of a `+`.
                '+' if after_quantifier => {}
                '.' if class_depth == 0 => translated.push_str(dot),
                // A second one is itself, the end of a range too; the regex crate would subtract sets.
                '-' | '~' if class_depth > 0 && rest.starts_with(next) => {
                    translated.extend([next, '\\', next]);
                    rest = &rest[1..];
                }
                _ => {
                    match next {
                        '[' => class_depth += 1,
                        ']' => class_depth = class_depth.saturating_sub(1),
                        _ => {}
                    }
                    translated.push(next);
                }
            }
        }
        after_quantifier = quantifies && !after_quantifier;
    }
    translated
}

/// The escape that `rest` starts with, translated, and what follows it.
fn escape(rest: &str) -> (String, &str) {
    let mut characters = rest.chars();
    characters.next();
    let Some(letter) = characters.next() else {
        return (rest.to_owned(), "");
    };
    let after = characters.as_str();
    // Java's are of ASCII.
    let ascii = match letter {
        'w' => "[0-9A-Za-z_]",
        'W' => "[^0-9A-Za-z_]",
        'd' => "[0-9]",
        'D' => "[^0-9]",
        's' => r"[\t-\r ]",
        'S' => r"[^\t-\r ]",
        _ => "",
    };
    if !ascii.is_empty() {
        return (ascii.to_owned(), after);
    }
    if let ('p' | 'P', Some((name, after))) = (
        letter,
        after
            .strip_prefix('{')
            .and_then(|after| after.split_once('}')),
    ) {
        let posix = POSIX.iter().find(|(known, _)| *known == name);
        return match (letter, posix) {
            ('p', Some((_, class))) => (format!("[{class}]"), after),
            (_, Some((_, class))) => (format!("[^{class}]"), after),
            // `IsL` and `L` are the same to Java.
            _ => (
                format!(r"\{letter}{{{}}}", name.strip_prefix("Is").unwrap_or(name)),
                after,
            ),
        };
    }
    if letter == 'u'
        && let Some((character, after)) = surrogates(rest)
    {
        return (format!(r"\x{{{character:X}}}"), after);
    }
    (format!(r"\{letter}"), after)
}

/// The character that a pair of escaped surrogates stands for.
fn surrogates(rest: &str) -> Option<(u32, &str)> {
    let (high, after) = unit(rest)?;
    let (low, after) = unit(after)?;
    let character = char::decode_utf16([high, low]).next()?.ok()?;
    // Two characters, not one.
    (u32::from(character) > 0xFFFF).then_some((character.into(), after))
}

fn unit(rest: &str) -> Option<(u16, &str)> {
    let digits = rest.strip_prefix(r"\u")?;
    let unit = u16::from_str_radix(digits.get(..4)?, 16).ok()?;
    Some((unit, &digits[4..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(pattern: &str, value: &str) -> bool {
        let pattern = Pattern::from(pattern.to_owned());
        assert!(pattern.is_understood(), "{}", translate(pattern.text()));
        pattern.accepts(value)
    }

    #[test]
    fn the_whole_value_must_match() {
        let type_name = "[A-Za-z0-9]{2,64}::[A-Za-z0-9]{2,64}::[A-Za-z0-9]{2,64}";
        assert!(accepts(type_name, "AWS::S3::Bucket"));
        assert!(!accepts(type_name, "x AWS::S3::Bucket"));
        assert!(!accepts(type_name, "AWS::S3::Bucket\n"));
        // Anchors inside alternatives, as Organizations has them.
        let parent = r"^(r-[0-9a-z]{4,32})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$";
        assert!(accepts(parent, "r-exam"));
        assert!(accepts(parent, "ou-exam-12345678"));
        assert!(!accepts(parent, "r-exam/"));
    }

    #[test]
    fn words_digits_and_spaces_are_ascii_and_letters_are_not() {
        assert!(accepts(r"[\w-]+_[0-9a-zA-Z]+", "us-east-1_AbC123"));
        assert!(!accepts(r"[\w]*", "é"));
        assert!(!accepts(r"\d{3}", "٣٣٣"));
        assert!(!accepts(r"[\S]+", "a b"));
        assert!(accepts(r"[\S]+", "a\u{A0}b"));
        assert!(accepts(r"[^\s@]+@[^\s@]+", "a@b"));
        assert!(accepts(r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+", "é+1!"));
        assert!(!accepts(r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+", "testuser 1"));
        assert!(accepts(r"\p{Alpha}+", "a"));
        assert!(!accepts(r"\p{Alpha}+", "é"));
        assert!(accepts(r"[\p{Upper}\P{ASCII}]+", "Aé"));
        assert!(accepts(r"\p{IsL}", "é"));
    }

    #[test]
    fn a_dot_ends_at_a_line_s_end_unless_it_is_told_not_to() {
        assert!(accepts(".+", "a b"));
        for end in ["\n", "\r", "\u{85}", "\u{2028}"] {
            assert!(!accepts(".+", end), "{end:?}");
            assert!(accepts("(?s).*", end), "{end:?}");
            assert!(accepts(r"[\s\S]*", end), "{end:?}");
        }
    }

    #[test]
    fn what_only_java_has_is_translated() {
        // Possessive quantifiers.
        assert!(accepts("a++b*+c?+", "aab"));
        assert!(!accepts("(?:a?+)", "aa"));
        assert!(accepts(r"\++", "++"));
        assert!(accepts("[+]+", "+"));
        // Surrogates, as IAM's patterns have them.
        let text = r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF]+";
        assert!(accepts(text, "a\u{1F600}"));
        assert!(!accepts(text, "\u{FFFF}"));
        // Hyphens that subtract nothing.
        assert!(accepts("[ --]+", "+-"));
        assert!(accepts("[A-Za-z0-9-_=.]+", "a-_."));
    }

    #[test]
    fn what_cannot_be_expressed_refuses_nothing() {
        let pattern = Pattern::from(r"(?!\d+)\w+".to_owned());
        assert!(!pattern.is_understood());
        assert!(pattern.accepts("") && pattern.accepts("1"));
    }
}
