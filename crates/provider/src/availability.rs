//! In which regions a type exists.

use serde::{Deserialize, Serialize};

/// A set of regions, kept as the shorter of "only these" and "all but these".
///
/// In data: `{"all_except": ["me-central-1"]}` or `{"only": ["us-east-1", "us-west-2"]}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// Every region that the catalog knows except these (sorted).
    AllExcept(Vec<String>),
    /// These regions alone (sorted).
    Only(Vec<String>),
}

impl Availability {
    /// The set of `present` regions (sorted) among `known_regions`.
    pub fn of(present: &[String], known_regions: &[String]) -> Self {
        let absent: Vec<_> = known_regions
            .iter()
            .filter(|region| !present.contains(region))
            .cloned()
            .collect();
        if absent.len() < present.len() {
            Self::AllExcept(absent)
        } else {
            Self::Only(present.to_vec())
        }
    }

    /// Whether the type exists in `region`; a region that the catalog has never heard of gets the benefit of the doubt.
    pub fn includes(&self, region: &str, known_regions: &[String]) -> bool {
        let known = known_regions.iter().any(|known| known == region);
        match self {
            Self::AllExcept(absent) => !absent.iter().any(|absent| absent == region),
            Self::Only(present) => !known || present.iter().any(|present| present == region),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn regions(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn the_shorter_form_is_kept() {
        let known = regions(&["a", "b", "c"]);
        assert_eq!(
            Availability::of(&regions(&["a", "b"]), &known),
            Availability::AllExcept(regions(&["c"]))
        );
        assert_eq!(
            Availability::of(&regions(&["b"]), &known),
            Availability::Only(regions(&["b"]))
        );
        assert_eq!(
            Availability::of(&known, &known),
            Availability::AllExcept(Vec::new())
        );
    }

    #[test]
    fn an_unknown_region_gets_the_benefit_of_the_doubt() {
        let known = regions(&["a", "b"]);
        let only = Availability::Only(regions(&["a"]));
        assert_eq!(
            ["a", "b", "new"].map(|region| only.includes(region, &known)),
            [true, false, true]
        );
        let except = Availability::AllExcept(regions(&["a"]));
        assert_eq!(
            ["a", "b", "new"].map(|region| except.includes(region, &known)),
            [false, true, true]
        );
    }
}
