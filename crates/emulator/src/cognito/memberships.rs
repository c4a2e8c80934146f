//! Users in groups: AdminAddUserToGroup, AdminRemoveUserFromGroup, AdminListGroupsForUser, ListUsersInGroup.
//!
//! Cloud Control calls a membership `AWS::Cognito::UserPoolUserToGroupAttachment`.

use serde_json::{Value, json};

use crate::store::Scope;

use super::{
    GROUP, MEMBERSHIP,
    desk::{Desk, draft, model},
    groups,
    kind::Kind,
    members::{Members, members, only, text},
    paging::Paging,
    refusal::Refusal,
    site::Site,
    user::{self, User},
};

/// `AWS::Cognito::UserPoolUserToGroupAttachment`.
pub(super) struct Memberships;

impl Kind for Memberships {
    fn type_name(&self) -> &'static str {
        MEMBERSHIP
    }

    fn check_create(&self, site: &Site<'_>, model: &Value) -> Result<(), Refusal> {
        let model = members(model);
        let pool = text(model, "UserPoolId");
        site.pool(pool)?;
        let group = format!("{pool}|{}", text(model, "GroupName"));
        if site.get(GROUP, &group).is_none() {
            return Err(Refusal::no_group());
        }
        user::find(site, pool, text(model, "Username")).map(drop)
    }
}

/// The names in a membership.
pub(super) struct Member<'member> {
    pub(super) group: &'member str,
    pub(super) user: &'member str,
}

/// The memberships of a pool that are meant.
pub(super) fn identifiers(
    site: &Site<'_>,
    pool: &str,
    is_meant: impl Fn(&Member<'_>) -> bool,
) -> Vec<(Scope, String)> {
    let scope = site.scope.of_type(MEMBERSHIP);
    site.of_pool(MEMBERSHIP, pool)
        .filter(|(_, membership)| {
            let model = model(membership);
            is_meant(&Member {
                group: text(&model, "GroupName"),
                user: text(&model, "Username"),
            })
        })
        .map(|(identifier, _)| (scope.clone(), identifier.to_owned()))
        .collect()
}

/// The group and the user that the call names, both of which must be there.
fn named(desk: &Desk<'_, '_>) -> Result<User, Refusal> {
    groups::named(desk)?;
    user::named(desk)
}

/// Adding a user again is no error.
pub(super) fn add(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let user = named(desk)?;
    let group = desk.text("GroupName");
    if !is_member(&desk.site(), desk.pool_id(), group, &user) {
        let mut membership = only(desk.input(), &["UserPoolId", "GroupName"]);
        membership.insert("Username".to_owned(), json!(user.key));
        desk.create(&Memberships, draft(membership, Members::new()))?;
    }
    Ok(json!({}))
}

pub(super) fn remove(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let user = named(desk)?;
    let group = desk.text("GroupName");
    let found = identifiers(&desk.site(), desk.pool_id(), |member| {
        member.group == group && user.is_called(member.user)
    });
    for (_, identifier) in found {
        desk.remove(&Memberships, &identifier)?;
    }
    Ok(json!({}))
}

pub(super) fn groups_of_user(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let user = user::named(desk)?;
    let site = desk.site();
    let pool = desk.pool_id();
    let found = site.of_pool(GROUP, pool).filter(|(_, group)| {
        let group = group.model();
        is_member(&site, pool, text(members(&group), "GroupName"), &user)
    });
    Paging::limited("Groups").page(desk, found, |group| Value::Object(groups::shown(group)))
}

pub(super) fn users_in_group(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    groups::named(desk)?;
    let pool = desk.pool()?;
    let site = desk.site();
    let group = desk.text("GroupName");
    let found = user::all(&site, desk.pool_id(), &pool)
        .filter(|(_, user)| is_member(&site, desk.pool_id(), group, user));
    Paging::limited("Users").page(desk, found, |user| user.shown())
}

fn is_member(site: &Site<'_>, pool: &str, group: &str, user: &User) -> bool {
    let within = format!("{pool}|{group}|");
    site.store
        .after(&site.scope.of_type(MEMBERSHIP), &within, None)
        .filter_map(|(identifier, _)| identifier.strip_prefix(&within))
        .any(|name| user.is_called(name))
}
