//! Runs a script and prints its answers as they come: rows to the sink, everything else to stderr.

use std::{
    cell::Cell,
    io::{self, Write},
    sync::Arc,
    time::Instant,
};

use arrow::record_batch::RecordBatch;
use cirrus_diagnostic::Source;
use cirrus_engine::{Answer, Body, Error, Report, Rows, Session, WarningKind};
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
    pub(crate) printer: Printer,
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
        let mut sheet = Sheet {
            shape: Shape {
                schema: Arc::clone(&rows.schema),
                columns: rows.columns.clone(),
                reveal_secrets: self.output.reveal_secrets,
                masked: Cell::new(0),
            },
            writer,
            sink,
            begun: false,
            rows: 0,
        };
        let mut drained = self
            .drain(rows, &mut sheet, &answer.report, interrupt)
            .await;
        if let Err(error) = sheet.close(&drained) {
            drained = Drained::Unprinted(error);
        }
        let mut warnings = answer.report.warnings();
        let warned = warnings.len();
        if let Drained::Failed(Error::Cloud(error)) = &drained {
            // The error says it again.
            warnings.retain(|warning| warning.kind != WarningKind::Failed(error.clone()));
        }
        for warning in diagnose::warnings(&warnings) {
            self.printer.diagnostic(&warning);
        }
        let summary = Summary {
            rows: sheet.rows,
            elapsed: started.elapsed(),
            meter: &answer.report.meter,
            warnings: warned,
            masked: sheet.shape.masked.get(),
            cancelled: matches!(drained, Drained::Cancelled),
        };
        let end = match drained {
            Drained::Whole if answer.report.is_partial() => End::Next(ExitStatus::Partial),
            Drained::Whole => End::Next(ExitStatus::Done),
            Drained::Cancelled => End::Stop(ExitStatus::Cancelled),
            Drained::Failed(error) => {
                End::Next(self.printer.fail(&diagnose::engine(&error, script)))
            }
            Drained::Unprinted(error) => return End::Stop(self.print_failed(&error)),
        };
        self.printer.notice(&summary.to_string());
        end
    }

    /// Prints rows until there are no more; dropping what is left of them stops the calls.
    async fn drain(
        &self,
        mut rows: Rows,
        sheet: &mut Sheet<'_>,
        report: &Report,
        interrupt: &mut Interrupt,
    ) -> Drained {
        let progress = Progress::start(self.printer);
        let mut ticks = interval(progress::TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                biased;
                () = interrupt.pressed() => return Drained::Cancelled,
                batch = rows.batches.next() => match batch {
                    None => return Drained::Whole,
                    Some(Err(error)) => return Drained::Failed(error),
                    Some(Ok(batch)) => {
                        if let Err(error) = progress.suspend(|| sheet.print(&batch)) {
                            return Drained::Unprinted(error);
                        }
                    }
                },
                _ = ticks.tick() => progress.update(sheet.rows, &report.meter),
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

/// A result on its way to the sink; one that fails before its first row leaves no trace there.
struct Sheet<'a> {
    shape: Shape,
    writer: &'a mut dyn RowWriter,
    sink: &'a mut dyn Write,
    begun: bool,
    rows: u64,
}

impl Sheet<'_> {
    fn print(&mut self, batch: &RecordBatch) -> Result<(), PrintError> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        self.begin()?;
        self.writer.batch(&self.shape, batch, self.sink)?;
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    fn begin(&mut self) -> Result<(), PrintError> {
        if !self.begun {
            self.writer.begin(&self.shape, self.sink)?;
            self.begun = true;
        }
        Ok(())
    }

    /// Ends what has begun; a whole result without rows has columns to show.
    fn close(&mut self, drained: &Drained) -> Result<(), PrintError> {
        match drained {
            Drained::Whole => self.begin()?,
            Drained::Unprinted(_) => return Ok(()),
            Drained::Cancelled | Drained::Failed(_) => {}
        }
        if self.begun {
            self.writer.end(&self.shape, self.sink)?;
            self.sink.flush()?;
        }
        Ok(())
    }
}

/// Why rows ended.
enum Drained {
    Whole,
    Cancelled,
    Failed(Error),
    Unprinted(PrintError),
}

/// How many statements a script has, for the shape of a JSON document; comments count, which only costs memory.
fn statement_count(sql: &str) -> usize {
    sql_text::statements(sql)
        .filter(|range| !sql[range.clone()].trim().is_empty())
        .count()
}
