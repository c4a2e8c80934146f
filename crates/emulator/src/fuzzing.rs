//! What the fuzz targets in `fuzz/` feed: requests as bytes, and patch documents. The tests here are their short form.

use std::sync::{Arc, LazyLock};

use cirrus_provider::Schemas;
use hyper::{HeaderMap, Method, StatusCode, body::Bytes, header::HeaderValue};
use serde_json::Value;

use crate::{
    Clock, Options, Switches,
    gateway::Gateway,
    http::{Incoming, Outgoing},
    patch::Patch,
    service,
};

static SCHEMAS: LazyLock<Arc<Schemas>> = LazyLock::new(|| Arc::new(Schemas::embedded()));

/// One emulator for all inputs: what they leave behind is part of what the next ones meet.
static GATEWAY: LazyLock<Gateway> = LazyLock::new(|| {
    let options = Options {
        clock: Clock::manual(),
        settle: std::time::Duration::ZERO,
        switches: Switches::default(),
        ..Options::new(Arc::clone(&SCHEMAS))
    };
    let gateway = Gateway::new(&options).expect("an emulator in memory needs nothing");
    gateway.load_demo().expect("there is no state file");
    gateway
});

/// Answers any bytes as a request: the first byte chooses the operation, the rest is the body.
pub fn request(bytes: &[u8]) {
    let Some((&choice, body)) = bytes.split_first() else {
        return;
    };
    let operations = service::operations();
    let (service, operation) = operations[usize::from(choice) % operations.len()];
    let outgoing = send(service, operation, body);
    assert_ne!(
        outgoing.status,
        StatusCode::INTERNAL_SERVER_ERROR,
        "{operation} of {}",
        service.name()
    );
}

fn send(service: service::Service, operation: &str, body: &[u8]) -> Outgoing {
    let mut headers = HeaderMap::new();
    let name = service.name();
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{name}/aws4_request, SignedHeaders=host, Signature=0"
    );
    let value = |text: &str| HeaderValue::from_str(text).expect("the names are plain");
    headers.insert("authorization", value(&authorization));
    let mut path = "/".to_owned();
    let mut query = String::new();
    if let Some(target) = service.target() {
        headers.insert("x-amz-target", value(&format!("{target}.{operation}")));
    } else {
        path = format!(
            "/{}{}",
            operation[..1].to_ascii_lowercase(),
            &operation[1..]
        );
        query = format!("Action={operation}");
    }
    let incoming = Incoming {
        method: Method::POST,
        path,
        query,
        headers,
        body: Some(Bytes::copy_from_slice(body)),
    };
    GATEWAY.answer_now(&incoming)
}

/// Applies any bytes as a patch document to a model: both are JSON, separated by a zero byte.
pub fn patch(bytes: &[u8]) {
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    let (Some(document), Some(model)) = (parts.next(), parts.next()) else {
        return;
    };
    let Ok(document) = std::str::from_utf8(document) else {
        return;
    };
    let Ok(model) = serde_json::from_slice::<Value>(model) else {
        return;
    };
    if let Ok(patch) = Patch::parse(document) {
        let _ = patch.apply(&model);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Bodies that come further than noise does: members of the operations with values that are nearly right.
    fn body() -> impl Strategy<Value = Vec<u8>> {
        let text = prop_oneof![
            Just("AWS::Cognito::UserPoolClient".to_owned()),
            Just("AWS::S3::Bucket".to_owned()),
            Just("us-east-1_Demo00001".to_owned()),
            Just("us-east-1_Demo00001|1demowebportal000000000000".to_owned()),
            Just("{\"UserPoolId\":\"us-east-1_Demo00001\"}".to_owned()),
            Just("[{\"op\":\"add\",\"path\":\"/Tags/-\",\"value\":{}}]".to_owned()),
            ".{0,20}",
        ];
        let value = prop_oneof![
            text.prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            Just(serde_json::json!([{"Name": "a", "Value": "b"}, null])),
        ];
        let name = prop_oneof![
            Just("TypeName"),
            Just("Identifier"),
            Just("DesiredState"),
            Just("PatchDocument"),
            Just("ResourceModel"),
            Just("NextToken"),
            Just("MaxResults"),
            Just("RequestToken"),
            Just("UserPoolId"),
            Just("ClientId"),
            Just("Username"),
            Just("GroupName"),
            Just("Filter"),
            Just("Limit"),
        ]
        .prop_map(str::to_owned);
        let members = prop::collection::hash_map(name, value, 0..6);
        prop_oneof![
            4 => members.prop_map(|members| serde_json::json!(members).to_string().into_bytes()),
            1 => prop::collection::vec(any::<u8>(), 0..64),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

        #[test]
        fn no_request_ends_in_a_panic(choice in any::<u8>(), body in body()) {
            let mut bytes = vec![choice];
            bytes.extend(body);
            request(&bytes);
        }

        #[test]
        fn no_patch_ends_in_a_panic(
            operation in prop_oneof![Just("add"), Just("remove"), Just("replace"), Just("move"), Just("copy"), Just("test"), Just("x")],
            path in "/?[a-c0-9/~-]{0,8}",
            from in "/?[a-c0-9/~-]{0,8}",
        ) {
            let document = serde_json::json!([{"op": operation, "path": path, "from": from, "value": [1]}]);
            let model = serde_json::json!({"a": {"b": [1, {"c": 2}]}, "0": [[]]});
            patch(format!("{document}\0{model}").as_bytes());
        }
    }
}
