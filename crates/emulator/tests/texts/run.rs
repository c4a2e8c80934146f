//! Asks an emulator what a case asks, and says where its answers differ.

use std::{collections::BTreeMap, sync::LazyLock, time::Duration};

use regex::Regex;
use serde_json::{Map, Value};

use crate::{
    case::{Authorization, Case, Step},
    client::{Local, Reply, authorization, options},
};

/// What stands for every UUID.
const SOME_UUID: &str = "<uuid>";

static UUID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").unwrap()
});

/// Members that are JSON inside of a text.
const DOCUMENTS: [&str; 3] = ["DesiredState", "ResourceModel", "PatchDocument"];

/// What the last event said.
#[derive(Debug, Default)]
struct Last {
    token: String,
    identifier: String,
}

/// What a call found, as a case writes it.
#[derive(Debug, Default)]
struct Found {
    answer: String,
    error_type: Option<String>,
    member: Option<String>,
    identifier: Option<String>,
}

/// Every difference between what a case expects and what an emulator says.
pub(crate) async fn differences(case: &Case) -> Vec<String> {
    let mut options = options();
    for switch in &case.switches {
        options.switches.set(switch).unwrap();
    }
    options.faults = case
        .faults
        .iter()
        .map(|fault| fault.parse().unwrap())
        .collect();
    if case.verify {
        let secret = ("AKIDEXAMPLE".to_owned(), "a secret".to_owned());
        options.credentials = Some(BTreeMap::from([secret]));
    }
    let local = Local::with(options).await;
    if case.demo {
        local.emulator.load_json(cirrus_emulator::demo()).unwrap();
    }
    let mut last = Last::default();
    let mut differences = Vec::new();
    for (index, step) in case.steps.iter().enumerate() {
        let found = take(&local, step, &mut last).await;
        let compared = compare(step, &found, &last);
        differences.extend(compared.into_iter().map(|difference| {
            format!(
                "{} [{:?}], step {}: {difference}",
                case.about,
                case.source,
                index + 1
            )
        }));
    }
    differences
}

/// Takes a step: calls, waits, and looks at the last event if it is to.
async fn take(local: &Local, step: &Step, last: &mut Last) -> Found {
    let reply = call(local, step, last).await;
    let mut found = read(&reply, last);
    if let Some(by) = &step.advance {
        local.advance(humantime::parse_duration(by).unwrap());
    }
    if step.end && reply.status == 200 {
        local.advance(Duration::from_secs(1));
        let event = local.status(&last.token).await;
        note(&event, last);
        let text = |name: &str| event.get(name).and_then(Value::as_str);
        let status = text("OperationStatus").unwrap_or_default();
        found.answer = match text("ErrorCode") {
            None => status.to_owned(),
            Some(code) => {
                let message = text("StatusMessage").unwrap_or_default();
                format!("{status} {code}: {message}")
            }
        };
        found.identifier = text("Identifier").map(str::to_owned);
    }
    found
}

async fn call(local: &Local, step: &Step, last: &Last) -> Reply {
    let service = step.service;
    let target = match &step.target {
        Some(target) if target.is_empty() => String::new(),
        Some(target) => format!("x-amz-target: {target}\r\n"),
        None => format!("x-amz-target: {}.{}\r\n", service.target(), step.operation),
    };
    let authorization = match &step.authorization {
        Authorization::Usual(true) => authorization("AKIDEXAMPLE", &step.region, service.name()),
        Authorization::Usual(false) => String::new(),
        Authorization::Text(text) => format!("authorization: {text}\r\n"),
    };
    let content_type = service.content_type();
    let headers = format!("content-type: {content_type}\r\n{target}{authorization}");
    let body = step.body.clone();
    let body = body.unwrap_or_else(|| filled(&step.input, last).to_string());
    local.send("/", &headers, body.as_bytes()).await
}

/// The input with the last event's token and identifier in it, and documents as text.
fn filled(input: &Value, last: &Last) -> Value {
    let mut filled = match input {
        Value::Null => Value::Object(Map::new()),
        input => input.clone(),
    };
    for name in DOCUMENTS {
        if let Some(document) = filled.get_mut(name)
            && !document.is_string()
        {
            *document = Value::from(document.to_string());
        }
    }
    if let Some(members) = filled.as_object_mut() {
        for value in members.values_mut() {
            if let Value::String(text) = value {
                *text = with_last(text, last);
            }
        }
    }
    filled
}

fn with_last(text: &str, last: &Last) -> String {
    text.replace("{token}", &last.token)
        .replace("{identifier}", &last.identifier)
}

fn read(reply: &Reply, last: &mut Last) -> Found {
    let body = reply.json();
    if reply.status == 200 {
        note(&body["ProgressEvent"], last);
        return Found {
            answer: "200".to_owned(),
            ..Found::default()
        };
    }
    let error_type = body["__type"].as_str().unwrap_or_default();
    let code = error_type.rsplit('#').next().unwrap_or_default();
    let member = ["Message", "message"]
        .into_iter()
        .find(|name| body.get(*name).is_some())
        .unwrap_or_default();
    let message = body[member].as_str().unwrap_or_default();
    Found {
        answer: format!("{} {code}: {message}", reply.status),
        error_type: Some(error_type.to_owned()),
        member: Some(member.to_owned()),
        identifier: None,
    }
}

fn note(event: &Value, last: &mut Last) {
    if let Some(token) = event["RequestToken"].as_str() {
        token.clone_into(&mut last.token);
        event["Identifier"]
            .as_str()
            .unwrap_or_default()
            .clone_into(&mut last.identifier);
    }
}

fn compare(step: &Step, found: &Found, last: &Last) -> Vec<String> {
    let mut differences = Vec::new();
    // A text that names the token must have this very one.
    let answer = if step.answer.contains("{token}") {
        found.answer.replace(&last.token, "{token}")
    } else {
        found.answer.clone()
    };
    let answer = UUID.replace_all(&answer, SOME_UUID).into_owned();
    let expected = step.answer.replace("{identifier}", &last.identifier);
    if answer != expected {
        differences.push(difference("answer", &expected, &answer));
    }
    for (what, expected, found) in [
        ("__type", &step.error_type, &found.error_type),
        ("message in", &step.member, &found.member),
        ("identifier", &step.identifier, &found.identifier),
    ] {
        if expected.is_some() && expected != found {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            differences.push(difference(what, &text(expected), &text(found)));
        }
    }
    differences
}

fn difference(what: &str, expected: &str, found: &str) -> String {
    format!("{what}\n  expected: {expected}\n     found: {found}")
}
