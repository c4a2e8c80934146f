//! Packs `providers/aws/` into the library: the schemas compressed, the rest in forms that are cheap to read.
//!
//! `src/embedded.rs` reads what is written here.

use std::{
    collections::BTreeMap,
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

#[path = "src/regions.rs"]
#[expect(dead_code, reason = "only the shape matters here")]
mod regions;
#[path = "src/reviewed.rs"]
#[expect(dead_code, reason = "only the shape matters here")]
mod reviewed;

/// Of zstd: the highest level is 5 % smaller and takes ten times as long, in every build.
const LEVEL: i32 = 9;

/// `index.json`: service, table, type and handlers.
type Index = BTreeMap<String, BTreeMap<String, IndexEntry>>;

#[derive(serde::Deserialize)]
struct IndexEntry {
    #[serde(rename = "type")]
    type_name: String,
    handlers: String,
}

fn main() {
    let data = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"))
        .join("../../providers/aws");
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it"));
    for input in [
        "types",
        "index.json",
        "regions.json",
        "exceptions.toml",
        "parents.toml",
    ] {
        println!("cargo::rerun-if-changed={}", data.join(input).display());
    }
    println!("cargo::rerun-if-changed=build.rs");
    if let Err(message) = pack(&data, &out) {
        println!("cargo::error={message}");
    }
}

fn pack(data: &Path, out: &Path) -> Result<(), String> {
    write_json(
        &out.join("regions.json"),
        &read_json::<regions::Regions>(&data.join("regions.json"))?,
    )?;
    write_json(
        &out.join("exceptions.json"),
        &read_toml::<reviewed::Exceptions>(&data.join("exceptions.toml"))?,
    )?;
    write_json(
        &out.join("parents.json"),
        &read_toml::<reviewed::Parents>(&data.join("parents.toml"))?,
    )?;

    let (mut blob, mut lines) = (Vec::new(), String::new());
    for (service, tables) in read_json::<Index>(&data.join("index.json"))? {
        let path = data.join("types").join(format!("{service}.json"));
        let mut types: BTreeMap<String, Value> = read_json(&path)?;
        let (mut frame, mut type_lines) = (Vec::new(), String::new());
        for (
            table,
            IndexEntry {
                type_name,
                handlers,
            },
        ) in tables
        {
            let Some(schema) = types.remove(&type_name) else {
                return Err(format!(
                    "{}: {type_name} is in index.json and not here",
                    path.display()
                ));
            };
            let start = frame.len();
            serde_json::to_writer(&mut frame, &schema).expect("a Vec takes everything");
            let length = frame.len() - start;
            writeln!(
                type_lines,
                "\t{table}\t{type_name}\t{handlers}\t{start}\t{length}"
            )
            .expect("a String takes all");
        }
        if let Some(type_name) = types.keys().next() {
            return Err(format!(
                "{}: {type_name} is here and not in index.json",
                path.display()
            ));
        }
        let compressed =
            zstd::bulk::compress(&frame, LEVEL).map_err(|error| format!("{service}: {error}"))?;
        writeln!(
            lines,
            "{service}\t{}\t{}\t{}",
            blob.len(),
            compressed.len(),
            frame.len()
        )
        .expect("a String takes all");
        lines.push_str(&type_lines);
        blob.extend(compressed);
    }
    write(&out.join("index.tsv"), lines.as_bytes())?;
    write(&out.join("types.zst"), &blob)
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("Failed to read {}: {error}", path.display()))
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, String> {
    serde_json::from_str(&read(path)?).map_err(|error| format!("{}: {error}", path.display()))
}

fn read_toml<T: DeserializeOwned>(path: &Path) -> Result<T, String> {
    toml::from_str(&read(path)?)
        .map_err(|error| format!("{}: {}", path.display(), one_line(&error)))
}

/// A cargo directive is one line: the position and the message without the excerpt between them.
fn one_line(error: &toml::de::Error) -> String {
    let text = error.to_string();
    let position = text.lines().next().unwrap_or_default();
    format!("{position}: {}", error.message().replace('\n', " "))
}

fn write_json(path: &Path, value: &impl Serialize) -> Result<(), String> {
    write(path, &serde_json::to_vec(value).expect("plain data"))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    fs::write(path, bytes).map_err(|error| format!("Failed to write {}: {error}", path.display()))
}
