//! Runs a script and prints its answers as they come: rows to the sink, everything else to stderr.

use std::{
    cell::Cell,
    io::{self, Write},
    sync::Arc,
    time::Instant,
};

use cirrus_diagnostic::Source;
use cirrus_engine::{Answer, Body, Report, Rows, Session};
use futures::StreamExt;
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    diagnose,
    exit::ExitStatus,
    interrupt::{Interrupt, Interrupts},
    print::{self, Expectation, PrintError, RowWriter, Shape},
    printer::{self, Printer},
    progress::{self, Progress},
    settings::Output,
    sql_text,
    summary::Summary,
};

/// What a script is run with.
pub(crate) struct Runner<'a> {
    pub(crate) session: &'a Session,
    pub(crate) printer: &'a Printer,
    pub(crate) output: &'a Output,
    pub(crate) keep_going: bool,
    pub(crate) interrupts: &'a Interrupts,
}

/// How one statement ended.
enum End {
    /// Go on with the next.
    Next(ExitStatus),
    /// No more statements.
    Stop(ExitStatus),
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
        let mut interrupt = self.interrupts.arm();
        let mut answers = self.session.run(&script.text);
        let mut status = ExitStatus::Done;
        loop {
            let started = Instant::now();
            let answer = tokio::select! {
                biased;
                () = interrupt.pressed() => return ExitStatus::Cancelled,
                answer = answers.next() => answer,
            };
            let end = match answer {
                None => return status,
                Some(Ok(answer)) => {
                    self.answer(answer, started, &mut interrupt, script, writer, sink)
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

    async fn answer(
        &self,
        answer: Answer,
        started: Instant,
        interrupt: &mut Interrupt,
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
        let shape = Shape {
            schema: Arc::clone(&rows.schema),
            columns: rows.columns.clone(),
            reveal_secrets: self.output.reveal_secrets,
            masked: Cell::new(0),
        };
        let (count, drained) = self
            .drain(rows, &shape, &answer.report, interrupt, writer, sink)
            .await;
        let closed = match &drained {
            Drained::Unprinted(_) => Ok(()),
            _ => writer.end(&shape, sink).and_then(|()| Ok(sink.flush()?)),
        };
        let drained = match closed {
            Ok(()) => drained,
            Err(error) => Drained::Unprinted(error),
        };
        let warnings = answer.report.warnings();
        for warning in diagnose::warnings(&warnings) {
            self.printer.diagnostic(&warning);
        }
        let summary = Summary {
            rows: count,
            elapsed: started.elapsed(),
            meter: &answer.report.meter,
            warnings: warnings.len(),
            masked: shape.masked.get(),
            cancelled: matches!(drained, Drained::Cancelled),
        };
        match drained {
            Drained::Unprinted(error) => return End::Stop(self.print_failed(&error)),
            Drained::Failed(error) => {
                self.printer.diagnostic(&diagnose::engine(&error, script));
                self.printer.notice(&summary.to_string());
                return End::Next(ExitStatus::Failed);
            }
            Drained::Whole | Drained::Cancelled => self.printer.notice(&summary.to_string()),
        }
        if summary.cancelled {
            End::Stop(ExitStatus::Cancelled)
        } else if answer.report.is_partial() {
            End::Next(ExitStatus::Partial)
        } else {
            End::Next(ExitStatus::Done)
        }
    }

    /// Prints rows until there are no more; dropping what is left of them stops the calls.
    async fn drain(
        &self,
        mut rows: Rows,
        shape: &Shape,
        report: &Report,
        interrupt: &mut Interrupt,
        writer: &mut dyn RowWriter,
        sink: &mut dyn Write,
    ) -> (u64, Drained) {
        let mut count = 0;
        if let Err(error) = writer.begin(shape, sink) {
            return (count, Drained::Unprinted(error));
        }
        let progress = Progress::start(self.printer);
        let mut ticks = interval(progress::TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                biased;
                () = interrupt.pressed() => return (count, Drained::Cancelled),
                batch = rows.batches.next() => match batch {
                    None => return (count, Drained::Whole),
                    Some(Err(error)) => return (count, Drained::Failed(error)),
                    Some(Ok(batch)) => {
                        progress.clear();
                        if let Err(error) = writer.batch(shape, &batch, sink) {
                            return (count, Drained::Unprinted(error));
                        }
                        count += batch.num_rows() as u64;
                    }
                },
                _ = ticks.tick() => progress.update(count, &report.meter),
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

/// Why rows ended.
enum Drained {
    Whole,
    Cancelled,
    Failed(cirrus_engine::Error),
    Unprinted(PrintError),
}

/// How many statements a script has, for the shape of a JSON document; comments count, which only costs memory.
fn statement_count(sql: &str) -> usize {
    sql_text::statements(sql)
        .filter(|range| !sql[range.clone()].trim().is_empty())
        .count()
}
