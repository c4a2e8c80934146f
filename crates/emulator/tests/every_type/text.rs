//! Texts that match a pattern: chosen by length, and different for every ordinal, so that lists of unique items, updates
//! and a model's length limits all find theirs.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex},
};

use fancy_regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// What a text should have been like when nothing says how long it is.
const USUAL_LENGTH: usize = 8;
/// How many lengths and forms are tried before a pattern counts as one that nothing matches.
const ATTEMPTS: usize = 64;
/// Texts for patterns that look ahead at what a password has.
const MIXED: &str = "Abcdef1!Ghijkl2!Mnopqr3!Stuvwx4!";

/// The `ordinal`-th text of `least` to `most` characters that matches `pattern`.
pub(crate) fn matching(pattern: &str, least: usize, most: usize, ordinal: usize) -> Option<String> {
    let readable = without_lookaround(pattern);
    let hir = structure(&readable)?;
    // What is built from the whole pattern matches it; what is built from a part of it must be looked at.
    let is_whole = readable == pattern;
    let fits = |text: &str| {
        (least..=most).contains(&text.chars().count()) && (is_whole || matches(pattern, text))
    };
    let usual = USUAL_LENGTH.clamp(least, most.max(least));
    let longer = usual..=most.min(usual + ATTEMPTS);
    let shorter = (least..usual).rev().take(ATTEMPTS);
    longer
        .chain(shorter)
        .flat_map(|length| [ordinal, ordinal + ATTEMPTS + 1].map(|ordinal| (length, ordinal)))
        .filter_map(|(length, ordinal)| {
            let mut writer = Writer {
                text: String::new(),
                ends_at: None,
                ordinal,
                rest: ordinal,
            };
            writer.write(&hir, length);
            writer
                .ends_at
                .is_none_or(|end| end == writer.text.len())
                .then_some(writer.text)
        })
        .find(|text| fits(text))
        .or_else(|| {
            let mut mixed = (least.max(1)..=most.min(MIXED.len())).map(|length| &MIXED[..length]);
            mixed.find(|text| matches(pattern, text)).map(str::to_owned)
        })
}

/// What a pattern that does not look around is made of.
fn structure(pattern: &str) -> Option<Arc<Hir>> {
    static KNOWN: LazyLock<Mutex<HashMap<String, Option<Arc<Hir>>>>> =
        LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap();
    if !known.contains_key(pattern) {
        // What cannot be read is Java's: surrogates, `\p{Print}`, a bare `[` in a class. Letters match all of those.
        let hir = regex_syntax::parse(&rust_dialect(pattern))
            .or_else(|_| regex_syntax::parse("^[a-z]*$"));
        known.insert(pattern.to_owned(), hir.ok().map(Arc::new));
    }
    known[pattern].clone()
}

/// Whether a text matches a pattern, looking around included; a pattern that cannot be read refuses nothing.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    static KNOWN: LazyLock<Mutex<HashMap<String, Option<Arc<Regex>>>>> =
        LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap();
    if !known.contains_key(pattern) {
        let regex = Regex::new(&rust_dialect(pattern));
        known.insert(pattern.to_owned(), regex.ok().map(Arc::new));
    }
    let regex = known[pattern].clone();
    drop(known);
    regex.is_none_or(|regex| regex.is_match(text).unwrap_or(true))
}

/// Java's classes are ASCII, and a hyphen after one is a hyphen.
fn rust_dialect(pattern: &str) -> String {
    const BACKSLASH: &str = "\u{0}";
    pattern
        .replace("\\\\", BACKSLASH)
        .replace("\\Z", "\\z")
        .replace("\\w-", "\\w\\-")
        .replace("\\w", "[0-9A-Za-z_]")
        .replace("\\d", "[0-9]")
        .replace(BACKSLASH, "\\\\")
}

/// The pattern without its groups that look around.
fn without_lookaround(pattern: &str) -> String {
    let mut rest = pattern.to_owned();
    while let Some(start) = ["(?=", "(?!", "(?<=", "(?<!"]
        .iter()
        .filter_map(|group| rest.find(group))
        .min()
    {
        let end = end_of_group(&rest[start..]).map_or(rest.len(), |length| start + length);
        rest.replace_range(start..end, "");
    }
    rest
}

/// The length of the group that a text begins with.
fn end_of_group(text: &str) -> Option<usize> {
    let (mut depth, mut in_class, mut escaped) = (0_usize, false, false);
    for (index, character) in text.char_indices() {
        if escaped {
            escaped = false;
            continue;
        }
        match character {
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => depth += 1,
            ')' if !in_class => {
                depth -= 1;
                if depth == 0 {
                    return Some(index + 1);
                }
            }
            _ => {}
        }
    }
    None
}

