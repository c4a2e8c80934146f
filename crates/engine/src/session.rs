//! A session: settings, and the way from a script to its answers.
//!
//! A script is parsed whole (`script.rs`), then each statement's names are resolved (`names.rs`), DataFusion plans it
//! over lazy catalogs (`catalog.rs`, `table.rs`), and its rows stream from the scans (`scan.rs`, `fetch.rs`).

use std::sync::Arc;

use arrow::{
    array::{RecordBatch, StringArray},
    datatypes::{DataType, Field, Schema},
};
use cirrus_provider::{Catalog, Cloud};
use datafusion::{
    logical_expr::LogicalPlan,
    physical_plan::{ExecutionPlan, execute_stream},
    prelude::SessionContext,
    sql::{
        parser::{ExplainStatement, ResetStatement, Statement},
        sqlparser::ast::{self, ObjectName, Set, Use},
    },
};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use parking_lot::Mutex;

use crate::{
    Answer, Body, Error, Knowledge, Rows,
    context::{Shared, StatementContext},
    errors::{self, Failures},
    explain, failure,
    learned::Learned,
    names::{self, Names, TableUse},
    output::{output_columns, plain_column},
    planner::planner,
    regions::{Enabled, Regions},
    relations::CATALOGS,
    repeated,
    script::{self, ScriptStatement, TextSpan},
    setting::Current,
    suspect, use_statement, withhold,
};

/// What a session starts with.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The regions of `--region`, in order; empty means the cloud's default region, `all` every enabled one.
    pub regions: Vec<String>,
    /// Refuse every write.
    pub read_only: bool,
    /// Go on with the next statement after one that failed.
    pub keep_going: bool,
    /// What earlier sessions learned ([`Session::knowledge`]).
    pub knowledge: Knowledge,
}

