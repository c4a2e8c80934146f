//! The generated files of `providers/aws/api/`: what AWS's services require of a request, out of a botocore wheel.
//!
//! botocore carries each service's API model: one JSON file a service and version, some of them compressed. What the
//! emulator needs of it is kept: operations, the shapes that their inputs reach, and the errors.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use anyhow::Context;
use flate2::read::GzDecoder;
use serde_json::{Map, Value, json};
use zip::ZipArchive;

use crate::{catalog_files::Generated, layout};

/// The services that the emulator serves, by botocore's name, and which of their operations: none means all.
const SERVICES: [(&str, &[&str]); 9] = [
    ("account", &[]),
    ("cloudcontrol", &[]),
    ("cloudformation", &["DescribeType", "ListTypes"]),
    ("cognito-idp", &[]),
    ("ec2", &["DescribeRegions"]),
    (
        "iam",
        &["GetRole", "GetUser", "ListAccountAliases", "ListRoles"],
    ),
    ("organizations", &[]),
    ("resourcegroupstaggingapi", &[]),
    ("sts", &[]),
];

/// What is kept of a service's metadata, in this order; `signingName` is always there.
const METADATA: [&str; 7] = [
    "apiVersion",
    "protocol",
    "protocols",
    "jsonVersion",
    "targetPrefix",
    "signingName",
    "xmlNamespace",
];

/// What is kept of a shape, in this order.
const SHAPE: [&str; 13] = [
    "type",
    "document",
    "members",
    "required",
    "member",
    "key",
    "value",
    "flattened",
    "sensitive",
    "min",
    "max",
    "pattern",
    "enum",
];

/// What is kept of a mention of a shape, in this order.
const MEMBER: [&str; 6] = [
    "shape",
    "location",
    "locationName",
    "queryName",
    "flattened",
    "idempotencyToken",
];

/// Makes every generated file from a wheel of botocore.
pub(crate) fn generate(wheel: &Path) -> anyhow::Result<Generated> {
    let opened =
        File::open(wheel).with_context(|| format!("Failed to open {}", wheel.display()))?;
    let mut archive =
        ZipArchive::new(opened).with_context(|| format!("Failed to unzip {}", wheel.display()))?;
    let mut files = BTreeMap::new();
    let mut operations = 0;
    for (service, wanted) in SERVICES {
        let document = newest_model(&mut archive, service)
            .and_then(|model| reduce(&model, wanted))
            .with_context(|| format!("Failed to read botocore's model of {service}"))?;
        operations += document["operations"].as_object().map_or(0, Map::len);
        files.insert(
            PathBuf::from(format!("api/{service}.json")),
            layout::to_text(&document),
        );
    }
    let summary = format!("{operations} operations of {} services", files.len());
    Ok(Generated { files, summary })
}

/// The model of the newest version of a service's API.
fn newest_model(archive: &mut ZipArchive<File>, service: &str) -> anyhow::Result<Value> {
    let folder = format!("botocore/data/{service}/");
    let newest = archive
        .file_names()
        .filter(|name| name.starts_with(&folder))
        .filter(|name| name.contains("/service-2.json"))
        .max()
        .context("there is none")?
        .to_owned();
    let entry = archive.by_name(&newest)?;
    let mut text = String::new();
    match newest.strip_suffix(".gz") {
        Some(_) => GzDecoder::new(entry).read_to_string(&mut text)?,
        None => { entry }.read_to_string(&mut text)?,
    };
    serde_json::from_str(&text).context(newest)
}

/// What is kept of a model.
fn reduce(model: &Value, wanted: &[&str]) -> anyhow::Result<Value> {
    let mut operations = Map::new();
    let mut errors = BTreeMap::new();
    let mut shapes = BTreeMap::new();
    let known = model["operations"]
        .as_object()
        .context("it has no operations")?;
    for name in wanted {
        known
            .get(*name)
            .with_context(|| format!("it has no operation {name}"))?;
    }
    for (name, operation) in known {
        if !wanted.is_empty() && !wanted.contains(&name.as_str()) {
            continue;
        }
        let mut kept = Map::new();
        let http = &operation["http"];
        if http["requestUri"] != "/" {
            kept.insert(
                "http".to_owned(),
                json!({"method": http["method"], "path": http["requestUri"]}),
            );
        }
        if let Some(input) = operation["input"]["shape"].as_str() {
            kept.insert("input".to_owned(), json!(input));
            reach(model, input, &mut shapes)?;
        }
        let mut names = BTreeSet::new();
        for error in operation["errors"].as_array().into_iter().flatten() {
            let error = error["shape"].as_str().context("an error has no shape")?;
            names.insert(error);
            errors.insert(error, reduce_error(&model["shapes"][error]));
        }
        if !names.is_empty() {
            kept.insert("errors".to_owned(), json!(names));
        }
        operations.insert(name.clone(), Value::Object(kept));
    }
    Ok(json!({
        "metadata": reduce_metadata(&model["metadata"]),
        "operations": operations,
        "errors": errors,
        "shapes": shapes,
    }))
}

fn reduce_metadata(metadata: &Value) -> Value {
    let mut metadata = metadata.clone();
    if metadata["signingName"].is_null() {
        // What the SDKs sign with if the model does not say.
        metadata["signingName"] = metadata["endpointPrefix"].clone();
    }
    pick(&metadata, &METADATA)
}

/// `code` is what the query protocol calls the error; no status means 500 for faults and 400 for the others.
fn reduce_error(shape: &Value) -> Value {
    let mut kept = pick(&shape["error"], &["code", "httpStatusCode"]);
    if shape["fault"] == true {
        kept["fault"] = json!(true);
    }
    kept
}

