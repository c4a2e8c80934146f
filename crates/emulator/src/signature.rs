//! Signature Version 4 in the Authorization header: what it says, and whether the secret that it names has made it.
//!
//! AWS's own code makes the keys and the signature; the canonical request is written here, from the specification, so that the
//! emulator does not repeat a mistake of the client that it tests.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use sha2::{Digest as _, Sha256};

use crate::{
    caller::Caller,
    clock::{Millis, millis},
    http::Incoming,
    protocol::Failure,
    session,
};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// How far the clocks of client and service may be apart.
const SKEW: Duration = Duration::from_mins(15);
/// A clock that is further from the system's was set by hand.
const HAND_SET: Duration = Duration::from_mins(1);

/// The credential of an Authorization header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Credential<'header> {
    pub(crate) key: &'header str,
    date: &'header str,
    pub(crate) region: &'header str,
    pub(crate) service: &'header str,
}

/// The parameters of an Authorization header, and the date of the request; who reads one that is missing refuses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Authorization<'request> {
    header: &'request str,
    credential: Option<&'request str>,
    signed_headers: Option<&'request str>,
    signature: Option<&'request str>,
    date: Option<&'request str>,
}

impl<'request> Authorization<'request> {
    pub(crate) fn of(incoming: &'request Incoming) -> Result<Self, Failure> {
        let header = incoming.header("authorization");
        if header.is_empty() {
            return Err(Failure::new(
                "MissingAuthenticationTokenException",
                "Missing Authentication Token",
            ));
        }
        let (algorithm, parameters) = header.split_once(' ').unwrap_or((header, ""));
        if algorithm.starts_with("AWS") && algorithm != ALGORITHM {
            return Err(incomplete(format!(
                "Unsupported AWS 'algorithm': '{algorithm}'."
            )));
        }
        let date = ["x-amz-date", "date"]
            .map(|name| incoming.header(name))
            .into_iter()
            .find(|date| !date.is_empty());
        let mut authorization = Self {
            header,
            credential: None,
            signed_headers: None,
            signature: None,
            date,
        };
        let pairs = parameters.split([',', ' ']).filter(|pair| !pair.is_empty());
        for pair in pairs {
            let (name, value) = pair.split_once('=').ok_or_else(|| {
                incomplete(format!(
                    "'{pair}' not a valid key=value pair (missing equal-sign) in Authorization header: '{header}'."
                ))
            })?;
            match name {
                "Credential" => authorization.credential = Some(value),
                "SignedHeaders" => authorization.signed_headers = Some(value),
                "Signature" => authorization.signature = Some(value),
                _ => {}
            }
        }
        Ok(authorization)
    }

    /// Who has signed, for where.
    pub(crate) fn credential(&self) -> Result<Credential<'request>, Failure> {
        let credential = self.credential.ok_or_else(|| self.missing())?;
        let elements: Vec<_> = credential.split('/').collect();
        let &[key, date, region, service, term] = elements.as_slice() else {
            return Err(incomplete(format!(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{credential}'"
            )));
        };
        if term != "aws4_request" {
            return Err(invalid(format!(
                "Credential should be scoped with a valid terminator: 'aws4_request', not '{term}'."
            )));
        }
        if region.is_empty() || service.is_empty() {
            return Err(invalid("Credential should be scoped to a valid region."));
        }
        Ok(Credential {
            key,
            date,
            region,
            service,
        })
    }

    /// The refusal that names everything that is missing.
    fn missing(&self) -> Failure {
        let mut message = String::new();
        let parameters = [
            ("Credential", self.credential),
            ("Signature", self.signature),
            ("SignedHeaders", self.signed_headers),
        ];
        for (name, value) in parameters {
            if value.is_none() {
                let _ = write!(
                    message,
                    "Authorization header requires '{name}' parameter. "
                );
            }
        }
        if self.date.is_none() {
            message.push_str(
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ",
            );
        }
        let header = self.header;
        let _ = write!(message, "Authorization={header}");
        incomplete(message)
    }
}

/// Verifies a request's signature against the caller's secret.
///
/// The time of the signature is compared with the emulator's clock only while that shows the system's time: who moves it by hand
/// does not move his clients' clocks.
pub(crate) fn verify(
    incoming: &Incoming,
    caller: &Caller,
    credentials: &BTreeMap<String, String>,
    now: Millis,
) -> Result<(), Failure> {
    let authorization = Authorization::of(incoming)?;
    let credential = authorization.credential()?;
    let Authorization {
        signed_headers: Some(signed_headers),
        signature: Some(signature),
        date: Some(date),
        ..
    } = authorization
    else {
        return Err(authorization.missing());
    };
    if !signed_headers.split(';').any(|name| name == "host") {
        return Err(invalid(
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
        ));
    }
    let time = parse_date(date).ok_or_else(|| {
        incomplete(format!(
            "Date must be in ISO-8601 'basic format'. Got '{date}'. See http://en.wikipedia.org/wiki/ISO_8601"
        ))
    })?;
    let stamp = basic(time);
    if credential.date != &stamp[..8] {
        return Err(invalid(format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != '{}', from '{stamp}'.",
            credential.date,
            &stamp[..8],
        )));
    }
    let now = UNIX_EPOCH + Duration::from_millis(now);
    if distance(now, SystemTime::now()) < HAND_SET {
        check_skew(time, now)?;
    }
    let token = incoming.header("x-amz-security-token");
    let secret = if caller.has_session() && session::is_ours(token) {
        session::secret(token)
    } else if token.is_empty() {
        credentials
            .get(&caller.access_key)
            .cloned()
            .ok_or_else(unrecognized)?
    } else {
        return Err(unrecognized());
    };
    let Some(body) = &incoming.body else {
        // Too long to be looked at; it is refused for that.
        return Ok(());
    };
    let request = canonical_request(incoming, signed_headers, body);
    let expected = sign(&request, &credential, time, &secret);
    if is_equal(&expected, signature) {
        Ok(())
    } else {
        Err(invalid(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key \
             and signing method. Consult the service documentation for details.",
        ))
    }
}

