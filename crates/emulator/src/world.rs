//! Everything that changes: resources, requests, the sequence of made-up values. One lock guards it; time moves it on.
//!
//! Nothing runs in the background. Before each answer [`World::settle`] carries out, in order, the requests whose time has come.
//! What has changed since the last save is remembered in [`Changes`]; [`crate::state_file`] writes exactly that.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use serde_json::Value;

use crate::{
    accounts::Accounts,
    clock::{Millis, millis},
    handler::{self, Draft},
    identifier,
    options::Options,
    parents::Parents,
    requests::{Course, HandlerError, Operation, Plan, Request, Requests, Status},
    resource_type::{ResourceType, Types},
    sequence::Sequence,
    store::{Resource, Scope, Store},
    switches::{ModelEcho, OptInRegions, Switches},
    work::Work,
};

/// What stays the same while a request is answered.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) types: Types,
    pub(crate) parents: Parents,
    pub(crate) settle: Duration,
    pub(crate) switches: Switches,
}

impl Rules {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            types: Types::new(Arc::clone(&options.schemas)),
            parents: Parents::embedded(),
            settle: options.settle,
            switches: options.switches.clone(),
        }
    }

    /// Whether accounts can use a region.
    pub(crate) fn is_enabled(&self, region: &str) -> bool {
        self.switches.opt_in_regions == OptInRegions::Enabled || !Accounts::is_opt_in(region)
    }

    /// Where resources of a type live that a caller sees.
    pub(crate) fn scope(&self, resource_type: &ResourceType, account: &str, region: &str) -> Scope {
        Scope {
            account: account.to_owned(),
            region: self.types.home(resource_type, region).to_owned(),
            type_name: resource_type.name().to_owned(),
        }
    }
}

/// What a state file does not have yet.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) resources: BTreeSet<(Scope, String)>,
    pub(crate) requests: BTreeSet<u64>,
}

impl Changes {
    pub(crate) fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.requests.is_empty()
    }
}

/// Everything that changes.
#[derive(Debug)]
pub(crate) struct World {
    store: Store,
    requests: Requests,
    pub(crate) sequence: Sequence,
    changes: Changes,
    /// Whether changes are remembered for a state file.
    kept: bool,
    /// Resources that were deleted a moment ago, for lists that lag behind.
    departed: Vec<Departed>,
}

/// A resource that was deleted.
#[derive(Clone, Debug)]
pub(crate) struct Departed {
    pub(crate) scope: Scope,
    pub(crate) identifier: String,
    pub(crate) resource: Resource,
    pub(crate) at: Millis,
}

