//! [`AwsCloud`]: pages and resources from Cloud Control, one client and one bound on concurrency per region.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use aws_config::{Region, SdkConfig};
use aws_sdk_cloudcontrol::{
    Client,
    config::{
        self,
        retry::{RetryPartition, TokenBucket},
    },
    types::ResourceDescription,
};
use cirrus_provider::{
    Cloud, CloudError, CloudErrorKind, GetRequest, ListRequest, Meter, Operation, Page, Resource,
};
use futures::{FutureExt, StreamExt, future::BoxFuture, stream, stream::BoxStream};
use parking_lot::Mutex;
use serde_json::Value;
use tokio::sync::{OnceCell, Semaphore};

use crate::{
    AwsSettings, ConnectError, Limits,
    config::{LOCAL_REGION, default_region, load, local, retries},
    error::Call,
    retry::Attempts,
    settings::is_region,
};

/// Reads an AWS account through Cloud Control.
///
/// Connecting opens no socket and looks for no credentials: both happen at the first call, so that a statement that
/// calls nothing works without an account.
///
/// ```
/// # futures::executor::block_on(async {
/// use cirrus_aws::{AwsCloud, AwsSettings};
/// use cirrus_provider::Cloud;
///
/// let settings = AwsSettings { region: Some("eu-west-1".into()), ..AwsSettings::default() };
/// let cloud = AwsCloud::connect(settings).await?;
/// assert_eq!(cloud.default_region().as_deref(), Some("eu-west-1"));
/// # Ok::<(), cirrus_aws::ConnectError>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct AwsCloud(Arc<Connection>);

#[derive(Debug)]
struct Connection {
    settings: AwsSettings,
    default_region: Option<String>,
    config: OnceCell<SdkConfig>,
    regions: Mutex<HashMap<String, Arc<Regional>>>,
}

/// What is shared by all calls to one region.
#[derive(Debug)]
struct Regional {
    client: Client,
    permits: Semaphore,
    failed_attempts: u32,
}

impl AwsCloud {
    /// Connects to AWS with the SDK's settings wherever `settings` says nothing.
    pub async fn connect(settings: AwsSettings) -> Result<Self, ConnectError> {
        settings.check()?;
        let default_region = default_region(&settings).await;
        Ok(Self::new(settings, default_region, OnceCell::new()))
    }

    /// Connects to an emulator, whatever credentials, profiles and endpoints the environment has; never reaches AWS.
    pub fn local(endpoint_url: &str, limits: Limits) -> Self {
        Self::with_config(local(endpoint_url, &limits), limits)
    }

    /// Uses a configuration as it is.
    pub(crate) fn with_config(config: SdkConfig, limits: Limits) -> Self {
        let settings = AwsSettings {
            limits,
            ..AwsSettings::default()
        };
        Self::new(
            settings,
            Some(LOCAL_REGION.into()),
            OnceCell::new_with(Some(config)),
        )
    }

    fn new(
        settings: AwsSettings,
        default_region: Option<String>,
        config: OnceCell<SdkConfig>,
    ) -> Self {
        Self(Arc::new(Connection {
            settings,
            default_region,
            config,
            regions: Mutex::default(),
        }))
    }
}

impl Connection {
    async fn regional(&self, call: &Call<'_>) -> Result<Arc<Regional>, CloudError> {
        if !is_region(call.region) {
            let message = format!("`{}` is not the name of a region", call.region);
            return Err(call.error(CloudErrorKind::Region, message));
        }
        if let Some(regional) = self.regions.lock().get(call.region) {
            return Ok(Arc::clone(regional));
        }
        let home = self.default_region.as_deref().unwrap_or(call.region);
        let config = self
            .config
            .get_or_try_init(|| load(self.settings.clone(), home.to_owned()))
            .await
            .map_err(|message| call.error(CloudErrorKind::Other, message))?;
        let mut regions = self.regions.lock();
        let regional = regions
            .entry(call.region.to_owned())
            .or_insert_with(|| Arc::new(Regional::new(config, call.region, &self.settings.limits)));
        Ok(Arc::clone(regional))
    }

    /// Says which profile has no credentials.
    fn explain(&self, mut error: CloudError) -> CloudError {
        if let (CloudErrorKind::Credentials, None, Some(profile)) =
            (error.kind, &error.code, &self.settings.profile)
        {
            error.message = format!("profile `{profile}`: {}", error.message);
        }
        error
    }
}

