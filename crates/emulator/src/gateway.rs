//! From a request to its answer: who asks whom for what, does a fault or a limit stop it, what does the service say, and the
//! log of it all.

use std::{collections::BTreeMap, fs, sync::Arc, time::Duration};

use parking_lot::{Mutex, MutexGuard, RwLock};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    accounts::Accounts,
    admin,
    caller::Caller,
    clock::{Clock, epoch_seconds},
    context::Context,
    crash::{self, CrashPoint},
    dataset::{self, DataSet, LoadError},
    emulator::StartError,
    fault::{Call, FaultEffect, Faults},
    http::{Incoming, Manner, Outgoing},
    identifier,
    input::Input,
    latency::{self, Latency},
    limit::Limits,
    log::{LoggedRequest, RequestLog},
    options::Options,
    protocol::{Failure, RATE_EXCEEDED},
    sequence::Sequence,
    service::{self, Route, Service},
    signature, spoil,
    state_file::StateFile,
    world::{Rules, World},
};

/// What all requests share.
#[derive(Debug)]
pub(crate) struct Gateway {
    pub(crate) rules: RwLock<Rules>,
    pub(crate) accounts: Accounts,
    pub(crate) clock: Clock,
    /// Secrets by access key id, if signatures are verified.
    credentials: Option<BTreeMap<String, String>>,
    state: Option<StateFile>,
    world: Mutex<World>,
    pub(crate) trouble: Mutex<Trouble>,
    pub(crate) log: RequestLog,
}

/// What makes answers late or wrong, and the chances that it is drawn from.
#[derive(Debug)]
pub(crate) struct Trouble {
    pub(crate) faults: Faults,
    pub(crate) limits: Limits,
    pub(crate) latencies: Vec<Latency>,
    chance: Sequence,
}

/// What is found out about a request on its way.
struct Passage {
    entry: LoggedRequest,
    /// The service whose protocol the answer is written in.
    service: Service,
    effect: Option<FaultEffect>,
    /// What an effect that varies is drawn from.
    draw: usize,
    delay: Duration,
}

impl Gateway {
    pub(crate) fn new(options: &Options) -> Result<Self, StartError> {
        let (state, world) = match &options.state {
            Some(path) => {
                let (state, world) = StateFile::open(path, options.seed)?;
                (Some(state), world)
            }
            None => (None, World::new(options.seed)),
        };
        let log = RequestLog::open(options.log.as_deref()).map_err(|source| StartError::Log {
            path: options.log.clone().unwrap_or_default(),
            source,
        })?;
        let gateway = Self {
            rules: RwLock::new(Rules::new(options)),
            accounts: Accounts::new(options),
            clock: options.clock.clone(),
            credentials: options.credentials.clone(),
            state,
            world: Mutex::new(world),
            trouble: Mutex::new(Trouble {
                faults: Faults::new(options.faults.clone()),
                limits: Limits::new(options.limits.clone()),
                latencies: options.latencies.clone(),
                // Another sequence than that of identifiers, so that faults do not change what resources are called.
                chance: Sequence::new(!options.seed),
            }),
            log,
        };
        if let Some(path) = &options.load {
            let text = fs::read_to_string(path).map_err(|source| StartError::Read {
                path: path.clone(),
                source,
            })?;
            let data = serde_json::from_str(&text).map_err(LoadError::from);
            data.and_then(|data| gateway.load(&data))
                .map_err(|source| StartError::Load {
                    path: path.clone(),
                    source,
                })?;
        }
        Ok(gateway)
    }

    /// Adds the resources of a data set; what is already there stays as it is.
    pub(crate) fn load(&self, data: &DataSet) -> Result<(), LoadError> {
        let rules = self.rules.read();
        let mut world = self.world.lock();
        let account = &self.accounts.management().id;
        dataset::load(data, &rules, &mut world, account, self.clock.now())?;
        self.save(&mut world, None).map_err(LoadError::Save)
    }

    /// Adds the demo data set without checking it: a test has done that.
    pub(crate) fn load_demo(&self) -> Result<(), LoadError> {
        let rules = self.rules.read();
        let mut world = self.world.lock();
        let account = &self.accounts.management().id;
        dataset::load_demo(&rules, &mut world, account, self.clock.now());
        self.save(&mut world, None).map_err(LoadError::Save)
    }

    /// Keeps what has changed.
    fn save(&self, world: &mut World, crash: Option<CrashPoint>) -> Result<(), redb::Error> {
        match &self.state {
            Some(state) => state.save(world, crash),
            None => Ok(()),
        }
    }

