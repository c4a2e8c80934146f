//! A local AWS endpoint: Cloud Control and STS over the same schemas that the provider reads.
//!
//! Anything that AWS would refuse it refuses, in AWS's words. One port serves every client: boto3, the AWS CLI, any SDK.
//! It interprets the registry documents by itself; what the client thinks of a type is deliberately other code.
//!
//! ```text
//!  HTTP ─► server ─► protocol (who asks, what, constraints) ─► fault? ─► operations::* ─► reply ─► log
//!                                                                  │
//!                     resource_type, validate, patch, identifier, generate   pure: documents in, decisions out
//!                                                                  │
//!                                       world: clock + requests (life cycle) + store ─► state file
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

mod options;
mod server;

mod caller;
mod input;
mod protocol;

mod operations;

mod clock;
mod requests;
mod state_file;
mod store;
mod world;

mod arn;
mod cognito;
mod generate;
mod identifier;
mod patch;
mod property_path;
mod resource_type;
mod sample;
mod sequence;
mod validate;

mod dataset;
mod fault;
mod log;
mod spoil;
mod sts;

pub use clock::Clock;
pub use dataset::{DataSet, DataSetEntry, LoadError, LoadProblem, demo};
pub use fault::{Fault, FaultEffect, FaultError, FaultTarget};
pub use log::LoggedRequest;
pub use options::{CreateOnlyCheck, ListView, ModelEcho, Options};
pub use server::{Emulator, StartError};
pub use state_file::StateError;
