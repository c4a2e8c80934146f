//! Looks at the profile before the SDK does, which panics on retry settings that it cannot read, and of a profile that
//! does not exist only says that there are no credentials.

use std::borrow::Cow;

use aws_config::profile;
use aws_types::os_shim_internal::{Env, Fs};
use cirrus_provider::CloudErrorKind;

use crate::config::{Unusable, check_retries};

/// Refuses a `--profile` that does not exist, and retry settings of the profile in use that cannot be read.
pub(crate) async fn check(name: Option<&str>) -> Result<(), Unusable> {
    check_in(&Fs::real(), &Env::real(), name).await
}

#[expect(
    clippy::default_trait_access,
    reason = "the type of the files has only a deprecated name here"
)]
async fn check_in(files: &Fs, environment: &Env, name: Option<&str>) -> Result<(), Unusable> {
    let chosen = name.map(|name| Cow::Owned(name.to_owned()));
    let profiles = profile::load(files, environment, &Default::default(), chosen)
        .await
        .map_err(|error| Unusable::new(CloudErrorKind::Other, root(&error)))?;
    let selected = profiles.selected_profile();
    let Some(profile) = profiles.get_profile(selected) else {
        return match name {
            // `explain` says which.
            Some(_) => Err(Unusable::new(
                CloudErrorKind::Credentials,
                "no such profile in the AWS configuration files",
            )),
            None => Ok(()),
        };
    };
    let setting = |name: &'static str| {
        let of = format!("{name}` of profile `{selected}");
        (of, profile.get(name))
    };
    let (attempts, mode) = (setting("max_attempts"), setting("retry_mode"));
    check_retries((&attempts.0, attempts.1), (&mode.0, mode.1))
        .map_err(|message| Unusable::new(CloudErrorKind::Other, message))
}

fn root(error: &(dyn std::error::Error + 'static)) -> String {
    let mut root = error;
    while let Some(source) = root.source() {
        root = source;
    }
    root.to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    async fn check(config: &str, name: Option<&str>) -> Result<(), Unusable> {
        let files = HashMap::from([("/config".to_owned(), config)]);
        let environment = Env::from_slice(&[
            ("AWS_CONFIG_FILE", "/config"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/none"),
        ]);
        check_in(&Fs::from_map(files), &environment, name).await
    }

    #[tokio::test]
    async fn a_profile_that_is_named_must_exist() {
        let config = "[profile work]\nregion = eu-west-1";
        assert_eq!(check(config, Some("work")).await, Ok(()));
        assert_eq!(check(config, None).await, Ok(()));
        for config in [config, ""] {
            let unusable = check(config, Some("wrok")).await.unwrap_err();
            assert_eq!(unusable.kind, CloudErrorKind::Credentials);
        }
    }

    #[tokio::test]
    async fn retry_settings_that_the_sdk_panics_on_are_refused() {
        let unusable = check("[default]\nmax_attempts = x", None)
            .await
            .unwrap_err();
        assert_eq!(
            unusable.message,
            "`max_attempts` of profile `default` is not a positive number: `x`"
        );
        let config = "[profile work]\nretry_mode = legacy";
        assert!(check(config, Some("work")).await.is_err());
        assert_eq!(check(config, None).await, Ok(()));
    }
}
