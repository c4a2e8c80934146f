//! The accounts that exist: the organization's, each with the regions that it has.

use std::collections::BTreeMap;

use crate::{arn::Place, options::Options};

/// An account of the organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// The organization's accounts, the management account first.
#[derive(Debug)]
pub(crate) struct Accounts {
    management: Account,
    members: BTreeMap<String, String>,
}

/// The regions of the `aws` partition that are enabled in every account: those from before 20 March 2019. All later ones must
/// be opted in to ("Enable or disable AWS Regions in your account", AWS Account Management Reference Guide).
const ALWAYS_ENABLED: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

impl Accounts {
    pub(crate) fn new(options: &Options) -> Self {
        let mut members = options.accounts.clone();
        let name = members.remove(&options.account);
        Self {
            management: Account {
                id: options.account.clone(),
                name: name.unwrap_or_else(|| "management".to_owned()),
            },
            members,
        }
    }

    /// The account of callers whose access key names none.
    pub(crate) fn management(&self) -> &Account {
        &self.management
    }

    /// Every account, the management account first.
    pub(crate) fn all(&self) -> Vec<Account> {
        let members = self.members.iter().map(|(id, name)| Account {
            id: id.clone(),
            name: name.clone(),
        });
        [self.management.clone()]
            .into_iter()
            .chain(members)
            .collect()
    }

    /// Whether a region must be opted in to; only the `aws` partition has such.
    pub(crate) fn is_opt_in(region: &str) -> bool {
        let place = Place {
            account: "",
            region,
        };
        place.partition() == "aws" && !ALWAYS_ENABLED.contains(&region)
    }
}
