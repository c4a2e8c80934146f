//! From a schema to a table: columns, identifier, handlers, list inputs.
//!
//! Everything that a table says is read here once; nobody else looks into a schema to decide about reading.

use std::collections::HashSet;

use serde_json::Value;

use crate::{
    Column, ColumnKind, FixedValue, Handler, Handlers, IdentifierPart, InputSource, ListInput,
    Role, Supply, Table, TypeSchema, View,
    embedded::{EXCEPTIONS, PARENTS},
    naming::{column_name, resource_name, service_name},
    property_type::{enum_values, kind, resolve},
    reviewed::InputValue,
    secret::is_secret,
};

/// The table of a type with every property, or what is wrong with its schema.
pub(crate) fn table(schema: &TypeSchema) -> Result<Table, String> {
    let document = &schema.document;
    let type_name = schema.type_name.as_str();
    let columns = columns(schema)?;
    let column_of = |property: &str| {
        columns
            .iter()
            .position(|column| column.property == property)
    };
    let identifier: Vec<_> = paths(document, "primaryIdentifier")
        .map(|path| IdentifierPart {
            path: path.to_owned(),
            column: column_of(path),
        })
        .collect();
    if identifier.is_empty() {
        return Err("the schema has no `primaryIdentifier`".to_owned());
    }
    for part in &identifier {
        let property = part.path.split('/').next().unwrap_or_default();
        if column_of(property).is_none() {
            return Err(format!(
                "`primaryIdentifier` names an unknown property: {property}"
            ));
        }
    }
    let inputs = ListInputs::of(schema);
    let input = |property: &String| ListInput {
        property: property.clone(),
        column: column_of(property),
    };
    let is_column = |property: &&String| column_of(property).is_some();
    let required_inputs: Vec<Vec<ListInput>> = inputs
        .required
        .iter()
        .filter(|set| set.iter().all(|property| column_of(property).is_some()))
        .map(|set| set.iter().map(input).collect())
        .collect();
    if required_inputs.is_empty() && !inputs.required.is_empty() {
        return Err(format!(
            "a list input is no property: {}",
            inputs.required[0].join(", ")
        ));
    }
    let optional_inputs = inputs
        .optional
        .iter()
        .filter(is_column)
        .map(input)
        .collect();
    let tag_property = tag_property(document).filter(|property| column_of(property).is_some());
    Ok(Table {
        service: service_name(type_name),
        name: resource_name(type_name),
        type_name: type_name.to_owned(),
        view: View::Full,
        identifier,
        handlers: handlers(document),
        sources: sources(type_name, &columns),
        unlisted: unlisted(type_name),
        required_inputs,
        optional_inputs,
        global: schema.global,
        tag_property: tag_property.map(str::to_owned),
        availability: schema.availability.clone(),
        columns,
    })
}

/// The list-only twin of a table: region and a column for each part of the identifier.
pub(crate) fn list_only(table: &Table) -> Table {
    let mut columns = vec![table.columns[Table::REGION].clone()];
    let mut identifier = Vec::with_capacity(table.identifier.len());
    for part in &table.identifier {
        let spelt: Vec<_> = part.path.split('/').map(column_name).collect();
        let name = spelt.join("_");
        // A part called `Region` keeps its name apart from the envelope's; one called `Identifier` is the identifier.
        let is_taken = columns.iter().any(|column| column.name == name);
        let column = match part.column {
            Some(column) => table.columns[column].clone(),
            None => Column {
                kind: ColumnKind::Text,
                ..envelope(&name, Role::Property)
            },
        };
        identifier.push(IdentifierPart {
            path: part.path.clone(),
            column: Some(columns.len()),
        });
        columns.push(Column {
            name: if is_taken {
                format!("resource_{name}")
            } else {
                name
            },
            property: part.path.clone(),
            ..column
        });
    }
    let input = |input: &ListInput| ListInput {
        property: input.property.clone(),
        column: columns
            .iter()
            .position(|column| column.property == input.property),
    };
    Table {
        name: format!("{}_list_only", table.name),
        view: View::ListOnly,
        required_inputs: table
            .required_inputs
            .iter()
            .map(|set| set.iter().map(input).collect())
            .collect(),
        optional_inputs: table.optional_inputs.iter().map(input).collect(),
        columns,
        identifier,
        ..table.clone()
    }
}

fn columns(schema: &TypeSchema) -> Result<Vec<Column>, String> {
    let document = &schema.document;
    let properties = document["properties"]
        .as_object()
        .ok_or("the schema has no `properties`")?;
    let set = |member| paths(document, member).collect::<HashSet<_>>();
    let (read_only, write_only) = (set("readOnlyProperties"), set("writeOnlyProperties"));
    let create_only = set("createOnlyProperties");
    let required: HashSet<_> = strings(&document["required"]).collect();
    let mut columns = vec![
        envelope("region", Role::Region),
        envelope("identifier", Role::Identifier),
    ];
    for (property, described) in properties {
        let resolved = resolve(document, described);
        let kind = kind(document, resolved);
        columns.push(Column {
            name: free_name(&schema.type_name, property, &columns),
            property: property.clone(),
            role: Role::Property,
            kind,
            required: required.contains(property.as_str()),
            read_only: read_only.contains(property.as_str()),
            write_only: write_only.contains(property.as_str()),
            create_only: create_only.contains(property.as_str()),
            secret: is_secret(&schema.type_name, property, kind),
            enum_values: enum_values(resolved),
        });
    }
    Ok(columns)
}

