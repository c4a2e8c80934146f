//! Fills templates: `{{ variable }}` and the rest of Jinja, made safe for SQL.
//!
//! A value is escaped once, by where it lands. The template engine cannot know that, since it does not know SQL, and
//! neither could a writer that counts quotes, since macros and `{% set %}` blocks render apart from where their text
//! ends up. So every emitted value is put between two private-use characters, and a second pass over the rendered
//! text follows the SQL (`sql_text.rs`), drops the marks and escapes what stands between them: `'` in `'...'`, `"` in
//! `"..."`, the end of a comment in a comment. Outside all of these a value is SQL; it may be any SQL that leaves no
//! quote or comment open. What `sql_escape` made has marks of its own and is not escaped again.

use std::{borrow::Cow, fmt, sync::Arc};

use cirrus_diagnostic::Source;
use minijinja::{
    Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value,
    syntax::SyntaxConfig,
    value::{Object, Serde, ValueKind},
};
use serde_json::Map;

use crate::{
    Result, diagnose,
    sql_text::{Context, Scanner},
};

const VALUE: char = '\u{f1c01}';
const END_VALUE: char = '\u{f1c02}';
const ESCAPED: char = '\u{f1c03}';
const END_ESCAPED: char = '\u{f1c04}';
const MARKS: [char; 4] = [VALUE, END_VALUE, ESCAPED, END_ESCAPED];

/// What templates are filled with.
#[derive(Debug)]
pub(crate) struct Variables {
    values: Map<String, serde_json::Value>,
    environment: fn(&str) -> Option<String>,
}

impl Variables {
    /// `--var` beats `--data`; both beat the mapping `env` if they use that name.
    pub(crate) fn new(
        data: Map<String, serde_json::Value>,
        variables: &[(String, String)],
    ) -> Self {
        let mut values = data;
        values.extend(
            variables
                .iter()
                .map(|(name, value)| (name.clone(), value.clone().into())),
        );
        Self {
            values,
            environment: |name| std::env::var(name).ok(),
        }
    }

    fn to_value(&self) -> Value {
        let mut values: Vec<(String, Value)> = self
            .values
            .iter()
            .map(|(name, value)| (name.clone(), Value::from(Serde(value))))
            .collect();
        if !self.values.contains_key("env") {
            values.push((
                "env".into(),
                Value::from_object(ProcessEnvironment {
                    get: self.environment,
                }),
            ));
        }
        Value::from_pairs(values)
    }

    /// Whether a value could be taken for one of our marks.
    fn hold_marks(&self) -> bool {
        self.values
            .iter()
            .any(|(name, value)| name.contains(MARKS) || value.to_string().contains(MARKS))
    }
}

/// The mapping `env`: variables are looked up when they are named.
#[derive(Debug)]
struct ProcessEnvironment {
    get: fn(&str) -> Option<String>,
}

impl Object for ProcessEnvironment {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        (self.get)(key.as_str()?)
            .filter(|value| !value.contains(MARKS))
            .map(Value::from)
    }
}

/// Renders a template to SQL.
pub(crate) fn render(template: &Source, variables: &Variables) -> Result<Source> {
    if template.text.contains(MARKS) || variables.hold_marks() {
        return Err(diagnose::reserved_characters(&template.name));
    }
    let rendered = environment()
        .render_named_str(&template.name, &template.text, variables.to_value())
        .map_err(|error| diagnose::template(&error, template))?;
    let name = format!("{} (rendered)", template.name);
    match weave(&rendered) {
        Ok(text) => Ok(Source {
            name,
            text: text.into(),
        }),
        Err(Broken { text, at }) => Err(diagnose::value_leaves_its_place(
            Source {
                name,
                text: text.into(),
            },
            at,
        )),
    }
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    let syntax = SyntaxConfig::builder().keep_trailing_newline(true).build();
    environment.set_syntax(syntax.expect("the default delimiters are valid"));
    environment.set_debug(true);
    environment.set_formatter(format_value);
    environment.add_filter("sql_escape", sql_escape);
    environment.add_filter("tojson", to_json);
    environment
}

fn format_value(
    output: &mut Output<'_>,
    _state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), Error> {
    // `{{ x if y }}` without an `else`; anything else that is undefined has been refused.
    if value.is_undefined() {
        return Ok(());
    }
    let text = text_of(value)?;
    write!(output, "{VALUE}{text}{END_VALUE}").map_err(Error::from)
}

