//! [`AwsCloud`]: pages and resources from Cloud Control.

use std::{collections::HashSet, sync::Arc};

use aws_config::SdkConfig;
use aws_sdk_cloudcontrol::types::ResourceDescription;
use cirrus_provider::{
    Cloud, CloudError, CloudErrorKind, GetRequest, ListRequest, Meter, Operation, Page, Resource,
};
use futures::{FutureExt, StreamExt, future::BoxFuture, stream, stream::BoxStream};
use serde_json::Value;

use crate::{
    AwsSettings, ConnectError, Limits, account,
    config::{LOCAL_REGION, default_region, local},
    connection::Connection,
    error::Call,
    governor,
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

impl AwsCloud {
    /// Connects to AWS with the SDK's settings wherever `settings` says nothing.
    pub async fn connect(settings: AwsSettings) -> Result<Self, ConnectError> {
        settings.check()?;
        let default_region = default_region(&settings).await;
        Ok(Self(Arc::new(Connection::new(
            settings,
            default_region,
            None,
        ))))
    }

    /// Connects to an emulator, whatever credentials, profiles and endpoints the environment has; never reaches AWS.
    pub fn local(endpoint_url: &str, limits: Limits) -> Self {
        Self::with_config(local(endpoint_url), limits)
    }

    /// Uses a configuration as it is.
    pub(crate) fn with_config(config: SdkConfig, limits: Limits) -> Self {
        let settings = AwsSettings {
            limits,
            ..AwsSettings::default()
        };
        Self(Arc::new(Connection::new(
            settings,
            Some(LOCAL_REGION.into()),
            Some(config),
        )))
    }

    /// Writes the limits that AWS was found to have to [`Limits::memory`], if that names a file.
    ///
    /// This also happens every few seconds while calls are made, and when the last clone is dropped. Waits for the disk;
    /// what cannot be written is logged and forgotten.
    pub fn remember(&self) {
        self.0.governor.remember();
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

    fn enabled_regions(
        &self,
        meter: Arc<Meter>,
    ) -> BoxFuture<'static, Result<Vec<String>, CloudError>> {
        account::enabled_regions(Arc::clone(&self.0), meter).boxed()
    }

    fn account_id(&self, meter: Arc<Meter>) -> BoxFuture<'static, Result<String, CloudError>> {
        account::account_id(Arc::clone(&self.0), meter).boxed()
    }

    fn default_region(&self) -> Option<String> {
        self.0.default_region.clone()
    }

    /// The governor decides how many of them are really sent.
    fn concurrency(&self) -> usize {
        governor::MOST
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
        let mut input = regional.client.list_resources().type_name(call.type_name);
        if !self.request.model.is_empty() {
            input = input.resource_model(Value::Object(self.request.model.clone()).to_string());
        }
        if let Next::Token(token) = &self.next {
            input = input.next_token(token);
        }
        let output = self
            .connection
            .attempts(call, &self.meter, &regional.list, regional.persistence)
            .make(|| input.clone().send())
            .await
            .map_err(|error| self.connection.explain(error))?;
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
    let input = regional
        .client
        .get_resource()
        .type_name(call.type_name)
        .identifier(&request.identifier);
    let output = connection
        .attempts(call, &meter, &regional.get, regional.persistence)
        .make(|| input.clone().send())
        .await
        .map_err(|error| connection.explain(error))?;
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
