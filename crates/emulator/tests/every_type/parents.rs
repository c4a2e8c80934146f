//! What handlers of their own ask for and no schema says: what must exist before a type can be created.
//!
//! A handler that checks more needs a line here, and nothing else in this test.

/// A property that names a resource, the type of that resource, and the property of it that has the name.
pub(crate) struct Parent {
    pub(crate) property: &'static str,
    pub(crate) type_name: &'static str,
    pub(crate) named_by: &'static str,
}

const POOL: Parent = Parent {
    property: "UserPoolId",
    type_name: "AWS::Cognito::UserPool",
    named_by: "UserPoolId",
};
const CLIENT: Parent = Parent {
    property: "ClientId",
    type_name: "AWS::Cognito::UserPoolClient",
    named_by: "ClientId",
};
const GROUP: Parent = Parent {
    property: "GroupName",
    type_name: "AWS::Cognito::UserPoolGroup",
    named_by: "GroupName",
};
const USER: Parent = Parent {
    property: "Username",
    type_name: "AWS::Cognito::UserPoolUser",
    named_by: "Username",
};

/// The parents of a type, grandparents first: each is created with the names of those before it.
pub(crate) fn of(type_name: &str) -> &'static [Parent] {
    match type_name.strip_prefix("AWS::Cognito::") {
        Some(
            "ManagedLoginBranding"
            | "Terms"
            | "UserPoolRiskConfigurationAttachment"
            | "UserPoolUICustomizationAttachment",
        ) => &[POOL, CLIENT],
        Some("UserPoolUserToGroupAttachment") => &[POOL, GROUP, USER],
        Some("LogDeliveryConfiguration") => &[POOL],
        Some(resource) if resource.starts_with("UserPool") && resource != "UserPool" => &[POOL],
        _ => &[],
    }
}

/// Whether a type's handlers refuse models that its schema allows, so that only what is required is safe to give.
pub(crate) fn has_rules(type_name: &str) -> bool {
    type_name.starts_with("AWS::Cognito::")
}
