//! What a run is to do, as plain values: flags beat the environment, the environment beats defaults.

use std::{env, ffi::OsString, path::PathBuf, time::Duration};

use cirrus_aws::{AwsSettings, Limits};
use clap::ValueEnum as _;

use crate::{
    Result,
    args::{self, Cli, Command, EmulatorArgs, ExecArgs, Format, GlobalArgs},
    diagnose, env_vars, memory, state,
};

/// A command and its settings.
#[derive(Debug)]
pub(crate) struct Invocation {
    pub(crate) action: Action,
    pub(crate) settings: Settings,
}

/// What to do.
#[derive(Debug)]
pub(crate) enum Action {
    /// Statements from wherever the arguments say.
    Exec(ExecArgs),
    /// Statements from a person, or from stdin when there is none.
    Repl,
    /// The emulator for other programs.
    Emulator(Box<EmulatorArgs>),
}

/// What every command goes by.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) account: Account,
    pub(crate) session: cirrus_engine::Settings,
    pub(crate) providers: Option<PathBuf>,
    /// The longest that one statement may take.
    pub(crate) timeout: Option<Duration>,
    /// Where runs keep what the next should know.
    pub(crate) state: Option<PathBuf>,
    pub(crate) output: Output,
    pub(crate) template: TemplateSettings,
    pub(crate) quiet: bool,
    pub(crate) verbosity: u8,
}

/// Whom to call.
#[derive(Debug)]
pub(crate) enum Account {
    /// AWS, or what the SDK's settings point to.
    Aws(AwsSettings),
    /// An emulator inside this process.
    Local { state: Option<PathBuf> },
}

/// Where results go and how they look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Output {
    pub(crate) format: Format,
    pub(crate) file: Option<PathBuf>,
    pub(crate) reveal_secrets: bool,
}

/// What templates are filled with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TemplateSettings {
    pub(crate) variables: Vec<(String, String)>,
    pub(crate) data: Option<PathBuf>,
}

/// The environment variables of the process, or of a test.
#[derive(Clone, Copy)]
pub(crate) struct Environment {
    get: fn(&str) -> Option<OsString>,
}

impl Environment {
    #[cfg(test)]
    pub(crate) fn of(get: fn(&str) -> Option<OsString>) -> Self {
        Self { get }
    }

    pub(crate) fn of_process() -> Self {
        Self {
            get: |name| env::var_os(name),
        }
    }

    /// The value of a variable; one that is empty counts as unset.
    pub(crate) fn get(self, name: &str) -> Option<String> {
        let value = (self.get)(name)?.to_string_lossy().into_owned();
        Some(value).filter(|value| !value.is_empty())
    }
}

/// Decides what the arguments mean.
pub(crate) fn resolve(cli: Cli, environment: Environment) -> Result<Invocation> {
    let action = match cli.command {
        Some(Command::Exec(args)) => Action::Exec(args),
        Some(Command::Emulator(args)) => Action::Emulator(args),
        None => Action::Repl,
    };
    Ok(Invocation {
        action,
        settings: settings(cli.global, environment)?,
    })
}

fn settings(args: GlobalArgs, environment: Environment) -> Result<Settings> {
    let state = state::folder(environment);
    let account = match args.local {
        Some(state) => Account::Local { state },
        None => Account::Aws(AwsSettings {
            profile: args.profile,
            // The first region is where credentials are fetched when no profile says otherwise.
            region: args.region.iter().find(|region| *region != "all").cloned(),
            endpoint_url: args.endpoint_url,
            limits: Limits {
                memory: state.as_deref().map(memory::limits_file),
                ..Limits::default()
            },
        }),
    };
    Ok(Settings {
        account,
        session: cirrus_engine::Settings {
            regions: args.region,
            read_only: args.read_only || is_set(environment, env_vars::CIRRUS_READ_ONLY)?,
            keep_going: args.keep_going,
            ..cirrus_engine::Settings::default()
        },
        providers: args.providers.or_else(|| {
            environment
                .get(env_vars::CIRRUS_PROVIDERS)
                .map(PathBuf::from)
        }),
        timeout: timeout(args.timeout, environment)?,
        state,
        output: Output {
            format: format(args.output, environment)?,
            reveal_secrets: args.show_secrets || args.output_file.is_some(),
            file: args.output_file,
        },
        template: TemplateSettings {
            variables: args.var,
            data: args.data,
        },
        quiet: args.quiet,
        verbosity: args.verbose,
    })
}

