use std::sync::Arc;

use cirrus_provider::Schemas;
use hyper::{
    HeaderMap, Method,
    body::Bytes,
    header::{HeaderName, HeaderValue},
};

use super::*;
use crate::{Options, accounts::Accounts};

const KEY: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// 2015-08-30T12:36:00Z, the time of AWS's examples.
const SIGNED: Millis = 1_440_938_160_000;

fn request(text: &str) -> Incoming {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let (method, target) = lines.next().unwrap().split_once(' ').unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(':').unwrap();
        headers.append(
            HeaderName::from_bytes(name.as_bytes()).unwrap(),
            HeaderValue::from_str(value.trim()).unwrap(),
        );
    }
    Incoming {
        method: Method::from_bytes(method.as_bytes()).unwrap(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        body: Some(Bytes::copy_from_slice(body.as_bytes())),
    }
}

/// A request with an Authorization header as the examples have it.
fn signed(text: &str, signed_headers: &str, signature: &str) -> Incoming {
    let mut incoming = request(text);
    let authorization = format!(
        "{ALGORITHM} Credential={KEY}/20150830/us-east-1/service/aws4_request, SignedHeaders={signed_headers}, Signature={signature}"
    );
    let value = HeaderValue::from_str(&authorization).unwrap();
    incoming.headers.insert("authorization", value);
    incoming
}

fn verified(incoming: &Incoming) -> Result<(), (String, String)> {
    let options = Options::new(Arc::new(Schemas::embedded()));
    let credentials = BTreeMap::from([(KEY.to_owned(), SECRET.to_owned())]);
    Caller::of(incoming, &Accounts::new(&options), SIGNED)
        .and_then(|caller| verify(incoming, &caller, &credentials, SIGNED))
        .map_err(|failure| (failure.code.into_owned(), failure.message))
}

const HOST: &str = "Host:example.amazonaws.com";
const DATE: &str = "X-Amz-Date:20150830T123600Z";

