//! GetResourceRequestStatus: the latest event of a request.

use serde_json::Value;

use super::progress;
use crate::{context::Context, protocol::Failure, requests::Request};

pub(super) fn status(context: &mut Context<'_>) -> Result<Value, Failure> {
    let request = named(context)?;
    let mut answer = progress(&request.event_with_retry(context.now));
    if let Some(hooks) = request.hooks() {
        answer["HooksProgressEvent"] = hooks;
    }
    Ok(answer)
}

/// The request that the call names.
pub(super) fn named<'context>(
    context: &'context Context<'_>,
) -> Result<&'context Request, Failure> {
    let token = context.input.required("RequestToken");
    context
        .world
        .requests()
        .by_token(&context.caller.account, &context.caller.region, token)
        .ok_or_else(|| {
            Failure::new(
                "RequestTokenNotFoundException",
                format!("Request with token {token} was not found"),
            )
        })
}
