//! The plural of a table's name, as the npm package `pluralize` 8.0.0 forms it, which StackQL's table names come from.
//!
//! The rules see the whole name as one word: `glue.schemata`, but `event_schemas`.

use std::sync::LazyLock;

use regex::Regex;

/// The plural of a lower-case name; a plural stays as it is.
pub(crate) fn pluralize(name: &str) -> String {
    if name.is_empty()
        || UNCOUNTABLE.contains(&name)
        || IRREGULAR.iter().any(|(_, plural)| *plural == name)
    {
        return name.to_owned();
    }
    if let Some((_, plural)) = IRREGULAR.iter().find(|(singular, _)| *singular == name) {
        return (*plural).to_owned();
    }
    let rule = RULES.iter().find(|(pattern, _)| pattern.is_match(name));
    rule.map_or_else(
        || name.to_owned(),
        |(pattern, plural)| pattern.replace(name, *plural).into_owned(),
    )
}

/// [`PATTERNS`], compiled when the first name is made plural: known names come ready-made from the index.
static RULES: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let compile = |pattern: &str| {
        Regex::new(pattern).expect("the patterns are constants and a test compiles them")
    };
    PATTERNS
        .iter()
        .map(|(pattern, plural)| (compile(pattern), *plural))
        .collect()
});

/// Endings and what replaces them; the first that matches decides.
const PATTERNS: [(&str, &str); 32] = [
    ("sheep$", "$0"),
    ("pox$", "$0"),
    ("o[iu]s$", "$0"),
    ("measles$", "$0"),
    ("fish$", "$0"),
    ("deer$", "$0"),
    ("[^aeiou]ese$", "$0"),
    ("pok[eé]mon$", "$0"),
    ("^thou$", "you"),
    ("m[ae]n$", "men"),
    ("eaux$", "$0"),
    ("(child)(?:ren)?$", "${1}ren"),
    ("(pe)(?:rson|ople)$", "${1}ople"),
    (r"\b((?:tit)?m|l)(?:ice|ouse)$", "${1}ice"),
    ("(matr|cod|mur|sil|vert|ind|append)(?:ix|ex)$", "${1}ices"),
    ("(x|ch|ss|sh|zz)$", "${1}es"),
    ("([^ch][ieo][ln])ey$", "${1}ies"),
    ("([^aeiouy]|qu)y$", "${1}ies"),
    ("(?:(kni|wi|li)fe|(ar|l|ea|eo|oa|hoo)f)$", "${1}${2}ves"),
    ("sis$", "ses"),
    (
        "(apheli|hyperbat|periheli|asyndet|noumen|phenomen|criteri|organ|prolegomen|hedr|automat)(?:a|on)$",
        "${1}a",
    ),
    (
        "(agend|addend|millenni|dat|extrem|bacteri|desiderat|strat|candelabr|errat|ov|symposi|curricul|automat|quor)\
         (?:a|um)$",
        "${1}a",
    ),
    ("(her|at|gr)o$", "${1}oes"),
    ("(seraph|cherub)(?:im)?$", "${1}im"),
    ("(alumn|alg|vertebr)(?:a|ae)$", "${1}ae"),
    (
        "(alumn|syllab|vir|radi|nucle|fung|cact|stimul|termin|bacill|foc|uter|loc|strat)(?:us|i)$",
        "${1}i",
    ),
    ("([^l]ias|[aeiou]las|[ejzr]as|[iu]am)$", "${1}"),
    ("(e[mn]u)s?$", "${1}s"),
    ("(alias|[^aou]us|t[lm]as|gas|ris)$", "${1}es"),
    ("(ax|test)is$", "${1}es"),
    ("([^[:ascii:]])$", "${1}"),
    ("s?$", "s"),
];

