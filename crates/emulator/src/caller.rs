//! Who asks, and where: account, region and service out of the Authorization header. Signatures are not verified.

use axum::http::{HeaderMap, header::AUTHORIZATION};

use crate::protocol::Failure;

/// The caller of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) account: String,
    pub(crate) region: String,
    /// The service that the request was signed for.
    pub(crate) service: String,
}

impl Caller {
    /// Reads the credential scope; an access key of twelve digits is the account itself.
    pub(crate) fn from_headers(
        headers: &HeaderMap,
        default_account: &str,
    ) -> Result<Self, Failure> {
        let Some(authorization) = headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
        else {
            return Err(Failure::new(
                "MissingAuthenticationTokenException",
                "Missing Authentication Token",
            ));
        };
        let incomplete = || {
            Failure::new(
                "IncompleteSignatureException",
                "Authorization header requires 'Credential' parameter of the form \
                 access-key/date/region/service/aws4_request",
            )
        };
        let (_, credential) = authorization
            .split_once("Credential=")
            .ok_or_else(incomplete)?;
        let credential = credential.split([',', ' ']).next().unwrap_or_default();
        let mut fields = credential.rsplit('/');
        let (Some("aws4_request"), Some(service), Some(region), Some(_date), Some(key)) = (
            fields.next(),
            fields.next(),
            fields.next(),
            fields.next(),
            fields.next(),
        ) else {
            return Err(incomplete());
        };
        if region.is_empty() || service.is_empty() {
            return Err(incomplete());
        }
        let is_account = key.len() == 12 && key.bytes().all(|byte| byte.is_ascii_digit());
        Ok(Self {
            account: if is_account { key } else { default_account }.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
        })
    }

    /// The user that error messages and GetCallerIdentity name.
    pub(crate) fn arn(&self) -> String {
        let place = crate::arn::Place {
            account: &self.account,
            region: &self.region,
        };
        format!(
            "arn:{}:iam::{}:user/cirrus",
            place.partition(),
            self.account
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(authorization: &'static str) -> Result<Caller, Failure> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, authorization.parse().unwrap());
        Caller::from_headers(&headers, "999999999999")
    }

    #[test]
    fn region_service_and_account_come_from_the_credential_scope() {
        let known = caller(
            "AWS4-HMAC-SHA256 Credential=111122223333/20261120/eu-west-1/cloudcontrolapi/aws4_request, SignedHeaders=host, Signature=0",
        );
        assert_eq!(
            known,
            Ok(Caller {
                account: "111122223333".to_owned(),
                region: "eu-west-1".to_owned(),
                service: "cloudcontrolapi".to_owned()
            })
        );
        let other = caller(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261120/us-east-1/sts/aws4_request,SignedHeaders=host",
        );
        assert_eq!(
            other.map(|caller| caller.account),
            Ok("999999999999".to_owned())
        );
        assert!(caller("Basic eDp5").is_err());
        assert!(caller("AWS4-HMAC-SHA256 Credential=a/b").is_err());
    }
}
