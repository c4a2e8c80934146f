//! Wires catalog, cloud and session; with `--local` the cloud is an emulator inside this process.

use std::{sync::Arc, time::Duration};

use cirrus_aws::AwsCloud;
use cirrus_emulator::{Emulator, Options};
use cirrus_engine::Session;
use cirrus_provider::{Catalog, Cloud};

use crate::{
    Result, diagnose,
    settings::{Account, Settings},
};

/// How long the end of the program waits for the emulator.
const PATIENCE: Duration = Duration::from_secs(1);

/// A session and what it stands on.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) session: Session,
    emulator: Option<Emulator>,
}

impl Connection {
    /// Lets the emulator, if there is one, finish what it is at and stop.
    pub(crate) async fn close(self) {
        drop(self.session);
        if let Some(emulator) = self.emulator {
            // A cancelled statement may have left a request that nobody waits for.
            let _ = tokio::time::timeout(PATIENCE, emulator.shutdown()).await;
        }
    }
}

/// Opens a session; calls nothing yet.
pub(crate) async fn connect(settings: Settings) -> Result<Connection> {
    let catalog = Arc::new(catalog(&settings)?);
    let (cloud, emulator): (Arc<dyn Cloud>, _) = match settings.account {
        Account::Aws(aws) => {
            let cloud = AwsCloud::connect(aws)
                .await
                .map_err(|error| diagnose::connect(&error))?;
            (Arc::new(cloud), None)
        }
        Account::Local { state, limits } => {
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
            (
                Arc::new(AwsCloud::local(&emulator.url(), limits)),
                Some(emulator),
            )
        }
    };
    Ok(Connection {
        session: Session::new(catalog, cloud, settings.session),
        emulator,
    })
}

/// The types that exist: the built-in ones, and those of `--providers`.
pub(crate) fn catalog(settings: &Settings) -> Result<Catalog> {
    match &settings.providers {
        Some(folder) => Catalog::with_overlay(folder).map_err(|error| diagnose::overlay(&error)),
        None => Ok(Catalog::embedded()),
    }
}
