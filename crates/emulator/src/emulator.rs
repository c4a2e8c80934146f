//! The running emulator as other crates hold it: start, ask, disturb, stop.

use std::{collections::BTreeMap, io, net::SocketAddr, path::PathBuf, sync::Arc};

use tokio::{sync::oneshot, task::JoinHandle};

use crate::{
    connection::Listener,
    dataset::{DataSet, LoadError},
    fault::Fault,
    gateway::Gateway,
    log::{Count, LoggedRequest},
    options::Options,
    state_file::StateError,
};

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
}

/// A running emulator. Dropping it stops it too, without waiting.
#[derive(Debug)]
pub struct Emulator {
    address: SocketAddr,
    gateway: Arc<Gateway>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Emulator {
    /// Starts an emulator; it is bound and serving when this returns.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let gateway = Arc::new(Gateway::new(&options)?);
        let listener =
            Listener::bind(options.listen)
                .await
                .map_err(|source| StartError::Listen {
                    address: options.listen,
                    source,
                })?;
        let address = listener.address;
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(listener.serve(Arc::clone(&gateway), stopped));
        tracing::debug!(%address, "the emulator serves");
        Ok(Self {
            address,
            gateway,
            stop: Some(stop),
            task,
        })
    }

    /// Where clients reach it: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests answered so far, the oldest first; of very many only the latest.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.gateway.log.requests()
    }

    /// How often each operation was called so far, by `service:operation`.
    pub fn counts(&self) -> BTreeMap<String, Count> {
        self.gateway.log.counts()
    }

    /// Forgets the requests answered so far; the log file keeps them.
    pub fn clear_requests(&self) {
        self.gateway.log.clear();
    }

    /// Lets something go wrong from now on.
    pub fn add_fault(&self, fault: Fault) {
        self.gateway.trouble.lock().faults.add(fault);
    }

    /// Lets nothing go wrong any more.
    pub fn clear_faults(&self) {
        self.gateway.trouble.lock().faults.clear();
    }

    /// Adds the resources of a data set; what is already there stays as it is.
    pub fn load(&self, data: &DataSet) -> Result<(), LoadError> {
        self.gateway.load(data)
    }

    /// Adds the demo data set. Quicker than loading [`crate::demo`] as JSON: it is not checked, because a test has done that.
    pub fn load_demo(&self) -> Result<(), LoadError> {
        self.gateway.load_demo()
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
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the emulator did not stop in order");
        }
    }
}
