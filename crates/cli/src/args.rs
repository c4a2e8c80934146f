//! The command line as clap parses it, and nothing else; `settings.rs` decides what it means.

mod emulator;

use std::{ffi::OsString, path::PathBuf, time::Duration};

use cirrus_diagnostic::Diagnostic;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum, ValueHint};

pub(crate) use emulator::EmulatorArgs;

use crate::diagnose;

/// Query an AWS account with SQL
///
/// Every resource type of AWS Cloud Control is a table: `aws.<service>.<resource>`. Credentials, profiles, regions and
/// endpoints are the AWS SDK's: what works for the AWS CLI works here. `--local` needs no account at all.
///
/// Without a command, cirrus reads statements from the terminal, or from stdin when stdin is a pipe or a file.
#[derive(Debug, Parser)]
#[command(name = "cirrus", version, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    #[command(flatten)]
    pub(crate) global: GlobalArgs,
}

const EXAMPLES: &str = "\
Examples:
  cirrus --local
  cirrus exec --local \"SELECT user_pool_id, user_pool_name FROM aws.cognito.user_pools\"
  cirrus exec --region us-east-1,eu-west-1 -o json -f pools.sql
  cirrus exec -f clients.iql --var pool=us-east-1_a1B2c3D4e | column -t

Exit codes: 0 done, 1 a statement failed, 2 bad usage, 3 rows are missing, 130 cancelled";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Exec(ExecArgs),
    Emulator(Box<EmulatorArgs>),
}

/// Run SQL statements and print their results
///
/// The statements come from the argument, from a file, or from stdin. A script stops at its first failed statement.
#[derive(Debug, Default, Args)]
#[command(after_help = EXEC_EXAMPLES)]
pub(crate) struct ExecArgs {
    /// The statements; `-` reads stdin
    #[arg(value_name = "SQL")]
    pub(crate) sql: Option<String>,

    /// Read the statements from a file; `-` is stdin. `.iql` and `.j2` files are templates
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: Option<PathBuf>,

    /// The same as `-f`, as StackQL spells it
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) infile: Option<PathBuf>,
}

const EXEC_EXAMPLES: &str = "\
Examples:
  cirrus exec \"SELECT * FROM aws.cognito.user_pools WHERE region = 'eu-west-1'\"
  cirrus exec -f report.sql -o csv -O report.csv
  cirrus exec -f clients.iql --data stack.yaml
  echo 'SELECT 1' | cirrus exec";

/// What every command takes.
#[derive(Debug, Default, Args)]
pub(crate) struct GlobalArgs {
    /// Use this profile of the AWS configuration files, whatever keys the environment has
    #[arg(long, global = true, value_name = "NAME", help_heading = ACCOUNT)]
    pub(crate) profile: Option<String>,

    /// Read these regions when a statement names none; repeatable, or separated by commas
    #[arg(long, global = true, value_name = "REGION", value_delimiter = ',', help_heading = ACCOUNT)]
    pub(crate) region: Vec<String>,

    /// Call this endpoint instead of AWS
    #[arg(long, global = true, value_name = "URL", value_hint = ValueHint::Url, help_heading = ACCOUNT)]
    pub(crate) endpoint_url: Option<String>,

    /// Use a built-in emulator with demo data instead of AWS, or one that keeps its state in FILE
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        num_args = 0..=1,
        require_equals = true,
        conflicts_with_all = ["profile", "endpoint_url"],
        help_heading = ACCOUNT
    )]
    #[expect(
        clippy::option_option,
        reason = "clap's shape for a flag with an optional value"
    )]
    pub(crate) local: Option<Option<PathBuf>>,

    /// Stop a statement after this long: `45`, `30s`, `2m`, `1h`; the rows that came are printed [env: CIRRUS_TIMEOUT]
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration, help_heading = SCRIPTS)]
    pub(crate) timeout: Option<Duration>,

    /// Refuse every statement that changes something [env: CIRRUS_READ_ONLY]
    #[arg(long, global = true, help_heading = ACCOUNT)]
    pub(crate) read_only: bool,

    /// Answer every question with yes
    #[arg(long, global = true, help_heading = ACCOUNT)]
    pub(crate) yes: bool,

    /// Add the type schemas of a folder to the built-in ones [env: CIRRUS_PROVIDERS]
    #[arg(long, global = true, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = ACCOUNT)]
    pub(crate) providers: Option<PathBuf>,

    /// Print results in this format; `table` unless said otherwise [env: CIRRUS_OUTPUT]
    #[arg(short, long, global = true, value_name = "FORMAT", help_heading = OUTPUT)]
    pub(crate) output: Option<Format>,

    /// Write results to a file, secrets unmasked, readable by you only
    #[arg(short = 'O', long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = OUTPUT)]
    pub(crate) output_file: Option<PathBuf>,

    /// Print secrets instead of `********`
    #[arg(long, global = true, help_heading = OUTPUT)]
    pub(crate) show_secrets: bool,

    /// Print no summary, notice or progress; warnings and errors stay
    #[arg(short, long, global = true, help_heading = OUTPUT)]
    pub(crate) quiet: bool,

    /// Log what happens to stderr; twice for more [env: CIRRUS_LOG]
    #[arg(short, long, global = true, action = ArgAction::Count, help_heading = OUTPUT)]
    pub(crate) verbose: u8,

    /// Go on after a failed statement
    #[arg(long, global = true, help_heading = SCRIPTS)]
    pub(crate) keep_going: bool,

    /// Set a template variable; repeatable
    #[arg(long, global = true, value_name = "NAME=VALUE", value_parser = variable, help_heading = SCRIPTS)]
    pub(crate) var: Vec<(String, String)>,

    /// Take template variables from a JSON or YAML file
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = SCRIPTS)]
    pub(crate) data: Option<PathBuf>,
}