/// Keeps a shape and every shape that it mentions.
fn reach<'model>(
    model: &'model Value,
    name: &'model str,
    shapes: &mut BTreeMap<&'model str, Value>,
) -> anyhow::Result<()> {
    if shapes.contains_key(name) {
        return Ok(());
    }
    let shape = model["shapes"]
        .get(name)
        .with_context(|| format!("it has no shape {name}"))?;
    let mut kept = pick(shape, &SHAPE);
    let mut mentions = Vec::new();
    for (member, mention) in shape["members"].as_object().into_iter().flatten() {
        kept["members"][member] = reduce_mention(mention);
        mentions.push(mention);
    }
    for part in ["member", "key", "value"] {
        if let Some(mention) = shape.get(part) {
            kept[part] = reduce_mention(mention);
            mentions.push(mention);
        }
    }
    // Before what it mentions, which may mention it.
    shapes.insert(name, kept);
    for mention in mentions {
        let name = mention["shape"]
            .as_str()
            .context("a mention has no shape")?;
        reach(model, name, shapes)?;
    }
    Ok(())
}

/// The name of the shape alone, if nothing else is to be said.
fn reduce_mention(mention: &Value) -> Value {
    let kept = pick(mention, &MEMBER);
    match kept.as_object() {
        Some(members) if members.len() == 1 => mention["shape"].clone(),
        _ => kept,
    }
}

fn pick(from: &Value, names: &[&str]) -> Value {
    let members = names
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), from.get(name)?.clone())));
    Value::Object(members.collect())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};
    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn model() -> Value {
        json!({
            "metadata": {"apiVersion": "2026-01-01", "endpointPrefix": "a", "protocol": "json", "uid": "a-2026-01-01"},
            "operations": {
                "Do": {
                    "name": "Do",
                    "http": {"method": "POST", "requestUri": "/do", "responseCode": 200},
                    "input": {"shape": "DoRequest"},
                    "output": {"shape": "DoResponse"},
                    "errors": [{"shape": "Broken"}, {"shape": "Absent"}],
                    "documentation": "Prose.",
                },
                "Rest": {"name": "Rest", "http": {"method": "POST", "requestUri": "/"}},
            },
            "shapes": {
                "DoRequest": {
                    "type": "structure",
                    "required": ["Name"],
                    "members": {
                        "Tree": {"shape": "Tree", "documentation": "Prose."},
                        "Name": {"shape": "Name", "locationName": "name", "documentation": "Prose."},
                    },
                },
                "DoResponse": {"type": "structure", "members": {}},
                "Tree": {"type": "list", "member": {"shape": "Tree"}, "max": 2},
                "Name": {"type": "string", "min": 1, "pattern": "a+", "documentation": "Prose."},
                "Absent": {
                    "type": "structure",
                    "members": {"message": {"shape": "Name"}},
                    "error": {"code": "NotThere", "httpStatusCode": 404, "senderFault": true},
                    "exception": true,
                },
                "Broken": {"type": "structure", "members": {}, "exception": true, "fault": true},
            },
        })
    }

    #[test]
    fn inputs_and_errors_stay_and_prose_and_outputs_go() {
        assert_eq!(
            reduce(&model(), &[]).unwrap(),
            json!({
                "metadata": {"apiVersion": "2026-01-01", "protocol": "json", "signingName": "a"},
                "operations": {
                    "Do": {
                        "http": {"method": "POST", "path": "/do"},
                        "input": "DoRequest",
                        "errors": ["Absent", "Broken"],
                    },
                    "Rest": {},
                },
                "errors": {
                    "Absent": {"code": "NotThere", "httpStatusCode": 404},
                    "Broken": {"fault": true},
                },
                "shapes": {
                    "DoRequest": {
                        "type": "structure",
                        "members": {"Tree": "Tree", "Name": {"shape": "Name", "locationName": "name"}},
                        "required": ["Name"],
                    },
                    "Name": {"type": "string", "min": 1, "pattern": "a+"},
                    "Tree": {"type": "list", "member": "Tree", "max": 2},
                },
            })
        );
    }

    #[test]
    fn only_what_is_served_stays() {
        let reduced = reduce(&model(), &["Rest"]).unwrap();
        assert_eq!(reduced["operations"], json!({"Rest": {}}));
        assert_eq!(reduced["shapes"], json!({}));
        assert_eq!(
            reduce(&model(), &["Gone"]).unwrap_err().to_string(),
            "it has no operation Gone"
        );
    }

    #[test]
    fn the_newest_version_is_read_whether_compressed_or_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wheel.whl");
        let mut archive = ZipWriter::new(File::create(&path).unwrap());
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(br#"{"version": "new"}"#).unwrap();
        let compressed = gzip.finish().unwrap();
        for (name, content) in [
            ("iam/2010-05-08/service-2.json.gz", compressed.as_slice()),
            ("iam/2008-01-01/service-2.json", b"{}"),
            ("iam/2010-05-08/waiters-2.json", b"{}"),
            ("sts/2011-06-15/service-2.json", br#"{"version": "plain"}"#),
        ] {
            archive
                .start_file(
                    format!("botocore/data/{name}"),
                    SimpleFileOptions::default(),
                )
                .unwrap();
            archive.write_all(content).unwrap();
        }
        archive.finish().unwrap();

        let mut archive = ZipArchive::new(File::open(&path).unwrap()).unwrap();
        let mut version = |service| newest_model(&mut archive, service).unwrap()["version"].clone();
        assert_eq!(version("iam"), "new");
        assert_eq!(version("sts"), "plain");
    }
}
