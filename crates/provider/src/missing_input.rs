//! The list inputs that AWS's own words ask for: not every schema says what its list needs.
//!
//! ListResources without an input that it needs is an InvalidRequestException, with the name in one of two spellings:
//! `Required property: (#: required key [ClusterName] not found)` or `Required property: [LoadBalancerArn]`.

use std::sync::LazyLock;

use regex::Regex;

static REQUIRED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)required\s+(?:property|properties|keys?):?\s*\[([^\]]*)\]")
        .expect("it is valid")
});

/// The properties that the message of an InvalidRequestException says are missing, each once, in its order.
///
/// ```
/// let message = "Missing or invalid ResourceModel property in AWS::EKS::Nodegroup list handler request \
///                input.Required property: (#: required key [ClusterName] not found)";
/// assert_eq!(cirrus_provider::missing_inputs(message), ["ClusterName"]);
/// ```
pub fn missing_inputs(message: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for found in REQUIRED.captures_iter(message) {
        for name in found[1].split(',') {
            // `[/properties/X]`, `[#/X]` and quotes are tolerated.
            let name = name.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
            let name = name.strip_prefix("properties/").unwrap_or(name);
            let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if is_name && !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::missing_inputs;

    const BEFORE: &str =
        "Missing or invalid ResourceModel property in AWS::X::Y list handler request input.";

    #[test]
    fn both_spellings_are_read() {
        for (words, names) in [
            (
                "Required property: (#: required key [ClusterName] not found)",
                vec!["ClusterName"],
            ),
            (
                "Required property: [LoadBalancerArn]",
                vec!["LoadBalancerArn"],
            ),
            ("Required property:  [DetectorId]", vec!["DetectorId"]),
            (
                "Required property: [ApiId, StageName]",
                vec!["ApiId", "StageName"],
            ),
            (
                "Required property: (#: required key [A] not found, #: required key [B] not found)",
                vec!["A", "B"],
            ),
            (
                "Required property: (#: 2 schema violations found)(#: required key [A] not found)(#: required key [A] not found)",
                vec!["A"],
            ),
            ("Required property: [/properties/Scope]", vec!["Scope"]),
        ] {
            assert_eq!(
                missing_inputs(&format!("{BEFORE}{words}")),
                names,
                "{words}"
            );
        }
    }

    #[test]
    fn other_messages_name_nothing() {
        for message in [
            "",
            "Rate exceeded",
            "Model validation failed (#/BucketName: expected type: String, found: Boolean)",
            "Model validation failed (#: extraneous key [X] is not permitted)",
            "Required property: []",
            "Required property: [not a name]",
            "Invalid request provided: [DetectorId]",
        ] {
            assert!(missing_inputs(message).is_empty(), "{message}");
        }
    }
}
