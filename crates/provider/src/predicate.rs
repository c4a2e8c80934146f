//! What a WHERE clause says about columns, as far as calls can be planned from it.
//!
//! The engine translates DataFusion's expressions into a [`Predicate`]; [`Predicate::bindings`] turns that into
//! alternatives of equalities, from which `access.rs` chooses calls. Everything else in the clause is
//! [`Predicate::Other`]: it is evaluated on the rows, never sent. Forgetting a predicate here costs calls, not rows;
//! inventing one would lose rows.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The most alternatives that combining predicates may produce before the larger factor is forgotten.
const MOST_COMBINATIONS: usize = 10_000;

/// A predicate over the columns of one table, by column index.
#[derive(Clone, Debug, PartialEq)]
pub enum Predicate {
    /// The column has one of these values; one value is `=`, none is a contradiction.
    In(usize, Vec<Value>),
    /// The columns have the values of one of these rows.
    TupleIn(Vec<usize>, Vec<Vec<Value>>),
    /// All of these hold.
    And(Vec<Self>),
    /// One of these holds.
    Or(Vec<Self>),
    /// Something that only rows can answer.
    Other,
}

/// Equalities that hold together: column index to value.
pub type Binding = BTreeMap<usize, Value>;

impl Predicate {
    /// `column = value`.
    pub fn equals(column: usize, value: impl Into<Value>) -> Self {
        Self::In(column, vec![value.into()])
    }

    /// The alternatives, without repetitions: a row that satisfies the predicate satisfies one of them.
    ///
    /// No alternative means that no row can satisfy it; an empty alternative binds nothing.
    pub fn bindings(&self) -> Vec<Binding> {
        match self {
            Self::Other => vec![Binding::new()],
            Self::In(column, values) => unique(
                values
                    .iter()
                    .map(|value| Binding::from([(*column, value.clone())]))
                    .collect(),
            ),
            Self::TupleIn(columns, rows) => unique(
                rows.iter()
                    .filter_map(|row| {
                        columns.iter().zip(row).try_fold(
                            Binding::new(),
                            |binding, (column, value)| {
                                merge(binding, &Binding::from([(*column, value.clone())]))
                            },
                        )
                    })
                    .collect(),
            ),
            Self::Or(predicates) => unique(predicates.iter().flat_map(Self::bindings).collect()),
            Self::And(predicates) => {
                let mut factors: Vec<Vec<Binding>> =
                    predicates.iter().map(Self::bindings).collect();
                // Smallest first, so that what has to be forgotten is the largest.
                factors.sort_by_key(Vec::len);
                factors
                    .into_iter()
                    .fold(vec![Binding::new()], |all, factor| {
                        if all.len().saturating_mul(factor.len()) > MOST_COMBINATIONS
                            && all.len() > 1
                        {
                            return all;
                        }
                        unique(
                            all.iter()
                                .flat_map(|left| {
                                    factor.iter().filter_map(|right| merge(left.clone(), right))
                                })
                                .collect(),
                        )
                    })
            }
        }
    }
}

impl Predicate {
    /// The columns that every alternative binds.
    pub fn bound_columns(&self) -> BTreeSet<usize> {
        let bindings = self.bindings();
        let columns = bindings
            .iter()
            .map(|binding| binding.keys().copied().collect());
        columns
            .reduce(|all: BTreeSet<usize>, columns| &all & &columns)
            .unwrap_or_default()
    }
}

/// Both sets of equalities at once, or none when they contradict each other.
fn merge(mut left: Binding, right: &Binding) -> Option<Binding> {
    for (column, value) in right {
        if let Some(before) = left.insert(*column, value.clone())
            && before != *value
        {
            return None;
        }
    }
    Some(left)
}

fn unique(bindings: Vec<Binding>) -> Vec<Binding> {
    let mut seen = std::collections::HashSet::new();
    bindings
        .into_iter()
        .filter(|binding| seen.insert(serde_json::to_string(binding).unwrap_or_default()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binding(pairs: &[(usize, &str)]) -> Binding {
        pairs
            .iter()
            .map(|(column, value)| (*column, Value::from(*value)))
            .collect()
    }

    #[test]
    fn and_inside_or_keeps_its_alternatives_apart() {
        let predicate = Predicate::Or(vec![
            Predicate::And(vec![Predicate::equals(0, "a"), Predicate::equals(1, "x")]),
            Predicate::And(vec![Predicate::equals(0, "b"), Predicate::equals(1, "y")]),
        ]);
        assert_eq!(
            predicate.bindings(),
            [
                binding(&[(0, "a"), (1, "x")]),
                binding(&[(0, "b"), (1, "y")])
            ]
        );
    }

    #[test]
    fn an_unknown_side_of_or_binds_nothing() {
        let predicate = Predicate::Or(vec![Predicate::equals(0, "a"), Predicate::Other]);
        assert_eq!(predicate.bindings(), [binding(&[(0, "a")]), binding(&[])]);
    }

    #[test]
    fn contradictions_have_no_alternative() {
        let predicate = Predicate::And(vec![Predicate::equals(0, "a"), Predicate::equals(0, "b")]);
        assert!(predicate.bindings().is_empty());
    }

    #[test]
    fn tuples_bind_their_columns_together() {
        let rows = vec![vec!["a".into(), "x".into()], vec!["b".into(), "y".into()]];
        let predicate = Predicate::And(vec![
            Predicate::TupleIn(vec![0, 1], rows),
            Predicate::equals(0, "b"),
        ]);
        assert_eq!(predicate.bindings(), [binding(&[(0, "b"), (1, "y")])]);
    }

    #[test]
    fn too_many_combinations_forget_the_larger_list() {
        let values = |count: usize| (0..count).map(|at| Value::from(at.to_string())).collect();
        let predicate = Predicate::And(vec![
            Predicate::In(0, values(200)),
            Predicate::In(1, values(300)),
        ]);
        let bindings = predicate.bindings();
        assert_eq!(bindings.len(), 200);
        assert!(bindings.iter().all(|binding| binding.contains_key(&0)));
    }
}
