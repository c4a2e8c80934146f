//! Statements and their answers as files: `tests/slt/*.slt`, each with a session of its own over the demo data.
//!
//! To add a case, add to a file or add a file; no Rust is needed. The format is that of the sqllogictest crate.

use std::{path::PathBuf, sync::Arc};

use arrow::util::display::{ArrayFormatter, FormatOptions};
use async_trait::async_trait;
use cirrus_aws::{AwsCloud, Limits};
use cirrus_emulator::{Emulator, Options, demo};
use cirrus_engine::{Body, Error, Session, Settings};
use cirrus_provider::{Catalog, Schemas};
use futures::StreamExt;
use sqllogictest::{AsyncDB, DBOutput, DefaultColumnType, Runner};

struct Database {
    session: Session,
}

#[async_trait]
impl AsyncDB for Database {
    type Error = Error;
    type ColumnType = DefaultColumnType;

    async fn run(&mut self, sql: &str) -> Result<DBOutput<DefaultColumnType>, Error> {
        let mut types = Vec::new();
        let mut rows = Vec::new();
        let mut answers = self.session.run(sql);
        while let Some(answer) = answers.next().await {
            let Body::Rows(mut body) = answer?.body else {
                return Ok(DBOutput::StatementComplete(0));
            };
            types = vec![DefaultColumnType::Any; body.columns.len()];
            let options = FormatOptions::default().with_null("NULL");
            while let Some(batch) = body.batches.next().await {
                let batch = batch?;
                let columns: Vec<_> = batch
                    .columns()
                    .iter()
                    .map(|column| {
                        ArrayFormatter::try_new(column, &options).expect("a type that prints")
                    })
                    .collect();
                rows.extend((0..batch.num_rows()).map(|row| {
                    columns
                        .iter()
                        .map(|column| column.value(row).to_string())
                        .collect::<Vec<String>>()
                }));
            }
        }
        Ok(DBOutput::Rows { types, rows })
    }

    async fn shutdown(&mut self) {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_file_answers_as_written() {
    let emulator = Emulator::start(Options::new(Arc::new(Schemas::embedded())))
        .await
        .unwrap();
    emulator.load_json(demo()).unwrap();
    let catalog = Arc::new(Catalog::embedded());
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/slt"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "slt"))
            .collect();
    files.sort();
    assert!(files.len() >= 5, "{files:?}");
    for file in files {
        let mut runner = Runner::new(|| async {
            let cloud = Arc::new(AwsCloud::local(&emulator.url(), Limits::default()));
            Ok(Database {
                session: Session::new(catalog.clone(), cloud, Settings::default()),
            })
        });
        if let Err(error) = runner.run_file_async(&file).await {
            panic!("{}", error.display(false));
        }
    }
}
