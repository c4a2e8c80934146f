//! Runs the program in a world of its own: an empty home, no AWS settings of the host, and a watchdog.

use std::{
    ffi::OsStr,
    fmt::Write as _,
    io::Write as _,
    path::Path,
    process::{Command, Output, Stdio},
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

    /// `cirrus exec --local` with a statement.
    pub(crate) fn exec_local(&self, args: &[&str]) -> Outcome {
        self.run(["exec", "--local"].iter().chain(args))
    }
}

impl Outcome {
    fn of(output: &Output) -> Self {
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
