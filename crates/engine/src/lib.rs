//! SQL over a provider's tables: the only crate that names DataFusion.
//!
//! [`Session::run`] takes a script and yields an [`Answer`] per statement. In suggested reading order:

mod answer;
mod error;
mod session;

pub use answer::{Answer, Body, OutputColumn, Report, Rows, Warning, WarningKind};
pub use error::{Error, NameKind, Span};
pub use session::{Completeness, Session, Settings, completeness};
