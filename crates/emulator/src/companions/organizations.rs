//! Organizations: the accounts that the emulator was started with, all directly under one root.

use serde_json::{Value, json};

use crate::{
    accounts::Account,
    arn::Place,
    clock::{Millis, epoch_seconds},
    companions::{page::Page, page_size},
    context::Context,
    protocol::Failure,
    sealed::digest,
};

/// Accounts on a page at most, and unless the request says otherwise.
const PAGE: usize = 20;
/// 2020-01-01T00:00:00Z, when all of this began.
pub(super) const FOUNDED: Millis = 1_577_836_800_000;

pub(super) fn answer(operation: &str, context: &mut Context<'_>) -> Result<Value, Failure> {
    let organization = Organization::of(context);
    organization.admit(operation, context)?;
    match operation {
        "DescribeAccount" => describe_account(&organization, context),
        "DescribeOrganization" => Ok(organization.described()),
        "ListAccounts" => list_accounts(&organization, "accounts", context),
        "ListAccountsForParent" => {
            organization.check_parent(context)?;
            list_accounts(&organization, "children", context)
        }
        "ListOrganizationalUnitsForParent" => {
            organization.check_parent(context)?;
            list(context, "OrganizationalUnits", "units", Vec::new())
        }
        "ListRoots" => list(context, "Roots", "roots", vec![organization.root()]),
        _ => Err(Failure::unknown_operation()),
    }
}

/// The organization of the management account.
struct Organization {
    partition: &'static str,
    management: Account,
    accounts: Vec<Account>,
    id: String,
    root: String,
}

impl Organization {
    fn of(context: &Context<'_>) -> Self {
        let management = context.accounts.management().clone();
        let mut accounts = context.accounts.all();
        accounts.sort_by(|one, other| one.id.cmp(&other.id));
        let place = Place {
            account: &management.id,
            region: &context.caller.region,
        };
        let digest = digest("organization", &management.id);
        Self {
            partition: place.partition(),
            id: format!("o-{}", &digest[..10]),
            root: format!("r-{}", &digest[10..14]),
            management,
            accounts,
        }
    }

    /// Members may know of which organization they are one; all else is the management account's.
    fn admit(&self, operation: &str, context: &Context<'_>) -> Result<(), Failure> {
        let account = &context.caller.account;
        if !self.accounts.iter().any(|member| member.id == *account) {
            return Err(Failure::new(
                "AWSOrganizationsNotInUseException",
                "Your account is not a member of an organization.",
            ));
        }
        if *account != self.management.id && operation != "DescribeOrganization" {
            return Err(Failure::new(
                "AccessDeniedException",
                "You don't have permissions to access this resource.",
            ));
        }
        Ok(())
    }

    fn check_parent(&self, context: &Context<'_>) -> Result<(), Failure> {
        if context.input.required("ParentId") == self.root {
            return Ok(());
        }
        Err(Failure::new(
            "ParentNotFoundException",
            "We can't find a root or organizational unit (OU) with the ParentId that you specified.",
        ))
    }

    fn arn(&self, kind: &str, resource: &str) -> String {
        let Self {
            partition,
            management,
            id,
            ..
        } = self;
        format!(
            "arn:{partition}:organizations::{}:{kind}/{id}{resource}",
            management.id
        )
    }

    fn described(&self) -> Value {
        let Self { management, .. } = self;
        json!({"Organization": {
            "Id": self.id,
            "Arn": self.arn("organization", ""),
            "FeatureSet": "ALL",
            "MasterAccountArn": self.arn("account", &format!("/{}", management.id)),
            "MasterAccountId": management.id,
            "MasterAccountEmail": email(management),
            "AvailablePolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}],
        }})
    }

    fn root(&self) -> Value {
        json!({
            "Id": self.root,
            "Arn": self.arn("root", &format!("/{}", self.root)),
            "Name": "Root",
            "PolicyTypes": [],
        })
    }

    fn account(&self, account: &Account) -> Value {
        let Account { id, name } = account;
        // The account that founds an organization counts as invited.
        let method = if *id == self.management.id {
            "INVITED"
        } else {
            "CREATED"
        };
        json!({
            "Id": id,
            "Arn": self.arn("account", &format!("/{id}")),
            "Email": email(account),
            "Name": name,
            "Status": "ACTIVE",
            "State": "ACTIVE",
            "Paths": [format!("{}/{}/{id}/", self.id, self.root)],
            "JoinedMethod": method,
            "JoinedTimestamp": epoch_seconds(FOUNDED),
        })
    }
}

/// Every account has an address of its own.
fn email(account: &Account) -> String {
    format!("{}@example.com", account.id)
}

fn describe_account(organization: &Organization, context: &Context<'_>) -> Result<Value, Failure> {
    let id = context.input.required("AccountId");
    let account = organization
        .accounts
        .iter()
        .find(|account| account.id == id);
    let account = account.ok_or_else(|| {
        Failure::new(
            "AccountNotFoundException",
            "You specified an account that doesn't exist.",
        )
    })?;
    Ok(json!({"Account": organization.account(account)}))
}

fn list_accounts(
    organization: &Organization,
    list_name: &str,
    context: &Context<'_>,
) -> Result<Value, Failure> {
    let accounts = organization.accounts.iter();
    let accounts = accounts.map(|account| organization.account(account));
    list(context, "Accounts", list_name, accounts.collect())
}

/// A page of what has identifiers.
fn list(
    context: &Context<'_>,
    member: &str,
    list_name: &str,
    items: Vec<Value>,
) -> Result<Value, Failure> {
    let token = context.input.text("NextToken");
    let size = page_size(context, "MaxResults", PAGE);
    let id = |item: &Value| item["Id"].as_str().unwrap_or_default().to_owned();
    let mut items: Vec<_> = items.into_iter().map(|item| (id(&item), item)).collect();
    items.sort_by(|(one, _), (other, _)| one.cmp(other));
    let page = Page::of(list_name, token, items, |(id, _)| id, size).ok_or_else(|| {
        // The wording is inferred [INF].
        Failure::new(
            "InvalidInputException",
            "You specified an invalid pagination token.",
        )
    })?;
    let items: Vec<_> = page.items.into_iter().map(|(_, item)| item).collect();
    let mut answer = json!({ member: items });
    if let Some(next) = page.next {
        answer["NextToken"] = json!(next);
    }
    Ok(answer)
}
