//! A user: what it is called, what it has, and what it is beyond its schema.
//!
//! The model has the name and the attributes that were asked for. Notes keep `sub`, the status and whether there is a password;
//! no password is kept. In a pool whose users sign in with an attribute, such as `email`, the native API calls a user by its
//! `sub`.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    clock::epoch_seconds,
    handler::{Draft, HandlerCall},
    store::{Resource, Scope},
};

use super::{
    USER,
    aliases::{Aliases, check_name},
    desk::{Desk, model},
    kind::Kind,
    members::{Members, items, members, preset, text, texts},
    memberships,
    refusal::Refusal,
    site::Site,
    user_attributes::{check_known, is_email, is_phone_number},
};

/// `AWS::Cognito::UserPoolUser`.
pub(super) struct Users;

/// The notes of a user.
pub(super) const STATUS: &str = "Status";
pub(super) const ENABLED: &str = "Enabled";
const SUB: &str = "Sub";
/// Whether there is a password; nothing is kept of it.
pub(super) const HAS_PASSWORD: &str = "HasPassword";

pub(super) const FORCE_CHANGE_PASSWORD: &str = "FORCE_CHANGE_PASSWORD";

pub(super) const EXISTS: &str = "User account already exists";

impl Kind for Users {
    fn type_name(&self) -> &'static str {
        USER
    }

    fn check_create(&self, site: &Site<'_>, model: &Value) -> Result<(), Refusal> {
        let user = members(model);
        let id = text(user, "UserPoolId");
        let name = text(user, "Username");
        let resource = site.pool(id)?;
        let pool = resource.model();
        let pool = members(&pool);
        // The native API has already replaced the name by a `sub`.
        if Uuid::try_parse(name).is_err() {
            check_name(pool, name)?;
        }
        let attributes = pairs(items(user, "UserAttributes"));
        check_known(pool, &attributes)?;
        if site.get(USER, &format!("{id}|{name}")).is_some() {
            // The store refuses it.
            return Ok(());
        }
        let candidate = Aliases::of(pool, name, &attributes);
        for (_, other) in all(site, id, resource) {
            candidate.check_against(&other.aliases(pool))?;
        }
        Ok(())
    }

    fn complete(&self, call: &mut HandlerCall<'_>, draft: &mut Draft) {
        let notes = &mut draft.hidden.notes;
        preset(notes, SUB, || json!(call.world.sequence.uuid()));
        preset(notes, STATUS, || json!(FORCE_CHANGE_PASSWORD));
        preset(notes, ENABLED, || json!(true));
        preset(notes, HAS_PASSWORD, || json!(true));
    }

    fn belongings(&self, site: &Site<'_>, resource: &Resource) -> Vec<(Scope, String)> {
        let user = model(resource);
        let id = text(&user, "UserPoolId");
        let Ok(pool) = site.pool(id) else {
            return Vec::new();
        };
        let user = User::new(pool, resource.clone());
        memberships::identifiers(site, id, |member| user.is_called(member.user))
    }

    fn missing(&self, _identifier: &str) -> Option<String> {
        Some(Refusal::no_user().message)
    }

    fn existing(&self, _identifier: &str) -> Option<String> {
        Some(EXISTS.to_owned())
    }
}

/// The pairs of a list of attributes.
pub(super) fn pairs(attributes: &[Value]) -> Vec<(&str, &str)> {
    let pairs = attributes.iter().map(members);
    pairs
        .map(|pair| (text(pair, "Name"), text(pair, "Value")))
        .collect()
}

/// A user with what its pool makes of it.
pub(super) struct User {
    pub(super) identifier: String,
    /// The name in the model and in the identifier.
    pub(super) key: String,
    /// The name in the native API.
    pub(super) name: String,
    /// `sub` first, then in the order of the model.
    pub(super) attributes: Vec<(String, String)>,
    /// Attributes that are names too.
    aliases: Vec<String>,
    pub(super) resource: Resource,
}

