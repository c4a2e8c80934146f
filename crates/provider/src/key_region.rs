//! The region that a key names, so that a list by it is asked there alone.

/// The region in `value` when it is a key that names one: an ARN, or the id of a Cognito pool.
///
/// ```
/// use cirrus_provider::region_of_key;
///
/// assert_eq!(region_of_key("us-east-1_AbCdEf123"), Some("us-east-1"));
/// assert_eq!(region_of_key("arn:aws:iam::123456789012:role/r"), None);
/// ```
pub fn region_of_key(value: &str) -> Option<&str> {
    let region = if value.starts_with("arn:") {
        of_arn(value)?
    } else {
        of_pool(value)?
    };
    is_region(region).then_some(region)
}

/// `arn:partition:service:region:account:resource`.
fn of_arn(value: &str) -> Option<&str> {
    let mut parts = value.splitn(6, ':');
    let region = parts.nth(3)?;
    // The account and the resource are there.
    parts.nth(1).map(|_| region)
}

/// `us-east-1_AbC` of a user pool, `us-east-1:uuid` of an identity pool.
fn of_pool(value: &str) -> Option<&str> {
    let (region, rest) = value.split_at_checked(value.find(['_', ':'])?)?;
    let (kind, id) = rest.split_at_checked(1)?;
    let is_pool = match kind {
        "_" => (1..=55).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        _ => is_uuid(id),
    };
    is_pool.then_some(region)
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths = groups.iter().map(|group| group.len());
    lengths.eq([8, 4, 4, 4, 12])
        && groups
            .iter()
            .all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// `us-east-1`, `us-gov-west-1`, `ap-southeast-12`: two letters, one or more words, a number.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [area, words @ .., number] = parts.as_slice() else {
        return false;
    };
    let is_word =
        |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    (2..=4).contains(&area.len())
        && is_word(area)
        && (1..=2).contains(&words.len())
        && words.iter().all(is_word)
        && (1..=2).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::region_of_key;

    #[test]
    fn keys_that_name_a_region() {
        for (key, region) in [
            (
                "arn:aws:lambda:eu-west-1:123456789012:function:f",
                "eu-west-1",
            ),
            (
                "arn:aws-us-gov:sqs:us-gov-west-1:123456789012:q",
                "us-gov-west-1",
            ),
            ("arn:aws-cn:sns:cn-north-1:123456789012:t", "cn-north-1"),
            (
                "arn:aws-eusc:sns:eusc-de-east-1:123456789012:t",
                "eusc-de-east-1",
            ),
            ("arn:aws:apigateway:us-east-1::/restapis/a", "us-east-1"),
            ("us-east-1_AbC", "us-east-1"),
            ("ap-southeast-1_123456789", "ap-southeast-1"),
            (
                "us-east-1:0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
                "us-east-1",
            ),
        ] {
            assert_eq!(region_of_key(key), Some(region), "{key}");
        }
    }

    #[test]
    fn keys_that_may_be_anywhere() {
        for key in [
            "",
            "_",
            ":",
            "arn:",
            "arn:aws",
            "arn:aws:iam::123456789012:role/r",
            "arn:aws:s3:::bucket",
            "arn:aws:s3:us-east-1",
            "arn:aws:x:global:1:y",
            "us-east-1",
            "us-east-1_",
            "us-east-1_my-stack_name",
            "us-east-1:not-a-uuid",
            "my-queue-1",
            "my_pool",
            "i-0123456789abcdef0",
            "\u{fc}_abc",
        ] {
            assert_eq!(region_of_key(key), None, "{key}");
        }
    }
}
