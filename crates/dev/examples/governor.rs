//! Measures how well limits are used that nobody tells: our governor against the SDK's adaptive retries.
//!
//! `governor [SCENARIO]...` runs all scenarios whose names contain one of the arguments, each against an emulator of its
//! own in this process. The numbers in `docs/decisions/0007-governor.md` are from here.
#![expect(clippy::print_stdout, reason = "prints a table")]

use std::{
    env, iter,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_sdk_cloudcontrol::{
    Client,
    config::{
        self,
        retry::{RetryPartition, TokenBucket},
    },
};
use cirrus_aws::{AwsCloud, Limits};
use cirrus_emulator::{Emulator, Options};
use cirrus_provider::{Cloud, GetRequest, Meter, Schemas};
use futures::{StreamExt as _, TryStreamExt as _, future::BoxFuture, stream};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

const TYPE: &str = "AWS::S3::Bucket";
const REGION: &str = "us-east-1";
const OPERATION: &str = "GetResource";

/// A limit from a time on.
#[derive(Clone, Copy, Debug)]
struct Limit {
    from: u64,
    rate: f64,
    burst: f64,
}

impl Limit {
    const fn of(rate: f64, burst: f64) -> Self {
        Self {
            from: 0,
            rate,
            burst,
        }
    }

    fn text(self) -> String {
        // The emulator takes whole calls a time.
        format!("{OPERATION}={}/m,burst={}", self.rate * 60.0, self.burst)
    }
}

/// So many reads, or as many as get through in a time.
#[derive(Clone, Copy, Debug)]
enum Work {
    Calls(u64),
    Seconds(u64),
}

#[derive(Clone, Debug)]
struct Scenario {
    name: &'static str,
    limits: Vec<Limit>,
    latency: &'static str,
    work: Work,
}

fn scenarios() -> Vec<Scenario> {
    let steady = |name, limit, calls| Scenario {
        name,
        limits: vec![limit],
        latency: "20ms",
        work: Work::Calls(calls),
    };
    let changing = |name, rates: [f64; 3]| Scenario {
        name,
        limits: iter::zip([0, 30, 60], rates)
            .map(|(from, rate)| Limit {
                from,
                ..Limit::of(rate, rate)
            })
            .collect(),
        latency: "20ms",
        work: Work::Seconds(90),
    };
    vec![
        Scenario {
            name: "1,052 calls, no limit, 50 ms",
            limits: Vec::new(),
            latency: "50ms",
            work: Work::Calls(1_052),
        },
        steady("400 calls, 25/s, burst 25", Limit::of(25.0, 25.0), 400),
        steady("53 calls, 25/s, burst 25", Limit::of(25.0, 25.0), 53),
        steady("60 calls, 1/s, burst 1", Limit::of(1.0, 1.0), 60),
        steady("90 calls, 1/s, burst 30", Limit::of(1.0, 30.0), 90),
        steady("200 calls, 5/s, burst 5", Limit::of(5.0, 5.0), 200),
        steady("1,500 calls, 60/s, burst 60", Limit::of(60.0, 60.0), 1_500),
        changing("90 s at 25/s, 5/s, 60/s", [25.0, 5.0, 60.0]),
        changing("90 s at 60/s, 1/s, 25/s", [60.0, 1.0, 25.0]),
    ]
}

/// Who decides when calls are sent.
#[derive(Clone, Copy, Debug)]
enum Strategy {
    Governor,
    Adaptive { concurrency: usize },
}

/// Something that reads.
struct Reader {
    read: Box<dyn Fn() -> BoxFuture<'static, anyhow::Result<()>>>,
    concurrency: usize,
}

impl Strategy {
    fn name(self) -> String {
        match self {
            Self::Governor => "governor".into(),
            Self::Adaptive { concurrency } => format!("SDK adaptive, {concurrency} at once"),
        }
    }

    fn reader(self, url: &str) -> Reader {
        match self {
            Self::Governor => governed(url),
            Self::Adaptive { concurrency } => adaptive(url, concurrency),
        }
    }
}

fn governed(url: &str) -> Reader {
    let cloud = AwsCloud::local(url, Limits::default());
    let meter = Arc::<Meter>::default();
    let concurrency = cloud.concurrency();
    let read = move || -> BoxFuture<'static, anyhow::Result<()>> {
        let request = GetRequest {
            type_name: TYPE.into(),
            region: REGION.into(),
            identifier: "bucket".into(),
        };
        let get = cloud.get(request, Arc::clone(&meter));
        Box::pin(async move {
            get.await?;
            Ok(())
        })
    };
    Reader {
        read: Box::new(read),
        concurrency,
    }
}

