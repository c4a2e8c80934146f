//! The listening emulator: reads a request, runs it into its fault, lets the operation answer, logs, replies.

use std::{
    collections::BTreeMap, fs, io, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::State,
    http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header::CONTENT_TYPE},
    serve::ListenerExt as _,
};
use parking_lot::Mutex;
use serde_json::Value;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use uuid::Uuid;

use crate::{
    caller::Caller,
    clock::{Clock, epoch_seconds},
    dataset::{self, DataSet, LoadError},
    fault::{Call, Fault, FaultEffect, Faults},
    identifier,
    input::Input,
    log::{LoggedRequest, RequestLog},
    operations::{self, Context},
    options::Options,
    protocol::{self, Failure},
    requests::HandlerError,
    spoil,
    state_file::{StateError, StateFile},
    sts,
    world::{Rules, World},
};

/// More than the longest members of a request together.
const LONGEST_BODY: usize = 1024 * 1024;

/// How long a shutdown waits for connections on which nothing is asked.
const PATIENCE: Duration = Duration::from_secs(1);

/// Why an emulator does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The state file cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// The request log cannot be written.
    #[error("cannot write the request log `{path}`", path = path.display())]
    Log {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The data set cannot be read.
    #[error("cannot read the data set `{path}`", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The data set is wrong.
    #[error("cannot load the data set `{path}`", path = path.display())]
    Load {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: LoadError,
    },
    /// The data set was loaded but could not be kept.
    #[error("cannot write the state file")]
    Save(#[source] io::Error),
}

/// A running emulator. Dropping it stops it too, without waiting.
#[derive(Debug)]
pub struct Emulator {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Emulator {
    /// Starts an emulator; it is bound and serving when this returns.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let shared = Arc::new(Shared::new(&options)?);
        let listen = |source| StartError::Listen {
            address: options.listen,
            source,
        };
        let listener = TcpListener::bind(options.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        // Small answers on a kept connection must not wait for the peer's acknowledgement.
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&shared));
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            let serving = axum::serve(listener, router).with_graceful_shutdown(async {
                // An error means that the emulator was dropped.
                let _ = stopped.await;
            });
            if let Err(error) = serving.await {
                tracing::error!(%error, "the emulator stopped serving");
            }
        });
        tracing::debug!(%address, "the emulator serves");
        Ok(Self {
            address,
            shared,
            stop: Some(stop),
            task,
        })
    }

    /// Where clients reach it: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests answered so far, the oldest first.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.shared.log.requests()
    }

    /// Forgets the requests answered so far; the log file keeps them.
    pub fn clear_requests(&self) {
        self.shared.log.clear();
    }

    /// Lets something go wrong from now on.
    pub fn add_fault(&self, fault: Fault) {
        self.shared.faults.lock().add(fault);
    }

    /// Lets nothing go wrong any more.
    pub fn clear_faults(&self) {
        self.shared.faults.lock().clear();
    }

    /// Adds the resources of a data set; what is already there stays as it is.
    pub fn load(&self, data: &DataSet) -> Result<(), LoadError> {
        let mut world = self.shared.world.lock();
        dataset::load(data, &self.shared.rules, &mut world, &self.shared.account)?;
        self.shared.save(&mut world).unwrap_or_else(|error| {
            tracing::error!(%error, "the state file cannot be written");
        });
        Ok(())
    }

    /// Adds the demo data set. Quicker than loading [`crate::demo`] as JSON: it is not checked, because a test has done that.
    pub fn load_demo(&self) {
        let mut world = self.shared.world.lock();
        dataset::load_demo(&self.shared.rules, &mut world, &self.shared.account);
        self.shared.save(&mut world).unwrap_or_else(|error| {
            tracing::error!(%error, "the state file cannot be written");
        });
    }

    /// Adds the resources of a data set in JSON.
    pub fn load_json(&self, json: &str) -> Result<(), LoadError> {
        self.load(&serde_json::from_str(json)?)
    }

    /// Stops listening, answers what has been asked, and returns when all is done; a peer that says nothing is not waited for.
    pub async fn shutdown(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        match tokio::time::timeout(PATIENCE, &mut self.task).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the emulator did not stop in order"),
            Err(_) => self.task.abort(),
        }
    }
}

/// What all requests share.
#[derive(Debug)]
struct Shared {
    rules: Rules,
    account: String,
    clock: Clock,
    state: Option<StateFile>,
    world: Mutex<World>,
    faults: Mutex<Faults>,
    log: RequestLog,
}