fn format(argument: Option<Format>, environment: Environment) -> Result<Format> {
    if let Some(format) = argument {
        return Ok(format);
    }
    let Some(name) = environment.get(env_vars::CIRRUS_OUTPUT) else {
        return Ok(Format::default());
    };
    Format::from_str(&name, true).map_err(|_| {
        let names: Vec<_> = Format::value_variants()
            .iter()
            .filter_map(Format::to_possible_value)
            .collect();
        let names: Vec<_> = names
            .iter()
            .map(|value| format!("`{}`", value.get_name()))
            .collect();
        diagnose::variable(
            env_vars::CIRRUS_OUTPUT,
            &name,
            &format!("expected one of {}", names.join(", ")),
        )
    })
}

fn timeout(argument: Option<Duration>, environment: Environment) -> Result<Option<Duration>> {
    if argument.is_some() {
        return Ok(argument);
    }
    let Some(text) = environment.get(env_vars::CIRRUS_TIMEOUT) else {
        return Ok(None);
    };
    args::duration(&text)
        .map(Some)
        .map_err(|reason| diagnose::variable(env_vars::CIRRUS_TIMEOUT, &text, &reason))
}

fn is_set(environment: Environment, name: &str) -> Result<bool> {
    match environment.get(name).as_deref() {
        None | Some("0" | "false") => Ok(false),
        Some("1" | "true") => Ok(true),
        // A safety switch that is misspelt must not be off.
        Some(value) => Err(diagnose::variable(
            name,
            value,
            "expected `1`, `true`, `0` or `false`",
        )),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn resolve_with(args: &[&str], get: fn(&str) -> Option<OsString>) -> Result<Settings> {
        let cli = Cli::try_parse_from([&["cirrus"], args].concat()).unwrap();
        resolve(cli, Environment::of(get)).map(|invocation| invocation.settings)
    }

    fn environment(name: &str) -> Option<OsString> {
        match name {
            env_vars::CIRRUS_OUTPUT => Some("json".into()),
            env_vars::CIRRUS_TIMEOUT => Some("7s".into()),
            env_vars::CIRRUS_READ_ONLY => Some("1".into()),
            env_vars::CIRRUS_PROVIDERS => Some("from-env".into()),
            _ => None,
        }
    }

    #[test]
    fn flags_beat_the_environment_which_beats_defaults() {
        let settings = resolve_with(&[], |_| None).unwrap();
        assert_eq!(
            settings.output,
            Output {
                format: Format::Table,
                file: None,
                reveal_secrets: false
            }
        );
        assert_eq!(
            (settings.timeout, settings.session.read_only),
            (None, false)
        );

        let settings = resolve_with(&[], environment).unwrap();
        assert_eq!(settings.output.format, Format::Json);
        assert_eq!(settings.timeout, Some(Duration::from_secs(7)));
        assert!(settings.session.read_only);
        assert_eq!(settings.providers, Some("from-env".into()));

        let settings = resolve_with(
            &["-o", "csv", "--timeout", "1", "--providers", "p"],
            environment,
        )
        .unwrap();
        assert_eq!(settings.output.format, Format::Csv);
        assert_eq!(settings.timeout, Some(Duration::from_secs(1)));
        assert_eq!(settings.providers, Some("p".into()));
    }

    #[test]
    fn a_misspelt_variable_is_an_error() {
        let error = resolve_with(&[], |name| {
            (name == env_vars::CIRRUS_READ_ONLY).then(|| "ture".into())
        })
        .unwrap_err();
        assert!(error.message.contains("`CIRRUS_READ_ONLY`"), "{error}");
        assert!(
            resolve_with(&[], |name| (name == env_vars::CIRRUS_OUTPUT)
                .then(|| "xml".into()))
            .is_err()
        );
        assert!(
            resolve_with(&[], |name| (name == env_vars::CIRRUS_OUTPUT)
                .then(OsString::new))
            .is_ok()
        );
    }

    #[test]
    fn a_file_gets_real_values() {
        assert!(
            resolve_with(&["-O", "out.json"], |_| None)
                .unwrap()
                .output
                .reveal_secrets
        );
        assert!(
            resolve_with(&["--show-secrets"], |_| None)
                .unwrap()
                .output
                .reveal_secrets
        );
    }

    #[test]
    fn limits_are_remembered_in_the_state_folder() {
        let settings = resolve_with(&[], |name| {
            (name == env_vars::CIRRUS_STATE_DIR).then(|| "state".into())
        });
        let Account::Aws(aws) = settings.unwrap().account else {
            panic!("no account of AWS");
        };
        let file = std::path::Path::new("state").join("limits.json");
        assert_eq!(aws.limits.memory, Some(file));
    }

    #[test]
    fn local_ignores_everything_about_aws() {
        let settings =
            resolve_with(&["--local=s.json", "--region", "eu-west-1"], environment).unwrap();
        assert!(
            matches!(settings.account, Account::Local { state: Some(state) } if state.as_os_str() == "s.json")
        );
        assert_eq!(settings.session.regions, ["eu-west-1"]);
    }
}