impl User {
    fn new(pool: &Resource, resource: Resource) -> Self {
        let pool = model(pool);
        let user = model(&resource);
        let key = text(&user, "Username").to_owned();
        let sub = resource
            .note(SUB)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let mut attributes = vec![("sub".to_owned(), sub.clone())];
        let given = pairs(items(&user, "UserAttributes"));
        attributes.extend(
            given
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let signs_in = texts(&pool, "UsernameAttributes");
        let is_there = |name: &str| given.iter().any(|(own, _)| *own == name);
        if signs_in.contains(&"email") && is_email(&key) && !is_there("email") {
            attributes.push(("email".to_owned(), key.clone()));
        } else if signs_in.contains(&"phone_number")
            && is_phone_number(&key)
            && !is_there("phone_number")
        {
            attributes.push(("phone_number".to_owned(), key.clone()));
        }
        let name = if signs_in.is_empty() {
            key.clone()
        } else {
            sub
        };
        let mut user = Self {
            identifier: format!("{}|{key}", text(&user, "UserPoolId")),
            key,
            name,
            attributes,
            aliases: Vec::new(),
            resource,
        };
        user.aliases = user
            .aliases(&pool)
            .names
            .into_iter()
            .map(|(_, value)| value.to_owned())
            .collect();
        user
    }

    fn aliases<'user>(&'user self, pool: &Members) -> Aliases<'user> {
        let attributes = self.attributes.iter();
        let attributes: Vec<_> = attributes
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        Aliases::of(pool, &self.key, &attributes)
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        attributes
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether a call that says this name means this user.
    pub(super) fn is_called(&self, name: &str) -> bool {
        // An address that a user has given up is no name of it any more.
        let by_key = self.key == name
            && (self.key == self.name || !(is_email(name) || is_phone_number(name)));
        by_key
            || self.name == name
            || self.attribute("sub") == Some(name)
            || self.aliases.iter().any(|alias| alias == name)
    }

    pub(super) fn status(&self) -> &str {
        let status = self.resource.note(STATUS).and_then(Value::as_str);
        status.unwrap_or(FORCE_CHANGE_PASSWORD)
    }

    pub(super) fn is_enabled(&self) -> bool {
        self.resource.note(ENABLED) != Some(&json!(false))
    }

    /// As lists and AdminCreateUser show a user.
    pub(super) fn shown(&self) -> Value {
        let mut shown = self.frame();
        shown["Attributes"] = self.list(&self.attributes);
        shown
    }

    /// As AdminGetUser shows a user.
    pub(super) fn shown_alone(&self) -> Value {
        let mut shown = self.frame();
        shown["UserAttributes"] = self.list(&self.attributes);
        shown
    }

    /// As lists show a user of which only some attributes are wanted.
    pub(super) fn shown_with(&self, wanted: &[&str]) -> Value {
        let mut shown = self.frame();
        let attributes: Vec<_> = self
            .attributes
            .iter()
            .filter(|(name, _)| wanted.contains(&name.as_str()))
            .cloned()
            .collect();
        shown["Attributes"] = self.list(&attributes);
        shown
    }

    fn frame(&self) -> Value {
        json!({
            "Username": self.name,
            "UserCreateDate": epoch_seconds(self.resource.created),
            "UserLastModifiedDate": epoch_seconds(self.resource.modified),
            "Enabled": self.is_enabled(),
            "UserStatus": self.status(),
        })
    }

    #[expect(
        clippy::unused_self,
        reason = "it reads as what it is: a list of the user's"
    )]
    fn list(&self, attributes: &[(String, String)]) -> Value {
        let attributes = attributes.iter();
        attributes
            .map(|(name, value)| json!({"Name": name, "Value": value}))
            .collect()
    }
}

/// The users of a pool, in the order of their identifiers.
pub(super) fn all<'site>(
    site: &Site<'site>,
    id: &str,
    pool: &Resource,
) -> impl Iterator<Item = (&'site str, User)> + use<'site> {
    let pool = pool.clone();
    let found = site.of_pool(USER, id);
    found.map(move |(identifier, user)| (identifier, User::new(&pool, user.clone())))
}

/// The user of this name in a pool, both of which must be there.
pub(super) fn find(site: &Site<'_>, id: &str, name: &str) -> Result<User, Refusal> {
    let pool = site.pool(id)?;
    if let Some(user) = site.get(USER, &format!("{id}|{name}")) {
        let user = User::new(pool, user.clone());
        if user.is_called(name) {
            return Ok(user);
        }
    }
    all(site, id, pool)
        .map(|(_, user)| user)
        .find(|user| user.is_called(name))
        .ok_or_else(Refusal::no_user)
}

/// The user that the call names.
pub(super) fn named(desk: &Desk<'_, '_>) -> Result<User, Refusal> {
    find(&desk.site(), desk.pool_id(), desk.text("Username"))
}
