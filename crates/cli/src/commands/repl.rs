//! `cirrus` alone: a prompt for statements, with the same session and printing as `cirrus exec`.

use std::path::{Path, PathBuf};

use cirrus_diagnostic::Source;
use cirrus_engine::{Completeness, completeness};
use rustyline::{
    Config, Editor, Helper,
    completion::Completer,
    error::ReadlineError,
    highlight::Highlighter,
    hint::Hinter,
    history::FileHistory,
    validate::{ValidationContext, ValidationResult, Validator},
};

use super::{end, exec, runtime};
use crate::{
    Result,
    args::ExecArgs,
    connect::connect,
    diagnose,
    exit::ExitStatus,
    interrupt::Interrupts,
    printer::{self, Printer},
    run::Runner,
    settings::{Settings, TemplateSettings},
    source::{self, QUERY, Script},
    state,
};

const PROMPT: &str = "cirrus> ";

const HELP: &str = "\
Statements end with `;` and may span lines.

  \\?, help          show this
  \\q, quit, exit    leave, as Ctrl-D does
  Ctrl-C            clear the line, or cancel the statement that runs

  SELECT ... FROM aws.<service>.<resource>
  EXPLAIN SELECT ...                          show the calls without making them
  SET regions = 'us-east-1,eu-west-1';        read these regions
  SET regions = 'all';                        read every region that the account has enabled
  RESET regions;                              read the default region again
  SET max_api_calls = 100;                    stop a statement before its 101st call
  SELECT * FROM cirrus.errors;                show what the last statement went without";

pub(crate) fn repl(settings: Settings, printer: Printer) -> Result<ExitStatus> {
    if !source::stdin_is_terminal() {
        return exec::exec(&ExecArgs::default(), settings, printer);
    }
    let output = settings.output.clone();
    let template = settings.template.clone();
    let keep_going = settings.session.keep_going;
    let timeout = settings.timeout;
    let mut sink = printer::sink(output.file.as_deref())?;
    let mut editor = Prompt::open(settings.state.as_deref())?;
    let runtime = runtime()?;
    let connection = runtime.block_on(connect(settings))?;
    let interrupts = runtime.block_on(async { Interrupts::listen() });
    let runner = Runner {
        session: &connection.session,
        printer,
        output: &output,
        keep_going,
        timeout,
        interrupts: &interrupts,
    };

    printer.notice(&format!(
        "cirrus {}; `\\?` for help",
        env!("CARGO_PKG_VERSION")
    ));
    while let Some(text) = editor.read()? {
        match Input::of(&text) {
            Input::Nothing => {}
            Input::Leave => break,
            Input::Help => printer.notice(HELP),
            Input::Unknown(command) => printer.diagnostic(&diagnose::unknown_command(command)),
            Input::Sql(sql) => match prepare(sql, &template) {
                // The prompt comes back whatever happens to a statement.
                Ok(script) => drop(runtime.block_on(runner.run(&script, sink.as_mut()))),
                Err(diagnostic) => printer.diagnostic(&diagnostic),
            },
        }
    }
    runtime.block_on(connection.close());
    end(runtime);
    Ok(ExitStatus::Done)
}

fn prepare(sql: &str, template: &TemplateSettings) -> Result<Source> {
    let source = Source {
        name: QUERY.into(),
        text: sql.into(),
    };
    let script = exec::fill(
        Script {
            source,
            is_template: false,
        },
        template,
    )?;
    source::check_length(&script)?;
    Ok(script)
}

/// What was typed.
#[derive(Debug, PartialEq, Eq)]
enum Input<'a> {
    Nothing,
    Leave,
    Help,
    Unknown(&'a str),
    Sql(&'a str),
}

impl<'a> Input<'a> {
    fn of(text: &'a str) -> Self {
        let text = text.trim();
        match text.trim_end_matches(';').trim_end() {
            "" => Self::Nothing,
            "\\q" | "quit" | "exit" => Self::Leave,
            "\\?" | "help" => Self::Help,
            command if command.starts_with('\\') => {
                Self::Unknown(command.split_whitespace().next().unwrap_or(command))
            }
            _ => Self::Sql(text),
        }
    }
}

/// The line editor and its history.
struct Prompt {
    editor: Editor<SqlHelper, FileHistory>,
    history: Option<PathBuf>,
}

impl Prompt {
    fn open(state: Option<&Path>) -> Result<Self> {
        let config = Config::builder().history_ignore_space(true).build();
        let mut editor = Editor::with_config(config).map_err(|error| failed(&error))?;
        editor.set_helper(Some(SqlHelper));
        let history = state.and_then(history_file);
        if let Some(path) = &history {
            // There is no history the first time.
            let _ = editor.load_history(path);
        }
        Ok(Self { editor, history })
    }

    /// The next statement or command; nothing at Ctrl-D.
    fn read(&mut self) -> Result<Option<String>> {
        match self.editor.readline(PROMPT) {
            Ok(text) => {
                self.remember(&text);
                Ok(Some(text))
            }
            Err(ReadlineError::Interrupted) => Ok(Some(String::new())),
            Err(ReadlineError::Eof) => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }

    /// Keeps what was typed; a history that cannot be written is no reason to stop.
    fn remember(&mut self, text: &str) {
        let added = self.editor.add_history_entry(text.trim()).unwrap_or(false);
        if let (true, Some(path)) = (added, &self.history)
            && let Err(error) = self.editor.append_history(path)
        {
            tracing::warn!(%error, path = %path.display(), "the history cannot be written");
        }
    }
}

fn failed(error: &ReadlineError) -> Box<cirrus_diagnostic::Diagnostic> {
    diagnose::system(
        "read from the terminal",
        &std::io::Error::other(error.to_string()),
    )
}

/// The history, in a folder that exists and a file that is the user's own.
fn history_file(folder: &Path) -> Option<PathBuf> {
    state::make(folder).ok()?;
    let path = folder.join("history");
    if !path.exists() {
        printer::create_private(&path).ok()?;
    }
    Some(path)
}

/// Tells the editor when a statement is whole.
struct SqlHelper;

impl Helper for SqlHelper {}

impl Completer for SqlHelper {
    type Candidate = String;
}

impl Highlighter for SqlHelper {}

impl Hinter for SqlHelper {
    type Hint = String;
}

impl Validator for SqlHelper {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(match Input::of(context.input()) {
            Input::Sql(sql) if completeness(sql) == Completeness::Incomplete => {
                ValidationResult::Incomplete
            }
            _ => ValidationResult::Valid(None),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_backslashes_are_commands() {
        for (text, input) in [
            ("", Input::Nothing),
            (" ; ", Input::Nothing),
            ("\\q", Input::Leave),
            ("exit;", Input::Leave),
            ("quit", Input::Leave),
            ("help", Input::Help),
            ("\\? ", Input::Help),
            ("\\nope x", Input::Unknown("\\nope")),
            ("SELECT 1;", Input::Sql("SELECT 1;")),
        ] {
            assert_eq!(Input::of(text), input, "{text}");
        }
    }
}
