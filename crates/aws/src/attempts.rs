//! [`Attempts::make`]: one call, as often as it takes. The SDK's own retries are off, so this is the only layer.
//!
//! A throttled call goes back to the front of its queue and is asked again until it gets through; a call that service
//! or network fails is attempted a few times, later and later. It is the same request each time. What is counted on the
//! meter is what goes over the wire.

use std::{
    hash::{BuildHasher, RandomState},
    sync::Arc,
    time::{Duration, Instant},
};

use aws_sdk_cloudcontrol::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};
use cirrus_provider::{CloudError, Meter};
use tokio::time;

use crate::{
    error::{Call, Verdict},
    governor::{Governor, Lane, Outcome, Place, QueryId},
};

/// How often a throttled call is the next one again. After that it waits in line: what it asks for may be throttled on
/// its own account, by the service behind the type, while others would get through.
const FIRST_AGAIN: u32 = 5;

/// How many times as long a call is asked again when it is throttled while others get through.
const ALONE: u32 = 3;

/// How long to go on when a call does not get through.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Persistence {
    /// Attempts when the service or the network fails.
    pub(crate) failed_attempts: u32,
    /// The longest time of nothing but throttled calls; three times that for one call alone.
    pub(crate) throttled: Duration,
    /// The longest wait before the second attempt of a failed call; it doubles from then on.
    pub(crate) backoff: Duration,
    /// The longest wait before any.
    pub(crate) longest_backoff: Duration,
}

/// The attempts of one call.
#[derive(Debug)]
pub(crate) struct Attempts<'a> {
    pub(crate) call: Call<'a>,
    pub(crate) meter: &'a Arc<Meter>,
    pub(crate) governor: &'a Arc<Governor>,
    pub(crate) lane: &'a Lane,
    pub(crate) persistence: Persistence,
}

impl Attempts<'_> {
    /// Sends the call until it is answered, or there is no hope that it will be.
    pub(crate) async fn make<T, E, F>(self, send: impl Fn() -> F) -> Result<T, CloudError>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: std::error::Error + ProvideErrorMetadata + 'static,
    {
        // Calls with the same meter are of one query.
        let query: QueryId = Arc::as_ptr(self.meter).addr();
        let operation = self.call.operation;
        let mut place = Place::Back;
        let mut throttled_since: Option<Instant> = None;
        let (mut failures, mut throttled) = (0, 0);
        for attempt in 1_u32.. {
            let permit = self.lane.admit(query, place).await;
            self.meter.add_wait(permit.waited);
            if attempt == 1 {
                self.meter.count_call(operation);
            } else {
                self.meter.count_retry();
            }
            tracing::debug!(%operation, region = self.call.region, attempt, "calls AWS");
            let error = match send().await {
                Ok(answer) => {
                    permit.end(Outcome::Accepted);
                    self.governor.remember_now_and_then();
                    return Ok(answer);
                }
                Err(error) => error,
            };
            match Verdict::of(&error) {
                Verdict::Throttled { pause } => {
                    self.meter.count_throttle();
                    permit.end(Outcome::Throttled(pause));
                    self.governor.remember_now_and_then();
                    let now = time::Instant::now().into_std();
                    let since = *throttled_since.get_or_insert(now);
                    let vain_since = self.lane.last_accepted().map_or(since, |at| at.max(since));
                    let patience = self.persistence.throttled;
                    if now.saturating_duration_since(vain_since) >= patience
                        || now.saturating_duration_since(since) >= patience * ALONE
                    {
                        return Err(self.call.failed(&error));
                    }
                    throttled += 1;
                    place = if throttled <= FIRST_AGAIN {
                        Place::Front
                    } else {
                        Place::Back
                    };
                }
                Verdict::Failed { pause } => {
                    permit.end(Outcome::Failed(pause));
                    failures += 1;
                    if failures >= self.persistence.failed_attempts {
                        return Err(self.call.failed(&error));
                    }
                    time::sleep(self.persistence.backoff(failures, fraction())).await;
                    place = Place::Back;
                }
                Verdict::Answered => {
                    permit.end(Outcome::Accepted);
                    return Err(self.call.failed(&error));
                }
                Verdict::Hopeless => {
                    permit.end(Outcome::Failed(None));
                    return Err(self.call.failed(&error));
                }
            }
        }
        unreachable!("a call is given up before its attempts are more than can be counted")
    }
}

impl Persistence {
    /// The wait after so many failures: `fraction`, from 0 to 1, of a time that doubles.
    fn backoff(&self, failures: u32, fraction: f64) -> Duration {
        let doubled = 2_u32.saturating_pow(failures.saturating_sub(1));
        self.backoff
            .saturating_mul(doubled)
            .min(self.longest_backoff)
            .mul_f64(fraction)
    }
}

/// A number from 0 to 1 at random, so that many clients do not come back at once.
fn fraction() -> f64 {
    let random = RandomState::new().hash_one(0_u8);
    f64::from(u32::try_from(random >> 32).unwrap_or(u32::MAX)) / f64::from(u32::MAX)
}

#[cfg(test)]
#[expect(clippy::result_large_err, reason = "the SDK's errors are")]
mod tests {
    use std::{cell::Cell, future};

