//! The line on stderr that says how far a statement is; only on a terminal, and gone before anything is printed.

use std::time::{Duration, Instant};

use cirrus_provider::Meter;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{printer::Printer, summary};

/// A statement that is quicker shows no progress.
const PATIENCE: Duration = Duration::from_millis(500);

/// How often the line is drawn anew.
pub(crate) const TICK: Duration = Duration::from_millis(100);

pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    started: Instant,
}

impl Progress {
    pub(crate) fn start(printer: Printer) -> Self {
        let bar = printer.shows_progress().then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
            let style = ProgressStyle::with_template("{msg}")
                .unwrap_or_else(|_| ProgressStyle::default_spinner());
            bar.set_style(style);
            bar
        });
        Self {
            bar,
            started: Instant::now(),
        }
    }

    /// Says where the statement is.
    pub(crate) fn update(&self, rows: u64, meter: &Meter) {
        let Some(bar) = &self.bar else { return };
        let elapsed = self.started.elapsed();
        if elapsed < PATIENCE {
            return;
        }
        if bar.is_hidden() {
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        let calls = summary::count(meter.total(), "call");
        bar.set_message(format!(
            "{}, {calls}, {}s",
            summary::count(rows, "row"),
            elapsed.as_secs()
        ));
        bar.tick();
    }

    /// Takes the line away while something is printed.
    pub(crate) fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
