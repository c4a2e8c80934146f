//! Literals compared with `identifier` or with JSON columns, brought into the form that rows show.
//!
//! A statement may write an identifier as `a/b` or JSON while rows always show `a|b`; without this the comparison on
//! the row would drop the row that the call found. JSON objects and arrays are compared without their blanks. Tuples
//! are unfolded into equalities on the way.

use cirrus_provider::{Catalog, ColumnKind, Identifier, Predicate, Role, Table};
use datafusion::{
    common::{
        ScalarValue,
        tree_node::{Transformed, TreeNode},
    },
    error::Result,
    logical_expr::{BinaryExpr, Expr, Operator, expr::InList, lit},
};
use serde_json::Value;

use crate::generic;

/// Rewrites the literals of a filter.
pub(crate) fn canonical(
    catalog: &Catalog,
    table: &Table,
    predicate: &Predicate,
    filter: Expr,
) -> Result<Expr> {
    let forms = Forms {
        catalog,
        table,
        types: types_of(table, predicate),
    };
    Ok(filter.transform_down(|expr| Ok(forms.rewrite(expr)))?.data)
}

struct Forms<'a> {
    catalog: &'a Catalog,
    table: &'a Table,
    /// The resource types that a generic table was asked for.
    types: Vec<String>,
}

impl Forms<'_> {
    fn rewrite(&self, expr: Expr) -> Transformed<Expr> {
        match expr {
            Expr::BinaryExpr(BinaryExpr {
                left,
                op: op @ (Operator::Eq | Operator::NotEq),
                right,
            }) => {
                if op == Operator::Eq
                    && let Some(unfolded) = unfold(&left, std::slice::from_ref(&*right))
                {
                    return Transformed::yes(unfolded);
                }
                let (left, right) = match (self.role(&left), self.role(&right)) {
                    (Some(role), _) => (left, Box::new(self.literal(role, *right))),
                    (_, Some(role)) => (Box::new(self.literal(role, *left)), right),
                    _ => (left, right),
                };
                Transformed::no(Expr::BinaryExpr(BinaryExpr { left, op, right }))
            }
            Expr::InList(InList {
                expr,
                list,
                negated,
            }) => {
                if !negated && let Some(unfolded) = unfold(&expr, &list) {
                    return Transformed::yes(unfolded);
                }
                let list = match self.role(&expr) {
                    Some(role) => list
                        .into_iter()
                        .map(|item| self.literal(role, item))
                        .collect(),
                    None => list,
                };
                Transformed::no(Expr::InList(InList {
                    expr,
                    list,
                    negated,
                }))
            }
            other => Transformed::no(other),
        }
    }

    fn role(&self, expr: &Expr) -> Option<Role> {
        let Expr::Column(column) = expr else {
            return None;
        };
        let column = self
            .table
            .columns
            .iter()
            .find(|candidate| candidate.name == column.name)?;
        let is_nested = column.role == Role::Property && column.kind == ColumnKind::Json;
        (is_nested || matches!(column.role, Role::Identifier | Role::ResourceModel))
            .then_some(column.role)
    }

    fn literal(&self, role: Role, expr: Expr) -> Expr {
        let Expr::Literal(ScalarValue::Utf8(Some(text)), _) = &expr else {
            return expr;
        };
        let canonical = match role {
            Role::ResourceModel | Role::Property => serde_json::from_str::<Value>(text)
                .ok()
                .filter(|value| value.is_object() || value.is_array())
                .map(|value| value.to_string()),
            _ if generic::is_generic(self.table) => self.types.iter().find_map(|type_name| {
                let table = self.catalog.table_of_type(type_name).ok()?;
                Identifier::parse(&table, text)
                    .ok()
                    .map(|identifier| identifier.to_string())
            }),
            _ => Identifier::parse(self.table, text)
                .ok()
                .map(|identifier| identifier.to_string()),
        };
        canonical.map_or(expr, lit)
    }
}

fn types_of(table: &Table, predicate: &Predicate) -> Vec<String> {
    let Some(column) = table
        .columns
        .iter()
        .position(|column| column.role == Role::TypeName)
    else {
        return Vec::new();
    };
    let bindings = predicate.bindings();
    let mut types: Vec<String> = bindings
        .iter()
        .filter_map(|binding| binding.get(&column)?.as_str().map(str::to_owned))
        .collect();
    types.dedup();
    types
}

/// `(a, b) IN ((1, 2), (3, 4))` as `a = 1 AND b = 2 OR a = 3 AND b = 4`.
fn unfold(columns: &Expr, rows: &[Expr]) -> Option<Expr> {
    let Expr::ScalarFunction(function) = columns else {
        return None;
    };
    if function.name() != "struct" {
        return None;
    }
    let alternatives = rows.iter().map(|row| {
        let values: Vec<Expr> = match row {
            Expr::Literal(ScalarValue::Struct(row), _) => row
                .columns()
                .iter()
                .map(|column| ScalarValue::try_from_array(column, 0).ok().map(lit))
                .collect::<Option<_>>()?,
            Expr::ScalarFunction(row) if row.name() == "struct" => row.args.clone(),
            _ => return None,
        };
        (values.len() == function.args.len()).then_some(())?;
        function
            .args
            .iter()
            .cloned()
            .zip(values)
            .map(|(column, value)| column.eq(value))
            .reduce(Expr::and)
    });
    alternatives
        .collect::<Option<Vec<Expr>>>()?
        .into_iter()
        .reduce(Expr::or)
}
