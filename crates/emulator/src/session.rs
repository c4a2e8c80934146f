//! Temporary credentials without a table: the session token itself says whose they are and until when.
//!
//! The access key id and the secret follow from the token, so sessions survive a restart and no request changes the world.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    clock::Millis,
    sealed::{digest, open, seal},
};

/// What a session token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) account: String,
    /// The assumed role and the session's name, or the user whose session it is.
    pub(crate) arn: String,
    pub(crate) user_id: String,
    pub(crate) expires: Millis,
    /// Makes two sessions of the same moment different.
    pub(crate) nonce: String,
}

/// What a client signs with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub(crate) access_key: String,
    pub(crate) secret: String,
    pub(crate) token: String,
}

/// What the access keys of sessions begin with.
pub(crate) const KEY_PREFIX: &str = "ASIA";

const PURPOSE: &str = "session";
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

impl Session {
    /// The credentials of this session, with a token of at least `size` bytes.
    pub(crate) fn credentials(&self, size: usize) -> Credentials {
        // One byte of a text takes two of a token; a JSON text may end in spaces.
        let text = json!(self).to_string();
        let unpadded = seal(PURPOSE, &text).len();
        let padding = " ".repeat(size.saturating_sub(unpadded).div_ceil(2));
        let token = seal(PURPOSE, &(text + &padding));
        Credentials {
            access_key: access_key(&self.account, &token),
            secret: secret(&token),
            token,
        }
    }

    /// The session of a token that the emulator made, whoever runs it, for this access key.
    pub(crate) fn of(access_key_id: &str, token: &str) -> Option<Self> {
        let session: Self = serde_json::from_str(&open(PURPOSE, token)?).ok()?;
        (access_key(&session.account, token) == access_key_id).then_some(session)
    }
}

/// Whether the emulator has made a session token.
pub(crate) fn is_ours(token: &str) -> bool {
    open(PURPOSE, token).is_some()
}

/// The secret access key that belongs to a token: forty characters, as AWS's have.
pub(crate) fn secret(token: &str) -> String {
    let digits: Vec<usize> = values(&digest("secret access key", token)).collect();
    digits
        .chunks_exact(3)
        .flat_map(|digits| {
            let bits = digits[0] << 8 | digits[1] << 4 | digits[2];
            [BASE64[bits >> 6], BASE64[bits & 63]]
        })
        .take(40)
        .map(char::from)
        .collect()
}

/// The access key id of a token. As in AWS's, the account is in it: forty bits after the first.
fn access_key(account: &str, token: &str) -> String {
    let account: u128 = account.parse().unwrap_or_default();
    let digest = digest("access key", token);
    let random = values(&digest)
        .take(10)
        .fold(0, |bits, digit| bits << 4 | digit as u128);
    // One bit that is set, forty of the account, 39 of the token.
    let bits = 1 << 79 | (account & ((1 << 40) - 1)) << 39 | random & ((1 << 39) - 1);
    let characters = (0..16)
        .rev()
        .map(|place| char::from(BASE32[(bits >> (5 * place) & 31) as usize]));
    KEY_PREFIX.chars().chain(characters).collect()
}

/// The account in the access key id of a session.
pub(crate) fn account_of(access_key_id: &str) -> Option<String> {
    let characters = access_key_id.strip_prefix(KEY_PREFIX)?;
    if characters.len() != 16 {
        return None;
    }
    let bits = characters.bytes().try_fold(0_u128, |bits, byte| {
        let digit = BASE32.iter().position(|known| *known == byte)?;
        Some(bits << 5 | digit as u128)
    })?;
    let account = bits >> 39 & ((1 << 40) - 1);
    Some(format!("{account:012}"))
}

/// The values of hexadecimal digits.
fn values(digits: &str) -> impl Iterator<Item = usize> + '_ {
    digits
        .chars()
        .filter_map(|digit| digit.to_digit(16))
        .map(|digit| digit as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> Session {
        Session {
            account: "123456789012".to_owned(),
            arn: "arn:aws:sts::123456789012:assumed-role/Reader/me".to_owned(),
            user_id: "AROAEXAMPLE:me".to_owned(),
            expires: 1_767_225_600_000,
            nonce: "1".to_owned(),
        }
    }

    #[test]
    fn a_token_says_everything_and_only_together_with_its_key() {
        let credentials = session().credentials(0);
        let Credentials {
            access_key, token, ..
        } = &credentials;
        assert_eq!(Session::of(access_key, token), Some(session()));
        assert_eq!(secret(token), credentials.secret);
        assert_eq!(credentials.secret.len(), 40);

        let other = Session {
            nonce: "2".to_owned(),
            ..session()
        };
        let other = other.credentials(0);
        assert_ne!(other.access_key, credentials.access_key);
        assert_ne!(other.secret, credentials.secret);
        assert_eq!(Session::of(access_key, &other.token), None);
        assert_eq!(Session::of(access_key, &token[..token.len() - 2]), None);
    }

    #[test]
    fn a_token_is_as_long_as_it_is_wanted() {
        for size in [0, 1_001, 4_096] {
            let credentials = session().credentials(size);
            assert!(credentials.token.len() >= size);
            assert!(credentials.token.len() < size.max(600) + 2);
            let read = Session::of(&credentials.access_key, &credentials.token);
            assert_eq!(read, Some(session()));
        }
    }

    #[test]
    fn the_account_is_in_the_access_key_id() {
        let key = session().credentials(0).access_key;
        assert_eq!(key.len(), 20);
        assert_eq!(account_of(&key).as_deref(), Some("123456789012"));
        // Published by Aidan Steele and Tal Be'ery as a real key and its account.
        let real = account_of("ASIAQNZGKIQY56JQ7WML");
        assert_eq!(real.as_deref(), Some("029608264753"));
        assert_eq!(account_of("AKIAIOSFODNN7EXAMPLE"), None);
        assert_eq!(account_of("ASIA"), None);
        assert_eq!(account_of("ASIAaaaaaaaaaaaaaaaa"), None);
    }
}
