//! DataFusion, set up for reading an API: our catalogs and functions, one partition, small batches.

use std::sync::Arc;

use cirrus_provider::Catalog;
use datafusion::{
    execution::{FunctionRegistry, SessionStateBuilder},
    physical_optimizer::{PhysicalOptimizerRule, optimizer::PhysicalOptimizer},
    prelude::{SessionConfig, SessionContext},
};

use crate::{
    bound::BindKeys, catalog::CloudCatalog, json::JsonArrows, orient::OrientJoins,
    relations::CATALOGS,
};

/// The most keys that a join hands over, and their size in bytes.
const MOST_KEYS: usize = 100_000;
const MOST_KEY_BYTES: usize = 64 << 20;

/// DataFusion with our catalogs, functions and the settings that interactive reads of an API want.
pub(crate) fn planner(catalog: &Arc<Catalog>) -> SessionContext {
    let mut config = SessionConfig::new()
        // One partition: the parallelism is in the scan, and plans stay readable.
        .with_target_partitions(1)
        // Small batches, so that the first page shows at once.
        .with_batch_size(128)
        .with_information_schema(false)
        .with_default_catalog_and_schema(CATALOGS[0], "public");
    let options = config.options_mut();
    options.catalog.create_default_catalog_and_schema = false;
    options.sql_parser.collect_spans = true;
    options.sql_parser.map_string_types_to_utf8view = false;
    options.optimizer.prefer_hash_join = true;
    options.optimizer.enable_round_robin_repartition = false;
    // A join hands the keys of one side to the scans of the other, as values that calls can take.
    options.optimizer.enable_join_dynamic_filter_pushdown = true;
    options.optimizer.hash_join_inlist_pushdown_max_size = MOST_KEY_BYTES;
    options
        .optimizer
        .hash_join_inlist_pushdown_max_distinct_values = MOST_KEYS;
    // These are complete only when the scan is: it cannot wait for them.
    options.optimizer.enable_topk_dynamic_filter_pushdown = false;
    options.optimizer.enable_aggregate_dynamic_filter_pushdown = false;
    let mut state = SessionStateBuilder::new()
        .with_config(config)
        .with_default_features()
        .with_physical_optimizer_rules(rules())
        .build();
    state
        .register_expr_planner(Arc::new(JsonArrows::new()))
        .expect("registering a planner cannot fail");
    datafusion_functions_json::register_all(&mut state).expect("registering functions cannot fail");
    let context = SessionContext::new_with_state(state);
    for name in CATALOGS {
        context.register_catalog(
            name,
            Arc::new(CloudCatalog {
                name,
                catalog: catalog.clone(),
            }),
        );
    }
    context
}

/// DataFusion's rules, with ours on joins: on their sides after its own, and on what they bind after everything else.
fn rules() -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    let mut rules = PhysicalOptimizer::new().rules;
    let chosen = rules
        .iter()
        .position(|rule| rule.name() == "join_selection");
    let chosen = chosen.expect("DataFusion chooses the sides of joins");
    rules.insert(chosen + 1, Arc::new(OrientJoins));
    rules.push(Arc::new(BindKeys));
    rules
}
