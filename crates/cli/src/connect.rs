//! Wires catalog, cloud and session; with `--local` the cloud is an emulator inside this process.

use std::{path::PathBuf, sync::Arc, time::Duration};

use cirrus_aws::{AwsCloud, Limits};
use cirrus_emulator::{Emulator, Options};
use cirrus_engine::Session;
use cirrus_provider::Catalog;

use crate::{
    Result, diagnose,
    memory::Memory,
    settings::{Account, Settings},
};

/// How long the end of the program waits for the emulator.
const PATIENCE: Duration = Duration::from_secs(1);

/// A session and what it stands on.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) session: Session,
    ground: Ground,
}

/// What a session stands on.
#[derive(Debug)]
enum Ground {
    /// An account, and what is remembered of it.
    Account {
        cloud: AwsCloud,
        memory: Option<Memory>,
    },
    /// An emulator of its own, which leaves nothing behind.
    Emulator(Emulator),
}

impl Connection {
    /// Keeps what was learned; lets the emulator, if there is one, finish what it is at and stop.
    pub(crate) async fn close(self) {
        let knowledge = self.session.knowledge();
        drop(self.session);
        match self.ground {
            Ground::Account { cloud, memory } => {
                if let Some(memory) = memory {
                    memory.keep(knowledge);
                    cloud.remember();
                }
            }
            Ground::Emulator(emulator) => {
                // A cancelled statement may have left a request that nobody waits for.
                let _ = tokio::time::timeout(PATIENCE, emulator.shutdown()).await;
            }
        }
    }
}

/// Opens a session; calls nothing yet.
pub(crate) async fn connect(settings: Settings) -> Result<Connection> {
    let catalog = Arc::new(catalog(&settings)?);
    let mut session = settings.session;
    let (cloud, ground) = match settings.account {
        Account::Aws(aws) => {
            let cloud = AwsCloud::connect(aws)
                .await
                .map_err(|error| diagnose::connect(&error))?;
            let memory = settings.state.as_deref().map(Memory::recall);
            if let Some(memory) = &memory {
                session.knowledge = memory.knowledge().clone();
            }
            (cloud.clone(), Ground::Account { cloud, memory })
        }
        Account::Local { state } => {
            let emulator = emulator(state, &catalog).await?;
            let cloud = AwsCloud::local(&emulator.url(), Limits::default());
            (cloud, Ground::Emulator(emulator))
        }
    };
    Ok(Connection {
        session: Session::new(catalog, Arc::new(cloud), session),
        ground,
    })
}

/// Starts the emulator of `--local`: with the demo data, or on a file as it is.
async fn emulator(state: Option<PathBuf>, catalog: &Catalog) -> Result<Emulator> {
    let demo = state.is_none();
    let options = Options {
        state,
        ..Options::new(Arc::clone(catalog.schemas()))
    };
    let emulator = Emulator::start(options)
        .await
        .map_err(|error| diagnose::emulator(&error))?;
    if demo {
        emulator
            .load_json(cirrus_emulator::demo())
            .map_err(|error| diagnose::demo(&error))?;
    }
    Ok(emulator)
}

/// The types that exist: the built-in ones, and those of `--providers`.
pub(crate) fn catalog(settings: &Settings) -> Result<Catalog> {
    match &settings.providers {
        Some(folder) => Catalog::with_overlay(folder).map_err(|error| diagnose::overlay(&error)),
        None => Ok(Catalog::embedded()),
    }
}
