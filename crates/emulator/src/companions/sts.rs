//! STS: who the caller is, and temporary credentials for somebody else. Every role can be assumed by everybody.
//!
//! Roles need not exist; the identifier and the longest session of one that does are respected.

use serde_json::{Value, json};

use crate::{
    clock::iso,
    context::Context,
    protocol::Failure,
    sealed::digest,
    session::{self, Session},
};

/// Seconds of a session unless the request says otherwise.
const ROLE_SESSION: u64 = 3_600;
const USER_SESSION: u64 = 43_200;
/// The longest session of a role that was assumed by a role.
const CHAINED_SESSION: u64 = 3_600;

pub(super) fn answer(operation: &str, context: &mut Context<'_>) -> Result<Value, Failure> {
    match operation {
        "AssumeRole" => assume_role(context),
        "GetAccessKeyInfo" => Ok(access_key_info(context)),
        "GetCallerIdentity" => Ok(json!({
            "Arn": context.caller.arn,
            "UserId": context.caller.user_id,
            "Account": context.caller.account,
        })),
        "GetSessionToken" => session_token(context),
        _ => Err(Failure::unknown_operation()),
    }
}

/// The parts of a role's ARN that matter.
struct Role<'arn> {
    partition: &'arn str,
    account: &'arn str,
    name: &'arn str,
}

impl<'arn> Role<'arn> {
    fn parse(arn: &'arn str) -> Result<Self, Failure> {
        let parts: Vec<_> = arn.splitn(6, ':').collect();
        let invalid = || Failure::validation("Request ARN is invalid");
        match parts.as_slice() {
            ["arn", partition, "iam", "", account, resource]
                if account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                let path = resource.strip_prefix("role/").ok_or_else(invalid)?;
                let name = path.rsplit('/').next().filter(|name| !name.is_empty());
                Ok(Self {
                    partition,
                    account,
                    name: name.ok_or_else(invalid)?,
                })
            }
            ["arn", ..] => Err(invalid()),
            _ => Err(Failure::validation(format!("{arn} is invalid"))),
        }
    }

    /// What is known of the role, if it exists.
    fn model(&self, context: &Context<'_>) -> Option<Value> {
        let role = context.rules.types.get("AWS::IAM::Role")?;
        let region = &context.caller.region;
        let scope = context.rules.scope(&role, self.account, region);
        let resource = context.world.store().get(&scope, self.name)?;
        Some(resource.model())
    }
}

fn assume_role(context: &Context<'_>) -> Result<Value, Failure> {
    let input = context.input;
    let role = Role::parse(input.required("RoleArn"))?;
    let model = role.model(context);
    let seconds = seconds(context).unwrap_or(ROLE_SESSION);
    if context.caller.is_role() && seconds > CHAINED_SESSION {
        return Err(Failure::validation(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
        ));
    }
    if let Some(model) = &model {
        // IAM's default.
        let longest = model["MaxSessionDuration"].as_u64().unwrap_or(3_600);
        if seconds > longest {
            return Err(Failure::validation(
                "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
            ));
        }
    }
    if let Some(policy) = input.text("Policy")
        && !matches!(serde_json::from_str(policy), Ok(Value::Object(_)))
    {
        // The wording is inferred [INF].
        return Err(Failure::new(
            "MalformedPolicyDocument",
            "This policy contains invalid Json",
        ));
    }
    let Role {
        partition,
        account,
        name,
    } = role;
    let session_name = input.required("RoleSessionName");
    let role_id = model
        .as_ref()
        .and_then(|model| model["RoleId"].as_str())
        .map_or_else(|| role_id(input.required("RoleArn")), str::to_owned);
    let arn = format!("arn:{partition}:sts::{account}:assumed-role/{name}/{session_name}");
    let user_id = format!("{role_id}:{session_name}");
    let mut answer = json!({
        "Credentials": credentials(context, account, &arn, &user_id, seconds),
        "AssumedRoleUser": {"AssumedRoleId": user_id, "Arn": arn},
    });
    if let Some(source) = input.text("SourceIdentity") {
        answer["SourceIdentity"] = json!(source);
    }
    Ok(answer)
}

fn session_token(context: &Context<'_>) -> Result<Value, Failure> {
    let caller = context.caller;
    if caller.has_session() {
        return Err(Failure::new(
            "AccessDeniedException",
            "Cannot call GetSessionToken with session credentials",
        ));
    }
    let seconds = seconds(context).unwrap_or(USER_SESSION);
    Ok(json!({
        "Credentials": credentials(context, &caller.account, &caller.arn, &caller.user_id, seconds),
    }))
}

/// The account of a key: one of a session has it inside, and the emulator takes any other for the management account's.
fn access_key_info(context: &Context<'_>) -> Value {
    let account = session::account_of(context.input.required("AccessKeyId"));
    let account = account.unwrap_or_else(|| context.accounts.management().id.clone());
    json!({ "Account": account })
}

fn seconds(context: &Context<'_>) -> Option<u64> {
    context.input.value("DurationSeconds")?.as_u64()
}

fn credentials(
    context: &Context<'_>,
    account: &str,
    arn: &str,
    user_id: &str,
    seconds: u64,
) -> Value {
    // AWS counts in whole seconds.
    let expires = (context.now / 1_000 + seconds) * 1_000;
    let session = Session {
        account: account.to_owned(),
        arn: arn.to_owned(),
        user_id: user_id.to_owned(),
        expires,
        nonce: context.request_id.to_owned(),
    };
    let size = super::page_size(context, "MinimumSessionTokenSize", 0);
    let credentials = session.credentials(size);
    json!({
        "AccessKeyId": credentials.access_key,
        "SecretAccessKey": credentials.secret,
        "SessionToken": credentials.token,
        "Expiration": iso(expires),
    })
}

/// The identifier of a role that does not exist: always the same.
fn role_id(arn: &str) -> String {
    let mut id = format!("AROA{}", digest("role", arn).to_uppercase());
    id.truncate(21);
    id
}