/// How a value reads in SQL: lists and maps as JSON, nothing as `NULL`.
fn text_of(value: &Value) -> Result<Cow<'_, str>, Error> {
    match value.kind() {
        // The engine refuses to print what is undefined, but hands it to filters.
        ValueKind::Undefined => Err(ErrorKind::UndefinedError.into()),
        ValueKind::None => Ok("NULL".into()),
        ValueKind::Bool => Ok(if value.is_true() { "true" } else { "false" }.into()),
        ValueKind::String => Ok(value.as_str().unwrap_or_default().into()),
        ValueKind::Map | ValueKind::Seq | ValueKind::Iterable => json(value).map(Cow::Owned),
        _ => Ok(value.to_string().into()),
    }
}

fn json(value: &Value) -> Result<String, Error> {
    serde_json::to_string(value)
        .map_err(|error| Error::new(ErrorKind::BadSerialization, "not JSON").with_source(error))
}

/// JSON as it is; minijinja's own filter writes `'` and `<` as escapes, for HTML.
fn to_json(value: &Value) -> Result<String, Error> {
    if value.is_undefined() {
        Err(ErrorKind::UndefinedError.into())
    } else {
        json(value)
    }
}

/// Doubles single quotes, for values that are put together before they land in `'...'`.
fn sql_escape(value: &Value) -> Result<String, Error> {
    let text = text_of(value)?.replace(MARKS, "").replace('\'', "''");
    Ok(format!("{ESCAPED}{text}{END_ESCAPED}"))
}

/// A value that does not stay where it landed.
#[derive(Debug, PartialEq, Eq)]
struct Broken {
    /// The SQL up to and including the value.
    text: String,
    /// Where the value starts.
    at: usize,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "value at byte {} leaves its place", self.at)
    }
}

/// Drops the marks and escapes what stands between them.
fn weave(rendered: &str) -> Result<String, Broken> {
    let mut text = String::with_capacity(rendered.len());
    let mut scanner = Scanner::default();
    // Values that landed in code, innermost last, by where they start.
    let mut in_code: Vec<usize> = Vec::new();
    let mut landed: Option<Landed> = None;
    for c in rendered.chars() {
        match (c, &mut landed) {
            (VALUE, Some(landed)) => landed.depth += 1,
            (VALUE, None) if *scanner.context() == Context::Code => in_code.push(text.len()),
            (VALUE, None) => {
                landed = Some(Landed {
                    context: scanner.context().clone(),
                    at: text.len(),
                    depth: 1,
                    escaped: false,
                });
            }
            (END_VALUE, Some(value)) => {
                value.depth -= 1;
                if value.depth == 0 {
                    if *scanner.context() != value.context {
                        return Err(Broken { at: value.at, text });
                    }
                    landed = None;
                }
            }
            (END_VALUE, None) => {
                let at = in_code.pop().unwrap_or_default();
                if *scanner.context() != Context::Code {
                    return Err(Broken { text, at });
                }
            }
            (ESCAPED | END_ESCAPED, landed) => {
                if let Some(landed) = landed {
                    landed.escaped = c == ESCAPED;
                }
            }
            (_, Some(landed)) if !landed.escaped => landed.escape(c, &mut text, &mut scanner),
            _ => {
                text.push(c);
                scanner.push(c);
            }
        }
    }
    Ok(text)
}

/// A value inside quotes or a comment.
struct Landed {
    context: Context,
    at: usize,
    depth: usize,
    escaped: bool,
}

