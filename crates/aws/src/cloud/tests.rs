//! What goes over the wire and how it comes back, against a scripted server.

use std::time::Duration;

use aws_config::{retry::RetryConfig, timeout::TimeoutConfig};
use aws_credential_types::provider::{SharedCredentialsProvider, error::CredentialsError, future};
use aws_sdk_cloudcontrol::config::{Credentials, ProvideCredentials};
use futures::TryStreamExt;
use serde_json::json;

use super::*;
use crate::wire::{Asked, Reply, Wire};

const TYPE: &str = "AWS::Cognito::UserPoolClient";

/// A cloud that calls `url`, hardly waits between attempts and has the retry limits of production.
fn cloud(url: &str) -> AwsCloud {
    cloud_from(local(url))
}

fn cloud_from(config: SdkConfig) -> AwsCloud {
    let mut config = config.into_builder();
    let retries = RetryConfig::standard()
        .with_initial_backoff(Duration::from_millis(1))
        .with_max_backoff(Duration::from_millis(2));
    config.set_retry_config(Some(retries));
    AwsCloud::with_config(config.build(), Limits::default())
}

fn list_request() -> ListRequest {
    let model = json!({"UserPoolId": "us-east-1_a"})
        .as_object()
        .unwrap()
        .clone();
    ListRequest {
        type_name: TYPE.into(),
        region: "us-east-1".into(),
        model,
    }
}

fn get_request() -> GetRequest {
    GetRequest {
        type_name: TYPE.into(),
        region: "us-east-1".into(),
        identifier: "us-east-1_a|b".into(),
    }
}

fn page(identifiers: &[&str], next_token: Option<&str>) -> Reply {
    let descriptions: Vec<Value> = identifiers
        .iter()
        .map(|identifier| json!({"Identifier": identifier, "Properties": "{}"}))
        .collect();
    let mut body = json!({"TypeName": TYPE, "ResourceDescriptions": descriptions});
    if let Some(token) = next_token {
        body["NextToken"] = token.into();
    }
    Reply::json(&body)
}

/// The error of a GetResource that is answered with `reply` for ever.
async fn failure(reply: Reply) -> (CloudError, Arc<Meter>) {
    let wire = Wire::start(vec![reply]).await;
    let meter = Arc::new(Meter::default());
    let error = cloud(&wire.url)
        .get(get_request(), Arc::clone(&meter))
        .await
        .unwrap_err();
    assert_eq!(
        meter.total() + meter.retries(),
        wire.asked().len() as u64,
        "the meter equals the wire"
    );
    (error, meter)
}

#[tokio::test]
async fn pages_are_fetched_when_they_are_asked_for() {
    let wire = Wire::start(vec![
        page(&["a", "b"], Some("1")),
        page(&[], Some("2")),
        page(&["c"], None),
    ])
    .await;
    let meter = Arc::new(Meter::default());
    let mut pages = cloud(&wire.url).list(list_request(), Arc::clone(&meter));
    assert_eq!(meter.total(), 0);

    let first = pages.try_next().await.unwrap().unwrap();
    assert_eq!(first.resources.len(), 2);
    assert!(first.has_more);
    assert_eq!((meter.total(), wire.asked().len()), (1, 1));

    let rest: Vec<Page> = pages.try_collect().await.unwrap();
    assert_eq!(
        rest.iter()
            .map(|page| (page.resources.len(), page.has_more))
            .collect::<Vec<_>>(),
        [(0, true), (1, false)]
    );
    let input = json!({"TypeName": TYPE, "ResourceModel": "{\"UserPoolId\":\"us-east-1_a\"}", "NextToken": "2"});
    assert_eq!(
        wire.asked()[2],
        Asked {
            operation: "ListResources".into(),
            input
        }
    );
    assert_eq!(
        (meter.calls(Operation::ListResources), meter.retries()),
        (3, 0)
    );
}

#[tokio::test]
async fn a_token_seen_before_ends_the_list_with_an_error() {
    let wire = Wire::start(vec![
        page(&["a"], Some("1")),
        page(&["b"], Some("2")),
        page(&["c"], Some("1")),
    ])
    .await;
    let pages: Vec<_> = cloud(&wire.url)
        .list(list_request(), Arc::default())
        .collect()
        .await;
    assert_eq!(pages.len(), 3);
    let error = pages[2].clone().unwrap_err();
    assert_eq!(
        (error.kind, error.message.as_str()),
        (CloudErrorKind::Malformed, "the same NextToken twice")
    );
}

