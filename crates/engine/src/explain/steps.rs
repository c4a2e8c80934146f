//! The calls of one scan in words: those that supply list inputs, its own, and the reads of single resources.

use cirrus_provider::{Access, Column, FeedValue, Handler, Operation, Source, Table};
use serde_json::{Map, Value};

use super::{Explained, Step};
use crate::{
    per_key::{PerKey, is_placeholder},
    scan::ScanSpec,
};

impl Explained<'_> {
    fn spec(&self) -> &ScanSpec {
        &self.scan.spec
    }

    pub(super) fn steps(&self) -> Vec<Step> {
        let spec = self.spec();
        let mut steps = Vec::new();
        let filters = spec.filters.described.join(" AND ");
        let mut lists = false;
        let parts = self.scan.parts().iter();
        let accesses = parts.flat_map(|part| {
            part.plan
                .accesses
                .iter()
                .map(|access| (&part.table, access))
        });
        for (at, (table, access)) in accesses.enumerate() {
            let first = steps.len();
            // With a limit, the first accesses may give rows enough.
            let may_be_spared =
                self.may_stop || spec.wanted.enabled_only || (at > 0 && spec.limit.is_some());
            lists |= !matches!(access, Access::Get { .. });
            self.access_steps(table, access, may_be_spared, &mut steps);
            if let Some(own) = steps[first..].last_mut() {
                own.table.clone_from(&spec.wanted.name);
                own.filters.clone_from(&filters);
                own.note = self.note();
                if let Some(per_key) = &self.scan.bound.per_key {
                    of_each_key(own, per_key, access, may_be_spared);
                }
            }
        }
        if lists {
            steps.extend(self.hydration());
        }
        steps
    }

    /// What a person should know about the keys of a scan.
    fn note(&self) -> String {
        let spec = self.spec();
        let Some(per_key) = &self.scan.bound.per_key else {
            let calls = self
                .scan
                .parts()
                .iter()
                .flat_map(|part| &part.plan.accesses);
            let lists = calls
                .filter(|access| !matches!(access, Access::Get { .. }))
                .count()
                > 0;
            let reasons = self.scan.bound.unbound.iter().filter(|_| lists);
            let reasons: Vec<String> = reasons.map(|reason| format!("no keys: {reason}")).collect();
            return reasons.join("; ");
        };
        let asks_everywhere = !per_key.each_region
            && !per_key.literal
            && !spec.wanted.table.global
            && spec.wanted.regions.len() > 1;
        if asks_everywhere {
            "a key that names its region is asked there alone".to_owned()
        } else {
            String::new()
        }
    }

    /// The calls of one access, those that supply its inputs first.
    fn access_steps(
        &self,
        table: &Table,
        access: &Access,
        may_be_spared: bool,
        steps: &mut Vec<Step>,
    ) {
        let step = |operation: Operation, request: String, calls: &str| Step {
            table: format!("{}.{}", self.spec().catalog, table.qualified_name()),
            operation: operation.name(),
            region: access.region().to_owned(),
            request,
            calls: calls.to_owned(),
            permissions: permissions(table, operation),
            ..Step::default()
        };
        match access {
            Access::Get { identifier, .. } => {
                let calls = if may_be_spared { "at most 1" } else { "1" };
                let identifier = identifier.to_string();
                steps.push(step(Operation::GetResource, identifier, calls));
            }
            Access::List { inputs, .. } => {
                let calls = if may_be_spared {
                    "at least 0"
                } else {
                    "at least 1"
                };
                let request = model(inputs, Vec::new());
                steps.push(step(Operation::ListResources, request, calls));
            }
            Access::FanOut {
                inputs, sources, ..
            } => {
                let mut fed = Vec::new();
                let mut per = Vec::new();
                for source in sources {
                    self.source_steps(source, may_be_spared, steps);
                    fed.extend(fed_members(source));
                    per.push(supplier(source));
                }
                let calls = if may_be_spared || self.spec().limit.is_some() {
                    "at least 0".to_owned()
                } else {
                    format!("at least 1 per {}", per.join(" and "))
                };
                steps.push(step(Operation::ListResources, model(inputs, fed), &calls));
            }
        }
    }

    /// The calls that a source takes.
    fn source_steps(&self, source: &Source, may_be_spared: bool, steps: &mut Vec<Step>) {
        let parent = match source {
            Source::Values { .. } => return,
            Source::Account { .. } => {
                steps.push(Step {
                    operation: Operation::GetCallerIdentity.name(),
                    calls: "at most 1".into(),
                    permissions: "sts:GetCallerIdentity".into(),
                    ..Step::default()
                });
                return;
            }
            Source::Parent(parent) => parent,
        };
        self.access_steps(&parent.table, &parent.access, may_be_spared, steps);
        let read = parent.feeds.iter().filter_map(|feed| match &feed.value {
            FeedValue::Property(property) => Some(property.as_str()),
            FeedValue::Part(_) | FeedValue::Input(_) => None,
        });
        let read: Vec<&str> = read.collect();
        if !read.is_empty() {
            steps.push(Step {
                table: format!("{}.{}", self.spec().catalog, parent.table.qualified_name()),
                operation: Operation::GetResource.name(),
                region: parent.access.region().to_owned(),
                request: format!("each parent whose list left out {}", read.join(", ")),
                calls: "at most 1 per parent".into(),
                permissions: permissions(&parent.table, Operation::GetResource),
                ..Step::default()
            });
        }
    }

    /// The reads of single resources for columns that a list may leave out.
    fn hydration(&self) -> Option<Step> {
        let spec = self.spec();
        let table = &spec.wanted.table;
        table.handlers.read.as_ref()?;
        let needed: Vec<&Column> = spec
            .read_columns()
            .filter(|column| {
                table
                    .identifier
                    .iter()
                    .all(|part| part.column != Some(*column))
            })
            .map(|column| &table.columns[column])
            .collect();
        if needed.is_empty() {
            return None;
        }
        let names: Vec<&str> = needed.iter().map(|column| column.name.as_str()).collect();
        Some(Step {
            table: spec.wanted.name.clone(),
            operation: Operation::GetResource.name(),
            request: format!("each row whose list left out one of: {}", names.join(", ")),
            calls: match spec.limit {
                Some(limit) if spec.filters.described.is_empty() => format!("at most {limit}"),
                _ => "at most 1 per row".to_owned(),
            },
            permissions: permissions(table, Operation::GetResource),
            note: self.learned(&needed),
            ..Step::default()
        })
    }

    /// What lists of the type returned so far.
    fn learned(&self, needed: &[&Column]) -> String {
        let learned = &self.scan.context.shared.learned;
        let type_name = &self.spec().wanted.table.type_name;
        let listed = |column: &&&Column| learned.lists(type_name, &column.property);
        let never = needed.iter().filter(|column| listed(column) == Some(false));
        let never: Vec<&str> = never.map(|column| column.name.as_str()).collect();
        if !never.is_empty() {
            return format!("lists have not returned {}", never.join(", "));
        }
        if needed.iter().all(|column| listed(&column) == Some(true)) {
            return "none expected: lists have returned these".to_owned();
        }
        String::new()
    }
}

