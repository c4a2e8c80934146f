//! The services that share the one port: how each is recognised, which protocol it speaks, and what its errors look like.

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::{
    api,
    caller::Caller,
    cognito, companions,
    context::Context,
    http::{Incoming, Outgoing},
    operations,
    protocol::{self, Failure},
};

/// A service of AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    CloudControl,
    CognitoIdp,
    Sts,
    Account,
    Organizations,
    Tagging,
    CloudFormation,
    Ec2,
    Iam,
}

/// How a service's requests and answers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// JSON with the operation in `X-Amz-Target`; the version of the media type.
    Json(&'static str),
    /// JSON with the operation in the path.
    RestJson,
    /// A form in, XML out; the namespace of the answer.
    Query(&'static str),
    /// EC2's own form of the query protocol.
    Ec2(&'static str),
}

/// Service, signing name, target prefix, protocol.
const SERVICES: [(Service, &str, &str, Protocol); 9] = [
    (
        Service::CloudControl,
        "cloudcontrolapi",
        "CloudApiService",
        Protocol::Json("1.0"),
    ),
    (
        Service::CognitoIdp,
        "cognito-idp",
        "AWSCognitoIdentityProviderService",
        Protocol::Json("1.1"),
    ),
    (
        Service::Organizations,
        "organizations",
        "AWSOrganizationsV20161128",
        Protocol::Json("1.1"),
    ),
    (
        Service::Tagging,
        "tagging",
        "ResourceGroupsTaggingAPI_20170126",
        Protocol::Json("1.1"),
    ),
    (Service::Account, "account", "", Protocol::RestJson),
    (
        Service::Sts,
        "sts",
        "",
        Protocol::Query("https://sts.amazonaws.com/doc/2011-06-15/"),
    ),
    (
        Service::CloudFormation,
        "cloudformation",
        "",
        Protocol::Query("http://cloudformation.amazonaws.com/doc/2010-05-15/"),
    ),
    (
        Service::Iam,
        "iam",
        "",
        Protocol::Query("https://iam.amazonaws.com/doc/2010-05-08/"),
    ),
    (
        Service::Ec2,
        "ec2",
        "",
        Protocol::Ec2("http://ec2.amazonaws.com/doc/2016-11-15/"),
    ),
];

/// What a request asks of which service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) service: Service,
    pub(crate) operation: String,
}

impl Service {
    fn entry(self) -> &'static (Self, &'static str, &'static str, Protocol) {
        SERVICES
            .iter()
            .find(|(service, ..)| *service == self)
            .unwrap_or(&SERVICES[0])
    }

    /// As signatures and the log name it.
    pub(crate) fn name(self) -> &'static str {
        self.entry().1
    }

    /// What comes before the operation in `X-Amz-Target`, if the service is asked by it.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn target(self) -> Option<&'static str> {
        Some(self.entry().2).filter(|target| !target.is_empty())
    }

    pub(crate) fn protocol(self) -> Protocol {
        self.entry().3
    }

    /// The service that a signature names.
    pub(crate) fn by_name(name: &str) -> Option<Self> {
        SERVICES
            .iter()
            .find(|(_, signing_name, ..)| *signing_name == name)
            .map(|(service, ..)| *service)
    }

    /// Checks the members of a request and carries out the operation.
    pub(crate) fn answer(
        self,
        operation: &str,
        context: &mut Context<'_>,
    ) -> Result<Value, Failure> {
        if api::call(self, operation).is_none() {
            return Err(self.unknown(operation));
        }
        context.input.check(self, operation)?;
        if !is_served(self, operation) {
            // AWS knows it, and whoever reads this should not have to guess who does not.
            return Err(Failure::new(
                "UnknownOperationException",
                format!(
                    "The cirrus emulator does not serve {operation} of {}; docs/emulator.md lists what it serves",
                    self.name()
                ),
            ));
        }
        match self {
            Self::CloudControl => operations::answer(operation, context),
            Self::CognitoIdp => cognito::native(operation, context),
            Self::Sts => companions::sts(operation, context),
            Self::Account => companions::account(operation, context),
            Self::Organizations => companions::organizations(operation, context),
            Self::Tagging => companions::tagging(operation, context),
            Self::CloudFormation => companions::cloudformation(operation, context),
            Self::Ec2 => companions::ec2(operation, context),
            Self::Iam => companions::iam(operation, context),
        }
    }

    /// The refusal of an operation that AWS does not know either.
    fn unknown(self, operation: &str) -> Failure {
        match self.protocol() {
            Protocol::Json(_) | Protocol::RestJson => Failure::unknown_operation(),
            Protocol::Query(_) | Protocol::Ec2(_) => {
                let version = &api::model(self).metadata.api_version;
                let message = format!("Could not find operation {operation} for version {version}");
                Failure::new("InvalidAction", message)
            }
        }
    }

    /// The name that a failure common to all services has in this one.
    fn code(self, code: &str) -> String {
        let query = matches!(self.protocol(), Protocol::Query(_) | Protocol::Ec2(_));
        let own = match (self, code) {
            (Self::CognitoIdp | Self::Organizations | Self::Account, "ThrottlingException") => {
                "TooManyRequestsException"
            }
            (Self::CognitoIdp | Self::Tagging, "ValidationException") => {
                "InvalidParameterException"
            }
            (Self::CognitoIdp, "InternalFailure") => "InternalErrorException",
            (Self::Organizations, "ValidationException") => "InvalidInputException",
            (Self::Tagging, "ThrottlingException") => "ThrottledException",
            (Self::Ec2, "ThrottlingException") => "RequestLimitExceeded",
            (Self::Ec2, "AccessDeniedException") => "UnauthorizedOperation",
            (_, "ThrottlingException") if query => "Throttling",
            (_, "ValidationException") if query => "ValidationError",
            (_, "AccessDeniedException") if query => "AccessDenied",
            (_, "ExpiredTokenException") if query => "ExpiredToken",
            (_, "UnrecognizedClientException") if query => "InvalidClientTokenId",
            (_, "InvalidSignatureException") if query => "SignatureDoesNotMatch",
            (_, "IncompleteSignatureException") if query => "IncompleteSignature",
            (_, "MissingAuthenticationTokenException") if query => "MissingAuthenticationToken",
            (_, "UnknownOperationException") if query => "InvalidAction",
            (_, code) => code,
        };
        own.to_owned()
    }

    /// The answer of an operation that succeeded.
    pub(crate) fn succeed(self, operation: &str, answer: &Value, request_id: &str) -> Outgoing {
        let ok = StatusCode::OK;
        match self.protocol() {
            Protocol::Json(version) => {
                Outgoing::new(ok, protocol::json(version), protocol::body(answer))
            }
            Protocol::RestJson => Outgoing::new(ok, "application/json", protocol::body(answer)),
            Protocol::Query(namespace) => {
                let body = protocol::query_answer(operation, namespace, answer, request_id);
                Outgoing::new(ok, "text/xml", body.into_bytes())
            }
            Protocol::Ec2(namespace) => {
                let body = protocol::ec2_answer(operation, namespace, answer, request_id);
                Outgoing::new(ok, "text/xml;charset=UTF-8", body.into_bytes())
            }
        }
    }

    /// The code under which a failure is answered here, and the answer.
    pub(crate) fn refuse(self, failure: &Failure, request_id: &str) -> (String, Outgoing) {
        let code = self.code(&failure.code);
        let Failure { message, .. } = failure;
        let outgoing = match self.protocol() {
            Protocol::Json(version) => {
                let body = match self {
                    Self::CloudControl => failure.body(),
                    _ => json!({"__type": code, "message": message}),
                };
                let status = self.status(&code);
                Outgoing::new(status, protocol::json(version), protocol::body(&body))
            }
            Protocol::RestJson => {
                let body = protocol::body(&json!({ "message": message }));
                Outgoing::new(self.status(&code), "application/json", body)
                    .with("x-amzn-errortype", &code)
            }
            Protocol::Query(namespace) => {
                let status = self.status(&code);
                let body = protocol::query_error(namespace, &code, message, status, request_id);
                Outgoing::new(status, "text/xml", body.into_bytes())
            }
            Protocol::Ec2(_) => {
                let body = protocol::ec2_error(&code, message, request_id);
                let status = self.status(&code);
                Outgoing::new(status, "text/xml;charset=UTF-8", body.into_bytes())
            }
        };
        (code, outgoing)
    }

    /// The HTTP status of an error: what the service's model says, else what all services have in common.
    fn status(self, code: &str) -> StatusCode {
        let errors = &api::model(self).errors;
        let modelled = errors
            .iter()
            .find(|(name, error)| error.code.as_deref().unwrap_or(name.as_str()) == code);
        modelled
            .and_then(|(_, error)| StatusCode::from_u16(error.status()).ok())
            .unwrap_or_else(|| protocol::http_status(code))
    }
}

