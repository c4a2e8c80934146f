//! Plans the calls of a scan: once when a statement is planned, and again at run time when keys of a join or the
//! account's regions are known.
//!
//! Pure: the decision itself is `cirrus_provider::plan_access`; here it gets what the session knows (`learned.rs`,
//! `regions.rs`) and its errors get the table's name. `scan.rs` holds the outcome, `fetch.rs` carries it out.

use std::sync::Arc;

use cirrus_provider::{
    Access, AccessError, AccessPlan, Binding, Catalog, Predicate, Table, plan_access, region_of_key,
};
use serde_json::Value;

use crate::{
    Error,
    generic::{self, GenericPart, Malformed},
    learned::Learned,
};

/// The most alternatives of a statement's own filters that are combined with every key of a join.
const MOST_ALTERNATIVES: usize = 100;

/// The calls on one resource type.
#[derive(Clone, Debug)]
pub(crate) struct ScanPart {
    /// The type.
    pub(crate) table: Arc<Table>,
    /// The calls.
    pub(crate) plan: AccessPlan,
}

/// What a scan asks for.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// `aws.cognito.user_pools`.
    pub(crate) name: String,
    /// The table; in generic tables without a type.
    pub(crate) table: Arc<Table>,
    /// What the statement's own filters say.
    pub(crate) predicate: Predicate,
    /// The regions for rows whose region no predicate binds.
    pub(crate) regions: Vec<String>,
    /// The regions stand for "all that the account has enabled" and are narrowed to those before any call.
    pub(crate) enabled_only: bool,
}

impl Wanted {
    /// The calls that answer the statement's own filters.
    pub(crate) fn plan(
        &self,
        catalog: &Catalog,
        learned: &Learned,
    ) -> Result<Vec<ScanPart>, Error> {
        let mut parts = self.plan_for(catalog, learned, &self.predicate, Malformed::Refused)?;
        // A region that the statement names is asked, whatever its keys look like.
        let names_region = |binding: &Binding| binding.contains_key(&Table::REGION);
        if self.regions.len() > 1 && !self.predicate.bindings().iter().any(names_region) {
            leave_out_other_regions(&mut parts);
        }
        Ok(parts)
    }

    /// The calls for the rows that also have one of the keys of a join.
    pub(crate) fn plan_keys(
        &self,
        catalog: &Catalog,
        learned: &Learned,
        keys: &Predicate,
    ) -> Result<Vec<ScanPart>, Error> {
        let predicate = self.with_keys(keys);
        let mut parts = self.plan_for(catalog, learned, &predicate, Malformed::NoRow)?;
        leave_out_other_regions(&mut parts);
        Ok(parts)
    }

    /// Every alternative of the statement's own filters with every key: a plain conjunction of both would forget the
    /// keys when there are many.
    fn with_keys(&self, keys: &Predicate) -> Predicate {
        let alternatives = self.predicate.bindings();
        if alternatives.len() > MOST_ALTERNATIVES {
            return Predicate::And(vec![self.predicate.clone(), keys.clone()]);
        }
        let with_keys = |binding: Binding| {
            let own = binding
                .into_iter()
                .map(|(column, value)| Predicate::equals(column, value));
            Predicate::And(own.chain([keys.clone()]).collect())
        };
        Predicate::Or(alternatives.into_iter().map(with_keys).collect())
    }

    fn plan_for(
        &self,
        catalog: &Catalog,
        learned: &Learned,
        predicate: &Predicate,
        malformed: Malformed,
    ) -> Result<Vec<ScanPart>, Error> {
        if generic::is_generic(&self.table) {
            let parts = generic::plan(catalog, &self.table, predicate, &self.regions, malformed)?;
            return Ok(parts
                .into_iter()
                .map(|GenericPart { table, plan }| ScanPart { table, plan })
                .collect());
        }
        let table = learned.with_inputs(&self.table);
        let plan = plan_access(catalog, &table, predicate, &self.regions)
            .map_err(|error| self.error(learned, error))?;
        Ok(vec![ScanPart { table, plan }])
    }

    fn error(&self, learned: &Learned, error: AccessError) -> Error {
        let table = self.name.clone();
        match error {
            AccessError::NotReadable => Error::NotReadable {
                table,
                type_name: self.table.type_name.clone(),
                span: None,
            },
            AccessError::IdentifierNeeded { form } => Error::IdentifierNeeded {
                table,
                parts: form.split('|').map(str::to_owned).collect(),
                span: None,
            },
            AccessError::InputNeeded { columns, reason } => Error::InputNeeded {
                table,
                inputs: columns,
                reason: reason.or_else(|| {
                    let asked = learned.has_inputs(&self.table.type_name);
                    asked.then(|| "AWS asks for it, although the type's schema does not".to_owned())
                }),
                span: None,
            },
            AccessError::Identifier(error) => Error::Identifier {
                table,
                value: error.value,
                form: error.form,
                reason: error.reason,
                span: None,
            },
            AccessError::RegionNeeded => Error::RegionNeeded { table, span: None },
        }
    }
}

/// A key may name its region (`us-east-1_AbCdEf`, an ARN): then no other region is asked for it.
fn leave_out_other_regions(parts: &mut [ScanPart]) {
    for part in parts.iter_mut().filter(|part| !part.table.global) {
        part.plan.accesses.retain(is_in_its_keys_region);
    }
}

/// Whether none of an access's keys names another region than the access's own.
fn is_in_its_keys_region(access: &Access) -> bool {
    let agrees = |key: &str| region_of_key(key).is_none_or(|region| region == access.region());
    match access {
        Access::Get { identifier, .. } => identifier.parts().iter().all(|part| agrees(part)),
        Access::List { inputs, .. } | Access::FanOut { inputs, .. } => {
            inputs.values().filter_map(Value::as_str).all(agrees)
        }
    }
}
