use serde_json::json;

use super::*;
use crate::resource_type::samples::thing;

fn texts(value: &Value, found: Found) -> String {
    let mut violations = model(&thing(), value);
    violations.retain(|violation| violation.found == found);
    joined(&violations).unwrap_or_default()
}

#[test]
fn refuses_at_once_what_aws_refuses_at_once() {
    // [L] both, of AWS::S3::Bucket.
    assert_eq!(
        texts(&json!({"Name": "ab", "Nam": 1}), Found::AtOnce),
        "#: extraneous key [Nam] is not permitted"
    );
    assert_eq!(
        texts(&json!({"Name": true}), Found::AtOnce),
        "#/Name: expected type: String, found: Boolean"
    );
    // [I] required keys; several are joined by a line break.
    assert_eq!(
        texts(&json!({"Tags": [{"Key": "a"}]}), Found::AtOnce),
        "#: required key [Name] not found\n#/Tags/0: required key [Value] not found"
    );
    assert_eq!(
        texts(&json!({"Name": "ab", "Tags": "x"}), Found::AtOnce),
        "#/Tags: expected type: JSONArray, found: String"
    );
    assert_eq!(
        texts(&json!({"Name": "ab", "Size": 1.5}), Found::AtOnce),
        "#/Size: expected type: Integer, found: BigDecimal"
    );
    assert_eq!(
        texts(&json!({"Name": "ab", "Size": 10}), Found::AtOnce),
        "#/Size: failed validation constraint for keyword [maximum]"
    );
    assert_eq!(
        texts(&json!([]), Found::AtOnce),
        "#: expected type: JSONObject, found: JSONArray"
    );
    assert_eq!(
        texts(&json!({"Name": null}), Found::AtOnce),
        "#/Name: expected type: String, found: Null"
    );
}

#[test]
fn leaves_to_the_handler_what_the_public_schemas_add() {
    // [I] the text of a scrubbed keyword.
    let bad = json!({"Name": "A", "Kind": "c", "Tags": [{"Key": "a", "Value": "b"}, {"Key": "a", "Value": "b"}]});
    assert_eq!(texts(&bad, Found::AtOnce), "");
    assert_eq!(
        texts(&bad, Found::Later),
        "#/Name: failed validation constraint for keyword [minLength]\n\
         #/Name: failed validation constraint for keyword [pattern]\n\
         #/Kind: failed validation constraint for keyword [enum]\n\
         #/Tags: failed validation constraint for keyword [uniqueItems]"
    );
}

#[test]
fn several_types_and_alternatives() {
    assert_eq!(
        texts(&json!({"Name": "ab", "Policy": {}}), Found::AtOnce),
        ""
    );
    assert_eq!(
        texts(&json!({"Name": "ab", "Policy": 1}), Found::AtOnce),
        "#/Policy: #: no subschema matched out of the total 2 subschemas"
    );
    assert_eq!(
        texts(&json!({"Name": "ab", "Choice": {"A": 1}}), Found::Later),
        ""
    );
    assert_eq!(
        texts(&json!({"Name": "ab", "Choice": {}}), Found::Later),
        "#/Choice: #: 0 subschemas matched instead of one"
    );
}

#[test]
fn a_circle_of_references_ends() {
    let circle = crate::resource_type::samples::sample(json!({
        "typeName": "AWS::Demo::Circle",
        "properties": {"A": {"$ref": "#/definitions/A"}, "B": {"$ref": "#/definitions/B"}},
        "definitions": {"A": {"$ref": "#/definitions/A"}, "B": {"allOf": [{"$ref": "#/definitions/B"}]}}
    }));
    model(&circle, &json!({"A": 1, "B": 1}));
}
