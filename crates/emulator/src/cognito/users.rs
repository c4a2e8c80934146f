//! AdminCreateUser, AdminGetUser, ListUsers and what administrators do to users; passwords are in `passwords`.

use serde_json::{Value, json};

use super::{
    USER, aliases,
    desk::{Desk, draft, model},
    members::{Members, items, only, texts},
    paging::Paging,
    passwords,
    refusal::Refusal,
    user::{self, ENABLED, EXISTS, FORCE_CHANGE_PASSWORD, STATUS, User, Users, pairs},
    user_attributes::{check_known, check_mutable, check_required, is_email},
    user_filter::Filter,
};

/// The parts of a CreateUser request that Cloud Control knows, too.
const INPUTS: [&str; 6] = [
    "UserPoolId",
    "DesiredDeliveryMediums",
    "ForceAliasCreation",
    "ValidationData",
    "ClientMetadata",
    "MessageAction",
];

pub(super) fn create(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let pool = model(&desk.pool()?);
    let name = desk.text("Username");
    let password = desk.text("TemporaryPassword");
    if !password.is_empty() {
        passwords::check(&pool, password)?;
    }
    if desk.text("MessageAction") == "RESEND" {
        return resend(desk);
    }
    aliases::check_name(&pool, name)?;
    if site_has(desk, name) {
        return Err(Refusal::new("UsernameExistsException", EXISTS));
    }
    let mut attributes: Vec<(&str, &str)> = pairs(items(desk.input(), "UserAttributes"));
    let mut user = only(desk.input(), &INPUTS);
    let mut notes = Members::new();
    let key = if texts(&pool, "UsernameAttributes").is_empty() {
        name.to_owned()
    } else {
        let alias = if is_email(name) {
            "email"
        } else {
            "phone_number"
        };
        attributes.retain(|(own, _)| *own != alias);
        attributes.push((alias, name));
        let sub = desk.context.world.sequence.uuid();
        notes.insert("Sub".to_owned(), json!(sub));
        sub
    };
    check_required(&pool, &attributes)?;
    user.insert("Username".to_owned(), json!(key));
    user.insert("UserAttributes".to_owned(), list(&attributes));
    desk.create(&Users, draft(user, notes))?;
    let created = user::find(&desk.site(), desk.pool_id(), &key)?;
    Ok(json!({"User": created.shown()}))
}

/// Whether a user of exactly this name is there; an address is compared with those of the others by the rules.
fn site_has(desk: &Desk<'_, '_>, name: &str) -> bool {
    let identifier = format!("{}|{name}", desk.pool_id());
    desk.site().get(USER, &identifier).is_some()
}

fn list(attributes: &[(&str, &str)]) -> Value {
    let attributes = attributes.iter();
    attributes
        .map(|(name, value)| json!({"Name": name, "Value": value}))
        .collect()
}

/// The invitation again, with a new temporary password.
fn resend(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let user = user::named(desk)?;
    if user.status() != FORCE_CHANGE_PASSWORD {
        // Quoted by other emulators, not by a program that met it [INF].
        return Err(Refusal::new(
            "UnsupportedUserStateException",
            format!(
                "Resend not possible. {} status is not FORCE_CHANGE_PASSWORD",
                user.name
            ),
        ));
    }
    desk.note(&Users, &user.identifier, |_| {})?;
    Ok(json!({"User": user::named(desk)?.shown()}))
}

pub(super) fn get(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    Ok(user::named(desk)?.shown_alone())
}

pub(super) fn list_all(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    const PAGING: Paging = Paging {
        limit: "Limit",
        token: "PaginationToken",
        items: "Users",
    };
    let pool = desk.pool()?;
    let filter = Filter::parse(desk.text("Filter"))?;
    let wanted = texts(desk.input(), "AttributesToGet");
    let is_all = desk
        .input()
        .get("AttributesToGet")
        .is_none_or(Value::is_null);
    let site = desk.site();
    let found = user::all(&site, desk.pool_id(), &pool)
        .filter(|(_, user)| filter.as_ref().is_none_or(|filter| filter.accepts(user)));
    PAGING.page(desk, found, |user: User| {
        if is_all {
            user.shown()
        } else {
            user.shown_with(&wanted)
        }
    })
}

pub(super) fn update_attributes(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let asked = pairs(items(desk.input(), "UserAttributes"));
    let pool = model(&desk.pool()?);
    let user = user::named(desk)?;
    for (name, value) in &asked {
        if user.attribute(name) != Some(value) {
            check_mutable(&pool, name)?;
        }
    }
    let filled: Vec<_> = asked
        .iter()
        .copied()
        .filter(|(_, value)| !value.is_empty())
        .collect();
    check_known(&pool, &filled)?;
    change_attributes(desk, &user, |attributes| {
        for (name, value) in &asked {
            attributes.retain(|(own, _)| own != name);
            // An empty value takes the attribute away, as documented.
            if !value.is_empty() {
                attributes.push(((*name).to_owned(), (*value).to_owned()));
            }
        }
    })
}

pub(super) fn delete_attributes(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let names = texts(desk.input(), "UserAttributeNames");
    let pool = model(&desk.pool()?);
    let user = user::named(desk)?;
    let asked: Vec<_> = names.iter().map(|name| (*name, "")).collect();
    let known: Vec<_> = asked
        .iter()
        .copied()
        .filter(|(name, _)| !matches!(*name, "email" | "phone_number"))
        .collect();
    check_known(&pool, &known)?;
    for name in &names {
        check_mutable(&pool, name)?;
    }
    change_attributes(desk, &user, |attributes| {
        attributes.retain(|(own, _)| !names.contains(&own.as_str()));
    })
}

fn change_attributes(
    desk: &mut Desk<'_, '_>,
    user: &User,
    change: impl FnOnce(&mut Vec<(String, String)>),
) -> Result<Value, Refusal> {
    let mut attributes = user.attributes.clone();
    attributes.retain(|(name, _)| name != "sub");
    change(&mut attributes);
    let pairs: Vec<_> = attributes
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let mut after = model(&user.resource);
    after.insert("UserAttributes".to_owned(), list(&pairs));
    desk.change(&Users, &user.identifier, draft(after, Members::new()))?;
    Ok(json!({}))
}

pub(super) fn delete(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let user = user::named(desk)?;
    desk.remove(&Users, &user.identifier)?;
    Ok(json!({}))
}

pub(super) fn enable(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    set_note(desk, ENABLED, json!(true))
}

pub(super) fn disable(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    set_note(desk, ENABLED, json!(false))
}

pub(super) fn confirm(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let user = user::named(desk)?;
    if user.status() != "UNCONFIRMED" {
        return Err(Refusal::not_authorized(format!(
            "User cannot be confirmed. Current status is {}",
            user.status()
        )));
    }
    set_note(desk, STATUS, json!("CONFIRMED"))
}

/// Nobody is signed in here: nothing changes.
pub(super) fn sign_out(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    user::named(desk)?;
    Ok(json!({}))
}

fn set_note(desk: &mut Desk<'_, '_>, name: &str, value: Value) -> Result<Value, Refusal> {
    let user = user::named(desk)?;
    desk.note(&Users, &user.identifier, |notes| {
        notes.insert(name.to_owned(), value);
    })?;
    Ok(json!({}))
}
