//! Members of models and requests, read without ceremony: what is absent reads as empty. Pure.

use std::sync::LazyLock;

use serde_json::{Map, Value};

/// The members of a model.
pub(super) type Members = Map<String, Value>;

static NONE: LazyLock<Members> = LazyLock::new(Members::new);

/// A model's members; none if it is no object.
pub(super) fn members(model: &Value) -> &Members {
    model.as_object().unwrap_or(&NONE)
}

/// A text, or the empty one.
pub(super) fn text<'members>(members: &'members Members, name: &str) -> &'members str {
    members
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The texts of a list.
pub(super) fn texts<'members>(members: &'members Members, name: &str) -> Vec<&'members str> {
    items(members, name)
        .iter()
        .filter_map(Value::as_str)
        .collect()
}

/// The items of a list.
pub(super) fn items<'members>(members: &'members Members, name: &str) -> &'members [Value] {
    members
        .get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// Whether a flag is set.
pub(super) fn flag(members: &Members, name: &str) -> bool {
    members.get(name) == Some(&Value::Bool(true))
}

/// Sets what is not there.
pub(super) fn preset(members: &mut Members, name: &str, value: impl FnOnce() -> Value) {
    if !members.contains_key(name) {
        members.insert(name.to_owned(), value());
    }
}

/// The members of these names that are there and not null.
pub(super) fn only(members: &Members, names: &[&str]) -> Members {
    names
        .iter()
        .filter_map(|name| {
            let value = members.get(*name).filter(|value| !value.is_null())?;
            Some(((*name).to_owned(), value.clone()))
        })
        .collect()
}
