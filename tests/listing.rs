//! Every type whose ListResources needs an input is listed by itself, as `listing.tsv` says.
//!
//! A world is made from that file, which knows nothing of the provider's data: two parents of each type, two resources
//! under each parent, one for each value, and resources of the other types of the same services, which look alike and are
//! nobody's parents. No two of its texts are equal that need not be, so that the wrong property of the right parent is
//! seen too. Then the types' tables are read: their resources come, each once, and the lists that were sent named the
//! parents that there are, all of them and nothing else.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    sync::Arc,
};

use arrow::util::display::array_value_to_string;
use cirrus_aws::{AwsCloud, Limits};
use cirrus_emulator::{Emulator, Options};
use cirrus_engine::{Body, Error, Session, Settings};
use cirrus_provider::{Catalog, Schemas, Table};
use futures::StreamExt;
use serde_json::{Map, Value, json};

const FILE: &str = include_str!("listing.tsv");
/// The account that the emulator's callers have.
const ACCOUNT: &str = "123456789012";
/// Where types are read, if they exist there.
const USUAL_REGION: &str = "us-east-1";
/// Where types are read besides, if some of their values are not served everywhere.
const OTHER_REGION: &str = "us-west-2";

type Properties = Map<String, Value>;

/// Where the values of a list input come from.
enum Source {
    /// From all resources of all of these types.
    Parents(Vec<Supply>),
    /// Known values, with the one region that serves them if it is only one.
    Values(Vec<(&'static str, Option<&'static str>)>),
    Account,
    Nothing,
}

/// What one kind of parents supplies.
#[derive(Clone, Copy)]
enum Supply {
    /// A property of a type.
    Property(&'static str, &'static str),
    /// The same value beside each parent.
    Value(&'static str),
}

/// The inputs of one type's list.
type Inputs = Vec<(&'static str, Source)>;

/// The types in the file.
type Plan = BTreeMap<&'static str, Inputs>;

fn plan() -> Plan {
    let mut plan = Plan::new();
    let lines = FILE.lines().filter(|line| !line.starts_with('#'));
    for line in lines.skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [type_name, input, source, from, note] = columns[..] else {
            panic!("not five columns: {line}");
        };
        let source = match source {
            "parent" => Source::Parents(from.split(" + ").map(supply).collect()),
            "values" => Source::Values(from.split(',').map(value_and_region).collect()),
            "account" => Source::Account,
            "none" if !note.is_empty() => Source::Nothing,
            _ => panic!("a source that there is not, or none without a reason: {line}"),
        };
        plan.entry(type_name).or_default().push((input, source));
    }
    plan
}

fn supply(text: &'static str) -> Supply {
    if let Some(value) = text.strip_prefix('=') {
        return Supply::Value(value);
    }
    let (type_name, property) = text.rsplit_once('.').unwrap();
    Supply::Property(type_name, property)
}

fn value_and_region(text: &'static str) -> (&'static str, Option<&'static str>) {
    match text.split_once('@') {
        Some((value, region)) => (value, Some(region)),
        None => (text, None),
    }
}

/// The types that an input of a type comes from.
fn parents(inputs: &Inputs) -> impl Iterator<Item = &'static str> {
    let supplies = inputs.iter().flat_map(|(_, source)| match source {
        Source::Parents(supplies) => supplies.as_slice(),
        _ => &[],
    });
    supplies.filter_map(|supply| match supply {
        Supply::Property(type_name, _) => Some(*type_name),
        Supply::Value(_) => None,
    })
}

fn lists_by_itself(inputs: &Inputs) -> bool {
    !inputs
        .iter()
        .any(|(_, source)| matches!(source, Source::Nothing))
}

/// Whether some of the values of an input are served in one region only.
fn is_regional(inputs: &Inputs) -> bool {
    inputs.iter().any(|(_, source)| match source {
        Source::Values(values) => values.iter().any(|(_, region)| region.is_some()),
        _ => false,
    })
}

/// The first region that has a type and all that its list needs.
fn region(catalog: &Catalog, plan: &Plan, type_name: &str) -> String {
    let known = catalog.regions();
    std::iter::once(USUAL_REGION)
        .chain(known.iter().map(String::as_str))
        .find(|region| is_whole_in(catalog, plan, type_name, region))
        .unwrap_or_else(|| panic!("{type_name} and its parents are nowhere together"))
        .to_owned()
}

