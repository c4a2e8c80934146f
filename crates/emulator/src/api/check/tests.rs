use proptest::{collection, option, prelude::*};
use serde_json::json;

use super::{
    super::{Call, call, model, tests::services},
    *,
};
use crate::service::Service;

fn found(service: Service, operation: &str, input: &Value) -> Result<(), ApiError> {
    call(service, operation)
        .unwrap()
        .check(input.as_object().unwrap())
}

fn refused(service: Service, operation: &str, input: &Value) -> String {
    match found(service, operation, input) {
        Err(ApiError::Validation(text)) => text,
        other => panic!("{other:?}"),
    }
}

const TYPE_NAME: &str = "[A-Za-z0-9]{2,64}::[A-Za-z0-9]{2,64}::[A-Za-z0-9]{2,64}";

/// Cloud Control's reference, 1.4 and 1.6.
#[test]
fn cloud_control_s_constraints() {
    let list = |input: Value| refused(Service::CloudControl, "ListResources", &input);
    assert_eq!(
        list(json!({"TypeName": "nonsense-type"})),
        format!(
            "1 validation error detected: Value 'nonsense-type' at 'typeName' failed to satisfy constraint: \
             Member must satisfy regular expression pattern: {TYPE_NAME}"
        )
    );
    assert_eq!(
        list(json!({"MaxResults": 101, "TypeName": null})),
        "2 validation errors detected: Value null at 'typeName' failed to satisfy constraint: \
         Member must not be null; Value '101' at 'maxResults' failed to satisfy constraint: \
         Member must have value less than or equal to 100"
    );
    assert_eq!(
        list(json!({"MaxResults": 0.9, "TypeName": "AWS::S3::Bucket"})),
        "1 validation error detected: Value '0' at 'maxResults' failed to satisfy constraint: \
         Member must have value greater than or equal to 1"
    );
    let long = "x".repeat(197);
    assert_eq!(
        list(json!({"TypeName": long})),
        format!(
            "2 validation errors detected: Value '{long}' at 'typeName' failed to satisfy constraint: \
             Member must have length less than or equal to 196; Value '{long}' at 'typeName' failed to satisfy \
             constraint: Member must satisfy regular expression pattern: {TYPE_NAME}"
        )
    );
    let complete = json!({
        "TypeName": "AWS::S3::Bucket", "DesiredState": "{}\n", "ClientToken": "a+b/c=-1",
        "RoleArn": "arn:aws:iam::123456789012:role/x", "TypeVersionId": "00000001", "Unknown": 1,
    });
    assert_eq!(
        found(Service::CloudControl, "CreateResource", &complete),
        Ok(())
    );
    for (member, value) in [
        ("ClientToken", "a b"),
        ("RoleArn", "arn:aws:iam::12345:role/xyz"),
        ("TypeVersionId", ""),
        ("DesiredState", ""),
    ] {
        let mut input = json!({"TypeName": "AWS::S3::Bucket", "DesiredState": "{}"});
        input[member] = json!(value);
        refused(Service::CloudControl, "CreateResource", &input);
    }
    let token = "a".repeat(2049);
    let requests = "ListResourceRequests";
    let text = refused(
        Service::CloudControl,
        requests,
        &json!({"NextToken": token}),
    );
    assert!(text.contains("less than or equal to 2048"), "{text}");
    assert_eq!(found(Service::CloudControl, requests, &json!({})), Ok(()));
    let page = json!({"TypeName": "AWS::S3::Bucket", "NextToken": token});
    assert_eq!(found(Service::CloudControl, "ListResources", &page), Ok(()));
}

#[test]
fn what_is_inside_of_members_is_checked() {
    let filter = json!({"ResourceRequestStatusFilter": {"Operations": ["CREATE", "BOOT"], "OperationStatuses": ["DONE"]}});
    assert_eq!(
        refused(Service::CloudControl, "ListResourceRequests", &filter),
        "2 validation errors detected: Value '[CREATE, BOOT]' at 'resourceRequestStatusFilter.operations' failed to \
         satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [CREATE, DELETE, \
         UPDATE]]; Value '[DONE]' at 'resourceRequestStatusFilter.operationStatuses' failed to satisfy constraint: \
         Member must satisfy constraint: [Member must satisfy enum value set: [PENDING, IN_PROGRESS, SUCCESS, FAILED, \
         CANCEL_IN_PROGRESS, CANCEL_COMPLETE]]"
    );
    assert_eq!(
        found(
            Service::CloudControl,
            "ListResourceRequests",
            &json!({"ResourceRequestStatusFilter": {"Operations": "CREATE"}})
        ),
        Err(ApiError::Serialization("Expected list or null".to_owned()))
    );
    // As IAM names the members of elements: `tags.2.member.value`.
    let tags = [
        json!({"Key": "a", "Value": "b"}),
        json!({"Key": "a", "Value": "b".repeat(257)}),
    ];
    let session = json!({"RoleArn": "arn:aws:iam::123456789012:role/x", "RoleSessionName": "me", "Tags": tags});
    let text = refused(Service::Sts, "AssumeRole", &session);
    assert!(
        text.contains("at 'tags.2.member.value' failed to satisfy constraint: Member must have length less than or equal to 256"),
        "{text}"
    );
    assert!(!text.contains("tags.1"), "{text}");
}

