//! Arrays.

use serde_json::{Map, Value, json};

use crate::{
    fits::names,
    model::{Generator, Made},
    spot::Spot,
};

impl Generator<'_> {
    /// As many items as there must be, and one where there may be none.
    pub(crate) fn array(
        &self,
        keywords: &Map<String, Value>,
        spot: &Spot<'_>,
        ordinal: usize,
    ) -> Made {
        let limit = |keyword: &str| keywords.get(keyword).and_then(Value::as_u64);
        let count = limit("minItems")
            .unwrap_or(0)
            .max(1)
            .min(limit("maxItems").unwrap_or(u64::MAX));
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let any = json!({"type": "string"});
        let schema = keywords
            .get("items")
            .filter(|schema| schema.is_object())
            .unwrap_or(&any);
        let prefix = keywords.get("prefixItems").and_then(Value::as_array);
        let keys: Vec<&str> = names(keywords.get("uniqueKeys")).collect();
        let is_other = |one: &Value, other: &Value| {
            if keys.is_empty() {
                one != other
            } else {
                keys.iter().any(|key| one.get(key) != other.get(key))
            }
        };
        let mut items: Vec<Value> = Vec::with_capacity(count);
        let mut ordinals = ordinal..ordinal + count + 64;
        while items.len() < count {
            let both;
            let schema = match prefix.and_then(|prefix| prefix.get(items.len())) {
                Some(own) => {
                    both = json!({"allOf": [schema, own]});
                    &both
                }
                None => schema,
            };
            let ordinal = ordinals
                .next()
                .ok_or_else(|| spot.nothing("too few items differ"))?;
            let entry = spot.entry();
            for entry in [entry.clone(), entry.with_everything()] {
                let item = self.member(schema, &entry, ordinal)?;
                if items.iter().all(|other| is_other(other, &item)) {
                    items.push(item);
                    break;
                }
            }
        }
        Ok(Value::Array(items))
    }
}
