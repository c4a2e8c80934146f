//! CancelResourceRequest: stops what is in progress, without undoing anything.

use serde_json::Value;

use super::{Context, progress, status};
use crate::{protocol::Failure, requests::Status};

pub(super) fn cancel(context: &mut Context<'_>) -> Result<Value, Failure> {
    let request = status::named(context)?;
    match request.status {
        Status::InProgress => {}
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
    let cancelled = context
        .world
        .requests
        .cancel(token, context.now)
        .map_or(event, |request| progress(&request.event()));
    context.world.changed = true;
    Ok(cancelled)
}
