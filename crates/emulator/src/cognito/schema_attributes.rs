//! The attributes that a pool's users can have: the standard ones, those that the pool adds, and AddCustomAttributes.
//!
//! A pool's `Schema` keeps what was asked for; the native API shows all of it. The registry limits a name in `Schema` to 20
//! characters, which `phone_number_verified` exceeds, so that a read model with every standard attribute could not be updated
//! any more: Cloud Control shows what was asked for [INF].

use serde_json::{Value, json};

use super::{
    desk::{Desk, draft, model},
    members::{Members, flag, items, members, preset, text},
    pool_rules::UserPools,
    refusal::Refusal,
};

/// The standard attributes: name, type, shortest and longest value. All but `sub` can be changed and need not be there.
/// OpenID Connect's, documented; `identities` is in AWS's samples of DescribeUserPool, without constraints.
const STANDARD: [(&str, &str, Option<(&str, &str)>); 21] = [
    ("sub", "String", Some(("1", "2048"))),
    ("name", "String", LONG),
    ("given_name", "String", LONG),
    ("family_name", "String", LONG),
    ("middle_name", "String", LONG),
    ("nickname", "String", LONG),
    ("preferred_username", "String", LONG),
    ("profile", "String", LONG),
    ("picture", "String", LONG),
    ("website", "String", LONG),
    ("email", "String", LONG),
    ("email_verified", "Boolean", None),
    ("gender", "String", LONG),
    ("birthdate", "String", Some(("10", "10"))),
    ("zoneinfo", "String", LONG),
    ("locale", "String", LONG),
    ("phone_number", "String", LONG),
    ("phone_number_verified", "Boolean", None),
    ("address", "String", LONG),
    ("updated_at", "Number", None),
    ("identities", "String", None),
];
const LONG: Option<(&str, &str)> = Some(("0", "2048"));

/// The standard attributes that users are imported with.
pub(super) fn importable() -> impl Iterator<Item = &'static str> {
    let names = STANDARD.iter().map(|(name, ..)| *name);
    names.filter(|name| !matches!(*name, "sub" | "identities"))
}

fn standard((name, kind, lengths): &(&str, &str, Option<(&str, &str)>)) -> Members {
    let is_sub = *name == "sub";
    let mut attribute = json!({
        "Name": name,
        "AttributeDataType": kind,
        "DeveloperOnlyAttribute": false,
        "Mutable": !is_sub,
        "Required": is_sub,
    });
    match (*kind, lengths) {
        ("String", Some((least, most))) => {
            attribute["StringAttributeConstraints"] = json!({"MinLength": least, "MaxLength": most});
        }
        ("String", None) => attribute["StringAttributeConstraints"] = json!({}),
        ("Number", _) => attribute["NumberAttributeConstraints"] = json!({"MinValue": "0"}),
        _ => {}
    }
    members(&attribute).clone()
}

fn is_standard(name: &str) -> bool {
    STANDARD.iter().any(|(standard, ..)| *standard == name)
}

/// An attribute that a pool adds, under the name that users have it by.
fn custom(asked: &Members) -> Members {
    let mut attribute = asked.clone();
    let is_developers = flag(&attribute, "DeveloperOnlyAttribute");
    let name = full_name(text(asked, "Name"), is_developers);
    attribute.insert("Name".to_owned(), json!(name));
    preset(&mut attribute, "DeveloperOnlyAttribute", || json!(false));
    preset(&mut attribute, "Mutable", || json!(true));
    preset(&mut attribute, "Required", || json!(false));
    match text(&attribute, "AttributeDataType") {
        "String" => preset(&mut attribute, "StringAttributeConstraints", || json!({})),
        "Number" => preset(&mut attribute, "NumberAttributeConstraints", || json!({})),
        _ => {}
    }
    attribute
}

fn full_name(name: &str, is_developers: bool) -> String {
    let name = if name.starts_with("custom:") || name.starts_with("dev:custom:") {
        return name.to_owned();
    } else {
        format!("custom:{name}")
    };
    if is_developers { format!("dev:{name}") } else { name }
}