/// A text that Cognito is known to give.
#[test]
fn a_list_is_refused_as_a_whole() {
    let client = json!({"UserPoolId": "us-east-1_AbC123xyz", "ClientName": "web", "AllowedOAuthFlows": ["code", "token"]});
    assert_eq!(
        refused(Service::CognitoIdp, "CreateUserPoolClient", &client),
        "1 validation error detected: Value '[code, token]' at 'allowedOAuthFlows' failed to satisfy constraint: \
         Member must satisfy constraint: [Member must satisfy enum value set: [implicit, client_credentials, code]]"
    );
}

/// Texts that are quoted from Cognito in public.
#[test]
fn sensitive_values_are_not_repeated() {
    let sign_up = |username: &str| json!({"ClientId": "1h57kf5cpq17m0eml12EXAMPLE", "Username": username, "Password": "hunter22"});
    assert_eq!(
        refused(
            Service::CognitoIdp,
            "SignUp",
            &sign_up("testuser 1239719371")
        ),
        r"1 validation error detected: Value at 'username' failed to satisfy constraint: Member must satisfy regular expression pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}]+"
    );
    let mut absent = sign_up("me");
    absent["ClientId"] = json!(null);
    assert_eq!(
        refused(Service::CognitoIdp, "SignUp", &absent),
        "1 validation error detected: Value null at 'clientId' failed to satisfy constraint: Member must not be null"
    );
    let secret = "secret".repeat(50_000);
    let text = refused(
        Service::CloudControl,
        "CreateResource",
        &json!({"TypeName": "AWS::S3::Bucket", "DesiredState": secret}),
    );
    assert_eq!(
        text,
        "1 validation error detected: Value at 'desiredState' failed to satisfy constraint: \
         Member must have length less than or equal to 262144"
    );
}

#[test]
fn maps_blobs_and_lists_of_structures() {
    let model = json!({
        "metadata": {"apiVersion": "1", "protocol": "json", "signingName": "a"},
        "operations": {"Do": {"input": "DoInput"}, "Nothing": {}},
        "errors": {},
        "shapes": {
            "DoInput": {"type": "structure", "members": {
                "Items": "Items", "Map": "Map", "Image": "Image", "Secrets": "Secrets", "Table": "Table",
                "Weights": "Weights",
            }},
            "Items": {"type": "list", "member": "Item", "max": 1},
            "Item": {"type": "structure", "members": {"Name": "Name"}, "required": ["Name"]},
            "Map": {"type": "map", "key": "Name", "value": "Item"},
            "Name": {"type": "string", "min": 3, "max": 255},
            "Image": {"type": "blob", "min": 1},
            "Secrets": {"type": "list", "member": "Secret"},
            "Secret": {"type": "string", "min": 3, "sensitive": true},
            "Table": {"type": "list", "member": "Items"},
            "Weights": {"type": "map", "key": "Name", "value": "Weight"},
            "Weight": {"type": "double", "min": 0, "max": 1},
        },
    });
    let model = Model::parse(&model.to_string()).unwrap();
    let refused = |input: &Value| {
        check(&model, &model.operations["Do"], input.as_object().unwrap())
            .unwrap_err()
            .to_string()
    };
    for (input, text) in [
        (
            // DynamoDB's map of tables.
            json!({"Map": {"a": {}}}),
            "2 validation errors detected: Value '{a=Item}' at 'map' failed to satisfy constraint: Map keys must \
             satisfy constraint: [Member must have length less than or equal to 255, Member must have length greater \
             than or equal to 3]; Value null at 'map.a.member.name' failed to satisfy constraint: Member must not be null",
        ),
        (
            json!({"Items": [{"Name": "first"}, {"Name": "b"}]}),
            "2 validation errors detected: Value '[Item, Item]' at 'items' failed to satisfy constraint: Member must \
             have length less than or equal to 1; Value 'b' at 'items.2.member.name' failed to satisfy constraint: \
             Member must have length greater than or equal to 3",
        ),
        (
            json!({"Table": [[{}, {}]]}),
            "3 validation errors detected: Value '[[Item, Item]]' at 'table' failed to satisfy constraint: Member must \
             satisfy constraint: [Member must have length less than or equal to 1]; Value null at \
             'table.1.member.1.member.name' failed to satisfy constraint: Member must not be null; Value null at \
             'table.1.member.2.member.name' failed to satisfy constraint: Member must not be null",
        ),
        (
            // KMS's empty ciphertext.
            json!({"Image": ""}),
            "1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=0 cap=0]' at 'image' failed to \
             satisfy constraint: Member must have length greater than or equal to 1",
        ),
        (
            json!({"Secrets": ["ab"]}),
            "1 validation error detected: Value at 'secrets' failed to satisfy constraint: Member must satisfy \
             constraint: [Member must have length greater than or equal to 3]",
        ),
        (
            // Lambda's weights of versions.
            json!({"Weights": {"one": 1.5}}),
            "1 validation error detected: Value '{one=1.5}' at 'weights' failed to satisfy constraint: Map value must \
             satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than \
             or equal to 0.0]",
        ),
    ] {
        assert_eq!(refused(&input), text, "{input}");
    }
    let nothing = check(&model, &model.operations["Nothing"], &Map::new());
    assert_eq!(nothing, Ok(()));
}

