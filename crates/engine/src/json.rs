//! `->` and `#>` give JSON text.
//!
//! `datafusion-functions-json` plans them as a union of Arrow types, which neither prints as JSON nor compares as
//! people expect. This planner stands in front of its own and calls `json_get_json` instead: the value's JSON text,
//! as PostgreSQL's `json` type. `->>`, `#>>` and `?` stay that crate's.

use std::sync::Arc;

use datafusion::{
    common::DFSchema,
    error::Result,
    logical_expr::{
        Expr, ScalarUDF,
        expr::ScalarFunction,
        planner::{ExprPlanner, PlannerResult, RawBinaryExpr},
        sqlparser::ast::BinaryOperator,
    },
};

/// The function behind `->`.
const GET_JSON: &str = "json_get_json";

/// Plans `->` and `#>`.
#[derive(Debug)]
pub(crate) struct JsonArrows {
    get_json: Arc<ScalarUDF>,
}

impl JsonArrows {
    pub(crate) fn new() -> Self {
        Self {
            get_json: datafusion_functions_json::udfs::json_get_json_udf(),
        }
    }
}

impl ExprPlanner for JsonArrows {
    fn plan_binary_op(
        &self,
        expr: RawBinaryExpr,
        _: &DFSchema,
    ) -> Result<PlannerResult<RawBinaryExpr>> {
        if !matches!(expr.op, BinaryOperator::Arrow | BinaryOperator::HashArrow) {
            return Ok(PlannerResult::Original(expr));
        }
        let call = ScalarFunction::new_udf(self.get_json.clone(), vec![expr.left, expr.right]);
        Ok(PlannerResult::Planned(Expr::ScalarFunction(call)))
    }
}

/// Whether a function's result is JSON text.
pub(crate) fn returns_json(function: &ScalarFunction) -> bool {
    function.name() == GET_JSON
}
