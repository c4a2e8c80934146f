//! CreateUserPool, DescribeUserPool, UpdateUserPool, DeleteUserPool, ListUserPools.

use serde_json::{Value, json};

use crate::store::Resource;

use super::{
    DOMAIN, USER, USER_POOL,
    desk::{Desk, dated, draft, model},
    members::{Members, members, only, text},
    names,
    paging::Paging,
    pool_rules::UserPools,
    refusal::Refusal,
    schema_attributes,
    site::Site,
};

pub(super) fn create(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let input = desk.input();
    let mut pool = names::pool_model(input);
    pool.extend(only(input, &names::POOL_FOR_GOOD));
    let notes = only(input, &names::POOL_NATIVE);
    let (_, pool) = desk.create(&UserPools, draft(pool, notes))?;
    Ok(json!({"UserPool": shown(&desk.site(), &pool)}))
}

pub(super) fn describe(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let pool = desk.pool()?;
    Ok(json!({"UserPool": shown(&desk.site(), &pool)}))
}

/// Members of a pool that UpdateUserPool does not reset when they are omitted. The tier is documented, MfaConfiguration and
/// the parts of Policies are measured; the name can have no default.
const KEPT: [&str; 4] = [
    "MfaConfiguration",
    "Policies",
    "UserPoolTier",
    "UserPoolName",
];

/// Sets everything that the call has and resets, as documented, what it omits.
pub(super) fn update(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let before = desk.pool()?;
    let old = model(&before);
    let input = desk.input();
    let mut new = only(&old, &names::POOL_FOR_GOOD);
    new.extend(only(&old, &CREATED));
    new.extend(only(&old, &KEPT));
    let mut asked = names::pool_model(input);
    if let Some(Value::Object(policies)) = asked.shift_remove("Policies")
        && let Some(Value::Object(kept)) = new.get_mut("Policies")
    {
        kept.extend(policies);
    }
    new.extend(asked);
    let mut notes = before.hidden().notes;
    notes.extend(only(input, &names::POOL_NATIVE));
    desk.change(&UserPools, desk.pool_id(), draft(new, notes))?;
    Ok(json!({}))
}

/// Members of a pool that UpdateUserPool knows nothing of.
const CREATED: [&str; 9] = [
    "UserPoolId",
    "Arn",
    "ProviderName",
    "ProviderURL",
    "EmailAuthenticationMessage",
    "EmailAuthenticationSubject",
    "WebAuthnRelyingPartyID",
    "WebAuthnUserVerification",
    "WebAuthnFactorConfiguration",
];

pub(super) fn delete(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    desk.remove(&UserPools, desk.pool_id())?;
    Ok(json!({}))
}

pub(super) fn list(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let found = desk.context.world.store().of(&desk.scope(USER_POOL));
    Paging::results("UserPools").page(desk, found, |pool| {
        let native = names::native_pool(&model(pool));
        let mut shown = only(&native, &["Id", "Name", "LambdaConfig"]);
        shown.entry("LambdaConfig").or_insert_with(|| json!({}));
        Value::Object(dated(shown, pool))
    })
}

/// A pool as DescribeUserPool shows it.
fn shown(site: &Site<'_>, pool: &Resource) -> Members {
    let model = model(pool);
    let id = text(&model, "UserPoolId");
    let mut shown = dated(names::native_pool(&model), pool);
    shown.entry("LambdaConfig").or_insert_with(|| json!({}));
    shown.insert(
        "SchemaAttributes".to_owned(),
        json!(schema_attributes::all(&model)),
    );
    shown.insert(
        "EstimatedNumberOfUsers".to_owned(),
        json!(site.of_pool(USER, id).count()),
    );
    for (_, domain) in site.of_pool(DOMAIN, id) {
        let domain = domain.model();
        let domain = members(&domain);
        let kind = if domain.contains_key("CustomDomainConfig") {
            "CustomDomain"
        } else {
            "Domain"
        };
        shown.insert(kind.to_owned(), json!(text(domain, "Domain")));
    }
    shown.extend(only(&pool.hidden().notes, &names::POOL_NATIVE));
    shown
}
