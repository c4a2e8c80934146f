//! Signatures, over the wire. The signed requests were made with botocore 1.43.127 for the moment at which the manual clock stands.

use std::collections::BTreeMap;

use cirrus_emulator::{Clock, Options};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::client::{Local, options};

/// A request that StackQL's could be: with a query string that means nothing, and is signed all the same.
const LIST: (&str, &str) = (
    "POST /?Action=ListResources&Version=2021-09-30&__Bucket&__detailTransformed=true HTTP/1.1\r\n\
     Content-Type: application/x-amz-json-1.0\r\n\
     X-Amz-Target: CloudApiService.ListResources\r\n\
     Host: cloudcontrolapi.us-east-1.amazonaws.com\r\n\
     X-Amz-Date: 20260101T000000Z\r\n\
     Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/cloudcontrolapi/aws4_request, \
     SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=SIGNATURE\r\n",
    "{\"TypeName\": \"AWS::S3::Bucket\"}",
);

const IDENTITY: (&str, &str) = (
    "POST / HTTP/1.1\r\n\
     Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n\
     Host: sts.us-east-1.amazonaws.com\r\n\
     X-Amz-Date: 20260101T000000Z\r\n\
     Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/sts/aws4_request, \
     SignedHeaders=content-type;host;x-amz-date, Signature=d145ada1feb367ceb12db4d06a6d9f211aa903ab2ab5045b4ce1dc1599478fed\r\n",
    "Action=GetCallerIdentity&Version=2011-06-15",
);

fn verifying() -> Options {
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    Options {
        credentials: Some(BTreeMap::from([(
            "AKIDEXAMPLE".to_owned(),
            secret.to_owned(),
        )])),
        ..options()
    }
}

/// Status and body of the answer.
async fn send(local: &Local, head: &str, body: &str) -> (u16, String) {
    let url = local.emulator.url();
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap())
        .await
        .unwrap();
    let length = body.len();
    let request = format!("{head}content-length: {length}\r\nconnection: close\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (
        head.split(' ').nth(1).unwrap().parse().unwrap(),
        body.to_owned(),
    )
}

fn list() -> String {
    let signature = "0cbb7768089fcae2e80a0440831e6690ce548d584b2d6fb55368e313d7147ac0";
    LIST.0.replace("SIGNATURE", signature)
}

#[tokio::test]
async fn a_right_signature_is_let_through_in_every_protocol() {
    let local = Local::with(verifying()).await;
    let (status, body) = send(&local, &list(), LIST.1).await;
    assert_eq!(status, 200, "{body}");
    let (status, body) = send(&local, IDENTITY.0, IDENTITY.1).await;
    assert_eq!(status, 200, "{body}");
    assert!(body.contains("<Account>123456789012</Account>"), "{body}");
}

#[tokio::test]
async fn whatever_is_signed_must_not_be_changed() {
    let local = Local::with(verifying()).await;
    let message = "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
                   Access Key and signing method. Consult the service documentation for details.";
    for (from, to) in [
        ("__Bucket", "__Queue"),
        ("application/x-amz-json-1.0", "application/json"),
        ("Host: cloudcontrolapi", "Host: other"),
        ("Signature=0", "Signature=1"),
    ] {
        let (status, body) = send(&local, &list().replace(from, to), LIST.1).await;
        assert_eq!(status, 400, "{from}: {body}");
        assert!(
            body.contains("com.amazon.coral.service#InvalidSignatureException"),
            "{body}"
        );
        assert!(body.contains(message), "{body}");
    }
    let (status, body) = send(
        &local,
        IDENTITY.0,
        "Action=GetCallerIdentity&Version=2011-06-16",
    )
    .await;
    assert_eq!(status, 403);
    assert!(
        body.contains("<Code>SignatureDoesNotMatch</Code>"),
        "{body}"
    );
    assert!(body.contains(message), "{body}");
}

#[tokio::test]
async fn other_keys_are_not_known() {
    let local = Local::with(verifying()).await;
    let (_, body) = send(&local, &list().replace("AKIDEXAMPLE", "AKIDOTHER"), LIST.1).await;
    assert!(body.contains("UnrecognizedClientException"), "{body}");
    let (status, body) = send(
        &local,
        &IDENTITY.0.replace("AKIDEXAMPLE", "AKIDOTHER"),
        IDENTITY.1,
    )
    .await;
    assert_eq!(status, 403);
    assert!(body.contains("<Code>InvalidClientTokenId</Code>"), "{body}");
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let local = Local::with(verifying()).await;
    let without_date = list().replace("X-Amz-Date: 20260101T000000Z\r\n", "");
    let (_, body) = send(&local, &without_date, LIST.1).await;
    assert!(body.contains("IncompleteSignatureException"), "{body}");
    assert!(
        body.contains(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
        ),
        "{body}"
    );
    let authorization = list().find("Authorization").unwrap();
    let (_, body) = send(&local, &list()[..authorization], LIST.1).await;
    assert!(
        body.contains("MissingAuthenticationTokenException"),
        "{body}"
    );
}

/// A manual clock says nothing about the client's; the system's does.
#[tokio::test]
async fn old_signatures_have_expired() {
    let local = Local::with(Options {
        clock: Clock::real(),
        ..verifying()
    })
    .await;
    let (_, body) = send(&local, &list(), LIST.1).await;
    assert!(body.contains("InvalidSignatureException"), "{body}");
    assert!(
        body.contains("Signature expired: 20260101T000000Z is now earlier than "),
        "{body}"
    );
    assert!(body.contains(" - 15 min.)"), "{body}");
}
