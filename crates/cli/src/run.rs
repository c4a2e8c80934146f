//! Runs a script and prints its answers as they come: rows to the sink, everything else to stderr.

use std::{
    io::{self, Write},
    time::{Duration, Instant},
};

use cirrus_diagnostic::Source;
use cirrus_engine::{Answer, Body, Error, Report, Rows, Session, WarningKind};
use cirrus_provider::Meter;
use futures::StreamExt;
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    diagnose,
    exit::ExitStatus,
    interrupt::Interrupts,
    patience::{Impatience, Patience},
    print::{self, Expectation, PrintError, RowWriter},
    printer::{self, Printer},
    progress::{self, Progress},
    reached::Reached,
    settings::Output,
    sheet::{Ending, Sheet},
    sql_text,
    summary::Summary,
};

/// What a script is run with.
pub(crate) struct Runner<'a> {
    pub(crate) session: &'a Session,
    pub(crate) printer: Printer,
    pub(crate) output: &'a Output,
    pub(crate) keep_going: bool,
    pub(crate) timeout: Option<Duration>,
    pub(crate) interrupts: &'a Interrupts,
}

/// How one statement ended.
enum End {
    /// Go on with the next.
    Next(ExitStatus),
    /// No more statements.
    Stop(ExitStatus),
}

/// Why rows ended.
enum Drained {
    Whole,
    Abandoned(Impatience),
    Failed(Error),
    Unprinted(PrintError),
}

