//! A cloud that answers from a script and writes down what it was asked.

use std::{collections::HashMap, sync::Arc};

use cirrus_provider::{
    Cloud, CloudError, CloudErrorKind, GetRequest, ListRequest, Meter, Operation, Page, Resource,
};
use futures::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use parking_lot::Mutex;
use serde_json::{Value, json};

pub(crate) const POOL: &str = "AWS::Cognito::UserPool";
pub(crate) const CLIENT: &str = "AWS::Cognito::UserPoolClient";

#[derive(Clone, Debug)]
struct Stored {
    type_name: String,
    region: String,
    identifier: String,
    listed: String,
    read: String,
}

/// The cloud.
#[derive(Debug)]
pub(crate) struct ScriptedCloud {
    resources: Vec<Stored>,
    calls: Arc<Mutex<Vec<String>>>,
    /// Fails calls whose log line starts with the key.
    failures: HashMap<String, CloudErrorKind>,
    region: Option<String>,
    /// What failures say.
    message: String,
    /// What the account has enabled; none when it does not say.
    enabled: Option<Vec<String>>,
    page_size: usize,
    /// Answers take a while, so that calls overlap.
    slow: bool,
    /// Lists ignore their inputs, as some emulators do.
    ignores_inputs: bool,
}

impl ScriptedCloud {
    pub(crate) fn empty() -> Self {
        Self {
            resources: Vec::new(),
            calls: Arc::default(),
            failures: HashMap::new(),
            region: Some("us-east-1".into()),
            message: "as scripted".into(),
            enabled: Some(vec!["eu-west-1".into(), "us-east-1".into()]),
            page_size: 2,
            slow: false,
            ignores_inputs: false,
        }
    }

    /// Two pools in us-east-1 with three and one clients, and one pool in eu-west-1 with one client.
    pub(crate) fn pools() -> Self {
        let mut cloud = Self::empty();
        for (region, pool, name) in [
            ("us-east-1", "us-east-1_a", "alpha"),
            ("us-east-1", "us-east-1_b", "beta"),
            ("eu-west-1", "eu-west-1_c", "gamma"),
        ] {
            cloud = cloud.resource(
                POOL,
                region,
                pool,
                &json!({"UserPoolId": pool}),
                &json!({"UserPoolId": pool, "UserPoolName": name, "MfaConfiguration": "OFF",
                    "Policies": {"PasswordPolicy": {"MinimumLength": 8}}}),
            );
        }
        for (region, pool, client) in [
            ("us-east-1", "us-east-1_a", "1"),
            ("us-east-1", "us-east-1_a", "2"),
            ("us-east-1", "us-east-1_a", "3"),
            ("us-east-1", "us-east-1_b", "4"),
            ("eu-west-1", "eu-west-1_c", "5"),
        ] {
            cloud = cloud.resource(
                CLIENT,
                region,
                &format!("{pool}|{client}"),
                &json!({"UserPoolId": pool, "ClientId": client}),
                &json!({"UserPoolId": pool, "ClientId": client, "ClientName": format!("app-{client}"),
                    "ClientSecret": format!("secret-{client}"), "RefreshTokenValidity": 30,
                    "EnableTokenRevocation": true, "CallbackURLs": ["https://a/cb"],
                    "TokenValidityUnits": {"AccessToken": "hours"}}),
            );
        }
        cloud
    }

    pub(crate) fn resource(
        self,
        type_name: &str,
        region: &str,
        identifier: &str,
        listed: &Value,
        read: &Value,
    ) -> Self {
        self.raw(
            type_name,
            region,
            identifier,
            &listed.to_string(),
            &read.to_string(),
        )
    }

    pub(crate) fn raw(
        mut self,
        type_name: &str,
        region: &str,
        identifier: &str,
        listed: &str,
        read: &str,
    ) -> Self {
        self.resources.push(Stored {
            type_name: type_name.into(),
            region: region.into(),
            identifier: identifier.into(),
            listed: listed.into(),
            read: read.into(),
        });
        self
    }

    pub(crate) fn failing(mut self, call: &str, kind: CloudErrorKind) -> Self {
        self.failures.insert(call.into(), kind);
        self
    }

    pub(crate) fn slow(mut self) -> Self {
        self.slow = true;
        self
    }

    pub(crate) fn saying(mut self, message: &str) -> Self {
        self.message = message.into();
        self
    }

    pub(crate) fn ignoring_inputs(mut self) -> Self {
        self.ignores_inputs = true;
        self
    }

    pub(crate) fn without_enabled_regions(mut self) -> Self {
        self.enabled = None;
        self
    }

    pub(crate) fn without_region(mut self) -> Self {
        self.region = None;
        self
    }

    /// The calls since the last clearing, sorted.
    pub(crate) fn calls(&self) -> Vec<String> {
        let mut calls = self.calls.lock().clone();
        calls.sort();
        calls
    }

    pub(crate) fn clear_calls(&self) {
        self.calls.lock().clear();
    }

