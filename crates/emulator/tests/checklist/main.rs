//! The emulator's checklist, section 7 of the reference on Cloud Control: a test for each of its eleven lines, over the wire.
//!
//! Each file begins with its line; what is expected is from the reference alone. `ask` has requests of every protocol.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[expect(dead_code, reason = "other tests use the rest")]
#[path = "../wire/client.rs"]
mod client;
#[path = "../wire/xml.rs"]
mod xml;

mod ask;

mod cognito;
mod companions;
mod errors;
mod faults;
mod identifiers;
mod lists;
mod models;
mod requests;
mod routing;
mod store;
mod traces;
