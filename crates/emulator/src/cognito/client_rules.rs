//! What an app client is beyond its schema: identifiers, defaults, and the rules between OAuth flows, scopes, secrets, redirects
//! and identity providers.
//!
//! The texts are the service's where a program quotes them; the sources are beside each. Others are marked [INF].

use serde_json::{Value, json};

use crate::{
    handler::{Draft, HandlerCall},
    sequence::Sequence,
    store::Resource,
};

use super::{
    CLIENT, IDENTITY_PROVIDER, RESOURCE_SERVER,
    kind::Kind,
    members::{Members, flag, items, members, preset, text, texts},
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

    fn missing(&self, identifier: &str) -> Option<String> {
        let client = identifier.split('|').nth(1)?;
        Some(format!("User pool client {client} does not exist."))
    }
}

fn check(site: &Site<'_>, client: &Members) -> Result<(), Refusal> {
    let pool = site.pool(text(client, "UserPoolId"))?.model();
    check_flows(client)?;
    check_scopes(site, client)?;
    check_redirects(client)?;
    check_sessions(client)?;
    check_tokens(client)?;
    check_providers(site, client)?;
    check_attributes(members(&pool), client)
}

fn has_secret(client: &Members) -> bool {
    client.contains_key("ClientSecret") || flag(client, "GenerateSecret")
}

fn oauth(message: &str) -> Refusal {
    Refusal::new("InvalidOAuthFlowException", message)
}

/// The grants that a client may ask tokens for.
fn check_flows(client: &Members) -> Result<(), Refusal> {
    const ALLOWED: [&str; 3] = ["implicit", "client_credentials", "code"];
    let flows = texts(client, "AllowedOAuthFlows");
    if flows.iter().any(|flow| !ALLOWED.contains(flow)) {
        return Err(Refusal::parameter(format!(
            "1 validation error detected: Value '[{}]' at 'allowedOAuthFlows' failed to satisfy constraint: Member must satisfy \
             constraint: [Member must satisfy enum value set: [{}]]",
            flows.join(", "),
            ALLOWED.join(", ")
        )));
    }
    if flows.contains(&"client_credentials") {
        if flows.len() > 1 {
            return Err(oauth(
                "client_credentials flow can not be selected along with code flow or implicit flow.",
            ));
        }
        if !has_secret(client) {
            return Err(oauth(
                "client_credentials flow can not be selected if client does not have a client secret.",
            ));
        }
        if texts(client, "AllowedOAuthScopes").contains(&"openid") {
            return Err(oauth("openid is not supported with client_credentials flow"));
        }
    } else if !flows.is_empty() && items(client, "CallbackURLs").is_empty() {
        // hashicorp/terraform-provider-aws.
        return Err(oauth(
            "CallbackUrls can not be empty when code flow or implicit flow is selected",
        ));
    }
    let may = flag(client, "AllowedOAuthFlowsUserPoolClient");
    if may && (flows.is_empty() || items(client, "AllowedOAuthScopes").is_empty()) {
        // hashicorp/terraform-provider-aws.
        return Err(Refusal::parameter(
            "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.",
        ));
    }
    if !may && !flows.is_empty() {
        // The rule is documented, the wording is not known [INF].
        return Err(Refusal::parameter(
            "AllowedOAuthFlowsUserPoolClient must be true before AllowedOAuthFlows can be configured.",
        ));
    }
    Ok(())
}

/// Standard scopes, and those of the pool's resource servers.
fn check_scopes(site: &Site<'_>, client: &Members) -> Result<(), Refusal> {
    const STANDARD: [&str; 5] = [
        "phone",
        "email",
        "openid",
        "profile",
        "aws.cognito.signin.user.admin",
    ];
    let pool = text(client, "UserPoolId");
    let exists = |scope: &str| {
        let Some((server, name)) = scope.rsplit_once('/') else {
            return false;
        };
        let server = site.get(RESOURCE_SERVER, &format!("{pool}|{server}"));
        let server = server.map(Resource::model).unwrap_or_default();
        let scopes = items(members(&server), "Scopes");
        scopes.iter().any(|own| text(members(own), "ScopeName") == name)
    };
    let unknown: Vec<&str> = texts(client, "AllowedOAuthScopes")
        .into_iter()
        .filter(|scope| !STANDARD.contains(scope) && !exists(scope))
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    // How several are separated is not known [INF].
    Err(Refusal::new(
        "ScopeDoesNotExistException",
        format!("Invalid scope requested: {}", unknown.join(", ")),
    ))
}

