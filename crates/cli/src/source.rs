//! Finds the SQL of a run: the argument, a file or stdin; read as a whole, checked for size and encoding.

use std::{
    fs::File,
    io::{self, IsTerminal, Read},
    path::{Path, PathBuf},
};

use cirrus_diagnostic::Source;

use crate::{Result, args::ExecArgs, diagnose, sql_text};

/// The longest script; what is longer is data, not a program.
const LONGEST_SCRIPT: usize = 8 << 20;

/// The longest statement; parsing and planning take seconds beyond it.
const LONGEST_STATEMENT: usize = 1 << 20;

/// What a text is called when it came neither from a file nor from stdin.
pub(crate) const QUERY: &str = "query";

/// A script as it was written, before templating.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Script {
    pub(crate) source: Source,
    /// Whether its file's name says that it is a template.
    pub(crate) is_template: bool,
}

/// Where the SQL comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Argument(String),
    File(PathBuf),
    Stdin,
}

/// Decides where the SQL comes from; several sources, or none, are an error.
pub(crate) fn origin(args: &ExecArgs, stdin_is_terminal: bool) -> Result<Origin> {
    let file = args.file.as_ref().or(args.infile.as_ref());
    match (&args.sql, file) {
        (Some(_), Some(file)) => Err(diagnose::argument_and_file(file)),
        (None, Some(file)) if file == Path::new("-") => Ok(Origin::Stdin),
        (None, Some(file)) => Ok(Origin::File(file.clone())),
        (Some(sql), None) if sql == "-" => Ok(Origin::Stdin),
        (Some(sql), None) if is_file_name(sql) => Err(diagnose::file_as_sql(sql)),
        (Some(sql), None) => Ok(Origin::Argument(sql.clone())),
        (None, None) if stdin_is_terminal => Err(diagnose::no_sql()),
        (None, None) => Ok(Origin::Stdin),
    }
}

/// No statement is one word that is also the path of a file.
fn is_file_name(sql: &str) -> bool {
    !sql.contains(char::is_whitespace) && Path::new(sql).is_file()
}

pub(crate) fn stdin_is_terminal() -> bool {
    io::stdin().is_terminal()
}

/// Reads a script.
pub(crate) fn read(origin: Origin) -> Result<Script> {
    let (name, bytes, is_template) = match origin {
        Origin::Argument(sql) => (QUERY.to_owned(), sql.into_bytes(), false),
        Origin::Stdin => {
            let bytes = read_all(io::stdin().lock(), "stdin")?;
            ("stdin".to_owned(), bytes, false)
        }
        Origin::File(path) => {
            let name = path.display().to_string();
            let file = File::open(&path).map_err(|error| diagnose::unreadable(&path, &error))?;
            let is_template = path
                .extension()
                .is_some_and(|suffix| suffix == "iql" || suffix == "j2");
            (name.clone(), read_all(file, &name)?, is_template)
        }
    };
    Ok(Script {
        source: decode(name, bytes)?,
        is_template,
    })
}

fn read_all(reader: impl Read, name: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(LONGEST_SCRIPT).unwrap_or(u64::MAX) + 1;
    reader
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(|error| diagnose::unreadable(Path::new(name), &error))?;
    Ok(bytes)
}

fn decode(name: String, bytes: Vec<u8>) -> Result<Source> {
    if bytes.len() > LONGEST_SCRIPT {
        return Err(diagnose::too_long("the script", &name, LONGEST_SCRIPT));
    }
    match String::from_utf8(bytes) {
        // Editors on Windows start a file with a byte order mark.
        Ok(text) => Ok(Source {
            name,
            text: text.strip_prefix('\u{feff}').unwrap_or(&text).into(),
        }),
        Err(error) => Err(diagnose::not_utf8(&name, &error)),
    }
}

/// Refuses what would keep the parser busy for minutes.
pub(crate) fn check_length(source: &Source) -> Result<()> {
    if source.text.len() <= LONGEST_STATEMENT {
        return Ok(());
    }
    if source.text.len() > LONGEST_SCRIPT {
        return Err(diagnose::too_long(
            "the script",
            &source.name,
            LONGEST_SCRIPT,
        ));
    }
    match sql_text::statements(&source.text).find(|range| range.len() > LONGEST_STATEMENT) {
        Some(_) => Err(diagnose::too_long(
            "a statement",
            &source.name,
            LONGEST_STATEMENT,
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exec(sql: Option<&str>, file: Option<&str>) -> ExecArgs {
        ExecArgs {
            sql: sql.map(str::to_owned),
            file: file.map(PathBuf::from),
            infile: None,
        }
    }

    #[test]
    fn one_source_it_must_be() {
        assert_eq!(
            origin(&exec(Some("SELECT 1"), None), true),
            Ok(Origin::Argument("SELECT 1".into()))
        );
        assert_eq!(
            origin(&exec(None, Some("a.sql")), true),
            Ok(Origin::File("a.sql".into()))
        );
        for args in [exec(Some("-"), None), exec(None, Some("-"))] {
            assert_eq!(origin(&args, true), Ok(Origin::Stdin));
        }
        assert_eq!(origin(&exec(None, None), false), Ok(Origin::Stdin));
        for (args, terminal) in [
            (exec(Some("SELECT 1"), Some("a.sql")), true),
            (exec(None, None), true),
        ] {
            let error = origin(&args, terminal).unwrap_err();
            assert_eq!(error.kind, cirrus_diagnostic::Kind::Usage);
        }
    }

    #[test]
    fn a_file_name_is_not_sql() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = origin(&exec(file.path().to_str(), None), true).unwrap_err();
        assert!(error.to_string().contains("-f"), "{error}");
    }

    #[test]
    fn bytes_must_be_utf8_and_the_error_says_where() {
        let error = decode("a.sql".into(), b"SELECT 1;\nSELECT '\xff'".to_vec()).unwrap_err();
        assert!(
            error.message.contains("byte 18") && error.message.contains("line 2"),
            "{error}"
        );
        assert_eq!(
            &*decode("a.sql".into(), "\u{feff}SELECT 1".into())
                .unwrap()
                .text,
            "SELECT 1"
        );
    }

    #[test]
    fn long_statements_are_refused_and_long_scripts_of_short_ones_are_not() {
        let source = |text: String| Source {
            name: QUERY.into(),
            text: text.into(),
        };
        let short = "SELECT 1;\n".repeat(LONGEST_STATEMENT / 5);
        assert_eq!(check_length(&source(short)), Ok(()));
        let long = format!("SELECT '{}'", "x".repeat(LONGEST_STATEMENT));
        assert!(
            check_length(&source(long))
                .unwrap_err()
                .message
                .contains("too long")
        );
        assert!(decode(QUERY.into(), vec![b' '; LONGEST_SCRIPT + 1]).is_err());
    }
}
