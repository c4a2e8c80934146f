//! One case for each error text of AWS that is known: a file of `cases/` says what to ask and what AWS answers.
//!
//! Each file names where its text comes from. `case` is what a file may say, `run` asks it of an emulator.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[expect(dead_code, reason = "other tests use the rest")]
#[path = "../wire/client.rs"]
mod client;

mod case;
mod run;

use std::{fs, path::PathBuf};

use crate::{case::Case, run::differences};

/// The names and contents of all files, in the order of their names.
fn files() -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/texts/cases");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[tokio::test]
async fn every_text_is_what_aws_says() {
    let mut wrong = Vec::new();
    let files = files();
    for (name, text) in &files {
        let found = match Case::read(name, text) {
            Ok(case) => differences(&case).await,
            Err(error) => vec![error],
        };
        wrong.extend(found.into_iter().map(|found| format!("{name}: {found}")));
    }
    assert!(
        wrong.is_empty(),
        "{} differences in {} cases:\n\n{}\n",
        wrong.len(),
        files.len(),
        wrong.join("\n\n")
    );
}

#[test]
fn a_file_that_shows_nothing_is_refused() {
    let step = "[[step]]\noperation = \"GetResource\"\n";
    let head = "source = \"recorded\"\nabout = \"nothing\"\n";
    let answer = "answer = \"400 A: b\"\n";
    let read = |name: &str, text: &str| Case::read(name, text).err();
    let name = "2-1-nothing.toml";
    assert_eq!(read(name, &format!("{head}{step}{answer}")), None);
    for (name, text, reason) in [
        (name, format!("{head}{step}"), "missing field `answer`"),
        (name, head.to_owned(), "missing field `step`"),
        (
            name,
            format!("{head}{step}answer = \"200\"\n"),
            "no text is expected",
        ),
        (
            name,
            format!("about = \"nothing\"\n{step}{answer}"),
            "missing field `source`",
        ),
        (
            name,
            format!("source = \"guessed\"\n{step}{answer}"),
            "unknown variant `guessed`",
        ),
        (
            name,
            format!("{head}{step}{answer}anwser = 1\n"),
            "unknown field `anwser`",
        ),
        (
            "nothing.toml",
            format!("{head}{step}{answer}"),
            "the name must begin with a section",
        ),
    ] {
        let error = read(name, &text).unwrap();
        assert!(error.contains(reason), "{error}");
    }
}
