//! Every type that can be created, from a model generated from its schema: read back, listed, patched, deleted.
//!
//! The models are made from the registry documents by this test's own code (`model.rs` and below), so that what the
//! emulator thinks of a document is put to the test. What cannot be done is in `providers/aws/life_cycle_exceptions.toml`
//! with the reason; a type that is there and works is a failure too.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod array;
mod calls;
mod change;
mod client;
mod compare;
mod document;
mod fits;
mod life_cycle;
mod model;
mod object;
mod parents;
mod scalar;
mod spot;
mod steps;
mod text;
mod update;
mod ways;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt::Write as _,
    sync::{Arc, LazyLock},
};

use cirrus_provider::Schemas;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    client::Client,
    document::Document,
    life_cycle::Life,
    model::Breadth,
    steps::{Steps, Stop},
};

static SCHEMAS: LazyLock<Arc<Schemas>> = LazyLock::new(|| Arc::new(Schemas::embedded()));

/// `life_cycle_exceptions.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exceptions {
    exception: Vec<Exception>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    #[serde(rename = "type")]
    type_name: String,
    /// What cannot be done.
    step: String,
    reason: String,
}

fn exceptions() -> Vec<Exception> {
    let text = include_str!("../../../../providers/aws/life_cycle_exceptions.toml");
    toml::from_str::<Exceptions>(text).unwrap().exception
}

/// Lives the lives of all types, one after the other.
struct World {
    client: Client,
    breadth: Breadth,
    /// What the parents that exist show, by type and region.
    parents: HashMap<(&'static str, String), Value>,
}

impl World {
    async fn start(breadth: Breadth) -> Self {
        Self {
            client: Client::start(&SCHEMAS).await,
            breadth,
            parents: HashMap::new(),
        }
    }

    async fn live(&mut self, document: &Document) -> (Steps, Result<(), Stop>) {
        let region = document.region(&SCHEMAS);
        let mut given = Map::new();
        for parent in parents::of(document.name()) {
            let key = (parent.type_name, region.to_owned());
            if !self.parents.contains_key(&key) {
                let document = Document::new(SCHEMAS.get(parent.type_name).unwrap());
                let mut life = Life {
                    client: &mut self.client,
                    document: &document,
                    region,
                    breadth: Breadth::Least,
                    given: given.clone(),
                };
                let shown = life.begin().await;
                let shown = shown.unwrap_or_else(|reason| panic!("{}: {reason}", parent.type_name));
                self.parents.insert(key.clone(), shown);
            }
            given.insert(
                parent.property.to_owned(),
                self.parents[&key][parent.named_by].clone(),
            );
        }
        let breadth = if parents::has_rules(document.name()) {
            Breadth::Least
        } else {
            self.breadth
        };
        let mut life = Life {
            client: &mut self.client,
            document,
            region,
            breadth,
            given,
        };
        life.live().await
    }
}

/// Every type with a create handler: the steps that were taken, and where types stopped.
async fn lives(breadth: Breadth) -> (Steps, BTreeMap<String, Stop>) {
    let mut world = World::start(breadth).await;
    let (mut steps, mut stopped) = (Steps::default(), BTreeMap::new());
    for type_name in SCHEMAS.type_names() {
        let document = Document::new(SCHEMAS.get(type_name).unwrap());
        if !document.handles("create") {
            continue;
        }
        let (taken, outcome) = world.live(&document).await;
        steps += taken;
        if let Err(stop) = outcome {
            stopped.insert(type_name.to_owned(), stop);
        }
    }
    world.client.stop().await;
    (steps, stopped)
}

/// Refuses types that stop where no exception says so, and exceptions that do not stop there.
fn check(mut stopped: BTreeMap<String, Stop>) {
    let mut wrong = String::new();
    for exception in exceptions() {
        let Exception {
            type_name,
            step,
            reason,
        } = exception;
        assert!(
            !reason.is_empty(),
            "{type_name} is excepted without a reason"
        );
        match stopped.remove(&type_name) {
            Some(stop) if stop.step == step => {}
            other => {
                let _ = writeln!(wrong, "{type_name} is excepted from {step}: {other:?}");
            }
        }
    }
    for (type_name, Stop { step, reason }) in stopped {
        let _ = writeln!(wrong, "{type_name} stops at {step}: {reason}");
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[tokio::test]
async fn every_type_lives_by_what_its_schema_requires() {
    let (steps, stopped) = lives(Breadth::Least).await;
    check(stopped);
    // Nothing is skipped: what has no handler is refused, and so is what nothing could be changed of.
    assert_eq!(steps.created, steps.deleted);
    assert_eq!(steps.read, steps.listed + steps.refused_to_list);
    let patched = steps.patched + steps.patched_without_change + steps.refused_to_patch;
    let unpatched = exceptions()
        .iter()
        .filter(|exception| exception.step == "update")
        .count();
    assert_eq!(steps.read, patched + unpatched);
    assert!(
        steps.created > 1700 && steps.patched_without_change < 40,
        "{steps:?}"
    );
}

#[tokio::test]
async fn every_type_lives_by_everything_that_its_schema_knows() {
    let (_, stopped) = lives(Breadth::Everything).await;
    check(stopped);
}

#[test]
fn exceptions_are_few_and_of_one_type_each() {
    let exceptions = exceptions();
    let names: BTreeSet<_> = exceptions
        .iter()
        .map(|exception| &exception.type_name)
        .collect();
    assert_eq!(names.len(), exceptions.len());
    assert!(exceptions.len() < 40);
}