/// Request line, more headers, body, signed headers, signature: AWS's published test suite for Signature Version 4.
const SUITE: [(&str, &str, &str, &str, &str); 15] = [
    (
        "GET /",
        "",
        "",
        "host;x-amz-date",
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ),
    (
        "POST /",
        "",
        "",
        "host;x-amz-date",
        "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    ),
    (
        "GET /?Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
        "",
        "",
        "host;x-amz-date",
        "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac",
    ),
    (
        "GET /?-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz=-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        "",
        "",
        "host;x-amz-date",
        "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
    ),
    (
        "GET /?Param1=value1",
        "",
        "",
        "host;x-amz-date",
        "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb",
    ),
    (
        "POST /?Param1=value1",
        "",
        "",
        "host;x-amz-date",
        "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11",
    ),
    (
        "GET /-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        "",
        "",
        "host;x-amz-date",
        "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
    ),
    (
        "GET /\u{1234}",
        "",
        "",
        "host;x-amz-date",
        "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
    ),
    (
        "GET /./example",
        "",
        "",
        "host;x-amz-date",
        "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5",
    ),
    (
        "GET /example1/example2/../..",
        "",
        "",
        "host;x-amz-date",
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ),
    (
        "GET //example//",
        "",
        "",
        "host;x-amz-date",
        "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84",
    ),
    (
        "GET /",
        "My-Header1: value1\nMy-Header2: \"a   b   c\"",
        "",
        "host;my-header1;my-header2;x-amz-date",
        "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
    ),
    (
        "GET /",
        "My-Header1:value4\nMy-Header1:value1\nMy-Header1:value3\nMy-Header1:value2",
        "",
        "host;my-header1;x-amz-date",
        "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01",
    ),
    (
        "POST /",
        "My-Header1:VALUE1",
        "",
        "host;my-header1;x-amz-date",
        "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d",
    ),
    (
        "POST /",
        "Content-Type:application/x-www-form-urlencoded\nContent-Length:13\n\
         x-amz-content-sha256:9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e",
        "Param1=value1",
        "content-length;content-type;host;x-amz-content-sha256;x-amz-date",
        "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b",
    ),
];

#[test]
fn aws_s_test_suite_is_verified_and_nothing_else() {
    for (line, headers, body, signed_headers, signature) in SUITE {
        let more = if headers.is_empty() {
            String::new()
        } else {
            format!("\n{headers}")
        };
        let text = format!("{line}\n{HOST}\n{DATE}{more}\n\n{body}");
        assert_eq!(
            verified(&signed(&text, signed_headers, signature)),
            Ok(()),
            "{line} {headers}"
        );

        let other_body = signed(&format!("{text}x"), signed_headers, signature);
        let (code, message) = verified(&other_body).unwrap_err();
        assert_eq!(code, "InvalidSignatureException", "{line}");
        assert_eq!(
            message,
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access \
             Key and signing method. Consult the service documentation for details."
        );
        let other_query = signed(
            &text.replacen(line, &format!("{line}?&x"), 1),
            signed_headers,
            signature,
        );
        assert!(verified(&other_query).is_err(), "{line}");
        let wrong = signature.replacen(&signature[..1], "x", 1);
        assert!(verified(&signed(&text, signed_headers, &wrong)).is_err());
        assert!(verified(&signed(&text, signed_headers, &signature[1..])).is_err());
    }
}

#[test]
fn paths_are_encoded_once_more_than_they_are_sent() {
    // The suite's double-url-encode, whose requests are for another day and region.
    let text = "POST /2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-west-2%3A892717189312%3Afunction%3Amy-rusty-fun/invocations\n\
        Host:lambda.us-east-2.amazonaws.com\nX-Amz-Date:20210511T154045Z\n\
        Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20210511/us-east-2/lambda/aws4_request, \
        SignedHeaders=host;x-amz-date, Signature=4b93abbcc68be32bd64c18e2c71150660ab4c29bbd6c32a383a7517a88fc1804";
    assert_eq!(verified(&request(text)), Ok(()));
}

#[test]
fn what_is_missing_is_named() {
    let refused = |text: &str| verified(&request(text)).unwrap_err();
    let missing = |text: &str| (text.to_owned(), "Missing Authentication Token".to_owned());
    assert_eq!(
        refused(&format!("GET /\n{HOST}")),
        missing("MissingAuthenticationTokenException")
    );
    let incomplete = |parameters: &str, message: &str| {
        let text = format!("GET /\n{HOST}\nAuthorization:{parameters}");
        let expected = (
            "IncompleteSignatureException".to_owned(),
            message.to_owned(),
        );
        assert_eq!(refused(&text), expected);
    };
    incomplete(
        "Basic",
        "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. \
         Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a \
         'X-Amz-Date' or a 'Date' header. Authorization=Basic",
    );
    incomplete(
        "Bearer abc",
        "'abc' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer abc'.",
    );
    incomplete(
        "AWS4-HMAC-SHA512 a=b",
        "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512'.",
    );
    incomplete(
        "AWS4-HMAC-SHA256 Credential=a/b",
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b'",
    );
    let credential = "Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request";
    let header = format!("AWS4-HMAC-SHA256 {credential}, SignedHeaders=host");
    incomplete(
        &header,
        &format!(
            "Authorization header requires 'Signature' parameter. Authorization header requires existence of either a \
             'X-Amz-Date' or a 'Date' header. Authorization={header}"
        ),
    );
    let text = format!("GET /\n{HOST}\nX-Amz-Date:yesterday");
    assert_eq!(
        verified(&signed(&text, "host", "0")).unwrap_err().1,
        "Date must be in ISO-8601 'basic format'. Got 'yesterday'. See http://en.wikipedia.org/wiki/ISO_8601"
    );
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let refused = |incoming: &Incoming| verified(incoming).unwrap_err();
    let text = format!("GET /\n{HOST}\n{DATE}");
    let (code, message) = refused(&signed(&text, "x-amz-date", "0"));
    assert_eq!(code, "InvalidSignatureException");
    assert_eq!(
        message,
        "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
    );
    let next_day = text.replace("20150830T", "20150831T");
    assert_eq!(
        refused(&signed(&next_day, "host", "0")).1,
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20150830' != \
         '20150831', from '20150831T123600Z'."
    );
    let unknown = request(&format!(
        "{text}\nAuthorization:{ALGORITHM} Credential=AKIDOTHER/20150830/us-east-1/service/aws4_request, \
         SignedHeaders=host, Signature=0"
    ));
    let not_recognized = (
        "UnrecognizedClientException".to_owned(),
        "The security token included in the request is invalid.".to_owned(),
    );
    assert_eq!(refused(&unknown), not_recognized);
    let token = signed(&format!("{text}\nX-Amz-Security-Token:x"), "host", "0");
    assert_eq!(refused(&token), not_recognized);
}

#[test]
fn the_payload_may_stay_unsigned() {
    let text = format!("POST /\n{HOST}\n{DATE}\nX-Amz-Content-Sha256:UNSIGNED-PAYLOAD\n\nbody");
    let incoming = signed(&text, "host;x-amz-date", "0");
    let canonical = canonical_request(&incoming, "host;x-amz-date", b"body");
    assert!(canonical.ends_with("\nUNSIGNED-PAYLOAD"), "{canonical}");
}

#[test]
fn clocks_may_be_fifteen_minutes_apart() {
    let at =
        |seconds: u64| UNIX_EPOCH + Duration::from_millis(SIGNED) + Duration::from_secs(seconds);
    let message = |signed, now| check_skew(signed, now).map_err(|failure| failure.message);
    assert_eq!(message(at(0), at(900)), Ok(()));
    assert_eq!(message(at(900), at(0)), Ok(()));
    // As AWS's documentation has them.
    assert_eq!(
        message(at(0), at(901)).unwrap_err(),
        "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T125101Z - 15 min.)"
    );
    assert_eq!(
        message(at(901), at(0)).unwrap_err(),
        "Signature not yet current: 20150830T125101Z is still later than 20150830T125100Z (20150830T123600Z + 15 min.)"
    );
}

#[test]
fn both_forms_of_a_date_are_read() {
    let expected = Some(UNIX_EPOCH + Duration::from_millis(SIGNED));
    assert_eq!(parse_date("20150830T123600Z"), expected);
    assert_eq!(parse_date("Sun, 30 Aug 2015 12:36:00 GMT"), expected);
    for wrong in [
        "",
        "20150830",
        "20151330T123600Z",
        "Sun, 30 Foo 2015 12:36:00 GMT",
        "\u{e4}2015083T123600Z",
    ] {
        assert_eq!(parse_date(wrong), None, "{wrong}");
    }
}
