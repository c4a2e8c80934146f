//! SQL over a provider's tables: the only crate that names DataFusion.
//!
//! [`Session::run`] takes a script and yields an [`Answer`] per statement. One query goes through these files, in this
//! order; `docs/architecture.md` follows one with an example:

mod session;

mod dialect;
mod script;

mod generic;
mod names;
mod relations;

mod canonical;
mod catalog;
mod predicate;
mod schema;
mod table;

mod context;
mod decode;
mod evaluate;
mod fetch;
mod scan;
mod withhold;

mod explain;
mod json;
mod output;
mod planner;
mod setting;
mod trace;

mod answer;
mod error;
mod failure;

pub use answer::{Answer, Body, OutputColumn, Report, Rows, Warning, WarningKind};
pub use error::{Error, NameKind, Span};
pub use script::{Completeness, completeness};
pub use session::{Session, Settings};
