//! The whole life of resources whose types differ in shape, by the AWS SDK for Rust: the cases of `life_cycles.json`, which
//! `tests/clients` leads through boto3 and the AWS CLI.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use aws_sdk_cloudcontrol::{
    Client,
    client::Waiters,
    config::{BehaviorVersion, Config, Credentials, Region},
    error::{ProvideErrorMetadata, SdkError},
    operation::update_resource::UpdateResourceError,
    types::ProgressEvent,
};
use cirrus_emulator::{Emulator, Options};
use cirrus_provider::{Catalog, Schemas};
use futures::{StreamExt, stream};
use serde_json::{Map, Value, json};

/// A type, a resource of it, and what can be done with it.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    r#type: String,
    table: String,
    why: String,
    region: String,
    is_global: bool,
    /// Properties that name other resources, which are made first, in this order.
    parents: Map<String, Value>,
    desired: Map<String, Value>,
    identifier: Option<String>,
    write_only: Vec<String>,
    /// None when the type cannot be listed.
    listed_by: Option<Vec<String>>,
    /// What `cirrus exec` asks the table with.
    #[serde(rename = "where")]
    _condition: Option<String>,
    /// None when the type cannot be updated.
    change: Option<Map<String, Value>>,
    /// A property whose change is refused.
    create_only: Option<Map<String, Value>>,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("life_cycles.json")).unwrap()
}

/// The SDK as a program of its user would have it, but for where it calls.
struct Sdk {
    client: Client,
}

impl Sdk {
    fn new(emulator: &Emulator, region: &str) -> Self {
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(emulator.url())
            .region(Region::new(region.to_owned()))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .build();
        Self {
            client: Client::from_conf(config),
        }
    }

    /// The identifier of the resource, once the SDK's waiter has seen the request succeed.
    async fn finished(&self, event: Option<&ProgressEvent>) -> String {
        let token = event.unwrap().request_token().unwrap();
        let waiter = self
            .client
            .wait_until_resource_request_success()
            .request_token(token);
        let last = waiter.wait(Duration::from_mins(1)).await.unwrap();
        let answer = last.into_result().unwrap();
        let event = answer.progress_event().unwrap();
        event.identifier().unwrap().to_owned()
    }

    async fn create(&self, type_name: &str, desired: &Map<String, Value>) -> String {
        let call = self
            .client
            .create_resource()
            .type_name(type_name)
            .desired_state(text(desired));
        self.finished(call.send().await.unwrap().progress_event())
            .await
    }

    async fn get(&self, type_name: &str, identifier: &str) -> Value {
        let call = self
            .client
            .get_resource()
            .type_name(type_name)
            .identifier(identifier);
        let answer = call.send().await.unwrap();
        let description = answer.resource_description().unwrap();
        assert_eq!(description.identifier(), Some(identifier));
        serde_json::from_str(description.properties().unwrap()).unwrap()
    }

    async fn list(&self, type_name: &str, model: &Map<String, Value>) -> Vec<String> {
        let call = self.client.list_resources().type_name(type_name);
        let call = if model.is_empty() {
            call
        } else {
            call.resource_model(text(model))
        };
        let found: Vec<_> = call
            .into_paginator()
            .items()
            .send()
            .try_collect()
            .await
            .unwrap();
        found
            .iter()
            .map(|found| found.identifier().unwrap().to_owned())
            .collect()
    }
}

fn text(members: &Map<String, Value>) -> String {
    Value::Object(members.clone()).to_string()
}

/// The code of a call that must be refused.
fn refusal<Answer, E: ProvideErrorMetadata>(answer: Result<Answer, SdkError<E>>) -> String {
    let error = answer.err().expect("the call is refused");
    assert!(error.message().is_some_and(|message| !message.is_empty()));
    error.code().unwrap().to_owned()
}

/// The patch that sets properties, whether or not they have a value.
fn additions(properties: &Map<String, Value>) -> String {
    let operations = properties
        .iter()
        .map(|(name, value)| json!({"op": "add", "path": format!("/{name}"), "value": value}));
    Value::Array(operations.collect()).to_string()
}

/// `{"UserPoolId": "{UserPoolId}"}` with the pool that has been made.
fn filled(desired: &Value, made: &Map<String, Value>) -> Map<String, Value> {
    let mut desired = desired.as_object().unwrap().clone();
    for value in desired.values_mut() {
        let name = value
            .as_str()
            .and_then(|text| text.strip_prefix('{')?.strip_suffix('}'));
        if let Some(found) = name.and_then(|name| made.get(name)) {
            *value = found.clone();
        }
    }
    desired
}

