//! The filter of ListUsers: `attribute = "value"` or `attribute ^= "value"`. Pure.

use super::{refusal::Refusal, user::User};

/// What a user must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Filter {
    attribute: String,
    is_prefix: bool,
    value: String,
}

/// What can be searched for; custom attributes cannot.
const SEARCHABLE: [&str; 10] = [
    "username",
    "email",
    "phone_number",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "cognito:user_status",
    "status",
    "sub",
];

impl Filter {
    /// Reads a filter; an empty one is none. The texts are from memory [INF].
    pub(super) fn parse(filter: &str) -> Result<Option<Self>, Refusal> {
        let filter = filter.trim();
        if filter.is_empty() {
            return Ok(None);
        }
        let filter =
            Self::read(filter).ok_or_else(|| Refusal::parameter("Error while parsing filter."))?;
        if !SEARCHABLE.contains(&filter.attribute.as_str()) {
            return Err(Refusal::parameter(format!(
                "Invalid search attribute: {}",
                filter.attribute
            )));
        }
        Ok(Some(filter))
    }

    fn read(filter: &str) -> Option<Self> {
        let (attribute, value) = filter.split_once('=')?;
        let (attribute, is_prefix) = match attribute.strip_suffix('^') {
            Some(attribute) => (attribute, true),
            None => (attribute, false),
        };
        let attribute = unquoted(attribute.trim()).unwrap_or_else(|| attribute.trim().to_owned());
        let is_name = |character: char| character.is_alphanumeric() || ":_-.".contains(character);
        if attribute.is_empty() || !attribute.chars().all(is_name) {
            return None;
        }
        Some(Self {
            attribute,
            is_prefix,
            value: unquoted(value.trim())?,
        })
    }

    /// Whether a user has it. The documentation says of three attributes how letters are compared; the others are taken as they
    /// are [INF].
    pub(super) fn accepts(&self, user: &User) -> bool {
        let own = match self.attribute.as_str() {
            "username" => Some(user.name.as_str()),
            "cognito:user_status" => {
                return self.compare(&user.status().to_lowercase(), &self.value.to_lowercase());
            }
            "status" if user.is_enabled() => Some("Enabled"),
            "status" => Some("Disabled"),
            name => user.attribute(name),
        };
        own.is_some_and(|own| self.compare(own, &self.value))
    }

    fn compare(&self, own: &str, wanted: &str) -> bool {
        if self.is_prefix {
            own.starts_with(wanted)
        } else {
            own == wanted
        }
    }
}

/// What is between quotation marks, with `\"` and `\\` read as `"` and `\`.
fn unquoted(text: &str) -> Option<String> {
    let mut characters = text.strip_prefix('"')?.chars();
    let mut value = String::new();
    loop {
        match characters.next()? {
            '"' => break,
            '\\' => value.push(characters.next()?),
            other => value.push(other),
        }
    }
    characters.as_str().is_empty().then_some(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filter(attribute: &str, is_prefix: bool, value: &str) -> Filter {
        Filter {
            attribute: attribute.to_owned(),
            is_prefix,
            value: value.to_owned(),
        }
    }

    #[test]
    fn both_comparisons_are_read() {
        // [documented]
        assert_eq!(
            Filter::parse(r#"family_name = "Reddy""#),
            Ok(Some(filter("family_name", false, "Reddy")))
        );
        assert_eq!(
            Filter::parse(r#"given_name^="Jon""#),
            Ok(Some(filter("given_name", true, "Jon")))
        );
        assert_eq!(
            Filter::parse(r#"name = "a \"b\" = c""#),
            Ok(Some(filter("name", false, "a \"b\" = c")))
        );
        assert_eq!(
            Filter::parse(r#"cognito:user_status = "confirmed""#),
            Ok(Some(filter("cognito:user_status", false, "confirmed")))
        );
        assert_eq!(Filter::parse("  "), Ok(None));
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        for wrong in [
            "email",
            "email =",
            "email = x",
            r#"email = "x"#,
            r#"email = "x" y"#,
            r#"= "x""#,
            r#"e mail = "x""#,
        ] {
            assert_eq!(
                Filter::parse(wrong),
                Err(Refusal::parameter("Error while parsing filter.")),
                "{wrong}"
            );
        }
        // [documented] custom attributes are not searchable
        let refused = Filter::parse(r#"custom:level = "1""#).unwrap_err();
        assert_eq!(refused.exception, "InvalidParameterException");
    }

    proptest! {
        #[test]
        fn anything_is_read_or_refused(text in ".*") {
            let _ = Filter::parse(&text);
        }

        #[test]
        fn a_quoted_value_is_read_back(value in ".*") {
            let quoted = value.replace('\\', "\\\\").replace('"', "\\\"");
            prop_assert_eq!(Filter::parse(&format!("email ^= \"{quoted}\"")), Ok(Some(filter("email", true, &value))));
        }
    }
}
