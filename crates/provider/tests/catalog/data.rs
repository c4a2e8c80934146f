//! The generated files agree with each other, so that half a refresh cannot be committed.

use std::{collections::BTreeMap, fs};

use cirrus_provider::{resource_name, service_name};
use serde_json::{Value, json};

use crate::{data_folder, read};

#[test]
fn the_index_is_what_the_types_imply() {
    let mut implied: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
    for entry in fs::read_dir(data_folder().join("types")).unwrap() {
        let path = entry.unwrap().path();
        let types: BTreeMap<String, Value> =
            serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        for (type_name, entry) in types {
            assert_eq!(
                path.file_stem().unwrap().to_str().unwrap(),
                service_name(&type_name)
            );
            assert_eq!(entry["schema"]["typeName"], type_name.as_str());
            let letters = [
                ("create", 'C'),
                ("read", 'R'),
                ("update", 'U'),
                ("delete", 'D'),
                ("list", 'L'),
            ];
            let has = |handler: &str| entry["schema"]["handlers"][handler].is_object();
            let handlers: String = letters
                .iter()
                .filter(|(name, _)| has(name))
                .map(|(_, letter)| letter)
                .collect();
            let tables = implied.entry(service_name(&type_name)).or_default();
            let other = tables.insert(
                resource_name(&type_name),
                json!({"type": type_name, "handlers": handlers}),
            );
            assert_eq!(
                other, None,
                "{type_name} has the table name of another type"
            );
        }
    }
    let index: BTreeMap<String, BTreeMap<String, Value>> =
        serde_json::from_str(&read("index.json")).unwrap();
    assert_eq!(index, implied);
}
