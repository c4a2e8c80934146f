//! The session's settings: `SET regions = 'us-east-1,eu-west-1'`, `SHOW regions`, `RESET max_api_calls`.

use cirrus_provider::suggest;
use datafusion::sql::sqlparser::ast::{Expr, Value, ValueWithSpan};

use crate::{Error, NameKind, Span};

/// What `SET` can change.
pub(crate) const NAMES: [&str; 2] = ["regions", "max_api_calls"];

/// The values of the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Current {
    /// The regions read where no predicate names one; empty means the environment's default.
    pub(crate) regions: Vec<String>,
    /// The most calls that a statement may make.
    pub(crate) max_api_calls: Option<u64>,
}

impl Current {
    /// Changes a setting; returns what to tell the user.
    pub(crate) fn set(&mut self, name: &str, values: &[Expr], span: Span) -> Result<String, Error> {
        let values: Vec<String> = values
            .iter()
            .map(|value| text(value, &span))
            .collect::<Result<_, _>>()?;
        match known(name, &span)? {
            "regions" => {
                let regions: Vec<String> = values
                    .iter()
                    .flat_map(|value| value.split(','))
                    .map(|region| region.trim().to_lowercase())
                    .filter(|region| !region.is_empty())
                    .collect();
                if regions.iter().any(|region| region == "all") {
                    return Err(Error::Unsupported {
                        what: "`SET regions = 'all'`".into(),
                        instead: Some(
                            "Name the regions: `SET regions = 'us-east-1,eu-west-1'`".into(),
                        ),
                        span: Some(span),
                    });
                }
                if regions.is_empty() {
                    return Err(wrong(
                        "`regions` needs at least one region",
                        "SET regions = 'us-east-1,eu-west-1'",
                        span,
                    ));
                }
                self.regions = regions;
            }
            _ => {
                let number = values.first().and_then(|value| value.parse().ok());
                let Some(number) = number.filter(|_| values.len() == 1) else {
                    return Err(wrong(
                        "`max_api_calls` needs a whole number",
                        "SET max_api_calls = 1000",
                        span,
                    ));
                };
                self.max_api_calls = Some(number);
            }
        }
        Ok(format!(
            "{} = {}",
            known(name, &Span::default())?,
            self.show(name, Span::default())?
        ))
    }

    /// The value of a setting as text.
    pub(crate) fn show(&self, name: &str, span: Span) -> Result<String, Error> {
        Ok(match known(name, &span)? {
            "regions" => self.regions.join(","),
            _ => self
                .max_api_calls
                .map(|calls| calls.to_string())
                .unwrap_or_default(),
        })
    }

    /// Puts a setting back to what the session began with.
    pub(crate) fn reset(
        &mut self,
        name: &str,
        initial: &Self,
        span: Span,
    ) -> Result<String, Error> {
        match known(name, &span)? {
            "regions" => self.regions.clone_from(&initial.regions),
            _ => self.max_api_calls = initial.max_api_calls,
        }
        Ok(format!(
            "{} = {}",
            known(name, &Span::default())?,
            self.show(name, Span::default())?
        ))
    }
}

/// The canonical name; `region` is understood as `regions`.
fn known(name: &str, span: &Span) -> Result<&'static str, Error> {
    let lower = name.to_lowercase();
    if lower == "region" {
        return Ok(NAMES[0]);
    }
    NAMES
        .into_iter()
        .find(|known| *known == lower)
        .ok_or_else(|| Error::UnknownName {
            kind: NameKind::Setting,
            name: name.to_owned(),
            candidates: {
                let near = suggest(name, NAMES);
                if near.is_empty() {
                    NAMES.map(str::to_owned).to_vec()
                } else {
                    near
                }
            },
            span: Some(span.clone()),
        })
}

fn text(value: &Expr, span: &Span) -> Result<String, Error> {
    match value {
        Expr::Value(ValueWithSpan { value, .. }) => match value {
            Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => Ok(text.clone()),
            Value::Number(number, _) => Ok(number.clone()),
            other => Ok(other.to_string()),
        },
        Expr::Identifier(ident) => Ok(ident.value.clone()),
        other => Err(wrong(
            &format!("`{other}` is not a value"),
            "SET regions = 'us-east-1'",
            span.clone(),
        )),
    }
}

fn wrong(message: &str, example: &str, span: Span) -> Error {
    Error::Plan {
        message: message.to_owned(),
        notes: vec![format!("for example `{example}`")],
        span: Some(span),
    }
}
