//! Names of a statement, in any spelling, before DataFusion plans it.
//!
//! DataFusion lower-cases unquoted identifiers and then compares exactly, so `UserPoolId`, `"Identifier"` or
//! `data__Identifier` would not be found. One pass collects tables and aliases and refuses unknown tables with a
//! caret; a second rewrites every identifier that no alias claims and that names a column or property of a table in
//! the statement. On the way the headings are kept as the user wrote them.

use std::{collections::HashSet, ops::ControlFlow, sync::Arc};

use cirrus_provider::{Catalog, Table};
use datafusion::sql::sqlparser::ast::{
    self, Expr, Ident, JoinConstraint, JoinOperator, ObjectName, ObjectNamePart, Query, Select,
    SelectItem, SelectItemQualifiedWildcardKind, SetExpr, TableFactor, VisitMut, VisitorMut,
};

use crate::{
    Error, Span,
    relations::{self, RelationName},
    script::TextSpan,
};

/// A table in a statement.
#[derive(Clone, Debug)]
pub(crate) struct TableUse {
    /// What it is.
    pub(crate) table: Arc<Table>,
    /// `aws.cognito.user_pools`.
    pub(crate) name: String,
    /// The name or alias that qualifies its columns.
    pub(crate) qualifier: String,
    /// Where it is named.
    pub(crate) span: Option<Span>,
}

/// One item of the outermost SELECT list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heading {
    /// One column, headed like this.
    Written(String),
    /// Columns headed by their own names: all of them, or those of one qualifier.
    Wildcard(Option<String>),
}

/// What a statement names.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Its tables, in order of appearance.
    pub(crate) tables: Vec<TableUse>,
    /// The outermost SELECT list; empty when the statement has none.
    pub(crate) headings: Vec<Heading>,
}

/// Resolves and rewrites the names of a statement.
pub(crate) fn resolve(
    statement: &mut ast::Statement,
    text: &TextSpan,
    catalog: &Catalog,
    default_service: Option<&str>,
) -> Result<Names, Error> {
    let mut headings = Vec::new();
    if let ast::Statement::Query(query) = statement {
        headings = headings_of(query);
    }
    let mut collector = Collector {
        catalog,
        text,
        default_service,
        ctes: HashSet::new(),
        aliases: HashSet::new(),
        tables: Vec::new(),
    };
    // Names of WITH may be used before they are visited, so they are collected first.
    let _ = statement.visit(&mut CteNames(&mut collector.ctes, &mut collector.aliases));
    if let ControlFlow::Break(error) = statement.visit(&mut collector) {
        return Err(error);
    }
    let Collector {
        aliases, tables, ..
    } = collector;
    let _ = statement.visit(&mut Rewriter {
        tables: &tables,
        aliases: &aliases,
    });
    if let ast::Statement::Query(query) = statement {
        tell_apart(query);
    }
    Ok(Names { tables, headings })
}

/// An identifier as SQL folds it.
fn folded(ident: &Ident) -> String {
    if ident.quote_style.is_some() {
        ident.value.clone()
    } else {
        ident.value.to_lowercase()
    }
}

struct CteNames<'a>(&'a mut HashSet<String>, &'a mut HashSet<String>);

impl VisitorMut for CteNames<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            self.0.insert(folded(&cte.alias.name));
            self.1
                .extend(cte.alias.columns.iter().map(|column| folded(&column.name)));
        }
        ControlFlow::Continue(())
    }
}

struct Collector<'a> {
    catalog: &'a Catalog,
    text: &'a TextSpan,
    default_service: Option<&'a str>,
    ctes: HashSet<String>,
    aliases: HashSet<String>,
    tables: Vec<TableUse>,
}

