//! Cognito: user pools and all that is in them, through Cloud Control and through the service's own API, out of one store.
//!
//! The store has Cloud Control's models; what only the native API shows is in a resource's notes. What is created, changed or
//! deleted through one API is at once seen through the other, and both refuse by the same rules.
//!
//! ```text
//!  Cloud Control ─► world ─► Handler ─► kind ─┐
//!                                             ├─► rules of the type, completion ─► store
//!  native API ─► Desk ─► kind, then world ────┘
//! ```
//!
//! Each file has one noun: its native operations and, where it is short, what it is beyond its schema. Rules are [`Refusal`]s,
//! in the native API's terms. In suggested reading order:

mod kind;
mod refusal;
mod site;

mod desk;
mod members;
mod names;
mod paging;

mod mfa;
mod pool_rules;
mod pools;
mod schema_attributes;
mod tags;

mod client_oauth;
mod client_rules;
mod client_secrets;
mod clients;

mod aliases;
mod groups;
mod memberships;
mod passwords;
mod user;
mod user_attributes;
mod user_filter;
mod users;

mod attachments;
mod domains;
mod identity_providers;
mod import_jobs;
mod resource_servers;

use serde_json::Value;

use crate::{context::Context, handler::Handler, protocol::Failure};

use self::{attachments::Attachment, desk::Desk, refusal::Refusal};

const USER_POOL: &str = "AWS::Cognito::UserPool";
const CLIENT: &str = "AWS::Cognito::UserPoolClient";
const GROUP: &str = "AWS::Cognito::UserPoolGroup";
const USER: &str = "AWS::Cognito::UserPoolUser";
const MEMBERSHIP: &str = "AWS::Cognito::UserPoolUserToGroupAttachment";
const DOMAIN: &str = "AWS::Cognito::UserPoolDomain";
const RESOURCE_SERVER: &str = "AWS::Cognito::UserPoolResourceServer";
const IDENTITY_PROVIDER: &str = "AWS::Cognito::UserPoolIdentityProvider";

/// The types that belong to a pool: their identifiers begin with it, or are it.
const ATTACHED: [&str; 13] = [
    CLIENT,
    GROUP,
    USER,
    MEMBERSHIP,
    DOMAIN,
    RESOURCE_SERVER,
    IDENTITY_PROVIDER,
    "AWS::Cognito::ManagedLoginBranding",
    "AWS::Cognito::Terms",
    "AWS::Cognito::UserPoolRegionalConfigurationAttachment",
    "AWS::Cognito::UserPoolReplica",
    "AWS::Cognito::UserPoolRiskConfigurationAttachment",
    "AWS::Cognito::UserPoolUICustomizationAttachment",
];

/// Those of them that have no rules of their own.
static ATTACHMENTS: [Attachment; 6] = [
    Attachment(ATTACHED[7]),
    Attachment(ATTACHED[8]),
    Attachment(ATTACHED[9]),
    Attachment(ATTACHED[10]),
    Attachment(ATTACHED[11]),
    Attachment(ATTACHED[12]),
];

/// The handlers of a type of Cognito's, if it has its own.
pub(crate) fn handler(type_name: &str) -> Option<&'static dyn Handler> {
    match type_name {
        USER_POOL => Some(&pool_rules::UserPools),
        CLIENT => Some(&client_rules::Clients),
        GROUP => Some(&groups::Groups),
        USER => Some(&user::Users),
        MEMBERSHIP => Some(&memberships::Memberships),
        DOMAIN => Some(&domains::Domains),
        RESOURCE_SERVER => Some(&resource_servers::ResourceServers),
        IDENTITY_PROVIDER => Some(&identity_providers::IdentityProviders),
        _ => {
            let found = ATTACHMENTS
                .iter()
                .find(|attachment| attachment.0 == type_name)?;
            Some(found)
        }
    }
}

/// How an operation of the native API is answered.
type Answer = fn(&mut Desk<'_, '_>) -> Result<Value, Refusal>;

