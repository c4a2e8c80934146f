//! `USE aws.cognito`: the service of table names that have none.

use cirrus_provider::Catalog;
use datafusion::sql::sqlparser::ast::{ObjectName, Use};

use crate::{
    Error, Span,
    relations::{self, CATALOGS},
};

/// The service that the statement names; none for a catalog alone and for `USE DEFAULT`.
pub(crate) fn service(
    target: &Use,
    catalog: &Catalog,
    span: &Span,
) -> Result<Option<String>, Error> {
    let name = match target {
        Use::Object(name) | Use::Schema(name) | Use::Database(name) | Use::Catalog(name) => name,
        Use::Default => return Ok(None),
        _ => return Err(unknown_form(span)),
    };
    let parts = parts(name);
    let service = match parts.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [only] if CATALOGS.contains(&only) => return Ok(None),
        [service] => service,
        [catalog, service] if CATALOGS.contains(&catalog) => service,
        _ => return Err(unknown_form(span)),
    };
    relations::check_service(catalog, service, Some(span.clone()))?;
    Ok(Some(service.to_owned()))
}

fn parts(name: &ObjectName) -> Vec<String> {
    let parts = name.0.iter();
    parts
        .map(|part| part.to_string().trim_matches('"').to_lowercase())
        .collect()
}

fn unknown_form(span: &Span) -> Error {
    Error::Unsupported {
        what: "this form of USE".into(),
        instead: Some("Write `USE aws.cognito`".into()),
        span: Some(span.clone()),
    }
}
