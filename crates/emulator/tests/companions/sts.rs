//! STS: who is who, and credentials for somebody else.

use std::{collections::BTreeMap, time::Duration};

use cirrus_emulator::Options;
use serde_json::json;

use crate::{
    ask::{Key, MEMBER, STRANGER},
    client::{ACCOUNT, Local, options},
};

const ROLE: &str = "arn:aws:iam::111122223333:role/path/Reader";

async fn assume(local: &Local, key: &Key, more: &[(&str, &str)]) -> crate::client::Reply {
    let mut members = vec![("RoleArn", ROLE), ("RoleSessionName", "me@work")];
    members.extend(more);
    local.query(key, "sts", "AssumeRole", &members).await
}

async fn who(local: &Local, key: &Key) -> crate::client::Reply {
    local.query(key, "sts", "GetCallerIdentity", &[]).await
}

#[tokio::test]
async fn an_assumed_role_acts_in_its_account() {
    let local = Local::start().await;
    let reply = assume(
        &local,
        &Key::management(),
        &[
            ("ExternalId", "external"),
            ("Policy", "{\"Version\":\"2012-10-17\",\"Statement\":[]}"),
            ("Tags.member.1.Key", "team"),
            ("Tags.member.1.Value", "identity"),
            ("SourceIdentity", "alice"),
        ],
    )
    .await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let id = reply.one("AccessKeyId");
    assert!(id.starts_with("ASIA") && id.len() == 20, "{id}");
    assert_eq!(reply.one("SecretAccessKey").len(), 40);
    // The manual clock stands at 2026-01-01T00:00:00Z; a session lasts an hour unless the request says otherwise.
    assert_eq!(reply.one("Expiration"), "2026-01-01T01:00:00Z");
    assert_eq!(reply.one("SourceIdentity"), "alice");
    let arn = "arn:aws:sts::111122223333:assumed-role/Reader/me@work";
    assert_eq!(reply.one("Arn"), arn);
    let (role_id, session) = reply.one("AssumedRoleId").split_once(':').unwrap();
    assert!(
        role_id.starts_with("AROA") && role_id.len() == 21,
        "{role_id}"
    );
    assert_eq!(session, "me@work");

    let key = Key::from_answer(&reply);
    let identity = who(&local, &key).await;
    assert_eq!(identity.one("Account"), MEMBER);
    assert_eq!(identity.one("Arn"), arn);
    assert_eq!(identity.one("UserId"), reply.one("AssumedRoleId"));

    local
        .create_as(
            &key,
            "us-east-1",
            "AWS::S3::Bucket",
            json!({"BucketName": "of-the-member"}),
        )
        .await;
    let list = async |key: &Key| {
        let body = json!({"TypeName": "AWS::S3::Bucket"});
        let reply = local
            .json(
                key,
                "cloudcontrolapi",
                "CloudApiService.ListResources",
                body,
            )
            .await;
        reply.ok()["ResourceDescriptions"].as_array().unwrap().len()
    };
    assert_eq!(list(&key).await, 1);
    assert_eq!(list(&Key::of(MEMBER)).await, 1);
    assert_eq!(list(&Key::management()).await, 0);

    local.fault("deny:op=ListResources");
    let body = json!({"TypeName": "AWS::S3::Bucket"});
    let reply = local
        .json(
            &key,
            "cloudcontrolapi",
            "CloudApiService.ListResources",
            body,
        )
        .await;
    let (_, message) = reply.error();
    assert!(
        message.starts_with(&format!("User: {arn} is not authorized")),
        "{message}"
    );
}

#[tokio::test]
async fn two_sessions_are_different() {
    let local = Local::start().await;
    let one = assume(&local, &Key::management(), &[]).await;
    let other = assume(&local, &Key::management(), &[]).await;
    for name in ["AccessKeyId", "SecretAccessKey", "SessionToken"] {
        assert_ne!(one.one(name), other.one(name));
    }
    assert_eq!(one.one("AssumedRoleId"), other.one("AssumedRoleId"));
}

