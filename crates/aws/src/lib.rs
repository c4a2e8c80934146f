//! Calls AWS: the only crate that opens sockets to a cloud.
//!
//! [`AwsCloud`] implements [`cirrus_provider::Cloud`] over the AWS SDK: `attempts.rs` makes a call as often as it takes,
//! `governor.rs` decides when. Nothing here knows SQL; nothing above knows the SDK. In suggested reading order:

mod settings;

mod cloud;

mod account;

mod connection;

mod config;

mod profile;

mod credentials;

mod attempts;

mod governor;

mod error;

#[cfg(test)]
mod wire;

pub use cloud::AwsCloud;
pub use settings::{AwsSettings, ConnectError, Limits};
