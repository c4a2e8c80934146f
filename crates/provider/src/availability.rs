//! In which regions a type exists.

/// A set of regions, kept as the shorter of "only these" and "all but these".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Availability {
    /// Every region that the catalog knows except these (sorted).
    AllExcept(Vec<String>),
    /// These regions alone (sorted).
    Only(Vec<String>),
}

impl Availability {
    /// Whether the type exists in `region`; a region that the catalog has never heard of gets the benefit of the doubt.
    pub fn includes(&self, region: &str, known_regions: &[String]) -> bool {
        let known = known_regions.iter().any(|known| known == region);
        match self {
            Self::AllExcept(absent) => !absent.iter().any(|absent| absent == region),
            Self::Only(present) => !known || present.iter().any(|present| present == region),
        }
    }
}
