//! The line on stderr that says how far a statement is; only on a terminal, and gone before anything is printed.
//!
//! [`line`] decides what it says, [`Progress`] draws it.

use std::time::{Duration, Instant};

use cirrus_engine::Report;
use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{printer::Printer, reached::Reached};

/// A statement that is quicker shows no progress.
const PATIENCE: Duration = Duration::from_millis(500);

/// How often the line is drawn anew.
pub(crate) const TICK: Duration = Duration::from_millis(100);

/// The time after which a change of pace shows, more or less.
const WINDOW: Duration = Duration::from_secs(3);

/// The width of a terminal that does not say.
const USUAL_WIDTH: u16 = 80;

/// Where a statement is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Snapshot {
    pub(crate) reached: Reached,
    /// Answers that said "too many requests".
    pub(crate) throttles: u64,
    /// Calls a second, of late.
    pub(crate) calls: Option<f64>,
    /// Gets done a second, of late.
    pub(crate) gets: Option<f64>,
}

/// What to say of a statement in so many columns; what matters least is left out first.
pub(crate) fn line(snapshot: &Snapshot, elapsed: Duration, width: usize) -> String {
    let reached = &snapshot.reached;
    // In the order of the line, each with its weight.
    let mut parts: Vec<(u8, String)> = [
        (
            9,
            Some(format!("{}: {}", seconds(elapsed), reached.rows_text())),
        ),
        (2, reached.pages_text()),
        (8, reached.gets_text()),
        (6, reached.regions_text()),
        (4, snapshot.calls.map(|calls| format!("{calls:.1} calls/s"))),
        (
            5,
            Some(format!("{} throttled", snapshot.throttles)).filter(|_| snapshot.throttles > 0),
        ),
        (
            7,
            time_left(snapshot).map(|left| format!("about {} left", seconds(left))),
        ),
    ]
    .into_iter()
    .filter_map(|(weight, text)| Some((weight, text?)))
    .collect();
    loop {
        let texts: Vec<&str> = parts.iter().map(|(_, text)| text.as_str()).collect();
        let line = texts.join(", ");
        let lightest = parts.iter().map(|(weight, _)| *weight).min();
        match lightest {
            Some(lightest) if line.len() > width && parts.len() > 1 => {
                parts.retain(|(weight, _)| *weight != lightest);
            }
            _ => return line.chars().take(width).collect(),
        }
    }
}

/// The time that the known gets will take; unknown as long as lists may bring more of them.
fn time_left(snapshot: &Snapshot) -> Option<Duration> {
    let (done, wanted) = snapshot.reached.gets;
    let left = wanted.saturating_sub(done);
    let pace = snapshot.gets.filter(|pace| *pace > 0.0)?;
    if snapshot.reached.is_open() || left == 0 {
        return None;
    }
    // Whole seconds, and never none: it is not done.
    Duration::try_from_secs_f64((number(left) / pace).ceil()).ok()
}

/// `75s` as `1m 15s`.
fn seconds(duration: Duration) -> humantime::FormattedDuration {
    humantime::format_duration(Duration::from_secs(duration.as_secs()))
}

/// How often something happens, of late.
#[derive(Debug, Default)]
struct Pace {
    at: Duration,
    count: u64,
    /// The average, in which what was before the first look counts as nothing.
    average: f64,
}

impl Pace {
    /// Looks at a count that only grows; the times a second, as soon as there is one.
    fn look(&mut self, at: Duration, count: u64) -> Option<f64> {
        let since = at.saturating_sub(self.at).as_secs_f64();
        if since > 0.0 {
            let kept = (-since / WINDOW.as_secs_f64()).exp();
            let recent = number(count.saturating_sub(self.count)) / since;
            self.average = self.average * kept + recent * (1.0 - kept);
            (self.at, self.count) = (at, count);
        }
        // What is missing from the average is the nothing before the first look.
        let seen = 1.0 - (-self.at.as_secs_f64() / WINDOW.as_secs_f64()).exp();
        (self.count > 0 && seen > 0.0).then(|| self.average / seen)
    }
}

fn number(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Draws the line.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    started: Instant,
    calls: Pace,
    gets: Pace,
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
            calls: Pace::default(),
            gets: Pace::default(),
        }
    }

    /// Says where the statement is.
    pub(crate) fn update(&mut self, rows: u64, report: &Report) {
        let Some(bar) = &self.bar else { return };
        let elapsed = self.started.elapsed();
        let reached = Reached::of(rows, report);
        let snapshot = Snapshot {
            reached,
            throttles: report.meter.throttles(),
            calls: self.calls.look(elapsed, report.meter.total()),
            gets: self.gets.look(elapsed, reached.gets.0),
        };
        if elapsed < PATIENCE {
            return;
        }
        if bar.is_hidden() {
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        let (_, columns) = Term::stderr().size_checked().unwrap_or((0, USUAL_WIDTH));
        // A terminal may break a line that fills its last column.
        let width = usize::from(columns).saturating_sub(1);
        bar.set_message(line(&snapshot, elapsed, width));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn busy() -> Snapshot {
        Snapshot {
            reached: Reached {
                rows: 340,
                pages: 12,
                gets: (120, 812),
                regions: (17, 17),
            },
            throttles: 5,
            calls: Some(22.43),
            gets: Some(20.0),
        }
    }

    #[test]
    fn a_line_says_all_that_is_known() {
        let text = line(&busy(), Duration::from_millis(75_900), 200);
        let expected = "1m 15s: 340 rows, 12 pages, 120 of 812 gets, 17 of 17 regions, 22.4 calls/s, 5 throttled, about 35s left";
        assert_eq!(text, expected);
        let nothing = line(&Snapshot::default(), Duration::from_millis(700), 200);
        assert_eq!(nothing, "0s: 0 rows");
    }

    #[test]
    fn a_narrow_line_says_what_matters_most() {
        let at = |width| line(&busy(), Duration::from_secs(14), width);
        assert_eq!(
            at(79),
            "14s: 340 rows, 120 of 812 gets, 17 of 17 regions, 5 throttled, about 35s left"
        );
        assert_eq!(at(48), "14s: 340 rows, 120 of 812 gets, about 35s left");
        assert_eq!(at(20), "14s: 340 rows");
        assert_eq!(at(7), "14s: 34");
        for width in 0..120 {
            assert!(at(width).len() <= width, "{width}");
        }
    }

    #[test]
    fn the_time_left_is_not_guessed() {
        let open = Snapshot {
            reached: Reached {
                regions: (16, 17),
                ..busy().reached
            },
            ..busy()
        };
        assert_eq!(time_left(&open), None, "lists may bring more");
        let stalled = Snapshot {
            gets: Some(0.0),
            ..busy()
        };
        assert_eq!(time_left(&stalled), None);
        let done = Snapshot {
            reached: Reached {
                gets: (812, 812),
                ..busy().reached
            },
            ..busy()
        };
        assert_eq!(time_left(&done), None);
    }

    #[test]
    fn a_pace_is_that_of_the_last_seconds() {
        let mut pace = Pace::default();
        let mut seen = None;
        assert_eq!(pace.look(Duration::ZERO, 0), None);
        for tick in 1..=100_u32 {
            seen = pace.look(TICK * tick, u64::from(tick) * 2);
            assert!((seen.unwrap() - 20.0).abs() < 0.01, "{seen:?} after {tick}");
        }
        for tick in 101..=200 {
            seen = pace.look(TICK * tick, 200);
        }
        assert!(seen.unwrap() < 1.0, "{seen:?} after ten seconds of silence");
    }
}