const NATIVE: [(&str, Answer); 61] = [
    ("AddCustomAttributes", schema_attributes::add_custom),
    ("AddUserPoolClientSecret", client_secrets::add),
    ("AdminAddUserToGroup", memberships::add),
    ("AdminConfirmSignUp", users::confirm),
    ("AdminCreateUser", users::create),
    ("AdminDeleteUser", users::delete),
    ("AdminDeleteUserAttributes", users::delete_attributes),
    ("AdminDisableUser", users::disable),
    ("AdminEnableUser", users::enable),
    ("AdminGetUser", users::get),
    ("AdminListGroupsForUser", memberships::groups_of_user),
    ("AdminRemoveUserFromGroup", memberships::remove),
    ("AdminResetUserPassword", passwords::reset),
    ("AdminSetUserPassword", passwords::set),
    ("AdminUpdateUserAttributes", users::update_attributes),
    ("AdminUserGlobalSignOut", users::sign_out),
    ("CreateGroup", groups::create),
    ("CreateIdentityProvider", identity_providers::create),
    ("CreateResourceServer", resource_servers::create),
    ("CreateUserImportJob", import_jobs::create),
    ("CreateUserPool", pools::create),
    ("CreateUserPoolClient", clients::create),
    ("CreateUserPoolDomain", domains::create),
    ("DeleteGroup", groups::delete),
    ("DeleteIdentityProvider", identity_providers::delete),
    ("DeleteResourceServer", resource_servers::delete),
    ("DeleteUserPool", pools::delete),
    ("DeleteUserPoolClient", clients::delete),
    ("DeleteUserPoolClientSecret", client_secrets::delete),
    ("DeleteUserPoolDomain", domains::delete),
    ("DescribeIdentityProvider", identity_providers::describe),
    ("DescribeResourceServer", resource_servers::describe),
    ("DescribeUserImportJob", import_jobs::describe),
    ("DescribeUserPool", pools::describe),
    ("DescribeUserPoolClient", clients::describe),
    ("DescribeUserPoolDomain", domains::describe),
    ("GetCSVHeader", import_jobs::header),
    ("GetGroup", groups::get),
    (
        "GetIdentityProviderByIdentifier",
        identity_providers::by_identifier,
    ),
    ("GetUserPoolMfaConfig", mfa::get),
    ("ListGroups", groups::list),
    ("ListIdentityProviders", identity_providers::list),
    ("ListResourceServers", resource_servers::list),
    ("ListTagsForResource", tags::list),
    ("ListUserImportJobs", import_jobs::list),
    ("ListUserPoolClientSecrets", client_secrets::list),
    ("ListUserPoolClients", clients::list),
    ("ListUserPools", pools::list),
    ("ListUsers", users::list_all),
    ("ListUsersInGroup", memberships::users_in_group),
    ("SetUserPoolMfaConfig", mfa::set),
    ("StartUserImportJob", import_jobs::start),
    ("StopUserImportJob", import_jobs::stop),
    ("TagResource", tags::tag),
    ("UntagResource", tags::untag),
    ("UpdateGroup", groups::update),
    ("UpdateIdentityProvider", identity_providers::update),
    ("UpdateResourceServer", resource_servers::update),
    ("UpdateUserPool", pools::update),
    ("UpdateUserPoolClient", clients::update),
    ("UpdateUserPoolDomain", domains::update),
];

/// The operations of the native API.
pub(crate) const OPERATIONS: &[&str] = &operations();

const fn operations() -> [&'static str; NATIVE.len()] {
    let mut names = [""; NATIVE.len()];
    let mut index = 0;
    while index < NATIVE.len() {
        names[index] = NATIVE[index].0;
        index += 1;
    }
    names
}

/// Answers an operation of the native API, whose members have been checked against their constraints.
pub(crate) fn native(operation: &str, context: &mut Context<'_>) -> Result<Value, Failure> {
    let Some((_, answer)) = NATIVE.iter().find(|(name, _)| *name == operation) else {
        return Err(Failure::unknown_operation());
    };
    Ok(answer(&mut Desk::new(context))?)
}