    use aws_sdk_cloudcontrol::{error::ErrorMetadata, operation::get_resource::GetResourceError};
    use cirrus_provider::{CloudErrorKind, Operation};

    use super::*;
    use crate::governor::Key;

    const PERSISTENCE: Persistence = Persistence {
        failed_attempts: 3,
        throttled: Duration::from_mins(10),
        backoff: Duration::from_secs(1),
        longest_backoff: Duration::from_secs(5),
    };

    fn error(status: u16, code: &str) -> SdkError<GetResourceError, HttpResponse> {
        let metadata = ErrorMetadata::builder().code(code).message("no").build();
        let status = status.try_into().unwrap();
        SdkError::service_error(
            GetResourceError::generic(metadata),
            HttpResponse::new(status, "".into()),
        )
    }

    fn throttling() -> SdkError<GetResourceError, HttpResponse> {
        error(400, "ThrottlingException")
    }

    /// Makes a call whose attempts end as `answers` says for their number.
    async fn make(
        governor: &Arc<Governor>,
        meter: &Arc<Meter>,
        answers: impl Fn(u32) -> Result<(), SdkError<GetResourceError, HttpResponse>>,
    ) -> Result<(), CloudError> {
        let lane = governor.lane(Key {
            account: "account".into(),
            region: "us-east-1".into(),
            operation: "GetResource",
        });
        let attempts = Attempts {
            call: Call {
                operation: Operation::GetResource,
                type_name: "AWS::S3::Bucket",
                region: "us-east-1",
            },
            meter,
            governor,
            lane: &lane,
            persistence: PERSISTENCE,
        };
        let number = Cell::new(0);
        attempts
            .make(|| future::ready(answers(number.replace(number.get() + 1))))
            .await
    }

    #[tokio::test(start_paused = true)]
    async fn a_throttled_call_gives_up_when_nothing_gets_through_for_long() {
        let governor = Arc::new(Governor::new(None));
        let meter = Arc::<Meter>::default();
        let began = time::Instant::now();
        let error = make(&governor, &meter, |_| Err(throttling()))
            .await
            .unwrap_err();
        assert_eq!(error.kind, CloudErrorKind::Throttled);
        assert!(began.elapsed() >= PERSISTENCE.throttled);
        assert_eq!((meter.total(), meter.throttles()), (1, meter.retries() + 1));
        assert!(meter.waited() >= PERSISTENCE.throttled);
        // Ever more rarely: ten minutes are not ten thousand attempts.
        assert!(meter.throttles() < 100, "{}", meter.throttles());
    }

    #[tokio::test(start_paused = true)]
    async fn it_goes_on_as_long_as_others_get_through_but_not_for_ever() {
        for (calls, goes_on) in [(5, true), (100, false)] {
            let governor = Arc::new(Governor::new(None));
            let patient = Arc::<Meter>::default();
            let throttled = make(&governor, &patient, |_| Err(throttling()));
            let others = async {
                for _ in 0..calls {
                    time::sleep(Duration::from_mins(1)).await;
                    make(&governor, &Arc::default(), |_| Ok(())).await.unwrap();
                }
                time::Instant::now()
            };
            let (ended, last) = tokio::join!(
                async {
                    throttled.await.unwrap_err();
                    time::Instant::now()
                },
                others
            );
            assert_eq!(ended >= last, goes_on, "{calls} calls");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn failures_are_few_and_throttling_between_them_does_not_count() {
        let governor = Arc::new(Governor::new(None));
        let meter = Arc::<Meter>::default();
        let answers = |number| {
            let throttled = [0, 1, 2, 3, 5].contains(&number);
            Err(if throttled {
                throttling()
            } else {
                error(500, "InternalFailure")
            })
        };
        let error = make(&governor, &meter, answers).await.unwrap_err();
        assert_eq!(error.code.as_deref(), Some("InternalFailure"));
        assert_eq!((meter.retries(), meter.throttles()), (7, 5));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_answered_is_not_asked_again() {
        let governor = Arc::new(Governor::new(None));
        let meter = Arc::<Meter>::default();
        let answers = |_| Err(error(400, "ResourceNotFoundException"));
        let error = make(&governor, &meter, answers).await.unwrap_err();
        assert_eq!(error.kind, CloudErrorKind::NotFound);
        assert_eq!((meter.total(), meter.retries()), (1, 0));
    }

    #[test]
    fn waits_double_up_to_the_longest() {
        let persistence = Persistence {
            failed_attempts: 3,
            throttled: Duration::ZERO,
            backoff: Duration::from_secs(1),
            longest_backoff: Duration::from_secs(5),
        };
        let waits = [1, 2, 3, 4, 99].map(|failures| persistence.backoff(failures, 1.0).as_secs());
        assert_eq!(waits, [1, 2, 4, 5, 5]);
        assert_eq!(persistence.backoff(2, 0.25), Duration::from_millis(500));
    }

    #[test]
    fn chance_is_spread_between_nothing_and_everything() {
        let draws: Vec<f64> = (0..1_000).map(|_| fraction()).collect();
        assert!(draws.iter().all(|draw| (0.0..=1.0).contains(draw)));
        assert!(draws.iter().any(|draw| *draw < 0.2) && draws.iter().any(|draw| *draw > 0.8));
    }
}
