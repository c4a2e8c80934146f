//! A resource type as a table: columns, identifier, handlers, list inputs and where they come from.
//!
//! Made from a [`TypeSchema`](crate::TypeSchema) when the table is first named (`catalog.rs`); everything the access
//! planner (`access.rs`) and the engine decide on is here, as plain data.

use crate::Availability;

/// How a column's values are typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ColumnKind {
    /// JSON `string`; Arrow Utf8.
    Text,
    /// JSON `integer`; Arrow Int64.
    Integer,
    /// JSON `number`; Arrow Float64.
    Number,
    /// JSON `boolean`; Arrow Boolean.
    Boolean,
    /// Objects, arrays and unions; Arrow Utf8 holding JSON text, marked `arrow.json`.
    Json,
}

/// What a column stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The envelope's region.
    Region,
    /// The envelope's identifier, `a|b` when compound.
    Identifier,
    /// A top-level property of the resource.
    Property,
    /// The resource type's name, in the generic tables.
    TypeName,
    /// All properties as one JSON text, in the generic tables.
    Properties,
    /// The list inputs as JSON text, in the generic tables.
    ResourceModel,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The SQL name, lower snake case: `user_pool_id`.
    pub name: String,
    /// The property as the schema spells it: `UserPoolId`; empty for the envelope's columns.
    pub property: String,
    /// What it stands for.
    pub role: Role,
    /// Its type.
    pub kind: ColumnKind,
    /// A create call needs it.
    pub required: bool,
    /// The service sets it.
    pub read_only: bool,
    /// Accepted but never returned; reads as NULL.
    pub write_only: bool,
    /// Cannot change after creation.
    pub create_only: bool,
    /// Holds a secret; masked wherever a person or a log looks.
    pub secret: bool,
    /// The values that the schema allows; empty when it lists none.
    pub enum_values: Vec<String>,
}

/// One component of a primary identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentifierPart {
    /// The property's path without `/properties/`: `UserPoolId`, nested `Schedule/ScheduleId`.
    pub path: String,
    /// The index of the column holding exactly this part; none when the path is nested.
    pub column: Option<usize>,
}

/// A handler and what it takes to call it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handler {
    /// IAM actions that the handler needs besides `cloudformation:...Resource`.
    pub permissions: Vec<String>,
    /// How long the operation may take, in minutes; none means AWS's default of 120.
    pub timeout_minutes: Option<u32>,
}

/// The handlers that a type has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handlers {
    /// CreateResource.
    pub create: Option<Handler>,
    /// GetResource.
    pub read: Option<Handler>,
    /// UpdateResource.
    pub update: Option<Handler>,
    /// DeleteResource.
    pub delete: Option<Handler>,
    /// ListResources.
    pub list: Option<Handler>,
}

/// A property that ListResources takes in its `ResourceModel`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListInput {
    /// The property: `UserPoolId`.
    pub property: String,
    /// The index of its column; none in a list-only view, which has columns for the identifier's parts alone.
    pub column: Option<usize>,
}

/// Where a list input comes from when the statement does not bind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputSource {
    /// The list input that is supplied: `UserPoolId`.
    pub input: String,
    /// What supplies it.
    pub supply: Supply,
}

/// What supplies a list input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Supply {
    /// A property of every resource of another type.
    Parent {
        /// The other type: `AWS::Cognito::UserPool`.
        type_name: String,
        /// Its property, or the path of a part of its identifier: `UserPoolId`.
        property: String,
    },
    /// Each of the few values that the API defines.
    Values(Vec<FixedValue>),
    /// The id of the account.
    Account,
}

/// One of the few values that an input can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixedValue {
    /// The value as text, whatever its type.
    pub value: String,
    /// The one region that serves it; none when all do.
    pub region: Option<String>,
}

/// Which face of the type a table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum View {
    /// Every property.
    Full,
    /// StackQL's `_list_only` twin: region and the identifier's parts.
    ListOnly,
}

/// A resource type as a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// `cognito`.
    pub service: String,
    /// `user_pool_clients`.
    pub name: String,
    /// `AWS::Cognito::UserPoolClient`.
    pub type_name: String,
    /// Full or list-only.
    pub view: View,
    /// `region`, `identifier`, then the properties.
    pub columns: Vec<Column>,
    /// The primary identifier's components in order.
    pub identifier: Vec<IdentifierPart>,
    /// What Cloud Control can do with the type.
    pub handlers: Handlers,
    /// Sets of list inputs of which one must be given whole; empty when the type lists bare.
    pub required_inputs: Vec<Vec<ListInput>>,
    /// List inputs that may be given.
    pub optional_inputs: Vec<ListInput>,
    /// What supplies list inputs that the statement leaves open. Every parent type that supplies an input is listed:
    /// the resources are those under all of them.
    pub sources: Vec<InputSource>,
    /// Why nothing supplies some of the required inputs.
    pub unlisted: Option<String>,
    /// The resources are the same seen from every region of a partition.
    pub global: bool,
    /// The property that holds tags: `Tags`.
    pub tag_property: Option<String>,
    /// Where the type exists.
    pub availability: Availability,
}

impl Table {
    /// The index of `region`.
    pub const REGION: usize = 0;

    /// The index of `identifier`; a list-only view has none.
    pub fn identifier_column(&self) -> Option<usize> {
        self.columns
            .iter()
            .position(|column| column.role == Role::Identifier)
    }

    /// Finds a column by any spelling: `user_pool_id`, `UserPoolId`, `data__UserPoolId`, any case.
    ///
    /// An exact match wins over one that ignores case, a column name over a property name.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.position(name).or_else(|| {
            self.position(
                name.get(..6)
                    .filter(|p| p.eq_ignore_ascii_case("data__"))
                    .map(|_| &name[6..])?,
            )
        })
    }

    fn position(&self, name: &str) -> Option<usize> {
        let find = |test: &dyn Fn(&Column) -> bool| self.columns.iter().position(test);
        find(&|column| column.name == name)
            .or_else(|| {
                find(&|column| {
                    !column.property.is_empty() && column.property == name && !is_envelope(name)
                })
            })
            .or_else(|| find(&|column| column.name.eq_ignore_ascii_case(name)))
            .or_else(|| {
                find(&|column| {
                    !column.property.is_empty() && column.property.eq_ignore_ascii_case(name)
                })
            })
    }

    /// The table as it is when ListResources needs `property` too, which its schema did not say and an error message did.
    ///
    /// None when the type has no such property, or none that this view shows.
    pub fn with_required_input(&self, property: &str) -> Option<Self> {
        let column = self
            .columns
            .iter()
            .position(|column| column.role == Role::Property && column.property == property);
        let input = ListInput {
            property: property.to_owned(),
            column: Some(column?),
        };
        let mut table = self.clone();
        table
            .optional_inputs
            .retain(|optional| optional.property != property);
        if table.required_inputs.is_empty() {
            table.required_inputs.push(Vec::new());
        }
        for set in &mut table.required_inputs {
            if !set.iter().any(|required| required.property == property) {
                set.push(input.clone());
            }
        }
        Some(table)
    }

    /// The name with its service: `cognito.user_pool_clients`.
    pub fn qualified_name(&self) -> String {
        format!("{}.{}", self.service, self.name)
    }
}

/// In a SELECT, `Region` and `Identifier` are the envelope in any case (semantics: names).
fn is_envelope(name: &str) -> bool {
    name.eq_ignore_ascii_case("region") || name.eq_ignore_ascii_case("identifier")
}
