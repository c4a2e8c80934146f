//! Patterns of registry documents. They are written for Java, whose `\w`, `\d` and `\s` are ASCII and whose texts are UTF-16;
//! here they are put into the words of Rust's engines.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use fancy_regex::Regex;
use parking_lot::RwLock;
use regex_syntax::hir::Hir;

/// Whether `text` matches; a pattern that cannot be read refuses nothing.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    // Types share most of their patterns, and compiling is what takes the time.
    static KNOWN: LazyLock<RwLock<HashMap<String, Option<Arc<Regex>>>>> =
        LazyLock::new(RwLock::default);
    let known = KNOWN.read().get(pattern).cloned();
    let regex = known.unwrap_or_else(|| {
        let compiled = spellings(pattern)
            .find_map(|spelling| Regex::new(&spelling).ok())
            .map(Arc::new);
        KNOWN.write().insert(pattern.to_owned(), compiled.clone());
        compiled
    });
    // The engine gives up on a text that takes too many steps.
    regex.is_none_or(|regex| regex.is_match(text).unwrap_or(true))
}

/// The structure of a pattern that does not look around.
pub(crate) fn parse(pattern: &str) -> Option<Hir> {
    spellings(pattern).find_map(|spelling| regex_syntax::parse(&spelling).ok())
}

/// The pattern as Rust would write it: as meant by Java, or else by Python, where `[` inside of a class is a character.
fn spellings(pattern: &str) -> impl Iterator<Item = String> {
    let java = rust_spelling(pattern, false);
    let python = rust_spelling(pattern, true);
    let python = (python != java).then_some(python);
    std::iter::once(java).chain(python)
}

fn rust_spelling(pattern: &str, escape_brackets: bool) -> String {
    let mut spelling = String::with_capacity(pattern.len() + 16);
    let mut in_class = false;
    let mut rest = pattern;
    while let Some(character) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("\\Z") {
            spelling.push_str("\\z");
            rest = after;
            continue;
        }
        if in_class && let Some(length) = surrogates(rest) {
            spelling.push_str("\\x{10000}-\\x{10FFFF}");
            rest = &rest[length..];
            continue;
        }
        let (length, class) = shorthand(rest);
        if let Some(class) = class {
            match (in_class, class.strip_prefix('^')) {
                (true, None) => spelling.push_str(class),
                _ => spelling.extend(["[", class, "]"]),
            }
        } else {
            match character {
                '[' if in_class && escape_brackets => spelling.push('\\'),
                '[' => in_class = true,
                ']' => in_class = false,
                _ => {}
            }
            spelling.push_str(&rest[..length]);
        }
        rest = &rest[length..];
        // After a set of characters a hyphen is no range.
        let is_set = class.is_some() || (length > 2 && spelling.ends_with('}'));
        if in_class && is_set && rest.starts_with('-') {
            spelling.push('\\');
        }
    }
    spelling
}

/// The length of what a pattern begins with, and the members of its class if it is short for one.
fn shorthand(pattern: &str) -> (usize, Option<&'static str>) {
    const SHORTHANDS: [(&str, &str); 9] = [
        ("\\d", "0-9"),
        ("\\D", "^0-9"),
        ("\\w", "0-9A-Za-z_"),
        ("\\W", "^0-9A-Za-z_"),
        ("\\s", " \\t\\n\\x0B\\f\\r"),
        ("\\S", "^ \\t\\n\\x0B\\f\\r"),
        ("\\p{ASCII}", "\\x00-\\x7F"),
        ("\\p{Graph}", "!-~"),
        ("\\p{Print}", " -~"),
    ];
    if let Some((short, class)) = SHORTHANDS
        .iter()
        .find(|(short, _)| pattern.starts_with(short))
    {
        return (short.len(), Some(class));
    }
    let length = match pattern.as_bytes() {
        [b'\\', b'p' | b'P', b'{', ..] => pattern.find('}').map_or(pattern.len(), |end| end + 1),
        [b'\\', _, ..] => 1 + pattern[1..].chars().next().map_or(0, char::len_utf8),
        _ => pattern.chars().next().map_or(0, char::len_utf8),
    };
    (length, None)
}

/// The length of a run of surrogates and ranges of them: Java's way to write what is beyond the first 65,536 characters.
fn surrogates(pattern: &str) -> Option<usize> {
    let one = |text: &str| {
        let digits = text.strip_prefix("\\u")?.get(..4)?;
        let unit = u32::from_str_radix(digits, 16).ok()?;
        (0xD800..=0xDFFF).contains(&unit).then_some(6)
    };
    let mut length = one(pattern)?;
    loop {
        let rest = &pattern[length..];
        let hyphen = usize::from(rest.starts_with('-'));
        match one(&rest[hyphen..]) {
            Some(unit) => length += hyphen + unit,
            None => return Some(length),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    #[test]
    fn classes_are_java_s() {
        assert!(matches("^\\w+\\d\\s$", "a1 "));
        assert!(!matches("^\\w$", "é"));
        assert!(!matches("^\\d$", "٣"));
        assert!(matches("^[\\S\\s]$", "\u{2003}"));
        assert!(matches("^[\\w-.~]+$", "a-b.~"));
        assert!(matches("^[\\p{L}-_]+$", "é-_"));
        assert!(matches("^\\p{Print}+$", "a b"));
        assert!(matches("^[\\p{Print}&&[^|:/]]+$", "a b"));
        assert!(!matches("^[\\p{Print}&&[^|:/]]+$", "a:b"));
        assert!(matches("^[@[\\]+]+$", "@[]+"));
    }

    #[test]
    fn surrogates_stand_for_what_they_mean() {
        let pattern =
            "^(?!\\s*$)[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDBFF-\\uDC00\\uDFFF\\t]*$";
        assert!(matches(pattern, "a\t😀"));
        assert!(!matches(pattern, " "));
        assert!(!matches(pattern, "\n"));
    }

    #[test]
    fn patterns_look_around() {
        assert!(matches("^(?!aws:)[a-z:]+$", "name"));
        assert!(!matches("^(?!aws:)[a-z:]+$", "aws:name"));
        assert!(matches("a\\Z", "a"));
    }

    #[test]
    fn nearly_every_pattern_of_the_catalog_can_be_read() {
        let schemas = cirrus_provider::Schemas::embedded();
        let mut patterns = BTreeSet::new();
        for type_name in schemas.type_names() {
            let schema = schemas.get(type_name).unwrap();
            collect(&schema.document, &mut patterns);
        }
        let is_unreadable = |pattern: &String| {
            parse(pattern).is_none()
                && spellings(pattern).all(|spelling| Regex::new(&spelling).is_err())
        };
        let unreadable: Vec<String> = patterns.into_iter().filter(is_unreadable).collect();
        // The engine repeats nothing that only looks.
        let expected = [
            "^(\\/|(\\/(?!\\.)+[^$#<>;;`|&?{}^*/\\n]+){1,4})$",
            "^(\\/|(\\/(?!\\.)+[^$#<>;`|&?{}^*/\\n]+){1,4})$",
        ];
        assert_eq!(unreadable, expected);
    }

    fn collect(schema: &Value, found: &mut BTreeSet<String>) {
        match schema {
            Value::Object(members) => {
                for (name, member) in members {
                    match member {
                        Value::String(pattern) if name == "pattern" => {
                            found.insert(pattern.clone());
                        }
                        _ => collect(member, found),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
            _ => {}
        }
    }
}
