//! Texts and numbers that satisfy a schema.

use serde_json::{Map, Number, Value, json};

use crate::text;

/// The `ordinal`-th text for these keywords, if there are so many.
pub(crate) fn text(keywords: &Map<String, Value>, ordinal: usize) -> Option<Value> {
    let limit = |keyword: &str| keywords.get(keyword).and_then(Value::as_u64);
    let least = limit("minLength").unwrap_or(0);
    let least = usize::try_from(least).ok()?;
    let most = limit("maxLength").map_or(usize::MAX, |most| {
        usize::try_from(most).unwrap_or(usize::MAX)
    });
    let pattern = keywords.get("pattern").and_then(Value::as_str);
    let format = keywords
        .get("format")
        .and_then(Value::as_str)
        .and_then(form);
    let of_format = format
        .and_then(|form| text::matching(form, least, most, ordinal))
        .filter(|text| pattern.is_none_or(|pattern| text::matches(pattern, text)));
    of_format
        .or_else(|| text::matching(pattern.unwrap_or("^[a-z]*$"), least, most, ordinal))
        .map(Value::String)
}

/// What the values of a format look like.
fn form(format: &str) -> Option<&'static str> {
    Some(match format {
        "date-time" | "timestamp" => "^2026-01-(0[1-9]|1[0-9])T00:00:00Z$",
        "json" => r#"^\{"[a-z]{4}":"[a-z]{4}"\}$"#,
        "uri" => "^https://[a-z]{4}[.]example[.]com$",
        "ipv4-network" => "^10[.][0-9][.]0[.]0/16$",
        "ipv6-network" => "^2001:db8:[0-9a-f]{4}::/48$",
        "AWS::ACM::Certificate.Arn" => {
            "^arn:aws:acm:us-east-1:123456789012:certificate/[0-9a-f]{8}-0000-4000-8000-000000000000$"
        }
        "AWS::EC2::Image.Id" => "^ami-[0-9a-f]{17}$",
        "AWS::EC2::SecurityGroup.Id" => "^sg-[0-9a-f]{17}$",
        "AWS::EC2::Subnet.Id" => "^subnet-[0-9a-f]{17}$",
        "AWS::EC2::VPC.Id" => "^vpc-[0-9a-f]{17}$",
        "AWS::IAM::Role.Arn" => "^arn:aws:iam::123456789012:role/[a-z]{8}$",
        "AWS::KMS::Key.Arn" => {
            "^arn:aws:kms:us-east-1:123456789012:key/[0-9a-f]{8}-0000-4000-8000-000000000000$"
        }
        "AWS::KMS::Key.Id" => "^[0-9a-f]{8}-0000-4000-8000-000000000000$",
        "AWS::KMS::Alias.AliasName" => "^alias/[a-z]{8}$",
        "AWS::Lambda::Function.Arn" => "^arn:aws:lambda:us-east-1:123456789012:function:[a-z]{8}$",
        "AWS::Logs::LogGroup.Name" => "^/aws/[a-z]{8}$",
        "AWS::Route53::HostedZone.Id" | "AWS::Route53::AliasTarget.HostedZoneId" => {
            "^Z[0-9A-Z]{13}$"
        }
        "AWS::S3::Bucket.Name" => "^[a-z]{8}-bucket$",
        "AWS::SNS::Topic.Arn" => "^arn:aws:sns:us-east-1:123456789012:[a-z]{8}$",
        "AWS::SQS::Queue.Arn" => "^arn:aws:sqs:us-east-1:123456789012:[a-z]{8}$",
        _ => return None,
    })
}

/// The `ordinal`-th number for these keywords, if there are so many.
pub(crate) fn number(keywords: &Map<String, Value>, whole: bool, ordinal: usize) -> Option<Value> {
    let limit = |keyword: &str| keywords.get(keyword).and_then(Value::as_f64);
    let step = limit("multipleOf").unwrap_or(1.0);
    let most = limit("maximum").unwrap_or(f64::MAX);
    let least = limit("minimum").unwrap_or_else(|| most.min(1.0));
    let ordinal = f64::from(u32::try_from(ordinal).ok()?);
    let up = (least / step).ceil() * step + ordinal * step;
    let between = least + (most - least) * ordinal / 64.0;
    let number = [up, between]
        .into_iter()
        .take(if whole { 1 } else { 2 })
        .find(|&number| {
            (least..=most).contains(&number)
                && limit("exclusiveMaximum").is_none_or(|most| number < most)
                && (ordinal == 0.0 || number > least)
        })?;
    Some(if number.fract() == 0.0 {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "limits of schemas are small whole numbers"
        )]
        let number = number as i64;
        json!(number)
    } else {
        Value::Number(Number::from_f64(number)?)
    })
}