/// The refusal of credentials that nobody knows.
pub(crate) fn unrecognized() -> Failure {
    Failure::new(
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    )
}

fn incomplete(message: impl Into<String>) -> Failure {
    Failure::new("IncompleteSignatureException", message)
}

fn invalid(message: impl Into<String>) -> Failure {
    Failure::new("InvalidSignatureException", message)
}

fn distance(one: SystemTime, other: SystemTime) -> Duration {
    one.duration_since(other)
        .unwrap_or_else(|error| error.duration())
}

fn check_skew(signed: SystemTime, now: SystemTime) -> Result<(), Failure> {
    let [time, earliest, latest, now_text] = [signed, now - SKEW, now + SKEW, now].map(basic);
    if signed < now - SKEW {
        return Err(invalid(format!(
            "Signature expired: {time} is now earlier than {earliest} ({now_text} - 15 min.)"
        )));
    }
    if signed > now + SKEW {
        return Err(invalid(format!(
            "Signature not yet current: {time} is still later than {latest} ({now_text} + 15 min.)"
        )));
    }
    Ok(())
}

/// ISO 8601's basic format, `20150830T123600Z`.
fn basic(time: SystemTime) -> String {
    let at = time.duration_since(UNIX_EPOCH).map_or(0, millis);
    crate::clock::iso(at).replace(['-', ':'], "")
}

/// A date in ISO 8601's basic format, or as the Date header has it: `Sun, 30 Aug 2015 12:36:00 GMT`.
fn parse_date(text: &str) -> Option<SystemTime> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let words: Vec<_> = text.split(' ').collect();
    let extended = match words.as_slice() {
        [_, day, month, year, time, "GMT"] => {
            let month = MONTHS.iter().position(|known| known == month)? + 1;
            format!("{year}-{month:02}-{day}T{time}Z")
        }
        [stamp] if stamp.len() == 16 && stamp.is_ascii() => format!(
            "{}-{}-{}:{}:{}",
            &stamp[..4],
            &stamp[4..6],
            &stamp[6..11],
            &stamp[11..13],
            &stamp[13..]
        ),
        _ => return None,
    };
    humantime::parse_rfc3339(&extended).ok()
}

fn sign(request: &str, credential: &Credential<'_>, time: SystemTime, secret: &str) -> String {
    let Credential {
        date,
        region,
        service,
        ..
    } = credential;
    let text = format!(
        "{ALGORITHM}\n{}\n{date}/{region}/{service}/aws4_request\n{}",
        basic(time),
        sha256(request.as_bytes())
    );
    let key = generate_signing_key(secret, time, region, service);
    calculate_signature(key, text.as_bytes())
}

/// Takes as long for signatures that differ late as for those that differ early.
fn is_equal(one: &str, other: &str) -> bool {
    let pairs = one.bytes().zip(other.bytes());
    one.len() == other.len() && pairs.fold(0, |differences, (a, b)| differences | (a ^ b)) == 0
}

/// The request as both sides write it before they sign it.
fn canonical_request(incoming: &Incoming, signed_headers: &str, body: &[u8]) -> String {
    const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
    let payload = match incoming.header("x-amz-content-sha256") {
        UNSIGNED => UNSIGNED.to_owned(),
        _ => sha256(body),
    };
    let mut headers = String::new();
    for name in signed_headers.split(';') {
        let values: Vec<String> = incoming
            .headers
            .get_all(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .map(|value| {
                value
                    .split(' ')
                    .filter(|word| !word.is_empty())
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect();
        let _ = writeln!(headers, "{name}:{}", values.join(","));
    }
    format!(
        "{}\n{}\n{}\n{headers}\n{signed_headers}\n{payload}",
        incoming.method,
        canonical_path(&incoming.path),
        canonical_query(&incoming.query),
    )
}

/// The path without detours, and encoded once more than it was sent: all services but S3 want that.
fn canonical_path(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    let ends_in_folder = ["/", "/.", "/.."].iter().any(|end| path.ends_with(end));
    let slash = if ends_in_folder && !segments.is_empty() {
        "/"
    } else {
        ""
    };
    let segments: Vec<_> = segments.into_iter().map(encode).collect();
    format!("/{}{slash}", segments.join("/"))
}

fn canonical_query(query: &str) -> String {
    let mut parameters: Vec<_> = form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| (encode(&name), encode(&value)))
        .collect();
    parameters.sort();
    let parameters: Vec<_> = parameters
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    parameters.join("&")
}

/// Percent-encodes everything but RFC 3986's unreserved characters.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// SHA-256 in hexadecimal digits.
fn sha256(message: &[u8]) -> String {
    Sha256::digest(message)
        .iter()
        .fold(String::new(), |mut digits, byte| {
            let _ = write!(digits, "{byte:02x}");
            digits
        })
}

#[cfg(test)]
mod tests;
