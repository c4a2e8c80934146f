//! The engine over a scripted cloud: what rows come out, and exactly which calls they took.

mod calls;
mod cloud;
mod failures;
mod fan_out;
mod joins;
mod names;
mod regions;
mod results;
mod robustness;
mod sharing;

use std::sync::Arc;

use arrow::util::display::{ArrayFormatter, FormatOptions};
use cirrus_engine::{Body, Error, Session, Settings, Warning};
use cirrus_provider::Catalog;
use futures::StreamExt;

use crate::cloud::ScriptedCloud;

/// What running one statement gave.
#[derive(Debug, Default)]
struct Outcome {
    headings: Vec<String>,
    /// Rows with `|` between values and `NULL` for NULL, sorted: scans promise no order.
    rows: Vec<String>,
    json: Vec<bool>,
    secret: Vec<bool>,
    warnings: Vec<Warning>,
    partial: bool,
    missing_rows_matter: Option<&'static str>,
    notice: Option<String>,
}

/// A session over a scripted cloud.
struct Bench {
    cloud: Arc<ScriptedCloud>,
    session: Session,
}

impl Bench {
    fn new() -> Self {
        Self::with(ScriptedCloud::pools(), &[])
    }

    fn with(cloud: ScriptedCloud, regions: &[&str]) -> Self {
        let cloud = Arc::new(cloud);
        let settings = Settings {
            regions: regions.iter().map(ToString::to_string).collect(),
            ..Settings::default()
        };
        let session = Session::new(Arc::new(Catalog::embedded()), cloud.clone(), settings);
        Self { cloud, session }
    }

    /// Runs one statement to its end.
    async fn run(&self, sql: &str) -> Result<Outcome, Error> {
        let mut outcome = Outcome::default();
        let mut answers = self.session.run(sql);
        while let Some(answer) = answers.next().await {
            let answer = answer?;
            match answer.body {
                Body::Notice(notice) => outcome.notice = Some(notice),
                Body::Rows(mut rows) => {
                    outcome.headings = rows
                        .columns
                        .iter()
                        .map(|column| column.heading.clone())
                        .collect();
                    outcome.json = rows.columns.iter().map(|column| column.json).collect();
                    outcome.secret = rows.columns.iter().map(|column| column.secret).collect();
                    while let Some(batch) = rows.batches.next().await {
                        let batch = batch?;
                        let options = FormatOptions::default().with_null("NULL");
                        let formatters: Vec<_> = batch
                            .columns()
                            .iter()
                            .map(|column| {
                                ArrayFormatter::try_new(column, &options)
                                    .expect("a type that prints")
                            })
                            .collect();
                        outcome.rows.extend((0..batch.num_rows()).map(|row| {
                            let values: Vec<String> = formatters
                                .iter()
                                .map(|f| f.value(row).to_string())
                                .collect();
                            values.join("|")
                        }));
                    }
                }
            }
            outcome.warnings = answer.report.warnings();
            outcome.partial = answer.report.is_partial();
            outcome.missing_rows_matter = answer.report.missing_rows_matter();
        }
        outcome.rows.sort();
        Ok(outcome)
    }

    /// Runs one statement that must succeed; returns its rows and the calls that it made, sorted.
    async fn rows_and_calls(&self, sql: &str) -> (Vec<String>, Vec<String>) {
        self.cloud.clear_calls();
        let outcome = self
            .run(sql)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        (outcome.rows, self.cloud.calls())
    }

    async fn rows(&self, sql: &str) -> Vec<String> {
        self.rows_and_calls(sql).await.0
    }

    async fn calls(&self, sql: &str) -> Vec<String> {
        self.rows_and_calls(sql).await.1
    }

    /// Runs one statement that must fail without a call.
    async fn refused(&self, sql: &str) -> Error {
        self.cloud.clear_calls();
        let error = match self.run(sql).await {
            Ok(outcome) => panic!("{sql} gave {outcome:?}"),
            Err(error) => error,
        };
        assert_eq!(self.cloud.calls(), Vec::<String>::new(), "{sql} made calls");
        error
    }
}
