//! CreateUserPoolClient, DescribeUserPoolClient, UpdateUserPoolClient, DeleteUserPoolClient, ListUserPoolClients.

use serde_json::{Value, json};

use crate::store::Resource;

use super::{
    CLIENT,
    client_rules::Clients,
    client_secrets,
    desk::{Desk, dated, draft, model},
    members::{Members, only},
    names,
    paging::Paging,
    refusal::Refusal,
};

pub(super) fn create(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let mut client = only(
        desk.input(),
        &["UserPoolId", "ClientName", "GenerateSecret", "ClientSecret"],
    );
    client.extend(only(desk.input(), &names::CLIENT));
    let (_, client) = desk.create(&Clients, draft(client, Members::new()))?;
    Ok(answer(&client))
}

pub(super) fn describe(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let (_, client) = named(desk)?;
    Ok(answer(&client))
}

/// Resets to its default what the call omits; the name is kept.
pub(super) fn update(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let (identifier, before) = named(desk)?;
    let kept = [
        "UserPoolId",
        "ClientId",
        "ClientName",
        "GenerateSecret",
        "ClientSecret",
    ];
    let mut client = only(&model(&before), &kept);
    client.extend(only(desk.input(), &["ClientName"]));
    client.extend(only(desk.input(), &names::CLIENT));
    let client = desk.change(&Clients, &identifier, draft(client, Members::new()))?;
    Ok(answer(&client))
}

pub(super) fn delete(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let (identifier, _) = named(desk)?;
    desk.remove(&Clients, &identifier)?;
    Ok(json!({}))
}

pub(super) fn list(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    desk.pool()?;
    let site = desk.site();
    // None of these clients has registered itself.
    let is_regular = desk.text("ClientType") != "DCR";
    let found = site.of_pool(CLIENT, desk.pool_id()).filter(|_| is_regular);
    Paging::results("UserPoolClients").page(desk, found, |client| {
        Value::Object(only(
            &model(client),
            &["ClientId", "UserPoolId", "ClientName"],
        ))
    })
}

/// The client that the call names.
pub(super) fn named(desk: &Desk<'_, '_>) -> Result<(String, Resource), Refusal> {
    desk.pool()?;
    let identifier = format!("{}|{}", desk.pool_id(), desk.text("ClientId"));
    let client = desk.find(&Clients, &identifier)?;
    Ok((identifier, client))
}

fn answer(client: &Resource) -> Value {
    let mut shown = model(client);
    shown.shift_remove("GenerateSecret");
    shown.shift_remove("Name");
    shown
        .entry("TokenValidityUnits")
        .or_insert_with(|| json!({}));
    shown.insert("ClientType".to_owned(), json!("REGULAR"));
    if let Some(secret) = client_secrets::first(client) {
        shown.insert("ClientSecret".to_owned(), json!(secret));
    }
    json!({"UserPoolClient": dated(shown, client)})
}
