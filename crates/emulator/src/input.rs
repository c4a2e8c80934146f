//! The members of a request: read in the protocol of the service, and checked against its API model.

use serde_json::{Map, Value};

use crate::{
    api::{self, ApiError},
    http::Incoming,
    protocol::Failure,
    service::{Protocol, Service},
};

/// The members of a request that has been read but not yet checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Input {
    members: Map<String, Value>,
}

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

    /// Reads a request in the protocol of its service.
    pub(crate) fn of(
        service: Service,
        operation: &str,
        incoming: &Incoming,
        body: &[u8],
    ) -> Result<Self, Failure> {
        match service.protocol() {
            Protocol::RestJson if body.is_empty() => Ok(Self::default()),
            Protocol::Json(_) | Protocol::RestJson => Self::parse(body),
            Protocol::Query(_) | Protocol::Ec2(_) => {
                let form = if body.is_empty() {
                    incoming.query.as_bytes()
                } else {
                    body
                };
                let call = api::call(service, operation);
                let members = call.map(|call| call.decode(form)).unwrap_or_default();
                Ok(Self { members })
            }
        }
    }

    /// Every member, as the request has them.
    pub(crate) fn members(&self) -> &Map<String, Value> {
        &self.members
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

    /// Checks every member against the API model of the operation; unknown members are ignored.
    pub(crate) fn check(&self, service: Service, operation: &str) -> Result<(), Failure> {
        let call = api::call(service, operation).ok_or_else(Failure::unknown_operation)?;
        Ok(call.check(&self.members)?)
    }
}

/// Under Cloud Control's names; [`Service`] knows those of the others.
impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Serialization(message) => Self::new("SerializationException", message),
            ApiError::Validation(message) => Self::validation(message),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(body: &Value, operation: &str) -> Result<(), Failure> {
        Input::parse(body.to_string().as_bytes())?.check(Service::CloudControl, operation)
    }

    #[test]
    fn what_the_model_refuses_is_refused_under_cloud_control_s_names() {
        // [INF] the text is that of other AWS JSON services.
        assert_eq!(
            check(&json!({"MaxResults": 101}), "ListResources"),
            Err(Failure::validation(
                "2 validation errors detected: Value null at 'typeName' failed to satisfy constraint: Member must not be null; \
                 Value '101' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100"
            ))
        );
        assert_eq!(
            check(
                &json!({"TypeName": "AWS::S3::Bucket", "Unknown": 1}),
                "ListResources"
            ),
            Ok(())
        );
        assert_eq!(
            check(&json!({"TypeName": 1}), "ListResources"),
            Err(Failure::new(
                "SerializationException",
                "NUMBER_VALUE can not be converted to a String"
            ))
        );
        assert_eq!(
            check(&json!({}), "Nonsense"),
            Err(Failure::unknown_operation())
        );
    }
}
