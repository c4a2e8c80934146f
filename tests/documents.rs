//! What the documents show is what the program does: every marked example is run.
//!
//! In a Markdown file, a `sql` block is run with `cirrus exec --local`, unless its fence says `sql ignore`; a
//! `console` block holds a command line after `$ ` and, below it, exactly what it prints to stdout.

use std::path::{Path, PathBuf};

use crate::program::Program;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The Markdown files that users and contributors read.
fn documents() -> Vec<PathBuf> {
    let mut found = vec![root().join("README.md")];
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The fenced blocks of a document: info string, line and content.
fn blocks(text: &str) -> Vec<(String, usize, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, usize, String)> = None;
    for (at, line) in text.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => open = Some((info.trim().to_owned(), at + 1, String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some((_, _, content)), None) => {
                content.push_str(line);
                content.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a fence is not closed");
    blocks
}

#[test]
fn sql_blocks_run() {
    let program = Program::new();
    let mut count = 0;
    for document in documents() {
        let text = std::fs::read_to_string(&document).unwrap();
        for (info, line, content) in blocks(&text) {
            if info != "sql" {
                continue;
            }
            let outcome = program.run_with_input(["exec", "--local"], &content);
            assert_eq!(
                outcome.code,
                Some(0),
                "{}:{line}\n{outcome}",
                document.display()
            );
            count += 1;
        }
    }
    assert!(count >= 3, "{count} SQL blocks");
}

#[test]
fn console_blocks_print_what_they_say() {
    let program = Program::new();
    let mut count = 0;
    for document in documents() {
        let text = std::fs::read_to_string(&document).unwrap();
        for (info, line, content) in blocks(&text) {
            if info != "console" {
                continue;
            }
            let mut lines = content.lines().peekable();
            while let Some(command) = lines.next() {
                let command = command
                    .strip_prefix("$ ")
                    .unwrap_or_else(|| panic!("{}:{line}: no `$ `", document.display()));
                let mut expected = String::new();
                while let Some(next) = lines.next_if(|next| !next.starts_with("$ ")) {
                    expected.push_str(next);
                    expected.push('\n');
                }
                let arguments = arguments(command);
                let printed = program.run(&arguments).success();
                assert_eq!(
                    printed,
                    expected,
                    "{}:{line}: {command}",
                    document.display()
                );
                count += 1;
            }
        }
    }
    assert!(count >= 2, "{count} commands");
}

/// The arguments of `cirrus ...` or `cargo run -- ...`, with double and single quotes as a shell takes them.
fn arguments(command: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in command.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    let start = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["cirrus", ..] => 1,
        ["cargo", "run", "--", ..] => 3,
        _ => panic!("not a command of ours: {command}"),
    };
    words.split_off(start)
}

#[test]
fn links_inside_the_repository_lead_somewhere() {
    let link = regex::Regex::new(r"\]\(([^)#\s]+)(#[^)]*)?\)").unwrap();
    for document in documents()
        .into_iter()
        .chain([root().join("CONTRIBUTING.md"), root().join("CHANGELOG.md")])
    {
        let text = std::fs::read_to_string(&document).unwrap();
        for found in link.captures_iter(&text) {
            let target = &found[1];
            if !target.contains("://") {
                let path = document.parent().unwrap().join(target);
                assert!(path.exists(), "{}: {target}", document.display());
            }
        }
    }
}

#[test]
fn files_that_the_architecture_names_exist() {
    let text = std::fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let file = regex::Regex::new(r"`((?:crates|providers|docs|tests)/[\w./-]+)`").unwrap();
    let mut count = 0;
    for found in file.captures_iter(&text) {
        assert!(
            root().join(&found[1]).exists(),
            "docs/architecture.md names {}",
            &found[1]
        );
        count += 1;
    }
    assert!(count > 20, "{count} files named");
}
