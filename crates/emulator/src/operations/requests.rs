//! ListResourceRequests: the caller's requests, the newest first.

use serde_json::{Value, json};

use crate::{context::Context, protocol::Failure};

/// How many requests a page has if the call does not say.
const PAGE: usize = 20;

pub(super) fn requests(context: &mut Context<'_>) -> Result<Value, Failure> {
    let filter = context.input.value("ResourceRequestStatusFilter");
    let operations = wanted(filter, "Operations");
    let statuses = wanted(filter, "OperationStatuses");
    let before = match context.input.text("NextToken") {
        None => u64::MAX,
        // The wording for a token that was never given is not known [INF].
        Some(token) => token
            .strip_prefix("page")
            .and_then(|number| number.parse().ok())
            .ok_or_else(|| Failure::validation("Invalid NextToken"))?,
    };
    let page = context
        .input
        .value("MaxResults")
        .and_then(Value::as_u64)
        .and_then(|number| usize::try_from(number).ok())
        .unwrap_or(PAGE);
    let mut found = context
        .world
        .requests()
        .of_caller(&context.caller.account, &context.caller.region)
        .filter(|request| request.number < before)
        .filter(|request| is_wanted(&operations, request.operation.word()))
        .filter(|request| is_wanted(&statuses, request.status.word()));
    let mut summaries = Vec::new();
    let mut last = None;
    for request in found.by_ref().take(page) {
        summaries.push(request.event_with_retry(context.now));
        last = Some(request.number);
    }
    let more = found.next().is_some();
    let mut answer = json!({ "ResourceRequestStatusSummaries": summaries });
    if let (true, Some(last)) = (more, last) {
        answer["NextToken"] = json!(format!("page{last}"));
    }
    Ok(answer)
}

/// The members of a filter's list; a list that is absent or empty wants everything.
fn wanted<'filter>(filter: Option<&'filter Value>, name: &str) -> Vec<&'filter str> {
    filter
        .and_then(|filter| filter.get(name))
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

fn is_wanted(wanted: &[&str], value: &str) -> bool {
    wanted.is_empty() || wanted.contains(&value)
}
