//! The admin endpoint under `/_cirrus`: what was asked, what is there, what is to go wrong, what time it is.
//!
//! It is for tests and people on the same machine; AWS has no such thing, and requests to it are not logged.

use std::{fmt::Display, time::Duration};

use hyper::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::{
    dataset::DataSet,
    gateway::{Gateway, Trouble},
    http::{Incoming, Outgoing},
    protocol,
    scenario::Scenario,
};

/// Where it is; no AWS service has such a path.
pub(crate) const PATH: &str = "/_cirrus";

/// What there is, for whoever asks without a path.
const RESOURCES: [(&str, &str); 8] = [
    (
        "GET /_cirrus/requests",
        "the requests answered so far, one JSON line each",
    ),
    ("DELETE /_cirrus/requests", "forgets them"),
    ("GET /_cirrus/counts", "how often each operation was called"),
    (
        "GET, PUT, DELETE /_cirrus/scenario",
        "faults, limits, latencies, switches and settle time, as in a --scenario file",
    ),
    (
        "GET, POST, DELETE /_cirrus/faults",
        "the faults; POST adds one a line",
    ),
    (
        "GET, POST /_cirrus/clock",
        "the time; POST {\"advance\": \"36h\"} moves it",
    ),
    (
        "GET, POST /_cirrus/resources",
        "all resources, or those of ?type=, as a data set for --load; POST adds those of a data set",
    ),
    (
        "GET /_cirrus/hidden?type=&identifier=",
        "what no operation shows: write-only values and the service's own notes",
    ),
];

/// A request that the endpoint refuses: the status and the words.
struct Refusal(StatusCode, String);

impl Refusal {
    fn bad(error: impl Display) -> Self {
        Self(StatusCode::BAD_REQUEST, error.to_string())
    }

    fn not_found() -> Self {
        Self(
            StatusCode::NOT_FOUND,
            "there is no such thing; GET /_cirrus lists what there is".to_owned(),
        )
    }
}

/// Answers a request for `path`, which is what follows [`PATH`].
pub(crate) fn answer(gateway: &Gateway, path: &str, incoming: &Incoming) -> Outgoing {
    let body = incoming.body.as_deref().unwrap_or_default();
    let body = String::from_utf8_lossy(body);
    let path = path.trim_matches('/');
    if (path, &incoming.method) == ("requests", &Method::GET) {
        let lines: Vec<String> = gateway
            .log
            .requests()
            .iter()
            .filter_map(|request| serde_json::to_string(request).ok())
            .map(|line| line + "\n")
            .collect();
        let body = lines.concat().into_bytes();
        return Outgoing::new(StatusCode::OK, "application/x-ndjson", body);
    }
    let answered = match (path, &incoming.method) {
        ("", &Method::GET) => Ok(RESOURCES
            .iter()
            .map(|&(what, text)| (what.to_owned(), json!(text)))
            .collect::<Map<_, _>>()
            .into()),
        ("requests", &Method::DELETE) => {
            gateway.log.clear();
            Ok(json!({}))
        }
        ("counts", &Method::GET) => Ok(json!(gateway.log.counts())),
        ("scenario", &Method::GET) => Ok(json!(Scenario::of(gateway))),
        ("scenario", &Method::PUT) => put_scenario(gateway, &body),
        ("scenario", &Method::DELETE) => {
            Scenario::default().apply(gateway);
            Ok(json!(Scenario::of(gateway)))
        }
        ("faults", &Method::GET) => Ok(faults(gateway)),
        ("faults", &Method::POST) => post_faults(gateway, &body),
        ("faults", &Method::DELETE) => {
            gateway.trouble.lock().faults.clear();
            Ok(faults(gateway))
        }
        ("clock", &Method::GET) => Ok(clock(gateway)),
        ("clock", &Method::POST) => post_clock(gateway, &body),
        ("resources", &Method::GET) => Ok(resources(gateway, incoming)),
        ("resources", &Method::POST) => post_resources(gateway, &body),
        ("hidden", &Method::GET) => hidden(gateway, incoming),
        _ => Err(Refusal::not_found()),
    };
    let (status, body) = match answered {
        Ok(value) => (StatusCode::OK, value),
        Err(Refusal(status, message)) => (status, json!({ "message": message })),
    };
    Outgoing::new(status, "application/json", protocol::body(&body))
}

fn put_scenario(gateway: &Gateway, body: &str) -> Result<Value, Refusal> {
    let scenario: Scenario = serde_json::from_str(body).map_err(Refusal::bad)?;
    scenario.apply(gateway);
    Ok(json!(Scenario::of(gateway)))
}

fn faults(gateway: &Gateway) -> Value {
    let Trouble { faults, .. } = &*gateway.trouble.lock();
    let faults: Vec<String> = faults.all().iter().map(ToString::to_string).collect();
    json!(faults)
}

fn post_faults(gateway: &Gateway, body: &str) -> Result<Value, Refusal> {
    let lines = body.lines().map(str::trim).filter(|line| !line.is_empty());
    let added: Result<Vec<_>, _> = lines.map(str::parse).collect();
    let added: Vec<crate::Fault> = added.map_err(|error: crate::FaultError| Refusal::bad(error))?;
    for fault in added {
        gateway.trouble.lock().faults.add(fault);
    }
    Ok(faults(gateway))
}

fn clock(gateway: &Gateway) -> Value {
    json!({ "now": crate::clock::iso(gateway.clock.now()) })
}

fn post_clock(gateway: &Gateway, body: &str) -> Result<Value, Refusal> {
    let body: Value = serde_json::from_str(body).map_err(Refusal::bad)?;
    let advance = body["advance"].as_str().unwrap_or_default();
    let by: Duration = humantime::parse_duration(advance)
        .map_err(|_| Refusal::bad("`advance` takes a duration such as \"90s\" or \"36h\""))?;
    gateway.clock.advance(by);
    Ok(clock(gateway))
}

/// The value of a key of the query string.
fn parameter(incoming: &Incoming, key: &str) -> Option<String> {
    form_urlencoded::parse(incoming.query.as_bytes())
        .find(|(name, _)| name == key)
        .map(|(_, value)| value.into_owned())
}

fn resources(gateway: &Gateway, incoming: &Incoming) -> Value {
    let wanted = parameter(incoming, "type");
    let world = gateway.present();
    let entries: Vec<Value> = world
        .store()
        .all()
        .filter(|(scope, ..)| {
            wanted
                .as_ref()
                .is_none_or(|wanted| *wanted == scope.type_name)
        })
        .map(|(scope, _, resource)| {
            json!({
                "type": scope.type_name,
                "region": scope.region,
                "account": scope.account,
                "properties": resource.model(),
            })
        })
        .collect();
    Value::Array(entries)
}

fn post_resources(gateway: &Gateway, body: &str) -> Result<Value, Refusal> {
    let data: DataSet = serde_json::from_str(body).map_err(Refusal::bad)?;
    gateway.load(&data).map_err(Refusal::bad)?;
    Ok(json!({ "loaded": data.entries.len() }))
}

fn hidden(gateway: &Gateway, incoming: &Incoming) -> Result<Value, Refusal> {
    let wanted_type = parameter(incoming, "type").unwrap_or_default();
    let wanted = parameter(incoming, "identifier").unwrap_or_default();
    let world = gateway.present();
    let found = world
        .store()
        .all()
        .find(|(scope, identifier, _)| scope.type_name == wanted_type && *identifier == wanted);
    let (_, _, resource) = found.ok_or_else(Refusal::not_found)?;
    Ok(json!(resource.hidden()))
}