/// Every attribute of a pool, as DescribeUserPool shows them.
pub(super) fn all(pool: &Members) -> Vec<Members> {
    let asked: Vec<&Members> = items(pool, "Schema").iter().map(members).collect();
    let standard = STANDARD.iter().map(|entry| {
        let mut attribute = standard(entry);
        let own = asked.iter().find(|asked| text(asked, "Name") == entry.0);
        attribute.extend(own.into_iter().flat_map(|own| (*own).clone()));
        attribute
    });
    let added = asked.iter().filter(|asked| !is_standard(text(asked, "Name")));
    standard.chain(added.map(|asked| custom(asked))).collect()
}

const NO_DATA_TYPE: &str =
    "Invalid AttributeDataType input, consider using the provided AttributeDataType enum.";

/// Refuses an attribute that is asked for without a type, unless its type is known.
pub(super) fn check_new(attribute: &Members) -> Result<(), Refusal> {
    if is_standard(text(attribute, "Name")) || attribute.contains_key("AttributeDataType") {
        return Ok(());
    }
    Err(Refusal::parameter(NO_DATA_TYPE))
}

/// Attributes can be added. Changing one is refused in words that are about something else (aws-amplify/amplify-backend maps
/// them), removing one in words from memory [INF].
pub(super) fn check_change(before: &[Value], after: &[Value]) -> Result<(), Refusal> {
    for old in before {
        let name = text(members(old), "Name");
        match after.iter().find(|new| text(members(new), "Name") == name) {
            Some(new) if new == old => {}
            Some(_) => return Err(Refusal::parameter(NO_DATA_TYPE)),
            None => {
                return Err(Refusal::parameter(
                    "Existing schema attributes cannot be modified or deleted.",
                ));
            }
        }
    }
    let is_new = |attribute: &&Value| !before.contains(attribute);
    after.iter().filter(is_new).try_for_each(|new| check_new(members(new)))
}

pub(super) fn add_custom(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let mut pool = model(&desk.pool()?);
    let there: Vec<String> = all(&pool).iter().map(|own| text(own, "Name").to_owned()).collect();
    let asked = items(desk.input(), "CustomAttributes");
    for attribute in asked.iter().map(members) {
        let name = full_name(text(attribute, "Name"), flag(attribute, "DeveloperOnlyAttribute"));
        if there.contains(&name) {
            // From memory [INF].
            return Err(Refusal::parameter(format!("{name}: Existing attribute already has name {name}.")));
        }
        if !attribute.contains_key("AttributeDataType") {
            return Err(Refusal::parameter(NO_DATA_TYPE));
        }
    }
    let schema = pool.entry("Schema").or_insert_with(|| json!([]));
    if let Some(schema) = schema.as_array_mut() {
        schema.extend(asked.iter().cloned());
    }
    desk.change(&UserPools, desk.pool_id(), draft(pool, Members::new()))?;
    Ok(json!({}))
}

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
            "email" if !is_email(value) => return Err(Refusal::parameter("Invalid email address format.")),
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
        return Err(Refusal::parameter(format!("user.{name}: Attribute cannot be updated.")));
    }
    Ok(())
}

/// An address that can be one.
pub(super) fn is_email(text: &str) -> bool {
    text.split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !text.contains(char::is_whitespace))
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
    fn a_pool_has_the_standard_attributes_and_its_own() {
        let pool = json!({"Schema": [
            {"Name": "email", "Required": true, "Mutable": false},
            {"Name": "level", "AttributeDataType": "Number"},
            {"Name": "secret", "AttributeDataType": "String", "DeveloperOnlyAttribute": true}
        ]});
        let all = all(members(&pool));
        assert_eq!(all.len(), STANDARD.len() + 2);
        let find = |name: &str| Value::Object(all.iter().find(|own| text(own, "Name") == name).unwrap().clone());
        assert_eq!(find("email")["Required"], true);
        assert_eq!(find("email")["AttributeDataType"], "String");
        assert_eq!(find("custom:level")["Mutable"], true);
        assert_eq!(find("dev:custom:secret")["Required"], false);
    }

    #[test]
    fn forms() {
        assert!(is_email("a@b.example") && !is_email("a@b") && !is_email("@b.example") && !is_email("a b@c.example"));
        assert!(is_phone_number("+15555550100") && !is_phone_number("5555550100") && !is_phone_number("+1 5"));
    }
}
