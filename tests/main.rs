//! The whole program, through the emulator on a free port of loopback: no network, no account, no file outside.
//!
//! `slt/` holds statements and answers as files, `cli.rs` and its siblings run the program itself, `wire.rs` reads the emulator's
//! request log, `every_table.rs` asks every table of the catalog, `listing.rs` those that need parents to be listed,
//! `life_cycles.rs` leads resources through their lives by the AWS SDK, `documents.rs` runs what the documents show, and
//! `structure.rs` holds the direction of dependencies.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod cli;
mod cli_memory;
mod cli_trouble;
mod documents;
mod every_table;
mod joins;
#[cfg(unix)]
mod kills;
mod life_cycles;
mod listing;
mod program;
mod slt;
mod structure;
mod wire;
