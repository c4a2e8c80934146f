//! Which regions a statement reads where no predicate names one: those of `SET regions`, or all that the account has
//! enabled.
//!
//! Planning makes no call, so until the account was asked, "all" is every region of the partition; a scan asks before
//! its first call and narrows its plan (`fetch.rs`).

use std::sync::OnceLock;

use cirrus_provider::Catalog;

/// The regions of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Regions {
    /// These, in this order; empty when nothing names one.
    Named(Vec<String>),
    /// All that the account has enabled.
    All,
}

/// The regions that are at hand for planning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AtHand {
    /// Their names.
    pub(crate) regions: Vec<String>,
    /// They are the partition's, of which the account may have enabled fewer.
    pub(crate) enabled_only: bool,
}

/// What the account said about its regions; shared by the statements of a session.
#[derive(Debug, Default)]
pub(crate) struct Enabled(OnceLock<Vec<String>>);

impl Enabled {
    /// Notes the account's answer.
    pub(crate) fn set(&self, regions: &[String]) {
        let _ = self.0.set(regions.to_vec());
    }

    /// All enabled regions, or the partition's as long as the account was not asked.
    pub(crate) fn at_hand(&self, catalog: &Catalog, default_region: Option<&str>) -> AtHand {
        match self.0.get() {
            Some(regions) => AtHand {
                regions: regions.clone(),
                enabled_only: false,
            },
            None => AtHand {
                regions: catalog.partition_regions(default_region.unwrap_or("us-east-1")),
                enabled_only: true,
            },
        }
    }
}
