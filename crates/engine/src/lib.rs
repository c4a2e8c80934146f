//! SQL over a provider's tables: the only crate that names DataFusion.
//!
//! [`Session::run`] takes a script and yields an [`Answer`] per statement. One query goes through these files, in this
//! order; `docs/architecture.md` follows one with an example:

mod session;

mod dialect;
mod script;

mod errors;
mod generic;
mod names;
mod own_table;
mod relations;

mod canonical;
mod catalog;
mod plan;
mod predicate;
mod schema;
mod table;

mod awaited;
mod bind;
mod bound;
mod estimate;
mod orient;
mod origin;
mod per_key;
mod repeated;
mod unbound;

mod calls;
mod context;
mod decode;
mod evaluate;
mod fetch;
mod learned;
mod regions;
mod scan;
mod withhold;

mod explain;
mod json;
mod output;
mod planner;
mod setting;
mod suspect;
mod trace;
mod use_statement;

mod answer;
mod error;
mod failure;

pub use answer::{Answer, Body, OutputColumn, Progress, Report, Rows, Warning, WarningKind};
pub use error::{Error, NameKind, Span};
pub use learned::Knowledge;
pub use script::{Completeness, completeness};
pub use session::{Session, Settings};
