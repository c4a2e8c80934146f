//! Tables that are ours and no resource type's: what `generic.rs` and `errors.rs` define theirs with.

use cirrus_provider::{Availability, Column, ColumnKind, Handlers, Role, Table, View};

/// A column that nobody can write, of text.
pub(crate) fn column(name: &str, property: &str, role: Role) -> Column {
    Column {
        name: name.into(),
        property: property.into(),
        role,
        kind: ColumnKind::Text,
        required: false,
        read_only: true,
        write_only: false,
        create_only: false,
        secret: false,
        enum_values: Vec::new(),
    }
}

/// A table without a type, an identifier, and anything that could be called.
pub(crate) fn table(service: &str, name: &str, columns: Vec<Column>) -> Table {
    Table {
        service: service.into(),
        name: name.into(),
        type_name: String::new(),
        view: View::Full,
        columns,
        identifier: Vec::new(),
        handlers: Handlers::default(),
        required_inputs: Vec::new(),
        optional_inputs: Vec::new(),
        sources: Vec::new(),
        unlisted: None,
        global: false,
        tag_property: None,
        availability: Availability::AllExcept(Vec::new()),
    }
}
