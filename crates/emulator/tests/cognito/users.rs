//! Users: both views, attributes, status.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    client::{Local, is_uuid},
    cognito::{USER, ask, delete, fails, pool, refusal, unread, user, with},
};

async fn shown(local: &Local, pool: &str, name: &str) -> Value {
    ask(
        local,
        "AdminGetUser",
        json!({"UserPoolId": pool, "Username": name}),
    )
    .await
    .ok()
}

fn attribute<'user>(user: &'user Value, name: &str) -> Option<&'user str> {
    let list = user
        .get("UserAttributes")
        .or_else(|| user.get("Attributes"))?;
    let found = list
        .as_array()
        .unwrap()
        .iter()
        .find(|own| own["Name"] == name)?;
    found["Value"].as_str()
}

#[tokio::test]
async fn created_natively_it_is_seen_by_cloud_control() {
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    let body = json!({
        "UserPoolId": pool, "Username": "ann", "TemporaryPassword": "Secret-1234", "MessageAction": "SUPPRESS",
        "UserAttributes": [{"Name": "email", "Value": "ann@example.com"}],
    });
    let user = ask(&local, "AdminCreateUser", body.clone()).await.ok()["User"].clone();
    assert_eq!(user["Username"], "ann");
    // [documented] a user with a temporary password
    assert_eq!(user["UserStatus"], "FORCE_CHANGE_PASSWORD");
    assert_eq!(user["Enabled"], true);
    assert_eq!(user["UserCreateDate"], 1_767_225_600.0);
    assert!(is_uuid(attribute(&user, "sub").unwrap()), "{user}");
    assert_eq!(attribute(&user, "email"), Some("ann@example.com"));

    let model = local.get(USER, &format!("{pool}|ann")).await;
    assert_eq!(
        model,
        json!({"UserPoolId": pool, "Username": "ann", "UserAttributes": [{"Name": "email", "Value": "ann@example.com"}]})
    );
    // [quoted]
    assert_eq!(
        ask(&local, "AdminCreateUser", body).await.error(),
        refusal("UsernameExistsException", "User account already exists")
    );
    let again = json!({"UserPoolId": pool, "Username": "ann"});
    fails(
        &local,
        USER,
        &again,
        "AlreadyExists",
        "User account already exists",
    )
    .await;
    let saved = local.emulator.requests();
    assert!(!saved.is_empty());
}

#[tokio::test]
async fn created_by_cloud_control_it_is_seen_natively() {
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    let identifier = local
        .create(USER, json!({"UserPoolId": pool, "Username": "bob", "UserAttributes": [{"Name": "name", "Value": "Bob"}]}))
        .await;
    let user = shown(&local, &pool, "bob").await;
    assert_eq!(user["UserStatus"], "FORCE_CHANGE_PASSWORD");
    assert_eq!(attribute(&user, "name"), Some("Bob"));
    let by_sub = shown(&local, &pool, attribute(&user, "sub").unwrap()).await;
    assert_eq!(by_sub, user);
    assert_eq!(
        delete(&local, USER, &identifier).await["OperationStatus"],
        "SUCCESS"
    );
    let missing = ask(
        &local,
        "AdminGetUser",
        json!({"UserPoolId": pool, "Username": "bob"}),
    )
    .await;
    assert_eq!(
        missing.error(),
        refusal("UserNotFoundException", "User does not exist.")
    );
}

