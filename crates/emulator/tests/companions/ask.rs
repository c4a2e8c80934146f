//! Requests to services of every protocol, by anybody.

use std::collections::BTreeMap;

use cirrus_emulator::{OptInRegions, Options, Switches};
use form_urlencoded::Serializer;
use serde_json::{Value, json};

use crate::client::{ACCOUNT, Local, Reply, authorization, options};

/// A member of the organization.
pub(crate) const MEMBER: &str = "111122223333";
/// An account that is not in it.
pub(crate) const STRANGER: &str = "999988887777";

/// An emulator of an organization of 23 accounts: the management account, `MEMBER` and 21 more.
pub(crate) async fn organization() -> Local {
    let more = (0..21).map(|number| {
        (
            format!("2000000000{number:02}"),
            format!("account {number}"),
        )
    });
    let member = (MEMBER.to_owned(), "workload".to_owned());
    let accounts: BTreeMap<_, _> = more.chain([member]).collect();
    assert_eq!(accounts.len(), 22);
    Local::with(Options {
        accounts,
        ..options()
    })
    .await
}

/// An emulator whose accounts have opted in nowhere.
pub(crate) async fn opted_out() -> Local {
    Local::with(Options {
        switches: Switches {
            opt_in_regions: OptInRegions::Disabled,
            ..Switches::default()
        },
        ..options()
    })
    .await
}

/// Who asks: an access key and, for temporary credentials, the session token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) token: Option<String>,
}

impl Key {
    pub(crate) fn of(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            token: None,
        }
    }

    pub(crate) fn management() -> Self {
        Self::of(ACCOUNT)
    }

    /// The credentials of an answer of STS.
    pub(crate) fn from_answer(reply: &Reply) -> Self {
        assert_eq!(reply.status, 200, "{}", reply.body);
        Self {
            id: reply.one("AccessKeyId").to_owned(),
            token: Some(reply.one("SessionToken").to_owned()),
        }
    }

    fn headers(&self, region: &str, service: &str) -> String {
        let headers = authorization(&self.id, region, service);
        match &self.token {
            Some(token) => format!("{headers}x-amz-security-token: {token}\r\n"),
            None => headers,
        }
    }
}

impl Local {
    /// A query request: `action` and pairs of member and value.
    pub(crate) async fn query(
        &self,
        key: &Key,
        service: &str,
        action: &str,
        members: &[(&str, &str)],
    ) -> Reply {
        self.query_in(key, "us-east-1", service, action, members)
            .await
    }

    pub(crate) async fn query_in(
        &self,
        key: &Key,
        region: &str,
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
            "content-type: application/x-www-form-urlencoded\r\n{}",
            key.headers(region, service)
        );
        self.send("/", &headers, form.as_bytes()).await
    }

    /// A request of the JSON protocol.
    pub(crate) async fn json(&self, key: &Key, service: &str, target: &str, body: Value) -> Reply {
        self.json_in(key, "us-east-1", service, target, body).await
    }

    pub(crate) async fn json_in(
        &self,
        key: &Key,
        region: &str,
        service: &str,
        target: &str,
        body: Value,
    ) -> Reply {
        let headers = format!("x-amz-target: {target}\r\n{}", key.headers(region, service));
        self.send("/", &headers, body.to_string().as_bytes()).await
    }

    /// A request of the REST protocol.
    pub(crate) async fn rest(&self, key: &Key, service: &str, path: &str, body: Value) -> Reply {
        let headers = key.headers("us-east-1", service);
        self.send(path, &headers, body.to_string().as_bytes()).await
    }

    /// Creates a resource as somebody, and waits for it.
    pub(crate) async fn create_as(&self, key: &Key, region: &str, type_name: &str, desired: Value) {
        let body = json!({"TypeName": type_name, "DesiredState": desired.to_string()});
        let target = "CloudApiService.CreateResource";
        let reply = self
            .json_in(key, region, "cloudcontrolapi", target, body)
            .await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        self.advance(std::time::Duration::from_secs(2));
    }
}

impl Reply {
    /// Status, code and message of an error in XML.
    pub(crate) fn xml_error(&self) -> (u16, &str, &str) {
        (self.status, self.one("Code"), self.one("Message"))
    }
}
