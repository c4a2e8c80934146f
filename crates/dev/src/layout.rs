//! Writes JSON so that people can read it and its changes: what fits stays on a line, the rest has one member a line.

use serde_json::Value;

/// How long a line may be.
const WIDTH: usize = 120;
const INDENT: usize = 2;

/// The text of a document, ending in a newline; members of the document itself are always on lines of their own.
pub(crate) fn to_text(document: &Value) -> String {
    let mut text = String::new();
    write_tall(document, 0, &mut text);
    text.push('\n');
    text
}

/// Writes `value` where `used` columns of the line are taken.
fn write(value: &Value, indent: usize, used: usize, text: &mut String) {
    // One column for the comma.
    match flat(value, WIDTH.saturating_sub(used + 1)) {
        Some(line) => text.push_str(&line),
        None => write_tall(value, indent, text),
    }
}

fn write_tall(value: &Value, indent: usize, text: &mut String) {
    let inner = indent + INDENT;
    match value {
        Value::Array(members) if !members.is_empty() => {
            text.push('[');
            for (index, member) in members.iter().enumerate() {
                start_line(index, inner, text);
                write(member, inner, inner, text);
            }
            end_lines(indent, ']', text);
        }
        Value::Object(members) if !members.is_empty() => {
            text.push('{');
            for (index, (name, member)) in members.iter().enumerate() {
                start_line(index, inner, text);
                let name = format!("{}: ", Value::from(name.as_str()));
                text.push_str(&name);
                write(member, inner, inner + name.chars().count(), text);
            }
            end_lines(indent, '}', text);
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

fn start_line(index: usize, indent: usize, text: &mut String) {
    text.push_str(if index == 0 { "\n" } else { ",\n" });
    text.push_str(&" ".repeat(indent));
}

fn end_lines(indent: usize, bracket: char, text: &mut String) {
    text.push('\n');
    text.push_str(&" ".repeat(indent));
    text.push(bracket);
}

/// The value on one line, if that takes at most `width` columns.
fn flat(value: &Value, width: usize) -> Option<String> {
    let mut line = String::new();
    let mut add = |piece: &str| {
        line.push_str(piece);
        (line.chars().count() <= width).then_some(())
    };
    match value {
        Value::Array(members) => {
            add("[")?;
            for (index, member) in members.iter().enumerate() {
                add(if index == 0 { "" } else { ", " })?;
                add(&flat(member, width)?)?;
            }
            add("]")?;
        }
        Value::Object(members) => {
            add("{")?;
            for (index, (name, member)) in members.iter().enumerate() {
                add(if index == 0 { "" } else { ", " })?;
                add(&format!("{}: ", Value::from(name.as_str())))?;
                add(&flat(member, width)?)?;
            }
            add("}")?;
        }
        scalar => add(&scalar.to_string())?,
    }
    Some(line)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::to_text;

    #[test]
    fn what_fits_stays_on_a_line_and_the_rest_has_one_member_a_line() {
        let long = "x".repeat(60);
        let document =
            json!({"short": {"a": [1, 2], "b": null}, "long": [long, long], "empty": {}});
        let expected = format!(
            "{{\n  \"short\": {{\"a\": [1, 2], \"b\": null}},\n  \"long\": [\n    \"{long}\",\n    \"{long}\"\n  ],\n  \
             \"empty\": {{}}\n}}\n"
        );
        assert_eq!(to_text(&document), expected);
        assert!(to_text(&document).lines().all(|line| line.len() <= 120));
    }
}