impl Shared {
    fn new(options: &Options) -> Result<Self, StartError> {
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
        let shared = Self {
            rules: Rules::new(options),
            account: options.account.clone(),
            clock: options.clock.clone(),
            state,
            world: Mutex::new(world),
            faults: Mutex::new(Faults::new(options.faults.clone())),
            log,
        };
        if let Some(path) = &options.load {
            let text = fs::read_to_string(path).map_err(|source| StartError::Read {
                path: path.clone(),
                source,
            })?;
            let mut world = shared.world.lock();
            serde_json::from_str(&text)
                .map_err(LoadError::from)
                .and_then(|data| dataset::load(&data, &shared.rules, &mut world, &shared.account))
                .map_err(|source| StartError::Load {
                    path: path.clone(),
                    source,
                })?;
            shared.save(&mut world).map_err(StartError::Save)?;
            drop(world);
        }
        Ok(shared)
    }

    /// Keeps what has changed.
    fn save(&self, world: &mut World) -> io::Result<()> {
        if world.changed
            && let Some(state) = &self.state
        {
            state.save(world)?;
        }
        world.changed = false;
        Ok(())
    }
}

/// A request off the wire.
struct Incoming {
    headers: HeaderMap,
    query: String,
    body: Result<Bytes, Failure>,
}

/// An answer before it goes onto the wire.
pub(crate) struct Outgoing {
    pub(crate) status: StatusCode,
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<u8>,
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LONGEST_BODY).await.map_err(|_| {
        Failure::new(
            "RequestEntityTooLargeException",
            "The request is too large.",
        )
    });
    let incoming = Incoming {
        headers: parts.headers,
        query: parts.uri.query().unwrap_or_default().to_owned(),
        body,
    };
    let request_id = Uuid::new_v4().to_string();
    let outgoing = if shared.state.is_some() {
        // Keeping the state waits for the disk.
        let request_id = request_id.clone();
        tokio::task::spawn_blocking(move || shared.answer(&incoming, &request_id))
            .await
            .unwrap_or_else(|_| refused(&Failure::new("InternalFailure", "Internal Failure")))
    } else {
        shared.answer(&incoming, &request_id)
    };
    let mut response = Response::new(Body::from(outgoing.body));
    *response.status_mut() = outgoing.status;
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static(outgoing.content_type),
    );
    if let Ok(request_id) = HeaderValue::from_str(&request_id) {
        headers.insert("x-amzn-requestid", request_id);
    }
    response
}

fn refused(failure: &Failure) -> Outgoing {
    Outgoing {
        status: failure.status(),
        content_type: protocol::JSON,
        body: failure.body().to_string().into_bytes(),
    }
}

impl Shared {
    fn answer(&self, incoming: &Incoming, request_id: &str) -> Outgoing {
        let now = self.clock.now();
        let mut entry = LoggedRequest {
            at: epoch_seconds(now),
            request_id: request_id.to_owned(),
            ..LoggedRequest::default()
        };
        let outgoing = self
            .dispatch(incoming, request_id, now, &mut entry)
            .unwrap_or_else(|failure| {
                entry.error = Some(failure.code.to_owned());
                refused(&failure)
            });
        entry.status = outgoing.status.as_u16();
        self.log.push(entry);
        outgoing
    }

    fn dispatch(
        &self,
        incoming: &Incoming,
        request_id: &str,
        now: u64,
        entry: &mut LoggedRequest,
    ) -> Result<Outgoing, Failure> {
        let target = incoming
            .headers
            .get("x-amz-target")
            .and_then(|target| target.to_str().ok());
        if let Some(target) = target {
            target
                .rsplit('.')
                .next()
                .unwrap_or(target)
                .clone_into(&mut entry.operation);
        }
        let body = incoming.body.clone()?;
        let form = String::from_utf8_lossy(&body);
        let action = match target {
            Some(_) => None,
            None => sts::action(&form).or_else(|| sts::action(&incoming.query)),
        };
        if let Some(action) = action {
            action.clone_into(&mut entry.operation);
        }
        let caller = Caller::from_headers(&incoming.headers, &self.account)?;
        entry.region.clone_from(&caller.region);
        entry.account.clone_from(&caller.account);
        match (target.and_then(|target| target.split_once('.')), action) {
            (Some(("CloudApiService", operation)), _) => {
                self.cloud_control(operation, &body, &caller, now, entry)
            }
            (None, Some(action)) if caller.service == "sts" => {
                Ok(self.sts(action, &caller, request_id, entry))
            }
            _ => Err(Failure::new(
                "UnknownOperationException",
                "The requested operation is not recognized by the service.",
            )),
        }
    }

