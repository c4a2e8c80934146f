//! Which properties hold secrets: a rule on names, corrected by `exceptions.toml`.
//!
//! A false alarm masks a value that `--show-secrets` reveals; a miss prints a password. The rule leans to the former,
//! and a snapshot test lists every column that it finds.

use crate::{ColumnKind, embedded::EXCEPTIONS};

/// What the name of a property that holds a secret ends in.
const ENDINGS: [&str; 13] = [
    "AccessToken",
    "AuthToken",
    "ClientSecret",
    "Keytab",
    "OauthToken",
    "Passphrase",
    "Password",
    "PreSharedKey",
    "PrivateKey",
    "SecretAccessKey",
    "SecretKey",
    "SecretString",
    "SharedSecret",
];

/// Whether a column of this property is masked.
pub(crate) fn is_secret(type_name: &str, property: &str, kind: ColumnKind) -> bool {
    let by_name =
        kind == ColumnKind::Text && ENDINGS.iter().any(|ending| property.ends_with(ending));
    EXCEPTIONS.is_secret(type_name, property).unwrap_or(by_name)
}
