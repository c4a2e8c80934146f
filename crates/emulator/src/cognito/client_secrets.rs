//! AddUserPoolClientSecret, ListUserPoolClientSecrets, DeleteUserPoolClientSecret: two secrets at a time, to change them.
//!
//! A client's model shows the older one; notes keep both once there has been a second one.

use serde_json::{Value, json};

use crate::{clock::epoch_seconds, store::Resource};

use super::{
    client_rules::Clients,
    clients::named,
    desk::{Desk, draft, model},
    members::{Members, members, only, text},
    refusal::Refusal,
};

const NOTE: &str = "ClientSecrets";

/// The secrets of a client, the oldest first.
fn secrets(client: &Resource) -> Vec<Members> {
    if let Some(Value::Array(known)) = client.note(NOTE) {
        return known.iter().map(|secret| members(secret).clone()).collect();
    }
    let model = model(client);
    match text(&model, "ClientSecret") {
        "" => Vec::new(),
        secret => vec![descriptor(text(&model, "ClientId"), secret, client.created)],
    }
}

fn descriptor(client: &str, secret: &str, at: crate::clock::Millis) -> Members {
    let descriptor = json!({
        "ClientSecretId": format!("{client}--{}", at / 1000),
        "ClientSecretValue": secret,
        "ClientSecretCreateDate": epoch_seconds(at),
    });
    members(&descriptor).clone()
}

/// The secret that a description shows.
pub(super) fn first(client: &Resource) -> Option<String> {
    secrets(client)
        .first()
        .map(|secret| text(secret, "ClientSecretValue").to_owned())
}

pub(super) fn add(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let (identifier, client) = named(desk)?;
    let mut secrets = secrets(&client);
    match secrets.len() {
        // That only confidential clients can have a second one is documented, the wording is not known [INF].
        0 => {
            return Err(Refusal::parameter(
                "The client does not have a client secret.",
            ));
        }
        1 => {}
        // The exception and the number are documented, the wording is not known [INF].
        _ => {
            return Err(Refusal::new(
                "LimitExceededException",
                "A client can have at most 2 secrets.",
            ));
        }
    }
    let given = desk.text("ClientSecret");
    let secret = if given.is_empty() {
        desk.context.world.sequence.lower(51)
    } else {
        given.to_owned()
    };
    // Two secrets of the same second would have the same id.
    let mut at = desk.now();
    while secrets.iter().any(|other| {
        descriptor(desk.text("ClientId"), "", at)["ClientSecretId"] == other["ClientSecretId"]
    }) {
        at += 1000;
    }
    let added = descriptor(desk.text("ClientId"), &secret, at);
    secrets.push(added.clone());
    keep(desk, &identifier, &secrets)?;
    let mut answer = added;
    if !given.is_empty() {
        // Only a secret that the service makes up is told [INF].
        answer.shift_remove("ClientSecretValue");
    }
    Ok(json!({"ClientSecretDescriptor": answer}))
}

pub(super) fn list(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let (_, client) = named(desk)?;
    let shown: Vec<Members> = secrets(&client)
        .iter()
        .map(|secret| only(secret, &["ClientSecretId", "ClientSecretCreateDate"]))
        .collect();
    Ok(json!({"ClientSecrets": shown}))
}

pub(super) fn delete(desk: &mut Desk<'_, '_>) -> Result<Value, Refusal> {
    let (identifier, client) = named(desk)?;
    let mut secrets = secrets(&client);
    let id = desk.text("ClientSecretId");
    let Some(index) = secrets
        .iter()
        .position(|secret| text(secret, "ClientSecretId") == id)
    else {
        return Err(Refusal::not_found(format!(
            "Client secret {id} does not exist."
        )));
    };
    if secrets.len() == 1 {
        // The rule is documented, the wording is not known [INF].
        return Err(Refusal::parameter(
            "The last client secret can not be deleted.",
        ));
    }
    secrets.remove(index);
    keep(desk, &identifier, &secrets)?;
    Ok(json!({}))
}

/// Keeps the secrets, and shows the first in the model.
fn keep(desk: &mut Desk<'_, '_>, identifier: &str, secrets: &[Members]) -> Result<(), Refusal> {
    let before = desk.find(&Clients, identifier)?;
    let mut client = model(&before);
    if let Some(first) = secrets.first() {
        client.insert(
            "ClientSecret".to_owned(),
            json!(text(first, "ClientSecretValue")),
        );
    }
    let mut notes = before.hidden().notes;
    notes.insert(NOTE.to_owned(), json!(secrets));
    desk.change(&Clients, identifier, draft(client, notes))?;
    Ok(())
}
