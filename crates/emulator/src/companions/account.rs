//! Account Management, as far as it knows regions: which there are, and whether an account has opted in to them.

use serde_json::{Value, json};

use crate::{
    accounts::Accounts,
    companions::{page::Page, page_size, texts},
    context::Context,
    protocol::Failure,
};

/// Regions on a page unless the request says otherwise [INF].
const PAGE: usize = 50;

pub(super) fn answer(operation: &str, context: &mut Context<'_>) -> Result<Value, Failure> {
    check_account(operation, context)?;
    match operation {
        "GetRegionOptStatus" => region_opt_status(context),
        "ListRegions" => list_regions(context),
        _ => Err(Failure::unknown_operation()),
    }
}

/// Only the management account may ask about other accounts, and not by number about itself.
fn check_account(operation: &str, context: &Context<'_>) -> Result<(), Failure> {
    let Some(account) = context.input.text("AccountId") else {
        return Ok(());
    };
    let management = &context.accounts.management().id;
    let reason = if context.caller.account != *management {
        // The wording is inferred [INF].
        ""
    } else if account == management {
        " (The management account can only be managed using the standalone context from the management account.)"
    } else if context
        .accounts
        .all()
        .iter()
        .any(|member| member.id == account)
    {
        return Ok(());
    } else {
        // [INF]
        " (The specified account is not a member of your organization.)"
    };
    let user = &context.caller.arn;
    Err(Failure::new(
        "AccessDeniedException",
        format!("User: {user} is not authorized to perform: account:{operation}{reason}"),
    ))
}

fn status(context: &Context<'_>, region: &str) -> &'static str {
    if !Accounts::is_opt_in(region) {
        "ENABLED_BY_DEFAULT"
    } else if context.rules.is_enabled(region) {
        "ENABLED"
    } else {
        "DISABLED"
    }
}

fn described(context: &Context<'_>, region: &str) -> Value {
    json!({"RegionName": region, "RegionOptStatus": status(context, region)})
}

fn list_regions(context: &Context<'_>) -> Result<Value, Failure> {
    let input = context.input;
    let wanted = texts(input.value("RegionOptStatusContains"));
    let types = &context.rules.types;
    let regions = types
        .regions(&context.caller.region)
        .filter(|region| wanted.is_empty() || wanted.contains(&status(context, region)));
    let list = format!("regions {} {wanted:?}", input.required("AccountId"));
    // botocore's paginator begins with no token, others with an empty one [B].
    let token = input.text("NextToken").filter(|token| !token.is_empty());
    let size = page_size(context, "MaxResults", PAGE);
    let page = Page::of(&list, token, regions, |region| region, size)
        .ok_or_else(|| Failure::validation("Invalid NextToken"))?;
    let regions = page
        .items
        .into_iter()
        .map(|region| described(context, region));
    let mut answer = json!({"Regions": regions.collect::<Vec<_>>()});
    if let Some(next) = page.next {
        answer["NextToken"] = json!(next);
    }
    Ok(answer)
}

fn region_opt_status(context: &Context<'_>) -> Result<Value, Failure> {
    let region = context.input.required("RegionName");
    let mut known = context.rules.types.regions(&context.caller.region);
    if known.any(|known| known == region) {
        Ok(described(context, region))
    } else {
        // The wording is inferred [INF].
        Err(Failure::validation(format!("Region {region} is not valid")))
    }
}
