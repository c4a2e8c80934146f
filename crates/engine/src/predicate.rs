//! From DataFusion's filter expressions to the provider's predicates.
//!
//! Only what a call can enforce is translated: equalities and IN lists on the region, the identifier, its parts and
//! the list inputs, under AND and OR. Everything else is [`Predicate::Other`]; the scan evaluates all of it on rows.

use cirrus_provider::{ColumnKind, Predicate, Role, Table};
use datafusion::{
    common::ScalarValue,
    logical_expr::{BinaryExpr, Expr, Operator, expr::InList},
};
use serde_json::Value;

/// Translates the filters of a scan, all of which hold.
pub(crate) fn predicate_of(table: &Table, filters: &[Expr]) -> Predicate {
    Predicate::And(
        filters
            .iter()
            .map(|filter| translate(table, filter))
            .collect(),
    )
}

fn translate(table: &Table, expr: &Expr) -> Predicate {
    match expr {
        Expr::BinaryExpr(BinaryExpr {
            left,
            op: Operator::And,
            right,
        }) => Predicate::And(vec![translate(table, left), translate(table, right)]),
        Expr::BinaryExpr(BinaryExpr {
            left,
            op: Operator::Or,
            right,
        }) => Predicate::Or(vec![translate(table, left), translate(table, right)]),
        Expr::BinaryExpr(BinaryExpr {
            left,
            op: Operator::Eq,
            right,
        }) => equality(table, left, right)
            .or_else(|| equality(table, right, left))
            .unwrap_or(Predicate::Other),
        Expr::InList(InList {
            expr,
            list,
            negated: false,
        }) => membership(table, expr, list).unwrap_or(Predicate::Other),
        // A bare boolean column, and its negation.
        Expr::Column(_) => key_column(table, expr)
            .map_or(Predicate::Other, |column| Predicate::equals(column, true)),
        Expr::Not(inner) => key_column(table, inner)
            .map_or(Predicate::Other, |column| Predicate::equals(column, false)),
        // FALSE and NULL let no row through.
        Expr::Literal(ScalarValue::Boolean(Some(false) | None) | ScalarValue::Null, _) => {
            Predicate::Or(Vec::new())
        }
        _ => Predicate::Other,
    }
}

/// The index of a column that a call can take.
fn key_column(table: &Table, expr: &Expr) -> Option<usize> {
    let Expr::Column(column) = expr else {
        return None;
    };
    let mut columns = table.columns.iter();
    let index = columns.position(|candidate| candidate.name == column.name)?;
    is_key_column(table, index).then_some(index)
}

/// Whether a call can take the value of a column.
pub(crate) fn is_key_column(table: &Table, index: usize) -> bool {
    let is_input = || {
        let inputs = table
            .required_inputs
            .iter()
            .flatten()
            .chain(&table.optional_inputs);
        inputs.into_iter().any(|input| input.column == Some(index))
    };
    let is_part = || {
        table
            .identifier
            .iter()
            .any(|part| part.column == Some(index))
    };
    let is_envelope = table.columns[index].role != Role::Property;
    is_envelope || is_part() || is_input()
}

fn equality(table: &Table, left: &Expr, right: &Expr) -> Option<Predicate> {
    if let Some(columns) = tuple(table, left) {
        return Some(Predicate::TupleIn(columns, vec![tuple_values(right)?]));
    }
    let column = key_column(table, left)?;
    let value = literal(right)?.map(|value| typed(table, column, value));
    Some(Predicate::In(column, value.into_iter().collect()))
}

fn membership(table: &Table, expr: &Expr, list: &[Expr]) -> Option<Predicate> {
    if let Some(columns) = tuple(table, expr) {
        return Some(Predicate::TupleIn(
            columns,
            list.iter().map(tuple_values).collect::<Option<_>>()?,
        ));
    }
    let column = key_column(table, expr)?;
    let values: Option<Vec<Option<Value>>> = list.iter().map(literal).collect();
    // NULL in an IN list makes no row true.
    Some(Predicate::In(
        column,
        values?.into_iter().flatten().collect(),
    ))
}

/// The value that a call takes: a nested property is written as JSON text and sent as JSON.
pub(crate) fn typed(table: &Table, column: usize, value: Value) -> Value {
    let is_nested = table.columns[column].kind == ColumnKind::Json
        && table.columns[column].role == Role::Property;
    match &value {
        Value::String(text) if is_nested => serde_json::from_str(text).unwrap_or(value),
        _ => value,
    }
}

/// The columns of `(region, identifier)`, which DataFusion plans as a struct.
fn tuple(table: &Table, expr: &Expr) -> Option<Vec<usize>> {
    match expr {
        Expr::ScalarFunction(function) if function.name() == "struct" => function
            .args
            .iter()
            .map(|arg| key_column(table, arg))
            .collect(),
        _ => None,
    }
}

fn tuple_values(expr: &Expr) -> Option<Vec<Value>> {
    match expr {
        Expr::Literal(ScalarValue::Struct(row), _) => row
            .columns()
            .iter()
            .map(|column| scalar(&ScalarValue::try_from_array(column, 0).ok()?).flatten())
            .collect(),
        Expr::ScalarFunction(function) if function.name() == "struct" => function
            .args
            .iter()
            .map(|arg| literal(arg).flatten())
            .collect(),
        _ => None,
    }
}

/// The value of a literal; `Some(None)` is NULL.
#[expect(
    clippy::option_option,
    reason = "the outer option is 'a literal', the inner one 'not NULL'"
)]
fn literal(expr: &Expr) -> Option<Option<Value>> {
    let Expr::Literal(value, _) = expr else {
        return None;
    };
    scalar(value)
}

/// The value that JSON can hold; `Some(None)` is NULL.
#[expect(
    clippy::option_option,
    reason = "the outer option is 'representable', the inner one 'not NULL'"
)]
pub(crate) fn scalar(value: &ScalarValue) -> Option<Option<Value>> {
    if value.is_null() {
        return Some(None);
    }
    Some(Some(match value {
        ScalarValue::Utf8(Some(text))
        | ScalarValue::Utf8View(Some(text))
        | ScalarValue::LargeUtf8(Some(text)) => Value::from(text.as_str()),
        ScalarValue::Int64(Some(number)) => Value::from(*number),
        ScalarValue::Float64(Some(number)) => Value::from(*number),
        ScalarValue::Boolean(Some(flag)) => Value::from(*flag),
        _ => return None,
    }))
}
