//! The registry's schemas, embedded and overlaid, each decoded when it is first asked for.
//!
//! This is all that the emulator uses of this crate. The bytes are found by `embedded.rs`, a folder of other schemas is
//! read by `overlay.rs`, and `decode.rs` makes tables of what is here.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::Arc,
};

use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    Availability, OverlayError,
    embedded::{EXCEPTIONS, INDEX, REGIONS},
    naming, overlay,
};

/// A resource type as the CloudFormation registry describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeSchema {
    /// `AWS::Cognito::UserPoolClient`.
    pub type_name: String,
    /// The schema without its prose; the order of its top-level properties is the order of columns.
    pub document: Value,
    /// Where the type exists.
    pub availability: Availability,
    /// The resources are the same seen from every region of a partition.
    pub global: bool,
}

/// What a data file says of a type.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TypeEntry {
    #[serde(default = "everywhere")]
    availability: Availability,
    schema: Value,
}

fn everywhere() -> Availability {
    Availability::AllExcept(Vec::new())
}

impl TypeEntry {
    /// The entry as the schema of `type_name`.
    pub(crate) fn into_schema(self, type_name: &str) -> TypeSchema {
        TypeSchema {
            type_name: type_name.to_owned(),
            document: self.schema,
            availability: self.availability,
            global: EXCEPTIONS.is_global(type_name, &naming::service_name(type_name)),
        }
    }
}

/// Every resource type that is known.
///
/// ```
/// let schemas = cirrus_provider::Schemas::embedded();
/// let client = schemas.get("AWS::Cognito::UserPoolClient").unwrap();
/// assert_eq!(client.document["required"], serde_json::json!(["UserPoolId"]));
/// ```
#[derive(Debug)]
pub struct Schemas {
    overlay: BTreeMap<String, Arc<TypeSchema>>,
    regions: Vec<String>,
    decoded: Mutex<HashMap<&'static str, Arc<TypeSchema>>>,
    frames: Mutex<HashMap<usize, Arc<Vec<u8>>>>,
}

/// A type without its schema.
#[derive(Clone, Debug)]
pub(crate) struct TypeSummary<'a> {
    pub(crate) type_name: &'a str,
    pub(crate) service: String,
    pub(crate) table: String,
    pub(crate) provisionable: bool,
    pub(crate) listable: bool,
}

impl Schemas {
    /// The schemas inside the program.
    pub fn embedded() -> Self {
        Self::with_types(BTreeMap::new())
    }

    /// The schemas inside the program, with those in the files of `dir` in front of them.
    pub fn with_overlay(dir: &Path) -> Result<Self, OverlayError> {
        overlay::load(dir).map(Self::with_types)
    }

    fn with_types(overlay: BTreeMap<String, Arc<TypeSchema>>) -> Self {
        Self {
            overlay,
            regions: REGIONS.names(),
            decoded: Mutex::default(),
            frames: Mutex::default(),
        }
    }

    /// The names of all types, sorted, those without handlers included.
    pub fn type_names(&self) -> Vec<&str> {
        let added = self
            .overlay
            .keys()
            .map(String::as_str)
            .filter(|name| !INDEX.types.contains_key(name));
        let mut names: Vec<_> = INDEX.types.keys().copied().chain(added).collect();
        names.sort_unstable();
        names
    }

    /// The schema of a type, by its exact name.
    pub fn get(&self, type_name: &str) -> Option<Arc<TypeSchema>> {
        if let Some(schema) = self.overlay.get(type_name) {
            return Some(Arc::clone(schema));
        }
        if let Some(schema) = self.decoded.lock().get(type_name) {
            return Some(Arc::clone(schema));
        }
        let (name, _) = INDEX.types.get_key_value(type_name)?;
        let schema = Arc::new(self.decode(type_name)?);
        Some(Arc::clone(
            self.decoded.lock().entry(name).or_insert(schema),
        ))
    }

    /// Every region whose types are known, sorted.
    pub fn regions(&self) -> &[String] {
        &self.regions
    }

    /// The region that speaks for global types in the partition of `region`.
    ///
    /// ```
    /// assert_eq!(cirrus_provider::Schemas::embedded().home_region("us-gov-east-1"), "us-gov-west-1");
    /// ```
    pub fn home_region(&self, region: &str) -> &str {
        REGIONS.home(region)
    }

    /// The regions of the partition of `region` whose types are known, sorted.
    pub(crate) fn partition_regions(region: &str) -> &'static [String] {
        let partition = REGIONS.partition_of(region);
        partition.map_or(&[], |partition| &partition.regions)
    }

    /// The schema of a type, not kept: who makes a table of it needs it once.
    pub(crate) fn read(&self, type_name: &str) -> Option<Arc<TypeSchema>> {
        let kept = self.overlay.get(type_name).cloned();
        kept.or_else(|| self.decoded.lock().get(type_name).cloned())
            .or_else(|| self.decode(type_name).map(Arc::new))
    }

    fn decode(&self, type_name: &str) -> Option<TypeSchema> {
        let entry = INDEX.types.get(type_name)?;
        let frame = self.frames.lock().get(&entry.frame).cloned();
        let frame = frame.unwrap_or_else(|| {
            let frame = Arc::new(INDEX.decompress(entry.frame));
            Arc::clone(self.frames.lock().entry(entry.frame).or_insert(frame))
        });
        let entry: TypeEntry = serde_json::from_slice(&frame[entry.range.clone()])
            .expect("build.rs packs valid JSON and a test reads every type");
        Some(entry.into_schema(type_name))
    }

    /// Every type with what is known of it at once, sorted by name.
    pub(crate) fn summaries(&self) -> Vec<TypeSummary<'_>> {
        self.type_names()
            .into_iter()
            .map(
                |type_name| match (self.overlay.get(type_name), INDEX.types.get(type_name)) {
                    (None, Some(entry)) => TypeSummary {
                        type_name,
                        service: entry.service.to_owned(),
                        table: entry.table.to_owned(),
                        provisionable: !entry.handlers.is_empty(),
                        listable: entry.handlers.contains('L'),
                    },
                    (schema, _) => TypeSummary {
                        type_name,
                        service: naming::service_name(type_name),
                        table: naming::resource_name(type_name),
                        provisionable: schema
                            .is_some_and(|schema| schema.document["handlers"].is_object()),
                        listable: schema
                            .is_some_and(|schema| schema.document["handlers"]["list"].is_object()),
                    },
                },
            )
            .collect()
    }
}