impl VisitorMut for Collector<'_> {
    type Break = Error;

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<Error> {
        for item in &select.projection {
            if let SelectItem::ExprWithAlias { alias, .. } = item {
                self.aliases.insert(folded(alias));
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<Error> {
        let alias = match &*factor {
            TableFactor::Table { alias, .. }
            | TableFactor::Derived { alias, .. }
            | TableFactor::TableFunction { alias, .. }
            | TableFactor::UNNEST { alias, .. }
            | TableFactor::NestedJoin { alias, .. } => alias.clone(),
            _ => None,
        };
        if let Some(alias) = &alias {
            self.aliases
                .extend(alias.columns.iter().map(|column| folded(&column.name)));
        }
        // A name with arguments is a table function; DataFusion knows those.
        if let TableFactor::Table {
            name, args: None, ..
        } = factor
        {
            let idents: Vec<&Ident> = name.0.iter().filter_map(ObjectNamePart::as_ident).collect();
            let span = idents
                .first()
                .zip(idents.last())
                .and_then(|(first, last)| self.text.span(first.span.start, last.span.end));
            let parts: Vec<String> = idents.iter().map(|ident| ident.value.clone()).collect();
            if let [only] = idents[..]
                && self.ctes.contains(&folded(only))
            {
                return ControlFlow::Continue(());
            }
            match self.table(&parts, span) {
                Ok((name_in_full, mut table_use)) => {
                    table_use.qualifier =
                        alias.map_or(table_use.qualifier, |alias| folded(&alias.name));
                    *name = object_name(&name_in_full);
                    self.tables.push(table_use);
                }
                Err(error) => return ControlFlow::Break(error),
            }
        }
        ControlFlow::Continue(())
    }
}

impl Collector<'_> {
    fn table(
        &self,
        parts: &[String],
        span: Option<Span>,
    ) -> Result<(RelationName, TableUse), Error> {
        let name = RelationName::complete(self.catalog, parts, self.default_service, span.clone())?;
        let table = relations::resolve(self.catalog, &name, span.clone())?;
        let table_use = TableUse {
            table,
            name: name.full(),
            qualifier: name.table.clone(),
            span,
        };
        Ok((name, table_use))
    }
}

fn object_name(name: &RelationName) -> ObjectName {
    let part = |text: &str| ObjectNamePart::Identifier(Ident::with_quote('"', text));
    ObjectName(vec![
        part(&name.catalog),
        part(&name.service),
        part(&name.table),
    ])
}

struct Rewriter<'a> {
    tables: &'a [TableUse],
    aliases: &'a HashSet<String>,
}

impl Rewriter<'_> {
    /// Rewrites `ident` to the column it means, looking first at the table that `qualifier` names.
    fn fix(&self, ident: &mut Ident, qualifier: Option<&Ident>) {
        let name = folded(ident);
        let qualifier = qualifier.map(folded);
        let is_exact = |table_use: &TableUse| {
            table_use
                .table
                .columns
                .iter()
                .any(|column| column.name == name)
        };
        let candidates = || {
            self.tables.iter().filter(|table_use| {
                qualifier
                    .as_ref()
                    .is_none_or(|name| *name == table_use.qualifier)
            })
        };
        if (qualifier.is_none() && self.aliases.contains(&name)) || candidates().any(is_exact) {
            // Quoted, so that a column called like a keyword stays a column.
            if candidates().any(is_exact) {
                *ident = Ident {
                    value: name,
                    quote_style: Some('"'),
                    span: ident.span,
                };
            }
            return;
        }
        let found = candidates().chain(self.tables).find_map(|table_use| {
            Some(&table_use.table.columns[table_use.table.column(&ident.value)?].name)
        });
        if let Some(column) = found {
            *ident = Ident {
                value: column.clone(),
                quote_style: Some('"'),
                span: ident.span,
            };
        }
    }

    fn fix_names(&self, names: &mut [ObjectName]) {
        for name in names {
            if let [ObjectNamePart::Identifier(ident)] = name.0.as_mut_slice() {
                self.fix(ident, None);
            }
        }
    }
}

