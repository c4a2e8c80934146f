//! Whether a read model shows what was asked for.

use serde_json::Value;

/// Whether a model has everything that is expected, members that the service adds aside.
pub(crate) fn has_all(expected: &Value, shown: &Value, place: &str) -> Result<(), String> {
    match (expected, shown) {
        (Value::Object(expected), Value::Object(shown)) => {
            expected.iter().try_for_each(|(name, value)| {
                let place = format!("{place}/{name}");
                let own = shown
                    .get(name)
                    .ok_or_else(|| format!("{place} is missing"))?;
                has_all(value, own, &place)
            })
        }
        (Value::Array(expected), Value::Array(shown)) if expected.len() == shown.len() => expected
            .iter()
            .zip(shown)
            .enumerate()
            .try_for_each(|(index, (expected, shown))| {
                has_all(expected, shown, &format!("{place}/{index}"))
            }),
        _ if expected == shown => Ok(()),
        _ => Err(format!("{place} is {shown} instead of {expected}")),
    }
}

/// Whether a member is null; no handler returns one.
pub(crate) fn has_null(value: &Value) -> bool {
    match value {
        Value::Object(members) => members
            .values()
            .any(|member| member.is_null() || has_null(member)),
        Value::Array(items) => items.iter().any(has_null),
        _ => false,
    }
}
