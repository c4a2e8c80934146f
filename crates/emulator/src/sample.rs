//! A text that matches a pattern: how identifiers get the form that their type's schema asks for.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::{resource_type::pattern, sequence::Sequence};

/// A short text that matches a pattern, if the pattern can be read.
pub(crate) fn sample(pattern: &str, sequence: &mut Sequence) -> Option<String> {
    sample_of(pattern, 0, sequence)
}

/// A text that matches a pattern, of at least so many characters if the pattern lets it.
pub(crate) fn sample_of(pattern: &str, least: usize, sequence: &mut Sequence) -> Option<String> {
    let hir = pattern::parse(pattern)?;
    let mut text = String::new();
    let usual = u32::try_from(least)
        .unwrap_or(u32::MAX)
        .max(USUAL_REPETITION);
    write_sample(&hir, Repeats::Usually(usual), sequence, &mut text)?;
    Some(text)
}

/// How often something is written that may be repeated.
#[derive(Clone, Copy)]
enum Repeats {
    Usually(u32),
    /// Inside another repetition, where the usual number multiplies.
    NoMoreThanMust,
}

/// Repetitions without an upper bound are written this often, or so many characters more than they must.
const USUAL_REPETITION: u32 = 12;
/// Longer than any identifier.
const LONGEST_SAMPLE: usize = 1024;

fn write_sample(
    hir: &Hir,
    repeats: Repeats,
    sequence: &mut Sequence,
    text: &mut String,
) -> Option<()> {
    if text.len() > LONGEST_SAMPLE {
        return None;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(std::str::from_utf8(&literal.0).ok()?),
        HirKind::Class(class) => text.push(pick(class, sequence)?),
        HirKind::Repetition(repetition) => {
            let least = repetition.min;
            let count = match repeats {
                Repeats::Usually(usual) => least.max(repetition.max.unwrap_or(u32::MAX).min(usual)),
                Repeats::NoMoreThanMust => least,
            };
            for _ in 0..count {
                write_sample(&repetition.sub, Repeats::NoMoreThanMust, sequence, text)?;
            }
        }
        HirKind::Capture(capture) => write_sample(&capture.sub, repeats, sequence, text)?,
        HirKind::Concat(parts) => {
            for part in parts {
                write_sample(part, repeats, sequence, text)?;
            }
        }
        HirKind::Alternation(choices) => write_sample(choices.first()?, repeats, sequence, text)?,
    }
    Some(())
}

fn pick(class: &Class, sequence: &mut Sequence) -> Option<char> {
    let Class::Unicode(class) = class else {
        return None;
    };
    let holds = |character: char| {
        class
            .ranges()
            .iter()
            .any(|range| (range.start()..=range.end()).contains(&character))
    };
    let of_class = |alphabet: &mut dyn Iterator<Item = char>| -> Vec<char> {
        alphabet.filter(|&character| holds(character)).collect()
    };
    let letters_and_digits = of_class(&mut ('0'..='9').chain('a'..='z').chain('A'..='Z'));
    let members = if letters_and_digits.is_empty() {
        // The separator of identifiers would be misread in one.
        of_class(&mut ('!'..='~').filter(|&character| character != '|'))
    } else {
        letters_and_digits
    };
    let usual = members.get(sequence.below(members.len())).copied();
    usual.or_else(|| {
        class
            .ranges()
            .first()
            .map(regex_syntax::hir::ClassUnicodeRange::start)
    })
}
