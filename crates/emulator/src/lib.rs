//! A local AWS endpoint: Cloud Control, Cognito and what their clients ask besides, over the schemas that the provider reads.
//!
//! Anything that AWS would refuse it refuses, in AWS's words. One port serves every client: boto3, the AWS CLI, any SDK.
//! It interprets the registry documents by itself; what the client thinks of a type is deliberately other code.
//!
//! ```text
//!  HTTP ─► connection ─► gateway ─► caller, service (who asks whom for what) ─► fault? limit? ─► log
//!                                     │
//!        operations (Cloud Control) · cognito (native API) · companions (STS, Account, ...)
//!                                     │
//!        handler: what a type does beyond its schema        resource_type, validate, patch, identifier,
//!                                     │                     generate: pure, documents in, decisions out
//!        world: clock + requests (life cycle) + store ─► state_file
//! ```
//!
//! ```
//! use std::sync::Arc;
//! use cirrus_emulator::{Emulator, Options};
//! use cirrus_provider::Schemas;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let emulator = Emulator::start(Options::new(Arc::new(Schemas::embedded()))).await?;
//! emulator.load_json(cirrus_emulator::demo())?;
//! assert!(emulator.url().starts_with("http://127.0.0.1:"));
//! emulator.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! In suggested reading order:

mod emulator;
mod options;
mod scenario;
mod switches;

mod connection;
mod gateway;
mod http;

mod accounts;
mod api;
mod caller;
mod context;
mod input;
mod protocol;
mod service;
mod session;
mod signature;

mod cognito;
mod companions;
mod operations;

mod clock;
mod crash;
mod handler;
mod requests;
mod state_file;
mod store;
mod work;
mod world;

mod arn;
mod generate;
mod identifier;
mod parents;
mod patch;
mod property_path;
mod resource_type;
mod sample;
mod sealed;
mod sequence;
mod validate;

mod admin;
mod dataset;
mod fault;
mod latency;
mod limit;
mod log;
mod spoil;

#[cfg(any(test, fuzzing))]
pub mod fuzzing;

pub use clock::Clock;
pub use crash::CrashPoint;
pub use dataset::{DataSet, DataSetEntry, LoadError, LoadProblem, demo};
pub use emulator::{Emulator, StartError};
pub use fault::{Fault, FaultEffect, FaultError, FaultTarget};
pub use latency::{Distribution, Latency, LatencyError};
pub use limit::{Limit, LimitError};
pub use log::{Count, LoggedRequest};
pub use options::Options;
pub use scenario::{Scenario, ScenarioError};
pub use state_file::StateError;
pub use switches::{
    Conditional, Constraints, CreateOnlyCheck, IdenticalRetry, ListView, MissingParent, ModelEcho,
    OptInRegions, ReadOnlyInput, SwitchError, Switches, WriteOnly,
};