struct Writer {
    text: String,
    /// Where the text must end, or the length that nothing can have when something is before its beginning.
    ends_at: Option<usize>,
    ordinal: usize,
    /// What is left of the ordinal: every character takes its share, like the digits of a number.
    rest: usize,
}

impl Writer {
    /// Writes something that matches, of about `length` characters.
    fn write(&mut self, hir: &Hir, length: usize) {
        match hir.kind() {
            HirKind::Look(Look::Start) if !self.text.is_empty() => self.ends_at = Some(usize::MAX),
            HirKind::Look(Look::End) => self.ends_at = self.ends_at.or(Some(self.text.len())),
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => self.text.push_str(&String::from_utf8_lossy(&literal.0)),
            HirKind::Class(class) => self.pick(class),
            HirKind::Capture(capture) => self.write(&capture.sub, length),
            HirKind::Repetition(repetition) => {
                let (shortest, _) = lengths(&repetition.sub);
                let most = repetition.max.map_or(usize::MAX, size);
                let count = (length / shortest.max(1)).clamp(size(repetition.min), most);
                let spare = length.saturating_sub(count * shortest);
                for index in 0..count {
                    // All that is to spare goes to the first one.
                    let rest = if index == 0 { spare } else { 0 };
                    self.write(&repetition.sub, shortest + rest);
                }
            }
            HirKind::Concat(parts) => {
                let lengths: Vec<_> = parts.iter().map(lengths).collect();
                let must: usize = lengths.iter().map(|(least, _)| least).sum();
                let mut spare = length.saturating_sub(must);
                for (part, (least, most)) in parts.iter().zip(lengths) {
                    let extra = spare.min(most - least);
                    spare -= extra;
                    self.write(part, least + extra);
                }
            }
            HirKind::Alternation(choices) => {
                // The usual text has the length that was asked for, or nearly; others have what makes them others.
                let usual = || {
                    let fits = |choice: &&Hir| {
                        let (least, most) = lengths(choice);
                        (least..=most).contains(&length)
                    };
                    let nearest = |choice: &&Hir| lengths(choice).0.abs_diff(length);
                    let first = choices.iter().find(fits);
                    first.or_else(|| choices.iter().min_by_key(nearest))
                };
                let choice = match self.ordinal {
                    0 => usual(),
                    ordinal => choices.get(ordinal % choices.len()),
                };
                if let Some(choice) = choice {
                    self.write(choice, length);
                }
            }
        }
    }

    /// Writes a letter if the class has one, else a digit, else what it has.
    fn pick(&mut self, class: &Class) {
        let Class::Unicode(class) = class else {
            return;
        };
        let has = |character: char| {
            class
                .ranges()
                .iter()
                .any(|range| (range.start()..=range.end()).contains(&character))
        };
        for alphabet in ['a'..='z', '0'..='9', 'A'..='Z', '!'..='{', '}'..='~'] {
            let members: Vec<char> = alphabet.filter(|&character| has(character)).collect();
            if !members.is_empty() {
                self.text.push(members[self.rest % members.len()]);
                self.rest /= members.len();
                return;
            }
        }
        if let Some(range) = class.ranges().first() {
            self.text.push(range.start());
        }
    }
}

/// The least and the most characters that something writes.
fn lengths(hir: &Hir) -> (usize, usize) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => (0, 0),
        HirKind::Literal(literal) => {
            let length = String::from_utf8_lossy(&literal.0).chars().count();
            (length, length)
        }
        HirKind::Class(_) => (1, 1),
        HirKind::Capture(capture) => lengths(&capture.sub),
        HirKind::Repetition(repetition) => {
            let (least, most) = lengths(&repetition.sub);
            let times = repetition.max.map_or(usize::MAX, size);
            (
                least * size(repetition.min),
                if most == 0 {
                    0
                } else {
                    most.saturating_mul(times)
                },
            )
        }
        HirKind::Concat(parts) => parts.iter().map(lengths).fold((0, 0), |sum, part| {
            (sum.0 + part.0, sum.1.saturating_add(part.1))
        }),
        HirKind::Alternation(choices) => choices
            .iter()
            .map(lengths)
            .reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))
            .unwrap_or((0, 0)),
    }
}

fn size(count: u32) -> usize {
    count as usize
}
