//! Why a statement failed, as data: `cirrus-cli` finds the words.

use std::ops::Range;

use cirrus_provider::CloudError;

/// Bytes in the script given to [`Session::run`](crate::Session::run).
pub type Span = Range<usize>;

/// What a name was taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// `aws`.
    Catalog,
    /// `aws.cognito`.
    Service,
    /// `aws.cognito.user_pools`.
    Table,
    /// A column of a table in FROM.
    Column,
    /// A function.
    Function,
    /// A setting of `SET`.
    Setting,
    /// A resource type given as `TypeName`.
    Type,
}

/// Why a statement failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The text is not a statement.
    #[error("{message}")]
    Syntax {
        /// The parser's words.
        message: String,
        /// Where.
        span: Option<Span>,
    },
    /// A name that nothing bears.
    #[error("unknown {kind:?} {name}")]
    UnknownName {
        /// What it was taken for.
        kind: NameKind,
        /// As written.
        name: String,
        /// The nearest names, best first.
        candidates: Vec<String>,
        /// Where.
        span: Option<Span>,
    },
    /// The statement is understood and not supported.
    #[error("{what} is not supported")]
    Unsupported {
        /// What.
        what: String,
        /// What to do instead.
        instead: Option<String>,
        /// Where.
        span: Option<Span>,
    },
    /// The type can be neither listed nor read.
    #[error("{table} can be neither listed nor read")]
    NotReadable {
        /// The table.
        table: String,
        /// Its type.
        type_name: String,
        /// Where.
        span: Option<Span>,
    },
    /// The type exists but has no handlers in Cloud Control.
    #[error("{type_name} is not supported by Cloud Control")]
    NotProvisionable {
        /// The table.
        table: String,
        /// Its type.
        type_name: String,
        /// Where.
        span: Option<Span>,
    },
    /// A table that can only be read by identifier was asked for without one.
    #[error("{table} can only be read by identifier")]
    IdentifierNeeded {
        /// The table.
        table: String,
        /// The columns that make up the identifier.
        parts: Vec<String>,
        /// Where.
        span: Option<Span>,
    },
    /// A list input is missing and no parent supplies it.
    #[error("{table} cannot be listed without {}", .inputs.join(", "))]
    InputNeeded {
        /// The table.
        table: String,
        /// The columns to bind.
        inputs: Vec<String>,
        /// Why nothing supplies them, or who asks for them.
        reason: Option<String>,
        /// Where.
        span: Option<Span>,
    },
    /// An identifier that is not of the table's form.
    #[error("identifier {value} is not valid for {table}")]
    Identifier {
        /// The table.
        table: String,
        /// As written.
        value: String,
        /// The form expected: `user_pool_id|client_id`.
        form: String,
        /// Why.
        reason: String,
        /// Where.
        span: Option<Span>,
    },
    /// Neither the statement, the session nor the environment names a region.
    #[error("no region")]
    RegionNeeded {
        /// The table.
        table: String,
        /// Where.
        span: Option<Span>,
    },
    /// The planner refused the statement.
    #[error("{message}")]
    Plan {
        /// What is wrong.
        message: String,
        /// Facts.
        notes: Vec<String>,
        /// Where.
        span: Option<Span>,
    },
    /// A value failed while rows were computed (a cast, a division).
    #[error("{message}")]
    Execution {
        /// What is wrong.
        message: String,
    },
    /// Every scope of the statement failed.
    #[error("{0}")]
    Cloud(CloudError),
    /// `max_api_calls` is reached.
    #[error("the statement needs more than {limit} API calls")]
    CallBudget {
        /// The budget.
        limit: u64,
    },
    /// The provider data is broken.
    #[error("provider data: {message}")]
    Provider {
        /// What is wrong.
        message: String,
    },
    /// A bug of ours.
    #[error("{message}")]
    Internal {
        /// What happened.
        message: String,
    },
}