/// Where a browser may be sent: HTTPS or an app's own scheme, plain HTTP only on the same machine.
fn check_redirects(client: &Members) -> Result<(), Refusal> {
    let callbacks = texts(client, "CallbackURLs");
    let default = text(client, "DefaultRedirectURI");
    let default_itself = (!default.is_empty()).then_some(default);
    let logouts = texts(client, "LogoutURLs");
    for url in callbacks.iter().copied().chain(logouts).chain(default_itself) {
        if url.starts_with("http://") && !is_local(url) {
            // Quoted by several programs that met it.
            return Err(Refusal::parameter(format!("{url} cannot use the HTTP protocol.")));
        }
        if url.contains('#') {
            // The rule is documented, the wording is not known [INF].
            return Err(Refusal::parameter(format!("{url} cannot contain a fragment.")));
        }
    }
    if !default.is_empty() && !callbacks.contains(&default) {
        // The rule is documented, the wording is not known [INF].
        return Err(Refusal::parameter(format!(
            "DefaultRedirectURI {default} is not in CallbackURLs"
        )));
    }
    Ok(())
}

fn is_local(url: &str) -> bool {
    let rest = url.strip_prefix("http://").unwrap_or_default();
    ["localhost", "127.0.0.1", "[::1]"].iter().any(|host| {
        rest.strip_prefix(host)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/', '?']))
    })
}

/// How users may authenticate, and whether they may stay.
fn check_sessions(client: &Members) -> Result<(), Refusal> {
    let flows = texts(client, "ExplicitAuthFlows");
    let modern = flows.iter().filter(|flow| flow.starts_with("ALLOW_")).count();
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
        return Err(Refusal::parameter("REFRESH_TOKEN_AUTH should always be allowed."));
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
        let validity = client.get(&format!("{token}Validity")).and_then(Value::as_u64);
        let Some(validity) = validity.filter(|validity| *validity > 0) else {
            continue;
        };
        let unit = units.map(|units| text(units, token)).filter(|unit| !unit.is_empty());
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

/// Identity providers must be there; the text is quoted by many that met it.
fn check_providers(site: &Site<'_>, client: &Members) -> Result<(), Refusal> {
    let pool = text(client, "UserPoolId");
    let exists = |name: &str| {
        name == "COGNITO" || site.get(IDENTITY_PROVIDER, &format!("{pool}|{name}")).is_some()
    };
    let wanted = texts(client, "SupportedIdentityProviders");
    match wanted.into_iter().find(|name| !exists(name)) {
        Some(name) => Err(Refusal::parameter(format!(
            "The provider {name} does not exist for User Pool {pool}."
        ))),
        None => Ok(()),
    }
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
    if written.into_iter().any(|name| !exists(name) || is_kept(name)) {
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
    preset(client, "ClientName", || json!(format!("client-{}", id.get(..8).unwrap_or(&id))));
    if flag(client, "GenerateSecret") {
        preset(client, "ClientSecret", || json!(sequence.lower(51)));
    }
    if client.get("RefreshTokenValidity") == Some(&json!(0)) {
        client.shift_remove("RefreshTokenValidity");
    }
    preset(client, "RefreshTokenValidity", || json!(30));
    preset(client, "AuthSessionValidity", || json!(3));
    preset(client, "EnableTokenRevocation", || json!(true));
    preset(client, "EnablePropagateAdditionalUserContextData", || json!(false));
    preset(client, "AllowedOAuthFlowsUserPoolClient", || json!(false));
    preset(client, "ExplicitAuthFlows", || {
        json!(["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"])
    });
    if let Some(Value::Object(units)) = client.get_mut("TokenValidityUnits")
        && !units.is_empty()
    {
        for (unit, value) in [("AccessToken", "hours"), ("IdToken", "hours"), ("RefreshToken", "days")] {
            preset(units, unit, || json!(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_machine_is_local() {
        assert!(is_local("http://localhost:3000/x") && is_local("http://127.0.0.1") && is_local("http://[::1]/"));
        assert!(!is_local("http://localhost.example.com") && !is_local("http://10.0.0.1"));
    }

    #[test]
    fn token_validities_are_compared_in_seconds() {
        let check = |client: Value| check_tokens(members(&client)).is_ok();
        assert!(check(json!({"AccessTokenValidity": 24, "RefreshTokenValidity": 3650})));
        assert!(!check(json!({"AccessTokenValidity": 25})));
        assert!(!check(json!({"IdTokenValidity": 4, "TokenValidityUnits": {"IdToken": "minutes"}})));
        assert!(!check(json!({"RefreshTokenValidity": 59, "TokenValidityUnits": {"RefreshToken": "minutes"}})));
        assert!(check(json!({"RefreshTokenValidity": 0})));
    }
}