fn adaptive(url: &str, concurrency: usize) -> Reader {
    let credentials = Credentials::new("local", "local", None, None, "example");
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(REGION))
        .endpoint_url(url)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    // Without this, calls fail for lack of retry quota after a hundred throttled ones.
    let partition = RetryPartition::custom("example").token_bucket(TokenBucket::unlimited());
    let config = config::Builder::from(&config)
        .retry_config(RetryConfig::adaptive().with_max_attempts(1_000))
        .retry_partition(partition.build())
        .build();
    let client = Client::from_conf(config);
    let read = move || -> BoxFuture<'static, anyhow::Result<()>> {
        let get = client.get_resource().type_name(TYPE).identifier("bucket");
        Box::pin(async move {
            get.send().await?;
            Ok(())
        })
    };
    Reader {
        read: Box::new(read),
        concurrency,
    }
}

/// What a run took.
#[derive(Debug)]
struct Outcome {
    seconds: f64,
    read: u64,
    asked: u64,
    throttled: u64,
}

async fn run(scenario: &Scenario, strategy: Strategy) -> anyhow::Result<Outcome> {
    let mut options = Options::new(Arc::new(Schemas::embedded()));
    if let Some(limit) = scenario.limits.first() {
        options.limits.push(limit.text().parse()?);
    }
    options
        .latencies
        .push(format!("{OPERATION}={}", scenario.latency).parse()?);
    let emulator = Emulator::start(options).await?;
    let properties = r#"{"BucketName": "bucket"}"#;
    emulator.load_json(&format!(
        r#"[{{"type": "{TYPE}", "region": "{REGION}", "properties": {properties}}}]"#
    ))?;
    let reader = strategy.reader(&emulator.url());
    let read = AtomicU64::new(0);
    let began = Instant::now();
    let calls = match scenario.work {
        Work::Calls(calls) => calls,
        Work::Seconds(_) => u64::MAX,
    };
    let work = stream::iter(0..calls)
        .map(|_| (reader.read)())
        .buffer_unordered(reader.concurrency)
        .try_for_each(async |()| {
            read.fetch_add(1, Ordering::Relaxed);
            Ok(())
        });
    let changes = async {
        for limit in scenario.limits.iter().skip(1) {
            tokio::time::sleep_until((began + Duration::from_secs(limit.from)).into()).await;
            change(&emulator.url(), *limit, scenario.latency).await?;
        }
        anyhow::Ok(())
    };
    match scenario.work {
        Work::Calls(_) => work.await?,
        Work::Seconds(seconds) => {
            let end = tokio::time::timeout(Duration::from_secs(seconds), work);
            let (ended, last) = futures::join!(end, changes);
            last?;
            if let Ok(ended) = ended {
                ended?;
            }
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    let counts = emulator.counts();
    let count = counts
        .iter()
        .find(|(name, _)| name.ends_with(OPERATION))
        .map(|(_, count)| count)
        .context("nothing was asked")?;
    Ok(Outcome {
        seconds,
        read: read.load(Ordering::Relaxed),
        asked: count.calls,
        throttled: count.throttled,
    })
}

/// Gives the emulator another limit, with a full bucket.
async fn change(url: &str, limit: Limit, latency: &str) -> anyhow::Result<()> {
    let body = format!(
        r#"{{"limits": ["{}"], "latencies": ["{OPERATION}={latency}"]}}"#,
        limit.text()
    );
    let host = url.trim_start_matches("http://");
    let request = format!(
        "PUT /_cirrus/scenario HTTP/1.1\r\nhost: {host}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(host).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    ensure!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    Ok(())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a few thousand calls, a few minutes"
)]
fn row(scenario: &Scenario, strategy: Strategy, outcome: &Outcome) -> String {
    let result = match (scenario.work, scenario.limits.as_slice()) {
        (Work::Calls(calls), [limit]) => {
            let bound = (calls as f64 - limit.burst) / limit.rate;
            format!("{:.2}", outcome.seconds / bound)
        }
        (Work::Seconds(seconds), limits) => {
            let ends = limits.iter().skip(1).map(|limit| limit.from);
            let allowed: f64 = iter::zip(limits, ends.chain([seconds]))
                .map(|(limit, end)| limit.burst + (end - limit.from) as f64 * limit.rate)
                .sum();
            format!("{:.1} % used", 100.0 * outcome.read as f64 / allowed)
        }
        _ => String::new(),
    };
    let share = 100.0 * outcome.throttled as f64 / outcome.asked as f64;
    format!(
        "| {} | {} | {:.2} s | {result} | {share:.1} % |",
        scenario.name,
        strategy.name(),
        outcome.seconds
    )
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let wanted: Vec<String> = env::args().skip(1).collect();
    let strategies = [
        Strategy::Governor,
        Strategy::Adaptive { concurrency: 16 },
        Strategy::Adaptive { concurrency: 64 },
    ];
    println!("| work | strategy | time | ÷ least possible | throttled |");
    println!("|---|---|---:|---:|---:|");
    for scenario in scenarios() {
        if !wanted.is_empty() && !wanted.iter().any(|name| scenario.name.contains(name)) {
            continue;
        }
        for strategy in strategies {
            let outcome = run(&scenario, strategy).await?;
            println!("{}", row(&scenario, strategy, &outcome));
        }
    }
    Ok(())
}
