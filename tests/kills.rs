//! An emulator with a state file is killed (-9) again and again while it writes: nothing acknowledged is lost, nothing
//! half-written shows.
//!
//! Each round starts it on the same file, checks all that earlier rounds know, and lets it die: at a named point on the way of
//! an operation (a `crash` fault, where the process kills itself), or at any moment by a signal from outside. The short form
//! has a kill for each point and operation; `cargo dev soak kills` asks for 200.

use std::{
    collections::BTreeMap,
    env,
    fmt::Write as _,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};

/// Where a `crash` fault can kill, in the order of a request's way.
const POINTS: [&str; 7] = [
    "received",
    "decided",
    "writing",
    "written",
    "saved",
    "answering",
    "answered",
];
/// The operations that write: the last one does when it finds that a request's time has come.
const OPERATIONS: [&str; 4] = [
    "CreateResource",
    "UpdateResource",
    "DeleteResource",
    "GetResourceRequestStatus",
];
/// Kills from outside in the short form.
const FROM_OUTSIDE: usize = 8;

#[test]
fn kills_lose_nothing_that_was_acknowledged() {
    let wanted = env::var("CIRRUS_KILLS").map_or(0, |count| count.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::default();
    let mut fell: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    let named = || {
        POINTS
            .iter()
            .enumerate()
            .flat_map(|(index, point)| OPERATIONS.map(|operation| (index, *point, operation)))
    };
    let short = POINTS.len() * OPERATIONS.len();
    let named_kills = short.max(wanted * 2 / 3);
    let outside_kills = FROM_OUTSIDE.max(wanted.saturating_sub(named_kills));
    for (round, (index, point, operation)) in named().cycle().take(named_kills).enumerate() {
        let server = Server::start(folder.path());
        server.check(&mut ledger);
        // Every few rounds the kill strikes a later call of its kind, so that some come after others that went well.
        let skip = round / short % 3;
        let skip = if skip == 0 {
            String::new()
        } else {
            format!(",skip={skip}")
        };
        server.fault(&format!("crash:at={point},op={operation}{skip}"));
        server.write_until_dead(&mut ledger, round);
        *fell.entry((index, operation)).or_default() += 1;
        server.wait();
    }
    let mut outside: BTreeMap<&str, usize> = BTreeMap::new();
    for round in 0..outside_kills {
        let server = Server::start(folder.path());
        server.check(&mut ledger);
        let process = server.process.id();
        // Spread over the time that a few writes take.
        let moment = Duration::from_micros(u64::try_from(round * 7919 % 60_000).unwrap());
        let killer = std::thread::spawn(move || {
            std::thread::sleep(moment);
            let killed = Command::new("kill")
                .args(["-9", &process.to_string()])
                .status();
            assert!(killed.unwrap().success());
        });
        let during = server.write_until_dead(&mut ledger, named_kills + round);
        *outside.entry(during).or_default() += 1;
        killer.join().unwrap();
        server.wait();
    }
    let server = Server::start(folder.path());
    server.check(&mut ledger);
    println!("{}", histogram(&fell, &outside, &ledger));
    let kills: usize = fell.values().sum::<usize>() + outside.values().sum::<usize>();
    assert!(kills >= wanted.max(short + FROM_OUTSIDE));
}

fn histogram(
    fell: &BTreeMap<(usize, &str), usize>,
    outside: &BTreeMap<&str, usize>,
    ledger: &Ledger,
) -> String {
    let mut text = "kills by point and operation\n".to_owned();
    for ((index, operation), count) in fell {
        let _ = writeln!(text, "{:>10} {operation:<26} {count:>4}", POINTS[*index]);
    }
    text.push_str("kills from outside, by what was in flight\n");
    for (operation, count) in outside {
        let _ = writeln!(text, "{:>10} {operation:<26} {count:>4}", "");
    }
    let _ = write!(
        text,
        "what was in doubt: {} done, {} not done; {} acknowledged writes, none lost",
        ledger.done, ledger.not_done, ledger.acknowledged
    );
    text
}

/// What is known about each bucket, by its name.
#[derive(Default)]
struct Ledger {
    buckets: BTreeMap<String, Known>,
    /// Requests that were acknowledged: they must be found again.
    tokens: Vec<String>,
    acknowledged: usize,
    done: usize,
    not_done: usize,
}

/// The versions that a bucket may have: `None` is absent. One if it is certain, two if a write is in doubt.
struct Known {
    possible: Vec<Option<usize>>,
}

impl Ledger {
    /// Notes that a write was sent.
    fn begin(&mut self, name: &str, version: Option<usize>) {
        let known = self
            .buckets
            .entry(name.to_owned())
            .or_insert_with(|| Known {
                possible: vec![None],
            });
        known.possible.push(version);
    }

    /// Notes that the write is done.
    fn certain(&mut self, name: &str) {
        if let Some(known) = self.buckets.get_mut(name) {
            known.possible.drain(..known.possible.len() - 1);
        }
        self.acknowledged += 1;
    }
}

/// A running `cirrus emulator` with a state file.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let state: PathBuf = folder.join("state.db");
        let mut process = Command::new(env!("CARGO_BIN_EXE_cirrus"))
            .args(["emulator", "--settle", "0s", "--state"])
            .arg(state)
            .env_clear()
            .env("HOME", folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = process.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("http://").unwrap_or_else(|| {
            panic!("the emulator does not start again: {line:?}");
        });
        Self {
            address: address.to_owned(),
            process,
        }
    }

    /// Sends a request; an error means that the answer did not come, or not all of it.
    fn send(&self, head: &str, body: &str) -> io::Result<Value> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(Duration::from_mins(1)))?;
        write!(
            stream,
            "{head} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {}\r\n\
             authorization: AWS4-HMAC-SHA256 Credential=test/20261120/us-east-1/cloudcontrolapi/aws4_request\r\n",
            self.address,
            body.len()
        )?;
        if let Some(operation) = head.strip_prefix("POST /?") {
            write!(stream, "x-amz-target: CloudApiService.{operation}\r\n")?;
        }
        write!(stream, "\r\n{body}")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let broken = || io::Error::from(io::ErrorKind::UnexpectedEof);
        let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(broken)?;
        assert!(head.starts_with("HTTP/1.1 "), "{head}");
        serde_json::from_str(body).map_err(|_| broken())
    }

    fn call(&self, operation: &str, body: &Value) -> io::Result<Value> {
        // The query means nothing; it tells `send` the target.
        self.send(&format!("POST /?{operation}"), &body.to_string())
    }

    fn fault(&self, fault: &str) {
        let answer = self.send("POST /_cirrus/faults", fault).unwrap();
        assert!(answer.is_array(), "{answer}");
    }

    /// Writes one bucket after the other until the process dies; returns the operation that died.
    fn write_until_dead(&self, ledger: &mut Ledger, round: usize) -> &'static str {
        // The longest that a kill may wait for its moment.
        for number in 0..1_000 {
            let name = format!("bucket-{round}-{number}");
            let steps = [
                ("CreateResource", Some(1)),
                ("UpdateResource", Some(2)),
                ("DeleteResource", None),
            ];
            // Two of three buckets stay.
            let steps = if number % 3 == 2 {
                &steps[..]
            } else {
                &steps[..2]
            };
            for &(operation, version) in steps {
                let body = request(operation, &name, version);
                ledger.begin(&name, version);
                let Ok(event) = self.call(operation, &body) else {
                    return operation;
                };
                let token = event["ProgressEvent"]["RequestToken"].as_str();
                let token = token
                    .unwrap_or_else(|| panic!("{operation}: {event}"))
                    .to_owned();
                ledger.tokens.push(token.clone());
                let asked = self.call(
                    "GetResourceRequestStatus",
                    &json!({ "RequestToken": token }),
                );
                let Ok(status) = asked else {
                    return "GetResourceRequestStatus";
                };
                assert_eq!(
                    status["ProgressEvent"]["OperationStatus"], "SUCCESS",
                    "{status}"
                );
                ledger.certain(&name);
            }
        }
        panic!("the process does not die")
    }

    /// Holds what is there against what is known, and settles what was in doubt.
    fn check(&self, ledger: &mut Ledger) {
        for token in ledger.tokens.drain(..) {
            let status = self
                .call(
                    "GetResourceRequestStatus",
                    &json!({ "RequestToken": token }),
                )
                .unwrap();
            assert_eq!(
                status["ProgressEvent"]["OperationStatus"], "SUCCESS",
                "{status}"
            );
        }
        let there = self.buckets();
        for name in there.keys() {
            assert!(
                ledger.buckets.contains_key(name),
                "{name} was never asked for"
            );
        }
        for (name, known) in &mut ledger.buckets {
            let version = there.get(name).copied();
            assert!(
                known.possible.contains(&version),
                "{name} is at {version:?}, which none of {:?} is",
                known.possible
            );
            if known.possible.len() > 1 {
                let done = known.possible.last() == Some(&version);
                ledger.done += usize::from(done);
                ledger.not_done += usize::from(!done);
                known.possible = vec![version];
            }
        }
        // What is certain and gone need not be asked about for ever.
        ledger.buckets.retain(|_, known| known.possible != [None]);
    }

    /// Every bucket with its version, which two properties say alike.
    fn buckets(&self) -> BTreeMap<String, usize> {
        let resources = self
            .send("GET /_cirrus/resources?type=AWS::S3::Bucket", "")
            .unwrap();
        let mut found = BTreeMap::new();
        for resource in resources.as_array().unwrap() {
            let properties = &resource["properties"];
            let name = properties["BucketName"].as_str().unwrap().to_owned();
            let tags = properties["Tags"].as_array().unwrap();
            let version: usize = tags[0]["Value"].as_str().unwrap().parse().unwrap();
            let status = if version == 1 { "Enabled" } else { "Suspended" };
            assert_eq!(
                properties["VersioningConfiguration"]["Status"], status,
                "{name}"
            );
            assert_eq!(tags.len(), TAGS, "{name} is half written");
            found.insert(name, version);
        }
        found
    }

    fn wait(mut self) {
        use std::os::unix::process::ExitStatusExt as _;
        let status = self.process.wait().unwrap();
        assert_eq!(status.signal(), Some(9), "{status}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Enough for a model that does not fit into one page of the file.
const TAGS: usize = 50;

fn request(operation: &str, name: &str, version: Option<usize>) -> Value {
    let tags: Vec<Value> = (0..TAGS)
        .map(|number| json!({"Key": format!("key-{number:03}"), "Value": version.unwrap_or(0).to_string()}))
        .collect();
    let status = if version == Some(1) {
        "Enabled"
    } else {
        "Suspended"
    };
    let versioning = json!({ "Status": status });
    let mut body = json!({"TypeName": "AWS::S3::Bucket", "Identifier": name});
    match operation {
        "CreateResource" => {
            let desired =
                json!({"BucketName": name, "Tags": tags, "VersioningConfiguration": versioning});
            body["DesiredState"] = json!(desired.to_string());
        }
        "UpdateResource" => {
            let patch = json!([
                {"op": "add", "path": "/VersioningConfiguration", "value": versioning},
                {"op": "add", "path": "/Tags", "value": tags},
            ]);
            body["PatchDocument"] = json!(patch.to_string());
        }
        _ => {}
    }
    body
}
