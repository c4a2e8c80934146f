//! The generated files of `providers/aws/`, made in memory: schemas, index and regions.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use cirrus_provider::{Availability, resource_name, service_name};
use serde_json::{Map, Value, json};

use crate::{layout, prose, wheel::Source};

/// The files and what they hold.
pub(crate) struct Generated {
    /// Text by path inside `providers/aws/`.
    pub(crate) files: BTreeMap<PathBuf, String>,
    /// Counts.
    pub(crate) summary: String,
}

/// StackQL's order of properties, by type.
pub(crate) struct ColumnOrder<'a>(BTreeMap<&'a str, Vec<&'a str>>);

impl<'a> ColumnOrder<'a> {
    /// Reads `columns.tsv`: type, property, column, datatype.
    pub(crate) fn parse(text: &'a str) -> Self {
        let mut order: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for line in text.lines().skip(1) {
            let mut fields = line.split('\t');
            if let (Some(type_name), Some(property)) = (fields.next(), fields.next()) {
                order.entry(type_name).or_default().push(property);
            }
        }
        Self(order)
    }

    /// Sorts properties: those that StackQL has as it has them, then the others by name.
    fn apply(&self, type_name: &str, properties: &mut Map<String, Value>) {
        let known = self.0.get(type_name).map(Vec::as_slice).unwrap_or_default();
        let position = |name: &str| {
            known
                .iter()
                .position(|known| *known == name)
                .unwrap_or(known.len())
        };
        let mut sorted: Vec<_> = std::mem::take(properties).into_iter().collect();
        sorted.sort_by_cached_key(|(name, _)| (position(name), name.clone()));
        properties.extend(sorted);
    }
}

/// Partitions: name, what the names of its regions start with, and its implicit global region in the AWS SDKs'
/// `partitions.json`.
const PARTITIONS: [(&str, &str, &str); 8] = [
    ("aws", "", "us-east-1"),
    ("aws-cn", "cn-", "cn-northwest-1"),
    ("aws-us-gov", "us-gov-", "us-gov-west-1"),
    ("aws-iso", "us-iso-", "us-iso-east-1"),
    ("aws-iso-b", "us-isob-", "us-isob-east-1"),
    ("aws-iso-e", "eu-isoe-", "eu-isoe-west-1"),
    ("aws-iso-f", "us-isof-", "us-isof-south-1"),
    ("aws-eusc", "eusc-", "eusc-de-east-1"),
];

/// Makes every generated file.
pub(crate) fn generate(source: Source, order: &ColumnOrder) -> anyhow::Result<Generated> {
    let regions: Vec<String> = source.regions.iter().cloned().collect();
    let mut types: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    let mut index: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
    let mut with_handlers = 0;
    for (type_name, mut schema) in source.schemas {
        prose::remove_prose(&mut schema);
        let properties = schema["properties"]
            .as_object_mut()
            .with_context(|| format!("{type_name}: no properties"))?;
        order.apply(&type_name, properties);
        let (service, table) = (service_name(&type_name), resource_name(&type_name));
        let handlers = handler_letters(&schema);
        with_handlers += usize::from(!handlers.is_empty());
        let entry = json!({"type": type_name, "handlers": handlers});
        if let Some(other) = index
            .entry(service.clone())
            .or_default()
            .insert(table.clone(), entry)
        {
            bail!(
                "{type_name} and {} would both be {service}.{table}",
                other["type"]
            );
        }
        let present: Vec<_> = source
            .present
            .get(&type_name)
            .into_iter()
            .flatten()
            .cloned()
            .collect();
        let availability = Availability::of(&present, &regions);
        types.entry(service).or_default().insert(
            type_name,
            json!({"availability": availability, "schema": schema}),
        );
    }
    let summary = format!(
        "{} types ({with_handlers} with handlers) of {} services in {} regions",
        index.values().map(BTreeMap::len).sum::<usize>(),
        index.len(),
        regions.len()
    );
    let mut files = BTreeMap::from([
        (PathBuf::from("index.json"), layout::to_text(&json!(index))),
        (
            PathBuf::from("regions.json"),
            layout::to_text(&regions_document(&source.regions)),
        ),
    ]);
    for (service, types) in types {
        files.insert(
            Path::new("types").join(format!("{service}.json")),
            layout::to_text(&Value::Object(types)),
        );
    }
    Ok(Generated { files, summary })
}