const ACCOUNT: &str = "Account";
const OUTPUT: &str = "Output";
const SCRIPTS: &str = "Scripts";

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table for people
    #[default]
    Table,
    /// One JSON document: an array of rows, or of such arrays when several statements return rows
    Json,
    /// One JSON object per row and line, as rows arrive
    #[value(alias = "jsonl")]
    Ndjson,
    /// Comma-separated values with a header
    Csv,
}

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if is_name(name) => Ok((name.to_owned(), value.to_owned())),
        Some((name, _)) => Err(format!("`{name}` is not a variable's name")),
        None => Err("expected NAME=VALUE".into()),
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// Reads `45`, `30s`, `500ms`, `2m` or `1h30m`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().map(Duration::from_secs).ok();
    let duration = seconds.or_else(|| humantime::parse_duration(text).ok());
    match duration {
        None => Err("expected a time such as `45`, `30s`, `500ms` or `2m`".into()),
        Some(Duration::ZERO) => Err("expected more than zero".into()),
        Some(duration) => Ok(duration),
    }
}

/// Refuses two flags that mean something else to StackQL before they do harm.
pub(crate) fn misread_stackql_flags(args: &[OsString], cli: &Cli) -> Option<Box<Diagnostic>> {
    if let Some(Command::Exec(exec)) = &cli.command
        && let (Some(file), Some(_)) = (&exec.file, &exec.infile)
    {
        return Some(diagnose::two_sql_files(file));
    }
    let after_quiet = args
        .windows(2)
        .find(|pair| pair[0] == "-q")
        .map(|pair| PathBuf::from(&pair[1]));
    let file = after_quiet.filter(|path| path.is_file())?;
    Some(diagnose::quiet_takes_no_file(&file))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(args: &[&str]) -> Cli {
        Cli::try_parse_from([&["cirrus"], args].concat()).unwrap()
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn local_takes_a_file_only_after_an_equals_sign() {
        assert_eq!(parse(&["--local"]).global.local, Some(None));
        assert_eq!(
            parse(&["--local=dev.json"]).global.local,
            Some(Some("dev.json".into()))
        );
        let cli = parse(&["exec", "--local", "SELECT 1"]);
        assert_eq!(cli.global.local, Some(None));
        assert!(
            matches!(cli.command, Some(Command::Exec(ExecArgs { sql: Some(sql), .. })) if sql == "SELECT 1")
        );
    }

    #[test]
    fn regions_are_repeated_or_listed() {
        let cli = parse(&[
            "exec",
            "x",
            "--region",
            "us-east-1,eu-west-1",
            "--region",
            "ap-south-1",
        ]);
        assert_eq!(cli.global.region, ["us-east-1", "eu-west-1", "ap-south-1"]);
        assert_eq!(
            parse(&["--region", "us-east-1", "exec", "x"]).global.region,
            ["us-east-1"]
        );
    }

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("45"), Ok(Duration::from_secs(45)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("2m"), Ok(Duration::from_mins(2)));
        assert_eq!(duration("1h30m"), Ok(Duration::from_mins(90)));
        for text in ["", "s", "1 parsec", "-1", "0", "0s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn variables_have_a_name() {
        assert_eq!(variable("a=b=c"), Ok(("a".into(), "b=c".into())));
        assert_eq!(variable("a="), Ok(("a".into(), String::new())));
        for text in ["a", "=b", "1a=b", "a b=c"] {
            assert!(variable(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_flags_of_stackql_are_refused_with_ours() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().to_str().unwrap();
        let refused = |args: &[&str]| {
            let raw: Vec<OsString> = args.iter().map(OsString::from).collect();
            misread_stackql_flags(&raw, &parse(args)).map(|diagnostic| diagnostic.to_string())
        };
        let text = refused(&["exec", "-i", "a.sql", "-f", "out.csv"]).unwrap();
        assert!(
            text.contains("`-O out.csv`") && text.contains("--data"),
            "{text}"
        );
        let text = refused(&["exec", "-q", path]).unwrap();
        assert!(text.contains("-O") && text.contains("--data"), "{text}");
        assert_eq!(refused(&["exec", "-q", "SELECT 1"]), None);
    }
}
