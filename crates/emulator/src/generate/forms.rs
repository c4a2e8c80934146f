//! Forms: patterns of what AWS makes up, with the names of values in braces.
//!
//! `i-[0-9a-f]{17}` is a pattern. `{region}`, `{account}`, `{partition}` and `{suffix}` are those of the place, `{uuid}`
//! is one, `{name}` is what the resource is called. `{Cluster}` is the value of a property, of an ARN its last part
//! unless it is `{!Cluster}`; `{A,B}` is the first of them that the model has, and `{A=x}` is `x` where it has none.

use super::{arns::ARNS, ids::IDS};
use crate::{sample::sample, sequence::Sequence};

const UUID: &str = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";

/// The properties of a type that have a form, with it.
pub(super) fn of_type(type_name: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let name = type_name.strip_prefix("AWS::").unwrap_or_default();
    [&IDS[..], &ARNS[..]].into_iter().flat_map(move |table| {
        let start = table.partition_point(|(of, ..)| *of < name);
        let lines = table[start..]
            .iter()
            .take_while(move |(of, ..)| *of == name);
        lines.map(|&(_, property, form)| (property, form))
    })
}

/// The form of a property, if it has one.
pub(super) fn of(type_name: &str, property: &str) -> Option<&'static str> {
    of_type(type_name)
        .find(|(of, _)| *of == property)
        .map(|(_, form)| form)
}

/// A text of a form; `value` knows what the names in braces stand for.
pub(super) fn render(
    form: &str,
    mut value: impl FnMut(&str, &mut Sequence) -> Option<String>,
    sequence: &mut Sequence,
) -> Option<String> {
    let mut pattern = String::with_capacity(form.len() + 64);
    let mut rest = form;
    while let Some(start) = rest.find('{') {
        let (before, after) = rest.split_at(start);
        pattern.push_str(before);
        let end = after.find('}')?;
        let inner = &after[1..end];
        if inner == "uuid" {
            pattern.push_str(UUID);
        } else if inner.starts_with(|character: char| character.is_ascii_digit()) {
            pattern.push_str(&after[..=end]);
        } else {
            let (names, otherwise) = inner
                .split_once('=')
                .map_or((inner, None), |(names, otherwise)| (names, Some(otherwise)));
            let found = names.split(',').find_map(|name| value(name, sequence));
            let text = found
                .or_else(|| otherwise.map(str::to_owned))
                .unwrap_or_else(|| sequence.lower(8));
            pattern.push_str(&regex_syntax::escape(&text));
        }
        rest = &after[end + 1..];
    }
    pattern.push_str(rest);
    sample(&pattern, sequence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_braces_are_filled_in() {
        let mut sequence = Sequence::new(3);
        let mut render = |form: &str| {
            let value = |name: &str, _: &mut Sequence| (name == "B").then(|| "b.c".to_owned());
            render(form, value, &mut sequence).unwrap()
        };
        assert_eq!(render("{B}/{A,B}/{C=d}"), "b.c/b.c/d");
        let id = render("i-[0-9a-f]{17}");
        assert_eq!(id.len(), 19);
        assert!(id[2..].bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_eq!(render("{uuid}").len(), 36);
        assert_eq!(render("{Unknown}").len(), 8);
    }

    #[test]
    fn every_form_is_of_a_property_that_only_the_service_sets() {
        let schemas = cirrus_provider::Schemas::embedded();
        let mut before = ("", "");
        for (type_name, property, _) in IDS.iter().chain(&ARNS) {
            if (*type_name, *property) == (ARNS[0].0, ARNS[0].1) {
                before = ("", "");
            }
            assert!(
                before < (type_name, property),
                "{type_name} is not in order"
            );
            before = (type_name, property);
            let schema = schemas
                .get(&format!("AWS::{type_name}"))
                .unwrap_or_else(|| panic!("{type_name} is no type"));
            let read_only = schema.document["readOnlyProperties"].as_array().unwrap();
            assert!(
                read_only
                    .iter()
                    .any(|path| path == &format!("/properties/{property}")),
                "{type_name}: {property}"
            );
        }
    }
}
