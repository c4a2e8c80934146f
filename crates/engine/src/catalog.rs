//! The provider's catalog as DataFusion sees it: lazy, names in any spelling, nothing decoded until a table is named.

use std::sync::Arc;

use async_trait::async_trait;
use cirrus_provider::Catalog;
use datafusion::{
    catalog::{CatalogProvider, SchemaProvider, TableProvider},
    error::Result,
};

use crate::{
    errors::{self, ErrorsTable},
    relations::{self, OWN_SERVICES, own_tables},
    table::CloudTable,
};

/// The catalog `aws` (and `awscc`).
#[derive(Debug)]
pub(crate) struct CloudCatalog {
    /// The name under which it is registered.
    pub(crate) name: &'static str,
    /// What it shows.
    pub(crate) catalog: Arc<Catalog>,
}

impl CatalogProvider for CloudCatalog {
    fn schema_names(&self) -> Vec<String> {
        let services = self
            .catalog
            .services()
            .into_iter()
            .chain(OWN_SERVICES.map(|(name, _)| name));
        services.map(str::to_owned).collect()
    }

    fn schema(&self, name: &str) -> Option<Arc<dyn SchemaProvider>> {
        let service = name.to_lowercase();
        (own_tables(&service).is_some() || self.catalog.has_service(&service)).then(|| {
            Arc::new(CloudSchema {
                catalog_name: self.name,
                service,
                catalog: self.catalog.clone(),
            }) as Arc<dyn SchemaProvider>
        })
    }
}

/// One service's tables.
#[derive(Debug)]
struct CloudSchema {
    catalog_name: &'static str,
    service: String,
    catalog: Arc<Catalog>,
}

#[async_trait]
impl SchemaProvider for CloudSchema {
    fn table_names(&self) -> Vec<String> {
        if let Some(tables) = own_tables(&self.service) {
            return tables.iter().map(|name| (*name).to_owned()).collect();
        }
        self.catalog
            .tables(&self.service)
            .into_iter()
            .map(|entry| entry.name)
            .collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        // Unknown names were refused with suggestions before (`names.rs`).
        let Ok(table) = relations::find(&self.catalog, &self.service, &name.to_lowercase()) else {
            return Ok(None);
        };
        if self.service == errors::SERVICE {
            return Ok(Some(Arc::new(ErrorsTable)));
        }
        Ok(Some(Arc::new(CloudTable::new(self.catalog_name, table))))
    }

    fn table_exist(&self, name: &str) -> bool {
        relations::find(&self.catalog, &self.service, &name.to_lowercase()).is_ok()
    }
}
