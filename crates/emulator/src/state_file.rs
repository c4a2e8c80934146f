//! The state in a file that survives restarts: one JSON snapshot, replaced as a whole before a change is acknowledged.
//!
//! A snapshot is written beside the file, flushed to the disk and renamed over it, so a crash leaves the old state or the new
//! one. Every change writes everything: right for the sizes that people try things with; an embedded store is a later step.
//! The file may hold generated secrets, so only its owner may read it. A lock keeps a second emulator out.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    requests::{Request, Requests},
    sequence::Sequence,
    store::{Resource, Scope, Store},
    world::World,
};

const VERSION: u32 = 1;

/// Why the state cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The file cannot be read or written.
    #[error("cannot use the state file `{path}`", path = path.display())]
    Access {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// Another process has it.
    #[error("the state file `{path}` is in use by another process", path = path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// It is not a state file, or one of a later version.
    #[error("`{path}` is not an emulator's state of version {VERSION}", path = path.display())]
    NotAState {
        /// The file.
        path: PathBuf,
        /// Where reading it failed.
        #[source]
        source: serde_json::Error,
    },
}

#[derive(Serialize, Deserialize)]
struct Snapshot<'world> {
    version: u32,
    sequence: Sequence,
    #[serde(borrow)]
    resources: Vec<StoredResource<'world>>,
    requests: Vec<Request>,
}

#[derive(Serialize, Deserialize)]
struct StoredResource<'world> {
    account: std::borrow::Cow<'world, str>,
    region: std::borrow::Cow<'world, str>,
    #[serde(rename = "type")]
    type_name: std::borrow::Cow<'world, str>,
    identifier: std::borrow::Cow<'world, str>,
    properties: std::borrow::Cow<'world, Value>,
}

/// The file, held for as long as the emulator runs.
#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    _lock: File,
}

impl StateFile {
    /// Opens a state file, or makes an empty one, and returns what it holds.
    pub(crate) fn open(path: &Path, seed: u64) -> Result<(Self, World), StateError> {
        let access = |source| StateError::Access {
            path: path.to_owned(),
            source,
        };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(access)?;
        }
        let lock = private(&beside(path, "lock")).map_err(access)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                return Err(StateError::InUse {
                    path: path.to_owned(),
                });
            }
            Err(fs::TryLockError::Error(source)) => return Err(access(source)),
        }
        let file = Self {
            path: path.to_owned(),
            _lock: lock,
        };
        let world = match fs::read_to_string(path) {
            Ok(text) if !text.is_empty() => {
                read(&text).map_err(|source| StateError::NotAState {
                    path: path.to_owned(),
                    source,
                })?
            }
            Ok(_) => World::new(seed),
            Err(error) if error.kind() == io::ErrorKind::NotFound => World::new(seed),
            Err(source) => return Err(access(source)),
        };
        file.save(&world).map_err(access)?;
        Ok((file, world))
    }

    /// Replaces the file by the world as it is.
    pub(crate) fn save(&self, world: &World) -> io::Result<()> {
        let snapshot = Snapshot {
            version: VERSION,
            sequence: world.sequence.clone(),
            resources: world
                .store
                .all()
                .into_iter()
                .map(|(scope, identifier, resource)| StoredResource {
                    account: scope.account.as_str().into(),
                    region: scope.region.as_str().into(),
                    type_name: scope.type_name.as_str().into(),
                    identifier: identifier.into(),
                    properties: std::borrow::Cow::Borrowed(&resource.model),
                })
                .collect(),
            requests: world.requests.all().cloned().collect(),
        };
        let next = beside(&self.path, "next");
        let mut file = private(&next)?;
        file.set_len(0)?;
        file.write_all(&serde_json::to_vec(&snapshot)?)?;
        file.sync_all()?;
        fs::rename(&next, &self.path)?;
        // The rename itself must reach the disk too; not every system can flush a folder.
        if let Some(folder) = self.path.parent()
            && let Ok(folder) = File::open(if folder.as_os_str().is_empty() {
                Path::new(".")
            } else {
                folder
            })
        {
            let _ = folder.sync_all();
        }
        Ok(())
    }
}

fn read(text: &str) -> Result<World, serde_json::Error> {
    let snapshot: Snapshot<'_> = serde_json::from_str(text)?;
    if snapshot.version != VERSION {
        return Err(serde::de::Error::custom(format_args!(
            "version {}",
            snapshot.version
        )));
    }
    let mut store = Store::default();
    for resource in snapshot.resources {
        let scope = Scope {
            account: resource.account.into_owned(),
            region: resource.region.into_owned(),
            type_name: resource.type_name.into_owned(),
        };
        store.put(
            &scope,
            &resource.identifier,
            Resource::new(resource.properties.into_owned()),
        );
    }
    Ok(World {
        store,
        requests: Requests::restored(snapshot.requests),
        sequence: snapshot.sequence,
        changed: false,
    })
}

/// `state.json.lock` beside `state.json`.
fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    PathBuf::from(name)
}

/// Opens a file for writing that only its owner may read.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}
