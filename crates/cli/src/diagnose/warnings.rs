//! Words for what a statement went on without; what differs only in its scope is said once.

use cirrus_diagnostic::{Diagnostic, Kind};
use cirrus_engine::{Warning, WarningKind};

use super::cloud::{details, headline};
use crate::summary::count;

/// How many scopes of a group are named.
const NAMED_SCOPES: usize = 5;

/// The warnings of a statement; `part` of it can show wrong rows when others are missing.
pub(crate) fn warnings(warnings: &[Warning], part: Option<&str>) -> Vec<Diagnostic> {
    let mut groups = groups(warnings);
    // Once is enough, where the eye is: next to the summary.
    if let Some(part) = part
        && let Some(group) = groups.iter_mut().rfind(|group| group.loses_rows)
    {
        let note =
            format!("because rows are missing, {part} may show rows or numbers that are wrong");
        group.notes.push(note);
    }
    groups.into_iter().map(Group::diagnostic).collect()
}

/// What is not trouble: regions that were asked for by no name and have nothing.
pub(crate) fn notes(warnings: &[Warning]) -> Vec<String> {
    let mut disabled = Vec::new();
    let mut tables: Vec<(&str, Vec<String>)> = Vec::new();
    for warning in warnings {
        let Some(region) = &warning.region else {
            continue;
        };
        let region = format!("`{region}`");
        let regions = match warning.kind {
            WarningKind::NotEnabled => &mut disabled,
            WarningKind::Unavailable => {
                let table = warning.table.as_str();
                let at = tables.iter().position(|(known, _)| *known == table);
                let at = at.unwrap_or_else(|| {
                    tables.push((table, Vec::new()));
                    tables.len() - 1
                });
                &mut tables[at].1
            }
            _ => continue,
        };
        if !regions.contains(&region) {
            regions.push(region);
        }
    }
    disabled.sort();
    let unavailable = tables.into_iter().map(|(table, mut regions)| {
        regions.sort();
        let named = named(&regions);
        format!("note: `{table}` does not exist in {named}")
    });
    let mut notes: Vec<String> = unavailable.collect();
    if !disabled.is_empty() {
        let (regions, named) = (count(disabled.len() as u64, "region"), named(&disabled));
        notes.push(format!(
            "note: skipped {regions} that the account has not enabled: {named}"
        ));
    }
    notes
}

/// Warnings that differ only in their scope.
struct Group {
    /// What makes a warning one of them.
    key: String,
    headline: Headline,
    scopes: Vec<String>,
    notes: Vec<String>,
    loses_rows: bool,
}

/// How a group's words begin.
enum Headline {
    /// As they are; a note names the scopes.
    Whole(Diagnostic),
    /// The scopes are part of it: rows of this table vanished.
    Vanished(String),
}

fn groups(warnings: &[Warning]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for warning in warnings {
        let Some((key, headline)) = headline_of(warning) else {
            continue;
        };
        let at = groups.iter().position(|group| group.key == key);
        let at = at.unwrap_or_else(|| {
            groups.push(Group {
                key,
                headline,
                scopes: Vec::new(),
                notes: Vec::new(),
                loses_rows: warning.kind.loses_rows(),
            });
            groups.len() - 1
        });
        groups[at].scopes.extend(scope(warning));
    }
    groups
}

impl Group {
    fn diagnostic(mut self) -> Diagnostic {
        // They came as calls ended, which is by chance.
        self.scopes.sort();
        let named = named(&self.scopes);
        let mut diagnostic = match self.headline {
            Headline::Whole(diagnostic) if self.scopes.is_empty() => diagnostic,
            Headline::Whole(diagnostic) => diagnostic.note(format!("concerns {named}")),
            Headline::Vanished(table) => vanished(&table, self.scopes.len(), &named),
        };
        diagnostic.notes.extend(self.notes);
        if self.scopes.len() > NAMED_SCOPES {
            return diagnostic
                .hint("`SELECT * FROM cirrus.errors` as the next statement shows them all");
        }
        diagnostic
    }
}

/// What makes a warning the same as another, and its words without its scope; none for what is only a note.
fn headline_of(warning: &Warning) -> Option<(String, Headline)> {
    let table = &warning.table;
    let whole = |code, message: String| {
        let diagnostic = Diagnostic::warning(code, Kind::Cloud, message.clone());
        (message, diagnostic)
    };
    let (key, diagnostic) = match &warning.kind {
        WarningKind::Failed(error) => {
            let (code, kind, headline) = headline(error, None);
            let message = format!("rows of `{table}` are missing: {headline}");
            let key = format!("{message} {:?}", error.code);
            (
                key,
                details(Diagnostic::warning(code, kind, message), error),
            )
        }
        WarningKind::Mistyped { property, expected } => whole(
            "mistyped",
            format!(
                "`{property}` of `{table}` is no {expected} in some rows and reads as NULL there"
            ),
        ),
        WarningKind::Undecodable { reason } => {
            let message =
                format!("rows of `{table}` are missing: their properties cannot be decoded");
            let (key, diagnostic) = whole("undecodable", message);
            (key, diagnostic.note(reason.clone()))
        }
        WarningKind::Vanished => {
            return Some((
                format!("vanished {table}"),
                Headline::Vanished(table.clone()),
            ));
        }
        WarningKind::RegionsUnknown(error) => {
            let (_, kind, headline) = headline(error, None);
            let message =
                format!("the regions that the account has enabled are unknown: {headline}");
            let diagnostic = Diagnostic::warning("regions-unknown", kind, message.clone())
                .note("every region of the partition was tried");
            (message, details(diagnostic, error))
        }
        WarningKind::Unavailable | WarningKind::NotEnabled => return None,
    };
    Some((key, Headline::Whole(diagnostic)))
}

/// Resources that were gone when they were read; no row is missing that still exists.
fn vanished(table: &str, count: usize, named: &str) -> Diagnostic {
    let message = match count {
        1 => format!("1 resource was deleted while it was read: {named}"),
        _ => format!("{count} resources were deleted while they were read: {named}"),
    };
    Diagnostic::warning("vanished", Kind::Cloud, message).note(format!(
        "`{table}` listed what could not be read a moment later"
    ))
}

fn scope(warning: &Warning) -> Option<String> {
    match (&warning.region, &warning.subject) {
        (Some(region), Some(subject)) => Some(format!("`{subject}` in `{region}`")),
        (Some(region), None) => Some(format!("`{region}`")),
        (None, Some(subject)) => Some(format!("`{subject}`")),
        (None, None) => None,
    }
}

/// The first of them, and how many more there are.
fn named(scopes: &[String]) -> String {
    let named = &scopes[..scopes.len().min(NAMED_SCOPES)];
    match scopes.len() - named.len() {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}
