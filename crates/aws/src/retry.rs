//! Counts attempts of one call on its meter and decides when a failing call has had enough of them.
//!
//! The SDK's standard mode is the one retry layer; [`Attempts`] only counts for it and stops it early.

use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use aws_sdk_cloudcontrol::{
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::{BeforeTransmitInterceptorContextRef, InterceptorContext},
        retry::{ClassifyRetry, RetryAction},
    },
    error::{BoxError, ProvideErrorMetadata},
    operation::{get_resource::GetResourceError, list_resources::ListResourcesError},
};
use cirrus_provider::{Meter, Operation};

use crate::error::{is_hopeless, is_throttling};

/// The attempts of one call.
#[derive(Clone, Debug)]
pub(crate) struct Attempts {
    operation: Operation,
    meter: Arc<Meter>,
    made: Arc<AtomicU32>,
    limit: u32,
}

impl Attempts {
    /// Starts counting a call that may be attempted `failed_attempts` times unless AWS throttles it.
    pub(crate) fn new(operation: Operation, meter: Arc<Meter>, failed_attempts: u32) -> Self {
        Self {
            operation,
            meter,
            made: Arc::default(),
            limit: failed_attempts,
        }
    }
}

impl Intercept for Attempts {
    fn name(&self) -> &'static str {
        "Attempts"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let before = self.made.fetch_add(1, Ordering::Relaxed);
        tracing::debug!(operation = %self.operation, attempt = before + 1, "calls Cloud Control");
        if before == 0 {
            self.meter.count_call(self.operation);
        } else {
            self.meter.count_retry();
        }
        Ok(())
    }
}

impl ClassifyRetry for Attempts {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let Some(Err(error)) = context.output_or_error() else {
            return RetryAction::NoActionIndicated;
        };
        let code = error.as_operation_error().and_then(|error| {
            let listing = error
                .downcast_ref::<ListResourcesError>()
                .and_then(ProvideErrorMetadata::code);
            listing.or_else(|| {
                error
                    .downcast_ref::<GetResourceError>()
                    .and_then(ProvideErrorMetadata::code)
            })
        });
        if code.is_some_and(is_throttling) {
            return RetryAction::NoActionIndicated;
        }
        let hopeless = error
            .as_connector_error()
            .is_some_and(|error| is_hopeless(error as &(dyn Error + 'static)));
        if hopeless || self.made.load(Ordering::Relaxed) >= self.limit {
            return RetryAction::RetryForbidden;
        }
        RetryAction::NoActionIndicated
    }

    fn name(&self) -> &'static str {
        "Attempts"
    }
}