/// What a request asks for; the path and the query string of JSON requests mean nothing.
pub(crate) fn route(incoming: &Incoming, caller: Option<&Caller>) -> Option<Route> {
    let target = incoming.header("x-amz-target");
    if !target.is_empty() {
        let (prefix, operation) = target.split_once('.')?;
        let (service, ..) = SERVICES
            .iter()
            .find(|(_, _, own, _)| !own.is_empty() && *own == prefix)?;
        return Some(Route {
            service: *service,
            operation: operation.to_owned(),
        });
    }
    let service = Service::by_name(&caller?.service)?;
    let operation = match service.protocol() {
        Protocol::Json(_) => return None,
        Protocol::RestJson => {
            let call = api::call_at(service, incoming.method.as_str(), &incoming.path)?;
            call.name.to_owned()
        }
        Protocol::Query(_) | Protocol::Ec2(_) => {
            let body = incoming.body.as_deref().unwrap_or_default();
            let form = String::from_utf8_lossy(body);
            action(&form)
                .or_else(|| action(&incoming.query))?
                .to_owned()
        }
    };
    Some(Route { service, operation })
}

/// The `Action` of a query request's body or query string.
fn action(form: &str) -> Option<&str> {
    form.split('&')
        .find_map(|pair| pair.strip_prefix("Action="))
}