impl VisitorMut for Rewriter<'_> {
    type Break = ();

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        for join in select.from.iter_mut().flat_map(|from| &mut from.joins) {
            if let Some(JoinConstraint::Using(names)) = constraint_of(&mut join.join_operator) {
                self.fix_names(names);
            }
        }
        for item in &mut select.projection {
            if let SelectItem::Wildcard(options) | SelectItem::QualifiedWildcard(_, options) = item
            {
                match &mut options.opt_exclude {
                    Some(ast::ExcludeSelectItem::Single(name)) => {
                        self.fix_names(std::slice::from_mut(name));
                    }
                    Some(ast::ExcludeSelectItem::Multiple(names)) => self.fix_names(names),
                    None => {}
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<()> {
        if let TableFactor::NestedJoin {
            table_with_joins, ..
        } = factor
        {
            for join in &mut table_with_joins.joins {
                if let Some(JoinConstraint::Using(names)) = constraint_of(&mut join.join_operator) {
                    self.fix_names(names);
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        match expr {
            Expr::Identifier(ident) => self.fix(ident, None),
            Expr::CompoundIdentifier(idents) => {
                if let [.., qualifier, ident] = idents.as_mut_slice() {
                    let qualifier = qualifier.clone();
                    self.fix(ident, Some(&qualifier));
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

fn constraint_of(operator: &mut JoinOperator) -> Option<&mut JoinConstraint> {
    match operator {
        JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)
        | JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::FullOuter(constraint)
        | JoinOperator::Semi(constraint)
        | JoinOperator::LeftSemi(constraint)
        | JoinOperator::RightSemi(constraint)
        | JoinOperator::Anti(constraint)
        | JoinOperator::LeftAnti(constraint)
        | JoinOperator::RightAnti(constraint) => Some(constraint),
        _ => None,
    }
}

/// The outermost SELECT, the left one of a UNION.
fn outer_select(body: &mut SetExpr) -> Option<&mut Select> {
    match body {
        SetExpr::Select(select) => Some(select),
        SetExpr::Query(query) => outer_select(&mut query.body),
        SetExpr::SetOperation { left, .. } => outer_select(left),
        _ => None,
    }
}

fn headings_of(query: &mut Query) -> Vec<Heading> {
    let Some(select) = outer_select(&mut query.body) else {
        return Vec::new();
    };
    let last = |idents: &[Ident]| {
        idents
            .last()
            .map(|ident| ident.value.clone())
            .unwrap_or_default()
    };
    select
        .projection
        .iter()
        .map(|item| match item {
            SelectItem::UnnamedExpr(Expr::Identifier(ident)) => {
                Heading::Written(ident.value.clone())
            }
            SelectItem::UnnamedExpr(Expr::CompoundIdentifier(idents)) => {
                Heading::Written(last(idents))
            }
            SelectItem::UnnamedExpr(expr) => Heading::Written(expr.to_string()),
            SelectItem::ExprWithAlias { alias, .. } => Heading::Written(alias.value.clone()),
            SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
                let qualifier = name.0.last().and_then(ObjectNamePart::as_ident).map(folded);
                Heading::Wildcard(Some(qualifier.unwrap_or_default()))
            }
            _ => Heading::Wildcard(None),
        })
        .collect()
}

/// Gives repeated columns of the outermost SELECT list names of their own, which DataFusion insists on.
fn tell_apart(query: &mut Query) {
    let Some(select) = outer_select(&mut query.body) else {
        return;
    };
    let has_wildcard = select.projection.iter().any(|item| {
        matches!(
            item,
            SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..)
        )
    });
    let mut seen = HashSet::new();
    for (at, item) in select.projection.iter_mut().enumerate() {
        match item {
            SelectItem::UnnamedExpr(expr) => {
                let is_column = matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_));
                if !seen.insert(expr.to_string()) || (is_column && has_wildcard) {
                    *item = SelectItem::ExprWithAlias {
                        alias: Ident::with_quote('"', format!("{expr}:{at}")),
                        expr: expr.clone(),
                    };
                }
            }
            SelectItem::ExprWithAlias { alias, .. }
                if !seen.insert(Ident::with_quote('"', folded(alias)).to_string()) =>
            {
                *alias = Ident::with_quote('"', format!("{}:{at}", alias.value));
            }
            _ => {}
        }
    }
}
