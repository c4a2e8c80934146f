//! What a filter that comes from a join or a subquery says about the columns that calls take.
//!
//! While a statement is planned such a filter has no values yet: [`Output::shape`] says which columns it will bind. When
//! the other side of the join is complete, [`Output::keys`] reads the values out of it. A part that cannot be read is
//! [`Predicate::Other`]: it costs calls, never rows. `bound.rs` decides which filters count.

use std::{collections::BTreeSet, sync::Arc};

use arrow::{
    array::{RecordBatch, RecordBatchOptions},
    datatypes::{DataType, Schema},
};
use cirrus_provider::{ColumnKind, Identifier, Predicate, Role, Table};
use datafusion::{
    common::ScalarValue,
    error::Result,
    logical_expr::Operator,
    physical_expr::{
        PhysicalExpr, ScalarFunctionExpr,
        expressions::{
            BinaryExpr, CaseExpr, CastExpr, Column, DynamicFilterPhysicalExpr, InListExpr,
            IsNullExpr, Literal,
        },
        scalar_subquery::ScalarSubqueryExpr,
    },
};
use serde_json::Value;

use crate::predicate::{is_key_column, scalar, typed};

/// The rows that a scan puts out, over which such filters are written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output<'a> {
    /// The table.
    pub(crate) table: &'a Table,
    /// Its columns that come out, in order.
    pub(crate) projection: &'a [usize],
}

/// Whether the values of a filter are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Values {
    Known,
    Awaited,
}

/// A value that a key column is compared with.
enum Key {
    Value(Value),
    /// NULL, or a value that no row can have.
    Nothing,
    /// One that a call cannot take.
    Unreadable,
}

