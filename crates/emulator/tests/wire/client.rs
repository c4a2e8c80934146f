//! A small client: raw HTTP/1.1 over TCP, so that nothing between the test and the emulator interprets the bytes.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use cirrus_emulator::{Clock, Emulator, LoggedRequest, Options};
use cirrus_provider::Schemas;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

static SCHEMAS: LazyLock<Arc<Schemas>> = LazyLock::new(|| Arc::new(Schemas::embedded()));

pub(crate) const ACCOUNT: &str = "123456789012";

/// Settings with a clock that stands still and requests that take a second.
pub(crate) fn options() -> Options {
    Options {
        clock: Clock::manual(),
        settle: Duration::from_secs(1),
        ..Options::new(Arc::clone(&SCHEMAS))
    }
}

/// An emulator and its clock.
pub(crate) struct Local {
    pub(crate) emulator: Emulator,
    clock: Clock,
}

/// An answer off the wire.
#[derive(Debug)]
#[must_use = "look at the answer"]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The body of an answer that must be a success.
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.json()
    }

    /// Code and message of an answer that must be an error.
    pub(crate) fn error(&self) -> (String, String) {
        assert_ne!(self.status, 200, "{}", self.body);
        let body = self.json();
        let code = body["__type"]
            .as_str()
            .unwrap()
            .rsplit('#')
            .next()
            .unwrap()
            .to_owned();
        let message = body.get("Message").or_else(|| body.get("message")).unwrap();
        (code, message.as_str().unwrap().to_owned())
    }
}

impl Local {
    pub(crate) async fn start() -> Self {
        Self::with(options()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let clock = options.clock.clone();
        let emulator = Emulator::start(options).await.unwrap();
        Self { emulator, clock }
    }

    pub(crate) async fn demo() -> Self {
        let local = Self::start().await;
        local.emulator.load_json(cirrus_emulator::demo()).unwrap();
        local
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    pub(crate) fn fault(&self, text: &str) {
        self.emulator.add_fault(text.parse().unwrap());
    }

    pub(crate) fn last(&self) -> LoggedRequest {
        self.emulator.requests().pop().unwrap()
    }

    /// Calls a Cloud Control operation in us-east-1.
    pub(crate) async fn call(&self, operation: &str, body: Value) -> Reply {
        self.call_in("us-east-1", operation, body).await
    }

    pub(crate) async fn call_in(&self, region: &str, operation: &str, body: Value) -> Reply {
        self.call_as("AKIDEXAMPLE", region, operation, body).await
    }

    pub(crate) async fn call_as(
        &self,
        key: &str,
        region: &str,
        operation: &str,
        body: Value,
    ) -> Reply {
        let headers = format!(
            "content-type: application/x-amz-json-1.0\r\nx-amz-target: CloudApiService.{operation}\r\n{}",
            authorization(key, region, "cloudcontrolapi")
        );
        self.send("/?Action=Ignored", &headers, body.to_string().as_bytes())
            .await
    }

    pub(crate) async fn send(&self, path: &str, headers: &str, body: &[u8]) -> Reply {
        self.send_raw("POST", path, headers, body)
            .await
            .expect("an answer")
    }

    /// Asks the admin endpoint.
    pub(crate) async fn admin(&self, method: &str, path: &str, body: &str) -> Reply {
        self.send_raw(method, &format!("/_cirrus{path}"), "", body.as_bytes())
            .await
            .expect("an answer")
    }

    /// Calls an operation of Cloud Control whose answer may never come or end too early: what came of it, if anything did.
    pub(crate) async fn try_call(&self, operation: &str, body: Value) -> Option<Reply> {
        let headers = format!(
            "x-amz-target: CloudApiService.{operation}\r\n{}",
            authorization("AKIDEXAMPLE", "us-east-1", "cloudcontrolapi")
        );
        self.send_raw("POST", "/", &headers, body.to_string().as_bytes())
            .await
    }

    async fn send_raw(
        &self,
        method: &str,
        path: &str,
        headers: &str,
        body: &[u8],
    ) -> Option<Reply> {
        let url = self.emulator.url();
        let address = url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n")?;
        Some(Reply {
            status: head.split(' ').nth(1)?.parse().ok()?,
            head: head.to_owned(),
            body: body.to_owned(),
        })
    }

    /// Sends a write, lets its time pass, and returns its final event.
    pub(crate) async fn finish(&self, operation: &str, body: Value) -> Value {
        let token = token(&self.call(operation, body).await.ok());
        self.advance(Duration::from_secs(1));
        self.status(&token).await
    }

    pub(crate) async fn status(&self, token: &str) -> Value {
        let reply = self
            .call("GetResourceRequestStatus", json!({"RequestToken": token}))
            .await;
        reply.ok()["ProgressEvent"].clone()
    }

    /// Creates a resource and returns its identifier.
    pub(crate) async fn create(&self, type_name: &str, desired: Value) -> String {
        let event = self
            .finish(
                "CreateResource",
                json!({"TypeName": type_name, "DesiredState": desired.to_string()}),
            )
            .await;
        assert_eq!(event["OperationStatus"], "SUCCESS", "{event}");
        event["Identifier"].as_str().unwrap().to_owned()
    }

    /// The properties of a resource.
    pub(crate) async fn get(&self, type_name: &str, identifier: &str) -> Value {
        let reply = self
            .call(
                "GetResource",
                json!({"TypeName": type_name, "Identifier": identifier}),
            )
            .await
            .ok();
        properties(&reply["ResourceDescription"])
    }

    /// Every page of a list: identifiers and properties.
    pub(crate) async fn list(&self, type_name: &str, model: Option<Value>) -> Vec<(String, Value)> {
        let mut found = Vec::new();
        let mut body = json!({"TypeName": type_name});
        if let Some(model) = model {
            body["ResourceModel"] = json!(model.to_string());
        }
        loop {
            let page = self.call("ListResources", body.clone()).await.ok();
            for description in page["ResourceDescriptions"].as_array().unwrap() {
                let identifier = description["Identifier"].as_str().unwrap().to_owned();
                found.push((identifier, properties(description)));
            }
            let Some(token) = page.get("NextToken") else {
                return found;
            };
            body["NextToken"] = token.clone();
        }
    }
}

pub(crate) fn authorization(key: &str, region: &str, service: &str) -> String {
    format!(
        "authorization: AWS4-HMAC-SHA256 Credential={key}/20261120/{region}/{service}/aws4_request, SignedHeaders=host, Signature=0\r\n"
    )
}

pub(crate) fn token(answer: &Value) -> String {
    answer["ProgressEvent"]["RequestToken"]
        .as_str()
        .unwrap()
        .to_owned()
}

pub(crate) fn properties(description: &Value) -> Value {
    serde_json::from_str(description["Properties"].as_str().unwrap()).unwrap()
}

/// The shape of a version 4 UUID.
pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == 36 && text.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && &text[14..15] == "4"
}
