//! Passwords: the pool's policy, temporary and permanent ones, and that nothing of them is kept.

use serde_json::json;

use crate::{
    client::{Local, options},
    cognito::{ask, pool, refusal, user},
};

#[tokio::test]
async fn a_policy_has_its_words() {
    let local = Local::start().await;
    let policy =
        json!({"Policies": {"PasswordPolicy": {"MinimumLength": 10, "RequireSymbols": false}}});
    let pool = pool(&local, policy).await;
    user(&local, &pool, "ann").await;
    // [quoted]
    for (password, broken) in [
        ("Aa1", "Password not long enough"),
        ("aaaaaaaaa1", "Password must have uppercase characters"),
        ("AAAAAAAAA1", "Password must have lowercase characters"),
        ("Aaaaaaaaaa", "Password must have numeric characters"),
    ] {
        let expected = refusal(
            "InvalidPasswordException",
            &format!("Password did not conform with policy: {broken}"),
        );
        let body = json!({"UserPoolId": pool, "Username": "ann", "Password": password});
        assert_eq!(
            ask(&local, "AdminSetUserPassword", body).await.error(),
            expected
        );
        let body = json!({"UserPoolId": pool, "Username": "bob", "TemporaryPassword": password});
        assert_eq!(ask(&local, "AdminCreateUser", body).await.error(), expected);
    }
}

#[tokio::test]
async fn a_permanent_password_confirms() {
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    let attributes = json!([{"Name": "email", "Value": "ann@example.com"}, {"Name": "email_verified", "Value": "true"}]);
    let body = json!({"UserPoolId": pool, "Username": "ann", "UserAttributes": attributes});
    ask(&local, "AdminCreateUser", body).await.ok();
    let named = json!({"UserPoolId": pool, "Username": "ann"});
    let status =
        async || ask(&local, "AdminGetUser", named.clone()).await.ok()["UserStatus"].clone();
    let set = async |permanent: bool| {
        let body = json!({"UserPoolId": pool, "Username": "ann", "Password": "Secret-1234", "Permanent": permanent});
        ask(&local, "AdminSetUserPassword", body).await.ok();
    };
    // [documented]
    set(true).await;
    assert_eq!(status().await, "CONFIRMED");
    ask(&local, "AdminResetUserPassword", named.clone())
        .await
        .ok();
    assert_eq!(status().await, "RESET_REQUIRED");
    set(false).await;
    assert_eq!(status().await, "FORCE_CHANGE_PASSWORD");
}

#[tokio::test]
async fn who_has_no_verified_address_gets_no_code() {
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    user(&local, &pool, "ann").await;
    let body = json!({"UserPoolId": pool, "Username": "ann", "Password": "Secret-1234", "Permanent": true});
    ask(&local, "AdminSetUserPassword", body).await.ok();
    // [quoted]
    assert_eq!(
        ask(
            &local,
            "AdminResetUserPassword",
            json!({"UserPoolId": pool, "Username": "ann"})
        )
        .await
        .error(),
        refusal(
            "InvalidParameterException",
            "Cannot reset password for the user as there is no registered/verified email or phone_number"
        )
    );
}

#[tokio::test]
async fn nothing_of_a_password_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state");
    let mut options = options();
    options.state = Some(file.clone());
    let local = Local::with(options).await;
    let pool = pool(&local, json!({})).await;
    let body =
        json!({"UserPoolId": pool, "Username": "ann", "TemporaryPassword": "Hush-5up3rs3cret"});
    ask(&local, "AdminCreateUser", body).await.ok();
    let body = json!({"UserPoolId": pool, "Username": "ann", "Password": "Hush-5up3rs3cret"});
    ask(&local, "AdminSetUserPassword", body).await.ok();
    assert!(!format!("{:?}", local.emulator.requests()).contains("5up3rs3cret"));
    local.emulator.shutdown().await;
    let kept = std::fs::read(file).unwrap();
    assert!(kept.windows(3).any(|window| window == b"ann"));
    assert!(!kept.windows(11).any(|window| window == b"5up3rs3cret"));
}
