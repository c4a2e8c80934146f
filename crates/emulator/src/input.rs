//! The members of a request and their constraints, with the messages of AWS's front end (coral).

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value};

use crate::protocol::Failure;

/// The members of a request that has been read but not yet checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Input {
    members: Map<String, Value>,
}

/// The constraint on a text member.
#[derive(Clone, Copy, Debug)]
struct Text {
    name: &'static str,
    longest: usize,
    pattern: Option<&'static str>,
    /// Messages do not repeat the value.
    sensitive: bool,
}

const fn text(name: &'static str, longest: usize, pattern: Option<&'static str>) -> Text {
    Text {
        name,
        longest,
        pattern,
        sensitive: false,
    }
}

const TYPE_NAME: &str = "[A-Za-z0-9]{2,64}::[A-Za-z0-9]{2,64}::[A-Za-z0-9]{2,64}";
const TOKEN: &str = "[-A-Za-z0-9+/=]+";
const ROLE_ARN: &str = "arn:.+:iam::[0-9]{12}:role/.+";
const TYPE_VERSION_ID: &str = "[A-Za-z0-9-]+";

const TEXTS: [Text; 9] = [
    text("TypeName", 196, Some(TYPE_NAME)),
    text("TypeVersionId", 128, Some(TYPE_VERSION_ID)),
    text("RoleArn", 2048, Some(ROLE_ARN)),
    text("ClientToken", 128, Some(TOKEN)),
    text("RequestToken", 128, Some(TOKEN)),
    text("Identifier", 1024, None),
    Text {
        name: "DesiredState",
        longest: 262_144,
        pattern: None,
        sensitive: true,
    },
    Text {
        name: "ResourceModel",
        longest: 262_144,
        pattern: None,
        sensitive: true,
    },
    Text {
        name: "PatchDocument",
        longest: 262_144,
        pattern: None,
        sensitive: true,
    },
];

/// The patterns, as constraints on the whole value.
static PATTERNS: LazyLock<[(&str, Regex); 4]> = LazyLock::new(|| {
    [TYPE_NAME, TOKEN, ROLE_ARN, TYPE_VERSION_ID].map(|pattern| {
        let whole = Regex::new(&format!("^(?:{pattern})$")).expect("the patterns above are valid");
        (pattern, whole)
    })
});

impl Input {
    /// Reads a request's body.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Failure> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(members)) => Ok(Self { members }),
            // The wording for a body that is no JSON object is not known.
            _ => Err(Failure::new(
                "SerializationException",
                "Start of structure or map found where not expected.",
            )),
        }
    }

    /// A text member, absent if it is absent or null.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name).and_then(Value::as_str)
    }

    /// A text member that [`Input::check`] has required.
    pub(crate) fn required(&self, name: &str) -> &str {
        self.text(name).unwrap_or_default()
    }

    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    /// Makes a member absent.
    pub(crate) fn forget(&mut self, name: &str) {
        self.members.shift_remove(name);
    }

    /// Checks every member against its constraint; unknown members are ignored.
    pub(crate) fn check(&self, required: &[&str], next_token: NextToken) -> Result<(), Failure> {
        let mut violations = Vec::new();
        let paging = match next_token {
            NextToken::None => None,
            NextToken::OfHandler => Some(text("NextToken", 4096, None)),
            NextToken::OfRequests => Some(text("NextToken", 2048, Some(TOKEN))),
        };
        for constraint in TEXTS.iter().chain(paging.iter()) {
            match self.members.get(constraint.name) {
                None | Some(Value::Null) => {
                    if required.contains(&constraint.name) {
                        violations.push(format!(
                            "Value null at '{}' failed to satisfy constraint: Member must not be null",
                            lower_first(constraint.name)
                        ));
                    }
                }
                Some(Value::String(value)) => constraint.check(value, &mut violations),
                Some(other) => return Err(not_a(other, "String")),
            }
        }
        if !matches!(next_token, NextToken::None) {
            match self.members.get("MaxResults") {
                None | Some(Value::Null) => {}
                Some(Value::Number(number)) => {
                    check_max_results(number.as_f64().unwrap_or(0.0), &mut violations);
                }
                Some(other) => return Err(not_a(other, "Integer")),
            }
        }
        refuse(&violations)
    }
}

