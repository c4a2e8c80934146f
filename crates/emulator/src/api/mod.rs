//! What AWS's services check before anything else: the members of a request, against the API model of the service.
//!
//! The models are data, `providers/aws/api/`; a service's is read when it is first called. `shape` is the model, `check`
//! what is done with it, `query` how a form becomes what can be checked.

mod check;
mod constraint;
mod enum_order;
mod json_types;
mod pattern;
mod query;
mod shape;

use std::sync::OnceLock;

use serde_json::{Map, Value};

pub(crate) use self::{
    check::ApiError,
    shape::{Model, Operation},
};
use crate::service::Service;

macro_rules! model {
    ($service:ident, $file:literal) => {
        (
            Service::$service,
            include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../providers/aws/api/",
                $file
            )),
            OnceLock::new(),
        )
    };
}

/// The models, which are read on first use.
static MODELS: [(Service, &str, OnceLock<Model>); 9] = [
    model!(Account, "account.json"),
    model!(CloudControl, "cloudcontrol.json"),
    model!(CloudFormation, "cloudformation.json"),
    model!(CognitoIdp, "cognito-idp.json"),
    model!(Ec2, "ec2.json"),
    model!(Iam, "iam.json"),
    model!(Organizations, "organizations.json"),
    model!(Sts, "sts.json"),
    model!(Tagging, "resourcegroupstaggingapi.json"),
];

/// Patterns that a model declares and the service does not hold to: the service, the shape.
const NOT_ENFORCED: [(Service, &str); 1] = [
    // It has no dots, but a custom domain is a whole name, such as `auth.example.com`, by the documentation of the member.
    (Service::CognitoIdp, "DomainType"),
];

/// An operation of a service's API.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    /// As the service calls it.
    pub(crate) name: &'static str,
    pub(crate) operation: &'static Operation,
    pub(crate) model: &'static Model,
}

/// The API model of a service.
pub(crate) fn model(service: Service) -> &'static Model {
    let (_, text, model) = MODELS
        .iter()
        .find(|(known, ..)| *known == service)
        .expect("every service has a model; a test looks at all");
    model.get_or_init(|| {
        let mut model = Model::parse(text).expect("the files are ours; a test reads them all");
        for (_, shape) in NOT_ENFORCED.iter().filter(|(known, _)| *known == service) {
            model.drop_pattern(shape);
        }
        if service == Service::CognitoIdp {
            model.enums().for_each(enum_order::as_hash_set);
        }
        model
    })
}

/// The operation of a name: the last part of a target, or a query's `Action`.
pub(crate) fn call(service: Service, name: &str) -> Option<Call> {
    let model = model(service);
    let (name, operation) = model.operations.get_key_value(name)?;
    Some(Call {
        name,
        operation,
        model,
    })
}

/// The operation that a REST request's method and path name.
pub(crate) fn call_at(service: Service, method: &str, path: &str) -> Option<Call> {
    let model = model(service);
    let is_it = |operation: &Operation| {
        operation
            .http
            .as_ref()
            .is_some_and(|http| http.method == method && http.path == path)
    };
    let mut operations = model.operations.iter();
    let (name, operation) = operations.find(|(_, operation)| is_it(operation))?;
    Some(Call {
        name,
        operation,
        model,
    })
}

impl Call {
    /// Checks the members of a request; unknown ones are ignored, null is absent.
    pub(crate) fn check(self, input: &Map<String, Value>) -> Result<(), ApiError> {
        check::check(self.model, self.operation, input)
    }

    /// The members of a query request, which has them as a form.
    pub(crate) fn decode(self, form: &[u8]) -> Map<String, Value> {
        query::decode(self.model, self.operation, form)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::service;

    pub(crate) fn services() -> impl Iterator<Item = Service> {
        MODELS.iter().map(|(service, ..)| *service)
    }

    #[test]
    fn an_operation_is_found_by_its_name_or_its_path() {
        let create = call(Service::CloudControl, "CreateResource").unwrap();
        assert_eq!(create.name, "CreateResource");
        assert_eq!(
            create.operation.input.as_deref(),
            Some("CreateResourceInput")
        );
        assert!(call(Service::CognitoIdp, "ListUserPools").is_some());
        assert!(call(Service::Sts, "CreateResource").is_none());
        // Only what is served.
        assert!(call(Service::Ec2, "DescribeRegions").is_some());
        assert!(call(Service::Ec2, "RunInstances").is_none());

        let list = call_at(Service::Account, "POST", "/listRegions").unwrap();
        assert_eq!(list.name, "ListRegions");
        assert!(call_at(Service::Account, "GET", "/listRegions").is_none());
        assert!(call_at(Service::CloudControl, "POST", "/").is_none());
    }

    #[test]
    fn the_models_agree_with_the_table_of_services() {
        for service in services() {
            let metadata = &model(service).metadata;
            assert_eq!(metadata.signing_name, service.name());
            // EC2 answers with a slash more than its model says.
            let namespace = metadata.xml_namespace.as_deref().unwrap_or_default();
            match service.protocol() {
                service::Protocol::Json(version) => {
                    assert_eq!(metadata.json_version.as_deref(), Some(version));
                }
                service::Protocol::RestJson => {
                    assert_eq!(metadata.protocol, shape::Protocol::RestJson);
                }
                service::Protocol::Query(known) => {
                    assert_eq!(metadata.protocol, shape::Protocol::Query);
                    assert_eq!(namespace, known);
                }
                service::Protocol::Ec2(known) => {
                    assert_eq!(metadata.protocol, shape::Protocol::Ec2);
                    assert_eq!(format!("{namespace}/"), known);
                }
            }
        }
        let prefix = |service| model(service).metadata.target_prefix.as_deref();
        assert_eq!(prefix(Service::CloudControl), Some("CloudApiService"));
        assert_eq!(
            prefix(Service::CognitoIdp),
            Some("AWSCognitoIdentityProviderService")
        );
        assert_eq!(
            prefix(Service::Organizations),
            Some("AWSOrganizationsV20161128")
        );
        assert_eq!(model(Service::Sts).metadata.api_version, "2011-06-15");
    }

    #[test]
    fn patterns_that_are_not_enforced_refuse_nothing() {
        let describe = call(Service::CognitoIdp, "DescribeUserPoolDomain").unwrap();
        for domain in ["auth", "auth.example.com"] {
            let input = json!({ "Domain": domain });
            assert_eq!(
                describe.check(input.as_object().unwrap()),
                Ok(()),
                "{domain}"
            );
        }
        // The entry is needed as long as the published model has the pattern.
        for (service, shape) in NOT_ENFORCED {
            let mut models = MODELS.iter();
            let (_, text, _) = models.find(|(known, ..)| *known == service).unwrap();
            assert!(Model::parse(text).unwrap().drop_pattern(shape), "{shape}");
        }
    }

    #[test]
    fn errors_have_the_status_and_the_name_of_the_wire() {
        let errors = &model(Service::CloudControl).errors;
        let faults: Vec<_> = errors
            .iter()
            .filter(|(_, error)| error.status() == 500)
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(
            faults,
            [
                "ConcurrentModificationException",
                "HandlerFailureException",
                "HandlerInternalFailureException",
                "NetworkFailureException",
                "ServiceInternalErrorException",
            ]
        );
        assert_eq!(errors["ThrottlingException"].status(), 400);
        let too_large = &model(Service::Sts).errors["PackedPolicyTooLargeException"];
        assert_eq!(too_large.code.as_deref(), Some("PackedPolicyTooLarge"));
        assert_eq!(
            model(Service::Account).errors["TooManyRequestsException"].status(),
            429
        );
    }
}
