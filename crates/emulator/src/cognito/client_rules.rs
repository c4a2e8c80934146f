//! What an app client is beyond its schema: identifiers, defaults, and the rules of its sessions and tokens; those of OAuth are
//! in `client_oauth`.
//!
//! The texts are the service's where a program quotes them; the sources are beside each. Others are marked [INF].

use serde_json::{Value, json};

use crate::{
    api,
    handler::{Draft, HandlerCall},
    sequence::Sequence,
    service::Service,
    store::Resource,
};

use super::{
    CLIENT, client_oauth,
    kind::Kind,
    members::{Members, flag, members, only, preset, text, texts},
    names,
    refusal::Refusal,
    schema_attributes,
    site::Site,
};

/// `AWS::Cognito::UserPoolClient`.
pub(super) struct Clients;

impl Kind for Clients {
    fn type_name(&self) -> &'static str {
        CLIENT
    }

    fn check_create(&self, site: &Site<'_>, model: &Value) -> Result<(), Refusal> {
        check(site, members(model))
    }

    fn complete(&self, call: &mut HandlerCall<'_>, draft: &mut Draft) {
        if let Some(members) = draft.model.as_object_mut() {
            complete(members, &mut call.world.sequence);
        }
    }

    fn check_update(
        &self,
        site: &Site<'_>,
        _before: &Resource,
        model: &Value,
    ) -> Result<(), Refusal> {
        check(site, members(model))
    }

    fn checks_values(&self) -> bool {
        true
    }

    fn missing(&self, identifier: &str) -> Option<String> {
        let client = identifier.split('|').nth(1)?;
        Some(format!("User pool client {client} does not exist."))
    }
}

fn check(site: &Site<'_>, client: &Members) -> Result<(), Refusal> {
    let pool = site.pool(text(client, "UserPoolId"))?.model();
    check_members(client)?;
    client_oauth::check(site, client)?;
    check_sessions(client)?;
    check_tokens(client)?;
    check_attributes(members(&pool), client)
}

/// What the native API refuses about single members: Cloud Control's handler calls it with them.
fn check_members(client: &Members) -> Result<(), Refusal> {
    let mut input = only(client, &["UserPoolId", "ClientName"]);
    input.extend(only(client, &names::CLIENT));
    // The handler makes up a name where there is none.
    input.entry("ClientName").or_insert_with(|| json!("client"));
    let call = api::call(Service::CognitoIdp, "CreateUserPoolClient");
    let checked = call.map_or(Ok(()), |call| call.check(&input));
    checked.map_err(|error| Refusal::parameter(error.to_string()))
}

/// Whether a client can keep a secret.
pub(super) fn has_secret(client: &Members) -> bool {
    client.contains_key("ClientSecret") || flag(client, "GenerateSecret")
}

/// How users may authenticate, and whether they may stay.
fn check_sessions(client: &Members) -> Result<(), Refusal> {
    let flows = texts(client, "ExplicitAuthFlows");
    let modern = flows
        .iter()
        .filter(|flow| flow.starts_with("ALLOW_"))
        .count();
    if modern > 0 && modern < flows.len() {
        // The rule is documented, the wording is not known [INF].
        return Err(Refusal::parameter(
            "ExplicitAuthFlows with the prefix ALLOW_ can not be mixed with those without it.",
        ));
    }
    let refreshes = flows.contains(&"ALLOW_REFRESH_TOKEN_AUTH");
    let rotation = client.get("RefreshTokenRotation").map(members);
    let rotates = rotation.is_some_and(|rotation| text(rotation, "Feature") == "ENABLED");
    if rotates && (refreshes || flows.is_empty()) {
        // The rule is hashicorp/terraform-provider-aws#47196, the wording is not known; that the usual flows count is inferred [INF].
        return Err(Refusal::parameter(
            "ALLOW_REFRESH_TOKEN_AUTH can not be selected if refresh token rotation is enabled.",
        ));
    }
    if modern > 0 && !refreshes && !rotates {
        return Err(Refusal::parameter(
            "REFRESH_TOKEN_AUTH should always be allowed.",
        ));
    }
    if flag(client, "EnablePropagateAdditionalUserContextData") && !has_secret(client) {
        // The rule is documented, the wording is that of one program's comment [INF].
        return Err(Refusal::parameter(
            "Client Secret is required to set EnablePropagateAdditionalUserContextData as true.",
        ));
    }
    Ok(())
}

