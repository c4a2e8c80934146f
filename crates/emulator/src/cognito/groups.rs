//! CreateGroup, GetGroup, UpdateGroup, DeleteGroup, ListGroups, and what a group is beyond its schema.

use serde_json::{Value, json};

use crate::store::{Resource, Scope};

use super::{
    GROUP,
    desk::{Desk, dated, draft, model},
    kind::Kind,
    members::{Members, members, only, text},
    memberships,
    paging::Paging,
    refusal::Refusal,
    site::Site,
};

/// `AWS::Cognito::UserPoolGroup`.
pub(super) struct Groups;

impl Kind for Groups {
    fn type_name(&self) -> &'static str {
        GROUP
    }

    fn check_create(&self, site: &Site<'_>, model: &Value) -> Result<(), Refusal> {
        site.pool(text(members(model), "UserPoolId")).map(drop)
    }

    fn belongings(&self, site: &Site<'_>, resource: &Resource) -> Vec<(Scope, String)> {
        let model = model(resource);
        let (pool, group) = (text(&model, "UserPoolId"), text(&model, "GroupName"));
        memberships::identifiers(site, pool, |member| member.group == group)
    }

    fn missing(&self, _identifier: &str) -> Option<String> {
        Some(Refusal::no_group().message)
    }

    fn existing(&self, _identifier: &str) -> Option<String> {
        Some(EXISTS.to_owned())
    }
}

const EXISTS: &str = "A group with the name already exists.";
/// What both APIs say of a group.
const OWN: [&str; 5] = [
    "UserPoolId",
    "GroupName",
    "Description",
    "RoleArn",
    "Precedence",
];

pub(super) fn create(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    desk.pool()?;
    if desk.site().get(GROUP, &identifier(desk)).is_some() {
        return Err(Refusal::new("GroupExistsException", EXISTS));
    }
    let group = only(desk.input(), &OWN);
    let (_, group) = desk.create(&Groups, draft(group, Members::new()))?;
    Ok(json!({"Group": shown(&group)}))
}

pub(super) fn get(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    Ok(json!({"Group": shown(&named(desk)?)}))
}

/// Changes what the call has; that the rest is kept is inferred [INF].
pub(super) fn update(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let mut group = model(&named(desk)?);
    group.extend(only(desk.input(), &OWN));
    let group = desk.change(&Groups, &identifier(desk), draft(group, Members::new()))?;
    Ok(json!({"Group": shown(&group)}))
}

pub(super) fn delete(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    named(desk)?;
    desk.remove(&Groups, &identifier(desk))?;
    Ok(json!({}))
}

pub(super) fn list(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    desk.pool()?;
    let site = desk.site();
    let found = site.of_pool(GROUP, desk.pool_id());
    Paging::limited("Groups").page(desk, found, |group| Value::Object(shown(group)))
}

fn identifier(desk: &Desk<'_, '_>) -> String {
    format!("{}|{}", desk.pool_id(), desk.text("GroupName"))
}

/// The group that the call names, which must be there.
pub(super) fn named(desk: &Desk<'_, '_>) -> Result<Resource, Refusal> {
    desk.pool()?;
    desk.find(&Groups, &identifier(desk))
}

/// A group as every answer shows it.
pub(super) fn shown(group: &Resource) -> Members {
    dated(only(&model(group), &OWN), group)
}