#[test]
fn ten_violations_are_named() {
    let violations = vec!["x".to_owned(); 11];
    let text = refuse(&violations).unwrap_err().to_string();
    assert!(
        text.starts_with("10 validation errors detected: x; x"),
        "{text}"
    );
    assert_eq!(text.matches('x').count(), 10);
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        "[A-Za-z0-9:/=_.-]{0,80}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            collection::hash_map("[A-Za-z]{1,8}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A value for a shape that is mostly of the right type, so that the constraints are reached.
fn value_of(model: &'static Model, shape: &'static str, depth: usize) -> BoxedStrategy<Value> {
    let fitting = match &model.shape(shape).kind {
        Kind::Structure { members, .. } if depth > 0 => members
            .iter()
            .map(|(name, mention)| {
                let value = option::of(value_of(model, &mention.shape, depth - 1));
                value.prop_map(move |value| value.map(|value| (name.clone(), value)))
            })
            .collect::<Vec<_>>()
            .prop_map(|members| Value::Object(members.into_iter().flatten().collect()))
            .boxed(),
        Kind::List { member, .. } if depth > 0 => {
            collection::vec(value_of(model, &member.shape, depth - 1), 0..4)
                .prop_map(Value::from)
                .boxed()
        }
        Kind::Map { value, .. } if depth > 0 => {
            collection::hash_map("\\PC{0,8}", value_of(model, &value.shape, depth - 1), 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect()))
                .boxed()
        }
        Kind::String { .. } => "\\PC{0,40}".prop_map(Value::from).boxed(),
        Kind::Boolean => any::<bool>().prop_map(Value::from).boxed(),
        Kind::Integer => any::<i32>().prop_map(Value::from).boxed(),
        _ => any::<f64>().prop_map(Value::from).boxed(),
    };
    prop_oneof![19 => fitting, 1 => json_value()].boxed()
}

/// Every operation of every service, and an input for it.
fn any_call() -> impl Strategy<Value = (Call, Value)> {
    let calls: Vec<_> = services()
        .flat_map(|service| {
            let operations = model(service).operations.keys();
            operations.map(move |name| call(service, name).unwrap())
        })
        .collect();
    proptest::sample::select(calls).prop_flat_map(|call| {
        let input = match &call.operation.input {
            Some(shape) => value_of(call.model, shape, 4),
            None => json_value().boxed(),
        };
        (Just(call), input)
    })
}

proptest! {
    #[test]
    fn no_input_makes_it_fall_over((call, input) in any_call()) {
        if let Value::Object(input) = input {
            let found = call.check(&input);
            if let Err(ApiError::Validation(text)) = &found {
                prop_assert!(text.contains("validation error"), "{text}");
            }
            prop_assert_eq!(call.check(&input), found);
        }
    }
}
