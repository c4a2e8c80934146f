//! What a pool's attributes demand of a user's values. Pure.

use super::{
    members::{Members, flag, text},
    refusal::Refusal,
    schema_attributes::all,
};

/// Refuses attributes of a user that the pool does not know, or that are not of their form.
pub(super) fn check_known(pool: &Members, user: &[(&str, &str)]) -> Result<(), Refusal> {
    let all = all(pool);
    let unknown: Vec<String> = user
        .iter()
        .filter(|(name, _)| !all.iter().any(|known| text(known, "Name") == *name))
        .map(|(name, _)| format!("{name}: Attribute does not exist in the schema."))
        .collect();
    conform(&unknown)?;
    for (name, value) in user {
        match *name {
            "email" if !is_email(value) => {
                return Err(Refusal::parameter("Invalid email address format."));
            }
            "phone_number" if !is_phone_number(value) => {
                return Err(Refusal::parameter("Invalid phone number format."));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Refuses a user without an attribute that the pool requires.
pub(super) fn check_required(pool: &Members, user: &[(&str, &str)]) -> Result<(), Refusal> {
    let missing: Vec<String> = all(pool)
        .iter()
        .filter(|known| flag(known, "Required"))
        .map(|known| text(known, "Name").to_owned())
        .filter(|name| name != "sub" && !user.iter().any(|(own, _)| own == name))
        .map(|name| format!("{name}: The attribute is required"))
        .collect();
    conform(&missing)
}

fn conform(problems: &[String]) -> Result<(), Refusal> {
    if problems.is_empty() {
        return Ok(());
    }
    Err(Refusal::parameter(format!(
        "Attributes did not conform to the schema: {}",
        problems.join(" ")
    )))
}

/// Refuses to change what a pool says cannot be changed; the wording is half known [INF].
pub(super) fn check_mutable(pool: &Members, name: &str) -> Result<(), Refusal> {
    let all = all(pool);
    let known = all.iter().find(|known| text(known, "Name") == name);
    if known.is_some_and(|known| !flag(known, "Mutable")) {
        return Err(Refusal::parameter(format!(
            "user.{name}: Attribute cannot be updated."
        )));
    }
    Ok(())
}

/// An address that can be one.
pub(super) fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !text.contains(char::is_whitespace)
    })
}

/// E.164: a plus sign and digits.
pub(super) fn is_phone_number(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (2..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        assert!(
            is_email("a@b.example")
                && !is_email("a@b")
                && !is_email("@b.example")
                && !is_email("a b@c.example")
        );
        assert!(
            is_phone_number("+15555550100")
                && !is_phone_number("5555550100")
                && !is_phone_number("+1 5")
        );
    }
}