/// Tokens live from 5 minutes to a day, refresh tokens from an hour to ten years; the text is measured by cdk-preflight.
fn check_tokens(client: &Members) -> Result<(), Refusal> {
    let units = client.get("TokenValidityUnits").map(members);
    let tokens = [
        ("AccessToken", "hours", 300..=86_400),
        ("IdToken", "hours", 300..=86_400),
        ("RefreshToken", "days", 3_600..=315_360_000),
    ];
    for (token, usual, range) in tokens {
        let validity = client
            .get(&format!("{token}Validity"))
            .and_then(Value::as_u64);
        let Some(validity) = validity.filter(|validity| *validity > 0) else {
            continue;
        };
        let unit = units
            .map(|units| text(units, token))
            .filter(|unit| !unit.is_empty());
        let seconds: u64 = match unit.unwrap_or(usual) {
            "seconds" => 1,
            "minutes" => 60,
            "hours" => 3_600,
            _ => 86_400,
        };
        if !range.contains(&validity.saturating_mul(seconds)) {
            return Err(Refusal::parameter("Invalid range for token validity."));
        }
    }
    Ok(())
}

/// Attributes must be the pool's; nobody may write those that the service keeps. The texts are measured by cdk-preflight.
fn check_attributes(pool: &Members, client: &Members) -> Result<(), Refusal> {
    let all = schema_attributes::all(pool);
    let exists = |name: &str| all.iter().any(|known| text(known, "Name") == name);
    let is_kept = |name: &str| matches!(name, "sub" | "email_verified" | "phone_number_verified");
    if !texts(client, "ReadAttributes").into_iter().all(exists) {
        return Err(Refusal::parameter(
            "Invalid read attributes specified while creating a client",
        ));
    }
    let written = texts(client, "WriteAttributes");
    if written
        .into_iter()
        .any(|name| !exists(name) || is_kept(name))
    {
        return Err(Refusal::parameter(
            "Invalid write attributes specified while creating a client",
        ));
    }
    Ok(())
}

fn complete(client: &mut Members, sequence: &mut Sequence) {
    preset(client, "ClientId", || json!(sequence.lower(26)));
    let id = text(client, "ClientId").to_owned();
    // What CloudFormation makes up for a name is not documented [INF].
    preset(client, "ClientName", || {
        json!(format!("client-{}", id.get(..8).unwrap_or(&id)))
    });
    if flag(client, "GenerateSecret") {
        preset(client, "ClientSecret", || json!(sequence.lower(51)));
    }
    if client.get("RefreshTokenValidity") == Some(&json!(0)) {
        client.shift_remove("RefreshTokenValidity");
    }
    preset(client, "RefreshTokenValidity", || json!(30));
    preset(client, "AuthSessionValidity", || json!(3));
    preset(client, "EnableTokenRevocation", || json!(true));
    preset(client, "EnablePropagateAdditionalUserContextData", || {
        json!(false)
    });
    preset(client, "AllowedOAuthFlowsUserPoolClient", || json!(false));
    preset(client, "ExplicitAuthFlows", || {
        json!([
            "ALLOW_REFRESH_TOKEN_AUTH",
            "ALLOW_USER_SRP_AUTH",
            "ALLOW_CUSTOM_AUTH"
        ])
    });
    if let Some(Value::Object(units)) = client.get_mut("TokenValidityUnits")
        && !units.is_empty()
    {
        for (unit, value) in [
            ("AccessToken", "hours"),
            ("IdToken", "hours"),
            ("RefreshToken", "days"),
        ] {
            preset(units, unit, || json!(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_validities_are_compared_in_seconds() {
        let check = |client: Value| check_tokens(members(&client)).is_ok();
        assert!(check(
            json!({"AccessTokenValidity": 24, "RefreshTokenValidity": 3650})
        ));
        assert!(!check(json!({"AccessTokenValidity": 25})));
        assert!(!check(
            json!({"IdTokenValidity": 4, "TokenValidityUnits": {"IdToken": "minutes"}})
        ));
        assert!(!check(
            json!({"RefreshTokenValidity": 59, "TokenValidityUnits": {"RefreshToken": "minutes"}})
        ));
        assert!(check(json!({"RefreshTokenValidity": 0})));
    }
}