/// The calls of a scan that waits for keys, in its words.
fn of_each_key(step: &mut Step, per_key: &PerKey, access: &Access, may_be_spared: bool) {
    if per_key.each_region {
        "each region of the join".clone_into(&mut step.region);
    }
    if per_key.literal {
        // Without a key on the other side there is no call.
        step.calls = match access {
            Access::Get { .. } => "at most 1".to_owned(),
            Access::List { .. } | Access::FanOut { .. } => "at least 0".to_owned(),
        };
    } else if !may_be_spared || matches!(access, Access::Get { .. }) {
        let joint = if matches!(access, Access::FanOut { .. }) {
            " and"
        } else {
            " per"
        };
        step.calls = format!("{}{joint} key", step.calls);
    }
}

/// A list's model; keys that are not there yet have no quotes.
fn model(inputs: &Map<String, Value>, fed: Vec<String>) -> String {
    let bound = inputs.iter().map(|(input, value)| {
        let placeholder = value.as_str().filter(|text| is_placeholder(text));
        let value = placeholder.map_or_else(|| value.to_string(), str::to_owned);
        format!("\"{input}\": {value}")
    });
    let members: Vec<String> = bound.chain(fed).collect();
    if members.is_empty() {
        return String::new();
    }
    format!("{{{}}}", members.join(", "))
}

/// What a source puts into the list's model.
fn fed_members(source: &Source) -> Vec<String> {
    match source {
        Source::Values { input, values } => {
            let values: Vec<String> = values.iter().map(Value::to_string).collect();
            vec![format!("\"{input}\": {}", values.join(" or "))]
        }
        Source::Account { input } => vec![format!("\"{input}\": the account's id")],
        Source::Parent(parent) => parent
            .feeds
            .iter()
            .map(|feed| {
                let value = match &feed.value {
                    FeedValue::Part(part) => &parent.table.identifier[*part].path,
                    FeedValue::Property(name) | FeedValue::Input(name) => name,
                };
                format!("\"{}\": {}.{value}", feed.input, parent.table.name)
            })
            .collect(),
    }
}

fn supplier(source: &Source) -> &str {
    match source {
        Source::Parent(_) => "parent",
        Source::Values { input, .. } => input,
        Source::Account { .. } => "account",
    }
}

/// The IAM actions of a call: Cloud Control's own and the handler's.
fn permissions(table: &Table, operation: Operation) -> String {
    let handler: Option<&Handler> = match operation {
        Operation::ListResources => table.handlers.list.as_ref(),
        Operation::GetResource => table.handlers.read.as_ref(),
        Operation::ListRegions | Operation::GetCallerIdentity => None,
    };
    let own = format!("cloudformation:{operation}");
    let actions = handler
        .iter()
        .flat_map(|handler| &handler.permissions)
        .cloned();
    std::iter::once(own)
        .chain(actions)
        .collect::<Vec<_>>()
        .join(", ")
}
