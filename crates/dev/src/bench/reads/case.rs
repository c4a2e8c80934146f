//! [`Case`]: contenders that do the same work, each run with an emulator and a home of its own.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
};

use anyhow::Context as _;

use super::{
    super::{
        environment,
        measure::{self, Candidate, Sample, median, take_turns},
        programs::{Emulator, Programs},
    },
    Bench, Inventory, calls,
};

/// A program, and whether it may know what earlier runs of it have found.
#[derive(Clone, Debug)]
pub(super) struct Contender {
    candidate: Candidate,
    remembers: bool,
}

impl Contender {
    /// One that starts without knowing anything.
    pub(super) fn new(candidate: Candidate) -> Self {
        Self {
            candidate,
            remembers: false,
        }
    }

    /// The same with the home of the run before.
    pub(super) fn remembering(self) -> Self {
        Self {
            remembers: true,
            ..self
        }
    }
}

/// The medians of some runs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Measured {
    pub(super) sample: Sample,
    /// Calls, as the emulator has logged them.
    pub(super) calls: f64,
    /// Those of them that a limit refused.
    pub(super) throttled: f64,
}

/// What there is, and how the emulator answers.
pub(super) struct Case<'a> {
    programs: &'a Programs,
    folder: &'a Path,
    data_set: String,
    settings: Vec<String>,
}

impl<'a> Case<'a> {
    pub(super) fn new(
        programs: &'a Programs,
        folder: &'a Path,
        inventory: Inventory,
        mut settings: Vec<String>,
    ) -> anyhow::Result<Self> {
        settings.push(format!("--listen={}", free_address()?));
        Ok(Self {
            programs,
            folder,
            data_set: inventory.data_set(),
            settings,
        })
    }

    /// The medians over some rounds in which all take turns; one more round warms up.
    pub(super) fn compare<const N: usize>(
        &self,
        contenders: &[Contender; N],
        rounds: usize,
    ) -> anyhow::Result<[Measured; N]> {
        let kept = self.new_folder()?;
        let runs = take_turns(contenders, rounds + 1, |contender| {
            self.run(contender, kept.path())
        })?;
        Ok(runs.map(|runs| medians(runs.get(1..).unwrap_or_default())))
    }

    /// One run of each, for what takes long.
    pub(super) fn once_each<const N: usize>(
        &self,
        contenders: &[Contender; N],
    ) -> anyhow::Result<[Measured; N]> {
        let kept = self.new_folder()?;
        let runs = take_turns(contenders, 1, |contender| self.run(contender, kept.path()))?;
        Ok(runs.map(|runs| medians(&runs)))
    }

    /// One run.
    pub(super) fn once(&self, contender: &Contender) -> anyhow::Result<Measured> {
        let [measured] = self.once_each(std::array::from_ref(contender))?;
        Ok(measured)
    }

    fn run(&self, contender: &Contender, kept: &Path) -> anyhow::Result<Measured> {
        let place = self.new_folder()?;
        let log = place.path().join("calls.jsonl");
        let emulator = self.start(place.path(), &log)?;
        let home = if contender.remembers {
            kept
        } else {
            place.path()
        };
        let bench = Bench {
            python: self.programs.python.clone(),
            environment: environment(&emulator.url, home)?,
            folder: place.path().to_owned(),
        };
        let sample = bench.run(&contender.candidate)?;
        let calls = calls::read(&log)?;
        Ok(Measured {
            sample,
            calls: count(calls.all),
            throttled: count(calls.throttled),
        })
    }

    fn start(&self, place: &Path, log: &Path) -> anyhow::Result<Emulator> {
        let log = log
            .to_str()
            .context("the temporary folder's name is not UTF-8")?;
        let mut settings = vec!["--log", log];
        settings.extend(self.settings.iter().map(String::as_str));
        Emulator::start(&self.programs.cirrus, &self.data_set, place, &settings)
    }

    fn new_folder(&self) -> anyhow::Result<tempfile::TempDir> {
        tempfile::tempdir_in(self.folder).context("Failed to make a temporary folder")
    }
}

/// An address for all emulators of a case, one after the other: what is remembered of limits is kept by endpoint.
fn free_address() -> anyhow::Result<SocketAddr> {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|free| free.local_addr());
    free.context("Failed to find a free port")
}

fn medians(runs: &[Measured]) -> Measured {
    let samples: Vec<Sample> = runs.iter().map(|run| run.sample).collect();
    Measured {
        sample: measure::medians(&samples),
        calls: median(runs.iter().map(|run| run.calls).collect()),
        throttled: median(runs.iter().map(|run| run.throttled).collect()),
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of calls are small")]
pub(super) fn count(number: usize) -> f64 {
    number as f64
}
