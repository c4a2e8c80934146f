//! `cargo dev bench`: start-up, listing and reading against DuckDB, the AWS CLI, boto3 and a plain loop over the SDK.
//!
//! Programs that are compared take turns, and what counts is the ratio of their medians: whatever else a machine does
//! strikes all alike. An aim that is missed is printed, not failed. The method is in `docs/benchmarks.md`.

#![expect(clippy::print_stdout, reason = "a command says what it did")]

mod conditions;
mod emulator;
mod measure;
mod programs;
mod reads;
mod report;

use std::{
    fs,
    path::Path,
    process::{Command, ExitCode},
};

use anyhow::Context;
use clap::Args;
use serde_json::json;

use measure::{Bench, Candidate};
use programs::{Emulator, Programs};
use report::Numbers;

/// How many resources are listed.
const LISTED: usize = 10_000;
/// How many resources are listed and read.
const READ: usize = 2_000;
/// Calls in flight at once, as many as `cirrus` allows itself per region.
const CONCURRENCY: usize = 16;

/// The resources that are listed: the emulator's list has what the query asks for.
const LISTED_TYPE: &str = "AWS::SQS::Queue";
const LISTED_QUERY: &str = "SELECT identifier FROM aws.sqs.queues";
/// The resources that are read: their list has nothing but identifiers.
const READ_TYPE: &str = "AWS::S3::Bucket";
const READ_QUERY: &str = "SELECT * FROM aws.s3.buckets";

/// Measures start-up, listing and reading against DuckDB, the AWS CLI and a plain loop over the AWS SDK
#[derive(Debug, Args)]
pub(crate) struct BenchArguments {
    /// How often each program is started
    #[arg(long, value_name = "N", default_value_t = 31)]
    starts: usize,
    /// How often each program does its work
    #[arg(long, value_name = "N", default_value_t = 9)]
    rounds: usize,
    /// Measure the emulator by itself instead: calls a second and memory
    #[arg(long)]
    emulator: bool,
    /// Measure many calls against boto3 and the AWS CLI instead: as fast as can be, and at limits
    #[arg(long, conflicts_with = "emulator")]
    reads: bool,
    /// Measure the governor at limits that change, against the SDK's adaptive retries, instead; takes half an hour
    #[arg(long, conflicts_with_all = ["emulator", "reads"])]
    governor: bool,
    /// Write the numbers into `docs/benchmarks.md`
    #[arg(long)]
    write: bool,
}

