//! What supplies the inputs of a list that nothing binds: parents, values that the API defines, the account's id.
//!
//! The sources are combined as `provider::fan_out` planned them: at most one is a parent, whose rows come from its own
//! access (a chain when that needs sources too).

use std::{collections::HashSet, sync::Arc};

use cirrus_provider::{Feed, FeedValue, ParentSource, Source};
use datafusion::error::Result;
use futures::{
    FutureExt, StreamExt, TryStreamExt,
    stream::{self, BoxStream},
};
use serde_json::{Map, Value};

use super::{Fetch, RowStream};
use crate::{
    calls::CallError,
    decode::{self, Known, Row},
};

type Model = Map<String, Value>;
type ModelStream = BoxStream<'static, Result<Model>>;

impl Fetch {
    /// The models to list with, each once.
    pub(super) fn models(
        self: Arc<Self>,
        inputs: Model,
        mut sources: Vec<Source>,
        concurrency: usize,
    ) -> ModelStream {
        // The parents are listed once, not for each of the values.
        sources.sort_by_key(|source| !matches!(source, Source::Parent(_)));
        let first: ModelStream = stream::once(async { Ok(inputs) }).boxed();
        let models = sources.into_iter().fold(first, |models, source| {
            let fetch = self.clone();
            models
                .map_ok(move |model| fetch.clone().supplied(model, source.clone(), concurrency))
                .try_flatten()
                .boxed()
        });
        // Parents may share the property that feeds an input.
        let mut seen = HashSet::new();
        models
            .try_filter(move |model| {
                std::future::ready(seen.insert(Value::Object(model.clone()).to_string()))
            })
            .boxed()
    }

    /// A model with what one source supplies for it.
    fn supplied(self: Arc<Self>, model: Model, source: Source, concurrency: usize) -> ModelStream {
        match source {
            Source::Values { input, values } => {
                let models = values.into_iter().map(move |value| {
                    let mut model = model.clone();
                    model.insert(input.clone(), value);
                    Ok(model)
                });
                stream::iter(models.collect::<Vec<_>>()).boxed()
            }
            Source::Account { input } => stream::once(self.with_account(model, input))
                .filter_map(|model| async { model.transpose() })
                .boxed(),
            Source::Parent(parent) => {
                let ParentSource {
                    table,
                    access,
                    feeds,
                } = parent;
                let parents = self.clone().access(table, *access, concurrency);
                self.fed(parents, Arc::new(feeds), model, concurrency)
            }
        }
    }

    async fn with_account(
        self: Arc<Self>,
        mut model: Model,
        input: String,
    ) -> Result<Option<Model>> {
        let account = &self.context.shared.account;
        let asked = account.get_or_try_init(async || self.context.calls.account_id().await);
        match asked.await {
            Ok(account) => {
                model.insert(input, Value::from(account.as_str()));
                Ok(Some(model))
            }
            Err(error @ CallError::Budget { .. }) => Err(super::external(error.into())),
            Err(error) => {
                let table = self.spec.wanted.table.clone();
                self.failed(&table, error, Some(input))?;
                Ok(None)
            }
        }
    }

    /// The models that parents feed; a parent that disagrees with what is bound is passed over.
    fn fed(
        self: Arc<Self>,
        parents: RowStream,
        feeds: Arc<Vec<Feed>>,
        model: Model,
        concurrency: usize,
    ) -> ModelStream {
        parents
            .map(move |parent| {
                let (fetch, feeds, model) = (self.clone(), feeds.clone(), model.clone());
                async move { fetch.feed(parent?, &feeds, model).await }.boxed()
            })
            .buffered(concurrency.max(1))
            .filter_map(|model| async { model.transpose() })
            .boxed()
    }

    async fn feed(
        self: Arc<Self>,
        mut parent: Row,
        feeds: &[Feed],
        mut model: Model,
    ) -> Result<Option<Model>> {
        let lacks = |row: &Row, feed: &Feed| matches!(&feed.value, FeedValue::Property(property) if property_of(row, property).is_none());
        if parent.known != Known::Read && feeds.iter().any(|feed| lacks(&parent, feed)) {
            let Some(read) = self.read(parent).await? else {
                return Ok(None);
            };
            parent = read;
        }
        for feed in feeds {
            let value = match &feed.value {
                FeedValue::Part(part) => parent.parts.get(*part).map(|part| Value::from(&**part)),
                FeedValue::Property(property) => property_of(&parent, property),
                FeedValue::Input(input) => parent.inputs.get(input).cloned(),
            };
            // A parent without the value has no children: what is not there cannot be asked for.
            let Some(value) = value else {
                return Ok(None);
            };
            if model.get(&feed.input).is_some_and(|bound| *bound != value) {
                return Ok(None);
            }
            model.insert(feed.input.clone(), value);
        }
        Ok(Some(model))
    }
}

/// A scalar property of a row.
fn property_of(row: &Row, property: &str) -> Option<Value> {
    let properties = decode::properties(&row.properties).ok()?;
    let value: Value = serde_json::from_str(properties.get(property)?.get()).ok()?;
    let is_scalar = value.is_string() || value.is_number() || value.is_boolean();
    is_scalar.then_some(value)
}
