//! EC2, as far as it knows regions.

use serde_json::{Value, json};

use crate::{
    accounts::Accounts, arn::Place, companions::texts, context::Context, protocol::Failure,
};

pub(super) fn answer(operation: &str, context: &mut Context<'_>) -> Result<Value, Failure> {
    match operation {
        "DescribeRegions" => describe_regions(context),
        _ => Err(Failure::unknown_operation()),
    }
}

/// A region as EC2 sees it.
struct Region<'types> {
    name: &'types str,
    endpoint: String,
    opt_in_status: &'static str,
}

impl<'types> Region<'types> {
    fn of(name: &'types str, context: &Context<'_>) -> Self {
        let place = Place {
            account: &context.caller.account,
            region: name,
        };
        Self {
            name,
            endpoint: format!("ec2.{name}.{}", place.dns_suffix()),
            opt_in_status: if !Accounts::is_opt_in(name) {
                "opt-in-not-required"
            } else if context.rules.is_enabled(name) {
                "opted-in"
            } else {
                "not-opted-in"
            },
        }
    }

    /// Whether a filter lets it through: any of its values will do.
    fn passes(&self, filter: &Value) -> Result<bool, Failure> {
        let name = filter["Name"].as_str().unwrap_or_default();
        let own = match name {
            "endpoint" => &self.endpoint,
            "opt-in-status" => self.opt_in_status,
            "region-name" => self.name,
            _ => {
                return Err(invalid(format!("The filter '{name}' is invalid")));
            }
        };
        let values = texts(filter.get("Values"));
        Ok(values.iter().any(|pattern| is_like(own, pattern)))
    }
}

fn describe_regions(context: &Context<'_>) -> Result<Value, Failure> {
    let input = context.input;
    let is_set = |name: &str| input.value(name).and_then(Value::as_bool) == Some(true);
    if is_set("DryRun") {
        return Err(Failure::new(
            "DryRunOperation",
            "Request would have succeeded, but DryRun flag is set.",
        ));
    }
    let known: Vec<_> = context
        .rules
        .types
        .regions(&context.caller.region)
        .collect();
    let names = texts(input.value("RegionNames"));
    let unknown: Vec<_> = names
        .iter()
        .copied()
        .filter(|name| !known.contains(name))
        .collect();
    if !unknown.is_empty() {
        return Err(invalid(format!("Invalid region: [{}]", unknown.join(", "))));
    }
    let filters = input.value("Filters").and_then(Value::as_array);
    let mut found = Vec::new();
    for name in known {
        let is_wanted = if names.is_empty() {
            is_set("AllRegions") || context.rules.is_enabled(name)
        } else {
            names.contains(&name)
        };
        let region = Region::of(name, context);
        let mut passes = is_wanted;
        for filter in filters.into_iter().flatten() {
            passes &= region.passes(filter)?;
        }
        if passes {
            found.push(json!({
                "optInStatus": region.opt_in_status,
                "regionName": region.name,
                "regionEndpoint": region.endpoint,
            }));
        }
    }
    Ok(json!({ "regionInfo": found }))
}

fn invalid(message: String) -> Failure {
    Failure::new("InvalidParameterValue", message)
}

/// Whether a text is like a filter's value, in which `*` and `?` stand for any characters and any one.
fn is_like(text: &str, pattern: &str) -> bool {
    let (text, pattern): (Vec<char>, Vec<char>) =
        (text.chars().collect(), pattern.chars().collect());
    let (mut at, mut next) = (0, 0);
    // Behind the last star, and where the text went on there: the star takes one more character when nothing else fits.
    let mut star = None;
    while at < text.len() {
        match pattern.get(next) {
            Some('*') => {
                next += 1;
                star = Some((next, at));
            }
            Some(wanted) if *wanted == '?' || *wanted == text[at] => {
                next += 1;
                at += 1;
            }
            _ => {
                let Some((behind, start)) = star else {
                    return false;
                };
                star = Some((behind, start + 1));
                next = behind;
                at = start + 1;
            }
        }
    }
    pattern[next..].iter().all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, fits) in [
            ("us-east-1", true),
            ("us-*", true),
            ("*east*", true),
            ("us-east-?", true),
            ("*", true),
            ("us-east", false),
            ("us-east-1?", false),
            ("", false),
        ] {
            assert_eq!(is_like("us-east-1", pattern), fits, "{pattern}");
        }
        assert!(is_like("", "") && is_like("", "*") && !is_like("", "?"));
    }
}
