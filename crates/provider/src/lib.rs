//! What a provider offers, as data, and the pure decisions over it: bytes in, decisions out.
//!
//! Nothing here opens a socket, prints, or knows DataFusion. In suggested reading order:

mod availability;
mod catalog;
mod cloud;
mod naming;
mod overlay;
mod pluralize;
mod schema;
mod suggest;
mod table;

pub use availability::Availability;
pub use catalog::{Catalog, CatalogError, ServiceName, TableEntry};
pub use cloud::{
    Cloud, CloudError, CloudErrorKind, GetRequest, ListRequest, Meter, Operation, Page, Resource,
};
pub use naming::{column_name, resource_name, service_name};
pub use overlay::OverlayError;
pub use schema::{Schemas, TypeSchema};
pub use suggest::suggest;
pub use table::{
    Column, ColumnKind, Handler, Handlers, IdentifierPart, ListInput, ParentInput, Role, Table, View,
};
