//! What the program remembers from run to run, and where.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::program::{Outcome, Program, Running, Service};

const CLIENTS: &str = "SELECT count(*) AS n FROM aws.cognito.user_pool_clients";

/// A program whose state is in a folder of its own, which does not exist yet.
struct World {
    program: Program,
    service: Service,
}

impl World {
    fn new() -> Self {
        let program = Program::new();
        let service = program.emulator(&[]);
        Self { program, service }
    }

    fn state(&self) -> PathBuf {
        self.program.home().join("of").join("cirrus")
    }

    fn exec(&self, args: &[&str]) -> Outcome {
        let mut command = self.program.exec_at(&self.service, args);
        command.env("CIRRUS_STATE_DIR", self.state());
        Running::start(&mut command).finish()
    }
}

fn read(path: &Path) -> serde_json::Value {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

#[test]
fn what_one_run_learns_the_next_knows() {
    let world = World::new();
    let first = world.exec(&["-o", "csv", CLIENTS]);
    assert_eq!(first.stdout, "n\n7\n", "{first}");
    let knowledge = world.state().join("knowledge.json");
    let learned = read(&knowledge);
    assert!(
        learned["listed"]["AWS::Cognito::UserPoolClient"].is_array(),
        "{learned}"
    );

    let second = world.exec(&[
        "-o",
        "csv",
        "SELECT count(*) AS n FROM aws.cognito.user_pools",
    ]);
    assert_eq!(second.stdout, "n\n3\n", "{second}");
    assert_eq!(
        read(&knowledge)["listed"],
        learned["listed"],
        "nothing is forgotten"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;

        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&world.state()), 0o700);
        for file in fs::read_dir(world.state()).unwrap() {
            assert_eq!(mode(&file.unwrap().path()), 0o600);
        }
    }
}

#[test]
fn who_calls_nobody_writes_nothing() {
    let world = World::new();
    for args in [
        vec!["SELECT 1"],
        vec!["EXPLAIN SELECT * FROM aws.cognito.user_pools"],
        vec!["--local", CLIENTS],
    ] {
        let outcome = world.exec(&args);
        assert_eq!(outcome.code, Some(0), "{outcome}");
        assert!(!world.state().exists(), "{args:?}");
    }
}

#[test]
fn a_memory_that_is_broken_or_closed_is_no_trouble() {
    let world = World::new();
    fs::create_dir_all(world.state()).unwrap();
    for file in ["knowledge.json", "limits.json"] {
        fs::write(world.state().join(file), "{\"listed\": [").unwrap();
    }
    let outcome = world.exec(&["-q", "-o", "csv", CLIENTS]);
    assert_eq!(
        (outcome.stdout.as_str(), outcome.stderr.as_str()),
        ("n\n7\n", ""),
        "{outcome}"
    );
    read(&world.state().join("knowledge.json"));

    fs::remove_dir_all(world.state()).unwrap();
    fs::write(world.state(), "a file where the folder should be").unwrap();
    let outcome = world.exec(&["-q", "-o", "csv", CLIENTS]);
    assert_eq!(
        (outcome.stdout.as_str(), outcome.stderr.as_str()),
        ("n\n7\n", ""),
        "{outcome}"
    );
}
