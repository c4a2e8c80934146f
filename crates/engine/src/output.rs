//! How the columns of a result are shown: headed as the user wrote them, with JSON and secrets marked.

use datafusion::logical_expr::LogicalPlan;

use crate::{
    OutputColumn,
    names::{Heading, Names},
    trace,
};

/// Heads the output columns as the user wrote them and marks JSON and secrets.
pub(crate) fn output_columns(plan: &LogicalPlan, names: &Names) -> Vec<OutputColumn> {
    let fields = plan.schema().fields();
    let mut headings: Vec<String> = Vec::with_capacity(fields.len());
    let single = names
        .headings
        .iter()
        .filter(|heading| matches!(heading, Heading::Written(_)))
        .count();
    let wildcards = names.headings.len() - single;
    for heading in &names.headings {
        match heading {
            Heading::Written(text) => headings.push(text.clone()),
            Heading::Wildcard(qualifier) => {
                let width = match qualifier {
                    _ if wildcards == 1 => fields.len().checked_sub(single),
                    Some(name) => names
                        .tables
                        .iter()
                        .find(|table_use| table_use.qualifier == *name)
                        .map(|table_use| table_use.table.columns.len()),
                    None => None,
                };
                let from = headings.len();
                let names = width.and_then(|width| fields.get(from..from + width));
                let Some(names) = names else { break };
                headings.extend(names.iter().map(|field| field.name().clone()));
            }
        }
    }
    if headings.len() != fields.len() {
        headings = fields.iter().map(|field| field.name().clone()).collect();
    }
    headings
        .into_iter()
        .zip(trace::trace(plan))
        .map(|(heading, trace)| OutputColumn {
            heading,
            json: trace.json,
            secret: trace.secret,
        })
        .collect()
}

/// A column that neither holds JSON nor secrets.
pub(crate) fn plain_column(heading: &str) -> OutputColumn {
    OutputColumn {
        heading: heading.to_owned(),
        json: false,
        secret: false,
    }
}
