//! Calls AWS: the only crate that opens sockets to a cloud.
//!
//! [`AwsCloud`] implements [`cirrus_provider::Cloud`] over the AWS SDK. Nothing here knows SQL; nothing above knows
//! the SDK. In suggested reading order:

mod settings;

mod cloud;

mod config;

mod retry;

mod error;

#[cfg(test)]
mod wire;

pub use cloud::AwsCloud;
pub use settings::{AwsSettings, ConnectError, Limits};
