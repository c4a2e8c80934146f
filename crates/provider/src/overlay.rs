//! Schemas from a folder of the user's (`--providers DIR`), in front of the embedded ones.
//!
//! A broken folder is refused when it is loaded, with the file and the place, rather than when a statement first
//! touches the type.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::Value;

use crate::{
    TypeSchema, decode,
    embedded::INDEX,
    naming::{resource_name, service_name},
    schema::TypeEntry,
};

/// Why a folder of schemas cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OverlayError {
    /// The folder or a file cannot be read.
    #[error("Failed to read `{}`: {message}", .path.display())]
    Unreadable {
        /// The folder or file.
        path: PathBuf,
        /// The system's words.
        message: String,
    },
    /// Neither the folder nor its `types` holds a JSON file.
    #[error("no `*.json` file in `{}` or its folder `types`", .path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// A file is not JSON.
    #[error("`{}` is not JSON: line {line}, column {column}: {message}", .path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What the parser says.
        message: String,
    },
    /// A file is JSON of another shape.
    #[error("`{}` does not map type names to `{{\"schema\": ...}}`: {message}", .path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        message: String,
    },
    /// A type's name is not `Organization::Service::Resource`.
    #[error("`{}` has a bad type name: `{type_name}`", .path.display())]
    TypeName {
        /// The file.
        path: PathBuf,
        /// The name.
        type_name: String,
    },
    /// A type's schema cannot be a table.
    #[error("`{}` has a bad schema of `{type_name}`: {message}", .path.display())]
    Schema {
        /// The file.
        path: PathBuf,
        /// The type.
        type_name: String,
        /// What is wrong.
        message: String,
    },
    /// Two types would be the same table.
    #[error("`{}`: `{type_name}` would be the table `{table}`, which `{other}` is", .path.display())]
    Clash {
        /// The file.
        path: PathBuf,
        /// The type in the file.
        type_name: String,
        /// `cognito.user_pools`.
        table: String,
        /// The type that has the name.
        other: String,
    },
}

/// Reads every type in the JSON files of `dir` and `dir/types`.
pub(crate) fn load(dir: &Path) -> Result<BTreeMap<String, Arc<TypeSchema>>, OverlayError> {
    let mut files = json_files(dir)?;
    let inner = dir.join("types");
    if inner.is_dir() {
        files.extend(json_files(&inner)?);
    }
    if files.is_empty() {
        return Err(OverlayError::Empty {
            path: dir.to_owned(),
        });
    }
    let mut types = BTreeMap::new();
    // The embedded types' tables come first, so that a clash is the overlay's fault.
    let mut tables: BTreeMap<_, _> = INDEX
        .types
        .iter()
        .map(|(name, entry)| {
            (
                (entry.service.to_owned(), entry.table.to_owned()),
                (*name).to_owned(),
            )
        })
        .collect();
    for path in files {
        for (type_name, entry) in read_file(&path)? {
            if !is_type_name(&type_name) {
                return Err(OverlayError::TypeName { path, type_name });
            }
            let (service, table) = (service_name(&type_name), resource_name(&type_name));
            let owner = tables
                .entry((service.clone(), table.clone()))
                .or_insert_with(|| type_name.clone());
            if *owner != type_name {
                let (other, table) = (owner.clone(), format!("{service}.{table}"));
                return Err(OverlayError::Clash {
                    path,
                    type_name,
                    table,
                    other,
                });
            }
            let schema = entry.into_schema(&type_name);
            if let Err(message) = decode::table(&schema) {
                return Err(OverlayError::Schema {
                    path,
                    type_name,
                    message,
                });
            }
            types.insert(type_name, Arc::new(schema));
        }
    }
    Ok(types)
}

fn json_files(dir: &Path) -> Result<Vec<PathBuf>, OverlayError> {
    let list = || -> io::Result<Vec<PathBuf>> {
        fs::read_dir(dir)?.map(|entry| Ok(entry?.path())).collect()
    };
    let mut files = list().map_err(|error| unreadable(dir, &error))?;
    files.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "json")
            && path.is_file()
    });
    files.sort_unstable();
    Ok(files)
}

fn read_file(path: &Path) -> Result<BTreeMap<String, TypeEntry>, OverlayError> {
    let text = fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    let document: Value = serde_json::from_str(&text).map_err(|error| OverlayError::Syntax {
        path: path.to_owned(),
        line: error.line(),
        column: error.column(),
        message: without_place(&error),
    })?;
    let shape = |message: String| OverlayError::Shape {
        path: path.to_owned(),
        message,
    };
    let Value::Object(members) = document else {
        return Err(shape("it is not an object".to_owned()));
    };
    let entry = |(name, value): (String, Value)| match serde_json::from_value(value) {
        Ok(entry) => Ok((name, entry)),
        Err(error) => Err(shape(format!("`{name}`: {error}"))),
    };
    members.into_iter().map(entry).collect()
}

fn unreadable(path: &Path, error: &io::Error) -> OverlayError {
    OverlayError::Unreadable {
        path: path.to_owned(),
        message: error.to_string(),
    }
}

/// The parser's message; the error carries the place apart.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}

/// `AWS::Cognito::UserPool`: three parts of 2 to 64 letters and digits, as the registry demands.
fn is_type_name(name: &str) -> bool {
    let is_part = |part: &str| {
        (2..=64).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    name.split("::").count() == 3 && name.split("::").all(is_part)
}