/// Takes out of a value what is at a path of the schema, where `*` is every item; tells whether there was anything.
fn take(value: &mut Value, path: &[&str]) -> bool {
    match (path, value) {
        (["*", rest @ ..], Value::Array(items)) => items
            .iter_mut()
            .map(|item| take(item, rest))
            .fold(false, |any, one| any | one),
        ([name], Value::Object(members)) => members.shift_remove(*name).is_some(),
        ([name, rest @ ..], Value::Object(members)) => members
            .get_mut(*name)
            .is_some_and(|member| take(member, rest)),
        _ => false,
    }
}

/// Whether a value is the expected one, or has more members than it.
fn has(value: &Value, expected: &Value) -> bool {
    match (value, expected) {
        (Value::Object(members), Value::Object(expected)) => {
            expected.iter().all(|(name, expected)| {
                members
                    .get(name)
                    .map_or(expected == &json!({}), |member| has(member, expected))
            })
        }
        (Value::Array(items), Value::Array(expected)) => {
            items.len() == expected.len()
                && items
                    .iter()
                    .zip(expected)
                    .all(|(item, expected)| has(item, expected))
        }
        _ => value == expected,
    }
}

/// What there is of a resource, which must have everything that was asked for and may be seen.
async fn shown(case: &Case, sdk: &Sdk, identifier: &str, expected: &Map<String, Value>) -> Value {
    let mut properties = sdk.get(&case.r#type, identifier).await;
    let mut expected = Value::Object(expected.clone());
    for path in &case.write_only {
        let path: Vec<&str> = path.split('/').collect();
        assert!(
            !take(&mut properties, &path),
            "{}: {path:?} is write-only",
            case.r#type
        );
        take(&mut expected, &path);
    }
    assert!(
        has(&properties, &expected),
        "{}: {properties} is not {expected}",
        case.r#type
    );
    properties
}

async fn live(case: &Case, sdk: &Sdk) {
    let type_name = &case.r#type;
    let mut made = Map::new();
    for (name, parent) in &case.parents {
        let desired = filled(&parent["desired"], &made);
        let identifier = sdk.create(parent["type"].as_str().unwrap(), &desired).await;
        let own = identifier.rsplit('|').next().unwrap();
        made.insert(name.clone(), json!(own));
    }
    let mut desired = made;
    desired.extend(case.desired.clone());

    let identifier = sdk.create(type_name, &desired).await;
    if let Some(expected) = &case.identifier {
        assert_eq!(&identifier, expected);
    }
    let before = shown(case, sdk, &identifier, &desired).await;

    let list = sdk.client.list_resources().type_name(type_name);
    let model: Option<Map<String, Value>> = case.listed_by.as_ref().map(|names| {
        names
            .iter()
            .map(|name| (name.clone(), desired[name].clone()))
            .collect()
    });
    match &model {
        Some(model) => assert_eq!(sdk.list(type_name, model).await, [identifier.as_str()]),
        None => assert_eq!(refusal(list.send().await), "UnsupportedActionException"),
    }

    let update = |patch: String| {
        let call = sdk.client.update_resource().type_name(type_name);
        call.identifier(&identifier).patch_document(patch).send()
    };
    if let Some(change) = &case.create_only {
        let refused = update(additions(change)).await;
        let error = refused.as_ref().err().and_then(SdkError::as_service_error);
        assert!(error.is_some_and(UpdateResourceError::is_not_updatable_exception));
        assert_eq!(sdk.get(type_name, &identifier).await, before);
    }
    match &case.change {
        None => {
            let code = refusal(update("[]".into()).await);
            assert_eq!(code, "UnsupportedActionException");
        }
        Some(change) => {
            let answer = update(additions(change)).await.unwrap();
            assert_eq!(sdk.finished(answer.progress_event()).await, identifier);
            desired.extend(change.clone());
            shown(case, sdk, &identifier, &desired).await;
        }
    }

    let delete = sdk.client.delete_resource().type_name(type_name);
    let answer = delete.identifier(&identifier).send().await.unwrap();
    assert_eq!(sdk.finished(answer.progress_event()).await, identifier);
    let get = sdk.client.get_resource().type_name(type_name);
    let code = refusal(get.identifier(&identifier).send().await);
    assert_eq!(code, "ResourceNotFoundException");
    if let Some(model) = &model {
        assert!(sdk.list(type_name, model).await.is_empty());
    }
}

/// Each case in a world of its own. The SDK's waiter asks every five seconds, so nothing takes any time here.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sdk_leads_every_case_through_its_life() {
    let schemas = Arc::new(Schemas::embedded());
    stream::iter(cases())
        .for_each_concurrent(4, |case| {
            let mut options = Options::new(Arc::clone(&schemas));
            options.settle = Duration::ZERO;
            async move {
                let emulator = Emulator::start(options).await.unwrap();
                live(&case, &Sdk::new(&emulator, &case.region)).await;
                emulator.shutdown().await;
            }
        })
        .await;
}

