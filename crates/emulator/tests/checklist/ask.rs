//! Requests to services of every protocol, and what their answers have in common.

use cirrus_emulator::Options;
use form_urlencoded::Serializer;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::client::{ACCOUNT, Local, Reply, authorization, options};

pub(crate) const BUCKET: &str = "AWS::S3::Bucket";
pub(crate) const POOL: &str = "AWS::Cognito::UserPool";
pub(crate) const CLIENT: &str = "AWS::Cognito::UserPoolClient";

/// Who asks: an access key and, for temporary credentials, the session token.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) token: Option<String>,
}

impl Key {
    pub(crate) fn of(account: &str) -> Self {
        Self {
            id: account.to_owned(),
            token: None,
        }
    }

    pub(crate) fn usual() -> Self {
        Self::of(ACCOUNT)
    }

    fn headers(&self, region: &str, service: &str) -> String {
        let token = self.token.as_ref();
        let token = token.map(|token| format!("x-amz-security-token: {token}\r\n"));
        authorization(&self.id, region, service) + &token.unwrap_or_default()
    }
}

/// An emulator with some positions of switches.
pub(crate) async fn switched(switches: &[&str]) -> Local {
    let mut options = options();
    for switch in switches {
        options.switches.set(switch).unwrap();
    }
    Local::with(options).await
}

/// An emulator whose writes take as long as this.
pub(crate) async fn settling(settle: std::time::Duration) -> Local {
    Local::with(Options {
        settle,
        ..options()
    })
    .await
}

impl Local {
    /// A request of the JSON protocol; the target says which service.
    pub(crate) async fn json(&self, key: &Key, service: &str, target: &str, body: Value) -> Reply {
        let headers = format!(
            "content-type: application/x-amz-json-1.1\r\nx-amz-target: {target}\r\n{}",
            key.headers("us-east-1", service)
        );
        self.send("/", &headers, body.to_string().as_bytes()).await
    }

    /// An operation of Cognito's own API.
    pub(crate) async fn native(&self, operation: &str, body: Value) -> Reply {
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        self.json(&Key::usual(), "cognito-idp", &target, body).await
    }

    /// A query request: `action` and pairs of member and value.
    pub(crate) async fn query(
        &self,
        key: &Key,
        service: &str,
        action: &str,
        members: &[(&str, &str)],
    ) -> Reply {
        let form = Serializer::new(String::new())
            .append_pair("Action", action)
            .append_pair("Version", "2011-06-15")
            .extend_pairs(members)
            .finish();
        let headers = format!(
            "content-type: application/x-www-form-urlencoded; charset=utf-8\r\n{}",
            key.headers("us-east-1", service)
        );
        self.send("/", &headers, form.as_bytes()).await
    }

    /// A request of the REST protocol.
    pub(crate) async fn rest(&self, service: &str, path: &str, body: Value) -> Reply {
        let headers = Key::usual().headers("us-east-1", service);
        self.send(path, &headers, body.to_string().as_bytes()).await
    }

    /// Creates a resource without waiting, and says the answer's event.
    pub(crate) async fn begin(&self, type_name: &str, desired: Value) -> Value {
        let body = json!({"TypeName": type_name, "DesiredState": desired.to_string()});
        self.call("CreateResource", body).await.ok()["ProgressEvent"].clone()
    }

    /// Changes a resource and says the last event.
    pub(crate) async fn patch(&self, type_name: &str, identifier: &str, patch: Value) -> Value {
        self.finish("UpdateResource", patched(type_name, identifier, &patch))
            .await
    }

    /// Sends bytes as they are and reads one answer, on a connection of its own.
    pub(crate) async fn exchange(&self, request: &[u8]) -> Reply {
        let url = self.emulator.url();
        let address = url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request).await.unwrap();
        let mut answer = Vec::new();
        loop {
            if let Some((head, body)) = split(&answer)
                && body.len() >= length(head)
            {
                return Reply {
                    status: head.split(' ').nth(1).unwrap().parse().unwrap(),
                    head: head.to_owned(),
                    body: body.to_owned(),
                };
            }
            let read = stream.read_buf(&mut answer).await.unwrap();
            assert_ne!(read, 0, "the connection ends: {answer:?}");
        }
    }
}

/// Head and body of a message, if its head is complete.
pub(crate) fn split(message: &[u8]) -> Option<(&str, &str)> {
    str::from_utf8(message).unwrap().split_once("\r\n\r\n")
}

/// The length that a message's head promises.
pub(crate) fn length(head: &str) -> usize {
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().unwrap())
    });
    length.unwrap_or(0)
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        let start = format!("{name}: ");
        let mut lines = self.head.lines();
        lines
            .find_map(|line| line.strip_prefix(&start))
            .unwrap_or_default()
    }
}

pub(crate) fn named(type_name: &str, identifier: &str) -> Value {
    json!({"TypeName": type_name, "Identifier": identifier})
}

pub(crate) fn patched(type_name: &str, identifier: &str, patch: &Value) -> Value {
    let mut body = named(type_name, identifier);
    body["PatchDocument"] = json!(patch.to_string());
    body
}

/// The identifiers of a list.
pub(crate) async fn identifiers(local: &Local, type_name: &str) -> Vec<String> {
    let listed = local.list(type_name, None).await;
    listed.into_iter().map(|(name, _)| name).collect()
}

pub(crate) fn texts(pair: (&str, &str)) -> (String, String) {
    (pair.0.to_owned(), pair.1.to_owned())
}
