//! GetResourceRequestStatus: the latest event of a request.

use serde_json::Value;

use super::{Context, progress};
use crate::{protocol::Failure, requests::Request};

pub(super) fn status(context: &mut Context<'_>) -> Result<Value, Failure> {
    named(context).map(|request| progress(&request.event_with_retry()))
}

/// The request that the call names.
pub(super) fn named<'context>(
    context: &'context Context<'_>,
) -> Result<&'context Request, Failure> {
    let token = context.input.required("RequestToken");
    context
        .world
        .requests
        .by_token(&context.caller.account, &context.caller.region, token)
        .ok_or_else(|| {
            Failure::new(
                "RequestTokenNotFoundException",
                format!("Request with token {token} was not found"),
            )
        })
}
