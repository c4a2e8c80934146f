//! The rules between a client's OAuth flows, scopes, redirects and identity providers.
//!
//! The texts are the service's where a program quotes them; the sources are beside each. Others are marked [INF].

use crate::store::Resource;

use super::{
    IDENTITY_PROVIDER, RESOURCE_SERVER,
    client_rules::has_secret,
    members::{Members, flag, items, members, text, texts},
    refusal::Refusal,
    site::Site,
};

/// Refuses a client by what it does with other sites.
pub(super) fn check(site: &Site<'_>, client: &Members) -> Result<(), Refusal> {
    check_flows(client)?;
    check_scopes(site, client)?;
    check_redirects(client)?;
    check_providers(site, client)
}

fn oauth(message: &str) -> Refusal {
    Refusal::new("InvalidOAuthFlowException", message)
}

/// The grants that a client may ask tokens for.
fn check_flows(client: &Members) -> Result<(), Refusal> {
    let flows = texts(client, "AllowedOAuthFlows");
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
            return Err(oauth(
                "openid is not supported with client_credentials flow",
            ));
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
        scopes
            .iter()
            .any(|own| text(members(own), "ScopeName") == name)
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
    for url in callbacks
        .iter()
        .copied()
        .chain(logouts)
        .chain(default_itself)
    {
        if url.starts_with("http://") && !is_local(url) {
            // Quoted by several programs that met it.
            return Err(Refusal::parameter(format!(
                "{url} cannot use the HTTP protocol."
            )));
        }
        if url.contains('#') {
            // The rule is documented, the wording is not known [INF].
            return Err(Refusal::parameter(format!(
                "{url} cannot contain a fragment."
            )));
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

/// Identity providers must be there; the text is quoted by many that met it.
fn check_providers(site: &Site<'_>, client: &Members) -> Result<(), Refusal> {
    let pool = text(client, "UserPoolId");
    let exists = |name: &str| {
        name == "COGNITO"
            || site
                .get(IDENTITY_PROVIDER, &format!("{pool}|{name}"))
                .is_some()
    };
    let wanted = texts(client, "SupportedIdentityProviders");
    match wanted.into_iter().find(|name| !exists(name)) {
        Some(name) => Err(Refusal::parameter(format!(
            "The provider {name} does not exist for User Pool {pool}."
        ))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_machine_is_local() {
        assert!(is_local("http://localhost:3000/x"));
        assert!(is_local("http://127.0.0.1") && is_local("http://[::1]/"));
        assert!(!is_local("http://localhost.example.com") && !is_local("http://10.0.0.1"));
    }
}
