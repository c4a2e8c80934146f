//! The regions that the data knows, and which of a partition's regions speaks for global types.

use serde::{Deserialize, Serialize};

/// `regions.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Regions {
    /// Every partition.
    pub(crate) partitions: Vec<Partition>,
}

/// A group of regions that share accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Partition {
    /// `aws-cn`.
    pub(crate) name: String,
    /// What its regions' names start with; empty for the partition of all others.
    pub(crate) prefix: String,
    /// The region whose endpoint serves global services.
    pub(crate) home: String,
    /// The regions whose types are known, sorted.
    pub(crate) regions: Vec<String>,
}

impl Regions {
    /// Every region, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self
            .partitions
            .iter()
            .flat_map(|partition| partition.regions.clone())
            .collect();
        names.sort_unstable();
        names
    }

    /// The home region of the partition that `region` is in, by its name alone.
    pub(crate) fn home(&self, region: &str) -> &str {
        let partition = self.partition_of(region);
        partition.map_or("us-east-1", |partition| &partition.home)
    }

    /// The partition that `region` is in, by its name alone.
    pub(crate) fn partition_of(&self, region: &str) -> Option<&Partition> {
        let of_prefix = self
            .partitions
            .iter()
            .filter(|partition| region.starts_with(&partition.prefix));
        of_prefix.max_by_key(|partition| partition.prefix.len())
    }
}
