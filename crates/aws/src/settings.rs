//! What a connection starts with, as plain values; `config.rs` turns them into the SDK's.

use std::{path::PathBuf, time::Duration};

/// Which account to call, where, and how hard.
///
/// What is `None` comes from the SDK's own sources: environment, profile files, SSO, containers, instance metadata.
#[derive(Clone, Debug, Default)]
pub struct AwsSettings {
    /// `--profile`; unlike `AWS_PROFILE` it also beats keys in the environment, as in the AWS CLI.
    pub profile: Option<String>,
    /// The region when no statement names one.
    pub region: Option<String>,
    /// `--endpoint-url`; beats `AWS_ENDPOINT_URL[_CLOUDCONTROL]`.
    pub endpoint_url: Option<String>,
    /// How hard to try.
    pub limits: Limits,
}

/// How hard to try.
///
/// There is no limit on how many calls are made: how many at once and how many a second is found out as they are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Attempts per call when the service or the network fails; the SDK's own settings (`AWS_MAX_ATTEMPTS`, `max_attempts`
    /// of a profile) beat it.
    ///
    /// A handler that fails three times in a row has a bug; waiting longer only hides it.
    pub failed_attempts: u32,
    /// A throttled call waits for its turn and is asked again. It fails
    /// ([`Throttled`](cirrus_provider::CloudErrorKind::Throttled)) only after so long a time in which neither it nor any
    /// other call of its operation and region got through.
    pub throttled: Duration,
    /// The file in which the limits that AWS was found to have are kept for the next run (`limits.json`); created, with
    /// its folder, when there is something to keep. Nothing is kept if `None`.
    pub memory: Option<PathBuf>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            failed_attempts: 3,
            throttled: Duration::from_mins(10),
            memory: None,
        }
    }
}

/// Settings that cannot work, found before any call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// The endpoint is not an URL of a host.
    #[error("endpoint `{url}` is not an `http://` or `https://` URL")]
    EndpointUrl {
        /// As given.
        url: String,
    },
    /// A region that cannot be part of a host name.
    #[error("`{region}` is not the name of a region")]
    Region {
        /// As given.
        region: String,
    },
}

impl AwsSettings {
    pub(crate) fn check(&self) -> Result<(), ConnectError> {
        if let Some(url) = &self.endpoint_url {
            check_url(url)?;
        }
        match &self.region {
            Some(region) if !is_region(region) => Err(ConnectError::Region {
                region: region.clone(),
            }),
            _ => Ok(()),
        }
    }
}

/// Whether a name can be a region's: letters, digits and hyphens.
pub(crate) fn is_region(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 63
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-')
}

fn check_url(url: &str) -> Result<(), ConnectError> {
    let host = ["http://", "https://"]
        .iter()
        .find_map(|scheme| url.strip_prefix(scheme));
    match host {
        Some(host)
            if !host.is_empty()
                && !host.starts_with(['/', ':'])
                && !host.contains(char::is_whitespace) =>
        {
            Ok(())
        }
        _ => Err(ConnectError::EndpointUrl {
            url: url.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_needs_a_scheme_and_a_host() {
        for url in ["http://127.0.0.1:4577", "https://vpce.example.com/path"] {
            assert_eq!(check_url(url), Ok(()), "{url}");
        }
        for url in [
            "",
            "localhost:4577",
            "http://",
            "ftp://host",
            "http://:80",
            "http://a b",
        ] {
            assert!(check_url(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_region_is_a_host_name_label() {
        assert!(is_region("us-gov-west-1"));
        for name in ["", "us east 1", "us-east-1/", "us.east", "-a", "*"] {
            assert!(!is_region(name), "{name}");
        }
    }
}
