//! AdminSetUserPassword, AdminResetUserPassword, and the pool's policy. Only that there is a password is ever kept.

use serde_json::{Value, json};

use super::{
    desk::{Desk, model},
    members::{Members, flag, members},
    refusal::Refusal,
    user::{self, FORCE_CHANGE_PASSWORD, HAS_PASSWORD, STATUS, Users},
};

/// Refuses a password that the pool's policy does; the texts are quoted by many programs, the order of the rules is inferred [INF].
pub(super) fn check(pool: &Members, password: &str) -> Result<(), Refusal> {
    let policies = pool.get("Policies").map(members);
    let policy = policies.and_then(|policies| policies.get("PasswordPolicy"));
    let Some(policy) = policy.map(members) else {
        return Ok(());
    };
    let least = policy
        .get("MinimumLength")
        .and_then(Value::as_u64)
        .unwrap_or(0);
    let has = |is: fn(char) -> bool| password.chars().any(is);
    let rules = [
        (
            password.chars().count() as u64 >= least,
            "Password not long enough",
        ),
        (
            !flag(policy, "RequireUppercase") || has(|character| character.is_ascii_uppercase()),
            "Password must have uppercase characters",
        ),
        (
            !flag(policy, "RequireLowercase") || has(|character| character.is_ascii_lowercase()),
            "Password must have lowercase characters",
        ),
        (
            !flag(policy, "RequireNumbers") || has(|character| character.is_ascii_digit()),
            "Password must have numeric characters",
        ),
        (
            !flag(policy, "RequireSymbols") || has(is_symbol),
            "Password must have symbol characters",
        ),
    ];
    match rules.iter().find(|(holds, _)| !holds) {
        Some((_, broken)) => Err(Refusal::new(
            "InvalidPasswordException",
            format!("Password did not conform with policy: {broken}"),
        )),
        None => Ok(()),
    }
}

/// The special characters of the developer guide; a space counts inside of a password.
fn is_symbol(character: char) -> bool {
    character == ' ' || character.is_ascii_punctuation()
}

pub(super) fn set(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let user = user::named(desk)?;
    check(&model(&desk.pool()?), desk.text("Password"))?;
    let status = if flag(desk.input(), "Permanent") {
        "CONFIRMED"
    } else {
        FORCE_CHANGE_PASSWORD
    };
    desk.note(&Users, &user.identifier, |notes| {
        notes.insert(STATUS.to_owned(), json!(status));
        notes.insert(HAS_PASSWORD.to_owned(), json!(true));
    })?;
    Ok(json!({}))
}

pub(super) fn reset(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let user = user::named(desk)?;
    if !user.is_enabled() {
        return Err(Refusal::not_authorized("User is disabled."));
    }
    if !matches!(user.status(), "CONFIRMED" | "RESET_REQUIRED") {
        return Err(Refusal::not_authorized(
            "User password cannot be reset in the current state.",
        ));
    }
    let verified = ["email_verified", "phone_number_verified"];
    if !verified
        .iter()
        .any(|name| user.attribute(name) == Some("true"))
    {
        return Err(Refusal::parameter(
            "Cannot reset password for the user as there is no registered/verified email or phone_number",
        ));
    }
    desk.note(&Users, &user.identifier, |notes| {
        notes.insert(STATUS.to_owned(), json!("RESET_REQUIRED"));
    })?;
    Ok(json!({}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_of_a_policy_has_its_words() {
        let pool = json!({"Policies": {"PasswordPolicy": {
            "MinimumLength": 8, "RequireUppercase": true, "RequireLowercase": true, "RequireNumbers": true, "RequireSymbols": true
        }}});
        let said = |password: &str| {
            check(members(&pool), password).err().map(|refusal| {
                let words = refusal
                    .message
                    .strip_prefix("Password did not conform with policy: ")
                    .unwrap();
                words.to_owned()
            })
        };
        assert_eq!(said("Aa1!").as_deref(), Some("Password not long enough"));
        assert_eq!(
            said("aaaaaaa1!").as_deref(),
            Some("Password must have uppercase characters")
        );
        assert_eq!(
            said("AAAAAAA1!").as_deref(),
            Some("Password must have lowercase characters")
        );
        assert_eq!(
            said("Aaaaaaaa!").as_deref(),
            Some("Password must have numeric characters")
        );
        assert_eq!(
            said("Aaaaaaaa1").as_deref(),
            Some("Password must have symbol characters")
        );
        assert_eq!(said("Aaaaaaa1!"), None);
        assert!(check(members(&json!({})), "x").is_ok());
    }
}
