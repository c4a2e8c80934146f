//! [`Connection`]: configuration, credentials and clients, each made when it is first needed.

use std::{collections::HashMap, sync::Arc};

use aws_config::{Region, SdkConfig, retry::RetryConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_cloudcontrol::{Client, config};
use cirrus_provider::{CloudError, CloudErrorKind, Meter, Operation};
use parking_lot::Mutex;
use tokio::sync::OnceCell;

use crate::{
    AwsSettings,
    attempts::{Attempts, Persistence},
    config::{load, persistence},
    credentials::{Prefetched, account_key},
    error::Call,
    governor::{Governor, Key, Lane},
    settings::is_region,
};

/// What all calls share.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) settings: AwsSettings,
    pub(crate) default_region: Option<String>,
    pub(crate) governor: Arc<Governor>,
    config: OnceCell<SdkConfig>,
    ready: OnceCell<Ready>,
    regions: Mutex<HashMap<String, Arc<Regional>>>,
    pub(crate) enabled_regions: OnceCell<Vec<String>>,
    pub(crate) account_id: OnceCell<String>,
}

/// What is known once there are credentials.
#[derive(Debug)]
pub(crate) struct Ready {
    /// Without retries of its own.
    pub(crate) config: SdkConfig,
    pub(crate) persistence: Persistence,
    /// Stands for the account in the governor's keys.
    account: Arc<str>,
}

/// What is shared by all calls to one region.
#[derive(Debug)]
pub(crate) struct Regional {
    pub(crate) client: Client,
    pub(crate) list: Arc<Lane>,
    pub(crate) get: Arc<Lane>,
    pub(crate) persistence: Persistence,
}

impl Connection {
    pub(crate) fn new(
        settings: AwsSettings,
        default_region: Option<String>,
        config: Option<SdkConfig>,
    ) -> Self {
        Self {
            governor: Arc::new(Governor::new(settings.limits.memory.clone())),
            settings,
            default_region,
            config: OnceCell::new_with(config),
            ready: OnceCell::new(),
            regions: Mutex::default(),
            enabled_regions: OnceCell::new(),
            account_id: OnceCell::new(),
        }
    }

    /// The configuration, with credentials at hand.
    pub(crate) async fn ready(&self, call: &Call<'_>) -> Result<&Ready, CloudError> {
        let ready = self.ready.get_or_try_init(async || {
            let home = self.default_region.as_deref().unwrap_or(call.region);
            let config = self
                .config
                .get_or_try_init(|| load(self.settings.clone(), home.to_owned()))
                .await
                .map_err(|unusable| self.explain(call.error(unusable.kind, unusable.message)))?;
            let provider = config.credentials_provider().ok_or_else(|| {
                call.error(CloudErrorKind::Credentials, "no credentials configured")
            })?;
            let (prefetched, credentials) = Prefetched::get(provider)
                .await
                .map_err(|error| self.explain(call.without_credentials(&error)))?;
            let mut builder = config.clone().into_builder();
            builder
                .set_credentials_provider(Some(SharedCredentialsProvider::new(prefetched)))
                .set_retry_config(Some(RetryConfig::disabled()));
            Ok(Ready {
                persistence: persistence(config, &self.settings.limits),
                account: account_key(&credentials, config.endpoint_url()).into(),
                config: builder.build(),
            })
        });
        ready.await
    }

    /// The client of a region and the lanes that its calls wait in.
    pub(crate) async fn regional(&self, call: &Call<'_>) -> Result<Arc<Regional>, CloudError> {
        if !is_region(call.region) {
            let message = format!("`{}` is not the name of a region", call.region);
            return Err(call.error(CloudErrorKind::Region, message));
        }
        if let Some(regional) = self.regions.lock().get(call.region) {
            return Ok(Arc::clone(regional));
        }
        let ready = self.ready(call).await?;
        let mut regions = self.regions.lock();
        let regional = regions.entry(call.region.to_owned()).or_insert_with(|| {
            let config = config::Builder::from(&ready.config)
                .region(Region::new(call.region.to_owned()))
                .build();
            Arc::new(Regional {
                client: Client::from_conf(config),
                list: self.lane(ready, call.region, Operation::ListResources),
                get: self.lane(ready, call.region, Operation::GetResource),
                persistence: ready.persistence,
            })
        });
        Ok(Arc::clone(regional))
    }

    pub(crate) fn lane(&self, ready: &Ready, region: &str, operation: Operation) -> Arc<Lane> {
        self.governor.lane(Key {
            account: Arc::clone(&ready.account),
            region: region.into(),
            operation: operation.name(),
        })
    }

    /// The attempts of a call.
    pub(crate) fn attempts<'a>(
        &'a self,
        call: Call<'a>,
        meter: &'a Arc<Meter>,
        lane: &'a Lane,
        persistence: Persistence,
    ) -> Attempts<'a> {
        Attempts {
            call,
            meter,
            governor: &self.governor,
            lane,
            persistence,
        }
    }

    /// Says which profile has no credentials.
    pub(crate) fn explain(&self, mut error: CloudError) -> CloudError {
        if let (CloudErrorKind::Credentials, None, Some(profile)) =
            (error.kind, &error.code, &self.settings.profile)
        {
            error.message = format!("profile `{profile}`: {}", error.message);
        }
        error
    }
}
