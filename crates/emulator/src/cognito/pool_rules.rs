//! What a user pool is beyond its schema: identifiers, defaults, and what cannot be changed or deleted.

use serde_json::{Value, json};

use crate::{
    arn::Place,
    handler::{Draft, HandlerCall},
    sequence::Sequence,
    store::{Resource, Scope},
};

use super::{
    ATTACHED, DOMAIN, USER_POOL, import_jobs,
    kind::Kind,
    members::{Members, items, members, preset, text},
    mfa,
    refusal::Refusal,
    schema_attributes,
    site::Site,
};

/// `AWS::Cognito::UserPool`.
pub(super) struct UserPools;

impl Kind for UserPools {
    fn type_name(&self) -> &'static str {
        USER_POOL
    }

    fn check_create(&self, _site: &Site<'_>, model: &Value) -> Result<(), Refusal> {
        let model = members(model);
        for attribute in items(model, "Schema") {
            schema_attributes::check_new(members(attribute))?;
        }
        mfa::check_create(model)
    }

    fn complete(&self, call: &mut HandlerCall<'_>, draft: &mut Draft) {
        let place = Place {
            account: &call.scope.account,
            region: &call.scope.region,
        };
        let has_factors = draft.hidden.write_only.contains_key(mfa::ENABLED_PATH);
        if let Some(members) = draft.model.as_object_mut() {
            if !has_factors {
                mfa::complete(members);
            }
            complete(members, &place, &mut call.world.sequence);
        }
    }

    fn check_update(
        &self,
        site: &Site<'_>,
        before: &Resource,
        model: &Value,
    ) -> Result<(), Refusal> {
        let (old, new) = (before.model(), members(model));
        let old = members(&old);
        site.no_import(text(old, "UserPoolId"))?;
        for property in [
            "UsernameAttributes",
            "AliasAttributes",
            "UsernameConfiguration",
        ] {
            if old.get(property) != new.get(property) {
                // CloudFormation's words, from memory [INF].
                return Err(Refusal::parameter(format!(
                    "Updates are not allowed for property - {property}."
                )));
            }
        }
        schema_attributes::check_change(items(old, "Schema"), items(new, "Schema"))?;
        mfa::check_update(before, new)
    }

    fn check_delete(&self, site: &Site<'_>, resource: &Resource) -> Result<(), Refusal> {
        let model = resource.model();
        let model = members(&model);
        let pool = text(model, "UserPoolId");
        // Both texts are quoted by programs that met them; the first by aws-nuke, the second also by AWS's own example.
        if text(model, "DeletionProtection") == "ACTIVE" {
            return Err(Refusal::parameter(
                "The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.",
            ));
        }
        if site.of_pool(DOMAIN, pool).next().is_some() {
            return Err(Refusal::parameter(
                "User pool cannot be deleted. It has a domain configured that should be deleted first.",
            ));
        }
        site.no_import(pool)
    }

    /// Everything in the pool.
    fn belongings(&self, site: &Site<'_>, resource: &Resource) -> Vec<(Scope, String)> {
        let model = resource.model();
        let pool = text(members(&model), "UserPoolId");
        let mut found = Vec::new();
        for type_name in ATTACHED.iter().chain([&import_jobs::TYPE]) {
            let scope = site.scope.of_type(type_name);
            // Some types are called by their pool alone.
            if site.store.get(&scope, pool).is_some() {
                found.push((scope.clone(), pool.to_owned()));
            }
            let inside = site.of_pool(type_name, pool);
            found.extend(inside.map(|(identifier, _)| (scope.clone(), identifier.to_owned())));
        }
        found
    }

    fn missing(&self, identifier: &str) -> Option<String> {
        Some(Refusal::no_pool(identifier).message)
    }
}

/// The password policy of a pool that says nothing about passwords; the days are from memory.
fn password_policy() -> Value {
    json!({
        "MinimumLength": 8,
        "RequireUppercase": true,
        "RequireLowercase": true,
        "RequireNumbers": true,
        "RequireSymbols": true,
        "TemporaryPasswordValidityDays": 7,
    })
}

/// What a pool has that is asked for without it.
fn defaults() -> [(&'static str, Value); 8] {
    [
        ("MfaConfiguration", json!("OFF")),
        ("DeletionProtection", json!("INACTIVE")),
        ("UserPoolTier", json!("ESSENTIALS")),
        (
            "EmailConfiguration",
            json!({"EmailSendingAccount": "COGNITO_DEFAULT"}),
        ),
        (
            "AdminCreateUserConfig",
            json!({"AllowAdminCreateUserOnly": false}),
        ),
        (
            "VerificationMessageTemplate",
            json!({"DefaultEmailOption": "CONFIRM_WITH_CODE"}),
        ),
        ("UserPoolTags", json!({})),
        // From memory.
        (
            "AccountRecoverySetting",
            json!({"RecoveryMechanisms": [
                {"Name": "verified_email", "Priority": 1},
                {"Name": "verified_phone_number", "Priority": 2}
            ]}),
        ),
    ]
}

fn complete(pool: &mut Members, place: &Place<'_>, sequence: &mut Sequence) {
    let region = place.region;
    preset(pool, "UserPoolId", || {
        json!(format!("{region}_{}", sequence.alphanumeric(9)))
    });
    let id = text(pool, "UserPoolId").to_owned();
    // What CloudFormation makes up for a name is not documented [INF].
    preset(pool, "UserPoolName", || {
        json!(format!("pool-{}", id.rsplit('_').next().unwrap_or("1")))
    });
    let provider = format!("cognito-idp.{region}.{}/{id}", place.dns_suffix());
    preset(pool, "ProviderURL", || json!(format!("https://{provider}")));
    preset(pool, "ProviderName", || json!(provider));
    for (name, value) in defaults() {
        preset(pool, name, || value);
    }
    let policies = pool.entry("Policies").or_insert_with(|| json!({}));
    if let Some(policies) = policies.as_object_mut() {
        preset(policies, "PasswordPolicy", || json!({}));
        preset(
            policies,
            "SignInPolicy",
            || json!({"AllowedFirstAuthFactors": ["PASSWORD"]}),
        );
        if let Some(Value::Object(password)) = policies.get_mut("PasswordPolicy") {
            for (rule, value) in members(&password_policy()) {
                preset(password, rule, || value.clone());
            }
        }
    }
}
