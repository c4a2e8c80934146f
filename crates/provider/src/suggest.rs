//! "Did you mean": which known names a mistyped one is near to.
//!
//! Only the choice is made here; the words around it are the user interface's.

use strsim::{damerau_levenshtein, jaro_winkler};

/// How many names are worth proposing.
const MOST: usize = 3;

/// The candidates nearest to `name`, best first; empty when nothing is near.
///
/// ```
/// assert_eq!(cirrus_provider::suggest("user_pol", ["user_pools", "identity_pools"]), ["user_pools"]);
/// ```
pub fn suggest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let name = name.to_lowercase();
    let mut near: Vec<(f64, &str)> = candidates
        .into_iter()
        .filter_map(|candidate| Some((nearness(&name, &candidate.to_lowercase())?, candidate)))
        .collect();
    near.sort_by(|(a, a_name), (b, b_name)| b.total_cmp(a).then_with(|| a_name.cmp(b_name)));
    near.dedup_by_key(|(_, candidate)| *candidate);
    near.into_iter()
        .take(MOST)
        .map(|(_, candidate)| candidate.to_owned())
        .collect()
}

/// How near two lower-case names are, from 0 to 2; none when a person would not take one for the other.
fn nearness(name: &str, candidate: &str) -> Option<f64> {
    if name.is_empty() {
        return None;
    }
    let squeezed = |text: &str| text.replace(['_', '-', '.', ':'], "");
    let (bare_name, bare_candidate) = (squeezed(name), squeezed(candidate));
    if bare_name == bare_candidate || same_but_for_plural(&bare_name, &bare_candidate) {
        return Some(2.0);
    }
    let likeness = jaro_winkler(name, candidate);
    let length = name.chars().count();
    // One slip in four letters.
    let is_misspelt = damerau_levenshtein(name, candidate) <= (length / 4).max(1) && length > 2;
    let is_part =
        length > 3 && (bare_candidate.contains(&bare_name) || bare_name.contains(&bare_candidate));
    (is_misspelt || is_part).then_some(likeness + if is_misspelt { 1.0 } else { 0.0 })
}

fn same_but_for_plural(one: &str, other: &str) -> bool {
    let stem = |text: &str| {
        text.strip_suffix("ies").map_or_else(
            || text.trim_end_matches('s').to_owned(),
            |s| s.to_owned() + "y",
        )
    };
    stem(one) == stem(other)
}

#[cfg(test)]
mod tests {
    use super::suggest;

    const TABLES: [&str; 6] = [
        "user_pool_clients",
        "user_pools",
        "user_pool_groups",
        "identity_pools",
        "policies",
        "log_groups",
    ];

    #[test]
    fn a_slip_of_the_finger_is_found() {
        assert_eq!(suggest("user_pols", TABLES), ["user_pools"]);
        assert_eq!(suggest("user_pool_cleints", TABLES), ["user_pool_clients"]);
    }

    #[test]
    fn case_underscores_and_number_do_not_matter() {
        assert_eq!(suggest("UserPoolClient", TABLES)[0], "user_pool_clients");
        assert_eq!(suggest("POLICY", TABLES), ["policies"]);
    }

    #[test]
    fn a_part_of_a_name_finds_it_and_three_are_enough() {
        assert_eq!(suggest("pool", TABLES).len(), 3);
        assert_eq!(suggest("group", TABLES), ["log_groups", "user_pool_groups"]);
    }

    #[test]
    fn nothing_near_is_nothing() {
        assert!(suggest("buckets", TABLES).is_empty());
        assert!(suggest("", TABLES).is_empty());
    }
}