/// Runs the command.
pub(crate) fn bench(arguments: &BenchArguments) -> anyhow::Result<ExitCode> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let programs = programs::prepare(&root)?;
    let (place, numbers) = if arguments.emulator {
        let folder = tempfile::tempdir().context("Failed to make a temporary folder")?;
        let numbers = emulator::measure(&programs.cirrus, &programs.hammer, folder.path())?;
        let conditions = conditions::line(&[conditions::cirrus(&programs)?]);
        let numbers = emulator::markdown(&numbers);
        (report::EMULATOR, format!("{conditions}.\n\n{numbers}"))
    } else if arguments.reads {
        let numbers = reads::measure(&programs, arguments.rounds)?;
        let conditions = conditions::line(&[
            conditions::cirrus(&programs)?,
            conditions::boto3(&programs)?,
            conditions::aws(&programs)?,
        ]);
        (
            report::READS,
            format!("{conditions}. {}", reads::markdown(&numbers)),
        )
    } else if arguments.governor {
        let example = programs::example(&root, "governor")?;
        let conditions = conditions::line(&[conditions::cirrus(&programs)?]);
        let numbers = programs::output(&mut Command::new(example))?;
        (report::GOVERNOR, format!("{conditions}.\n\n{numbers}"))
    } else {
        let numbers = measure_all(arguments, &programs)?;
        (report::NUMBERS, report::markdown(&numbers))
    };
    println!("{numbers}");
    if arguments.write {
        let page = root.join("docs/benchmarks.md");
        let shown = page.display();
        let text = fs::read_to_string(&page).with_context(|| format!("Failed to read {shown}"))?;
        let text = report::replace(&text, place, &numbers)?;
        fs::write(&page, text).with_context(|| format!("Failed to write {shown}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn measure_all(arguments: &BenchArguments, programs: &Programs) -> anyhow::Result<Numbers> {
    let folder = tempfile::tempdir().context("Failed to make a temporary folder")?;
    let emulator = Emulator::start(&programs.cirrus, &data_set(), folder.path(), &[])?;
    let bench = Bench {
        python: programs.python.clone(),
        environment: environment(&emulator.url, folder.path())?,
        folder: folder.path().to_owned(),
    };
    let Programs {
        cirrus,
        sdk_loop,
        aws,
        duckdb,
        bare_duckdb,
        ..
    } = programs;

    let start = [
        Candidate::new(cirrus, &["exec", "SELECT 1"]),
        Candidate::new(duckdb, &["-c", "SELECT 1"]),
        Candidate::new(bare_duckdb, &["-c", "SELECT 1"]),
        Candidate::new(aws, &["--version"]),
    ];
    let listed = [
        query(cirrus, LISTED_QUERY).printing(LISTED),
        Candidate::new(sdk_loop, &[LISTED_TYPE]).printing(LISTED),
    ];
    let concurrency = CONCURRENCY.to_string();
    let read = [
        query(cirrus, READ_QUERY).printing(READ),
        Candidate::new(sdk_loop, &[READ_TYPE, &concurrency]).printing(READ),
    ];
    let binary =
        fs::metadata(cirrus).with_context(|| format!("Failed to find {}", cirrus.display()))?;
    Ok(Numbers {
        conditions: conditions::line(&[
            conditions::cirrus(programs)?,
            conditions::duckdb(programs)?,
            conditions::aws(programs)?,
        ]),
        rounds: (arguments.starts, arguments.rounds),
        concurrency: CONCURRENCY,
        #[expect(clippy::cast_precision_loss, reason = "programs are smaller than 8 PB")]
        binary: binary.len() as f64,
        start: bench.compare(&start, arguments.starts)?,
        listed: (LISTED, bench.compare(&listed, arguments.rounds)?),
        read: (READ, bench.compare(&read, arguments.rounds)?),
    })
}

fn query(cirrus: &Path, sql: &str) -> Candidate {
    Candidate::new(cirrus, &["exec", "--quiet", "-o", "ndjson", sql])
}

/// What programs see: the emulator as the endpoint of AWS, and no settings of whoever runs this.
fn environment(url: &str, folder: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let folder = folder
        .to_str()
        .context("the temporary folder's name is not UTF-8")?;
    let nothing = format!("{folder}/no-settings");
    fs::write(&nothing, "").with_context(|| format!("Failed to write {nothing}"))?;
    Ok([
        ("HOME", folder),
        ("AWS_CONFIG_FILE", &nothing),
        ("AWS_SHARED_CREDENTIALS_FILE", &nothing),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_ENDPOINT_URL", url),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_REGION", "us-east-1"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into())
}

/// The emulator's resources.
fn data_set() -> String {
    let resource = |type_name: &str, properties| json!({"type": type_name, "region": "us-east-1", "properties": properties});
    let listed = (0..LISTED).map(|number| {
        resource(
            LISTED_TYPE,
            json!({"QueueName": format!("queue-{number:05}"), "VisibilityTimeout": 30}),
        )
    });
    let read = (0..READ).map(|number| {
        resource(
            READ_TYPE,
            json!({
                "BucketName": format!("bucket-{number:05}"),
                "VersioningConfiguration": {"Status": "Enabled"},
                "Tags": [{"Key": "team", "Value": "storage"}, {"Key": "number", "Value": number.to_string()}],
            }),
        )
    });
    serde_json::Value::Array(listed.chain(read).collect()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_a_place_for_numbers() {
        let page = include_str!("../../../docs/benchmarks.md");
        for place in [
            report::NUMBERS,
            report::EMULATOR,
            report::READS,
            report::GOVERNOR,
        ] {
            assert!(report::replace(page, place, "new").is_ok());
        }
    }

    #[test]
    fn the_data_set_is_what_is_measured() {
        let data: Vec<serde_json::Value> = serde_json::from_str(&data_set()).unwrap();
        let count = |type_name| {
            data.iter()
                .filter(|entry| entry["type"] == type_name)
                .count()
        };
        assert_eq!((count(LISTED_TYPE), count(READ_TYPE)), (LISTED, READ));
    }
}
