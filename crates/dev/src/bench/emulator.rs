//! The emulator by itself: how many reads and creates it answers a second, and how its memory grows.

use std::{fmt::Write as _, fs, path::Path, process::Command};

use anyhow::Context as _;
use serde_json::json;

use super::programs::{Emulator, output};

/// Reads that are timed.
const READS: usize = 100_000;
/// Clients that there are when the memory is looked at.
const STEPS: [usize; 4] = [0, 25_000, 50_000, 100_000];
const POOL: &str = "us-east-1_Bench0001";
const CLIENT: &str = "us-east-1_Bench0001|1benchclient00000000000000";

/// What was measured in one run.
#[derive(Clone, Debug)]
pub(super) struct EmulatorNumbers {
    /// GetResource calls a second.
    reads: f64,
    /// CreateResource calls a second, while the clients were made.
    creates: f64,
    /// Resident bytes at each step.
    memory: [f64; STEPS.len()],
}

/// At least so many reads a second.
const READS_AIM: f64 = 5_000.0;
/// At most so many bytes with the most clients.
const MEMORY_AIM: f64 = 400e6;

/// Measures an emulator in the release profile, without limits.
pub(super) fn measure(
    cirrus: &Path,
    hammer: &Path,
    folder: &Path,
) -> anyhow::Result<EmulatorNumbers> {
    let data = json!([
        {"type": "AWS::Cognito::UserPool", "region": "us-east-1", "properties": {"UserPoolId": POOL, "UserPoolName": "bench"}},
        {"type": "AWS::Cognito::UserPoolClient", "region": "us-east-1", "properties":
            {"UserPoolId": POOL, "ClientId": CLIENT.split('|').nth(1), "ClientName": "read"}},
    ]);
    let emulator = Emulator::start(cirrus, &data.to_string(), folder, &[])?;
    let address = emulator.url.trim_start_matches("http://").to_owned();
    let seconds = |what: &str, name: &str, first: usize, count: usize| -> anyhow::Result<f64> {
        let mut command = Command::new(hammer);
        command.args([&address, what, name, &first.to_string(), &count.to_string()]);
        let printed = output(&mut command)?;
        printed
            .trim()
            .parse()
            .context("the hammer prints no seconds")
    };
    let mut memory = [0.0; STEPS.len()];
    let mut creating = 0.0;
    let mut made = 0;
    let mut reads = 0.0;
    for (step, clients) in STEPS.into_iter().enumerate() {
        if clients > made {
            creating += seconds("create", POOL, made, clients - made)?;
            made = clients;
        } else {
            // The first ones warm up.
            seconds("get", CLIENT, 0, READS / 10)?;
            reads = count(READS) / seconds("get", CLIENT, 0, READS)?;
        }
        memory[step] = resident(emulator.id())?;
    }
    Ok(EmulatorNumbers {
        reads,
        creates: count(made) / creating,
        memory,
    })
}

#[expect(clippy::cast_precision_loss, reason = "numbers of calls are small")]
fn count(number: usize) -> f64 {
    number as f64
}

/// The resident memory of a process, in bytes.
fn resident(process: u32) -> anyhow::Result<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))
        .context("the system does not tell a process's memory")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .context("the system does not tell a process's memory")?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes * 1024.0)
}

/// The numbers as Markdown.
pub(super) fn markdown(numbers: &EmulatorNumbers) -> String {
    let EmulatorNumbers {
        reads,
        creates,
        memory,
    } = numbers;
    let verdict = |met: bool| if met { "met" } else { "missed" };
    let most = memory[STEPS.len() - 1];
    let mut text = format!(
        "|  | aim | measured |  |\n|---|---:|---:|---:|\n\
         | GetResource a second, 8 connections | ≥ {READS_AIM:.0} | {reads:.0} | {} |\n\
         | CreateResource a second, 8 connections |  | {creates:.0} |  |\n\
         | memory with 100,000 clients made by calls | ≤ {:.0} MB | {:.0} MB | {} |\n\n\
         | clients | memory | bytes a client |\n|---:|---:|---:|\n",
        verdict(*reads >= READS_AIM),
        MEMORY_AIM / 1e6,
        most / 1e6,
        verdict(most <= MEMORY_AIM),
    );
    for (clients, bytes) in STEPS.into_iter().zip(memory) {
        let each = if clients == 0 {
            String::new()
        } else {
            format!("{:.0}", (bytes - memory[0]) / count(clients))
        };
        let _ = writeln!(text, "| {clients} | {:.0} MB | {each} |", bytes / 1e6);
    }
    text
}