#[tokio::test]
async fn a_session_ends() {
    let local = Local::start().await;
    let reply = assume(&local, &Key::management(), &[("DurationSeconds", "900")]).await;
    let key = Key::from_answer(&reply);
    local.advance(Duration::from_secs(899));
    assert_eq!(who(&local, &key).await.status, 200);
    local.advance(Duration::from_secs(1));
    assert_eq!(
        who(&local, &key).await.xml_error(),
        (
            403,
            "ExpiredToken",
            "The security token included in the request is expired"
        )
    );
    let expired = local
        .json(
            &key,
            "cloudcontrolapi",
            "CloudApiService.ListResources",
            json!({}),
        )
        .await;
    assert_eq!(
        expired.error(),
        (
            "ExpiredTokenException".to_owned(),
            "The security token included in the request is expired".to_owned()
        )
    );
    let expired = local.rest(&key, "account", "/listRegions", json!({})).await;
    assert_eq!(expired.status, 400);
    assert!(
        expired
            .head
            .contains("x-amzn-errortype: ExpiredTokenException"),
        "{}",
        expired.head
    );
}

#[tokio::test]
async fn credentials_from_elsewhere_act_for_the_account_in_their_key() {
    let local = Local::start().await;
    let key = Key::from_answer(&assume(&local, &Key::management(), &[]).await);
    let token = key.token.clone().unwrap();
    let middle = token.len() / 2;
    let changed = if &token[middle..=middle] == "1" {
        "2"
    } else {
        "1"
    };
    let tampered = format!("{}{changed}{}", &token[..middle], &token[middle + 1..]);
    for token in [None, Some("nonsense".to_owned()), Some(tampered)] {
        let key = Key {
            token,
            ..key.clone()
        };
        // Not in the role that the key was once given out for.
        let caller = who(&local, &key).await;
        assert_eq!(caller.one("Account"), "111122223333");
        assert_eq!(caller.one("Arn"), "arn:aws:iam::111122223333:user/cirrus");
    }
    // A token that was given out together with another key is nobody's.
    let other = Key {
        id: "ASIAIOSFODNN7EXAMPLE".to_owned(),
        ..key
    };
    assert_eq!(
        who(&local, &other).await.xml_error(),
        (
            403,
            "InvalidClientTokenId",
            "The security token included in the request is invalid."
        )
    );
}

#[tokio::test]
async fn what_is_wrong_with_an_assumption_is_said_in_aws_s_words() {
    let local = Local::start().await;
    let management = Key::management();
    let refused = async |members: &[(&str, &str)]| {
        let reply = local.query(&management, "sts", "AssumeRole", members).await;
        let (status, code, message) = reply.xml_error();
        (status, code.to_owned(), message.to_owned())
    };
    let validation = |message: &str| (400, "ValidationError".to_owned(), message.to_owned());
    assert_eq!(
        refused(&[
            ("RoleArn", "arn:aws:iam::111122223333:user/Reader"),
            ("RoleSessionName", "me")
        ])
        .await,
        validation("Request ARN is invalid")
    );
    assert_eq!(
        refused(&[
            ("RoleArn", "Reader of our data lake"),
            ("RoleSessionName", "me")
        ])
        .await,
        validation("Reader of our data lake is invalid")
    );
    assert_eq!(
        refused(&[("RoleArn", ROLE)]).await,
        validation(
            "1 validation error detected: Value null at 'roleSessionName' failed to satisfy constraint: Member must not be null"
        )
    );
    let (_, code, message) = refused(&[
        ("RoleArn", ROLE),
        ("RoleSessionName", "m"),
        ("DurationSeconds", "899"),
    ])
    .await;
    assert_eq!(code, "ValidationError");
    assert!(
        message.starts_with("2 validation errors detected: "),
        "{message}"
    );
    assert!(
        message.contains("'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2"),
        "{message}"
    );
    assert!(
        message.contains("'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900"),
        "{message}"
    );
    let (status, code, _) = refused(&[
        ("RoleArn", ROLE),
        ("RoleSessionName", "me"),
        ("Policy", "{"),
    ])
    .await;
    assert_eq!((status, code.as_str()), (400, "MalformedPolicyDocument"));
}