/// Runs statements against a catalog and a cloud.
pub struct Session {
    shared: Arc<Shared>,
    settings: Settings,
    context: SessionContext,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    current: Current,
    /// The service of `USE aws.cognito`.
    default_service: Option<String>,
    /// What the last statement that read a cloud went without.
    failures: Option<Failures>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Session {
    /// Opens a session; makes no call and decodes no schema.
    pub fn new(catalog: Arc<Catalog>, cloud: Arc<dyn Cloud>, settings: Settings) -> Self {
        let context = planner(&catalog);
        let state = Mutex::new(State {
            current: initial(&settings),
            default_service: None,
            failures: None,
        });
        let shared = Arc::new(Shared {
            catalog,
            cloud,
            learned: Learned::new(settings.knowledge.clone()),
            enabled: Enabled::default(),
            account: tokio::sync::OnceCell::new(),
            flights: Arc::default(),
        });
        Self {
            shared,
            settings,
            context,
            state,
        }
    }

    /// What this session and those before it learned of types and their lists, to be given to the next.
    pub fn knowledge(&self) -> Knowledge {
        self.shared.learned.knowledge()
    }

    /// Runs a script: everything is parsed first, then each statement is planned and answered when it is asked for.
    ///
    /// The stream ends after the first error unless [`Settings::keep_going`] is set. An answer's rows must be drained
    /// or dropped before the next answer is asked for.
    pub fn run<'a>(&'a self, sql: &'a str) -> BoxStream<'a, Result<Answer, Error>> {
        let statements = match script::parse(sql) {
            Ok(statements) => statements,
            Err(error) => return stream::iter([Err(error)]).boxed(),
        };
        stream::unfold(statements.into_iter(), move |mut statements| async move {
            let statement = statements.next()?;
            let answer = Box::pin(self.answer(statement)).await;
            if answer.is_err() && !self.settings.keep_going {
                statements = Vec::new().into_iter();
            }
            Some((answer, statements))
        })
        .boxed()
    }

    async fn answer(&self, statement: ScriptStatement) -> Result<Answer, Error> {
        let ScriptStatement { text, statement } = statement;
        match statement {
            Statement::Statement(statement) => Box::pin(self.answer_sql(*statement, text)).await,
            Statement::Explain(explain) => self.answer_explain(explain, text).await,
            Statement::Reset(ResetStatement::Variable(name)) => {
                let initial = initial(&self.settings);
                let notice =
                    self.state
                        .lock()
                        .current
                        .reset(&last_part(&name), &initial, &text.bytes)?;
                Ok(notice_of(notice, &text))
            }
            Statement::CopyTo(_) => Err(unsupported("COPY", None, &text)),
            Statement::CreateExternalTable(_) => {
                Err(unsupported("CREATE EXTERNAL TABLE", None, &text))
            }
        }
    }

    async fn answer_sql(&self, statement: ast::Statement, text: TextSpan) -> Result<Answer, Error> {
        use ast::Statement as Sql;
        match statement {
            Sql::Prepare {
                statement: inner, ..
            } if !matches!(*inner, Sql::Query(_)) => {
                let instead = "Prepare a SELECT";
                Err(unsupported(
                    "PREPARE of this statement",
                    Some(instead),
                    &text,
                ))
            }
            Sql::Query(_) | Sql::Prepare { .. } | Sql::Execute { .. } | Sql::Deallocate { .. } => {
                self.answer_query(statement, text).await
            }
            Sql::Set(Set::SingleAssignment {
                variable, values, ..
            }) => {
                let notice = self.state.lock().current.set(
                    &last_part(&variable),
                    &values,
                    text.bytes.clone(),
                )?;
                Ok(notice_of(notice, &text))
            }
            Sql::ShowVariable { variable } => {
                let name = variable
                    .iter()
                    .map(|ident| ident.value.as_str())
                    .collect::<Vec<_>>()
                    .join(" ");
                let regions = self.statement_context().regions;
                let current = Current {
                    regions,
                    ..self.state.lock().current.clone()
                };
                let shown = current.show(&name, &text.bytes)?;
                Ok(self.one_value(&name, &shown, &text))
            }
            Sql::Use(target) => self.use_service(&target, &text),
            Sql::Insert(_)
            | Sql::Update(_)
            | Sql::Delete(_)
            | Sql::Merge { .. }
            | Sql::Truncate { .. } => {
                let verb = text
                    .text
                    .split_whitespace()
                    .next()
                    .unwrap_or_default()
                    .to_uppercase();
                let instead = if self.settings.read_only {
                    "This session is read-only"
                } else {
                    "This version of Cirrus reads only; nothing was sent"
                };
                Err(unsupported(&verb, Some(instead), &text))
            }
            Sql::StartTransaction { .. } | Sql::Commit { .. } | Sql::Rollback { .. } => {
                let instead =
                    "Calls to a cloud cannot be rolled back, so there are no transactions";
                Err(unsupported("a transaction", Some(instead), &text))
            }
            other => {
                let verb = other
                    .to_string()
                    .split_whitespace()
                    .next()
                    .unwrap_or_default()
                    .to_uppercase();
                Err(unsupported(&verb, None, &text))
            }
        }
    }

    async fn answer_query(
        &self,
        statement: ast::Statement,
        text: TextSpan,
    ) -> Result<Answer, Error> {
        let planned = self.plan(statement, &text).await?;
        let Planned {
            logical,
            physical,
            names,
            context,
        } = planned;
        if let Some(part) = suspect::missing_rows_matter(&logical) {
            context.report.set_missing_rows_matter(part);
        }
        let is_own = |table: &TableUse| table.table.service == errors::SERVICE;
        if !names.tables.is_empty() && !names.tables.iter().any(is_own) {
            self.state.lock().failures = Some(Failures {
                statement: text.text.clone(),
                report: context.report.clone(),
            });
        }
        let columns = output_columns(&logical, &names);
        let task = self.context.task_ctx();
        let stream = execute_stream(physical, task)
            .map_err(|error| failure::of_datafusion(&error, &text, &names.tables))?;
        let schema = stream.schema();
        let report = context.report.clone();
        let statement = text.bytes.clone();
        let batches = stream.map(move |batch| {
            batch.map_err(|error| failure::of_datafusion(&error, &text, &names.tables))
        });
        let batches = withhold::until_answered(batches.boxed(), context);
        Ok(Answer {
            statement,
            body: Body::Rows(Rows {
                schema,
                columns,
                batches,
            }),
            report,
        })
    }

    async fn answer_explain(
        &self,
        explain: ExplainStatement,
        text: TextSpan,
    ) -> Result<Answer, Error> {
        let options = &explain.options;
        if options.analyze || options.verbose || options.format.is_some() {
            let instead =
                "`EXPLAIN SELECT ...` shows the calls; running the statement counts them on stderr";
            return Err(unsupported("EXPLAIN with options", Some(instead), &text));
        }
        let Statement::Statement(inner) = *explain.statement else {
            return Err(unsupported("EXPLAIN of this statement", None, &text));
        };
        if !matches!(*inner, ast::Statement::Query(_)) {
            return Err(unsupported(
                "EXPLAIN of a statement other than SELECT",
                None,
                &text,
            ));
        }
        let planned = self.plan(*inner, &text).await?;
        let batch = explain::explain(&planned.physical);
        let columns = batch
            .schema()
            .fields()
            .iter()
            .map(|field| plain_column(field.name()))
            .collect();
        let rows = Rows {
            schema: batch.schema(),
            columns,
            batches: stream::iter([Ok(batch)]).boxed(),
        };
        Ok(Answer {
            statement: text.bytes,
            body: Body::Rows(rows),
            report: planned.context.report.clone(),
        })
    }

    /// Plans a statement down to its scans, without a call.
    async fn plan(&self, mut statement: ast::Statement, text: &TextSpan) -> Result<Planned, Error> {
        let default_service = self.state.lock().default_service.clone();
        let names = names::resolve(
            &mut statement,
            text,
            &self.shared.catalog,
            default_service.as_deref(),
        )?;
        let context = Arc::new(self.statement_context());
        self.context
            .state_ref()
            .write()
            .config_mut()
            .set_extension(context.clone());
        let fail = |error| failure::of_datafusion(&error, text, &names.tables);
        let state = self.context.state();
        let logical = state
            .statement_to_plan(Statement::Statement(Box::new(statement)))
            .await
            .map_err(fail)?;
        let frame = self
            .context
            .execute_logical_plan(logical)
            .await
            .map_err(fail)?;
        let (state, logical) = frame.into_parts();
        let physical = state.create_physical_plan(&logical).await.map_err(fail)?;
        context.calls.keep(repeated::types(&physical));
        Ok(Planned {
            logical,
            physical,
            names,
            context,
        })
    }

    fn statement_context(&self) -> StatementContext {
        let current = self.state.lock().current.clone();
        let regions = match current.regions {
            Regions::Named(regions) if regions.is_empty() => {
                Regions::Named(self.shared.cloud.default_region().into_iter().collect())
            }
            regions => regions,
        };
        StatementContext::new(
            self.shared.clone(),
            regions,
            current.max_api_calls,
            self.state.lock().failures.clone(),
        )
    }

    fn use_service(&self, target: &Use, text: &TextSpan) -> Result<Answer, Error> {
        let service = use_statement::service(target, &self.shared.catalog, &text.bytes)?;
        let notice = match &service {
            Some(service) => format!("using {}.{service}", CATALOGS[0]),
            None => format!("using {}", CATALOGS[0]),
        };
        self.state.lock().default_service = service;
        Ok(notice_of(notice, text))
    }

    fn one_value(&self, heading: &str, value: &str, text: &TextSpan) -> Answer {
        let schema = Arc::new(Schema::new(vec![Field::new(heading, DataType::Utf8, true)]));
        let batch = RecordBatch::try_new(
            schema.clone(),
            vec![Arc::new(StringArray::from(vec![value]))],
        )
        .expect("one column of one value");
        let rows = Rows {
            schema,
            columns: vec![plain_column(heading)],
            batches: stream::iter([Ok(batch)]).boxed(),
        };
        let report = self.statement_context().report;
        Answer {
            statement: text.bytes.clone(),
            body: Body::Rows(rows),
            report,
        }
    }
}

/// A statement ready to run.
struct Planned {
    logical: LogicalPlan,
    physical: Arc<dyn ExecutionPlan>,
    names: Names,
    context: Arc<StatementContext>,
}

/// The settings that a session begins with, and that RESET goes back to.
fn initial(settings: &Settings) -> Current {
    Current {
        regions: Regions::from(settings.regions.as_slice()),
        max_api_calls: None,
    }
}

fn last_part(name: &ObjectName) -> String {
    name.0
        .last()
        .map(|part| part.to_string().trim_matches('"').to_owned())
        .unwrap_or_default()
}

fn notice_of(notice: String, text: &TextSpan) -> Answer {
    Answer {
        statement: text.bytes.clone(),
        body: Body::Notice(notice),
        report: Arc::default(),
    }
}

fn unsupported(what: &str, instead: Option<&str>, text: &TextSpan) -> Error {
    Error::Unsupported {
        what: what.to_owned(),
        instead: instead.map(str::to_owned),
        span: Some(text.bytes.clone()),
    }
}
