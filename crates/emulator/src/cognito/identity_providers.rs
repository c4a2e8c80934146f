//! CreateIdentityProvider, DescribeIdentityProvider, GetIdentityProviderByIdentifier, UpdateIdentityProvider,
//! DeleteIdentityProvider, ListIdentityProviders: who else may vouch for users.

use serde_json::{Value, json};

use crate::{
    handler::{Draft, HandlerCall},
    store::Resource,
};

use super::{
    IDENTITY_PROVIDER,
    desk::{Desk, dated, draft, model},
    kind::Kind,
    members::{members, only, text, texts},
    paging::Paging,
    refusal::Refusal,
    site::Site,
};

/// `AWS::Cognito::UserPoolIdentityProvider`.
pub(super) struct IdentityProviders;

impl Kind for IdentityProviders {
    fn type_name(&self) -> &'static str {
        IDENTITY_PROVIDER
    }

    fn check_create(&self, site: &Site<'_>, model: &Value) -> Result<(), Refusal> {
        site.pool(text(members(model), "UserPoolId")).map(drop)
    }

    /// The name of a user must come from somewhere; the claims are documented.
    fn complete(&self, _call: &mut HandlerCall<'_>, draft: &mut Draft) {
        let claim = match text(members(&draft.model), "ProviderType") {
            "Facebook" => "id",
            "LoginWithAmazon" => "user_id",
            "Google" | "SignInWithApple" | "OIDC" => "sub",
            _ => return,
        };
        if draft.model.get("AttributeMapping").is_none() {
            draft.model["AttributeMapping"] = json!({"username": claim});
        }
    }

    fn missing(&self, identifier: &str) -> Option<String> {
        let (_, provider) = identifier.split_once('|')?;
        // From memory [INF].
        Some(format!("Identity provider {provider} does not exist."))
    }

    fn existing(&self, identifier: &str) -> Option<String> {
        let (_, provider) = identifier.split_once('|')?;
        // The exception is documented, the wording is not known [INF].
        Some(format!(
            "A provider with the name {provider} already exists in this user pool."
        ))
    }
}

/// Members that are the same in both APIs and that can be changed.
const CHANGEABLE: [&str; 3] = ["ProviderDetails", "AttributeMapping", "IdpIdentifiers"];
const OWN: [&str; 3] = ["UserPoolId", "ProviderName", "ProviderType"];
/// What only the native API has.
const NATIVE: [&str; 1] = ["AcrMapping"];

pub(super) fn create(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    desk.pool()?;
    let identifier = identifier(desk);
    if desk.site().get(IDENTITY_PROVIDER, &identifier).is_some() {
        let exists = IdentityProviders.existing(&identifier);
        return Err(Refusal::new(
            "DuplicateProviderException",
            exists.unwrap_or_default(),
        ));
    }
    let mut provider = only(desk.input(), &OWN);
    provider.extend(only(desk.input(), &CHANGEABLE));
    let notes = only(desk.input(), &NATIVE);
    let (_, provider) = desk.create(&IdentityProviders, draft(provider, notes))?;
    Ok(answer(&provider))
}

pub(super) fn describe(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    Ok(answer(&named(desk)?))
}

pub(super) fn by_identifier(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    desk.pool()?;
    let wanted = desk.text("IdpIdentifier");
    let site = desk.site();
    let found = site
        .of_pool(IDENTITY_PROVIDER, desk.pool_id())
        .find(|(_, provider)| texts(&model(provider), "IdpIdentifiers").contains(&wanted));
    let missing = || Refusal::not_found(format!("Identity provider {wanted} does not exist."));
    found
        .map(|(_, provider)| answer(provider))
        .ok_or_else(missing)
}

/// Changes what the call has; that the rest is kept is inferred [INF].
pub(super) fn update(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let before = named(desk)?;
    let mut provider = model(&before);
    provider.extend(only(desk.input(), &CHANGEABLE));
    let mut notes = before.hidden().notes;
    notes.extend(only(desk.input(), &NATIVE));
    let provider = desk.change(
        &IdentityProviders,
        &identifier(desk),
        draft(provider, notes),
    )?;
    Ok(answer(&provider))
}

pub(super) fn delete(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    named(desk)?;
    desk.remove(&IdentityProviders, &identifier(desk))?;
    Ok(json!({}))
}

pub(super) fn list(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    desk.pool()?;
    let site = desk.site();
    let found = site.of_pool(IDENTITY_PROVIDER, desk.pool_id());
    Paging::results("Providers").page(desk, found, |provider| {
        let shown = only(&model(provider), &["ProviderName", "ProviderType"]);
        Value::Object(dated(shown, provider))
    })
}

fn identifier(desk: &Desk<'_, '_>) -> String {
    format!("{}|{}", desk.pool_id(), desk.text("ProviderName"))
}

fn named(desk: &Desk<'_, '_>) -> Result<Resource, Refusal> {
    desk.pool()?;
    desk.find(&IdentityProviders, &identifier(desk))
}

fn answer(provider: &Resource) -> Value {
    let mut shown = model(provider);
    shown.extend(only(&provider.hidden().notes, &NATIVE));
    json!({"IdentityProvider": dated(shown, provider)})
}
