//! Makes the calls of a statement: every one is taken from the budget, and equal ones are made once.
//!
//! Two scans that ask the same at the same time share one call, also when they belong to different statements of a
//! session ([`Flights`]). Where one statement scans a type more than once, what came is kept until the statement ends
//! ([`Calls::keep`]), so that both scans see the same and the second costs nothing.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, OnceLock, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

use cirrus_provider::{Cloud, CloudError, GetRequest, ListRequest, Meter, Page, Resource};
use futures::{
    FutureExt, StreamExt,
    future::{BoxFuture, Shared, WeakShared},
    stream::{self, BoxStream, Fuse},
};
use parking_lot::Mutex;

use crate::Error;

/// Why a call gave nothing.
#[derive(Clone, Debug)]
pub(crate) enum CallError {
    /// The cloud's answer.
    Cloud(CloudError),
    /// It was not made: the budget is spent.
    Budget {
        /// `max_api_calls`.
        limit: u64,
    },
}

impl From<CallError> for Error {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Cloud(error) => Self::Cloud(error),
            CallError::Budget { limit } => Self::CallBudget { limit },
        }
    }
}

type ReadResult = Result<Resource, CallError>;

/// A read that several may wait for.
pub(crate) type Read = Shared<BoxFuture<'static, ReadResult>>;

/// The calls in flight of a session.
#[derive(Debug, Default)]
pub(crate) struct Flights {
    lists: Mutex<HashMap<ListKey, Weak<List>>>,
    reads: Mutex<HashMap<GetRequest, WeakShared<BoxFuture<'static, ReadResult>>>>,
}

/// What makes two lists equal; the model as text, because JSON has no order.
type ListKey = (String, String, String);

/// The calls of one statement.
#[derive(Debug)]
pub(crate) struct Calls {
    cloud: Arc<dyn Cloud>,
    flights: Arc<Flights>,
    meter: Arc<Meter>,
    budget: Arc<Budget>,
    kept_types: OnceLock<HashSet<String>>,
    kept: Mutex<Kept>,
}

/// What is held until the statement ends.
#[derive(Debug, Default)]
struct Kept {
    lists: HashMap<ListKey, Subscription>,
    reads: HashMap<GetRequest, Read>,
}

#[derive(Debug)]
struct Budget {
    limit: Option<u64>,
    spent: AtomicU64,
}

impl Budget {
    /// Takes one call.
    fn take(&self) -> Result<(), CallError> {
        let before = self.spent.fetch_add(1, Ordering::Relaxed);
        match self.limit {
            Some(limit) if before >= limit => Err(CallError::Budget { limit }),
            _ => Ok(()),
        }
    }
}

impl Calls {
    pub(crate) fn new(
        cloud: Arc<dyn Cloud>,
        flights: Arc<Flights>,
        meter: Arc<Meter>,
        limit: Option<u64>,
    ) -> Self {
        Self {
            cloud,
            flights,
            meter,
            budget: Arc::new(Budget {
                limit,
                spent: AtomicU64::new(0),
            }),
            kept_types: OnceLock::new(),
            kept: Mutex::default(),
        }
    }

    /// Keeps what is listed or read of these types until the statement ends; said once, when it is planned.
    pub(crate) fn keep(&self, types: HashSet<String>) {
        let _ = self.kept_types.set(types);
    }

    fn is_kept(&self, type_name: &str) -> bool {
        self.kept_types
            .get()
            .is_some_and(|types| types.contains(type_name))
    }