#[tokio::test]
async fn a_description_without_its_members_is_malformed() {
    for (description, missing) in [
        (json!({"Properties": "{}"}), "Identifier"),
        (json!({"Identifier": "a"}), "Properties"),
    ] {
        let wire = Wire::start(vec![Reply::json(
            &json!({"TypeName": TYPE, "ResourceDescriptions": [description]}),
        )])
        .await;
        let error = cloud(&wire.url)
            .list(list_request(), Arc::default())
            .try_next()
            .await
            .unwrap_err();
        assert_eq!(error.kind, CloudErrorKind::Malformed);
        assert_eq!(
            error.message,
            format!("a ResourceDescription of {TYPE} without {missing}")
        );
    }
    let (error, _) = failure(Reply::json(&json!({"TypeName": TYPE}))).await;
    assert_eq!(error.kind, CloudErrorKind::Malformed);
}

#[tokio::test]
async fn a_resource_is_read_by_its_identifier() {
    let reply = json!({"TypeName": TYPE, "ResourceDescription": {"Identifier": "us-east-1_a|b", "Properties": "{\"A\":1}"}});
    let wire = Wire::start(vec![Reply::json(&reply)]).await;
    let resource = cloud(&wire.url)
        .get(get_request(), Arc::default())
        .await
        .unwrap();
    assert_eq!(
        resource,
        Resource {
            identifier: "us-east-1_a|b".into(),
            properties: "{\"A\":1}".into()
        }
    );
    let input = json!({"TypeName": TYPE, "Identifier": "us-east-1_a|b"});
    assert_eq!(
        wire.asked(),
        [Asked {
            operation: "GetResource".into(),
            input
        }]
    );
}

#[tokio::test]
async fn the_services_code_decides_the_kind_and_its_words_are_kept() {
    let cases = [
        ("ResourceNotFoundException", CloudErrorKind::NotFound),
        ("TypeNotFoundException", CloudErrorKind::Unsupported),
        ("UnsupportedActionException", CloudErrorKind::Unsupported),
        ("AccessDeniedException", CloudErrorKind::AccessDenied),
        ("UnrecognizedClientException", CloudErrorKind::Credentials),
        ("InvalidSignatureException", CloudErrorKind::Credentials),
        ("ExpiredTokenException", CloudErrorKind::Credentials),
        ("InvalidCredentialsException", CloudErrorKind::Credentials),
        ("InvalidRequestException", CloudErrorKind::InvalidRequest),
        ("ValidationException", CloudErrorKind::InvalidRequest),
        ("GeneralServiceException", CloudErrorKind::Other),
    ];
    for (code, kind) in cases {
        let (error, meter) = failure(Reply::error(400, code, "in AWS's words")).await;
        assert_eq!(
            (error.kind, error.code.as_deref(), error.message.as_str()),
            (kind, Some(code), "in AWS's words")
        );
        assert_eq!(error.request_id.as_deref(), Some("request-1"));
        assert_eq!(meter.retries(), 0, "{code} is not retried");
    }
}

#[tokio::test]
async fn throttling_is_retried_longer_than_failures() {
    let throttled = Reply::text(
        400,
        r#"{"__type":"com.amazon.coral.availability#ThrottlingException","message":"Rate exceeded"}"#,
    );
    let (error, meter) = failure(Reply::error(500, "HandlerInternalFailureException", "bug")).await;
    assert_eq!(error.kind, CloudErrorKind::Other);
    assert_eq!((meter.total(), meter.retries()), (1, 2));

    let mut replies = vec![throttled; 9];
    replies.push(page(&["a"], None));
    let wire = Wire::start(replies).await;
    let meter = Arc::new(Meter::default());
    let pages: Vec<Page> = cloud(&wire.url)
        .list(list_request(), Arc::clone(&meter))
        .try_collect()
        .await
        .unwrap();
    assert_eq!((pages.len(), meter.total()), (1, 1));
    assert_eq!((meter.retries(), meter.throttles()), (9, 9));
    let asked = wire.asked();
    assert_eq!(asked.len(), 10);
    assert!(asked.iter().all(|request| *request == asked[0]));
}

#[tokio::test]
async fn throttling_without_end_is_an_error_in_the_services_words() {
    let codes = [
        (400, "ThrottlingException", "Rate exceeded"),
        (503, "SlowDown", "reduce your request rate"),
        (
            400,
            "GeneralServiceException",
            "Rate exceeded (Service: Iam)",
        ),
    ];
    for (status, code, words) in codes {
        let wire = Wire::start(vec![Reply::error(status, code, words)]).await;
        let limits = Limits {
            throttled: Duration::ZERO,
            ..Limits::default()
        };
        let meter = Arc::new(Meter::default());
        let error = AwsCloud::local(&wire.url, limits)
            .get(get_request(), Arc::clone(&meter))
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind, error.code.as_deref(), error.message.as_str()),
            (CloudErrorKind::Throttled, Some(code), words)
        );
        assert_eq!((meter.total(), meter.throttles()), (1, 1));
    }
}

