//! Cognito through both of its APIs: what is done through one is at once seen through the other, and both refuse by the same
//! rules, each in its own words.
//!
//! Texts are tagged by their evidence: [quoted] by programs that met them, [documented], [inferred].

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[expect(dead_code, reason = "other tests use the rest")]
#[path = "../wire/client.rs"]
mod client;
mod cognito;

mod client_rules;
mod client_secrets;
mod clients;
mod deletion;
mod domains;
mod groups;
mod identity_providers;
mod import_jobs;
mod mfa;
mod paging;
mod passwords;
mod pools;
mod resource_servers;
mod user_filter;
mod users;