fn is_whole_in(catalog: &Catalog, plan: &Plan, type_name: &str, region: &str) -> bool {
    let table = catalog.table_of_type(type_name).unwrap();
    let is_there = table.availability.includes(region, catalog.regions());
    is_there
        && plan.get(type_name).is_none_or(|inputs| {
            parents(inputs).all(|parent| is_whole_in(catalog, plan, parent, region))
        })
}

fn service(type_name: &str) -> &str {
    type_name.split("::").nth(1).unwrap()
}

/// The resources of one region.
struct World<'world> {
    plan: &'world Plan,
    schemas: &'world Schemas,
    region: &'world str,
    by_type: BTreeMap<String, Vec<Properties>>,
    /// All of them as a data set.
    entries: Vec<Value>,
}

impl<'world> World<'world> {
    fn new(plan: &'world Plan, schemas: &'world Schemas, region: &'world str) -> Self {
        Self {
            plan,
            schemas,
            region,
            by_type: BTreeMap::new(),
            entries: Vec::new(),
        }
    }

    /// The resources of a type: two under each of its parents, which are made first.
    fn resources(&mut self, type_name: &str) -> Vec<Properties> {
        if let Some(made) = self.by_type.get(type_name) {
            return made.clone();
        }
        let mut made = Vec::new();
        for inputs in self.inputs(type_name) {
            made.push(self.add(type_name, &inputs));
            if !self.is_identified_by(type_name, &inputs) {
                made.push(self.add(type_name, &inputs));
            }
        }
        self.by_type.insert(type_name.to_owned(), made.clone());
        made
    }

    /// What the lists of a type have to be asked with; once with nothing if they need nothing.
    fn inputs(&mut self, type_name: &str) -> Vec<Properties> {
        let plan = self.plan;
        let inputs = plan.get(type_name).map_or(&[][..], Vec::as_slice);
        let mut sets = self.inputs_of_parents(inputs);
        for (input, source) in inputs {
            let values = match source {
                Source::Account => vec![ACCOUNT],
                Source::Values(values) => values
                    .iter()
                    .filter(|(_, region)| region.is_none_or(|region| region == self.region))
                    .map(|&(value, _)| value)
                    .collect(),
                Source::Parents(_) | Source::Nothing => continue,
            };
            let with = |set: &Properties, value: &str| {
                let mut set = set.clone();
                set.insert((*input).to_owned(), json!(value));
                set
            };
            sets = sets
                .iter()
                .flat_map(|set| values.iter().map(|value| with(set, value)))
                .collect();
        }
        sets
    }

