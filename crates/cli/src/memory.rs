//! What a run leaves for the next: what it learned of types (`knowledge.json`) and of rate limits (`limits.json`).
//!
//! It saves calls and makes plans more exact; a row never depends on it. So a file that is broken or cannot be written
//! is no error, and several runs at once may lose some of it.

use std::{
    io,
    path::{Path, PathBuf},
};

use cirrus_engine::Knowledge;

use crate::state;

/// The files of a state folder.
#[derive(Debug)]
pub(crate) struct Memory {
    knowledge_file: PathBuf,
    recalled: Knowledge,
}

/// Where `cirrus-aws` keeps the rate limits that it learned.
pub(crate) fn limits_file(folder: &Path) -> PathBuf {
    folder.join("limits.json")
}

impl Memory {
    /// Reads what is known.
    pub(crate) fn recall(folder: &Path) -> Self {
        let knowledge_file = folder.join("knowledge.json");
        let recalled = read(&knowledge_file);
        Self {
            knowledge_file,
            recalled,
        }
    }

    /// What was known at the beginning.
    pub(crate) fn knowledge(&self) -> &Knowledge {
        &self.recalled
    }

    /// Writes what is known now, if that is more.
    pub(crate) fn keep(&self, knowledge: Knowledge) {
        if knowledge == self.recalled {
            return;
        }
        // Another run may have written in the meantime.
        let all = merged(read(&self.knowledge_file), knowledge);
        let written = serde_json::to_vec(&all)
            .map_err(io::Error::from)
            .and_then(|content| state::replace(&self.knowledge_file, &content));
        if let Err(error) = written {
            let path = self.knowledge_file.display();
            tracing::debug!(%error, %path, "what was learned cannot be kept");
        }
    }
}

fn read(path: &Path) -> Knowledge {
    let knowledge = state::read(path).and_then(|content| match content {
        Some(content) => serde_json::from_slice(&content).map_err(io::Error::from),
        None => Ok(Knowledge::default()),
    });
    knowledge.unwrap_or_else(|error| {
        tracing::debug!(%error, path = %path.display(), "what was learned cannot be read");
        Knowledge::default()
    })
}

fn merged(mut all: Knowledge, more: Knowledge) -> Knowledge {
    for (type_name, properties) in more.listed {
        all.listed.entry(type_name).or_default().extend(properties);
    }
    for (type_name, inputs) in more.inputs {
        all.inputs.entry(type_name).or_default().extend(inputs);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn knowledge(type_name: &str, property: &str) -> Knowledge {
        let mut knowledge = Knowledge::default();
        let properties = knowledge.listed.entry(type_name.into()).or_default();
        properties.insert(property.into());
        knowledge
    }

    #[test]
    fn two_runs_at_once_add_up() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (Memory::recall(folder.path()), Memory::recall(folder.path()));
        one.keep(knowledge("A::B::C", "Id"));
        other.keep(knowledge("A::B::C", "Name"));
        other.keep(knowledge("A::B::D", "Id"));
        let all = Memory::recall(folder.path());
        assert_eq!(all.knowledge().listed.len(), 2);
        assert_eq!(all.knowledge().listed["A::B::C"].len(), 2);
    }

    #[test]
    fn nothing_new_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        Memory::recall(&state).keep(Knowledge::default());
        assert!(!state.exists());
    }

    #[test]
    fn a_broken_file_is_replaced_and_a_closed_folder_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("knowledge.json"), "{\"listed\": 7").unwrap();
        let memory = Memory::recall(folder.path());
        assert_eq!(memory.knowledge(), &Knowledge::default());
        memory.keep(knowledge("A::B::C", "Id"));
        assert_eq!(Memory::recall(folder.path()).knowledge().listed.len(), 1);
        let below_a_file = Memory::recall(&folder.path().join("knowledge.json"));
        below_a_file.keep(knowledge("A::B::C", "Id"));
    }
}
