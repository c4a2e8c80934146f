//! The direction of dependencies: arrows only go down, siblings never know each other.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// Which of our crates each crate may depend on, besides in its tests.
const ALLOWED: [(&str, &[&str]); 7] = [
    ("cirrus-diagnostic", &[]),
    ("cirrus-provider", &["cirrus-diagnostic"]),
    ("cirrus-aws", &["cirrus-provider", "cirrus-diagnostic"]),
    ("cirrus-engine", &["cirrus-provider", "cirrus-diagnostic"]),
    ("cirrus-emulator", &["cirrus-provider", "cirrus-diagnostic"]),
    (
        "cirrus-cli",
        &[
            "cirrus-engine",
            "cirrus-aws",
            "cirrus-emulator",
            "cirrus-provider",
            "cirrus-diagnostic",
        ],
    ),
    (
        "cirrus-dev",
        &["cirrus-provider", "cirrus-diagnostic", "cirrus-emulator"],
    ),
];

/// Libraries that one crate alone may name, with the crates that may.
const ONLY_IN: [(&str, &[&str]); 6] = [
    ("datafusion", &["cirrus-engine"]),
    ("aws-sdk-", &["cirrus-aws", "cirrus-dev"]),
    ("aws-config", &["cirrus-aws", "cirrus-dev"]),
    // It only computes signatures: the emulator verifies them.
    ("aws-sigv4", &["cirrus-emulator"]),
    ("hyper", &["cirrus-emulator"]),
    ("clap", &["cirrus-cli", "cirrus-dev"]),
];

fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml"))
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec()
        .expect("cargo metadata answers");
    metadata
        .packages
        .iter()
        .map(|package| {
            let normal = package
                .dependencies
                .iter()
                .filter(|dependency| dependency.kind != DependencyKind::Development);
            (
                package.name.to_string(),
                normal.map(|dependency| dependency.name.clone()).collect(),
            )
        })
        .collect()
}

#[test]
fn arrows_only_go_down() {
    let found = dependencies();
    let known: BTreeSet<&str> = ALLOWED.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        found.keys().map(String::as_str).collect::<BTreeSet<_>>(),
        known
    );
    for (name, allowed) in ALLOWED {
        let own = found[name]
            .iter()
            .filter(|dependency| dependency.starts_with("cirrus-"));
        for dependency in own {
            assert!(
                allowed.contains(&dependency.as_str()),
                "{name} must not depend on {dependency}"
            );
        }
    }
}

#[test]
fn a_library_with_a_home_is_named_there_alone() {
    for (name, dependencies) in dependencies() {
        for (library, homes) in ONLY_IN {
            let named = dependencies
                .iter()
                .find(|dependency| dependency.starts_with(library));
            assert!(
                named.is_none() || homes.contains(&name.as_str()),
                "{name} must not name {named:?}"
            );
        }
    }
}

#[test]
fn cargo_run_runs_the_program() {
    let manifest = include_str!("../Cargo.toml");
    assert!(manifest.contains("default-members = [\"crates/cli\"]"));
}

#[test]
fn versions_are_in_the_workspace_alone() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    for entry in std::fs::read_dir(folder).unwrap() {
        let manifest = entry.unwrap().path().join("Cargo.toml");
        let text = std::fs::read_to_string(&manifest).unwrap();
        let mut in_dependencies = false;
        for line in text.lines() {
            if line.starts_with('[') {
                in_dependencies = line.contains("dependencies");
            } else if in_dependencies && line.contains('=') {
                assert!(
                    line.contains("workspace = true"),
                    "{}: {line}",
                    manifest.display()
                );
            }
        }
    }
}

#[test]
fn there_is_one_copy_of_what_must_agree() {
    let lock = include_str!("../Cargo.lock");
    for package in [
        "arrow",
        "arrow-schema",
        "datafusion",
        "sqlparser",
        "hyper",
        "rustls",
        "comfy-table",
    ] {
        let copies = lock.matches(&format!("name = \"{package}\"\n")).count();
        assert_eq!(copies, 1, "{copies} copies of {package}");
    }
}
