//! Finds credentials, endpoint and retry settings: the SDK's own chain for AWS, none of it for the emulator.

use std::{env, time::Duration};

use aws_config::{
    BehaviorVersion, Region, SdkConfig,
    default_provider::credentials::DefaultCredentialsChain,
    imds,
    profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider},
    provider_config::ProviderConfig,
    retry::RetryConfig,
    timeout::TimeoutConfig,
};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_sdk_cloudcontrol::config::{IdentityCache, SharedHttpClient};
use aws_smithy_http_client::tls;
use cirrus_provider::CloudErrorKind;

use crate::{
    attempts::Persistence,
    credentials::CREDENTIALS_TIMEOUT,
    profile,
    settings::{AwsSettings, Limits},
};

/// The region of the emulator when nobody names one.
pub(crate) const LOCAL_REGION: &str = "us-east-1";

/// Sent as part of the user agent.
const APP_NAME: &str = "cirrus";

/// The longest wait for instance metadata, which on any other machine never answers.
const METADATA_TIMEOUT: Duration = Duration::from_secs(1);

/// The longest that one attempt may take: Cloud Control's handlers have 30 s to answer a read.
const ATTEMPT_TIMEOUT: Duration = Duration::from_mins(1);

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The region that environment or profile name; opens no socket.
pub(crate) async fn default_region(settings: &AwsSettings) -> Option<String> {
    use aws_config::{environment::EnvironmentVariableRegionProvider, meta::region::ProvideRegion};

    if let Some(region) = &settings.region {
        return Some(region.clone());
    }
    // `AWS_REGION=` is how scripts unset it.
    let variable = EnvironmentVariableRegionProvider::new().region().await;
    if let Some(region) = variable.filter(|region| !region.as_ref().is_empty()) {
        return Some(region.to_string());
    }
    let mut profile = ProfileFileRegionProvider::builder();
    if let Some(name) = &settings.profile {
        profile = profile.profile_name(name);
    }
    profile
        .build()
        .region()
        .await
        .map(|region| region.to_string())
}

/// The configuration for AWS; may read files but calls nothing until credentials are needed.
///
/// `region` is where credentials are got from when the chain calls STS or SSO without a region of its own.
pub(crate) async fn load(settings: AwsSettings, region: String) -> Result<SdkConfig, Unusable> {
    check_environment().map_err(|message| Unusable::new(CloudErrorKind::Other, message))?;
    profile::check(settings.profile.as_deref()).await?;
    // The loader panics on settings that it cannot read.
    tokio::spawn(load_or_panic(settings, region))
        .await
        .map_err(|_| Unusable::new(CloudErrorKind::Other, "the AWS settings cannot be read"))
}

/// Why there is no configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unusable {
    pub(crate) kind: CloudErrorKind,
    pub(crate) message: String,
}

impl Unusable {
    pub(crate) fn new(kind: CloudErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }
}

async fn load_or_panic(settings: AwsSettings, region: String) -> SdkConfig {
    let http_client = aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(
            tls::rustls_provider::CryptoMode::AwsLc,
        ))
        .build_https();
    let region = Region::new(region);
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .region(region.clone())
        .http_client(http_client.clone())
        .timeout_config(timeouts())
        .identity_cache(
            IdentityCache::lazy()
                .load_timeout(CREDENTIALS_TIMEOUT)
                .build(),
        )
        .credentials_provider(credentials(settings.profile.as_deref(), region, &http_client).await);
    if let Ok(name) = aws_config::AppName::new(APP_NAME) {
        loader = loader.app_name(name);
    }
    if let Some(profile) = settings.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(url) = settings.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    loader.load().await
}

async fn credentials(
    profile: Option<&str>,
    region: Region,
    http_client: &SharedHttpClient,
) -> SharedCredentialsProvider {
    let provider_config = ProviderConfig::without_region().with_http_client(http_client.clone());
    if let Some(profile) = profile {
        let provider = ProfileFileCredentialsProvider::builder()
            .configure(&provider_config.with_region(Some(region)))
            .profile_name(profile)
            .build();
        return SharedCredentialsProvider::new(provider);
    }
    let metadata = imds::Client::builder()
        .configure(&provider_config)
        .max_attempts(1)
        .connect_timeout(METADATA_TIMEOUT)
        .read_timeout(METADATA_TIMEOUT)
        .operation_attempt_timeout(METADATA_TIMEOUT)
        .operation_timeout(METADATA_TIMEOUT)
        .build();
    let chain = DefaultCredentialsChain::builder()
        .configure(provider_config)
        .region(region)
        .imds_client(metadata)
        .build()
        .await;
    SharedCredentialsProvider::new(chain)
}

