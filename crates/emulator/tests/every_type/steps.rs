//! How far a life went.

/// Steps that were taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Steps {
    pub(crate) created: usize,
    pub(crate) read: usize,
    pub(crate) listed: usize,
    /// The type has no list handler, and the emulator says so.
    pub(crate) refused_to_list: usize,
    pub(crate) patched: usize,
    /// Patched with the value that was there, as nothing of the type may change.
    pub(crate) patched_without_change: usize,
    pub(crate) refused_to_patch: usize,
    pub(crate) deleted: usize,
}

impl std::ops::AddAssign for Steps {
    fn add_assign(&mut self, other: Self) {
        self.created += other.created;
        self.read += other.read;
        self.listed += other.listed;
        self.refused_to_list += other.refused_to_list;
        self.patched += other.patched;
        self.patched_without_change += other.patched_without_change;
        self.refused_to_patch += other.refused_to_patch;
        self.deleted += other.deleted;
    }
}

/// Where a life went wrong, and how.
#[derive(Debug)]
pub(crate) struct Stop {
    pub(crate) step: &'static str,
    pub(crate) reason: String,
}

impl Stop {
    pub(crate) fn at(step: &'static str, reason: String) -> Self {
        Self { step, reason }
    }
}
