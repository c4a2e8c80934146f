//! How the native API and Cloud Control call the same members. Pure.

use serde_json::Value;

use super::members::{Members, only};

/// Members of a pool that are the same in both APIs and that UpdateUserPool takes.
pub(super) const POOL: [&str; 20] = [
    "Policies",
    "DeletionProtection",
    "LambdaConfig",
    "AutoVerifiedAttributes",
    "SmsVerificationMessage",
    "EmailVerificationMessage",
    "EmailVerificationSubject",
    "VerificationMessageTemplate",
    "SmsAuthenticationMessage",
    "UserAttributeUpdateSettings",
    "MfaConfiguration",
    "DeviceConfiguration",
    "EmailConfiguration",
    "SmsConfiguration",
    "UserPoolTags",
    "AdminCreateUserConfig",
    "UserPoolAddOns",
    "AccountRecoverySetting",
    "UserPoolTier",
    "KeyConfiguration",
];

/// Members of a pool that are the same in both APIs and that are set for good when it is created.
pub(super) const POOL_FOR_GOOD: [&str; 4] = [
    "AliasAttributes",
    "UsernameAttributes",
    "UsernameConfiguration",
    "Schema",
];

/// Members of a pool that only the native API has.
pub(super) const POOL_NATIVE: [&str; 2] = ["DcrConfiguration", "AcrConfiguration"];

/// Members of a client that are the same in both APIs and that both operations take.
pub(super) const CLIENT: [&str; 20] = [
    "RefreshTokenValidity",
    "AccessTokenValidity",
    "IdTokenValidity",
    "TokenValidityUnits",
    "ReadAttributes",
    "WriteAttributes",
    "ExplicitAuthFlows",
    "SupportedIdentityProviders",
    "CallbackURLs",
    "LogoutURLs",
    "DefaultRedirectURI",
    "AllowedOAuthFlows",
    "AllowedOAuthScopes",
    "AllowedOAuthFlowsUserPoolClient",
    "AnalyticsConfiguration",
    "PreventUserExistenceErrors",
    "EnableTokenRevocation",
    "EnablePropagateAdditionalUserContextData",
    "AuthSessionValidity",
    "RefreshTokenRotation",
];

/// A pool's model out of the members of CreateUserPool or UpdateUserPool.
pub(super) fn pool_model(input: &Members) -> Members {
    let mut model = only(input, &POOL);
    model.extend(only(input, &["IssuerConfiguration"]));
    if let Some(name) = input.get("PoolName").filter(|name| !name.is_null()) {
        model.insert("UserPoolName".to_owned(), name.clone());
    }
    model
}

/// A pool's model as DescribeUserPool calls it, without its schema.
pub(super) fn native_pool(model: &Members) -> Members {
    let name = |name: &str| model.get(name).cloned().unwrap_or(Value::Null);
    let mut native = Members::new();
    native.insert("Id".to_owned(), name("UserPoolId"));
    native.insert("Name".to_owned(), name("UserPoolName"));
    native.extend(only(model, &["Arn", "IssuerConfiguration"]));
    native.extend(only(model, &POOL));
    native.extend(only(model, &POOL_FOR_GOOD[..3]));
    native
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cognito::members::members;

    #[test]
    fn a_pool_has_another_name_in_each_api() {
        let input = json!({"PoolName": "a", "MfaConfiguration": "OFF", "Policies": null, "UserPoolId": "x"});
        let mut model = pool_model(members(&input));
        assert_eq!(
            Value::Object(model.clone()),
            json!({"UserPoolName": "a", "MfaConfiguration": "OFF"})
        );
        model.insert("UserPoolId".to_owned(), json!("r_1"));
        model.insert("ProviderName".to_owned(), json!("p"));
        assert_eq!(
            Value::Object(native_pool(&model)),
            json!({"Id": "r_1", "Name": "a", "MfaConfiguration": "OFF"})
        );
    }
}