    /// One parent supplies all inputs that come from parents.
    fn inputs_of_parents(&mut self, inputs: &[(&'static str, Source)]) -> Vec<Properties> {
        let of_parents: Vec<(&str, &[Supply])> = inputs
            .iter()
            .filter_map(|(input, source)| match source {
                Source::Parents(supplies) => Some((*input, supplies.as_slice())),
                _ => None,
            })
            .collect();
        let Some((_, kinds)) = of_parents.first() else {
            return vec![Properties::new()];
        };
        let mut sets = Vec::new();
        for kind in 0..kinds.len() {
            let of_kind = of_parents
                .iter()
                .map(|(input, supplies)| (*input, supplies[kind]));
            sets.extend(self.inputs_of_kind(&of_kind.collect::<Vec<_>>()));
        }
        sets
    }

    fn inputs_of_kind(&mut self, inputs: &[(&str, Supply)]) -> Vec<Properties> {
        let types: BTreeSet<&str> = inputs
            .iter()
            .filter_map(|(_, supply)| match supply {
                Supply::Property(type_name, _) => Some(*type_name),
                Supply::Value(_) => None,
            })
            .collect();
        assert_eq!(types.len(), 1, "not one parent: {types:?}");
        let parents = types.first().map(|parent| self.resources(parent)).unwrap();
        let value = |parent: &Properties, supply| match supply {
            Supply::Property(_, property) => parent[property].clone(),
            Supply::Value(value) => json!(value),
        };
        let set = |parent| {
            let members = inputs.iter();
            members
                .map(|&(input, supply)| (input.to_owned(), value(parent, supply)))
                .collect()
        };
        parents.iter().map(set).collect()
    }

    /// Whether there can be no second resource with these inputs.
    fn is_identified_by(&self, type_name: &str, inputs: &Properties) -> bool {
        let document = &self.schemas.get(type_name).unwrap().document;
        let shown: BTreeSet<&str> = inputs
            .keys()
            .map(|input| shown_as(document, input))
            .collect();
        identifier_paths(document).all(|path| shown.contains(path))
    }

    /// Makes a resource in which every text is another one.
    fn add(&mut self, type_name: &str, inputs: &Properties) -> Properties {
        let schema = self
            .schemas
            .get(type_name)
            .unwrap_or_else(|| panic!("no {type_name}"));
        let document = &schema.document;
        let mut model = json!({});
        for (name, property) in document["properties"].as_object().unwrap() {
            if kind(document, property) == "string" {
                model[name] = self.value(type_name, name, "string");
            }
        }
        for path in identifier_paths(document) {
            let property = &document["properties"][path.split('/').next().unwrap()];
            let value = self.value(type_name, path, kind(document, property));
            let mut place = &mut model;
            for name in path.split('/') {
                place = &mut place[name];
            }
            *place = value;
        }
        for (input, value) in inputs {
            model[shown_as(document, input)] = value.clone();
            if let Some(twin) = twin(input, value)
                && document["properties"].get(&twin).is_some()
            {
                model[twin] = value.clone();
            }
        }
        self.entries
            .push(json!({"type": type_name, "region": self.region, "properties": &model}));
        model.as_object().unwrap().clone()
    }

    fn value(&self, type_name: &str, property: &str, kind: &str) -> Value {
        let number = self.entries.len() + 1;
        let resource = type_name.rsplit("::").next().unwrap();
        let property = property.rsplit('/').next().unwrap();
        match kind {
            "integer" | "number" => json!(number),
            "boolean" => json!(true),
            _ if ["AwsAccountId", "CatalogId"].contains(&property) => json!(ACCOUNT),
            _ if property.ends_with("Arn") || property.ends_with("ARN") => {
                let service = service(type_name).to_lowercase();
                let region = self.region;
                json!(format!(
                    "arn:aws:{service}:{region}:{ACCOUNT}:{resource}/{property}-{number}"
                ))
            }
            _ => json!(format!("{resource}-{property}-{number}")),
        }
    }

    /// Adds a resource of each other type of the same services.
    fn add_others(&mut self) {
        let services: BTreeSet<String> = self
            .by_type
            .keys()
            .map(|name| service(name).to_owned())
            .collect();
        let schemas = self.schemas;
        for type_name in schemas.type_names() {
            let is_other = services.contains(service(type_name))
                && !self.by_type.contains_key(type_name)
                && schemas.get(type_name).unwrap().document["handlers"]["list"].is_object();
            if is_other {
                self.add(type_name, &Properties::new());
            }
        }
    }

    fn identifiers(&self, type_name: &str) -> Vec<String> {
        let schema = self.schemas.get(type_name).unwrap();
        let of = |resource: &Properties| {
            let resource = Value::Object(resource.clone());
            let part = |path: &str| text(resource.pointer(&format!("/{path}")).unwrap());
            let parts: Vec<String> = identifier_paths(&schema.document).map(part).collect();
            parts.join("|")
        };
        let mut identifiers: Vec<String> = self.by_type[type_name].iter().map(of).collect();
        identifiers.sort();
        identifiers
    }

    /// An emulator that has all this, with schemas that demand nothing of a resource and hide nothing of it: made-up
    /// resources satisfy no others, and the emulator does not select by what it does not show.
    async fn emulator(&self) -> Emulator {
        let folder = tempfile::tempdir().unwrap();
        let names = self.entries.iter().map(|entry| entry["type"].as_str());
        let types: BTreeMap<&str, Value> = names
            .map(|name| (name.unwrap(), self.plain(name.unwrap())))
            .collect();
        fs::write(folder.path().join("types.json"), json!(types).to_string()).unwrap();
        let schemas = Schemas::with_overlay(folder.path()).unwrap();
        let mut options = Options::new(Arc::new(schemas));
        options.switches.set("missing-parent=empty").unwrap();
        let emulator = Emulator::start(options).await.unwrap();
        emulator
            .load_json(&json!(self.entries).to_string())
            .unwrap();
        emulator
    }

    fn plain(&self, type_name: &str) -> Value {
        let schema = self.schemas.get(type_name).unwrap();
        let document = &schema.document;
        let properties: Properties = document["properties"]
            .as_object()
            .unwrap()
            .keys()
            .map(|name| (name.clone(), json!({})))
            .collect();
        let mut plain = json!({"typeName": type_name, "properties": properties});
        for member in ["primaryIdentifier", "readOnlyProperties", "handlers"] {
            if let Some(value) = document.get(member) {
                plain[member] = value.clone();
            }
        }
        json!({ "schema": plain })
    }
}

/// The paths of the identifier's parts, such as `UserPoolId`.
fn identifier_paths(document: &Value) -> impl Iterator<Item = &str> {
    document["primaryIdentifier"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|path| path.as_str().unwrap().trim_start_matches("/properties/"))
}

/// The JSON type of a property, if it has just one.
fn kind<'schema>(document: &'schema Value, property: &'schema Value) -> &'schema str {
    let reference = property["$ref"].as_str();
    let described = match reference.and_then(|reference| reference.strip_prefix('#')) {
        Some(pointer) => document.pointer(pointer).unwrap_or(&Value::Null),
        None => property,
    };
    described["type"].as_str().unwrap_or_default()
}

/// The property that shows what a list was asked with: `Workspace` if the input's schema is that of `Workspace`.
fn shown_as<'schema>(document: &'schema Value, input: &'schema str) -> &'schema str {
    let schema = &document["handlers"]["list"]["handlerSchema"]["properties"][input];
    let reference = schema["$ref"].as_str();
    reference
        .and_then(|reference| reference.strip_prefix("resource-schema.json#/properties/"))
        .unwrap_or(input)
}

/// The property that shows what was given as `DomainIdentifier`: `DomainId`, or `DomainArn` if it was an ARN.
fn twin(input: &str, value: &Value) -> Option<String> {
    let stem = input.strip_suffix("Identifier")?;
    let is_arn = text(value).starts_with("arn:");
    Some(format!("{stem}{}", if is_arn { "Arn" } else { "Id" }))
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Reads a table's identifiers, sorted.
async fn identifiers(session: &Session, table: &Table, region: &str) -> Result<Vec<String>, Error> {
    let name = format!("aws.{}.{}", table.service, table.name);
    let sql = format!("SELECT identifier FROM {name} WHERE region = '{region}'");
    let answer = session.run(&sql).next().await.expect("an answer")?;
    let Body::Rows(mut rows) = answer.body else {
        panic!("{sql} gave no rows")
    };
    let mut found = Vec::new();
    while let Some(batch) = rows.batches.next().await {
        let batch = batch?;
        for row in 0..batch.num_rows() {
            found.push(array_value_to_string(batch.column(0), row).unwrap());
        }
    }
    let warnings = answer.report.warnings();
    assert!(warnings.is_empty(), "{sql}: {warnings:?}");
    found.sort();
    Ok(found)
}

/// What the lists of a type were asked with, as far as it is among `inputs`.
fn asked(emulator: &Emulator, type_name: &str, inputs: &Inputs) -> BTreeSet<String> {
    let log = emulator.requests();
    let lists = log.iter().filter(|request| {
        request.operation == "ListResources" && request.type_name.as_deref() == Some(type_name)
    });
    lists
        .map(|request| {
            let model = request.resource_model.as_deref().unwrap_or("{}");
            let model: Properties = serde_json::from_str(model).unwrap();
            shown(&model, inputs)
        })
        .collect()
}

/// A list's inputs in the order of the file; the program may add others, which only narrow what it gets.
fn shown(model: &Properties, inputs: &Inputs) -> String {
    let shown: Vec<String> = inputs
        .iter()
        .map(|(input, _)| {
            format!(
                "{input}={}",
                model.get(*input).map_or_else(String::new, text)
            )
        })
        .collect();
    shown.join(" ")
}

/// What went otherwise than the file says, and how often a table was read without GetResource.
#[derive(Default)]
struct Findings {
    wrong: Vec<String>,
    listed: BTreeSet<&'static str>,
    with_reads: BTreeSet<&'static str>,
}

impl Findings {
    fn compare<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, found: &T, expected: &T) {
        if found != expected {
            self.wrong.push(format!(
                "{what}:\n  found    {found:?}\n  expected {expected:?}"
            ));
        }
    }
}

/// Reads the tables of some types in one region.
async fn read_all(
    catalog: &Arc<Catalog>,
    plan: &Plan,
    region: &str,
    types: &BTreeSet<&'static str>,
    findings: &mut Findings,
) {
    let mut world = World::new(plan, catalog.schemas(), region);
    for type_name in types {
        world.resources(type_name);
    }
    world.add_others();
    let emulator = world.emulator().await;
    let cloud = Arc::new(AwsCloud::local(&emulator.url(), Limits::default()));
    for &type_name in types {
        let session = Session::new(catalog.clone(), cloud.clone(), Settings::default());
        let table = catalog.table_of_type(type_name).unwrap();
        emulator.clear_requests();
        let found = match identifiers(&session, &table, region).await {
            Ok(found) => found,
            Err(error) => {
                let what = format!("{type_name} in {region}: {error:?}");
                findings.wrong.push(what);
                continue;
            }
        };
        findings.listed.insert(type_name);
        let inputs = &plan[type_name];
        let asked = asked(&emulator, type_name, inputs);
        let expected = world.inputs(type_name);
        let expected = expected.iter().map(|set| shown(set, inputs)).collect();
        findings.compare(
            &format!("lists of {type_name} in {region}"),
            &asked,
            &expected,
        );
        let expected = world.identifiers(type_name);
        findings.compare(&format!("{type_name} in {region}"), &found, &expected);
        let log = emulator.requests();
        if log.iter().any(|request| request.operation == "GetResource") {
            findings.with_reads.insert(type_name);
        }
    }
    emulator.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn types_that_need_an_input_are_listed_by_themselves() {
    let catalog = Arc::new(Catalog::embedded());
    let plan = plan();
    let mut by_region: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    for (&type_name, inputs) in plan.iter().filter(|(_, inputs)| lists_by_itself(inputs)) {
        let region = region(&catalog, &plan, type_name);
        by_region.entry(region).or_default().insert(type_name);
        if is_regional(inputs) {
            let others = by_region.entry(OTHER_REGION.to_owned()).or_default();
            others.insert(type_name);
        }
    }
    let mut findings = Findings::default();
    for (region, types) in &by_region {
        read_all(&catalog, &plan, region, types, &mut findings).await;
    }
    let (listed, read) = (findings.listed.len(), findings.with_reads.len());
    println!(
        "{listed} of {} types list by themselves, {} without a GetResource",
        plan.len(),
        listed - read
    );
    let wrong = &findings.wrong;
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(listed >= 355, "{listed}");
}

#[tokio::test]
async fn types_that_nothing_lists_name_an_input() {
    let catalog = Arc::new(Catalog::embedded());
    let plan = plan();
    let emulator = Emulator::start(Options::new(Arc::new(Schemas::embedded())))
        .await
        .unwrap();
    let cloud = Arc::new(AwsCloud::local(&emulator.url(), Limits::default()));
    let session = Session::new(catalog.clone(), cloud, Settings::default());
    let mut wrong = Vec::new();
    for (type_name, inputs) in plan.iter().filter(|(_, inputs)| !lists_by_itself(inputs)) {
        let table = catalog.table_of_type(type_name).unwrap();
        let region = region(&catalog, &Plan::new(), type_name);
        let is_column_of_input = |column: &String| {
            table.column(column).is_some_and(|column| {
                let property = table.columns[column].property.as_str();
                inputs.iter().any(|(input, _)| *input == property)
            })
        };
        match identifiers(&session, &table, &region).await {
            Err(Error::InputNeeded { inputs, .. })
                if !inputs.is_empty() && inputs.iter().all(is_column_of_input) => {}
            other => wrong.push(format!("{type_name}: {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    let lists = emulator.counts();
    assert!(lists.is_empty(), "{lists:?}");
}

#[test]
fn the_file_has_the_types_and_inputs_of_the_schemas() {
    let catalog = Catalog::embedded();
    let plan = plan();
    let mut needed = BTreeSet::new();
    for type_name in catalog.schemas().type_names() {
        let Ok(table) = catalog.table_of_type(type_name) else {
            continue;
        };
        if table.handlers.list.is_none() || table.required_inputs.is_empty() {
            continue;
        }
        needed.insert(type_name);
        let inputs: BTreeSet<&str> = plan
            .get(type_name)
            .into_iter()
            .flatten()
            .map(|(input, _)| *input)
            .collect();
        let is_enough = table
            .required_inputs
            .iter()
            .any(|set| set.iter().all(|input| inputs.contains(&*input.property)));
        assert!(is_enough, "{type_name} {inputs:?}");
    }
    let types: BTreeSet<&str> = plan.keys().copied().collect();
    assert_eq!(types, needed);
    for (type_name, inputs) in &plan {
        for parent in parents(inputs) {
            let table = catalog.table_of_type(parent).unwrap();
            assert!(table.handlers.list.is_some(), "{type_name}: {parent}");
            let is_listed = plan.get(parent).is_none_or(lists_by_itself);
            assert!(is_listed, "{type_name}: {parent}");
        }
    }
}