impl Output<'_> {
    /// The keys that a complete filter lets through.
    pub(crate) fn keys(&self, filter: &Arc<dyn PhysicalExpr>) -> Result<Predicate> {
        self.translate(filter, Values::Known)
    }

    /// The columns that the filter will bind, whatever its values.
    pub(crate) fn shape(&self, filter: &Arc<dyn PhysicalExpr>) -> BTreeSet<usize> {
        let predicate = self.translate(filter, Values::Awaited);
        predicate.map_or_else(|_| BTreeSet::new(), |predicate| predicate.bound_columns())
    }

    /// The key column that an expression is, maybe as another kind of text.
    pub(crate) fn key_column(&self, expr: &Arc<dyn PhysicalExpr>) -> Option<usize> {
        if let Some(cast) = expr.downcast_ref::<CastExpr>() {
            let column = self.key_column(cast.expr())?;
            let is_from_text = self.table.columns[column].kind == ColumnKind::Text;
            let stays_text = is_from_text && is_text(cast.cast_type());
            return stays_text.then_some(column);
        }
        let index = expr.downcast_ref::<Column>()?.index();
        let column = *self.projection.get(index)?;
        // The region that a global type's rows show is not one that they are read in.
        let is_bound_elsewhere = self.table.global && column == Table::REGION;
        (is_key_column(self.table, column) && !is_bound_elsewhere).then_some(column)
    }

    fn translate(&self, expr: &Arc<dyn PhysicalExpr>, values: Values) -> Result<Predicate> {
        if let Some(filter) = expr.downcast_ref::<DynamicFilterPhysicalExpr>() {
            return match values {
                Values::Known => self.translate(&filter.current()?, values),
                Values::Awaited => Ok(self.awaited(&filter.children())),
            };
        }
        if let Some(binary) = expr.downcast_ref::<BinaryExpr>() {
            return self.binary(binary, values);
        }
        if let Some(list) = expr.downcast_ref::<InListExpr>() {
            return self.membership(list, values);
        }
        if let Some(case) = expr.downcast_ref::<CaseExpr>() {
            // One branch for each partition of the other side: a row that passes, passes one of them.
            let branches = case.when_then_expr().iter().map(|(_, then)| then);
            let branches = branches.chain(case.else_expr());
            let predicates = branches.map(|branch| self.translate(branch, values));
            return Ok(Predicate::Or(predicates.collect::<Result<_>>()?));
        }
        if let Some(literal) = expr.downcast_ref::<Literal>() {
            let lets_nothing_through =
                matches!(literal.value(), ScalarValue::Boolean(Some(false) | None));
            return Ok(if lets_nothing_through {
                Predicate::Or(Vec::new())
            } else {
                Predicate::Other
            });
        }
        if let Some(is_null) = expr.downcast_ref::<IsNullExpr>()
            && let Some(column) = self.key_column(is_null.arg())
            && matches!(
                self.table.columns[column].role,
                Role::Region | Role::Identifier
            )
        {
            // Every row has both.
            return Ok(Predicate::Or(Vec::new()));
        }
        Ok(Predicate::Other)
    }

    /// What a join's filter on these expressions will bind.
    fn awaited(&self, keys: &[&Arc<dyn PhysicalExpr>]) -> Predicate {
        let columns: BTreeSet<usize> = keys.iter().filter_map(|key| self.key_column(key)).collect();
        if columns.is_empty() {
            return Predicate::Other;
        }
        let row = columns.iter().map(|_| Value::Null).collect();
        Predicate::TupleIn(columns.into_iter().collect(), vec![row])
    }

    fn binary(&self, binary: &BinaryExpr, values: Values) -> Result<Predicate> {
        let (left, right) = (binary.left(), binary.right());
        match binary.op() {
            Operator::And => Ok(Predicate::And(vec![
                self.translate(left, values)?,
                self.translate(right, values)?,
            ])),
            Operator::Or => Ok(Predicate::Or(vec![
                self.translate(left, values)?,
                self.translate(right, values)?,
            ])),
            Operator::Eq => {
                let (column, value) = match (self.key_column(left), self.key_column(right)) {
                    (Some(column), None) => (column, right),
                    (None, Some(column)) => (column, left),
                    _ => return Ok(Predicate::Other),
                };
                self.among(column, std::slice::from_ref(value), values)
            }
            _ => Ok(Predicate::Other),
        }
    }

    fn membership(&self, list: &InListExpr, values: Values) -> Result<Predicate> {
        if list.negated() {
            return Ok(Predicate::Other);
        }
        if let Some(column) = self.key_column(list.expr()) {
            return self.among(column, list.list(), values);
        }
        let Some(tuple) = list.expr().downcast_ref::<ScalarFunctionExpr>() else {
            return Ok(Predicate::Other);
        };
        let columns: Vec<(usize, usize)> = match tuple.name() {
            "struct" => tuple
                .args()
                .iter()
                .enumerate()
                .filter_map(|(at, key)| Some((at, self.key_column(key)?)))
                .collect(),
            _ => Vec::new(),
        };
        if columns.is_empty() {
            return Ok(Predicate::Other);
        }
        let mut rows = Vec::with_capacity(list.list().len());
        for item in list.list() {
            match self.row(&columns, item)? {
                Some(row) => rows.extend(row),
                None => return Ok(Predicate::Other),
            }
        }
        let columns = columns.into_iter().map(|(_, column)| column).collect();
        Ok(Predicate::TupleIn(columns, rows))
    }

    /// `column IN (items)`.
    fn among(
        &self,
        column: usize,
        items: &[Arc<dyn PhysicalExpr>],
        values: Values,
    ) -> Result<Predicate> {
        if !items.iter().all(is_constant) {
            return Ok(Predicate::Other);
        }
        if values == Values::Awaited {
            return Ok(Predicate::In(column, vec![Value::Null]));
        }
        let mut keys = Vec::with_capacity(items.len());
        for item in items {
            match self.key(column, &constant(item)?) {
                Key::Value(key) => keys.push(key),
                Key::Nothing => {}
                Key::Unreadable => return Ok(Predicate::Other),
            }
        }
        Ok(Predicate::In(column, keys))
    }

    /// The values of a tuple's key columns: none when unreadable, an empty inner option when no row can have them.
    #[expect(
        clippy::option_option,
        reason = "the outer option is 'readable', the inner one 'some row may have it'"
    )]
    fn row(
        &self,
        columns: &[(usize, usize)],
        item: &Arc<dyn PhysicalExpr>,
    ) -> Result<Option<Option<Vec<Value>>>> {
        let Some(ScalarValue::Struct(tuple)) = item.downcast_ref::<Literal>().map(Literal::value)
        else {
            return Ok(None);
        };
        let mut row = Vec::with_capacity(columns.len());
        for (at, column) in columns {
            let Some(member) = tuple.columns().get(*at) else {
                return Ok(None);
            };
            match self.key(*column, &ScalarValue::try_from_array(member, 0)?) {
                Key::Value(key) => row.push(key),
                Key::Nothing => return Ok(Some(None)),
                Key::Unreadable => return Ok(None),
            }
        }
        Ok(Some(Some(row)))
    }

    /// What a value asks for in a column.
    fn key(&self, column: usize, value: &ScalarValue) -> Key {
        match scalar(value) {
            None => Key::Unreadable,
            Some(Some(value)) if self.may_be_in(column, &value) => {
                Key::Value(typed(self.table, column, value))
            }
            Some(_) => Key::Nothing,
        }
    }

    /// Whether a row can show the value: none is empty, and an identifier has its table's form.
    fn may_be_in(&self, column: usize, value: &Value) -> bool {
        let Some(text) = value.as_str() else {
            return true;
        };
        let is_identifier = self.table.columns[column].role == Role::Identifier;
        !text.is_empty()
            && (!is_identifier
                || text.starts_with('{')
                || Identifier::parse(self.table, text).is_ok_and(|id| id.to_string() == text))
    }
}

/// Whether an expression holds the value of a subquery that runs before the scan.
pub(crate) fn has_subquery(expr: &Arc<dyn PhysicalExpr>) -> bool {
    expr.is::<ScalarSubqueryExpr>() || expr.children().into_iter().any(has_subquery)
}

fn is_text(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
    )
}

/// Whether an expression is the same for every row.
fn is_constant(expr: &Arc<dyn PhysicalExpr>) -> bool {
    !expr.is::<Column>()
        && !expr.is::<DynamicFilterPhysicalExpr>()
        && expr.children().into_iter().all(is_constant)
}

fn constant(expr: &Arc<dyn PhysicalExpr>) -> Result<ScalarValue> {
    if let Some(literal) = expr.downcast_ref::<Literal>() {
        return Ok(literal.value().clone());
    }
    let options = RecordBatchOptions::new().with_row_count(Some(1));
    let row = RecordBatch::try_new_with_options(Arc::new(Schema::empty()), Vec::new(), &options)?;
    ScalarValue::try_from_array(&expr.evaluate(&row)?.into_array(1)?, 0)
}

#[cfg(test)]
mod tests;