/// Which constraint the operation's `NextToken` has.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NextToken {
    /// The operation does not page.
    None,
    /// ListResources.
    OfHandler,
    /// ListResourceRequests.
    OfRequests,
}

impl Text {
    fn check(&self, value: &str, violations: &mut Vec<String>) {
        let Self {
            name,
            longest,
            pattern,
            sensitive,
        } = *self;
        let shown = if sensitive {
            String::new()
        } else {
            format!(" '{value}'")
        };
        let mut violate = |constraint: &str| {
            violations.push(format!(
                "Value{shown} at '{}' failed to satisfy constraint: {constraint}",
                lower_first(name)
            ));
        };
        let shortest = match name {
            "TypeName" => 10,
            "RoleArn" => 20,
            _ => 1,
        };
        let length = value.chars().count();
        if length < shortest {
            violate(&format!(
                "Member must have length greater than or equal to {shortest}"
            ));
        }
        if length > longest {
            violate(&format!(
                "Member must have length less than or equal to {longest}"
            ));
        }
        if let Some(pattern) = pattern
            && let Some((_, whole)) = PATTERNS.iter().find(|(known, _)| *known == pattern)
            && !whole.is_match(value)
        {
            violate(&format!(
                "Member must satisfy regular expression pattern: {pattern}"
            ));
        }
    }
}

fn check_max_results(number: f64, violations: &mut Vec<String>) {
    let bound = if number < 1.0 {
        "greater than or equal to 1"
    } else if number > 100.0 {
        "less than or equal to 100"
    } else {
        return;
    };
    violations.push(format!(
        "Value '{number}' at 'maxResults' failed to satisfy constraint: Member must have value {bound}"
    ));
}

/// Refuses a request that violates constraints, all named at once.
pub(crate) fn refuse(violations: &[String]) -> Result<(), Failure> {
    let errors = match violations.len() {
        0 => return Ok(()),
        1 => "1 validation error detected".to_owned(),
        count => format!("{count} validation errors detected"),
    };
    Err(Failure::validation(format!(
        "{errors}: {}",
        violations.join("; ")
    )))
}

fn not_a(value: &Value, expected: &str) -> Failure {
    let found = match value {
        Value::Number(_) => "NUMBER_VALUE",
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::String(_) => "STRING_VALUE",
        Value::Array(_) => "START_ARRAY",
        Value::Object(_) => "START_OBJECT",
        Value::Null => "NULL_VALUE",
    };
    Failure::new(
        "SerializationException",
        format!("{found} can not be converted to a {expected}"),
    )
}

fn lower_first(name: &str) -> String {
    let mut characters = name.chars();
    characters
        .next()
        .map(|first| first.to_ascii_lowercase().to_string() + characters.as_str())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(body: &Value, required: &[&str]) -> Result<(), Failure> {
        Input::parse(body.to_string().as_bytes())?.check(required, NextToken::OfHandler)
    }

    #[test]
    fn constraints_have_the_front_end_s_text() {
        // [INF] the text is that of other AWS JSON services.
        assert_eq!(
            check(&json!({"TypeName": "nonsense-type"}), &["TypeName"]),
            Err(Failure::validation(format!(
                "1 validation error detected: Value 'nonsense-type' at 'typeName' failed to satisfy constraint: \
                 Member must satisfy regular expression pattern: {TYPE_NAME}"
            )))
        );
        assert_eq!(
            check(&json!({"MaxResults": 101}), &["TypeName", "DesiredState"]),
            Err(Failure::validation(
                "3 validation errors detected: Value null at 'typeName' failed to satisfy constraint: Member must not be null; \
                 Value null at 'desiredState' failed to satisfy constraint: Member must not be null; \
                 Value '101' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100"
            ))
        );
        assert_eq!(
            check(
                &json!({"TypeName": "AWS::S3::Bucket", "Unknown": 1}),
                &["TypeName"]
            ),
            Ok(())
        );
        assert_eq!(
            check(&json!({"TypeName": 1}), &[]).map_err(|failure| failure.code),
            Err("SerializationException")
        );
    }

    #[test]
    fn a_sensitive_value_is_not_repeated() {
        let refused = check(&json!({"DesiredState": "secret".repeat(50_000)}), &[]).unwrap_err();
        assert!(
            !refused.message.contains("secret"),
            "{}",
            refused.message.len()
        );
    }
}
