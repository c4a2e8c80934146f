//! What users of a pool are called by besides their names, and what no two of them may share. Pure.

use super::{
    members::{Members, texts},
    refusal::Refusal,
    user_attributes::{is_email, is_phone_number},
};

/// Refuses a name that users of the pool cannot sign in with.
pub(super) fn check_name(pool: &Members, name: &str) -> Result<(), Refusal> {
    let signs_in = texts(pool, "UsernameAttributes");
    let (by_email, by_phone) = (
        signs_in.contains(&"email"),
        signs_in.contains(&"phone_number"),
    );
    let fits =
        signs_in.is_empty() || (by_email && is_email(name)) || (by_phone && is_phone_number(name));
    if fits {
        return Ok(());
    }
    Err(Refusal::parameter(match (by_email, by_phone) {
        (true, true) => "Username should be either an email or a phone number.",
        (true, false) => "Username should be an email.",
        _ => "Username should be a phone number.",
    }))
}

/// Attributes by which a pool's users are called, and which no two of them may share.
pub(super) struct Aliases<'user> {
    /// Whether users are called by nothing else.
    instead: bool,
    pub(super) names: Vec<(&'static str, &'user str)>,
}

impl<'user> Aliases<'user> {
    /// Those of a user with this name in the model.
    pub(super) fn of(
        pool: &Members,
        key: &'user str,
        attributes: &[(&'user str, &'user str)],
    ) -> Self {
        let find = |name: &str| {
            let mut found = attributes.iter().filter(|(own, _)| *own == name);
            found.next().map(|(_, value)| *value)
        };
        let signs_in = texts(pool, "UsernameAttributes");
        let instead = !signs_in.is_empty();
        let also = texts(pool, "AliasAttributes");
        let mut names = Vec::new();
        for (name, verified, fits) in [
            ("email", "email_verified", is_email(key)),
            (
                "phone_number",
                "phone_number_verified",
                is_phone_number(key),
            ),
            ("preferred_username", "", false),
        ] {
            let value = if signs_in.contains(&name) {
                find(name).or(fits.then_some(key))
            } else if also.contains(&name) {
                // An address is an alias once it is verified.
                find(name).filter(|_| verified.is_empty() || find(verified) == Some("true"))
            } else {
                None
            };
            names.extend(value.map(|value| (name, value)));
        }
        Self { instead, names }
    }

    /// Refuses a user whom another one's names would mean.
    pub(super) fn check_against(&self, other: &Aliases<'_>) -> Result<(), Refusal> {
        let exception = if self.instead {
            "UsernameExistsException"
        } else {
            "AliasExistsException"
        };
        match self.names.iter().find(|alias| other.names.contains(alias)) {
            Some((name, _)) => Err(Refusal::new(
                exception,
                format!("An account with the given {name} already exists."),
            )),
            None => Ok(()),
        }
    }
}
