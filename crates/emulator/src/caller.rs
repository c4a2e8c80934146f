//! Who asks, and where: account, region and service out of the Authorization header's credential scope, and the session of
//! temporary credentials. Whether the signature is right is the matter of [`crate::signature`].

use crate::{
    accounts::Accounts,
    arn::Place,
    clock::Millis,
    http::Incoming,
    protocol::Failure,
    session::{self, KEY_PREFIX, Session},
    signature::{self, Authorization},
};

/// The caller of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) account: String,
    pub(crate) region: String,
    /// The service that the request was signed for.
    pub(crate) service: String,
    pub(crate) access_key: String,
    /// The user or the assumed role that error messages and GetCallerIdentity name.
    pub(crate) arn: String,
    /// The `UserId` of GetCallerIdentity.
    pub(crate) user_id: String,
    /// Why nothing may be answered but this; only for callers of services that are not known before their caller is.
    pub(crate) refusal: Option<Failure>,
}

impl Caller {
    /// Reads the credential scope; an access key of twelve digits is the account itself, one of a session acts for that.
    ///
    /// A security token that the emulator has not made means nothing, like the signature; unless signatures are verified.
    pub(crate) fn of(
        incoming: &Incoming,
        accounts: &Accounts,
        now: Millis,
    ) -> Result<Self, Failure> {
        let credential = Authorization::of(incoming)?.credential()?;
        let (key, region) = (credential.key, credential.region);
        let is_account = key.len() == 12 && key.bytes().all(|byte| byte.is_ascii_digit());
        let account = if is_account {
            key.to_owned()
        } else {
            // Temporary credentials from elsewhere, such as a developer's own, say whose they are.
            session::account_of(key).unwrap_or_else(|| accounts.management().id.clone())
        };
        let place = Place {
            account: &account,
            region,
        };
        let mut caller = Self {
            region: region.to_owned(),
            service: credential.service.to_owned(),
            access_key: key.to_owned(),
            arn: format!("arn:{}:iam::{account}:user/cirrus", place.partition()),
            user_id: "AIDACIRRUSLOCAL000000".to_owned(),
            refusal: None,
            account,
        };
        let token = incoming.header("x-amz-security-token");
        if key.starts_with(KEY_PREFIX) && session::is_ours(token) {
            match session(incoming, key, now) {
                Ok(session) => caller.assume(session),
                // Without a target only the caller says which service must word the refusal.
                Err(refusal) if incoming.header("x-amz-target").is_empty() => {
                    caller.refusal = Some(refusal);
                }
                Err(refusal) => return Err(refusal),
            }
        }
        Ok(caller)
    }

    /// Whether the caller has temporary credentials.
    pub(crate) fn has_session(&self) -> bool {
        self.access_key.starts_with(KEY_PREFIX)
    }

    /// Whether the caller acts in a role, not as a user.
    pub(crate) fn is_role(&self) -> bool {
        self.arn.contains(":assumed-role/")
    }

    fn assume(&mut self, session: Session) {
        self.account = session.account;
        self.arn = session.arn;
        self.user_id = session.user_id;
    }
}

/// The session of temporary credentials, while it lasts.
fn session(incoming: &Incoming, key: &str, now: Millis) -> Result<Session, Failure> {
    let token = incoming.header("x-amz-security-token");
    let session = Session::of(key, token).ok_or_else(signature::unrecognized)?;
    if session.expires <= now {
        return Err(Failure::new(
            "ExpiredTokenException",
            "The security token included in the request is expired",
        ));
    }
    Ok(session)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use cirrus_provider::Schemas;
    use hyper::{HeaderMap, Method};

    use super::*;
    use crate::Options;

    fn request(headers: &[(&'static str, &str)]) -> Incoming {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        Incoming {
            method: Method::POST,
            path: "/".to_owned(),
            query: String::new(),
            headers: headers.collect::<HeaderMap>(),
            body: None,
        }
    }

    fn caller(headers: &[(&'static str, &str)]) -> Result<Caller, Failure> {
        let options = Options {
            account: "999999999999".to_owned(),
            ..Options::new(Arc::new(Schemas::embedded()))
        };
        Caller::of(&request(headers), &Accounts::new(&options), 1_000)
    }

    #[test]
    fn region_service_and_account_come_from_the_credential_scope() {
        let caller = |authorization: &str| caller(&[("authorization", authorization)]);
        let known = caller(
            "AWS4-HMAC-SHA256 Credential=111122223333/20261120/eu-west-1/cloudcontrolapi/aws4_request, SignedHeaders=host, Signature=0",
        )
        .unwrap();
        assert_eq!(known.account, "111122223333");
        assert_eq!(known.region, "eu-west-1");
        assert_eq!(known.service, "cloudcontrolapi");
        assert_eq!(known.arn, "arn:aws:iam::111122223333:user/cirrus");
        let other = caller(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261120/us-east-1/sts/aws4_request,SignedHeaders=host",
        );
        assert_eq!(other.unwrap().account, "999999999999");
        assert!(caller("Basic eDp5").is_err());
        assert!(caller("AWS4-HMAC-SHA256 Credential=a/b").is_err());
    }

    #[test]
    fn temporary_credentials_act_for_their_session_until_it_ends() {
        let session = |expires| Session {
            account: "111122223333".to_owned(),
            arn: "arn:aws:sts::111122223333:assumed-role/Reader/me".to_owned(),
            user_id: "AROAEXAMPLE:me".to_owned(),
            expires,
            nonce: String::new(),
        };
        let lasting = session(1_001).credentials(0);
        let ended = session(1_000).credentials(0);
        let ask = |key: &str, token: &str, target: &str| {
            let authorization =
                format!("AWS4-HMAC-SHA256 Credential={key}/20261120/us-east-1/sts/aws4_request");
            caller(&[
                ("authorization", &authorization),
                ("x-amz-security-token", token),
                ("x-amz-target", target),
            ])
        };
        let assumed = ask(&lasting.access_key, &lasting.token, "").unwrap();
        assert_eq!(assumed.account, "111122223333");
        assert_eq!(assumed.arn, session(0).arn);
        assert_eq!(assumed.user_id, "AROAEXAMPLE:me");
        assert_eq!(assumed.refusal, None);
        assert!(assumed.is_role());

        let expired = ask(
            &ended.access_key,
            &ended.token,
            "CloudApiService.GetResource",
        );
        assert_eq!(expired.unwrap_err().code, "ExpiredTokenException");
        for (key, token) in [
            (&lasting.access_key, &ended.token),
            (&ended.access_key, &lasting.token),
        ] {
            let refused = ask(key, token, "CloudApiService.GetResource").unwrap_err();
            assert_eq!(refused, signature::unrecognized());
            // The service of this one is known by its caller only.
            assert_eq!(ask(key, token, "").unwrap().refusal, Some(refused));
        }
        // Temporary credentials from elsewhere act for the account in their key.
        let foreign = ask(&lasting.access_key, "nonsense", "").unwrap();
        assert_eq!(foreign.account, "111122223333");
        assert!(!foreign.is_role());
        // Any other key will do, whatever its token.
        let user = ask("AKIDEXAMPLE", "nonsense", "").unwrap();
        assert_eq!(user.account, "999999999999");
        assert!(!user.is_role() && !user.has_session());
    }
}