impl Regional {
    fn new(config: &SdkConfig, region: &str, limits: &Limits) -> Self {
        let (retries, limits) = retries(config, limits);
        // The SDK's retry quota would give up a long scan after a hundred throttled calls. Bounded attempts and
        // bounded concurrency already keep the pressure down.
        let partition = RetryPartition::custom(format!("cirrus-{region}"))
            .token_bucket(TokenBucket::unlimited());
        let config = config::Builder::from(config)
            .region(Region::new(region.to_owned()))
            .retry_config(retries)
            .retry_partition(partition.build())
            .build();
        Self {
            client: Client::from_conf(config),
            permits: Semaphore::new(limits.concurrency.max(1)),
            failed_attempts: limits.failed_attempts,
        }
    }
}

impl Cloud for AwsCloud {
    fn list(
        &self,
        request: ListRequest,
        meter: Arc<Meter>,
    ) -> BoxStream<'static, Result<Page, CloudError>> {
        let listing = Listing {
            connection: Arc::clone(&self.0),
            request,
            meter,
            next: Next::First,
            seen: HashSet::new(),
        };
        stream::unfold(listing, async |mut listing| {
            if matches!(listing.next, Next::Done) {
                return None;
            }
            let page = listing.page().await;
            if page.is_err() {
                listing.next = Next::Done;
            }
            Some((page, listing))
        })
        .boxed()
    }

    fn get(
        &self,
        request: GetRequest,
        meter: Arc<Meter>,
    ) -> BoxFuture<'static, Result<Resource, CloudError>> {
        get(Arc::clone(&self.0), request, meter).boxed()
    }

    fn default_region(&self) -> Option<String> {
        self.0.default_region.clone()
    }

    fn concurrency(&self) -> usize {
        self.0.settings.limits.concurrency.max(1)
    }
}

/// A list between two of its pages.
struct Listing {
    connection: Arc<Connection>,
    request: ListRequest,
    meter: Arc<Meter>,
    next: Next,
    seen: HashSet<String>,
}

enum Next {
    First,
    Token(String),
    Done,
}

impl Listing {
    async fn page(&mut self) -> Result<Page, CloudError> {
        let call = Call {
            operation: Operation::ListResources,
            type_name: &self.request.type_name,
            region: &self.request.region,
        };
        let regional = self.connection.regional(&call).await?;
        let attempts = Attempts::new(
            call.operation,
            Arc::clone(&self.meter),
            regional.failed_attempts,
        );
        let mut input = regional.client.list_resources().type_name(call.type_name);
        if !self.request.model.is_empty() {
            input = input.resource_model(Value::Object(self.request.model.clone()).to_string());
        }
        if let Next::Token(token) = &self.next {
            input = input.next_token(token);
        }
        let operation = input
            .customize()
            .interceptor(attempts.clone())
            .config_override(config::Builder::default().retry_classifier(attempts));
        let output = {
            let _permit = regional.permits.acquire().await;
            operation
                .send()
                .await
                .map_err(|error| self.connection.explain(call.failed(&error)))?
        };
        let resources = output
            .resource_descriptions
            .unwrap_or_default()
            .into_iter()
            .map(|description| resource(&call, description))
            .collect::<Result<_, _>>()?;
        self.next = match output.next_token.filter(|token| !token.is_empty()) {
            None => Next::Done,
            Some(token) if self.seen.insert(token.clone()) => Next::Token(token),
            Some(_) => {
                return Err(call.error(CloudErrorKind::Malformed, "the same NextToken twice"));
            }
        };
        Ok(Page {
            resources,
            has_more: matches!(self.next, Next::Token(_)),
        })
    }
}

async fn get(
    connection: Arc<Connection>,
    request: GetRequest,
    meter: Arc<Meter>,
) -> Result<Resource, CloudError> {
    let call = Call {
        operation: Operation::GetResource,
        type_name: &request.type_name,
        region: &request.region,
    };
    let regional = connection.regional(&call).await?;
    let attempts = Attempts::new(call.operation, meter, regional.failed_attempts);
    let operation = regional
        .client
        .get_resource()
        .type_name(call.type_name)
        .identifier(&request.identifier)
        .customize()
        .interceptor(attempts.clone())
        .config_override(config::Builder::default().retry_classifier(attempts));
    let output = {
        let _permit = regional.permits.acquire().await;
        operation
            .send()
            .await
            .map_err(|error| connection.explain(call.failed(&error)))?
    };
    let Some(description) = output.resource_description else {
        return Err(call.error(
            CloudErrorKind::Malformed,
            "an answer without ResourceDescription",
        ));
    };
    resource(&call, description)
}

fn resource(call: &Call<'_>, description: ResourceDescription) -> Result<Resource, CloudError> {
    let missing = |member: &str| {
        let message = format!(
            "a ResourceDescription of {} without {member}",
            call.type_name
        );
        call.error(CloudErrorKind::Malformed, message)
    };
    Ok(Resource {
        identifier: description
            .identifier
            .ok_or_else(|| missing("Identifier"))?,
        properties: description
            .properties
            .ok_or_else(|| missing("Properties"))?,
    })
}

#[cfg(test)]
mod tests;