#[tokio::test]
async fn chained_roles_have_an_hour() {
    let local = Local::start().await;
    let first = Key::from_answer(
        &assume(&local, &Key::management(), &[("DurationSeconds", "43200")]).await,
    );
    assert_eq!(
        assume(&local, &first, &[("DurationSeconds", "3601")])
            .await
            .xml_error(),
        (
            400,
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
        )
    );
    let second = assume(&local, &first, &[("DurationSeconds", "3600")]).await;
    assert_eq!(second.one("Expiration"), "2026-01-01T01:00:00Z");
    assert_eq!(
        who(&local, &Key::from_answer(&second)).await.one("Account"),
        MEMBER
    );
}

#[tokio::test]
async fn a_role_that_exists_has_its_identifier_and_its_longest_session() {
    let local = Local::start().await;
    let member = Key::of(MEMBER);
    let policy = json!({"Version": "2012-10-17", "Statement": []});
    let desired = json!({"RoleName": "Reader", "AssumeRolePolicyDocument": policy, "MaxSessionDuration": 7200});
    local
        .create_as(&member, "us-east-1", "AWS::IAM::Role", desired)
        .await;
    let role = local
        .query(&member, "iam", "GetRole", &[("RoleName", "Reader")])
        .await;
    let assumed = assume(&local, &Key::management(), &[("DurationSeconds", "7200")]).await;
    let id = assumed.one("AssumedRoleId").split(':').next().unwrap();
    assert_eq!(role.one("RoleId"), id);
    assert_eq!(
        assume(&local, &Key::management(), &[("DurationSeconds", "7201")])
            .await
            .xml_error(),
        (
            400,
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )
    );
}

#[tokio::test]
async fn a_session_of_a_user_is_that_user() {
    let local = Local::start().await;
    let get = async |key: &Key, members: &[(&str, &str)]| {
        local.query(key, "sts", "GetSessionToken", members).await
    };
    let reply = get(&Key::of(MEMBER), &[]).await;
    // Twelve hours, says the documentation.
    assert_eq!(reply.one("Expiration"), "2026-01-01T12:00:00Z");
    let key = Key::from_answer(&reply);
    let identity = who(&local, &key).await;
    assert_eq!(identity.one("Account"), MEMBER);
    assert_eq!(identity.one("Arn"), "arn:aws:iam::111122223333:user/cirrus");
    assert_eq!(
        get(&key, &[]).await.xml_error(),
        (
            403,
            "AccessDenied",
            "Cannot call GetSessionToken with session credentials"
        )
    );
    // A role that a user's session assumes is not chained.
    let role = assume(&local, &key, &[("DurationSeconds", "43200")]).await;
    assert_eq!(role.one("Expiration"), "2026-01-01T12:00:00Z");
    let long = get(&Key::of(MEMBER), &[("MinimumSessionTokenSize", "4000")]).await;
    let token = long.one("SessionToken").len();
    assert!((4000..=4096).contains(&token), "{token}");
    assert_eq!(
        who(&local, &Key::from_answer(&long)).await.one("Account"),
        MEMBER
    );
}

#[tokio::test]
async fn a_key_leads_to_its_account() {
    let local = Local::start().await;
    let account = async |id: &str| {
        let members = [("AccessKeyId", id)];
        let reply = local
            .query(&Key::of(STRANGER), "sts", "GetAccessKeyInfo", &members)
            .await;
        reply.one("Account").to_owned()
    };
    let key = Key::from_answer(&assume(&local, &Key::management(), &[]).await);
    assert_eq!(account(&key.id).await, MEMBER);
    assert_eq!(account("AKIAIOSFODNN7EXAMPLE").await, ACCOUNT);
}

/// Nothing is kept of a session: it outlives the emulator.
#[tokio::test]
async fn a_session_outlives_a_restart() {
    let local = Local::start().await;
    let key = Key::from_answer(&assume(&local, &Key::management(), &[]).await);
    local.emulator.shutdown().await;
    let next = Local::with(Options {
        accounts: BTreeMap::new(),
        ..options()
    })
    .await;
    assert_eq!(who(&next, &key).await.one("Account"), MEMBER);
}
