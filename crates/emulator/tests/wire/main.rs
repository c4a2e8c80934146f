//! The emulator over its wire: what a client sees, with the clock moved by hand.
//!
//! Texts are tagged by their evidence: [recorded] against AWS, [reported] by users of AWS, [documented], [inferred].

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod admin;
mod client;

mod constraints;
mod create;
mod dataset;
mod faults;
mod life_cycle;
mod list;
mod read;
mod state;
mod sts;
mod trouble;
mod update;
