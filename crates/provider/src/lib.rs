//! What a provider offers, as data, and the pure decisions over it: bytes in, decisions out.
//!
//! Nothing here opens a socket, prints, or knows DataFusion. In suggested reading order:

mod access;
mod availability;
mod catalog;
mod cloud;
mod decode;
mod embedded;
mod fan_out;
mod identifier;
mod key_region;
mod missing_input;
mod naming;
mod overlay;
mod pluralize;
mod predicate;
mod property_type;
mod regions;
mod reviewed;
mod schema;
mod secret;
mod suggest;
mod table;

pub use access::{
    Access, AccessError, AccessPlan, Feed, FeedValue, ParentSource, Source, plan_access,
};
pub use availability::Availability;
pub use catalog::{Catalog, CatalogError, TableEntry};
pub use cloud::{
    Cloud, CloudError, CloudErrorKind, GetRequest, ListRequest, Meter, Operation, Page, Resource,
};
pub use identifier::{Identifier, IdentifierError, identifier_form};
pub use key_region::region_of_key;
pub use missing_input::missing_inputs;
pub use naming::{column_name, resource_name, service_name};
pub use overlay::OverlayError;
pub use predicate::{Binding, Predicate};
pub use schema::{Schemas, TypeSchema};
pub use suggest::suggest;
pub use table::{
    Column, ColumnKind, FixedValue, Handler, Handlers, IdentifierPart, InputSource, ListInput,
    Role, Supply, Table, View,
};
