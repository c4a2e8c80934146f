//! What a join hands over, read back.

use arrow::{
    array::{Array, ArrayRef, StringArray, StructArray},
    datatypes::Field,
};
use cirrus_provider::{Access, Catalog};
use datafusion::{
    functions,
    physical_expr::expressions::{binary, lit},
};

use super::*;
use crate::{learned::Learned, plan::Wanted};

const KEYS: usize = 50_000;

fn clients() -> Arc<Table> {
    Catalog::embedded()
        .table("cognito", "user_pool_clients")
        .unwrap()
}

fn column(table: &Table, name: &str) -> usize {
    table.column(name).unwrap()
}

/// What a join on region and pool hands over: bounds, and every pair.
fn pairs(schema: &Schema) -> Arc<dyn PhysicalExpr> {
    let texts = |text: &dyn Fn(usize) -> String| {
        Arc::new((0..KEYS).map(|at| Some(text(at))).collect::<StringArray>()) as ArrayRef
    };
    let regions = texts(&|_| "us-east-1".into());
    let pools = texts(&|at| format!("us-east-1_p{at}"));
    let field = |name| Arc::new(Field::new(name, DataType::Utf8, true));
    let values = StructArray::from(vec![(field("c0"), regions), (field("c1"), pools)]);
    let keys: Vec<Arc<dyn PhysicalExpr>> = vec![
        Arc::new(Column::new("region", 0)),
        Arc::new(Column::new("user_pool_id", 1)),
    ];
    let tuple = ScalarFunctionExpr::new(
        "struct",
        functions::core::r#struct(),
        keys.clone(),
        Arc::new(Field::new("struct", values.data_type().clone(), true)),
        Arc::default(),
    );
    let list = InListExpr::try_new_from_array(Arc::new(tuple), Arc::new(values), false, schema);
    let bound = binary(keys[1].clone(), Operator::GtEq, lit("us-east-1_p0"), schema).unwrap();
    binary(bound, Operator::And, Arc::new(list.unwrap()), schema).unwrap()
}

#[test]
fn fifty_thousand_keys_are_as_many_calls() {
    let table = clients();
    let projection = [Table::REGION, column(&table, "user_pool_id")];
    let text = |name| Field::new(name, DataType::Utf8, true);
    let schema = Schema::new(vec![text("region"), text("user_pool_id")]);
    let output = Output {
        table: &table,
        projection: &projection,
    };
    let keys = output.keys(&pairs(&schema)).unwrap();
    let wanted = Wanted {
        name: "aws.cognito.user_pool_clients".into(),
        table: table.clone(),
        predicate: Predicate::In(Table::REGION, vec!["us-east-1".into(), "eu-west-1".into()]),
        regions: vec!["us-east-1".into()],
        enabled_only: false,
    };
    let parts = wanted
        .plan_keys(&Catalog::embedded(), &Learned::default(), &keys)
        .unwrap();
    let accesses = &parts[0].plan.accesses;
    assert_eq!(accesses.len(), KEYS);
    assert!(
        accesses
            .iter()
            .all(|access| matches!(access, Access::List { .. }))
    );
}
