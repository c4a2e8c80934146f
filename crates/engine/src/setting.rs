//! The session's settings: `SET regions = 'us-east-1,eu-west-1'`, `SHOW regions`, `RESET max_api_calls`.

use cirrus_provider::suggest;
use datafusion::sql::sqlparser::ast::{Expr, Value, ValueWithSpan};

use crate::{Error, NameKind, Span, regions::Regions};

/// What `SET` can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Setting {
    Regions,
    MaxApiCalls,
}

impl Setting {
    const ALL: [Self; 2] = [Self::Regions, Self::MaxApiCalls];

    const fn name(self) -> &'static str {
        match self {
            Self::Regions => "regions",
            Self::MaxApiCalls => "max_api_calls",
        }
    }

    /// Finds a setting by name; `region` is understood as `regions`.
    fn named(name: &str, span: &Span) -> Result<Self, Error> {
        let lower = name.to_lowercase();
        if lower == "region" {
            return Ok(Self::Regions);
        }
        let names = Self::ALL.map(Self::name);
        Self::ALL
            .into_iter()
            .find(|setting| setting.name() == lower)
            .ok_or_else(|| Error::UnknownName {
                kind: NameKind::Setting,
                name: name.to_owned(),
                candidates: Some(suggest(name, names))
                    .filter(|near| !near.is_empty())
                    .unwrap_or_else(|| names.map(str::to_owned).to_vec()),
                span: Some(span.clone()),
            })
    }
}

/// `SET regions = 'all'`.
const ALL: &str = "all";

/// The values of the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Current {
    /// The regions read where no predicate names one; none named means the environment's default.
    pub(crate) regions: Regions,
    /// The most calls that a statement may make.
    pub(crate) max_api_calls: Option<u64>,
}

impl Current {
    /// Changes a setting; returns what to tell the user.
    pub(crate) fn set(&mut self, name: &str, values: &[Expr], span: Span) -> Result<String, Error> {
        let setting = Setting::named(name, &span)?;
        let values: Vec<String> = values
            .iter()
            .map(|value| text(value, &span))
            .collect::<Result<_, _>>()?;
        match setting {
            Setting::Regions => self.regions = regions(&values, span)?,
            Setting::MaxApiCalls => {
                let [number] = &values[..] else {
                    return Err(not_a_number(span));
                };
                self.max_api_calls = Some(number.parse().map_err(|_| not_a_number(span))?);
            }
        }
        Ok(self.notice(setting))
    }

    /// The value of a setting as text.
    pub(crate) fn show(&self, name: &str, span: &Span) -> Result<String, Error> {
        Ok(self.value(Setting::named(name, span)?))
    }

    /// Puts a setting back to what the session began with.
    pub(crate) fn reset(
        &mut self,
        name: &str,
        initial: &Self,
        span: &Span,
    ) -> Result<String, Error> {
        let setting = Setting::named(name, span)?;
        match setting {
            Setting::Regions => self.regions.clone_from(&initial.regions),
            Setting::MaxApiCalls => self.max_api_calls = initial.max_api_calls,
        }
        Ok(self.notice(setting))
    }

    fn value(&self, setting: Setting) -> String {
        match setting {
            Setting::Regions => match &self.regions {
                Regions::Named(regions) => regions.join(","),
                Regions::All => ALL.to_owned(),
            },
            Setting::MaxApiCalls => self
                .max_api_calls
                .map_or_else(String::new, |calls| calls.to_string()),
        }
    }

    fn notice(&self, setting: Setting) -> String {
        let value = self.value(setting);
        let value = if value.is_empty() { "not set" } else { &value };
        format!("{} = {value}", setting.name())
    }
}

/// The regions of a list such as `us-east-1,eu-west-1`, or `all`.
pub(crate) fn regions(values: &[String], span: Span) -> Result<Regions, Error> {
    let regions = named(values);
    let example = "SET regions = 'us-east-1,eu-west-1'";
    match &regions[..] {
        [only] if only == ALL => Ok(Regions::All),
        [] => Err(wrong("`regions` needs at least one region", example, span)),
        several if several.iter().any(|region| region == ALL) => Err(wrong(
            "`all` stands alone: it is every region that the account has enabled",
            "SET regions = 'all'",
            span,
        )),
        _ => Ok(Regions::Named(regions)),
    }
}

fn named(values: &[String]) -> Vec<String> {
    values
        .iter()
        .flat_map(|value| value.split(','))
        .map(|region| region.trim().to_lowercase())
        .filter(|region| !region.is_empty())
        .collect()
}

impl From<&[String]> for Regions {
    /// The regions of `--region`, in which `all` counts for every other.
    fn from(regions: &[String]) -> Self {
        let regions = named(regions);
        if regions.iter().any(|region| region == ALL) {
            return Self::All;
        }
        Self::Named(regions)
    }
}

fn text(value: &Expr, span: &Span) -> Result<String, Error> {
    match value {
        Expr::Value(ValueWithSpan { value, .. }) => match value {
            Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => Ok(text.clone()),
            Value::Number(number, _) => Ok(number.clone()),
            other => Ok(other.to_string()),
        },
        Expr::Identifier(ident) => Ok(ident.value.clone()),
        other => {
            let example = "SET regions = 'us-east-1'";
            Err(wrong(
                &format!("`{other}` is not a value"),
                example,
                span.clone(),
            ))
        }
    }
}

fn not_a_number(span: Span) -> Error {
    wrong(
        "`max_api_calls` needs a whole number",
        "SET max_api_calls = 1000",
        span,
    )
}

fn wrong(message: &str, example: &str, span: Span) -> Error {
    Error::Plan {
        message: message.to_owned(),
        notes: vec![format!("for example `{example}`")],
        span: Some(span),
    }
}