/// More than any list that lags behind would show.
const DEPARTED_KEPT: usize = 256;

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        Self::restored(Store::default(), Requests::default(), Sequence::new(seed))
    }

    /// A world out of a state file.
    pub(crate) fn restored(store: Store, requests: Requests, sequence: Sequence) -> Self {
        Self {
            store,
            requests,
            sequence,
            changes: Changes::default(),
            kept: false,
            departed: Vec::new(),
        }
    }

    /// Remembers changes from now on.
    pub(crate) fn keep(&mut self) {
        self.kept = true;
    }

    /// The changes since the last time, if they are to be kept.
    pub(crate) fn take_changes(&mut self) -> Changes {
        std::mem::take(&mut self.changes)
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn requests(&self) -> &Requests {
        &self.requests
    }

    pub(crate) fn departed(&self) -> &[Departed] {
        &self.departed
    }

    /// Adds or replaces a resource.
    pub(crate) fn put(&mut self, scope: &Scope, identifier: &str, resource: Resource) {
        self.store.put(scope, identifier, resource);
        self.touch(scope, identifier);
    }

    /// Removes a resource.
    pub(crate) fn remove(&mut self, scope: &Scope, identifier: &str, now: Millis) {
        if let Some(resource) = self.store.remove(scope, identifier) {
            self.touch(scope, identifier);
            if self.departed.len() == DEPARTED_KEPT {
                self.departed.remove(0);
            }
            self.departed.push(Departed {
                scope: scope.clone(),
                identifier: identifier.to_owned(),
                resource,
                at: now,
            });
        }
    }

    fn touch(&mut self, scope: &Scope, identifier: &str) {
        if self.kept {
            self.changes
                .resources
                .insert((scope.clone(), identifier.to_owned()));
        }
    }

    fn touch_request(&mut self, number: u64) {
        if self.kept {
            self.changes.requests.insert(number);
        }
    }

    /// Accepts a request.
    pub(crate) fn accept(&mut self, request: Request) {
        self.touch_request(request.number);
        self.requests.accept(request);
    }

    /// Begins to cancel a request.
    pub(crate) fn cancel(&mut self, rules: &Rules, token: &str, now: Millis) -> Option<&Request> {
        let due = now.saturating_add(millis(rules.settle));
        let number = self.requests.cancel(token, now, due)?.number;
        self.touch_request(number);
        self.requests.by_number(number)
    }

    /// Brings the world to the present.
    pub(crate) fn settle(&mut self, rules: &Rules, now: Millis) {
        while let Some(mut request) = self.requests.take_due(now) {
            request.at = request.due;
            let plan = std::mem::replace(&mut request.plan, Plan::Nothing);
            self.end(rules, &mut request, plan);
            self.touch_request(request.number);
            self.requests.finish(request);
        }
        for number in self.requests.forget(now) {
            self.touch_request(number);
        }
    }

    fn end(&mut self, rules: &Rules, request: &mut Request, plan: Plan) {
        let cancelled = request.status == Status::CancelInProgress;
        let course = request.course.clone();
        if cancelled && !matches!(course, Course::Unstoppable | Course::CancelComesLate) {
            request.status = Status::CancelComplete;
            return;
        }
        let late = course == Course::CancelComesLate;
        let outcome = match course {
            Course::Fails(error) => Err(error),
            Course::HookFails => Err(HandlerError::new(
                "InvalidRequest",
                "The following hook(s) failed: [Demo::Guard::Hook]",
            )),
            Course::LeavesRemnant(error) => self.carry_out(rules, request, plan).and(Err(error)),
            _ => self.carry_out(rules, request, plan),
        };
        request.status = match outcome {
            Ok(()) if cancelled && late => Status::CancelComplete,
            Ok(()) => Status::Success,
            Err(error) => {
                request.model = None;
                request.error = Some(error);
                Status::Failed
            }
        };
    }

    fn carry_out(
        &mut self,
        rules: &Rules,
        request: &mut Request,
        plan: Plan,
    ) -> Result<(), HandlerError> {
        let Some(resource_type) = rules.types.get(&request.type_name) else {
            // Accepted by an emulator with other schemas.
            return Err(HandlerError::new("InternalFailure", "Internal Failure"));
        };
        let scope = rules.scope(&resource_type, &request.account, &request.region);
        let mut work = Work {
            world: self,
            rules,
            resource_type: &resource_type,
            scope: &scope,
            now: request.at,
        };
        let model = match plan {
            Plan::Create(draft) => {
                let name = |identifier: &str| request.identifier = Some(identifier.to_owned());
                Some(work.create(draft, name)?)
            }
            Plan::Update(draft) => {
                let identifier = request.identifier.clone().unwrap_or_default();
                let ignored = match &request.course {
                    Course::Ignores(property) => Some(property.as_str()),
                    _ => None,
                };
                Some(work.update(&identifier, draft, ignored)?)
            }
            Plan::Delete => {
                let identifier = request.identifier.clone().unwrap_or_default();
                work.delete(&identifier)?;
                None
            }
            Plan::Fail(error) => return Err(error),
            Plan::Nothing => None,
        };
        request.model =
            model.and_then(|model| echo(rules.switches.model_echo, &resource_type, &model));
        Ok(())
    }

    /// Puts a resource into the world as if it had always been there.
    pub(crate) fn place(
        &mut self,
        rules: &Rules,
        resource_type: &ResourceType,
        scope: &Scope,
        model: Value,
        now: Millis,
    ) -> Placed {
        let mut draft = Draft::new(model);
        let mut work = Work {
            world: self,
            rules,
            resource_type,
            scope,
            now,
        };
        if let Some(handler) = handler::of(resource_type.name()) {
            handler.place(&mut work.call(), &mut draft);
        }
        work.complete(&mut draft);
        let Some(identifier) = identifier::of_model(resource_type, &draft.model) else {
            return Placed::Nameless;
        };
        if self.store.get(scope, &identifier).is_some() {
            return Placed::There(identifier);
        }
        let resource = Resource::new(&draft.model, draft.hidden, now);
        self.put(scope, &identifier, resource);
        Placed::New(identifier)
    }

    /// The token of the unfinished request for a resource, if there is one.
    pub(crate) fn in_flight(
        &self,
        rules: &Rules,
        resource_type: &ResourceType,
        scope: &Scope,
        identifier: &str,
    ) -> Option<String> {
        self.requests
            .in_flight(&scope.account)
            .find(|request| {
                request.type_name == resource_type.name()
                    && request.identifier.as_deref() == Some(identifier)
                    && rules.types.home(resource_type, &request.region) == scope.region
            })
            .map(|request| request.token.clone())
    }
}

/// What became of a resource that was to be put into the world.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Placed {
    New(String),
    There(String),
    /// Its identifier cannot be made.
    Nameless,
}

/// The `ResourceModel` of a successful event.
fn echo(model_echo: ModelEcho, resource_type: &ResourceType, model: &Value) -> Option<String> {
    match model_echo {
        ModelEcho::Full => Some(model.to_string()),
        ModelEcho::Identifier => Some(identifier_view(resource_type, model).to_string()),
        ModelEcho::Absent => None,
    }
}

/// The model's identifier properties alone.
pub(crate) fn identifier_view(resource_type: &ResourceType, model: &Value) -> Value {
    let mut view = Value::Object(serde_json::Map::new());
    for path in &resource_type.primary {
        if let Some(value) = path.find(model) {
            path.set(&mut view, value.clone());
        }
    }
    view
}

/// A request that is accepted now.
pub(crate) struct Accepted<'request> {
    pub(crate) operation: Operation,
    pub(crate) resource_type: &'request ResourceType,
    pub(crate) identifier: Option<String>,
    pub(crate) plan: Plan,
}