/// `CRUDL`, without the letters of handlers that are missing.
fn handler_letters(schema: &Value) -> String {
    let letters = [
        ("create", 'C'),
        ("read", 'R'),
        ("update", 'U'),
        ("delete", 'D'),
        ("list", 'L'),
    ];
    letters
        .iter()
        .filter(|(name, _)| schema["handlers"][name].is_object())
        .map(|(_, letter)| letter)
        .collect()
}

fn regions_document(regions: &BTreeSet<String>) -> Value {
    let prefix_of = |region: &str| {
        let prefixes = PARTITIONS
            .iter()
            .map(|(_, prefix, _)| prefix)
            .filter(|prefix| region.starts_with(**prefix));
        prefixes.max_by_key(|prefix| prefix.len())
    };
    let partition = |(name, prefix, home): &(&str, &str, &str)| {
        let members: Vec<_> = regions
            .iter()
            .filter(|region| prefix_of(region) == Some(prefix))
            .collect();
        json!({"name": name, "prefix": prefix, "home": home, "regions": members})
    };
    json!({"partitions": PARTITIONS.iter().map(partition).collect::<Vec<_>>()})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(types: &[(&str, Value)]) -> Source {
        let mut source = Source {
            regions: ["cn-north-1", "us-east-1", "us-gov-west-1"]
                .map(str::to_owned)
                .into(),
            ..Source::default()
        };
        for (type_name, schema) in types {
            source
                .schemas
                .insert((*type_name).to_owned(), schema.clone());
            source
                .present
                .insert((*type_name).to_owned(), ["us-east-1".to_owned()].into());
        }
        source
    }

    fn file(generated: &Generated, path: &str) -> Value {
        serde_json::from_str(&generated.files[Path::new(path)]).unwrap()
    }

    #[test]
    fn properties_are_in_stackqls_order_and_newer_ones_after_them() {
        let schema = json!({
            "description": "Prose.",
            "properties": {"Newer": {}, "Another": {}, "First": {}, "Second": {}},
            "handlers": {"read": {}, "list": {}},
        });
        let order = "type\tproperty\tcolumn\tdatatype\nAWS::A::B\tSecond\tsecond\t\nAWS::A::B\tFirst\tfirst\t\n";
        let generated =
            generate(source(&[("AWS::A::B", schema)]), &ColumnOrder::parse(order)).unwrap();
        let entry = &file(&generated, "types/a.json")["AWS::A::B"];
        let properties: Vec<_> = entry["schema"]["properties"]
            .as_object()
            .unwrap()
            .keys()
            .collect();
        assert_eq!(properties, ["Second", "First", "Another", "Newer"]);
        assert_eq!(entry["availability"], json!({"only": ["us-east-1"]}));
        assert!(entry["schema"].get("description").is_none());
        assert_eq!(
            file(&generated, "index.json"),
            json!({"a": {"bs": {"type": "AWS::A::B", "handlers": "RL"}}})
        );
    }

    #[test]
    fn regions_belong_to_the_partition_of_their_prefix() {
        let generated = generate(source(&[]), &ColumnOrder::parse("")).unwrap();
        let partitions = &file(&generated, "regions.json")["partitions"];
        let regions: Vec<_> = (0..3)
            .map(|index| partitions[index]["regions"].clone())
            .collect();
        assert_eq!(
            regions,
            [
                json!(["us-east-1"]),
                json!(["cn-north-1"]),
                json!(["us-gov-west-1"])
            ]
        );
    }

    #[test]
    fn two_types_of_one_table_are_refused() {
        let schema = json!({"properties": {}});
        let clash = source(&[
            ("AWS::A::Index", schema.clone()),
            ("AWS::A::Indices", schema),
        ]);
        let message = generate(clash, &ColumnOrder::parse(""))
            .err()
            .unwrap()
            .to_string();
        assert_eq!(
            message,
            "AWS::A::Indices and \"AWS::A::Index\" would both be a.indices"
        );
    }
}
