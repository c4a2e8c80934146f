//! The services beside Cloud Control that its clients ask: who am I, which accounts, regions, types and tags are there.
//!
//! A file per service; [`page`] is what their lists have in common.

mod account;
mod cloudformation;
mod ec2;
mod iam;
mod organizations;
mod page;
mod sts;
mod tagging;

use serde_json::Value;

use crate::{context::Context, protocol::Failure};

/// The operations of all of them.
pub(crate) const OPERATIONS: &[&str] = &[
    "AssumeRole",
    "DescribeAccount",
    "DescribeOrganization",
    "DescribeRegions",
    "DescribeType",
    "GetAccessKeyInfo",
    "GetCallerIdentity",
    "GetRegionOptStatus",
    "GetResources",
    "GetRole",
    "GetSessionToken",
    "GetTagKeys",
    "GetTagValues",
    "GetUser",
    "ListAccountAliases",
    "ListAccounts",
    "ListAccountsForParent",
    "ListOrganizationalUnitsForParent",
    "ListRegions",
    "ListRoles",
    "ListRoots",
    "ListTypes",
];

/// STS.
pub(crate) fn sts(operation: &str, context: &mut Context<'_>) -> Result<Value, Failure> {
    sts::answer(operation, context)
}

/// Account Management.
pub(crate) fn account(operation: &str, context: &mut Context<'_>) -> Result<Value, Failure> {
    account::answer(operation, context)
}

/// Organizations.
pub(crate) fn organizations(operation: &str, context: &mut Context<'_>) -> Result<Value, Failure> {
    organizations::answer(operation, context)
}

/// Resource Groups Tagging.
pub(crate) fn tagging(operation: &str, context: &mut Context<'_>) -> Result<Value, Failure> {
    tagging::answer(operation, context)
}

/// CloudFormation's registry.
pub(crate) fn cloudformation(operation: &str, context: &mut Context<'_>) -> Result<Value, Failure> {
    cloudformation::answer(operation, context)
}

/// EC2, as far as it knows regions.
pub(crate) fn ec2(operation: &str, context: &mut Context<'_>) -> Result<Value, Failure> {
    ec2::answer(operation, context)
}

/// IAM, as far as clients ask it who they are and which roles there are.
pub(crate) fn iam(operation: &str, context: &mut Context<'_>) -> Result<Value, Failure> {
    iam::answer(operation, context)
}

/// The size of a page: what the request asks for, or all that the service gives.
fn page_size(context: &Context<'_>, member: &str, default: usize) -> usize {
    context
        .input
        .value(member)
        .and_then(Value::as_u64)
        .and_then(|size| usize::try_from(size).ok())
        .unwrap_or(default)
}

/// The texts of a list member; none if it is absent.
fn texts(value: Option<&Value>) -> Vec<&str> {
    let items = value.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).collect()
}
