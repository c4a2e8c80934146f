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
const STANDARD: [(&str, &str, Lengths); 21] = [
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
/// The shortest and the longest value.
type Lengths = Option<(&'static str, &'static str)>;

const LONG: Lengths = Some(("0", "2048"));

/// The standard attributes that users are imported with.
pub(super) fn importable() -> impl Iterator<Item = &'static str> {
    let names = STANDARD.iter().map(|(name, ..)| *name);
    names.filter(|name| !matches!(*name, "sub" | "identities"))
}

fn standard((name, kind, lengths): &(&str, &str, Lengths)) -> Members {
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
            attribute["StringAttributeConstraints"] =
                json!({"MinLength": least, "MaxLength": most});
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
    if is_developers {
        format!("dev:{name}")
    } else {
        name
    }
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
    let added = asked
        .iter()
        .filter(|asked| !is_standard(text(asked, "Name")));
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
    after
        .iter()
        .filter(is_new)
        .try_for_each(|new| check_new(members(new)))
}

pub(super) fn add_custom(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let mut pool = model(&desk.pool()?);
    let there: Vec<String> = all(&pool)
        .iter()
        .map(|own| text(own, "Name").to_owned())
        .collect();
    let asked = items(desk.input(), "CustomAttributes");
    for attribute in asked.iter().map(members) {
        let name = full_name(
            text(attribute, "Name"),
            flag(attribute, "DeveloperOnlyAttribute"),
        );
        if there.contains(&name) {
            // From memory [INF].
            return Err(Refusal::parameter(format!(
                "{name}: Existing attribute already has name {name}."
            )));
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
        let find = |name: &str| {
            Value::Object(
                all.iter()
                    .find(|own| text(own, "Name") == name)
                    .unwrap()
                    .clone(),
            )
        };
        assert_eq!(find("email")["Required"], true);
        assert_eq!(find("email")["AttributeDataType"], "String");
        assert_eq!(find("custom:level")["Mutable"], true);
        assert_eq!(find("dev:custom:secret")["Required"], false);
    }
}
