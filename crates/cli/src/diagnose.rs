//! Turns the errors of every crate into what the user reads: the only place with words for them, a file for each source
//! of errors.
//!
//! Codes are stable and documented; headlines are one sentence without a full stop; notes are facts, hints are advice.

mod cloud;
mod statement;
mod warnings;

mod arguments;
mod files;
mod startup;
mod templates;

pub(crate) use arguments::*;
pub(crate) use cloud::cloud;
pub(crate) use files::*;
pub(crate) use startup::*;
pub(crate) use statement::{engine, timed_out};
pub(crate) use templates::*;
pub(crate) use warnings::{notes, warnings};

#[cfg(test)]
mod tests;
