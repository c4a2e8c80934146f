//! Which tables exist for SQL: the provider's catalog, and the generic tables over any resource type.
//!
//! `aws` is the catalog, `awscc` its alias. Names are resolved here once, with suggestions, before DataFusion sees
//! them; DataFusion asks again through `catalog.rs` and finds the same.

use std::sync::Arc;

use cirrus_provider::{Catalog, CatalogError, Table, suggest};

use crate::{Error, NameKind, Span, errors, generic};

/// The catalogs, first the canonical one.
pub(crate) const CATALOGS: [&str; 2] = ["aws", "awscc"];

/// The services that are not the provider's, with their tables.
pub(crate) const OWN_SERVICES: [(&str, &[&str]); 2] = [
    (generic::SERVICE, &generic::TABLES),
    (errors::SERVICE, &errors::TABLES),
];

/// The tables of a service of ours.
pub(crate) fn own_tables(service: &str) -> Option<&'static [&'static str]> {
    OWN_SERVICES
        .iter()
        .find(|(name, _)| *name == service)
        .map(|(_, tables)| *tables)
}

/// A table name in parts, lower-cased: catalog, service, table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RelationName {
    pub(crate) catalog: String,
    pub(crate) service: String,
    pub(crate) table: String,
}

impl RelationName {
    /// Completes a name of one to three parts; a service must come from the name or from `USE`.
    pub(crate) fn complete(
        catalog: &Catalog,
        parts: &[String],
        default_service: Option<&str>,
        span: Option<Span>,
    ) -> Result<Self, Error> {
        let lower: Vec<String> = parts.iter().map(|part| part.to_lowercase()).collect();
        let (name, service, table) = match lower.as_slice() {
            [table] => match default_service {
                Some(service) => (CATALOGS[0], service, table),
                None => {
                    return Err(Error::UnknownName {
                        kind: NameKind::Table,
                        name: parts.join("."),
                        candidates: tables_called(catalog, table),
                        span,
                    });
                }
            },
            [service, table] => (CATALOGS[0], service.as_str(), table),
            [name, service, table] => (name.as_str(), service.as_str(), table),
            _ => {
                return Err(Error::UnknownName {
                    kind: NameKind::Table,
                    name: parts.join("."),
                    candidates: Vec::new(),
                    span,
                });
            }
        };
        if !CATALOGS.contains(&name) {
            return Err(Error::UnknownName {
                kind: NameKind::Catalog,
                name: name.to_owned(),
                candidates: CATALOGS.map(str::to_owned).to_vec(),
                span,
            });
        }
        Ok(Self {
            catalog: name.to_owned(),
            service: service.to_owned(),
            table: table.clone(),
        })
    }

    /// `aws.cognito.user_pools`.
    pub(crate) fn full(&self) -> String {
        format!("{}.{}.{}", self.catalog, self.service, self.table)
    }
}

/// Finds a table of the provider or one of ours.
pub(crate) fn find(
    catalog: &Catalog,
    service: &str,
    table: &str,
) -> Result<Arc<Table>, CatalogError> {
    if let Some(tables) = own_tables(service) {
        let found = match service {
            errors::SERVICE => errors::table(table),
            _ => generic::table(table),
        };
        return found.ok_or_else(|| CatalogError::UnknownTable {
            service: service.to_owned(),
            name: table.to_owned(),
            candidates: suggest(table, tables.iter().copied()),
        });
    }
    catalog.table(service, table)
}

/// Finds a table and words what is wrong with its name.
pub(crate) fn resolve(
    catalog: &Catalog,
    name: &RelationName,
    span: Option<Span>,
) -> Result<Arc<Table>, Error> {
    find(catalog, &name.service, &name.table).map_err(|error| match error {
        CatalogError::UnknownService { candidates, .. } => Error::UnknownName {
            kind: NameKind::Service,
            name: format!("{}.{}", name.catalog, name.service),
            candidates: candidates
                .into_iter()
                .map(|service| format!("{}.{service}", name.catalog))
                .collect(),
            span,
        },
        CatalogError::UnknownTable { candidates, .. } => Error::UnknownName {
            kind: NameKind::Table,
            name: name.full(),
            candidates: candidates
                .into_iter()
                .map(|table| format!("{}.{}.{table}", name.catalog, name.service))
                .collect(),
            span,
        },
        CatalogError::UnknownType { name, candidates } => Error::UnknownName {
            kind: NameKind::Type,
            name,
            candidates,
            span,
        },
        CatalogError::NotProvisionable { type_name, .. } => Error::NotProvisionable {
            table: name.full(),
            type_name,
            span,
        },
        error @ CatalogError::Data { .. } => Error::Provider {
            message: error.to_string(),
        },
    })
}

/// Refuses a service that does not exist.
pub(crate) fn check_service(
    catalog: &Catalog,
    service: &str,
    span: Option<Span>,
) -> Result<(), Error> {
    if own_tables(service).is_some() || catalog.has_service(service) {
        return Ok(());
    }
    let near = suggest(
        service,
        catalog
            .services()
            .into_iter()
            .chain(OWN_SERVICES.map(|(name, _)| name)),
    );
    Err(Error::UnknownName {
        kind: NameKind::Service,
        name: format!("{}.{service}", CATALOGS[0]),
        candidates: near
            .into_iter()
            .map(|service| format!("{}.{service}", CATALOGS[0]))
            .collect(),
        span,
    })
}

/// Full names of the tables with this bare name, or of those that come near.
fn tables_called(catalog: &Catalog, table: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut names: Vec<(String, &str)> = Vec::new();
    for service in catalog.services() {
        for entry in catalog.tables(service) {
            if entry.name == table {
                found.push(format!("{}.{service}.{}", CATALOGS[0], entry.name));
            }
            names.push((entry.name, service));
        }
    }
    if found.is_empty() {
        for near in suggest(table, names.iter().map(|(name, _)| name.as_str())) {
            let services = names.iter().filter(|(name, _)| *name == near);
            found.extend(
                services.map(|(name, service)| format!("{}.{service}.{name}", CATALOGS[0])),
            );
        }
        found.dedup();
    }
    found.truncate(3);
    found
}