fn envelope(name: &str, role: Role) -> Column {
    Column {
        name: name.to_owned(),
        property: String::new(),
        role,
        kind: ColumnKind::Text,
        required: false,
        read_only: false,
        write_only: false,
        create_only: false,
        secret: false,
        enum_values: Vec::new(),
    }
}

/// A property's column name that no column before it has.
fn free_name(type_name: &str, property: &str, before: &[Column]) -> String {
    let is_taken = |name: &str| before.iter().any(|column| column.name == name);
    let name = EXCEPTIONS
        .column_name(type_name, property)
        .map_or_else(|| column_name(property), str::to_owned);
    if !is_taken(&name) {
        return name;
    }
    // Properties called `Region` and `Identifier` give way to the envelope.
    let name = format!("resource_{name}");
    if !is_taken(&name) {
        return name;
    }
    // One of so many numbers is free: there are fewer names before.
    (2..before.len() + 3)
        .map(|number| format!("{name}_{number}"))
        .find(|name| !is_taken(name))
        .expect("more numbers than names")
}

fn handlers(document: &Value) -> Handlers {
    let handler = |name: &str| {
        let handler = document["handlers"][name].as_object()?;
        Some(Handler {
            permissions: handler
                .get("permissions")
                .map(strings)
                .into_iter()
                .flatten()
                .map(str::to_owned)
                .collect(),
            timeout_minutes: handler
                .get("timeoutInMinutes")
                .and_then(Value::as_u64)
                .and_then(|minutes| minutes.try_into().ok()),
        })
    };
    Handlers {
        create: handler("create"),
        read: handler("read"),
        update: handler("update"),
        delete: handler("delete"),
        list: handler("list"),
    }
}

/// The properties that a list takes.
struct ListInputs {
    required: Vec<Vec<String>>,
    optional: Vec<String>,
}

impl ListInputs {
    fn of(schema: &TypeSchema) -> Self {
        let taken = &schema.document["handlers"]["list"]["handlerSchema"];
        let names = |value: &Value| strings(value).map(str::to_owned).collect::<Vec<_>>();
        let always = names(&taken["required"]);
        let alternatives = ["oneOf", "anyOf"]
            .iter()
            .filter_map(|member| taken[member].as_array())
            .flatten();
        let mut required: Vec<Vec<String>> = alternatives
            .map(|alternative| [always.clone(), names(&alternative["required"])].concat())
            .collect();
        if required.is_empty() {
            required.push(always);
        }
        if let Some(reviewed) = EXCEPTIONS.required_inputs(&schema.type_name) {
            required = vec![reviewed.to_vec()];
        }
        required.retain(|set| !set.is_empty());
        let known = taken["properties"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(property, _)| property.clone());
        let optional = known
            .filter(|property| !required.iter().flatten().any(|name| name == property))
            .collect();
        Self { required, optional }
    }
}

/// What supplies the type's list inputs, as far as its schema has properties that are called so.
fn sources(type_name: &str, columns: &[Column]) -> Vec<InputSource> {
    let of_type = |types: &[String]| types.iter().any(|name| name == type_name);
    let parents = PARENTS.parent.iter().filter_map(|parent| {
        let supply = Supply::Parent {
            type_name: parent.type_name.clone(),
            property: parent.property.clone(),
        };
        Some((parent.children.get(type_name)?, supply))
    });
    let values = PARENTS
        .values
        .iter()
        .filter(|entry| of_type(&entry.types))
        .map(|entry| {
            let values = entry.values.iter().map(fixed_value).collect();
            (&entry.input, Supply::Values(values))
        });
    let accounts = PARENTS
        .account
        .iter()
        .filter(|entry| of_type(&entry.types))
        .map(|entry| (&entry.input, Supply::Account));
    let is_property = |input: &str| columns.iter().any(|column| column.property == input);
    parents
        .chain(values)
        .chain(accounts)
        .filter(|(input, _)| is_property(input))
        .map(|(input, supply)| InputSource {
            input: input.clone(),
            supply,
        })
        .collect()
}

fn fixed_value(value: &InputValue) -> FixedValue {
    match value {
        InputValue::Anywhere(value) => FixedValue {
            value: value.clone(),
            region: None,
        },
        InputValue::InRegion { value, region } => FixedValue {
            value: value.clone(),
            region: Some(region.clone()),
        },
    }
}

/// Why some input of the type is not supplied.
fn unlisted(type_name: &str) -> Option<String> {
    let mut unlisted = PARENTS.unlisted.iter();
    let entry = unlisted.find(|entry| entry.type_name == type_name)?;
    Some(entry.reason.clone())
}

/// The property that `tagging` names, which is `Tags` unless it says otherwise.
fn tag_property(document: &Value) -> Option<&str> {
    let tagging = &document["tagging"];
    let is_taggable = tagging["taggable"]
        .as_bool()
        .or_else(|| document["taggable"].as_bool())
        .unwrap_or(true);
    let named = tagging["tagProperty"]
        .as_str()
        .map_or("Tags", |path| path.trim_start_matches("/properties/"));
    is_taggable.then_some(named)
}

/// The members of a list of property paths, without `/properties/`.
fn paths<'a>(document: &'a Value, member: &str) -> impl Iterator<Item = &'a str> {
    strings(&document[member]).map(|path| path.trim_start_matches("/properties/"))
}

/// The members of an array that are text.
pub(crate) fn strings(value: &Value) -> impl Iterator<Item = &str> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}
