//! SetUserPoolMfaConfig and GetUserPoolMfaConfig, and when a pool may demand a second factor.
//!
//! Cloud Control has the factors as the write-only `EnabledMfas`; the native API has an object for each.

use serde_json::{Value, json};

use crate::store::Resource;

use super::{
    desk::{Desk, draft, model},
    members::{Members, flag, members, only, text, texts},
    pool_rules::UserPools,
    refusal::Refusal,
};

const ENABLED: &str = "EnabledMfas";
/// Where the write-only list is kept.
pub(super) const ENABLED_PATH: &str = "/properties/EnabledMfas";
const NEEDS_SMS: &str = "SMS configuration and Auto verification for phone_number are required when MFA is required/optional";

/// A pool without a factor cannot demand one from the start (quoted from the service by cdkd and others).
pub(super) fn check_create(pool: &Members) -> Result<(), Refusal> {
    let mode = text(pool, "MfaConfiguration");
    let has_factor = pool.contains_key("SmsConfiguration") || !texts(pool, ENABLED).is_empty();
    if matches!(mode, "ON" | "OPTIONAL") && !has_factor {
        return Err(Refusal::parameter(NEEDS_SMS));
    }
    Ok(())
}

/// Nor later: measured for ON by cdkd; that OPTIONAL is refused like that at the creation is inferred [INF].
pub(super) fn check_update(before: &Resource, pool: &Members) -> Result<(), Refusal> {
    let mode = text(pool, "MfaConfiguration");
    let is_new = text(&model(before), "MfaConfiguration") != mode;
    if !is_new || !factors(before, pool).is_empty() || pool.contains_key("SmsConfiguration") {
        return Ok(());
    }
    match mode {
        "ON" => Err(Refusal::parameter(
            "Cannot turn MFA functionality ON, once the user pool has been created.",
        )),
        "OPTIONAL" => Err(Refusal::parameter(NEEDS_SMS)),
        _ => Ok(()),
    }
}

/// SMS is the factor that comes with its configuration; the others are turned on by name.
pub(super) fn complete(pool: &mut Members) {
    let is_on = matches!(text(pool, "MfaConfiguration"), "ON" | "OPTIONAL");
    if is_on && pool.contains_key("SmsConfiguration") && !pool.contains_key(ENABLED) {
        pool.insert(ENABLED.to_owned(), json!(["SMS_MFA"]));
    }
}

/// The factors that a pool has after a change of its model.
fn factors(before: &Resource, pool: &Members) -> Vec<String> {
    let given = match pool.get(ENABLED) {
        Some(given) => given.clone(),
        None => before
            .hidden()
            .write_only
            .get(ENABLED_PATH)
            .cloned()
            .unwrap_or_default(),
    };
    let factors = given.as_array().into_iter().flatten();
    factors
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// Replaces the whole configuration of factors.
pub(super) fn set(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let mut pool = model(&desk.pool()?);
    let asked = Asked::of(desk.input());
    let mode = match desk.text("MfaConfiguration") {
        "" => "OFF",
        mode => mode,
    };
    // Both texts are quoted from the service: hashicorp/terraform-provider-aws and cdkd.
    if mode == "OFF" && !asked.factors.is_empty() {
        return Err(Refusal::parameter(
            "Invalid MFA configuration given, can't turn off MFA and configure an MFA together.",
        ));
    }
    if mode != "OFF" && asked.factors.is_empty() {
        return Err(Refusal::parameter(
            "Invalid MFA Configuration given. SMS MFA, Email MFA, or Software Token MFA must be enabled.",
        ));
    }
    for name in REPLACED {
        pool.shift_remove(name);
    }
    pool.extend(asked.model);
    pool.insert("MfaConfiguration".to_owned(), json!(mode));
    pool.insert(ENABLED.to_owned(), json!(asked.factors));
    let pool = desk.change(&UserPools, desk.pool_id(), draft(pool, Members::new()))?;
    Ok(shown(&pool))
}

pub(super) fn get(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    Ok(shown(&desk.pool()?))
}

/// The members of the model that SetUserPoolMfaConfig replaces; the SMS configuration verifies phone numbers too.
const REPLACED: [&str; 5] = [
    "EmailAuthenticationMessage",
    "EmailAuthenticationSubject",
    "WebAuthnRelyingPartyID",
    "WebAuthnUserVerification",
    "WebAuthnFactorConfiguration",
];

/// The object that the native API has for each kind of members: its name, then their names in it and in the model.
const EMAIL: [(&str, &str); 2] = [
    ("Message", "EmailAuthenticationMessage"),
    ("Subject", "EmailAuthenticationSubject"),
];
const WEB_AUTHN: [(&str, &str); 3] = [
    ("RelyingPartyId", "WebAuthnRelyingPartyID"),
    ("UserVerification", "WebAuthnUserVerification"),
    ("FactorConfiguration", "WebAuthnFactorConfiguration"),
];
const SMS: [&str; 2] = ["SmsAuthenticationMessage", "SmsConfiguration"];

/// What a call of SetUserPoolMfaConfig asks for.
#[derive(Default)]
struct Asked {
    factors: Vec<&'static str>,
    model: Members,
}

impl Asked {
    fn of(input: &Members) -> Self {
        let mut asked = Self::default();
        let object = |name: &str| {
            input
                .get(name)
                .map(members)
                .filter(|object| !object.is_empty())
        };
        if let Some(sms) = object("SmsMfaConfiguration") {
            asked.factors.push("SMS_MFA");
            asked.model.extend(only(sms, &SMS));
        }
        if object("SoftwareTokenMfaConfiguration").is_some_and(|token| flag(token, "Enabled")) {
            asked.factors.push("SOFTWARE_TOKEN_MFA");
        }
        if let Some(email) = object("EmailMfaConfiguration") {
            asked.factors.push("EMAIL_OTP");
            asked.model.extend(renamed(email, &EMAIL));
        }
        if let Some(web_authn) = object("WebAuthnConfiguration") {
            asked.model.extend(renamed(web_authn, &WEB_AUTHN));
        }
        asked
    }
}

/// The members of the native names, under those of the model.
fn renamed(members: &Members, names: &[(&str, &str)]) -> Members {
    let pairs = names.iter().filter_map(|(native, own)| {
        let value = members.get(*native).filter(|value| !value.is_null())?;
        Some(((*own).to_owned(), value.clone()))
    });
    pairs.collect()
}

fn shown(pool: &Resource) -> Value {
    let model = model(pool);
    let factors = factors(pool, &model);
    let has = |factor: &str| factors.iter().any(|own| own == factor);
    let back = |names: &[(&str, &str)]| -> Members {
        let pairs: Vec<_> = names.iter().map(|(native, own)| (*own, *native)).collect();
        renamed(&model, &pairs)
    };
    let mut shown = only(&model, &["MfaConfiguration"]);
    let mut add = |name: &str, is_on: bool, object: Members| {
        if is_on {
            shown.insert(name.to_owned(), Value::Object(object));
        }
    };
    let sms = only(&model, &SMS);
    add(
        "SmsMfaConfiguration",
        has("SMS_MFA") || !sms.is_empty(),
        sms,
    );
    let enabled = Members::from_iter([("Enabled".to_owned(), json!(true))]);
    add(
        "SoftwareTokenMfaConfiguration",
        has("SOFTWARE_TOKEN_MFA"),
        enabled,
    );
    add("EmailMfaConfiguration", has("EMAIL_OTP"), back(&EMAIL));
    let web_authn = back(&WEB_AUTHN);
    add("WebAuthnConfiguration", !web_authn.is_empty(), web_authn);
    Value::Object(shown)
}
