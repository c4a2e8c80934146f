//! [`Calls`]: what a program asked, from the emulator's log.

use std::{fs, path::Path};

use anyhow::{Context as _, ensure};
use serde_json::Value;

/// How often the emulator was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Calls {
    /// All calls.
    pub(super) all: usize,
    /// Those of them that a limit refused.
    pub(super) throttled: usize,
}

/// Reads the log of one run.
pub(super) fn read(log: &Path) -> anyhow::Result<Calls> {
    let text = fs::read_to_string(log).context("Failed to read the emulator's log")?;
    count(&text)
}

fn count(log: &str) -> anyhow::Result<Calls> {
    let mut calls = Calls::default();
    for line in log.lines() {
        let call: Value = serde_json::from_str(line).context("the emulator's log is not JSON")?;
        let throttled = call["throttled"] == true;
        ensure!(
            throttled || call["status"] == 200,
            "a call failed, and no limit was why: {line}"
        );
        calls.all += 1;
        calls.throttled += usize::from(throttled);
    }
    Ok(calls)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throttled_calls_are_counted_twice_and_failures_not_at_all() {
        let log = "{\"operation\":\"GetResource\",\"status\":200}\n\
                   {\"operation\":\"GetResource\",\"status\":400,\"throttled\":true}\n";
        let calls = Calls {
            all: 2,
            throttled: 1,
        };
        assert_eq!(count(log).unwrap(), calls);
        assert!(count("{\"operation\":\"GetResource\",\"status\":400}\n").is_err());
    }
}