/// The configuration for the emulator: reads no environment and no file, and cannot speak TLS, hence not to AWS.
pub(crate) fn local(endpoint_url: &str) -> SdkConfig {
    let credentials = Credentials::new("local", "local", None, None, "cirrus");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(LOCAL_REGION))
        .endpoint_url(endpoint_url)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .timeout_config(timeouts())
        .build()
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .build()
}

/// How long to go on with a call: as the user's SDK settings say where they differ from the SDK's defaults, else as `limits`.
pub(crate) fn persistence(config: &SdkConfig, limits: &Limits) -> Persistence {
    let found = config
        .retry_config()
        .cloned()
        .unwrap_or_else(RetryConfig::standard);
    let chosen = env::var_os(MAX_ATTEMPTS).is_some()
        || found.max_attempts() != RetryConfig::standard().max_attempts();
    Persistence {
        failed_attempts: if chosen {
            found.max_attempts()
        } else {
            limits.failed_attempts
        },
        throttled: limits.throttled,
        backoff: found.initial_backoff(),
        longest_backoff: found.max_backoff(),
    }
}

const MAX_ATTEMPTS: &str = "AWS_MAX_ATTEMPTS";
const RETRY_MODE: &str = "AWS_RETRY_MODE";

/// Refuses what would make the SDK's loader panic.
fn check_environment() -> Result<(), String> {
    let value = |name| env::var_os(name).map(|value| value.to_string_lossy().into_owned());
    check_retries(
        (MAX_ATTEMPTS, value(MAX_ATTEMPTS).as_deref()),
        (RETRY_MODE, value(RETRY_MODE).as_deref()),
    )
}

/// Refuses attempts and a retry mode that the SDK cannot read, each with what it is called.
pub(crate) fn check_retries(
    (attempts_name, attempts): (&str, Option<&str>),
    (mode_name, mode): (&str, Option<&str>),
) -> Result<(), String> {
    if let Some(attempts) = attempts
        && !attempts.parse::<u32>().is_ok_and(|attempts| attempts > 0)
    {
        return Err(format!(
            "`{attempts_name}` is not a positive number: `{attempts}`"
        ));
    }
    match mode {
        Some(mode) if !["standard", "adaptive"].contains(&mode.to_ascii_lowercase().as_str()) => {
            Err(format!(
                "`{mode_name}` is neither `standard` nor `adaptive`: `{mode}`"
            ))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_settings_that_the_sdk_panics_on_are_refused() {
        let check = |attempts, mode| check_retries(("attempts", attempts), ("mode", mode));
        for attempts in ["0", "x", "-1", ""] {
            assert!(check(Some(attempts), None).is_err(), "{attempts}");
        }
        assert!(check(None, Some("legacy")).is_err());
        assert_eq!(check(Some("5"), Some("Standard")), Ok(()));
    }

    #[test]
    fn the_users_attempts_beat_ours() {
        let limits = Limits::default();
        let config = local("http://127.0.0.1:1");
        assert_eq!(persistence(&config, &limits).failed_attempts, 3);
        let mut config = config.into_builder();
        config.set_retry_config(Some(RetryConfig::standard().with_max_attempts(5)));
        assert_eq!(persistence(&config.build(), &limits).failed_attempts, 5);
    }

    #[tokio::test]
    async fn an_explicit_region_needs_no_files() {
        let settings = AwsSettings {
            region: Some("eu-west-1".into()),
            ..AwsSettings::default()
        };
        assert_eq!(
            default_region(&settings).await.as_deref(),
            Some("eu-west-1")
        );
    }

    #[test]
    fn the_emulator_gets_neither_environment_nor_profiles() {
        let config = local("http://127.0.0.1:1");
        assert_eq!(config.endpoint_url(), Some("http://127.0.0.1:1"));
        assert!(config.service_config().is_none());
    }
}
