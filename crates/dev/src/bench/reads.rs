//! Many calls: lists and reads of Cognito's user pool clients, as fast as can be and at limits, against boto3 and the
//! AWS CLI.
//!
//! Every run has an emulator of its own, whose buckets are full, and an empty home, where nothing is remembered. The
//! emulator's log tells what was asked. [`inventory`] is what there is, [`case`] runs, [`markdown`] reports.

mod calls;
mod case;
mod inventory;
mod markdown;

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::{
    measure::{Bench, Candidate},
    programs::Programs,
};
use case::{Case, Contender, Measured};
use inventory::{CLIENT_TYPE, Inventory};

pub(super) use markdown::markdown;

/// Calls a second that the limited cases let through, and as many at once after a rest.
const RATE: f64 = 25.0;
/// Rounds at limits, where a run takes seconds.
const LIMITED_ROUNDS: usize = 5;
/// What a call takes where it is not free, as `--latency` has it.
const LATENCY: &str = "*=50ms";
/// Runs of the AWS CLI whose median says what one call takes.
const CLI_CALLS: usize = 20;

const COUNT_QUERY: &str =
    "SELECT count(*), region FROM aws.cognito.user_pool_clients GROUP BY region";
const READ_QUERY: &str = "SELECT * FROM aws.cognito.user_pool_clients";

/// Clients that are counted: lists alone.
const COUNTED: Inventory = Inventory {
    regions: &["us-east-1", "us-west-2", "eu-west-1", "eu-central-1"],
    pools: 50,
    clients: 20,
    more: 0,
};
/// Clients that are listed and read one by one.
const READ: Inventory = Inventory {
    regions: &["us-east-1"],
    ..COUNTED
};
/// Clients that are read at a limit.
const PACED: Inventory = Inventory { pools: 20, ..READ };
/// A small job at a limit: one of the lists has two pages.
const SMALL: Inventory = Inventory { more: 10, ..READ };

/// What was measured in one run.
#[derive(Debug)]
pub(super) struct Numbers {
    rounds: usize,
    /// `cirrus`, boto3 with 16 and with 64 threads.
    counted: [Measured; 3],
    /// The AWS CLI doing the same.
    counted_by_cli: Measured,
    /// See [`LISTERS`].
    counted_at_limit: [Measured; LISTERS.len()],
    /// `cirrus`, boto3 with 64 threads.
    read: [Measured; 2],
    /// boto3 with one call at a time.
    read_one_by_one: Measured,
    /// One GetResource by the AWS CLI.
    cli_call: Measured,
    /// `cirrus`, boto3 with 16 threads.
    paced: [Measured; 2],
    /// See [`LISTERS`].
    small: [Measured; LISTERS.len()],
}

/// Who lists at a limit, in the order of the numbers.
const LISTERS: [&str; 5] = [
    "`cirrus exec`",
    "`cirrus exec`, which remembers the limit",
    "boto3, 16 threads, adaptive",
    "boto3, 64 threads, adaptive",
    "boto3, 64 threads, standard",
];

/// Measures everything.
pub(super) fn measure(programs: &Programs, rounds: usize) -> anyhow::Result<Numbers> {
    let folder = tempfile::tempdir().context("Failed to make a temporary folder")?;
    let scripts = Scripts::new();
    let case = |inventory, settings: &[&str]| {
        let settings = settings.iter().copied().map(str::to_owned).collect();
        Case::new(programs, folder.path(), inventory, settings)
    };
    let limit = |operation| format!("--limit={operation}={RATE}/s,burst={RATE}");
    let lists_limited = limit("ListResources");

    let counting = case(COUNTED, &[])?;
    let counted = [
        count(programs, COUNTED),
        scripts.boto(programs, COUNTED, &["--threads=16"]),
        scripts.boto(programs, COUNTED, &["--threads=64"]),
    ];
    let reading = case(READ, &["--latency", LATENCY])?;
    let read = [
        select(programs, READ),
        scripts.boto_reading(programs, READ, &["--threads=64"]),
    ];
    let one_by_one = scripts.boto_reading(programs, READ, &["--threads=1"]);
    let pacing = case(PACED, &[&limit("GetResource")])?;
    let paced = [
        select(programs, PACED),
        scripts.boto_reading(programs, PACED, &["--threads=16", "--retries=adaptive"]),
    ];
    Ok(Numbers {
        rounds,
        counted: counting.compare(&counted, rounds)?,
        counted_by_cli: counting.once(&scripts.cli(programs, COUNTED))?,
        counted_at_limit: case(COUNTED, &[&lists_limited])?
            .compare(&scripts.listers(programs, COUNTED), LIMITED_ROUNDS)?,
        read: reading.compare(&read, rounds)?,
        read_one_by_one: reading.once(&one_by_one)?,
        cli_call: cli_call(&reading, programs)?,
        paced: pacing.once_each(&paced)?,
        small: case(SMALL, &[&lists_limited])?
            .compare(&scripts.listers(programs, SMALL), LIMITED_ROUNDS)?,
    })
}

