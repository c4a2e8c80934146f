//! Tables by name: which exist, under which spellings, and what a wrong name may have meant.
//!
//! Names are known at once; a table is made (`decode.rs`) when it is first asked for, and kept.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::Arc,
};

use parking_lot::Mutex;

use crate::{OverlayError, Schemas, Table, View, decode, pluralize::pluralize, suggest};

/// Every resource type as a table.
///
/// ```
/// let catalog = cirrus_provider::Catalog::embedded();
/// let table = catalog.table("cognito", "user_pool_clients").unwrap();
/// assert_eq!(table.type_name, "AWS::Cognito::UserPoolClient");
/// assert_eq!(table.columns[table.column("CallbackURLs").unwrap()].name, "callback_urls");
/// ```
#[derive(Debug)]
pub struct Catalog {
    schemas: Arc<Schemas>,
    services: BTreeMap<String, BTreeMap<String, Entry>>,
    tables: Mutex<HashMap<(String, View), Arc<Table>>>,
}

/// A table in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableEntry {
    /// `user_pool_clients`.
    pub name: String,
    /// `AWS::Cognito::UserPoolClient`.
    pub type_name: String,
    /// The type has a list handler, so that `<name>_list_only` exists too.
    pub listable: bool,
}

/// Why a name gives no table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogError {
    /// No service has this name.
    #[error("no service is named `{name}`")]
    UnknownService {
        /// As given.
        name: String,
        /// Similar names, best first.
        candidates: Vec<String>,
    },
    /// The service has no table of this name.
    #[error("service `{service}` has no table `{name}`")]
    UnknownTable {
        /// The service.
        service: String,
        /// As given.
        name: String,
        /// Similar names, best first; `service.table` when it is another service's.
        candidates: Vec<String>,
    },
    /// No resource type has this name.
    #[error("no resource type is named `{name}`")]
    UnknownType {
        /// As given.
        name: String,
        /// Similar names, best first.
        candidates: Vec<String>,
    },
    /// The type is known, but it has no handlers.
    #[error("`{service}.{name}` cannot be used: Cloud Control does not support `{type_name}`")]
    NotProvisionable {
        /// The service.
        service: String,
        /// The table that it would be.
        name: String,
        /// The type.
        type_name: String,
    },
    /// The type's schema cannot be read as a table.
    #[error("the schema of `{type_name}` is broken: {message}")]
    Data {
        /// The type.
        type_name: String,
        /// What is wrong.
        message: String,
    },
}

#[derive(Clone, Debug)]
struct Entry {
    type_name: String,
    provisionable: bool,
    listable: bool,
}

const LIST_ONLY: &str = "_list_only";

impl Catalog {
    /// The catalog inside the program.
    pub fn embedded() -> Self {
        Self::new(Schemas::embedded())
    }

    /// The catalog inside the program, with the types in the files of `dir` in front of it.
    pub fn with_overlay(dir: &Path) -> Result<Self, OverlayError> {
        Schemas::with_overlay(dir).map(Self::new)
    }

    fn new(schemas: Schemas) -> Self {
        let mut services: BTreeMap<String, BTreeMap<String, Entry>> = BTreeMap::new();
        for summary in schemas.summaries() {
            let entry = Entry {
                type_name: summary.type_name.to_owned(),
                provisionable: summary.provisionable,
                listable: summary.listable,
            };
            services
                .entry(summary.service)
                .or_default()
                .insert(summary.table, entry);
        }
        Self {
            schemas: Arc::new(schemas),
            services,
            tables: Mutex::default(),
        }
    }

    /// The schemas that the tables are made from.
    pub fn schemas(&self) -> &Arc<Schemas> {
        &self.schemas
    }

    /// The services with at least one table, sorted.
    pub fn services(&self) -> Vec<&str> {
        let with_tables = self
            .services
            .iter()
            .filter(|(_, tables)| tables.values().any(|entry| entry.provisionable));
        with_tables.map(|(name, _)| name.as_str()).collect()
    }

    /// Whether a service has this name in any case, be all its types unsupported.
    pub fn has_service(&self, name: &str) -> bool {
        self.services.contains_key(&name.to_ascii_lowercase())
    }

    /// The tables of a service, sorted by name, without the list-only twins; none for an unknown service.
    pub fn tables(&self, service: &str) -> Vec<TableEntry> {
        let tables = self
            .services
            .get(&service.to_ascii_lowercase())
            .into_iter()
            .flatten();
        tables
            .filter(|(_, entry)| entry.provisionable)
            .map(|(name, entry)| TableEntry {
                name: name.clone(),
                type_name: entry.type_name.clone(),
                listable: entry.listable,
            })
            .collect()
    }

