//! CancelResourceRequest: stops what is in progress, without undoing anything.

use serde_json::Value;

use super::{progress, status};
use crate::{context::Context, protocol::Failure, requests::Status};

pub(super) fn cancel(context: &mut Context<'_>) -> Result<Value, Failure> {
    let request = status::named(context)?;
    match request.status {
        Status::Pending | Status::InProgress => {}
        Status::CancelInProgress | Status::CancelComplete => return Ok(progress(&request.event())),
        done @ (Status::Success | Status::Failed) => {
            return Err(Failure::validation(format!(
                "Request {} is already in status {}",
                request.token,
                done.word()
            )));
        }
    }
    let event = progress(&request.event());
    let token = context.input.required("RequestToken");
    let cancelled = context.world.cancel(context.rules, token, context.now);
    Ok(cancelled.map_or(event, |request| progress(&request.event())))
}
