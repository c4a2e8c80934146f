//! [`Inventory`]: the user pools and clients that are there to be found, and the fewest calls that find them.

use serde_json::{Value, json};

const POOL_TYPE: &str = "AWS::Cognito::UserPool";
pub(super) const CLIENT_TYPE: &str = "AWS::Cognito::UserPoolClient";

/// Resources on a page of the emulator's, whatever is asked for.
const PAGE: usize = 25;

/// What there is, the same in each region.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inventory {
    pub(super) regions: &'static [&'static str],
    /// User pools in a region.
    pub(super) pools: usize,
    /// Clients of a pool.
    pub(super) clients: usize,
    /// Clients that the first pool has beyond that.
    pub(super) more: usize,
}

impl Inventory {
    /// Clients in all regions.
    pub(super) fn clients(self) -> usize {
        self.regions.len() * (self.pools * self.clients + self.more)
    }

    /// The fewest ListResources calls in a region: the pages of pools, then those of each pool's clients.
    pub(super) fn lists(self) -> usize {
        let clients: usize = (0..self.pools)
            .map(|pool| self.clients_of(pool).div_ceil(PAGE).max(1))
            .sum();
        self.pools.div_ceil(PAGE).max(1) + clients
    }

    /// The fewest ListResources calls.
    pub(super) fn all_lists(self) -> usize {
        self.regions.len() * self.lists()
    }

    fn clients_of(self, pool: usize) -> usize {
        self.clients + if pool == 0 { self.more } else { 0 }
    }

    /// The identifier of one client.
    pub(super) fn first_client(self) -> String {
        format!("{}|{}", pool_id(self.regions[0], 0), client_id(0, 0))
    }

    /// The same as a data set for the emulator.
    pub(super) fn data_set(self) -> String {
        let pools = self
            .regions
            .iter()
            .flat_map(|region| (0..self.pools).map(move |pool| (*region, pool)));
        let resources = pools.flat_map(|(region, pool)| {
            let clients = (0..self.clients_of(pool))
                .map(move |client| resource(region, CLIENT_TYPE, &client_of(region, pool, client)));
            std::iter::once(resource(region, POOL_TYPE, &pool_of(region, pool))).chain(clients)
        });
        Value::Array(resources.collect()).to_string()
    }
}

fn resource(region: &str, type_name: &str, properties: &Value) -> Value {
    json!({"type": type_name, "region": region, "properties": properties})
}

fn pool_of(region: &str, pool: usize) -> Value {
    json!({"UserPoolId": pool_id(region, pool), "UserPoolName": format!("pool-{pool:04}")})
}

fn client_of(region: &str, pool: usize, client: usize) -> Value {
    json!({
        "UserPoolId": pool_id(region, pool),
        "ClientId": client_id(pool, client),
        "ClientName": format!("client-{client:04}"),
        "CallbackURLs": [format!("https://app-{client:04}.example.com/callback")],
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthScopes": ["openid", "email"],
    })
}

fn pool_id(region: &str, pool: usize) -> String {
    format!("{region}_Bench{pool:04}")
}

fn client_id(pool: usize, client: usize) -> String {
    format!("{pool:04}{client:04}benchclient0000000")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fewest_calls_are_the_pages() {
        let inventory = Inventory {
            regions: &["us-east-1", "eu-west-1"],
            pools: 50,
            clients: 20,
            more: 10,
        };
        assert_eq!(inventory.clients(), 2 * 1_010);
        assert_eq!((inventory.lists(), inventory.all_lists()), (53, 106));
    }

    #[test]
    fn the_data_set_has_what_is_counted() {
        let inventory = Inventory {
            regions: &["us-east-1", "eu-west-1"],
            pools: 3,
            clients: 2,
            more: 1,
        };
        let data: Vec<Value> = serde_json::from_str(&inventory.data_set()).unwrap();
        let count = |type_name| {
            data.iter()
                .filter(|entry| entry["type"] == type_name)
                .count()
        };
        assert_eq!(
            (count(POOL_TYPE), count(CLIENT_TYPE)),
            (6, inventory.clients())
        );
        let first = &data[1]["properties"];
        let parts = [&first["UserPoolId"], &first["ClientId"]].map(|part| part.as_str().unwrap());
        assert_eq!(parts.join("|"), inventory.first_client());
    }
}
