//! [`Prefetched`]: credentials are got before the first call, and still only once.
//!
//! The governor's key is the account, which only the credentials tell. Getting them twice would ask twice for an MFA
//! code, so what was got first is handed to the SDK when it asks.

use std::time::Duration;

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider, error::CredentialsError, future},
};
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use tokio::time;

/// The longest wait for credentials; a `credential_process` may ask a person for a code.
pub(crate) const CREDENTIALS_TIMEOUT: Duration = Duration::from_mins(1);

/// A provider whose first credentials wait for whoever asks next.
#[derive(Debug)]
pub(crate) struct Prefetched {
    provider: SharedCredentialsProvider,
    first: Mutex<Option<Credentials>>,
}

impl Prefetched {
    /// Gets credentials from `provider`, and keeps them for the first who asks.
    pub(crate) async fn get(
        provider: SharedCredentialsProvider,
    ) -> Result<(Self, Credentials), CredentialsError> {
        let credentials = time::timeout(CREDENTIALS_TIMEOUT, provider.provide_credentials())
            .await
            .map_err(|_| CredentialsError::provider_timed_out(CREDENTIALS_TIMEOUT))??;
        let prefetched = Self {
            provider,
            first: Mutex::new(Some(credentials.clone())),
        };
        Ok((prefetched, credentials))
    }
}

impl ProvideCredentials for Prefetched {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        match self.first.lock().take() {
            Some(credentials) => future::ProvideCredentials::ready(Ok(credentials)),
            None => self.provider.provide_credentials(),
        }
    }

    fn fallback_on_interrupt(&self) -> Option<Credentials> {
        self.provider.fallback_on_interrupt()
    }
}

/// What stands for the account of these credentials at this endpoint: its id if they carry it, never a secret.
pub(crate) fn account_key(credentials: &Credentials, endpoint_url: Option<&str>) -> String {
    let account = credentials.account_id().map_or_else(
        || digest(credentials.access_key_id()),
        |account| account.as_str().to_owned(),
    );
    match endpoint_url {
        // Somebody else's limits.
        Some(url) => format!("{account}@{}", digest(url)),
        None => account,
    }
}

/// Half a SHA-256, in hexadecimal digits.
fn digest(text: &str) -> String {
    let mut half = [0; 16];
    half.copy_from_slice(&Sha256::digest(text)[..16]);
    format!("{:032x}", u128::from_be_bytes(half))
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };

    use super::*;

    #[derive(Debug, Default)]
    struct Counting(Arc<AtomicU32>);

    impl ProvideCredentials for Counting {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            let asked = self.0.fetch_add(1, Ordering::Relaxed);
            let credentials = Credentials::new(format!("key{asked}"), "secret", None, None, "test");
            future::ProvideCredentials::ready(Ok(credentials))
        }
    }

    #[tokio::test]
    async fn the_first_credentials_are_got_once_and_later_ones_when_they_are_asked_for() {
        let asked = Arc::<AtomicU32>::default();
        let provider = SharedCredentialsProvider::new(Counting(Arc::clone(&asked)));
        let (prefetched, first) = Prefetched::get(provider).await.unwrap();
        let again = prefetched.provide_credentials().await.unwrap();
        assert_eq!(again.access_key_id(), first.access_key_id());
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        let refreshed = prefetched.provide_credentials().await.unwrap();
        assert_eq!(refreshed.access_key_id(), "key1");
    }

    #[test]
    fn the_key_of_an_account_has_nothing_secret_in_it() {
        let credentials = Credentials::new("AKIDEXAMPLE", "wJalr", Some("token".into()), None, "t");
        let key = account_key(&credentials, None);
        assert_eq!(key.len(), 32);
        for secret in ["AKIDEXAMPLE", "wJalr", "token"] {
            assert!(!key.contains(secret), "{key}");
        }
        assert_ne!(key, account_key(&credentials, Some("http://127.0.0.1:1")));

        let credentials = Credentials::builder()
            .access_key_id("AKIDEXAMPLE")
            .secret_access_key("wJalr")
            .account_id("123456789012")
            .provider_name("test")
            .build();
        assert_eq!(account_key(&credentials, None), "123456789012");
    }
}