    fn sts(
        &self,
        action: &str,
        caller: &Caller,
        request_id: &str,
        entry: &mut LoggedRequest,
    ) -> Outgoing {
        let call = Call {
            operation: action,
            region: &caller.region,
            ..Call::default()
        };
        let fault = self.faults.lock().strike(&call);
        entry.fault = fault.as_ref().map(ToString::to_string);
        let answer = match fault.map(|fault| fault.effect) {
            Some(FaultEffect::Deny) => {
                let message = format!(
                    "User: {} is not authorized to perform: sts:{action}",
                    caller.arn()
                );
                sts::refuse("AccessDenied", &message, request_id, StatusCode::FORBIDDEN)
            }
            Some(FaultEffect::Throttle) => sts::refuse(
                "Throttling",
                "Rate exceeded",
                request_id,
                StatusCode::BAD_REQUEST,
            ),
            Some(FaultEffect::Internal | FaultEffect::Lost) => sts::refuse(
                "InternalFailure",
                "Internal Failure",
                request_id,
                StatusCode::INTERNAL_SERVER_ERROR,
            ),
            _ => sts::answer(action, caller, request_id),
        };
        entry.error = answer.error.map(str::to_owned);
        Outgoing {
            status: answer.status,
            content_type: "text/xml",
            body: answer.body.into_bytes(),
        }
    }

    fn cloud_control(
        &self,
        operation: &str,
        body: &[u8],
        caller: &Caller,
        now: u64,
        entry: &mut LoggedRequest,
    ) -> Result<Outgoing, Failure> {
        let mut input = Input::parse(body)?;
        let text = |name: &str| input.text(name).map(str::to_owned);
        entry.type_name = text("TypeName");
        entry.identifier = text("Identifier");
        entry.resource_model = text("ResourceModel");
        entry.client_token = text("ClientToken");
        entry.request_token = text("RequestToken");
        entry.next_token = input.value("NextToken").is_some();

        let fault = self.strike(operation, &input, caller);
        entry.fault = fault.as_ref().map(ToString::to_string);
        let effect = fault.map(|fault| fault.effect);
        if let Some(failure) = effect
            .as_ref()
            .and_then(|effect| spoil::refusal(effect, operation, &input, caller, &self.rules))
        {
            return Err(failure);
        }

        if effect == Some(FaultEffect::TokenLoop) {
            // The token that leads nowhere leads to the first page.
            input.forget("NextToken");
        }

        let mut world = self.world.lock();
        world.settle(&self.rules, now);
        let mut context = Context {
            rules: &self.rules,
            world: &mut world,
            caller,
            input: &input,
            now,
            doomed: match &effect {
                Some(FaultEffect::Fail { code, message }) => {
                    Some(HandlerError::new(code, message.clone()))
                }
                _ => None,
            },
            refuse_retry: effect == Some(FaultEffect::TokenConflict),
        };
        let answered = operations::answer(operation, &mut context);
        if entry.type_name.is_none()
            && let Some(token) = input.text("RequestToken")
        {
            entry.type_name = world
                .requests
                .by_token(&caller.account, &caller.region, token)
                .map(|request| request.type_name.clone());
        }
        // A refusal is kept from nobody, but what time has finished must be on the disk before anyone hears of it.
        if let Err(error) = self.save(&mut world) {
            tracing::error!(%error, "the state file cannot be written");
            return Err(Failure::new("InternalFailure", "Internal Failure"));
        }
        drop(world);
        let answer = answered?;
        if let Some(token) = answer
            .pointer("/ProgressEvent/RequestToken")
            .and_then(Value::as_str)
        {
            entry.request_token = Some(token.to_owned());
        }
        spoil::spoil(effect.as_ref(), answer, &self.rules)
    }

    fn strike(&self, operation: &str, input: &Input, caller: &Caller) -> Option<Fault> {
        let mut faults = self.faults.lock();
        if faults.is_empty() {
            return None;
        }
        let type_name = input.text("TypeName");
        let resource_type = type_name.and_then(|type_name| self.rules.types.get(type_name));
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
        if let (Some(resource_type), Some(text)) = (&resource_type, input.text("Identifier")) {
            properties.extend(identifier::parts(resource_type, text));
        }
        faults.strike(&Call {
            operation,
            region: &caller.region,
            type_name,
            identifier: input.text("Identifier"),
            properties,
        })
    }
}
