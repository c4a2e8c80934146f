//! Every type that can be created, from a model generated from its schema: read back, listed, patched, deleted.
//!
//! The models are made from the registry documents by this test's own code (`model.rs` and below), so that what the
//! emulator thinks of a document is put to the test. What cannot be done is in `providers/aws/life_cycle_exceptions.toml`
//! with the reason; a type that is there and works is a failure too.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod client;
mod document;
mod fits;
mod life_cycle;
mod model;
mod parents;
mod scalar;
mod text;
mod ways;

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
    sync::{Arc, LazyLock},
};

use cirrus_provider::Schemas;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    client::Client,
    document::Document,
    life_cycle::{Life, Steps},
    model::Breadth,
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
    reason: String,
}

fn exceptions() -> BTreeMap<String, String> {
    let text = include_str!("../../../../providers/aws/life_cycle_exceptions.toml");
    let exceptions: Exceptions = toml::from_str(text).unwrap();
    let by_type: BTreeMap<_, _> = exceptions
        .exception
        .iter()
        .map(|exception| (exception.type_name.clone(), exception.reason.clone()))
        .collect();
    assert_eq!(by_type.len(), exceptions.exception.len(), "a type is there twice");
    by_type
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

    async fn live(&mut self, document: &Document) -> Result<Steps, String> {
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
                let shown = life.begin().await.map_err(|reason| format!("{}: {reason}", parent.type_name))?;
                self.parents.insert(key.clone(), shown);
            }
            given.insert(parent.property.to_owned(), self.parents[&key][parent.named_by].clone());
        }
        let breadth = if parents::has_rules(document.name()) { Breadth::Least } else { self.breadth };
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

/// Every type with a create handler, and what became of it; the steps of those that worked.
async fn lives(breadth: Breadth) -> (Steps, BTreeMap<String, String>) {
    let mut world = World::start(breadth).await;
    let (mut steps, mut failed) = (Steps::default(), BTreeMap::new());
    for type_name in SCHEMAS.type_names() {
        let document = Document::new(SCHEMAS.get(type_name).unwrap());
        if !document.handles("create") {
            continue;
        }
        match world.live(&document).await {
            Ok(taken) => steps += taken,
            Err(reason) => {
                failed.insert(type_name.to_owned(), reason);
            }
        }
    }
    world.client.stop().await;
    (steps, failed)
}

fn report(failed: &BTreeMap<String, String>) -> String {
    failed.iter().fold(String::new(), |mut report, (type_name, reason)| {
        let _ = writeln!(report, "  {type_name}\n    {reason}");
        report
    })
}

#[tokio::test]
async fn every_type_lives_by_what_its_schema_requires() {
    let (steps, mut failed) = lives(Breadth::Least).await;
    let exceptions = exceptions();
    let needless: Vec<_> = exceptions.keys().filter(|name| failed.remove(*name).is_none()).collect();
    assert!(failed.is_empty(), "{} types fail:\n{}", failed.len(), report(&failed));
    assert!(needless.is_empty(), "exceptions that work: {needless:?}");
    assert_eq!(steps, Steps::default());
}

#[tokio::test]
async fn every_type_lives_by_everything_that_its_schema_knows() {
    let (_, mut failed) = lives(Breadth::Everything).await;
    failed.retain(|name, _| !exceptions().contains_key(name));
    assert!(failed.is_empty(), "{} types fail:\n{}", failed.len(), report(&failed));
}
