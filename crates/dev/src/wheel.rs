//! Reads the schemas out of a cfn-lint wheel: one file a region that maps types to hashes, one file a hash.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::Read,
    path::Path,
};

use anyhow::{Context, ensure};
use serde_json::Value;

/// What the wheel says.
#[derive(Debug, Default)]
pub(crate) struct Source {
    /// Regions whose types are known.
    pub(crate) regions: BTreeSet<String>,
    /// Where each type exists.
    pub(crate) present: BTreeMap<String, BTreeSet<String>>,
    /// The schema of each type.
    pub(crate) schemas: BTreeMap<String, Value>,
}

const REGIONS: &str = "cfnlint/data/schemas/providers/";
const SCHEMAS: &str = "cfnlint/data/schemas/resources/";

/// The list that stands in for a region about which nothing is known.
const PLACEHOLDER: &str = "us-east-1";

/// Reads `AWS::` types and their regions; a region whose list is a copy of another's is left out.
pub(crate) fn read(file: &Path) -> anyhow::Result<Source> {
    let opened = File::open(file).with_context(|| format!("Failed to open {}", file.display()))?;
    let mut archive = zip::ZipArchive::new(opened)
        .with_context(|| format!("Failed to unzip {}", file.display()))?;
    let mut lists: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut by_hash: BTreeMap<String, Value> = BTreeMap::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let name = entry.name().to_owned();
        let Some(stem) = name.strip_suffix(".json") else {
            continue;
        };
        let mut text = String::new();
        if let Some(region) = stem.strip_prefix(REGIONS) {
            entry.read_to_string(&mut text)?;
            lists.insert(
                region.to_owned(),
                serde_json::from_str(&text).with_context(|| name.clone())?,
            );
        } else if let Some(hash) = stem.strip_prefix(SCHEMAS) {
            entry.read_to_string(&mut text)?;
            by_hash.insert(
                hash.to_owned(),
                serde_json::from_str(&text).with_context(|| name.clone())?,
            );
        }
    }
    // `sam` is not a region: its types are macros.
    lists.remove("sam");
    let placeholder = lists
        .get(PLACEHOLDER)
        .cloned()
        .with_context(|| format!("no list of {PLACEHOLDER}"))?;
    lists.retain(|region, list| region == PLACEHOLDER || *list != placeholder);

    let mut source = Source {
        regions: lists.keys().cloned().collect(),
        ..Source::default()
    };
    for (region, list) in lists {
        for (type_name, hash) in list
            .into_iter()
            .filter(|(type_name, _)| type_name.starts_with("AWS::"))
        {
            let schema = by_hash
                .get(&hash)
                .with_context(|| format!("no schema {hash} of {type_name}"))?;
            let known = source
                .schemas
                .entry(type_name.clone())
                .or_insert_with(|| schema.clone());
            ensure!(
                known == schema,
                "{type_name} differs between regions, which the catalog cannot express"
            );
            source
                .present
                .entry(type_name)
                .or_default()
                .insert(region.clone());
        }
    }
    Ok(source)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use serde_json::json;

    use super::*;

    #[test]
    fn placeholder_regions_macros_and_other_vendors_types_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wheel.whl");
        let mut archive = zip::ZipWriter::new(File::create(&path).unwrap());
        let everything = json!({"AWS::A::B": "1", "Alexa::ASK::Skill": "1"});
        for (name, text) in [
            ("providers/us-east-1.json", everything.to_string()),
            ("providers/us-iso-east-1.json", everything.to_string()),
            (
                "providers/eu-west-1.json",
                json!({"AWS::A::B": "1", "AWS::A::C": "2"}).to_string(),
            ),
            (
                "providers/sam.json",
                json!({"AWS::Serverless::Api": "1"}).to_string(),
            ),
            ("resources/1.json", json!({"properties": {}}).to_string()),
            (
                "resources/2.json",
                json!({"properties": {"Id": {}}}).to_string(),
            ),
            ("version.json", "{}".to_owned()),
        ] {
            let options = zip::write::SimpleFileOptions::default();
            archive
                .start_file(format!("cfnlint/data/schemas/{name}"), options)
                .unwrap();
            archive.write_all(text.as_bytes()).unwrap();
        }
        archive.finish().unwrap();

        let source = read(&path).unwrap();
        assert_eq!(
            source.regions,
            ["eu-west-1", "us-east-1"].map(str::to_owned).into()
        );
        assert_eq!(
            source.schemas.keys().collect::<Vec<_>>(),
            ["AWS::A::B", "AWS::A::C"]
        );
        assert_eq!(source.present["AWS::A::B"], source.regions);
        assert_eq!(source.present["AWS::A::C"], ["eu-west-1".to_owned()].into());
    }
}
