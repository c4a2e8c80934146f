//! Every table of the catalog is asked, through the AWS SDK, against the emulator: bare, with its list inputs given,
//! by identifier; each answers or is refused with the documented error.

use std::{collections::BTreeMap, sync::Arc};

use cirrus_aws::{AwsCloud, Limits};
use cirrus_emulator::{Emulator, Options};
use cirrus_engine::{Body, Error, Session, Settings};
use cirrus_provider::{Catalog, ColumnKind, Table};
use futures::StreamExt;

/// How a statement ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Ending {
    Rows,
    IdentifierNeeded,
    InputNeeded,
    NotReadable,
}

async fn ending(session: &Session, sql: &str) -> Ending {
    let mut answers = session.run(sql);
    while let Some(answer) = answers.next().await {
        let answer = match answer {
            Ok(answer) => answer,
            Err(Error::IdentifierNeeded { .. }) => return Ending::IdentifierNeeded,
            Err(Error::InputNeeded { .. }) => return Ending::InputNeeded,
            Err(Error::NotReadable { .. }) => return Ending::NotReadable,
            Err(error) => panic!("{sql}: {error:?}"),
        };
        let Body::Rows(mut rows) = answer.body else {
            panic!("{sql} gave no rows")
        };
        while let Some(batch) = rows.batches.next().await {
            batch.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        }
        let warnings = answer.report.warnings();
        assert!(warnings.is_empty(), "{sql}: {warnings:?}");
    }
    Ending::Rows
}

/// A literal that a column of this kind can be compared with.
fn literal(table: &Table, column: usize) -> String {
    let column = &table.columns[column];
    match column.kind {
        ColumnKind::Integer | ColumnKind::Number => "1".into(),
        ColumnKind::Boolean => "true".into(),
        ColumnKind::Text => {
            let value = column.enum_values.first().map_or("x", String::as_str);
            format!("'{value}'")
        }
        ColumnKind::Json => "'{}'".into(),
    }
}

fn region_of(table: &Table, catalog: &Catalog) -> String {
    let known = catalog.regions();
    std::iter::once("us-east-1")
        .chain(known.iter().map(String::as_str))
        .find(|region| table.availability.includes(region, known))
        .expect("a table exists in some region")
        .to_owned()
}

/// Asks one table; returns the kinds of answers.
async fn ask(session: &Session, catalog: &Catalog, table: &Table) -> Vec<(&'static str, Ending)> {
    let name = format!("aws.{}.{}", table.service, table.name);
    let region = region_of(table, catalog);
    let select =
        |predicate: &str| format!("SELECT * FROM {name} WHERE region = '{region}'{predicate}");
    let (lists, reads) = (table.handlers.list.is_some(), table.handlers.read.is_some());
    let mut endings = Vec::new();

    let bare = ending(session, &select("")).await;
    let expected: &[Ending] = match (lists, reads) {
        (false, false) => &[Ending::NotReadable],
        (false, true) => &[Ending::IdentifierNeeded],
        (true, _) if table.required_inputs.is_empty() => &[Ending::Rows],
        (true, _) if table.sources.is_empty() => &[Ending::InputNeeded],
        (true, _) => &[Ending::Rows, Ending::InputNeeded],
    };
    assert!(expected.contains(&bare), "{name} bare: {bare:?}");
    endings.push(("bare", bare));

    if let Some(inputs) = table.required_inputs.first().filter(|_| lists) {
        let predicates: Vec<String> = inputs
            .iter()
            .filter_map(|input| input.column)
            .map(|column| {
                format!(
                    " AND \"{}\" = {}",
                    table.columns[column].name,
                    literal(table, column)
                )
            })
            .collect();
        let given = ending(session, &select(&predicates.concat())).await;
        assert_eq!(given, Ending::Rows, "{name} with its inputs");
        endings.push(("with inputs", given));
    }

    let identifier = vec!["x"; table.identifier.len()].join("|");
    let one = ending(
        session,
        &select(&format!(" AND identifier = '{identifier}'")),
    )
    .await;
    let expected = match (lists, reads) {
        (false, false) => Ending::NotReadable,
        _ => Ending::Rows,
    };
    assert_eq!(one, expected, "{name} by identifier");
    endings.push(("by identifier", one));
    endings
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_table_answers_or_says_why_not() {
    let catalog = Arc::new(Catalog::embedded());
    let emulator = Emulator::start(Options::new(Arc::new(cirrus_provider::Schemas::embedded())))
        .await
        .unwrap();
    let mut names: Vec<(String, String)> = Vec::new();
    for service in catalog.services() {
        names.extend(
            catalog
                .tables(service)
                .into_iter()
                .map(|entry| (service.to_owned(), entry.name)),
        );
    }
    assert_eq!(names.len(), 1_763);

    let half = names.len() / 2;
    let tasks = [names[..half].to_vec(), names[half..].to_vec()].map(|names| {
        let catalog = catalog.clone();
        let cloud = Arc::new(AwsCloud::local(&emulator.url(), Limits::default()));
        tokio::spawn(async move {
            let session = Session::new(catalog.clone(), cloud, Settings::default());
            let mut tally: BTreeMap<(&str, Ending), usize> = BTreeMap::new();
            for (service, name) in names {
                let table = catalog.table(&service, &name).unwrap();
                for ending in ask(&session, &catalog, &table).await {
                    *tally.entry(ending).or_default() += 1;
                }
            }
            tally
        })
    });
    let mut tally: BTreeMap<(&str, Ending), usize> = BTreeMap::new();
    for task in tasks {
        for (ending, count) in task.await.unwrap() {
            *tally.entry(ending).or_default() += count;
        }
    }
    let count = |how, ending| tally.get(&(how, ending)).copied().unwrap_or_default();
    println!("{tally:#?}");
    // The registry's schemas say that 1,293 list bare and 392 need an input; for eight types of GuardDuty they are wrong
    // (providers/aws/exceptions.toml). 71 can only be read, 7 neither.
    assert_eq!(count("bare", Ending::IdentifierNeeded), 71);
    assert_eq!(count("bare", Ending::NotReadable), 7);
    assert_eq!(
        count("bare", Ending::Rows) + count("bare", Ending::InputNeeded),
        1_285 + 400
    );
    assert_eq!(count("with inputs", Ending::Rows), 400);
    assert_eq!(count("by identifier", Ending::Rows), 1_756);
    assert!(
        emulator.requests().len() > 3_000,
        "{}",
        emulator.requests().len()
    );
}
