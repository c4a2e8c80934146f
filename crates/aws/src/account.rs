//! What the account says about itself: its id, and the regions that it has enabled. Each is asked once.

use std::sync::Arc;

use aws_config::Region;
use aws_sdk_account::types::RegionOptStatus;
use cirrus_provider::{CloudError, CloudErrorKind, Meter, Operation};

use crate::{connection::Connection, error::Call};

/// Where the account is asked when nobody names a region.
const HOME: &str = "us-east-1";

/// The regions that the account has enabled, sorted.
pub(crate) async fn enabled_regions(
    connection: Arc<Connection>,
    meter: Arc<Meter>,
) -> Result<Vec<String>, CloudError> {
    let regions = connection
        .enabled_regions
        .get_or_try_init(|| list_regions(&connection, &meter))
        .await?;
    Ok(regions.clone())
}

/// The id of the account that the credentials belong to.
pub(crate) async fn account_id(
    connection: Arc<Connection>,
    meter: Arc<Meter>,
) -> Result<String, CloudError> {
    let account = connection
        .account_id
        .get_or_try_init(|| caller_identity(&connection, &meter))
        .await?;
    Ok(account.clone())
}

async fn list_regions(
    connection: &Connection,
    meter: &Arc<Meter>,
) -> Result<Vec<String>, CloudError> {
    let call = Call {
        operation: Operation::ListRegions,
        type_name: "",
        region: home_of(connection.default_region.as_deref().unwrap_or(HOME)),
    };
    let ready = connection.ready(&call).await?;
    let config = aws_sdk_account::config::Builder::from(&ready.config)
        .region(Region::new(call.region.to_owned()))
        .build();
    let client = aws_sdk_account::Client::from_conf(config);
    let lane = connection.lane(ready, call.region, call.operation);
    let mut regions = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let input = client
            .list_regions()
            .region_opt_status_contains(RegionOptStatus::Enabled)
            .region_opt_status_contains(RegionOptStatus::EnabledByDefault)
            .set_next_token(token.clone());
        let answer = connection
            .attempts(call, meter, &lane, ready.persistence)
            .make(|| input.clone().send())
            .await
            .map_err(|error| connection.explain(error))?;
        let page = answer.regions.unwrap_or_default();
        regions.extend(page.into_iter().filter_map(|region| region.region_name));
        match answer.next_token.filter(|next| !next.is_empty()) {
            None => break,
            Some(next) if token.as_ref() == Some(&next) => {
                return Err(call.error(CloudErrorKind::Malformed, "the same NextToken twice"));
            }
            next => token = next,
        }
    }
    regions.sort_unstable();
    regions.dedup();
    Ok(regions)
}

async fn caller_identity(
    connection: &Connection,
    meter: &Arc<Meter>,
) -> Result<String, CloudError> {
    let call = Call {
        operation: Operation::GetCallerIdentity,
        type_name: "",
        region: connection.default_region.as_deref().unwrap_or(HOME),
    };
    let ready = connection.ready(&call).await?;
    let config = aws_sdk_sts::config::Builder::from(&ready.config)
        .region(Region::new(call.region.to_owned()))
        .build();
    let client = aws_sdk_sts::Client::from_conf(config);
    let lane = connection.lane(ready, call.region, call.operation);
    connection
        .attempts(call, meter, &lane, ready.persistence)
        .make(|| client.get_caller_identity().send())
        .await
        .map_err(|error| connection.explain(error))?
        .account
        .ok_or_else(|| call.error(CloudErrorKind::Malformed, "an answer without Account"))
}

/// The region of a partition that answers for all of it.
fn home_of(region: &str) -> &str {
    let homes = [
        ("cn-", "cn-northwest-1"),
        ("us-gov-", "us-gov-west-1"),
        ("us-iso-", "us-iso-east-1"),
        ("us-isob-", "us-isob-east-1"),
        ("eusc-", "eusc-de-east-1"),
    ];
    homes
        .iter()
        .find(|(partition, _)| region.starts_with(partition))
        .map_or(HOME, |(_, home)| home)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_partition_has_a_home() {
        for (region, home) in [
            ("eu-west-1", "us-east-1"),
            ("cn-north-1", "cn-northwest-1"),
            ("us-gov-east-1", "us-gov-west-1"),
        ] {
            assert_eq!(home_of(region), home);
        }
    }
}