impl Runner<'_> {
    /// Runs every statement of a script.
    pub(crate) async fn run(&self, script: &Source, sink: &mut dyn Write) -> ExitStatus {
        let expectation = Expectation {
            single: statement_count(&script.text) <= 1,
            width: printer::width(self.output.file.as_deref()),
        };
        let mut writer = print::writer(self.output.format, expectation);
        let status = self.statements(script, writer.as_mut(), sink).await;
        match writer.finish(sink).and_then(|()| Ok(sink.flush()?)) {
            Ok(()) => status,
            Err(error) => status.and(self.print_failed(&error)),
        }
    }

    async fn statements(
        &self,
        script: &Source,
        writer: &mut dyn RowWriter,
        sink: &mut dyn Write,
    ) -> ExitStatus {
        let mut patience = Patience::new(self.interrupts.arm(), self.timeout);
        let mut answers = self.session.run(&script.text);
        let mut status = ExitStatus::Done;
        loop {
            let started = Instant::now();
            patience.renew();
            let answer = tokio::select! {
                biased;
                reason = patience.ends() => {
                    return status.and(self.unplanned(reason, started.elapsed()));
                }
                answer = answers.next() => answer,
            };
            let end = match answer {
                None => return status,
                Some(Ok(answer)) => {
                    self.answer(answer, started, &mut patience, script, writer, sink)
                        .await
                }
                Some(Err(error)) => End::Next(self.printer.fail(&diagnose::engine(&error, script))),
            };
            match end {
                End::Stop(ended) => return status.and(ended),
                End::Next(ended) => {
                    status = status.and(ended);
                    if ended == ExitStatus::Failed && !self.keep_going {
                        return status;
                    }
                }
            }
        }
    }

    /// Says that a statement was not even planned; what is left of the script is not known apart from it.
    fn unplanned(&self, reason: Impatience, elapsed: Duration) -> ExitStatus {
        let reached = Reached::default();
        match reason {
            Impatience::Interrupted => {
                let summary = Summary {
                    reached,
                    elapsed,
                    meter: &Meter::default(),
                    warnings: 0,
                    masked: 0,
                    cancelled: true,
                };
                self.printer.notice(&summary.to_string());
                ExitStatus::Cancelled
            }
            Impatience::TimedOut(timeout) => {
                self.printer.fail(&diagnose::timed_out(timeout, &reached))
            }
        }
    }

    async fn answer(
        &self,
        answer: Answer,
        started: Instant,
        patience: &mut Patience,
        script: &Source,
        writer: &mut dyn RowWriter,
        sink: &mut dyn Write,
    ) -> End {
        let rows = match answer.body {
            Body::Rows(rows) => rows,
            Body::Notice(text) => {
                self.printer.notice(&text);
                return End::Next(ExitStatus::Done);
            }
        };
        let report = &answer.report;
        let mut sheet = Sheet::new(&rows, self.output.reveal_secrets, writer, sink);
        let mut drained = self.drain(rows, &mut sheet, report, patience).await;
        let closed = match drained {
            Drained::Whole => sheet.close(Ending::Whole),
            Drained::Abandoned(_) | Drained::Failed(_) => sheet.close(Ending::Torn),
            Drained::Unprinted(_) => Ok(()),
        };
        if let Err(error) = closed {
            drained = Drained::Unprinted(error);
        }
        let reached = Reached::of(sheet.rows(), report);
        let summary = Summary {
            reached,
            elapsed: started.elapsed(),
            meter: &report.meter,
            warnings: self.warn(report, &drained),
            masked: sheet.masked(),
            cancelled: matches!(drained, Drained::Abandoned(Impatience::Interrupted)),
        };
        let end = match drained {
            Drained::Whole if report.is_partial() => End::Next(ExitStatus::Partial),
            Drained::Whole => End::Next(ExitStatus::Done),
            Drained::Abandoned(Impatience::Interrupted) => End::Stop(ExitStatus::Cancelled),
            Drained::Abandoned(Impatience::TimedOut(timeout)) => {
                End::Next(self.printer.fail(&diagnose::timed_out(timeout, &reached)))
            }
            Drained::Failed(error) => {
                End::Next(self.printer.fail(&diagnose::engine(&error, script)))
            }
            Drained::Unprinted(error) => return End::Stop(self.print_failed(&error)),
        };
        self.printer.notice(&summary.to_string());
        end
    }

    /// Says what a statement went on without; returns how many warnings that took.
    fn warn(&self, report: &Report, drained: &Drained) -> usize {
        let mut all = report.warnings();
        for note in diagnose::notes(&all) {
            self.printer.notice(&note);
        }
        if let Drained::Failed(Error::Cloud(error)) = drained {
            // The error says it again.
            all.retain(|warning| warning.kind != WarningKind::Failed(error.clone()));
        }
        let warnings = diagnose::warnings(&all, report.missing_rows_matter());
        for warning in &warnings {
            self.printer.diagnostic(warning);
        }
        warnings.len()
    }

    /// Prints rows until there are no more; dropping what is left of them stops the calls.
    async fn drain(
        &self,
        mut rows: Rows,
        sheet: &mut Sheet<'_>,
        report: &Report,
        patience: &mut Patience,
    ) -> Drained {
        let mut progress = Progress::start(self.printer);
        let mut ticks = interval(progress::TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                biased;
                reason = patience.ends() => return Drained::Abandoned(reason),
                batch = rows.batches.next() => match batch {
                    None => return Drained::Whole,
                    Some(Err(error)) => return Drained::Failed(error),
                    Some(Ok(batch)) => {
                        if let Err(error) = progress.suspend(|| sheet.print(&batch)) {
                            return Drained::Unprinted(error);
                        }
                    }
                },
                _ = ticks.tick() => progress.update(sheet.rows(), report),
            }
        }
    }

    /// A reader that has seen enough is no failure.
    fn print_failed(&self, error: &PrintError) -> ExitStatus {
        match error {
            PrintError::Write(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                ExitStatus::Done
            }
            PrintError::Write(error) => self
                .printer
                .fail(&diagnose::system("write the results", error)),
            PrintError::Value(error) => self.printer.fail(&diagnose::unprintable(error)),
        }
    }
}

/// How many statements a script has, for the shape of a JSON document; comments count, which only costs memory.
fn statement_count(sql: &str) -> usize {
    sql_text::statements(sql)
        .filter(|range| !sql[range.clone()].trim().is_empty())
        .count()
}