#[tokio::test]
async fn what_is_not_json_is_not_taken_for_an_answer() {
    let (error, _) = failure(Reply::text(200, "<html>")).await;
    assert_eq!(error.kind, CloudErrorKind::Malformed, "{error}");
    let (error, _) = failure(Reply::text(503, "<html>")).await;
    assert_eq!(error.kind, CloudErrorKind::Other, "{error}");
    assert_eq!(
        error.message,
        "HTTP status 503 with a body that is not an answer of Cloud Control"
    );
}

#[tokio::test]
async fn a_truncated_body_is_an_error_and_no_rows() {
    let whole = page(&["a"], None);
    let (body, missing) = (whole.body[..30].to_owned(), whole.body.len() - 30);
    let wire = Wire::start(vec![Reply {
        status: 200,
        body,
        missing,
    }])
    .await;
    let pages: Vec<_> = cloud(&wire.url)
        .list(list_request(), Arc::default())
        .collect()
        .await;
    assert_eq!(pages.len(), 1);
    assert_eq!(
        pages[0].clone().unwrap_err().kind,
        CloudErrorKind::Transport
    );
}

#[tokio::test]
async fn a_refused_connection_is_not_retried() {
    let meter = Arc::new(Meter::default());
    let error = cloud("http://127.0.0.1:1")
        .get(get_request(), Arc::clone(&meter))
        .await
        .unwrap_err();
    assert_eq!(error.kind, CloudErrorKind::Transport);
    assert!(error.message.contains("refused"), "{error}");
    assert_eq!(meter.retries(), 0);
}

#[tokio::test]
async fn an_attempt_ends_at_its_timeout() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_millis(50))
        .build();
    let mut config = local(&url).into_builder();
    config.set_timeout_config(Some(timeouts));
    let error = cloud_from(config.build())
        .get(get_request(), Arc::default())
        .await
        .unwrap_err();
    assert_eq!(error.kind, CloudErrorKind::Transport);
    assert!(error.message.starts_with("no answer in time"), "{error}");
}

#[derive(Debug)]
struct NoCredentials;

impl ProvideCredentials for NoCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let error = Err::<Credentials, _>(CredentialsError::not_loaded("no profile, no keys"));
        future::ProvideCredentials::ready(error)
    }
}

#[tokio::test]
async fn missing_credentials_say_their_root_cause_and_send_nothing() {
    let wire = Wire::start(vec![page(&[], None)]).await;
    let mut config = local(&wire.url).into_builder();
    config.set_credentials_provider(Some(SharedCredentialsProvider::new(NoCredentials)));
    let meter = Arc::new(Meter::default());
    let error = cloud_from(config.build())
        .get(get_request(), Arc::clone(&meter))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind, error.message.as_str()),
        (CloudErrorKind::Credentials, "no profile, no keys")
    );
    assert_eq!((meter.total(), wire.asked().len()), (0, 0));
}

#[tokio::test]
async fn an_unknown_profile_is_a_credentials_error() {
    let wire = Wire::start(vec![page(&[], None)]).await;
    let settings = AwsSettings {
        profile: Some("cirrus-test-no-such-profile".into()),
        region: Some("us-east-1".into()),
        endpoint_url: Some(wire.url.clone()),
        limits: Limits::default(),
    };
    let error = AwsCloud::connect(settings)
        .await
        .unwrap()
        .get(get_request(), Arc::default())
        .await
        .unwrap_err();
    assert_eq!(error.kind, CloudErrorKind::Credentials, "{error}");
    assert_eq!(
        error.message,
        "profile `cirrus-test-no-such-profile`: no such profile in the AWS configuration files"
    );
    assert_eq!(wire.asked(), []);
}

#[tokio::test]
async fn a_region_that_cannot_be_one_is_refused_before_any_call() {
    let wire = Wire::start(vec![page(&[], None)]).await;
    let request = GetRequest {
        region: "us-east-1.example.com/".into(),
        ..get_request()
    };
    let error = cloud(&wire.url)
        .get(request, Arc::default())
        .await
        .unwrap_err();
    assert_eq!(error.kind, CloudErrorKind::Region);
    assert_eq!(wire.asked(), []);
}

#[tokio::test]
async fn connecting_to_an_address_that_is_not_an_url_fails() {
    let settings = AwsSettings {
        endpoint_url: Some("localhost:4577".into()),
        ..AwsSettings::default()
    };
    assert!(matches!(
        AwsCloud::connect(settings).await,
        Err(ConnectError::EndpointUrl { .. })
    ));
}