impl Landed {
    fn escape(&self, c: char, text: &mut String, scanner: &mut Scanner) {
        let mut push = |c| {
            text.push(c);
            scanner.push(c);
        };
        match (&self.context, c) {
            (Context::Literal { .. }, '\'')
            | (Context::Identifier, '"')
            | (Context::Literal { backslash: true }, '\\') => {
                push(c);
                push(c);
            }
            (Context::LineComment, '\n' | '\r') | (Context::BlockComment { .. }, '*' | '/') => {
                push(' ');
            }
            _ => push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn variables() -> Variables {
        let data = json!({
            "name": "o'brien", "path": "a\\b", "quoted": "say \"x\"", "lines": "a\nb */ c", "n": 3, "flag": true,
            "nothing": null, "list": ["it's", 2], "map": {"k": "v'"}, "condition": "a = 'x' AND b", "open": "x' OR 1=1 --",
        });
        Variables {
            values: data.as_object().unwrap().clone(),
            environment: |name| (name == "STAGE").then(|| "prod".into()),
        }
    }

    fn fill(template: &str) -> Result<String> {
        let source = Source {
            name: "a.iql".into(),
            text: template.into(),
        };
        render(&source, &variables()).map(|source| source.text.to_string())
    }

    #[test]
    fn values_are_escaped_once_where_they_land() {
        for (template, sql) in [
            ("'{{ name }}'", "'o''brien'"),
            ("'{{ open }}'", "'x'' OR 1=1 --'"),
            ("'a{{ name }}b{{ n }}'", "'ao''brienb3'"),
            ("E'{{ path }}{{ name }}'", "E'a\\\\bo''brien'"),
            ("'{{ path }}'", "'a\\b'"),
            ("\"{{ quoted }}\"", "\"say \"\"x\"\"\""),
            ("-- {{ lines }}\n1", "-- a b */ c\n1"),
            ("/* {{ lines }} */ 1", "/* a\nb    c */ 1"),
            ("$${{ name }}$$", "$$o'brien$$"),
            ("{{ n }} {{ flag }} {{ nothing }}", "3 true NULL"),
            ("WHERE {{ condition }}", "WHERE a = 'x' AND b"),
            (
                "'{{ list }}' '{{ map }}'",
                "'[\"it''s\",2]' '{\"k\":\"v''\"}'",
            ),
            ("'{{ list | tojson }}'", "'[\"it''s\",2]'"),
            ("'{{ env.STAGE }}'", "'prod'"),
            ("plain 'it''s'\n", "plain 'it''s'\n"),
        ] {
            assert_eq!(fill(template).as_deref(), Ok(sql), "{template}");
        }
    }

    #[test]
    fn what_is_escaped_already_stays() {
        for (template, sql) in [
            ("'{{ name | sql_escape }}'", "'o''brien'"),
            (
                "'{{ 'x' ~ (name | sql_escape) ~ name }}'",
                "'xo''brieno''brien'",
            ),
            ("{{ \"'\" ~ (name | sql_escape) ~ \"'\" }}", "'o''brien'"),
        ] {
            assert_eq!(fill(template).as_deref(), Ok(sql), "{template}");
        }
    }

    #[test]
    fn values_are_escaped_in_macros_and_blocks_too() {
        for (template, sql) in [
            (
                "{% macro eq(v) %}x = '{{ v }}'{% endmacro %}WHERE {{ eq(name) }}",
                "WHERE x = 'o''brien'",
            ),
            (
                "{% set v %}a {{ name }}{% endset %}'{{ v }}'",
                "'a o''brien'",
            ),
            ("{% set v %}'{{ name }}'{% endset %}{{ v }}", "'o''brien'"),
            (
                "{% set v %}{{ name | sql_escape }}{% endset %}'{{ v }}'",
                "'o''brien'",
            ),
            (
                "{% for v in list %}'{{ v }}'{{ ',' if not loop.last }}{% endfor %}",
                "'it''s','2'",
            ),
        ] {
            assert_eq!(fill(template).as_deref(), Ok(sql), "{template}");
        }
    }

    #[test]
    fn a_value_may_not_leave_a_quote_open() {
        for template in [
            "WHERE x = {{ open }}",
            "SELECT {{ name }}",
            "$${{ '$$' }}$$",
            "'{{ open | sql_escape | replace(\"''\", \"'\") }}'",
        ] {
            assert_eq!(
                fill(template).unwrap_err().code,
                "template-value",
                "{template}"
            );
        }
    }

    #[test]
    fn errors_point_into_the_template() {
        let error = fill("SELECT 1,\n  '{{ pol_id }}'").unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("a.iql:2:7") && text.contains("^^^^^^") && text.contains("pol_id"),
            "{text}"
        );
        for template in [
            "{{ env.NOPE }}",
            "{{ map.nope.x }}",
            "{% if %}",
            "{{ .name }}",
            "{{ 1 | nope }}",
        ] {
            let error = fill(template).unwrap_err();
            assert_eq!(error.code, "template", "{template}");
            assert!(error.to_string().contains("a.iql:1:"), "{error}");
        }
    }

    #[test]
    fn variables_of_the_command_line_win() {
        let data = json!({"a": "data", "b": "data"})
            .as_object()
            .unwrap()
            .clone();
        let variables = Variables::new(
            data,
            &[("a".into(), "flag".into()), ("env".into(), "test".into())],
        );
        let source = Source {
            name: "q".into(),
            text: "{{ a }} {{ b }} {{ env }}".into(),
        };
        assert_eq!(
            &*render(&source, &variables).unwrap().text,
            "flag data test"
        );
    }

    #[test]
    fn marks_cannot_be_smuggled_in() {
        let source = Source {
            name: "q".into(),
            text: format!("{VALUE}").into(),
        };
        assert!(render(&source, &variables()).is_err());
        let variables = Variables::new(
            Map::new(),
            &[("v".into(), format!("{END_VALUE}' OR 1=1 --{VALUE}"))],
        );
        let source = Source {
            name: "q".into(),
            text: "'{{ v }}'".into(),
        };
        assert!(render(&source, &variables).is_err());
    }
}