#[tokio::test]
async fn attributes_change_and_go() {
    let local = Local::start().await;
    let pool = pool(
        &local,
        json!({"Schema": [{"Name": "badge", "AttributeDataType": "String", "Mutable": false}]}),
    )
    .await;
    user(&local, &pool, "ann").await;
    let named = json!({"UserPoolId": pool, "Username": "ann"});
    let update = async |attributes: Value| {
        let body = with(named.clone(), json!({"UserAttributes": attributes}));
        ask(&local, "AdminUpdateUserAttributes", body).await
    };
    local.advance(Duration::from_secs(3));
    update(json!([{"Name": "email", "Value": "ann@example.com"}, {"Name": "custom:badge", "Value": "7"}])).await.error();
    update(
        json!([{"Name": "email", "Value": "ann@example.com"}, {"Name": "name", "Value": "Ann"}]),
    )
    .await
    .ok();
    let user = shown(&local, &pool, "ann").await;
    assert_eq!(attribute(&user, "email"), Some("ann@example.com"));
    assert_eq!(user["UserLastModifiedDate"], 1_767_225_603.0);
    let model = local.get(USER, &format!("{pool}|ann")).await;
    assert_eq!(model["UserAttributes"].as_array().map(Vec::len), Some(2));

    let body = with(named.clone(), json!({"UserAttributeNames": ["name"]}));
    ask(&local, "AdminDeleteUserAttributes", body).await.ok();
    update(json!([{"Name": "email", "Value": ""}])).await.ok();
    let user = shown(&local, &pool, "ann").await;
    assert_eq!(
        (attribute(&user, "name"), attribute(&user, "email")),
        (None, None)
    );

    // [quoted]
    let unknown = "Attributes did not conform to the schema: custom:none: Attribute does not exist in the schema.";
    let wrong = json!([{"Name": "custom:none", "Value": "x"}]);
    assert_eq!(
        update(wrong.clone()).await.error(),
        refusal("InvalidParameterException", unknown)
    );
    let desired = json!({"UserPoolId": pool, "Username": "x", "UserAttributes": wrong});
    fails(&local, USER, &desired, "InvalidRequest", unknown).await;
    assert_eq!(
        update(json!([{"Name": "phone_number", "Value": "12"}]))
            .await
            .error(),
        refusal("InvalidParameterException", "Invalid phone number format.")
    );
    assert_eq!(
        update(json!([{"Name": "email", "Value": "nobody"}]))
            .await
            .error(),
        refusal("InvalidParameterException", "Invalid email address format.")
    );
}

#[tokio::test]
async fn required_attributes_are_required() {
    let local = Local::start().await;
    let pool = pool(
        &local,
        json!({"Schema": [{"Name": "email", "Required": true}]}),
    )
    .await;
    let body = json!({"UserPoolId": pool, "Username": "ann"});
    // [quoted]
    assert_eq!(
        ask(&local, "AdminCreateUser", body).await.error(),
        refusal(
            "InvalidParameterException",
            "Attributes did not conform to the schema: email: The attribute is required"
        )
    );
}

#[tokio::test]
async fn status_and_whether_a_user_may_sign_in() {
    let local = Local::demo().await;
    let pool = "us-east-1_Demo00002";
    let named = json!({"UserPoolId": pool, "Username": "alice"});
    let act = async |operation: &str| ask(&local, operation, named.clone()).await;
    assert_eq!(act("AdminDisableUser").await.ok(), json!({}));
    assert_eq!(shown(&local, pool, "alice").await["Enabled"], false);
    assert_eq!(
        act("AdminResetUserPassword").await.error(),
        refusal("NotAuthorizedException", "User is disabled.")
    );
    act("AdminEnableUser").await.ok();
    assert_eq!(shown(&local, pool, "alice").await["Enabled"], true);
    // [quoted]
    assert_eq!(
        act("AdminResetUserPassword").await.error(),
        refusal(
            "NotAuthorizedException",
            "User password cannot be reset in the current state."
        )
    );
    assert_eq!(
        act("AdminConfirmSignUp").await.error(),
        refusal(
            "NotAuthorizedException",
            "User cannot be confirmed. Current status is FORCE_CHANGE_PASSWORD"
        )
    );
    act("AdminUserGlobalSignOut").await.ok();
    act("AdminDeleteUser").await.ok();
    assert_eq!(
        unread(&local, USER, &format!("{pool}|alice")).await,
        "ResourceNotFoundException"
    );
    for operation in [
        "AdminEnableUser",
        "AdminUserGlobalSignOut",
        "AdminDeleteUser",
        "AdminListGroupsForUser",
    ] {
        assert_eq!(
            act(operation).await.error(),
            refusal("UserNotFoundException", "User does not exist."),
            "{operation}"
        );
    }
}

