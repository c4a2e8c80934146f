//! The catalog against facts from outside: StackQL's published names, counts of the registry, the files of
//! `providers/aws/`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    path::PathBuf,
    sync::{Arc, LazyLock},
};

use cirrus_provider::{Catalog, Table};

mod data;
mod lookup;
mod overlay;
mod reviewed;
mod stackql;

/// One catalog for all tests: decoding every type takes seconds in a debug build.
static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::embedded);

/// Every table, the list-only twins apart.
fn all_tables() -> impl Iterator<Item = Arc<Table>> {
    CATALOG.services().into_iter().flat_map(|service| {
        let entries = CATALOG.tables(service).into_iter();
        entries.map(move |entry| {
            CATALOG
                .table(service, &entry.name)
                .unwrap_or_else(|error| panic!("{error}"))
        })
    })
}

fn data_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../providers/aws")
}

fn read(file: &str) -> String {
    let path = data_folder().join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The lines of a TSV file after its heading.
fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().skip(1).map(|line| line.split('\t').collect())
}
