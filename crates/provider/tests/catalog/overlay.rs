//! A folder of schemas in front of the embedded ones: what it adds, and how each mistake in it is told.

use std::{fs, path::Path};

use cirrus_provider::{Catalog, OverlayError};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder with one file of this text.
fn folder(text: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mine.json"), text).unwrap();
    folder
}

fn widget() -> Value {
    json!({"schema": {
        "typeName": "Acme::Factory::Widget",
        "properties": {"Name": {"type": "string"}, "AuthToken": {"type": "string"}},
        "primaryIdentifier": ["/properties/Name"],
        "handlers": {"read": {"permissions": []}, "list": {"permissions": []}},
    }})
}

fn error(folder: &Path) -> OverlayError {
    Catalog::with_overlay(folder).unwrap_err()
}

#[test]
fn a_type_is_added_and_the_others_stay() {
    let folder = folder(&json!({"Acme::Factory::Widget": widget()}).to_string());
    let catalog = Catalog::with_overlay(folder.path()).unwrap();
    let table = catalog.table("factory", "widgets").unwrap();
    assert_eq!(
        table
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .collect::<Vec<_>>(),
        ["region", "identifier", "name", "auth_token"]
    );
    assert!(table.columns[3].secret);
    assert!(table.availability.includes("us-east-1", catalog.regions()));
    assert!(catalog.services().contains(&"factory") && catalog.services().contains(&"cognito"));
    assert_eq!(catalog.schemas().type_names().len(), 1883);
    assert!(catalog.table("factory", "widgets_list_only").is_ok());
}

#[test]
fn a_type_is_replaced_from_the_inner_folder_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut pool = widget();
    pool["availability"] = json!({"only": ["us-east-1"]});
    fs::create_dir(folder.path().join("types")).unwrap();
    fs::write(
        folder.path().join("types/cognito.json"),
        json!({"AWS::Cognito::UserPool": pool}).to_string(),
    )
    .unwrap();
    let catalog = Catalog::with_overlay(folder.path()).unwrap();
    let table = catalog.table("cognito", "user_pools").unwrap();
    assert_eq!(table.columns.len(), 4);
    assert!(!table.availability.includes("eu-west-1", catalog.regions()));
    assert!(
        catalog
            .table("cognito", "user_pool_clients")
            .unwrap()
            .columns
            .len()
            > 20
    );
    assert_eq!(catalog.schemas().type_names().len(), 1882);
}

#[test]
fn a_missing_or_empty_folder_is_refused() {
    let OverlayError::Unreadable { path, .. } = error(Path::new("/does/not/exist")) else {
        panic!("readable")
    };
    assert_eq!(path, Path::new("/does/not/exist"));
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(
        error(empty.path()),
        OverlayError::Empty {
            path: empty.path().to_owned()
        }
    );
}

#[test]
fn a_syntax_error_has_its_place() {
    let folder = folder("{\n  \"Acme::Factory::Widget\": {,\n}");
    let path = folder.path().join("mine.json");
    let OverlayError::Syntax {
        path: found,
        line,
        column,
        message,
    } = error(folder.path())
    else {
        panic!("valid")
    };
    assert_eq!((found, line, column), (path.clone(), 2, 29));
    assert_eq!(message, "key must be a string");
}

#[test]
fn another_shape_is_told_with_its_type() {
    for (text, expected) in [
        ("[]", "it is not an object"),
        (
            r#"{"Acme::Factory::Widget": {"typeName": "x"}}"#,
            "`Acme::Factory::Widget`: unknown field `typeName`",
        ),
        (
            r#"{"Acme::Factory::Widget": {}}"#,
            "`Acme::Factory::Widget`: missing field `schema`",
        ),
        (
            r#"{"Acme::Factory::Widget": {"schema": {}, "availability": {"some": []}}}"#,
            "`Acme::Factory::Widget`: unknown variant `some`",
        ),
    ] {
        let folder = folder(text);
        let OverlayError::Shape { message, .. } = error(folder.path()) else {
            panic!("fits: {text}")
        };
        assert!(message.starts_with(expected), "{message}");
    }
}

#[test]
fn a_bad_type_name_is_refused() {
    for name in [
        "Widget",
        "Acme::Widget",
        "Acme::Factory::Wid-get",
        "Acme::Factory::Widget::Part",
        "A::B::C",
    ] {
        let folder = folder(&json!({name: widget()}).to_string());
        assert!(
            matches!(error(folder.path()), OverlayError::TypeName { type_name, .. } if type_name == name)
        );
    }
}

#[test]
fn a_schema_that_cannot_be_a_table_is_refused() {
    let broken = |change: fn(&mut Value)| {
        let mut entry = widget();
        change(&mut entry["schema"]);
        let folder = folder(&json!({"Acme::Factory::Widget": entry}).to_string());
        match error(folder.path()) {
            OverlayError::Schema { message, .. } => message,
            other => panic!("{other}"),
        }
    };
    assert_eq!(
        broken(|schema| schema["primaryIdentifier"] = json!([])),
        "the schema has no `primaryIdentifier`"
    );
    assert_eq!(
        broken(|schema| schema["primaryIdentifier"] = json!(["/properties/Id"])),
        "`primaryIdentifier` names an unknown property: Id"
    );
    assert_eq!(
        broken(|schema| schema["properties"] = json!(null)),
        "the schema has no `properties`"
    );
    assert_eq!(
        broken(|schema| schema["handlers"]["list"]["handlerSchema"] = json!({"required": ["Id"]})),
        "a list input is no property: Id"
    );
}

#[test]
fn two_types_cannot_be_one_table() {
    let folder = folder(&json!({"Acme::Cognito::UserPool": widget()}).to_string());
    let OverlayError::Clash { table, other, .. } = error(folder.path()) else {
        panic!("no clash")
    };
    assert_eq!(
        (table.as_str(), other.as_str()),
        ("cognito.user_pools", "AWS::Cognito::UserPool")
    );
}
