//! What Cognito does beyond its schemas: identifiers, defaults, parents and the rules between properties.
//!
//! A first cut from the public documentation; the native API and the finer rules come with the full Cognito handlers.

use serde_json::{Map, Value, json};

use crate::{arn::Place, resource_type::ResourceType, sequence::Sequence};

/// The type whose resources everything else in Cognito user pools belongs to.
pub(crate) const USER_POOL: &str = "AWS::Cognito::UserPool";
const CLIENT: &str = "AWS::Cognito::UserPoolClient";

/// Whether resources of this type belong to a user pool, which must exist.
pub(crate) fn belongs_to_pool(resource_type: &ResourceType) -> bool {
    resource_type.service() == "Cognito"
        && resource_type.name() != USER_POOL
        && resource_type.property("UserPoolId").is_some()
}

/// The message of the service when a pool is not there.
pub(crate) fn no_pool(identifier: &str) -> String {
    format!("User pool {identifier} does not exist.")
}

/// The message of the service when a resource is not there, where it has one of its own.
pub(crate) fn not_found(resource_type: &ResourceType, identifier: &str) -> Option<String> {
    let own = identifier.split('|').nth(1);
    match (resource_type.name(), own) {
        (USER_POOL, _) => Some(no_pool(identifier)),
        (CLIENT, Some(client)) => Some(format!("User pool client {client} does not exist.")),
        _ => None,
    }
}

/// A message as handlers pass it on from the service.
pub(crate) fn from_service(message: &str, request_id: &str) -> String {
    format!(
        "{message} (Service: CognitoIdentityProvider, Status Code: 400, Request ID: {request_id}) (SDK Attempt Count: 1)"
    )
}

/// Fills in what Cognito makes up or presets.
pub(crate) fn complete(
    resource_type: &ResourceType,
    model: &mut Value,
    place: &Place<'_>,
    sequence: &mut Sequence,
) {
    let Some(members) = model.as_object_mut() else {
        return;
    };
    match resource_type.name() {
        USER_POOL => complete_pool(members, place, sequence),
        CLIENT => complete_client(members, sequence),
        _ => {}
    }
}

fn complete_pool(members: &mut Map<String, Value>, place: &Place<'_>, sequence: &mut Sequence) {
    let region = place.region;
    let id = members
        .entry("UserPoolId")
        .or_insert_with(|| json!(format!("{region}_{}", sequence.alphanumeric(9))))
        .as_str()
        .unwrap_or_default()
        .to_owned();
    preset(members, "UserPoolName", || {
        json!(format!("pool-{}", id.rsplit('_').next().unwrap_or("1")))
    });
    let provider = format!("cognito-idp.{region}.{}/{id}", place.dns_suffix());
    preset(members, "ProviderURL", || {
        json!(format!("https://{provider}"))
    });
    preset(members, "ProviderName", || json!(provider));
    preset(members, "MfaConfiguration", || json!("OFF"));
    preset(members, "DeletionProtection", || json!("INACTIVE"));
    preset(members, "UserPoolTier", || json!("ESSENTIALS"));
    preset(
        members,
        "EmailConfiguration",
        || json!({"EmailSendingAccount": "COGNITO_DEFAULT"}),
    );
    preset(
        members,
        "AdminCreateUserConfig",
        || json!({"AllowAdminCreateUserOnly": false}),
    );
    preset(
        members,
        "VerificationMessageTemplate",
        || json!({"DefaultEmailOption": "CONFIRM_WITH_CODE"}),
    );
    preset(members, "UserPoolTags", || json!({}));
    preset(
        members,
        "AccountRecoverySetting",
        || json!({"RecoveryMechanisms": [{"Name": "verified_email", "Priority": 1}, {"Name": "verified_phone_number", "Priority": 2}]}),
    );
    let policies = members.entry("Policies").or_insert_with(|| json!({}));
    if let Some(policies) = policies.as_object_mut() {
        let password = policies
            .entry("PasswordPolicy")
            .or_insert_with(|| json!({}));
        if let Some(password) = password.as_object_mut() {
            preset(password, "MinimumLength", || json!(8));
            for rule in [
                "RequireUppercase",
                "RequireLowercase",
                "RequireNumbers",
                "RequireSymbols",
            ] {
                preset(password, rule, || json!(true));
            }
            preset(password, "TemporaryPasswordValidityDays", || json!(7));
        }
        preset(
            policies,
            "SignInPolicy",
            || json!({"AllowedFirstAuthFactors": ["PASSWORD"]}),
        );
    }
}

fn complete_client(members: &mut Map<String, Value>, sequence: &mut Sequence) {
    let id = members
        .entry("ClientId")
        .or_insert_with(|| json!(sequence.lower(26)))
        .as_str()
        .unwrap_or_default()
        .to_owned();
    preset(members, "ClientName", || {
        json!(format!("client-{}", id.get(..8).unwrap_or(&id)))
    });
    if members.get("GenerateSecret") == Some(&Value::Bool(true)) {
        preset(members, "ClientSecret", || json!(sequence.lower(51)));
    }
    preset(members, "RefreshTokenValidity", || json!(30));
    preset(members, "AuthSessionValidity", || json!(3));
    preset(members, "EnableTokenRevocation", || json!(true));
    preset(members, "EnablePropagateAdditionalUserContextData", || {
        json!(false)
    });
    preset(members, "AllowedOAuthFlowsUserPoolClient", || json!(false));
    preset(members, "ExplicitAuthFlows", || {
        json!([
            "ALLOW_REFRESH_TOKEN_AUTH",
            "ALLOW_USER_SRP_AUTH",
            "ALLOW_CUSTOM_AUTH"
        ])
    });
    if let Some(Value::Object(units)) = members.get_mut("TokenValidityUnits")
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

fn preset(members: &mut Map<String, Value>, name: &str, value: impl FnOnce() -> Value) {
    if !members.contains_key(name) {
        members.insert(name.to_owned(), value());
    }
}

/// What the service refuses about a whole model although its schema allows it; the message without the service's suffix.
pub(crate) fn refusal(resource_type: &ResourceType, model: &Value) -> Option<String> {
    if resource_type.name() != CLIENT {
        return None;
    }
    let list = |name: &str| -> Vec<&str> {
        model
            .get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    };
    let flows = list("AllowedOAuthFlows");
    let urls = list("CallbackURLs");
    let has_secret = model.get("ClientSecret").is_some()
        || model.get("GenerateSecret") == Some(&Value::Bool(true));
    if flows.contains(&"client_credentials") {
        if flows.len() > 1 {
            return Some("client_credentials flow can not be selected along with code flow or implicit flow.".to_owned());
        }
        if !has_secret {
            return Some(
                "client_credentials flow can not be selected if client does not have a client secret.".to_owned(),
            );
        }
        if list("AllowedOAuthScopes").contains(&"openid") {
            return Some("openid is not supported with client_credentials flow".to_owned());
        }
    }
    if let Some(default) = model.get("DefaultRedirectURI").and_then(Value::as_str)
        && !urls.contains(&default)
    {
        // The rule is documented, the wording is not.
        return Some(format!(
            "DefaultRedirectURI {default} is not in CallbackURLs"
        ));
    }
    None
}

/// Whether deleting this resource is refused.
pub(crate) fn delete_refusal(resource_type: &ResourceType, model: &Value) -> Option<String> {
    let protected = resource_type.name() == USER_POOL
        && model.get("DeletionProtection") == Some(&json!("ACTIVE"));
    // The rule is documented, the wording is not.
    protected.then(|| {
        "The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first."
            .to_owned()
    })
}
