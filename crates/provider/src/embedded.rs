//! The data inside the program: an index that is read at once, and schemas that are decompressed a service at a time.
//!
//! `build.rs` makes both from `providers/aws/`.

use std::{collections::BTreeMap, ops::Range, sync::LazyLock};

use serde::de::DeserializeOwned;

use crate::{
    regions::Regions,
    reviewed::{Exceptions, Parents},
};

/// A type, as far as it is known without its schema.
#[derive(Clone, Debug)]
pub(crate) struct IndexEntry {
    /// `cognito`.
    pub(crate) service: &'static str,
    /// `user_pool_clients`.
    pub(crate) table: &'static str,
    /// The letters of its handlers: `CRUDL`.
    pub(crate) handlers: &'static str,
    /// The position of its service among the frames.
    pub(crate) frame: usize,
    /// Where it is inside the decompressed frame.
    pub(crate) range: Range<usize>,
}

/// The schemas of a service, compressed.
#[derive(Clone, Debug)]
struct Frame {
    range: Range<usize>,
    size: usize,
}

/// Every type by name, and where the schemas are.
#[derive(Debug)]
pub(crate) struct Index {
    /// Every type.
    pub(crate) types: BTreeMap<&'static str, IndexEntry>,
    frames: Vec<Frame>,
}

static BLOB: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/types.zst"));

/// The index, read when a catalog is first made.
pub(crate) static INDEX: LazyLock<Index> = LazyLock::new(|| {
    parse_index(include_str!(concat!(env!("OUT_DIR"), "/index.tsv")))
        .expect("build.rs writes what is read here")
});

/// The regions.
pub(crate) static REGIONS: LazyLock<Regions> =
    LazyLock::new(|| parse(include_str!(concat!(env!("OUT_DIR"), "/regions.json"))));

/// The exceptions.
pub(crate) static EXCEPTIONS: LazyLock<Exceptions> =
    LazyLock::new(|| parse(include_str!(concat!(env!("OUT_DIR"), "/exceptions.json"))));

/// The parents.
pub(crate) static PARENTS: LazyLock<Parents> =
    LazyLock::new(|| parse(include_str!(concat!(env!("OUT_DIR"), "/parents.json"))));

impl Index {
    /// Decompresses the schemas of a service: JSON values one after the other, found by [`IndexEntry::range`].
    pub(crate) fn decompress(&self, frame: usize) -> Vec<u8> {
        let Frame { range, size } = &self.frames[frame];
        zstd::bulk::decompress(&BLOB[range.clone()], *size).expect("build.rs compressed it")
    }
}

/// Reads lines of two kinds: a service with its frame, then its types, each after a tab.
fn parse_index(text: &'static str) -> Option<Index> {
    let mut index = Index {
        types: BTreeMap::new(),
        frames: Vec::new(),
    };
    let mut service = "";
    for line in text.lines() {
        let mut fields = line.split('\t');
        let first = fields.next()?;
        if first.is_empty() {
            let (table, type_name, handlers) = (fields.next()?, fields.next()?, fields.next()?);
            let range = parse_range(fields.next()?, fields.next()?)?;
            let frame = index.frames.len().checked_sub(1)?;
            index.types.insert(
                type_name,
                IndexEntry {
                    service,
                    table,
                    handlers,
                    frame,
                    range,
                },
            );
        } else {
            service = first;
            let range = parse_range(fields.next()?, fields.next()?)?;
            index.frames.push(Frame {
                range,
                size: fields.next()?.parse().ok()?,
            });
        }
    }
    Some(index)
}

fn parse_range(start: &str, length: &str) -> Option<Range<usize>> {
    let start = start.parse().ok()?;
    Some(start..start + length.parse::<usize>().ok()?)
}

fn parse<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).expect("build.rs wrote it from the same type")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_embedded_is_small_and_whole() {
        assert!(BLOB.len() < 2_500_000, "{} bytes", BLOB.len());
        let last = INDEX.frames.last().unwrap();
        assert_eq!(last.range.end, BLOB.len());
        assert_eq!(INDEX.types.len(), 1882);
    }
}
