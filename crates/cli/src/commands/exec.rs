//! `cirrus exec`: runs a script and prints its results.

use cirrus_diagnostic::Source;
use serde_json::Map;

use super::block_on;
use crate::{
    Result,
    args::ExecArgs,
    connect::connect,
    data_file,
    exit::ExitStatus,
    interrupt::Interrupts,
    printer::{self, Printer},
    run::Runner,
    settings::{Settings, TemplateSettings},
    source::{self, Script},
    template::{self, Variables},
};

pub(crate) fn exec(args: &ExecArgs, settings: Settings, printer: Printer) -> Result<ExitStatus> {
    let origin = source::origin(args, source::stdin_is_terminal())?;
    let script = fill(source::read(origin)?, &settings.template)?;
    source::check_length(&script)?;
    let output = settings.output.clone();
    let keep_going = settings.session.keep_going;
    let timeout = settings.timeout;
    block_on(async {
        let connection = connect(settings).await?;
        let mut sink = printer::sink(output.file.as_deref())?;
        let runner = Runner {
            session: &connection.session,
            printer,
            output: &output,
            keep_going,
            timeout,
            interrupts: &Interrupts::listen(),
        };
        let status = runner.run(&script, sink.as_mut()).await;
        connection.close().await;
        Ok(status)
    })
}

/// Renders a script if it is a template, or if there is something to fill one with.
pub(crate) fn fill(script: Script, settings: &TemplateSettings) -> Result<Source> {
    let has_values = !settings.variables.is_empty() || settings.data.is_some();
    if !script.is_template && !has_values {
        return Ok(script.source);
    }
    let data = settings.data.as_deref().map(data_file::read).transpose()?;
    let variables = Variables::new(data.unwrap_or_else(Map::new), &settings.variables);
    template::render(&script.source, &variables)
}
