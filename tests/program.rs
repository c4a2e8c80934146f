//! Runs the program in a world of its own: an empty home, no AWS settings of the host, and a watchdog.

use std::{
    ffi::OsStr,
    fmt::Write as _,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    path::Path,
    process::{Child, ChildStdout, Command, Output, Stdio},
    sync::mpsc,
    time::Duration,
};

use tempfile::TempDir;

/// A temporary home.
pub(crate) struct Program {
    home: TempDir,
}

/// What a run left behind.
#[must_use = "look at the outcome or call `.success()`"]
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Program {
    pub(crate) fn new() -> Self {
        Self {
            home: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Writes a file into the home; returns its path.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.home.path().join(name);
        std::fs::write(&path, content).expect("the home is writable");
        path.display().to_string()
    }

    /// A command of the program that sees nothing of the host.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cirrus"));
        command
            .args(args)
            .env_clear()
            .env("HOME", self.home.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
            .stdin(Stdio::null());
        command
    }

    /// Runs with arguments.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Outcome {
        Outcome::of(&self.command(args).output().expect("the program starts"))
    }

    /// Runs with arguments and text on stdin.
    pub(crate) fn run_with_input<S: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = S>,
        input: impl AsRef<[u8]>,
    ) -> Outcome {
        let mut child = self
            .command(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        // A program that refuses early may close its stdin.
        let _ = child
            .stdin
            .take()
            .expect("stdin is piped")
            .write_all(input.as_ref());
        Outcome::of(&child.wait_with_output().expect("the program ends"))
    }

    /// Starts with arguments, to be looked at while it runs.
    pub(crate) fn start<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Running {
        Running::start(&mut self.command(args))
    }

    /// Serves the demo data, with these flags of `cirrus emulator`.
    pub(crate) fn emulator(&self, flags: &[&str]) -> Service {
        let args = ["emulator", "--quiet", "--load", "docs/examples/demo.json"];
        let mut running = self.start(args.iter().chain(flags));
        let url = running.line().trim().to_owned();
        assert!(url.starts_with("http://"), "{url:?}");
        Service { running, url }
    }

    /// `cirrus exec` as if the emulator were AWS.
    pub(crate) fn exec_at(&self, service: &Service, args: &[&str]) -> Command {
        let mut command = self.command(["exec"].iter().chain(args));
        command
            .env("AWS_ENDPOINT_URL", &service.url)
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test");
        command
    }

    /// `cirrus exec --local` with a statement.
    pub(crate) fn exec_local(&self, args: &[&str]) -> Outcome {
        self.run(["exec", "--local"].iter().chain(args))
    }
}

/// An emulator for other programs; it ends with the test.
pub(crate) struct Service {
    running: Running,
    url: String,
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may be gone.
        let _ = self.running.child.kill();
        let _ = self.running.child.wait();
    }
}

/// A program that runs.
pub(crate) struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

/// When a program that should have ended is killed, so that its test can fail.
const WATCHDOG: Duration = Duration::from_mins(2);

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        Self { child, stdout }
    }

    /// The next line of stdout.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("stdout is UTF-8");
        line
    }

    /// Presses Ctrl-C.
    #[cfg(unix)]
    pub(crate) fn interrupt(&self) {
        let process = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &process]).status();
        assert!(sent.expect("there is `kill`").success());
    }

    /// Waits for the end; `stdout` is what was not read yet.
    pub(crate) fn finish(mut self) -> Outcome {
        let process = self.child.id().to_string();
        let (ended, end) = mpsc::channel::<()>();
        let watchdog = std::thread::spawn(move || {
            if end.recv_timeout(WATCHDOG) == Err(mpsc::RecvTimeoutError::Timeout) {
                let _ = Command::new("kill").args(["-9", &process]).status();
            }
        });
        let mut stdout = Vec::new();
        let read = self.stdout.read_to_end(&mut stdout);
        let output = self.child.wait_with_output();
        drop(ended);
        watchdog.join().expect("the watchdog ends");
        read.expect("stdout can be read");
        Outcome::of(&Output {
            stdout,
            ..output.expect("the program ends")
        })
    }
}

impl Outcome {
    pub(crate) fn of(output: &Output) -> Self {
        let text =
            |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("the program prints UTF-8");
        Self {
            code: output.status.code(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    /// The output of a run that must succeed.
    pub(crate) fn success(self) -> String {
        assert_eq!(self.code, Some(0), "{self}");
        self.stdout
    }

    /// The output of a run as JSON.
    pub(crate) fn json(self) -> serde_json::Value {
        let stdout = self.success();
        serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}"))
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = String::new();
        writeln!(text, "exit code: {:?}", self.code)?;
        for (name, stream) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !stream.is_empty() {
                writeln!(text, "---- {name} ----\n{}", stream.trim_end())?;
            }
        }
        f.write_str(&masked(&text))
    }
}

/// Takes out what differs from run to run: times, ports, request ids.
fn masked(text: &str) -> String {
    let rules = [
        (r"in \d+(\.\d+)? ?m?s", "in [TIME]"),
        (r"127\.0\.0\.1:\d+", "127.0.0.1:[PORT]"),
        (
            r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
            "[UUID]",
        ),
        (r"/tmp/\.tmp\w+", "[HOME]"),
    ];
    rules
        .iter()
        .fold(text.to_owned(), |text, (pattern, replacement)| {
            regex::Regex::new(pattern)
                .expect("a valid pattern")
                .replace_all(&text, *replacement)
                .into_owned()
        })
}