    fn failure(
        &self,
        call: &str,
        operation: Operation,
        type_name: &str,
        region: &str,
    ) -> Option<CloudError> {
        let (_, kind) = self
            .failures
            .iter()
            .find(|(key, _)| call.starts_with(key.as_str()))?;
        Some(CloudError {
            kind: *kind,
            operation,
            type_name: type_name.into(),
            region: region.into(),
            code: (*kind != CloudErrorKind::Credentials).then(|| "ScriptedException".into()),
            message: self.message.clone(),
            request_id: None,
        })
    }
}

impl Cloud for ScriptedCloud {
    fn list(
        &self,
        request: ListRequest,
        meter: Arc<Meter>,
    ) -> BoxStream<'static, Result<Page, CloudError>> {
        let short = request
            .type_name
            .rsplit("::")
            .next()
            .expect("a type name")
            .to_owned();
        let inputs = if request.model.is_empty() {
            String::new()
        } else {
            Value::Object(request.model.clone()).to_string()
        };
        let call = format!("List {short} {} {inputs}", request.region)
            .trim_end()
            .to_owned();
        let failure = self.failure(
            &call,
            Operation::ListResources,
            &request.type_name,
            &request.region,
        );
        let matches = |stored: &&Stored| {
            let properties: Value = serde_json::from_str(&stored.read).unwrap_or_default();
            stored.type_name == request.type_name
                && stored.region == request.region
                && (self.ignores_inputs
                    || request
                        .model
                        .iter()
                        .all(|(key, value)| properties.get(key).is_none_or(|found| found == value)))
        };
        let mut found: Vec<Resource> = self
            .resources
            .iter()
            .filter(matches)
            .map(|stored| Resource {
                identifier: stored.identifier.clone(),
                properties: stored.listed.clone(),
            })
            .collect();
        let (log, size) = (self.calls.clone(), self.page_size);
        let mut page_number = 0;
        let mut done = false;
        let slow = self.slow;
        stream::iter(std::iter::from_fn(move || {
            if done {
                return None;
            }
            page_number += 1;
            meter.count_call(Operation::ListResources);
            log.lock().push(format!("{call} page {page_number}"));
            if let Some(error) = failure.clone() {
                done = true;
                return Some(Err(error));
            }
            let rest = found.split_off(size.min(found.len()));
            let resources = std::mem::replace(&mut found, rest);
            done = found.is_empty();
            Some(Ok(Page {
                resources,
                has_more: !done,
            }))
        }))
        .then(move |page| async move {
            pause(slow).await;
            page
        })
        .boxed()
    }

    fn get(
        &self,
        request: GetRequest,
        meter: Arc<Meter>,
    ) -> BoxFuture<'static, Result<Resource, CloudError>> {
        let short = request.type_name.rsplit("::").next().expect("a type name");
        let call = format!("Get {short} {} {}", request.region, request.identifier);
        meter.count_call(Operation::GetResource);
        self.calls.lock().push(call.clone());
        let failure = self.failure(
            &call,
            Operation::GetResource,
            &request.type_name,
            &request.region,
        );
        let found = self.resources.iter().find(|stored| {
            stored.type_name == request.type_name
                && stored.region == request.region
                && stored.identifier == request.identifier
        });
        let answer = match (failure, found) {
            (Some(error), _) => Err(error),
            (None, Some(stored)) => Ok(Resource {
                identifier: stored.identifier.clone(),
                properties: stored.read.clone(),
            }),
            (None, None) => Err(CloudError {
                kind: CloudErrorKind::NotFound,
                operation: Operation::GetResource,
                type_name: request.type_name,
                region: request.region,
                code: Some("ResourceNotFoundException".into()),
                message: "not there".into(),
                request_id: None,
            }),
        };
        let slow = self.slow;
        async move {
            pause(slow).await;
            answer
        }
        .boxed()
    }

    fn enabled_regions(
        &self,
        meter: Arc<Meter>,
    ) -> BoxFuture<'static, Result<Vec<String>, CloudError>> {
        meter.count_call(Operation::ListRegions);
        self.calls.lock().push("ListRegions".into());
        let answer = self.enabled.clone().ok_or_else(|| CloudError {
            kind: CloudErrorKind::AccessDenied,
            operation: Operation::ListRegions,
            type_name: String::new(),
            region: "us-east-1".into(),
            code: Some("AccessDeniedException".into()),
            message: "not authorized".into(),
            request_id: None,
        });
        async { answer }.boxed()
    }

    fn account_id(&self, meter: Arc<Meter>) -> BoxFuture<'static, Result<String, CloudError>> {
        meter.count_call(Operation::GetCallerIdentity);
        self.calls.lock().push("GetCallerIdentity".into());
        async { Ok("123456789012".to_owned()) }.boxed()
    }

    fn default_region(&self) -> Option<String> {
        self.region.clone()
    }

    fn concurrency(&self) -> usize {
        4
    }
}

/// Lets everybody else go first, if answers are slow.
async fn pause(slow: bool) {
    for _ in 0..if slow { 100 } else { 0 } {
        tokio::task::yield_now().await;
    }
}
