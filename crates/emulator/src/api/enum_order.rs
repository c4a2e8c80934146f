//! The order in which Cognito's front end names the values of an enum: that of a Java hash set, as the texts that it is known
//! to give show (`[implicit, client_credentials, code]`, `[OPTIONAL, OFF, ON]`). Other services have other orders.

/// Puts the values of an enum into that order; equal buckets keep the order of the model, as a set that is filled in it does.
pub(super) fn as_hash_set(values: &mut [String]) {
    // A set made from a collection has room for its values and a third more, and at least sixteen buckets.
    let buckets = (values.len() * 4 / 3 + 1).max(16).next_power_of_two();
    values.sort_by_key(|value| bucket(value, buckets));
}

fn bucket(value: &str, buckets: usize) -> usize {
    // `String.hashCode`, over UTF-16 units.
    let hash = value.encode_utf16().fold(0_u32, |hash, unit| {
        hash.wrapping_mul(31).wrapping_add(unit.into())
    });
    let spread = hash ^ (hash >> 16);
    spread as usize & (buckets - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_that_cognito_is_known_to_give() {
        for (model, text) in [
            (
                ["code", "implicit", "client_credentials"],
                ["implicit", "client_credentials", "code"],
            ),
            (["OFF", "ON", "OPTIONAL"], ["OPTIONAL", "OFF", "ON"]),
        ] {
            let mut values = model.map(str::to_owned);
            as_hash_set(&mut values);
            assert_eq!(values, text);
        }
    }
}
