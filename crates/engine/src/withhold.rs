//! Keeps back rows that nobody's answer stands behind.
//!
//! `SELECT count(*)` over a table whose every call failed would count 0. As long as a scope has failed and none has
//! answered, batches wait; if it stays so to the end, the statement fails and they are never shown.

use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};

use crate::{Error, context::StatementContext};

type Batches = BoxStream<'static, Result<RecordBatch, Error>>;

/// Passes batches on, unless only failures have come so far.
pub(crate) fn until_answered(batches: Batches, context: Arc<StatementContext>) -> Batches {
    let state = Some((batches, Vec::new(), context));
    stream::unfold(state, |state| async move {
        let (mut batches, mut kept, context) = state?;
        loop {
            match batches.next().await {
                Some(Ok(batch)) => {
                    kept.push(Ok(batch));
                    if context.scopes.total_failure().is_none() {
                        let ready = std::mem::take(&mut kept);
                        return Some((stream::iter(ready), Some((batches, kept, context))));
                    }
                }
                Some(Err(error)) => return Some((stream::iter(vec![Err(error)]), None)),
                None => {
                    let rest = match context.scopes.total_failure() {
                        Some(error) => vec![Err(Error::Cloud(error))],
                        None => kept,
                    };
                    return Some((stream::iter(rest), None));
                }
            }
        }
    })
    .flatten()
    .boxed()
}
