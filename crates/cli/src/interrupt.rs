//! Ctrl-C: the first cancels the statement that runs, the second ends the program.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::watch;

use crate::exit::{self, ExitStatus};

/// Listens for Ctrl-C from its creation on.
#[derive(Debug)]
pub(crate) struct Interrupts {
    presses: watch::Receiver<u64>,
    cancelling: Arc<AtomicBool>,
}

impl Interrupts {
    /// Starts to listen; needs a runtime with a thread besides the one that statements run on.
    pub(crate) fn listen() -> Self {
        let (sender, presses) = watch::channel(0);
        let cancelling = Arc::new(AtomicBool::new(false));
        let twice = Arc::clone(&cancelling);
        tokio::spawn(async move {
            while tokio::signal::ctrl_c().await.is_ok() {
                if twice.swap(true, Ordering::Relaxed) {
                    exit::at_once(ExitStatus::Cancelled);
                }
                sender.send_modify(|presses| *presses += 1);
            }
        });
        Self {
            presses,
            cancelling,
        }
    }

    /// Forgets what was pressed and waits for the next press.
    pub(crate) fn arm(&self) -> Interrupt {
        self.cancelling.store(false, Ordering::Relaxed);
        let mut presses = self.presses.clone();
        presses.mark_unchanged();
        Interrupt { presses }
    }
}

/// One wait for Ctrl-C.
#[derive(Debug)]
pub(crate) struct Interrupt {
    presses: watch::Receiver<u64>,
}

impl Interrupt {
    /// Resolves when Ctrl-C is pressed.
    pub(crate) async fn pressed(&mut self) {
        if self.presses.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
