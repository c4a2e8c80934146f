//! How long a statement is waited for: until Ctrl-C, or until its `--timeout` is over.

use std::time::Duration;

use tokio::time::Instant;

use crate::interrupt::Interrupt;

/// Waits for a reason to stop waiting.
#[derive(Debug)]
pub(crate) struct Patience {
    interrupt: Interrupt,
    timeout: Option<Duration>,
    deadline: Option<(Instant, Duration)>,
}

/// Why a statement is not waited for any longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Impatience {
    /// Ctrl-C.
    Interrupted,
    /// It took longer than this.
    TimedOut(Duration),
}

impl Patience {
    pub(crate) fn new(interrupt: Interrupt, timeout: Option<Duration>) -> Self {
        Self {
            interrupt,
            timeout,
            deadline: None,
        }
    }

    /// Begins to wait for another statement.
    pub(crate) fn renew(&mut self) {
        let now = Instant::now();
        // A time that no clock can show never comes.
        self.deadline = self
            .timeout
            .and_then(|timeout| Some((now.checked_add(timeout)?, timeout)));
    }

    /// Resolves when the statement is not to be waited for any longer.
    pub(crate) async fn ends(&mut self) -> Impatience {
        tokio::select! {
            biased;
            () = self.interrupt.pressed() => Impatience::Interrupted,
            timeout = passes(self.deadline) => Impatience::TimedOut(timeout),
        }
    }
}

async fn passes(deadline: Option<(Instant, Duration)>) -> Duration {
    match deadline {
        Some((deadline, timeout)) => {
            tokio::time::sleep_until(deadline).await;
            timeout
        }
        None => std::future::pending().await,
    }
}
