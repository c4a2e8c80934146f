//! CreateResourceServer, DescribeResourceServer, UpdateResourceServer, DeleteResourceServer, ListResourceServers: APIs whose
//! scopes clients may ask for.

use serde_json::{Value, json};

use crate::store::Resource;

use super::{
    RESOURCE_SERVER,
    desk::{Desk, draft, model},
    kind::Kind,
    members::{Members, members, only, text},
    paging::Paging,
    refusal::Refusal,
    site::Site,
};

/// `AWS::Cognito::UserPoolResourceServer`.
pub(super) struct ResourceServers;

impl Kind for ResourceServers {
    fn type_name(&self) -> &'static str {
        RESOURCE_SERVER
    }

    fn check_create(&self, site: &Site<'_>, model: &Value) -> Result<(), Refusal> {
        site.pool(text(members(model), "UserPoolId")).map(drop)
    }

    fn missing(&self, identifier: &str) -> Option<String> {
        let (_, server) = identifier.split_once('|')?;
        Some(format!("Resource server {server} does not exist."))
    }

    fn existing(&self, identifier: &str) -> Option<String> {
        let (pool, server) = identifier.split_once('|')?;
        // From memory [INF].
        Some(format!("{server} already exists in user pool {pool}."))
    }
}

const OWN: [&str; 4] = ["UserPoolId", "Identifier", "Name", "Scopes"];

pub(super) fn create(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let identifier = identifier(desk);
    if desk.site().get(RESOURCE_SERVER, &identifier).is_some() {
        let exists = ResourceServers.existing(&identifier);
        return Err(Refusal::parameter(exists.unwrap_or_default()));
    }
    let server = only(desk.input(), &OWN);
    let (_, server) = desk.create(&ResourceServers, draft(server, Members::new()))?;
    Ok(json!({"ResourceServer": shown(&server)}))
}

pub(super) fn describe(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    Ok(json!({"ResourceServer": shown(&named(desk)?)}))
}

/// The call has the whole server: scopes that it omits are gone, as documented.
pub(super) fn update(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    named(desk)?;
    let server = only(desk.input(), &OWN);
    let server = desk.change(
        &ResourceServers,
        &identifier(desk),
        draft(server, Members::new()),
    )?;
    Ok(json!({"ResourceServer": shown(&server)}))
}

pub(super) fn delete(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    named(desk)?;
    desk.remove(&ResourceServers, &identifier(desk))?;
    Ok(json!({}))
}

pub(super) fn list(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    desk.pool()?;
    let site = desk.site();
    let found = site.of_pool(RESOURCE_SERVER, desk.pool_id());
    Paging::results("ResourceServers").page(desk, found, |server| Value::Object(shown(server)))
}

fn identifier(desk: &Desk<'_, '_>) -> String {
    format!("{}|{}", desk.pool_id(), desk.text("Identifier"))
}

fn named(desk: &Desk<'_, '_>) -> Result<Resource, Refusal> {
    desk.pool()?;
    desk.find(&ResourceServers, &identifier(desk))
}

fn shown(server: &Resource) -> Members {
    only(&model(server), &OWN)
}
