//! The state in a file that survives a crash at any point: an embedded database (redb), one transaction a change.
//!
//! What an answer acknowledges is in the file before the answer is sent; what a transaction does not finish never was. The
//! world itself stays in memory: the file is read once, when the emulator starts. It holds secrets as AWS would, so only its
//! owner may read it. The database's own lock keeps a second emulator out.

use std::{
    fs::{self, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use redb::{Database, DatabaseError, ReadableDatabase as _, ReadableTable as _, TableDefinition};
use serde::{Deserialize, Serialize};

use crate::{
    crash::{self, CrashPoint},
    requests::{Request, Requests},
    sequence::Sequence,
    store::{Hidden, Resource, Scope, Store},
    world::World,
};

const VERSION: &[u8] = b"1";
/// Everything is in memory anyway.
const CACHE: usize = 8 * 1024 * 1024;

/// Account, region, type and identifier.
type ResourceKey<'key> = (&'key str, &'key str, &'key str, &'key str);

const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");
const RESOURCES: TableDefinition<'_, ResourceKey<'_>, &[u8]> = TableDefinition::new("resources");
const REQUESTS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("requests");

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
    /// It is not a state file, or one of another version.
    #[error("`{path}` is not an emulator's state: {reason}", path = path.display())]
    NotAState {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// A resource as the file has it.
#[derive(Serialize, Deserialize)]
struct StoredResource {
    properties: String,
    #[serde(default, flatten)]
    hidden: Hidden,
    created: u64,
    modified: u64,
}

/// The file, held for as long as the emulator runs.
#[derive(Debug)]
pub(crate) struct StateFile {
    database: Database,
}

impl StateFile {
    /// Opens or creates the file and reads the world in it.
    pub(crate) fn open(path: &Path, seed: u64) -> Result<(Self, World), StateError> {
        let access = |source| StateError::Access {
            path: path.to_owned(),
            source,
        };
        let not_a_state = |reason: String| StateError::NotAState {
            path: path.to_owned(),
            reason,
        };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(access)?;
        }
        private(path).map_err(access)?;
        let database = Database::builder()
            .set_cache_size(CACHE)
            .create(path)
            .map_err(|error| match error {
                DatabaseError::DatabaseAlreadyOpen => StateError::InUse {
                    path: path.to_owned(),
                },
                // What redb says of a file that is none of its own.
                DatabaseError::Storage(redb::StorageError::Io(source))
                    if source.kind() != io::ErrorKind::InvalidData =>
                {
                    access(source)
                }
                other => not_a_state(other.to_string()),
            })?;
        let file = Self { database };
        let world = file
            .read(seed)
            .map_err(|error| not_a_state(error.to_string()))?;
        Ok((file, world))
    }

    fn read(&self, seed: u64) -> Result<World, Box<dyn std::error::Error>> {
        let writing = self.database.begin_write()?;
        let sequence = {
            let mut meta = writing.open_table(META)?;
            let version = meta.get("version")?.map(|value| value.value().to_vec());
            match version {
                Some(version) if version == VERSION => {}
                Some(version) => {
                    let version = String::from_utf8_lossy(&version);
                    return Err(format!("it is of version {version}").into());
                }
                None => {
                    meta.insert("version", VERSION)?;
                }
            }
            let sequence = meta.get("sequence")?;
            match sequence {
                Some(sequence) => serde_json::from_slice(sequence.value())?,
                None => Sequence::new(seed),
            }
        };
        writing.open_table(RESOURCES)?;
        writing.open_table(REQUESTS)?;
        writing.commit()?;

        let reading = self.database.begin_read()?;
        let mut store = Store::default();
        for entry in reading.open_table(RESOURCES)?.iter()? {
            let (key, value) = entry?;
            let (account, region, type_name, identifier) = key.value();
            let StoredResource {
                properties,
                hidden,
                created,
                modified,
            } = serde_json::from_slice(value.value())?;
            let scope = Scope {
                account: account.to_owned(),
                region: region.to_owned(),
                type_name: type_name.to_owned(),
            };
            let resource = Resource::restored(properties, hidden, created, modified);
            store.put(&scope, identifier, resource);
        }
        let mut requests: Vec<Request> = Vec::new();
        for entry in reading.open_table(REQUESTS)?.iter()? {
            requests.push(serde_json::from_slice(entry?.1.value())?);
        }
        let mut world = World::restored(store, Requests::restored(requests), sequence);
        world.keep();
        Ok(world)
    }

    /// Writes what has changed, all of it or nothing. `crash` is where a fault wants the process to die.
    pub(crate) fn save(
        &self,
        world: &mut World,
        crash: Option<CrashPoint>,
    ) -> Result<(), redb::Error> {
        let changes = world.take_changes();
        if changes.is_empty() {
            return Ok(());
        }
        let writing = self.database.begin_write()?;
        {
            let mut resources = writing.open_table(RESOURCES)?;
            for (scope, identifier) in &changes.resources {
                let key = (
                    scope.account.as_str(),
                    scope.region.as_str(),
                    scope.type_name.as_str(),
                    identifier.as_str(),
                );
                match world.store().get(scope, identifier) {
                    Some(resource) => {
                        resources.insert(key, stored(resource).as_slice())?;
                    }
                    None => {
                        resources.remove(key)?;
                    }
                }
                crash::at(CrashPoint::Writing, crash);
            }
            let mut requests = writing.open_table(REQUESTS)?;
            for &number in &changes.requests {
                match world.requests().by_number(number) {
                    Some(request) => {
                        requests.insert(number, json(request).as_slice())?;
                    }
                    None => {
                        requests.remove(number)?;
                    }
                }
                crash::at(CrashPoint::Writing, crash);
            }
            let mut meta = writing.open_table(META)?;
            meta.insert("sequence", json(&world.sequence).as_slice())?;
        }
        crash::at(CrashPoint::Written, crash);
        writing.commit()?;
        crash::at(CrashPoint::Saved, crash);
        Ok(())
    }
}

fn stored(resource: &Resource) -> Vec<u8> {
    json(&StoredResource {
        properties: resource.properties().to_owned(),
        hidden: resource.hidden(),
        created: resource.created,
        modified: resource.modified,
    })
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("what the file keeps has text keys only")
}

/// Creates the file, if it is not there, so that only its owner may read it.
fn private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).read(true).write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path).map(drop)
}