    /// A table by its name in any case, plural or singular, with or without `_list_only`.
    pub fn table(&self, service: &str, name: &str) -> Result<Arc<Table>, CatalogError> {
        let Some((service, tables)) = self.services.get_key_value(&service.to_ascii_lowercase())
        else {
            let candidates = suggest(service, self.services());
            return Err(CatalogError::UnknownService {
                name: service.to_owned(),
                candidates,
            });
        };
        let lower = name.to_ascii_lowercase();
        let find = |name: &str| {
            tables
                .get_key_value(name)
                .or_else(|| tables.get_key_value(&pluralize(name)))
        };
        if let Some((table, entry)) = find(&lower) {
            return self.made(service, table, entry, View::Full);
        }
        match lower.strip_suffix(LIST_ONLY).and_then(find) {
            Some((table, entry)) if entry.listable => {
                self.made(service, table, entry, View::ListOnly)
            }
            found => {
                let candidates = found.map_or_else(
                    || self.candidates(service, &lower),
                    |(table, _)| vec![table.clone()],
                );
                Err(CatalogError::UnknownTable {
                    service: service.clone(),
                    name: name.to_owned(),
                    candidates,
                })
            }
        }
    }

    /// A type's table by the type's name; the exact spelling goes before one in another case.
    pub fn table_of_type(&self, type_name: &str) -> Result<Arc<Table>, CatalogError> {
        let all = || {
            self.services
                .iter()
                .flat_map(|(service, tables)| tables.iter().map(move |table| (service, table)))
        };
        let found = all()
            .find(|(_, (_, entry))| entry.type_name == type_name)
            .or_else(|| {
                all().find(|(_, (_, entry))| entry.type_name.eq_ignore_ascii_case(type_name))
            });
        let Some((service, (table, entry))) = found else {
            let candidates = suggest(
                type_name,
                all().map(|(_, (_, entry))| entry.type_name.as_str()),
            );
            return Err(CatalogError::UnknownType {
                name: type_name.to_owned(),
                candidates,
            });
        };
        self.made(service, table, entry, View::Full)
    }

    /// Every region whose types are known, sorted.
    pub fn regions(&self) -> &[String] {
        self.schemas.regions()
    }

    /// The region that speaks for global types in the partition of `region`.
    pub fn home_region(&self, region: &str) -> &str {
        self.schemas.home_region(region)
    }

    /// The regions of the partition of `region` whose types are known, sorted.
    ///
    /// ```
    /// let catalog = cirrus_provider::Catalog::embedded();
    /// assert_eq!(catalog.partition_regions("cn-north-1"), ["cn-north-1", "cn-northwest-1"]);
    /// ```
    pub fn partition_regions(&self, region: &str) -> Vec<String> {
        let mut regions = Schemas::partition_regions(region).to_vec();
        regions.sort_unstable();
        regions
    }

    fn made(
        &self,
        service: &str,
        name: &str,
        entry: &Entry,
        view: View,
    ) -> Result<Arc<Table>, CatalogError> {
        let type_name = entry.type_name.clone();
        if !entry.provisionable {
            return Err(CatalogError::NotProvisionable {
                service: service.to_owned(),
                name: name.to_owned(),
                type_name,
            });
        }
        let key = (type_name, view);
        if let Some(table) = self.tables.lock().get(&key) {
            return Ok(Arc::clone(table));
        }
        let made = match view {
            View::Full => self.decoded(&entry.type_name)?,
            View::ListOnly => decode::list_only(&*self.made(service, name, entry, View::Full)?),
        };
        Ok(Arc::clone(
            self.tables
                .lock()
                .entry(key)
                .or_insert_with(|| Arc::new(made)),
        ))
    }

    fn decoded(&self, type_name: &str) -> Result<Table, CatalogError> {
        let broken = |message| CatalogError::Data {
            type_name: type_name.to_owned(),
            message,
        };
        let schema = self
            .schemas
            .read(type_name)
            .ok_or_else(|| broken("it is missing".to_owned()))?;
        decode::table(&schema).map_err(broken)
    }

    /// What an unknown name in `service` may have meant: a table there, else the same name elsewhere.
    fn candidates(&self, service: &str, name: &str) -> Vec<String> {
        let here = self.tables(service);
        let near = suggest(name, here.iter().map(|entry| entry.name.as_str()));
        if !near.is_empty() {
            return near;
        }
        let plural = pluralize(name);
        let named_so = |table: &String| *table == name || *table == plural;
        let elsewhere = self.services.iter().flat_map(|(service, tables)| {
            let tables = tables
                .iter()
                .filter(|(table, entry)| entry.provisionable && named_so(table));
            tables.map(move |(table, _)| format!("{service}.{table}"))
        });
        elsewhere.take(3).collect()
    }
}