#[tokio::test]
async fn the_sdk_waits_for_what_takes_time() {
    let mut options = Options::new(Arc::new(Schemas::embedded()));
    options.settle = Duration::from_secs(1);
    let emulator = Emulator::start(options).await.unwrap();
    let sdk = Sdk::new(&emulator, "us-east-1");
    let desired = json!({"BucketName": "photos"});
    let identifier = sdk
        .create("AWS::S3::Bucket", desired.as_object().unwrap())
        .await;
    assert_eq!(identifier, "photos");
    let polls = emulator.requests();
    let polls = polls
        .iter()
        .filter(|request| request.operation == "GetResourceRequestStatus");
    assert_eq!(polls.count(), 2);
}

/// The cases take nothing for granted that the registry does not say.
#[test]
fn the_cases_say_what_the_schemas_say() {
    let catalog = Catalog::embedded();
    let schemas = catalog.schemas();
    for case in cases() {
        let schema = schemas.get(&case.r#type).unwrap();
        let document = &schema.document;
        let name = &case.r#type;
        assert!(!case.why.is_empty() && !case.why.ends_with('.'), "{name}");
        assert!(
            schema
                .availability
                .includes(&case.region, schemas.regions()),
            "{name}"
        );
        assert_eq!(case.is_global, schema.global, "{name}");

        let handlers = &document["handlers"];
        assert_eq!(case.change.is_some(), handlers.get("update").is_some());
        assert_eq!(case.listed_by.is_some(), handlers.get("list").is_some());
        let inputs = &handlers["list"]["handlerSchema"]["properties"];
        for input in case.listed_by.iter().flatten() {
            assert!(
                inputs.get(input).is_some(),
                "{name} is not listed by {input}"
            );
        }

        let paths = |list: &str| -> BTreeSet<String> {
            document[list]
                .as_array()
                .into_iter()
                .flatten()
                .map(|path| path.as_str().unwrap().replacen("/properties/", "", 1))
                .collect()
        };
        let write_only = paths("writeOnlyProperties");
        assert!(case.write_only.iter().all(|path| write_only.contains(path)));
        let create_only = paths("createOnlyProperties");
        for property in case.create_only.iter().flat_map(Map::keys) {
            let below = format!("{property}/");
            assert!(
                create_only
                    .iter()
                    .any(|path| path == property || path.starts_with(&below)),
                "{name} can change {property}"
            );
        }

        let (service, table) = case.table["aws.".len()..].split_once('.').unwrap();
        assert_eq!(&catalog.table(service, table).unwrap().type_name, name);
    }
}

#[test]
fn the_cases_have_every_shape() {
    let cases = cases();
    let types: BTreeSet<&str> = cases.iter().map(|case| case.r#type.as_str()).collect();
    assert_eq!(types.len(), cases.len());
    let services: BTreeSet<&str> = types
        .iter()
        .map(|name| name.split("::").nth(1).unwrap())
        .collect();
    assert!(services.len() >= 30, "{services:?}");
    let count = |shape: fn(&&Case) -> bool| cases.iter().filter(shape).count();
    assert!(count(|_| true) >= 42);
    assert!(count(|case| case.change.is_none()) >= 8);
    assert!(count(|case| case.listed_by.is_none()) >= 4);
    assert!(
        count(|case| case
            .listed_by
            .as_ref()
            .is_some_and(|names| !names.is_empty()))
            >= 8
    );
    assert!(count(|case| case.is_global) >= 5);
    assert!(count(|case| !case.parents.is_empty()) >= 12);
    assert!(count(|case| !case.write_only.is_empty()) >= 8);
    assert!(count(|case| case.create_only.is_some()) >= 25);
    assert!(
        count(|case| case
            .identifier
            .as_ref()
            .is_some_and(|text| text.contains('|')))
            >= 6
    );
}