    /// The world as it is now: what time has finished is done, and kept.
    pub(crate) fn present(&self) -> MutexGuard<'_, World> {
        let rules = self.rules.read();
        let mut world = self.world.lock();
        world.settle(&rules, self.clock.now());
        if let Err(error) = self.save(&mut world, None) {
            tracing::error!(%error, "the state file cannot be written");
        }
        world
    }

    /// Answers a request.
    pub(crate) async fn answer(self: &Arc<Self>, incoming: Incoming) -> Outgoing {
        if self.state.is_none() {
            return self.answer_now(&incoming);
        }
        // Keeping the state waits for the disk.
        let gateway = Arc::clone(self);
        tokio::task::spawn_blocking(move || gateway.answer_now(&incoming))
            .await
            .unwrap_or_else(|_| {
                let (_, outgoing) = Service::CloudControl.refuse(&Failure::internal(), "");
                outgoing
            })
    }

    /// Answers a request on this thread.
    pub(crate) fn answer_now(&self, incoming: &Incoming) -> Outgoing {
        if let Some(path) = incoming.path.strip_prefix(admin::PATH) {
            return admin::answer(self, path, incoming);
        }
        let now = self.clock.now();
        let request_id = Uuid::new_v4().to_string();
        let mut passage = Passage {
            entry: LoggedRequest {
                at: epoch_seconds(now),
                request_id: request_id.clone(),
                ..LoggedRequest::default()
            },
            service: Service::CloudControl,
            effect: None,
            draw: 0,
            delay: Duration::ZERO,
        };
        let answered = self.pass(incoming, now, &mut passage);
        let Passage {
            mut entry,
            service,
            effect,
            draw,
            delay,
        } = passage;
        let spoilt = answered
            .and_then(|answer| spoil::answer(effect.as_ref(), answer, &self.rules.read(), draw))
            .map(|answer| service.succeed(&entry.operation, &answer, &request_id));
        let mut outgoing = spoilt.unwrap_or_else(|failure| {
            let (code, outgoing) = service.refuse(&failure, &request_id);
            entry.error = Some(code);
            outgoing
        });
        outgoing.delay += delay;
        if let Some(effect) = &effect {
            spoil::outgoing(effect, &mut outgoing);
        }
        entry.status = match outgoing.manner {
            Manner::Closed | Manner::DieBefore => 0,
            _ => outgoing.status.as_u16(),
        };
        self.log.push(entry);
        outgoing.with("x-amzn-requestid", &request_id)
    }

    fn pass(&self, incoming: &Incoming, now: u64, passage: &mut Passage) -> Result<Value, Failure> {
        let caller = Caller::of(incoming, &self.accounts, now);
        if let Some(Route { service, operation }) = service::route(incoming, caller.as_ref().ok()) {
            passage.service = service;
            service.name().clone_into(&mut passage.entry.service);
            passage.entry.operation = operation;
        } else {
            return Err(caller.err().unwrap_or_else(Failure::unknown_operation));
        }
        let caller = caller?;
        if let Some(refusal) = &caller.refusal {
            return Err(refusal.clone());
        }
        let entry = &mut passage.entry;
        entry.region.clone_from(&caller.region);
        entry.account.clone_from(&caller.account);
        if let Some(credentials) = &self.credentials {
            signature::verify(incoming, &caller, credentials, now)?;
        }
        if !self.rules.read().is_enabled(&caller.region) {
            // What SDKs meet in a region that the account has not opted in to [D].
            return Err(Failure::new(
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
            ));
        }
        let Some(body) = &incoming.body else {
            return Err(Failure::new(
                "RequestEntityTooLargeException",
                "The request is too large.",
            ));
        };
        let input = Input::of(passage.service, &entry.operation, incoming, body)?;
        let text = |name: &str| input.text(name).map(str::to_owned);
        entry.type_name = text("TypeName");
        entry.identifier = text("Identifier");
        entry.resource_model = text("ResourceModel");
        entry.client_token = text("ClientToken");
        entry.request_token = text("RequestToken");
        entry.next_token = ["NextToken", "PaginationToken"]
            .iter()
            .any(|name| input.value(name).is_some());
        self.meet_trouble(&input, &caller, now, passage)?;
        self.carry_out(input, &caller, now, passage)
    }

    /// Runs the request into its fault and its limit; draws how long its answer takes.
    fn meet_trouble(
        &self,
        input: &Input,
        caller: &Caller,
        now: u64,
        passage: &mut Passage,
    ) -> Result<(), Failure> {
        let mut trouble = self.trouble.lock();
        let Trouble {
            faults,
            limits,
            latencies,
            chance,
        } = &mut *trouble;
        let operation = passage.entry.operation.as_str();
        passage.delay = latency::draw(latencies, operation, chance);
        let rules = self.rules.read();
        if !faults.is_empty() {
            let call = Call {
                service: passage.service.name(),
                operation,
                region: &caller.region,
                account: &caller.account,
                type_name: input.text("TypeName"),
                identifier: input.text("Identifier"),
                properties: properties(&rules, input),
            };
            if let Some(fault) = faults.strike(&call, chance) {
                passage.entry.fault = Some(fault.to_string());
                passage.effect = Some(fault.effect);
                passage.draw = chance.below(usize::MAX);
            }
        }
        if let Some(effect) = &passage.effect {
            if *effect
                == (FaultEffect::Crash {
                    at: CrashPoint::Received,
                })
            {
                crash::at(CrashPoint::Received, Some(CrashPoint::Received));
            }
            if let Some(failure) = spoil::refusal(effect, passage.service, operation, input, caller)
            {
                return Err(failure);
            }
        }
        if !limits.allow(&caller.account, &caller.region, operation, now) {
            passage.entry.throttled = true;
            return Err(Failure::new("ThrottlingException", RATE_EXCEEDED));
        }
        Ok(())
    }

    /// Lets the service answer, and keeps what that has changed.
    fn carry_out(
        &self,
        mut input: Input,
        caller: &Caller,
        now: u64,
        passage: &mut Passage,
    ) -> Result<Value, Failure> {
        let effect = passage.effect.as_ref();
        spoil::input(effect, &mut input);
        let rules = self.rules.read();
        let mut world = self.world.lock();
        world.settle(&rules, now);
        let mut context = Context {
            rules: &rules,
            world: &mut world,
            accounts: &self.accounts,
            caller,
            input: &input,
            now,
            effect,
            request_id: &passage.entry.request_id,
        };
        let mut answered = passage
            .service
            .answer(&passage.entry.operation, &mut context);
        if let (Some(FaultEffect::Late { reads }), Ok(_)) = (effect, &answered) {
            let faults = &mut self.trouble.lock().faults;
            if let Some(failure) = spoil::late(faults, *reads, &mut context) {
                answered = Err(failure);
            }
        }
        if passage.entry.type_name.is_none()
            && let Some(token) = input.text("RequestToken")
        {
            passage.entry.type_name = world
                .requests()
                .by_token(&caller.account, &caller.region, token)
                .map(|request| request.type_name.clone());
        }
        let crash = match effect {
            Some(FaultEffect::Crash { at }) => Some(*at),
            _ => None,
        };
        crash::at(CrashPoint::Decided, crash);
        // A refusal is kept from nobody, but what time has finished must be on the disk before anyone hears of it.
        if let Err(error) = self.save(&mut world, crash) {
            tracing::error!(%error, "the state file cannot be written");
            return Err(Failure::internal());
        }
        drop(world);
        let answer = answered?;
        if let Some(token) = answer
            .pointer("/ProgressEvent/RequestToken")
            .and_then(Value::as_str)
        {
            passage.entry.request_token = Some(token.to_owned());
        }
        Ok(answer)
    }
}

/// The properties that a request names, by which a fault can be aimed at it.
fn properties(rules: &Rules, input: &Input) -> BTreeMap<String, String> {
    let mut properties = BTreeMap::new();
    for name in ["ResourceModel", "DesiredState"] {
        let model = input
            .text(name)
            .and_then(|text| serde_json::from_str::<BTreeMap<String, Value>>(text).ok());
        for (name, value) in model.into_iter().flatten() {
            if let Some(value) = identifier::part(&value) {
                properties.insert(name, value);
            }
        }
    }
    for (name, value) in input.members() {
        if let Some(value) = identifier::part(value) {
            properties.entry(name.clone()).or_insert(value);
        }
    }
    let resource_type = input
        .text("TypeName")
        .and_then(|type_name| rules.types.get(type_name));
    if let (Some(resource_type), Some(text)) = (&resource_type, input.text("Identifier")) {
        properties.extend(identifier::parts(resource_type, text));
    }
    properties
}
