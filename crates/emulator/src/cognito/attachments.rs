//! What belongs to a pool and is otherwise only what its schema says: it needs the pool, and goes with it.

use serde_json::Value;

use super::{
    kind::Kind,
    members::{members, text},
    refusal::Refusal,
    site::Site,
};

/// A type of Cognito's with a pool in its identifier and no rules of its own.
pub(super) struct Attachment(pub(super) &'static str);

impl Kind for Attachment {
    fn type_name(&self) -> &'static str {
        self.0
    }

    fn check_create(&self, site: &Site<'_>, model: &Value) -> Result<(), Refusal> {
        site.pool(text(members(model), "UserPoolId")).map(drop)
    }
}
