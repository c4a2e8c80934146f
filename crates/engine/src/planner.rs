//! DataFusion, set up for reading an API: our catalogs and functions, one partition, small batches.

use std::sync::Arc;

use cirrus_provider::Catalog;
use datafusion::{
    execution::{FunctionRegistry, SessionStateBuilder},
    prelude::{SessionConfig, SessionContext},
};

use crate::{catalog::CloudCatalog, json::JsonArrows, relations::CATALOGS};

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
    // The scan takes no filters while it runs; without this a join would compute them for nobody.
    options.optimizer.enable_dynamic_filter_pushdown = false;
    let mut state = SessionStateBuilder::new()
        .with_config(config)
        .with_default_features()
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
