//! Calls of the native API, and what both APIs say of the same refusal.

use serde_json::{Value, json};

use crate::client::{Local, Reply, authorization};

pub(crate) const POOL: &str = "AWS::Cognito::UserPool";
pub(crate) const CLIENT: &str = "AWS::Cognito::UserPoolClient";
pub(crate) const GROUP: &str = "AWS::Cognito::UserPoolGroup";
pub(crate) const USER: &str = "AWS::Cognito::UserPoolUser";
pub(crate) const MEMBERSHIP: &str = "AWS::Cognito::UserPoolUserToGroupAttachment";
pub(crate) const DOMAIN: &str = "AWS::Cognito::UserPoolDomain";
pub(crate) const RESOURCE_SERVER: &str = "AWS::Cognito::UserPoolResourceServer";
pub(crate) const IDENTITY_PROVIDER: &str = "AWS::Cognito::UserPoolIdentityProvider";

/// Calls a native operation in us-east-1.
pub(crate) async fn ask(local: &Local, operation: &str, body: Value) -> Reply {
    ask_in(local, "us-east-1", operation, body).await
}

pub(crate) async fn ask_in(local: &Local, region: &str, operation: &str, body: Value) -> Reply {
    let headers = format!(
        "content-type: application/x-amz-json-1.1\r\nx-amz-target: AWSCognitoIdentityProviderService.{operation}\r\n{}",
        authorization("AKIDEXAMPLE", region, "cognito-idp")
    );
    local.send("/", &headers, body.to_string().as_bytes()).await
}

/// Creates a pool natively and returns its id.
pub(crate) async fn pool(local: &Local, members: Value) -> String {
    let body = with(json!({"PoolName": "pool"}), members);
    let answer = ask(local, "CreateUserPool", body).await.ok();
    answer["UserPool"]["Id"].as_str().unwrap().to_owned()
}

/// Creates a user natively.
pub(crate) async fn user(local: &Local, pool: &str, name: &str) {
    let body = json!({"UserPoolId": pool, "Username": name});
    ask(local, "AdminCreateUser", body).await.ok();
}

/// The members of both.
pub(crate) fn with(mut one: Value, other: Value) -> Value {
    let Value::Object(other) = other else {
        panic!("{other} is no object")
    };
    one.as_object_mut().unwrap().extend(other);
    one
}

pub(crate) fn refusal(code: &str, message: &str) -> (String, String) {
    (code.to_owned(), message.to_owned())
}

/// Checks that a create through Cloud Control fails later, with a message of the service.
pub(crate) async fn fails(
    local: &Local,
    type_name: &str,
    desired: &Value,
    code: &str,
    message: &str,
) {
    let body = json!({"TypeName": type_name, "DesiredState": desired.to_string()});
    let event = local.finish("CreateResource", body).await;
    failed(&event, code, message);
}

/// Checks an event that says how the service refuses something.
pub(crate) fn failed(event: &Value, code: &str, message: &str) {
    assert_eq!(event["OperationStatus"], "FAILED", "{event}");
    assert_eq!(event["ErrorCode"], code, "{event}");
    let said = event["StatusMessage"].as_str().unwrap();
    // [quoted] the form of the newer handlers
    let start =
        format!("{message} (Service: CognitoIdentityProvider, Status Code: 400, Request ID: ");
    assert!(said.starts_with(&start), "{said}");
    assert!(said.ends_with(") (SDK Attempt Count: 1)"), "{said}");
}

/// Patches a resource through Cloud Control and returns the final event.
pub(crate) async fn patch(local: &Local, type_name: &str, identifier: &str, patch: Value) -> Value {
    let body = json!({"TypeName": type_name, "Identifier": identifier, "PatchDocument": patch.to_string()});
    local.finish("UpdateResource", body).await
}

/// Deletes a resource through Cloud Control and returns the final event.
pub(crate) async fn delete(local: &Local, type_name: &str, identifier: &str) -> Value {
    let body = json!({"TypeName": type_name, "Identifier": identifier});
    local.finish("DeleteResource", body).await
}

/// The error of a GetResource.
pub(crate) async fn unread(local: &Local, type_name: &str, identifier: &str) -> String {
    let body = json!({"TypeName": type_name, "Identifier": identifier});
    local.call("GetResource", body).await.error().0
}

/// The identifiers of what a pool has.
pub(crate) async fn identifiers(local: &Local, type_name: &str, pool: &str) -> Vec<String> {
    let model = json!({"UserPoolId": pool});
    let found = local.list(type_name, Some(model)).await;
    found
        .into_iter()
        .map(|(identifier, _)| identifier)
        .collect()
}