fn cirrus(programs: &Programs, inventory: Inventory, query: &str) -> Candidate {
    let mut arguments = vec!["exec", "--quiet", "-o", "ndjson"];
    for region in inventory.regions {
        arguments.extend(["--region", region]);
    }
    arguments.push(query);
    Candidate::new(&programs.cirrus, &arguments)
}

fn count(programs: &Programs, inventory: Inventory) -> Contender {
    Contender::new(counts(cirrus(programs, inventory, COUNT_QUERY), inventory))
}

fn select(programs: &Programs, inventory: Inventory) -> Contender {
    Contender::new(cirrus(programs, inventory, READ_QUERY).printing(inventory.clients()))
}

/// What counts prints a line for each region.
fn counts(candidate: Candidate, inventory: Inventory) -> Candidate {
    candidate
        .printing(inventory.regions.len())
        .adding_up_to(inventory.clients())
}

/// What a call takes with the AWS CLI; all of them would take minutes.
fn cli_call(case: &Case<'_>, programs: &Programs) -> anyhow::Result<Measured> {
    let (region, client) = (READ.regions[0], READ.first_client());
    let arguments = [
        "cloudcontrol",
        "get-resource",
        "--region",
        region,
        "--type-name",
        CLIENT_TYPE,
        "--identifier",
        &client,
    ];
    let call = Contender::new(Candidate::new(&programs.aws, &arguments));
    let [measured] = case.compare(&[call], CLI_CALLS)?;
    Ok(measured)
}

/// The loops in Python.
struct Scripts {
    boto: PathBuf,
    cli: PathBuf,
}

impl Scripts {
    fn new() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bench/reads");
        Self {
            boto: folder.join("boto.py"),
            cli: folder.join("aws_cli.py"),
        }
    }

    fn listers(&self, programs: &Programs, inventory: Inventory) -> [Contender; LISTERS.len()] {
        let boto = |threads, retries| self.boto(programs, inventory, &[threads, retries]);
        [
            count(programs, inventory),
            count(programs, inventory).remembering(),
            boto("--threads=16", "--retries=adaptive"),
            boto("--threads=64", "--retries=adaptive"),
            boto("--threads=64", "--retries=standard"),
        ]
    }

    fn boto(&self, programs: &Programs, inventory: Inventory, settings: &[&str]) -> Contender {
        let script = python(programs, &self.boto, settings, inventory);
        Contender::new(counts(script, inventory))
    }

    fn boto_reading(
        &self,
        programs: &Programs,
        inventory: Inventory,
        settings: &[&str],
    ) -> Contender {
        let settings = [settings, &["--get"]].concat();
        let script = python(programs, &self.boto, &settings, inventory);
        Contender::new(script.printing(inventory.clients()))
    }

    /// Two processes at a time.
    fn cli(&self, programs: &Programs, inventory: Inventory) -> Contender {
        let aws = programs.aws.display().to_string();
        let script = python(programs, &self.cli, &[&aws, "2"], inventory);
        Contender::new(counts(script, inventory))
    }
}

fn python(
    programs: &Programs,
    script: &Path,
    settings: &[&str],
    inventory: Inventory,
) -> Candidate {
    let script = script.display().to_string();
    let arguments = [&[script.as_str()], settings, inventory.regions].concat();
    Candidate::new(&programs.python, &arguments)
}