#[tokio::test]
async fn an_invitation_is_sent_again_only_to_whom_it_was_sent() {
    let local = Local::start().await;
    let pool = pool(&local, json!({})).await;
    let resend = json!({"UserPoolId": pool, "Username": "ann", "MessageAction": "RESEND"});
    assert_eq!(
        ask(&local, "AdminCreateUser", resend.clone()).await.error(),
        refusal("UserNotFoundException", "User does not exist.")
    );
    user(&local, &pool, "ann").await;
    assert_eq!(
        ask(&local, "AdminCreateUser", resend.clone()).await.ok()["User"]["Username"],
        "ann"
    );
    let password = json!({"UserPoolId": pool, "Username": "ann", "Password": "Secret-1234", "Permanent": true});
    ask(&local, "AdminSetUserPassword", password).await.ok();
    // [documented] exception
    assert_eq!(
        ask(&local, "AdminCreateUser", resend).await.error().0,
        "UnsupportedUserStateException"
    );
}

#[tokio::test]
async fn users_of_a_pool_that_signs_in_by_address_are_called_by_their_sub() {
    let local = Local::start().await;
    let pool = pool(&local, json!({"UsernameAttributes": ["email"]})).await;
    let create = async |name: &str| {
        ask(
            &local,
            "AdminCreateUser",
            json!({"UserPoolId": pool, "Username": name}),
        )
        .await
    };
    let user = create("ann@example.com").await.ok()["User"].clone();
    let name = user["Username"].as_str().unwrap();
    assert!(is_uuid(name), "{user}");
    assert_eq!(attribute(&user, "sub"), Some(name));
    assert_eq!(attribute(&user, "email"), Some("ann@example.com"));
    assert_eq!(
        shown(&local, &pool, "ann@example.com").await["Username"],
        name
    );
    // [quoted]
    assert_eq!(
        create("ann").await.error(),
        refusal("InvalidParameterException", "Username should be an email.")
    );
    assert_eq!(
        create("ann@example.com").await.error(),
        refusal(
            "UsernameExistsException",
            "An account with the given email already exists."
        )
    );
    let desired = json!({"UserPoolId": pool, "Username": "ann"});
    fails(
        &local,
        USER,
        &desired,
        "InvalidRequest",
        "Username should be an email.",
    )
    .await;

    let identifier = local
        .create(
            USER,
            json!({"UserPoolId": pool, "Username": "bob@example.com"}),
        )
        .await;
    assert_eq!(identifier, format!("{pool}|bob@example.com"));
    let bob = shown(&local, &pool, "bob@example.com").await;
    assert!(is_uuid(bob["Username"].as_str().unwrap()), "{bob}");
    // An address that has been given up is nobody's.
    let change = json!({"UserPoolId": pool, "Username": "bob@example.com", "UserAttributes": [{"Name": "email", "Value": "rob@example.com"}]});
    ask(&local, "AdminUpdateUserAttributes", change).await.ok();
    assert_eq!(
        shown(&local, &pool, "rob@example.com").await["Username"],
        bob["Username"]
    );
    let gone = ask(
        &local,
        "AdminGetUser",
        json!({"UserPoolId": pool, "Username": "bob@example.com"}),
    )
    .await;
    assert_eq!(gone.error().0, "UserNotFoundException");
}

#[tokio::test]
async fn an_alias_is_one_user_s() {
    let local = Local::start().await;
    let pool = pool(&local, json!({"AliasAttributes": ["email"]})).await;
    let verified = json!([{"Name": "email", "Value": "ann@example.com"}, {"Name": "email_verified", "Value": "true"}]);
    let create = async |name: &str| {
        let body = json!({"UserPoolId": pool, "Username": name, "UserAttributes": verified});
        ask(&local, "AdminCreateUser", body).await
    };
    create("ann").await.ok();
    assert_eq!(
        shown(&local, &pool, "ann@example.com").await["Username"],
        "ann"
    );
    // [quoted]
    assert_eq!(
        create("other").await.error(),
        refusal(
            "AliasExistsException",
            "An account with the given email already exists."
        )
    );
}