    /// The pages of a list, each fetched when it is asked for.
    pub(crate) fn list(&self, request: ListRequest) -> BoxStream<'static, Result<Page, CallError>> {
        let model = serde_json::Value::Object(request.model.clone()).to_string();
        let key = (request.type_name.clone(), request.region.clone(), model);
        let subscription = if self.is_kept(&request.type_name) {
            let mut kept = self.kept.lock();
            let first = kept
                .lists
                .entry(key)
                .or_insert_with(|| List::start(self.pages(request)));
            first
                .join()
                .unwrap_or_else(|| unreachable!("what is kept is followed"))
        } else {
            let mut lists = self.flights.lists.lock();
            let flying = lists.get(&key).and_then(Weak::upgrade);
            flying.and_then(List::join).unwrap_or_else(|| {
                lists.retain(|_, list| list.strong_count() > 0);
                let subscription = List::start(self.pages(request));
                lists.insert(key, Arc::downgrade(&subscription.list));
                subscription
            })
        };
        stream::unfold(subscription, async |mut subscription| {
            Some((subscription.next().await?, subscription))
        })
        .boxed()
    }

    /// The pages as the cloud gives them, each from the budget.
    fn pages(&self, request: ListRequest) -> BoxStream<'static, Result<Page, CallError>> {
        let pages = self.cloud.list(request, self.meter.clone());
        let state = Some((pages, self.budget.clone()));
        stream::unfold(state, async |state| {
            let (mut pages, budget) = state?;
            if let Err(error) = budget.take() {
                return Some((Err(error), None));
            }
            match pages.next().await? {
                Ok(page) if page.has_more => Some((Ok(page), Some((pages, budget)))),
                Ok(page) => Some((Ok(page), None)),
                Err(error) => Some((Err(CallError::Cloud(error)), None)),
            }
        })
        .boxed()
    }

    /// Reads one resource.
    pub(crate) fn get(&self, request: GetRequest) -> Read {
        if self.is_kept(&request.type_name) {
            let mut kept = self.kept.lock();
            let read = kept
                .reads
                .entry(request)
                .or_insert_with_key(|request| self.read(request.clone()).shared());
            return read.clone();
        }
        let mut reads = self.flights.reads.lock();
        let flying = reads.get(&request).and_then(WeakShared::upgrade);
        flying.unwrap_or_else(|| {
            let read = self.read(request.clone()).shared();
            reads.extend(read.downgrade().map(|weak| (request, weak)));
            read
        })
    }

    fn read(&self, request: GetRequest) -> BoxFuture<'static, ReadResult> {
        let (cloud, meter, budget) = (self.cloud.clone(), self.meter.clone(), self.budget.clone());
        let landed = Landed {
            flights: self.flights.clone(),
            request: request.clone(),
        };
        async move {
            let _landed = landed;
            budget.take()?;
            cloud.get(request, meter).await.map_err(CallError::Cloud)
        }
        .boxed()
    }

    /// The regions that the account has enabled.
    pub(crate) async fn enabled_regions(&self) -> Result<Vec<String>, CallError> {
        self.budget.take()?;
        let regions = self.cloud.enabled_regions(self.meter.clone());
        regions.await.map_err(CallError::Cloud)
    }

    /// The id of the account.
    pub(crate) async fn account_id(&self) -> Result<String, CallError> {
        self.budget.take()?;
        let account = self.cloud.account_id(self.meter.clone());
        account.await.map_err(CallError::Cloud)
    }
}

/// Takes a read off the board when it is done or dropped.
struct Landed {
    flights: Arc<Flights>,
    request: GetRequest,
}

impl Drop for Landed {
    fn drop(&mut self) {
        self.flights.reads.lock().remove(&self.request);
    }
}

/// A list that several may follow, each from its first page.
struct List {
    pages: tokio::sync::Mutex<Pages>,
    followers: Mutex<Followers>,
}

struct Pages {
    source: Fuse<BoxStream<'static, Result<Page, CallError>>>,
    /// What came, as long as somebody may still ask for it.
    kept: Vec<Result<Page, CallError>>,
}

/// Who follows a list.
struct Followers {
    count: usize,
    /// A page was handed to the only follower and not kept: it is too late to join.
    closed: bool,
}

/// One follower's place in a list.
#[derive(Debug)]
struct Subscription {
    list: Arc<List>,
    next: usize,
}

impl std::fmt::Debug for List {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("List").finish_non_exhaustive()
    }
}

impl List {
    fn start(source: BoxStream<'static, Result<Page, CallError>>) -> Subscription {
        let list = Self {
            pages: tokio::sync::Mutex::new(Pages {
                source: source.fuse(),
                kept: Vec::new(),
            }),
            followers: Mutex::new(Followers {
                count: 1,
                closed: false,
            }),
        };
        Subscription {
            list: Arc::new(list),
            next: 0,
        }
    }

    /// Follows the list from its first page, unless that is gone.
    fn join(self: Arc<Self>) -> Option<Subscription> {
        let mut followers = self.followers.lock();
        if followers.closed {
            return None;
        }
        followers.count += 1;
        drop(followers);
        Some(Subscription {
            list: self,
            next: 0,
        })
    }

    /// Whether the caller alone follows; from then on nobody can join.
    fn close_for_one(&self) -> bool {
        let mut followers = self.followers.lock();
        followers.closed |= followers.count == 1;
        followers.closed
    }
}

impl Subscription {
    /// Another follower of the same list, from its first page.
    fn join(&self) -> Option<Self> {
        self.list.clone().join()
    }

    async fn next(&mut self) -> Option<Result<Page, CallError>> {
        let mut pages = self.list.pages.lock().await;
        if let Some(page) = pages.kept.get(self.next) {
            self.next += 1;
            return Some(page.clone());
        }
        let page = pages.source.next().await?;
        if self.list.close_for_one() {
            return Some(page);
        }
        self.next += 1;
        pages.kept.push(page.clone());
        Some(page)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.list.followers.lock().count -= 1;
    }
}
