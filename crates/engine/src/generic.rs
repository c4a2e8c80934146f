//! `aws.cloud_control.resource` and `.resources`: any resource type by `TypeName`, properties as raw JSON.
//!
//! They reach private types and properties newer than the embedded catalog. `resource` is GetResource and needs
//! `type_name` and `identifier`; `resources` is ListResources and needs `type_name`, with `resource_model` for the
//! list inputs as JSON. Names and columns are StackQL's.

use std::{
    collections::HashSet,
    sync::{Arc, LazyLock},
};

use cirrus_provider::{
    Access, AccessPlan, Binding, Catalog, Column, ColumnKind, Handler, Handlers, Identifier,
    IdentifierPart, Predicate, Role, Table,
};
use serde_json::{Map, Value};

use crate::{
    Error,
    own_table::{self, column},
    per_key::is_placeholder,
    relations::CATALOGS,
};

/// The service of the generic tables.
pub(crate) const SERVICE: &str = "cloud_control";

/// The generic tables.
pub(crate) const TABLES: [&str; 2] = ["resource", "resources"];

static RESOURCE: LazyLock<Arc<Table>> = LazyLock::new(|| Arc::new(definition("resource", true)));
static RESOURCES: LazyLock<Arc<Table>> = LazyLock::new(|| Arc::new(definition("resources", false)));

/// Finds a generic table by name.
pub(crate) fn table(name: &str) -> Option<Arc<Table>> {
    match name.to_lowercase().as_str() {
        "resource" => Some(RESOURCE.clone()),
        "resources" => Some(RESOURCES.clone()),
        _ => None,
    }
}

/// Whether a table is one of these.
pub(crate) fn is_generic(table: &Table) -> bool {
    table.service == SERVICE
}

fn definition(name: &str, reads: bool) -> Table {
    let mut columns = vec![
        column("region", "", Role::Region),
        column("identifier", "", Role::Identifier),
        column("type_name", "TypeName", Role::TypeName),
        Column {
            kind: ColumnKind::Json,
            ..column("properties", "Properties", Role::Properties)
        },
    ];
    if !reads {
        let model = column("resource_model", "ResourceModel", Role::ResourceModel);
        columns.push(model);
    }
    let handler = Some(Handler::default());
    Table {
        identifier: vec![IdentifierPart {
            path: "Identifier".into(),
            column: Some(1),
        }],
        handlers: Handlers {
            read: handler.clone().filter(|_| reads),
            list: handler.filter(|_| !reads),
            ..Handlers::default()
        },
        ..own_table::table(SERVICE, name, columns)
    }
}

/// A generic table for one resource type, and the calls on it.
pub(crate) struct GenericPart {
    /// The table with the type's name in it.
    pub(crate) table: Arc<Table>,
    /// The calls.
    pub(crate) plan: AccessPlan,
}

/// What an identifier is that is not of its type's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// A mistake in the statement.
    Refused,
    /// A value of another table, which no resource bears.
    NoRow,
}

/// Plans the calls of a generic table: one part per `type_name` that the predicate binds.
pub(crate) fn plan(
    catalog: &Catalog,
    table: &Table,
    predicate: &Predicate,
    regions: &[String],
    malformed: Malformed,
) -> Result<Vec<GenericPart>, Error> {
    let of_role = |role: Role| table.columns.iter().position(|column| column.role == role);
    let text = |binding: &Binding, role: Role| {
        of_role(role)
            .and_then(|column| binding.get(&column)?.as_str())
            .map(str::to_owned)
    };
    let name = format!("{}.{}", CATALOGS[0], table.qualified_name());
    let mut parts: Vec<GenericPart> = Vec::new();
    let mut seen = HashSet::new();
    for binding in predicate.bindings() {
        let needed = |inputs: &[&str]| Error::InputNeeded {
            table: name.clone(),
            inputs: inputs.iter().map(|input| (*input).to_owned()).collect(),
            reason: None,
            span: None,
        };
        let reads = table.handlers.read.is_some();
        let inputs: &[&str] = if reads {
            &["type_name", "identifier"]
        } else {
            &["type_name"]
        };
        let type_name = text(&binding, Role::TypeName).ok_or_else(|| needed(inputs))?;
        let regions = match text(&binding, Role::Region) {
            Some(region) => vec![region],
            None if regions.is_empty() => {
                return Err(Error::RegionNeeded {
                    table: name,
                    span: None,
                });
            }
            None => regions.to_vec(),
        };
        let accesses = if reads {
            let written = text(&binding, Role::Identifier).ok_or_else(|| needed(inputs))?;
            let identifier = match identifier(catalog, &type_name, &written, &name) {
                Err(_) if malformed == Malformed::NoRow => continue,
                identifier => identifier?,
            };
            regions
                .into_iter()
                .map(|region| Access::Get {
                    region,
                    identifier: identifier.clone(),
                })
                .collect::<Vec<_>>()
        } else {
            let inputs = resource_model(text(&binding, Role::ResourceModel).as_deref())?;
            regions
                .into_iter()
                .map(|region| Access::List {
                    region,
                    inputs: inputs.clone(),
                })
                .collect()
        };
        let known = parts
            .iter()
            .position(|part| part.table.type_name == type_name);
        let at = known.unwrap_or_else(|| {
            let table = Arc::new(Table {
                type_name,
                ..table.clone()
            });
            parts.push(GenericPart {
                table,
                plan: AccessPlan::default(),
            });
            parts.len() - 1
        });
        let part = &mut parts[at];
        for access in accesses {
            if seen.insert((at, format!("{access:?}"))) {
                part.plan.accesses.push(access);
            }
        }
    }
    Ok(parts)
}

/// Brings the identifier of a known type into the form that is sent; a private type's goes as it is.
fn identifier(
    catalog: &Catalog,
    type_name: &str,
    written: &str,
    table: &str,
) -> Result<Identifier, Error> {
    let known = catalog.table_of_type(type_name).ok();
    let Some(known) = known.filter(|_| !is_placeholder(written)) else {
        return Ok(Identifier::from_parts(vec![written.to_owned()]));
    };
    match Identifier::parse(&known, written) {
        Ok(identifier) => Ok(Identifier::from_parts(vec![identifier.wire(&known)])),
        Err(error) => Err(Error::Identifier {
            table: format!("{table} of {type_name}"),
            value: error.value,
            form: error.form,
            reason: error.reason,
            span: None,
        }),
    }
}

fn resource_model(text: Option<&str>) -> Result<Map<String, Value>, Error> {
    let Some(text) = text else {
        return Ok(Map::new());
    };
    match serde_json::from_str(text) {
        Ok(Value::Object(model)) => Ok(model),
        Ok(_) => Err(Error::Plan {
            message: "`resource_model` must be a JSON object".into(),
            notes: vec![format!("it is: {text}")],
            span: None,
        }),
        Err(error) => Err(Error::Plan {
            message: format!("`resource_model` is not JSON: {error}"),
            notes: vec![format!("it is: {text}")],
            span: None,
        }),
    }
}
