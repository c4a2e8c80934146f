//! [`Memory`]: the limits that were found, kept in a file for the next run.
//!
//! A remembered limit is where the next run starts, nothing more: a file that cannot be used is a warning, never a
//! failure. Processes that write at once take turns at a lock beside the file; of the same limit the last one stays.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    process,
    sync::OnceLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use super::pace::{Finding, Learned};

/// How long a limit is remembered.
const REMEMBERED: Duration = Duration::from_hours(7 * 24);

/// What the file holds.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Limits {
    #[serde(default)]
    limits: BTreeMap<String, Entry>,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
struct Entry {
    /// Calls a second.
    rate: f64,
    /// Calls at once after a rest.
    burst: f64,
    /// Seconds since 1970.
    learned: u64,
}

impl Entry {
    fn is_sound(&self, now: u64) -> bool {
        self.rate.is_finite()
            && self.rate > 0.0
            && self.burst.is_finite()
            && self.burst >= 1.0
            && now.saturating_sub(self.learned) <= REMEMBERED.as_secs()
    }
}

/// The file, read when it is first needed.
#[derive(Debug)]
pub(super) struct Memory {
    path: PathBuf,
    read: OnceLock<Limits>,
    /// One writer in this process at a time; the lock file is for the others.
    writing: Mutex<()>,
}

impl Memory {
    pub(super) fn new(path: PathBuf) -> Self {
        Self {
            path,
            read: OnceLock::new(),
            writing: Mutex::default(),
        }
    }

    /// What an earlier run found, unless it was too long ago.
    pub(super) fn recall(&self, key: &str) -> Option<Learned> {
        let limits = self.read.get_or_init(|| read(&self.path));
        let entry = limits.limits.get(key)?;
        entry.is_sound(seconds_since_1970()).then_some(Learned {
            rate: entry.rate,
            burst: entry.burst,
        })
    }

    /// Keeps what was found; what other processes have found in the meantime stays.
    pub(super) fn keep(&self, findings: impl IntoIterator<Item = (String, Finding)>) {
        let _writing = self.writing.lock();
        let findings: Vec<_> = findings
            .into_iter()
            .filter(|(key, finding)| match finding {
                Finding::Limit(_) => true,
                // There is nothing to forget, and no reason to touch the file.
                Finding::NoLimit => self.recall(key).is_some(),
                Finding::Nothing => false,
            })
            .collect();
        if findings.is_empty() {
            return;
        }
        if let Err(error) = write(&self.path, findings) {
            tracing::warn!(path = %self.path.display(), %error, "cannot remember limits");
        }
    }
}

fn seconds_since_1970() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs()
}

/// What the file holds; nothing if it cannot be read.
fn read(path: &Path) -> Limits {
    let limits = match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(io::Error::from),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Limits::default()),
        Err(error) => Err(error),
    };
    limits.unwrap_or_else(|error| {
        tracing::warn!(path = %path.display(), %error, "cannot read the remembered limits, starts without");
        Limits::default()
    })
}

fn write(path: &Path, findings: Vec<(String, Finding)>) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        create_folder(folder)?;
    }
    let lock = private(OpenOptions::new().create(true).truncate(false).write(true))
        .open(beside(path, "lock"))?;
    lock.lock()?;
    let now = seconds_since_1970();
    let mut limits = read(path);
    limits.limits.retain(|_, entry| entry.is_sound(now));
    for (key, finding) in findings {
        match finding {
            Finding::Limit(Learned { rate, burst }) => {
                let entry = Entry {
                    rate,
                    burst,
                    learned: now,
                };
                limits.limits.insert(key, entry);
            }
            Finding::NoLimit | Finding::Nothing => {
                limits.limits.remove(&key);
            }
        }
    }
    let draft = beside(path, &process::id().to_string());
    let replaced = write_draft(&draft, &limits).and_then(|()| fs::rename(&draft, path));
    if replaced.is_err() {
        let _ = fs::remove_file(&draft);
    }
    replaced
}

fn write_draft(draft: &Path, limits: &Limits) -> io::Result<()> {
    let mut file: File =
        private(OpenOptions::new().create(true).truncate(true).write(true)).open(draft)?;
    serde_json::to_writer_pretty(&mut file, limits)?;
    file.write_all(b"\n")
}

/// A file of a similar name in the same folder.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(suffix);
    path.with_file_name(name)
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600)
}

#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    const LIMIT: Learned = Learned {
        rate: 25.0,
        burst: 30.0,
    };

    fn limit(key: &str) -> (String, Finding) {
        (key.to_owned(), Finding::Limit(LIMIT))
    }

    fn kept(path: &Path) -> Vec<String> {
        read(path).limits.into_keys().collect()
    }

    #[test]
    fn what_was_found_is_there_in_the_next_run() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/limits.json");
        let first = Memory::new(path.clone());
        assert_eq!(first.recall("a"), None);
        first.keep([limit("a"), ("b".into(), Finding::Nothing)]);
        assert_eq!(kept(&path), ["a"]);

        let second = Memory::new(path.clone());
        assert_eq!(second.recall("a"), Some(LIMIT));
        second.keep([("a".into(), Finding::NoLimit)]);
        assert!(kept(&path).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_reads_it() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("limits.json");
        Memory::new(path.clone()).keep([limit("a")]);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn no_limit_found_and_none_remembered_touches_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("limits.json");
        Memory::new(path).keep([("a".into(), Finding::NoLimit)]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn old_and_senseless_entries_are_ignored_and_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("limits.json");
        let now = seconds_since_1970();
        let week = 7 * 24 * 3600;
        let text = serde_json::json!({"limits": {
            "old": {"rate": 1.0, "burst": 1.0, "learned": now - week - 60},
            "young": {"rate": 1.0, "burst": 1.0, "learned": now - week + 60},
            "zero": {"rate": 0.0, "burst": 1.0, "learned": now},
            "empty": {"rate": 1.0, "burst": 0.0, "learned": now},
        }});
        fs::write(&path, text.to_string()).unwrap();
        let memory = Memory::new(path.clone());
        assert!(memory.recall("young").is_some());
        for key in ["old", "zero", "empty"] {
            assert_eq!(memory.recall(key), None, "{key}");
        }
        memory.keep([limit("new")]);
        assert_eq!(kept(&path), ["new", "young"]);
    }

    #[test]
    fn a_file_that_cannot_be_used_is_a_fresh_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("limits.json");
        for text in ["", "{", "[]", "{\"limits\": {\"a\": 1}}", "\u{0}\u{1}"] {
            fs::write(&path, text).unwrap();
            let memory = Memory::new(path.clone());
            assert_eq!(memory.recall("a"), None, "{text}");
            memory.keep([limit("b")]);
            assert_eq!(kept(&path), ["b"], "{text}");
        }
        // A folder stands where the file should be: nothing is kept, and nothing fails.
        let taken = folder.path().join("taken");
        fs::create_dir(&taken).unwrap();
        let memory = Memory::new(taken);
        assert_eq!(memory.recall("a"), None);
        memory.keep([limit("a")]);
    }

    #[test]
    fn writers_at_once_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("limits.json");
        thread::scope(|scope| {
            for writer in 0..8 {
                let path = path.clone();
                scope.spawn(move || {
                    for round in 0..5 {
                        // Each is a memory of its own, as in another process.
                        Memory::new(path.clone()).keep([limit(&format!("{writer}-{round}"))]);
                    }
                });
            }
        });
        assert_eq!(kept(&path).len(), 40);
    }
}