/// Whether an operation that AWS knows is served.
fn is_served(service: Service, operation: &str) -> bool {
    match service {
        Service::CloudControl => true,
        Service::CognitoIdp => cognito::OPERATIONS.contains(&operation),
        _ => companions::OPERATIONS.contains(&operation),
    }
}

/// Checks that an operation is one that the emulator serves; if not, the error is the name that might be meant.
pub(crate) fn check_operation(name: &str) -> Result<(), Option<String>> {
    let served = || {
        let own = api::model(Service::CloudControl).operations.keys();
        let others = cognito::OPERATIONS.iter().chain(companions::OPERATIONS);
        own.map(String::as_str).chain(others.copied())
    };
    if served().any(|operation| operation == name) {
        return Ok(());
    }
    let near = |operation: &&str| {
        let operation = operation.to_ascii_lowercase();
        let name = name.to_ascii_lowercase();
        operation.contains(&name) || name.contains(&operation)
    };
    let nearest = served()
        .filter(near)
        .min_by_key(|operation| operation.len());
    Err(nearest.map(str::to_owned))
}

/// Every operation that a service's model has, served or not.
#[cfg(any(test, fuzzing))]
pub(crate) fn operations() -> Vec<(Service, &'static str)> {
    SERVICES
        .iter()
        .flat_map(|(service, ..)| {
            let operations = api::model(*service).operations.keys();
            operations.map(|name| (*service, name.as_str()))
        })
        .collect()
}