/// Words with a plural of their own.
const IRREGULAR: [(&str, &str); 47] = [
    ("i", "we"),
    ("me", "us"),
    ("he", "they"),
    ("she", "they"),
    ("them", "them"),
    ("myself", "ourselves"),
    ("yourself", "yourselves"),
    ("itself", "themselves"),
    ("herself", "themselves"),
    ("himself", "themselves"),
    ("themself", "themselves"),
    ("is", "are"),
    ("was", "were"),
    ("has", "have"),
    ("this", "these"),
    ("that", "those"),
    ("echo", "echoes"),
    ("dingo", "dingoes"),
    ("volcano", "volcanoes"),
    ("tornado", "tornadoes"),
    ("torpedo", "torpedoes"),
    ("genus", "genera"),
    ("viscus", "viscera"),
    ("stigma", "stigmata"),
    ("stoma", "stomata"),
    ("dogma", "dogmata"),
    ("lemma", "lemmata"),
    ("schema", "schemata"),
    ("anathema", "anathemata"),
    ("ox", "oxen"),
    ("axe", "axes"),
    ("die", "dice"),
    ("yes", "yeses"),
    ("foot", "feet"),
    ("eave", "eaves"),
    ("goose", "geese"),
    ("tooth", "teeth"),
    ("quiz", "quizzes"),
    ("human", "humans"),
    ("proof", "proofs"),
    ("carve", "carves"),
    ("valve", "valves"),
    ("looey", "looies"),
    ("thief", "thieves"),
    ("groove", "grooves"),
    ("pickaxe", "pickaxes"),
    ("passerby", "passersby"),
];

/// Words that have no plural.
#[rustfmt::skip]
const UNCOUNTABLE: [&str; 94] = [
    "adulthood", "advice", "agenda", "aid", "aircraft", "alcohol", "ammo", "analytics", "anime", "athletics", "audio",
    "bison", "blood", "bream", "buffalo", "butter", "carp", "cash", "chassis", "chess", "clothing", "cod", "commerce",
    "cooperation", "corps", "debris", "diabetes", "digestion", "elk", "energy", "equipment", "excretion", "expertise",
    "firmware", "flounder", "fun", "gallows", "garbage", "graffiti", "hardware", "headquarters", "health", "herpes",
    "highjinks", "homework", "housework", "information", "jeans", "justice", "kudos", "labour", "literature",
    "machinery", "mackerel", "mail", "media", "mews", "moose", "music", "mud", "manga", "news", "only", "personnel",
    "pike", "plankton", "pliers", "police", "pollution", "premises", "rain", "research", "rice", "salmon", "scissors",
    "series", "sewage", "shambles", "shrimp", "software", "species", "staff", "swine", "tennis", "traffic",
    "transportation", "trout", "tuna", "wealth", "welfare", "whiting", "wildebeest", "wildlife", "you",
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers of npm's `pluralize.plural()`.
    #[test]
    fn plurals_are_those_of_npm_pluralize() {
        for (singular, plural) in [
            ("user_pool", "user_pools"),
            ("policy", "policies"),
            ("index", "indices"),
            ("analysis", "analyses"),
            ("schema", "schemata"),
            ("event_schema", "event_schemas"),
            ("alias", "aliases"),
            ("key_alias", "key_aliases"),
            ("metadata", "metadata"),
            ("storage_lens", "storage_lens"),
            ("permissions", "permissions"),
            ("media", "media"),
            ("gateway", "gateways"),
            ("bus", "buses"),
            ("mesh", "meshes"),
            ("proxy", "proxies"),
            ("access", "accesses"),
            ("user_pool_user", "user_pool_users"),
            ("life", "lives"),
            ("person", "people"),
            ("corpus", "corpuses"),
        ] {
            assert_eq!(pluralize(singular), plural, "{singular}");
        }
    }

    #[test]
    fn a_plural_stays() {
        for plural in ["user_pools", "policies", "indices", "schemata", "metadata"] {
            assert_eq!(pluralize(plural), plural);
        }
    }
}
