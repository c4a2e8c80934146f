//! RFC 6902 patch documents as UpdateResource takes them: paths with or without the leading slash, the error texts of the
//! engine that AWS runs (zjsonpatch), and the rules about create-only and read-only properties. Pure.

use json_patch::{
    AddOperation, CopyOperation, MoveOperation, PatchErrorKind, PatchOperation, RemoveOperation,
    ReplaceOperation, TestOperation, jsonptr::PointerBuf,
};
use serde_json::Value;

use crate::{property_path::PropertyPath, resource_type::ResourceType, switches::CreateOnlyCheck};

/// A patch document that has been read.
#[derive(Debug)]
pub(crate) struct Patch {
    steps: Vec<Step>,
}

#[derive(Debug)]
struct Step {
    operation: PatchOperation,
    /// The path as it was sent; messages repeat it.
    path: String,
    /// The source of a move or a copy, as it was sent.
    from: Option<String>,
}

impl Step {
    /// What is wrong with a step that cannot be applied, in the engine's words: it looks for the parent first, and says so
    /// without the space before the colon.
    fn no_such_path(&self, model: &Value) -> String {
        let pointer = match &self.operation {
            PatchOperation::Add(add) => &add.path,
            PatchOperation::Remove(remove) => &remove.path,
            PatchOperation::Replace(replace) => &replace.path,
            PatchOperation::Move(mov) => &mov.from,
            PatchOperation::Copy(copy) => &copy.from,
            PatchOperation::Test(test) => &test.path,
        };
        let has_parent = pointer
            .parent()
            .is_none_or(|parent| parent.resolve(model).is_ok());
        let colon = if has_parent { " :" } else { ":" };
        // AWS puts a slash before the path whether or not it has one.
        let path = self.from.as_ref().unwrap_or(&self.path);
        format!("noSuchPath in source, path provided{colon} /{path}")
    }
}

/// Why a patch is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// A ValidationException with this message.
    Invalid(String),
    /// A NotUpdatableException with this message.
    NotUpdatable(String),
}

impl Patch {
    /// Reads a patch document.
    pub(crate) fn parse(document: &str) -> Result<Self, Refusal> {
        // The texts are zjsonpatch's own; how AWS words a malformed document is not known.
        let invalid =
            |reason: &str| Refusal::Invalid(format!("Invalid JSON Patch payload ({reason})"));
        let Ok(Value::Array(operations)) = serde_json::from_str(document) else {
            return Err(invalid("not an array"));
        };
        let mut steps = Vec::with_capacity(operations.len());
        for operation in operations {
            let Value::Object(mut members) = operation else {
                return Err(invalid("not an object"));
            };
            let name = match members.get("op") {
                Some(Value::String(name)) => name.to_ascii_lowercase(),
                _ => return Err(invalid("missing 'op' field")),
            };
            let path = match members.get("path") {
                Some(Value::String(path)) => path.clone(),
                _ => return Err(invalid("missing 'path' field")),
            };
            let pointer = |text: &str| {
                let text = if text.is_empty() || text.starts_with('/') {
                    text.to_owned()
                } else {
                    format!("/{text}")
                };
                PointerBuf::parse(text).map_err(|_| invalid("invalid 'path' field"))
            };
            let target = pointer(&path)?;
            let value = members.shift_remove("value");
            let value = || value.ok_or_else(|| invalid("missing 'value' field"));
            let from = || match members.get("from") {
                Some(Value::String(from)) => pointer(from),
                _ => Err(invalid("missing 'from' field")),
            };
            let operation = match name.as_str() {
                "add" => PatchOperation::Add(AddOperation {
                    path: target,
                    value: value()?,
                }),
                "remove" => PatchOperation::Remove(RemoveOperation { path: target }),
                "replace" => PatchOperation::Replace(ReplaceOperation {
                    path: target,
                    value: value()?,
                }),
                "move" => PatchOperation::Move(MoveOperation {
                    from: from()?,
                    path: target,
                }),
                "copy" => PatchOperation::Copy(CopyOperation {
                    from: from()?,
                    path: target,
                }),
                "test" => PatchOperation::Test(TestOperation {
                    path: target,
                    value: value()?,
                }),
                _ => return Err(invalid("unknown / unsupported operation")),
            };
            let from = match (name.as_str(), members.get("from")) {
                ("move" | "copy", Some(Value::String(from))) => Some(from.clone()),
                _ => None,
            };
            steps.push(Step {
                operation,
                path,
                from,
            });
        }
        Ok(Self { steps })
    }

    /// Refuses operations on properties that only the service sets, and, if so configured, on create-only ones.
    pub(crate) fn check_paths(
        &self,
        resource_type: &ResourceType,
        create_only: CreateOnlyCheck,
    ) -> Result<(), Refusal> {
        if create_only == CreateOnlyCheck::ByPath {
            refuse_create_only(&self.touched(&resource_type.create_only))?;
        }
        let read_only = self.touched(&resource_type.read_only);
        if read_only.is_empty() {
            return Ok(());
        }
        Err(Refusal::Invalid(format!(
            "Invalid patch update: readOnlyProperties [{}] cannot be updated",
            read_only.join(", ")
        )))
    }

    /// The properties among `paths` that an operation changes.
    fn touched<'path>(&self, paths: &'path [PropertyPath]) -> Vec<&'path str> {
        paths
            .iter()
            .filter(|path| {
                self.steps
                    .iter()
                    .flat_map(|step| targets(&step.operation))
                    .any(|target| path.covers(&target))
            })
            .map(|path| path.text.as_str())
            .collect()
    }

    /// The model that results; nothing is changed if an operation cannot be applied.
    pub(crate) fn apply(&self, model: &Value) -> Result<Value, Refusal> {
        let mut patched = model.clone();
        for step in &self.steps {
            let operation = std::slice::from_ref(&step.operation);
            if let Err(error) = json_patch::patch_unsafe(&mut patched, operation) {
                let operation = match step.operation {
                    PatchOperation::Add(_) => "ADD",
                    PatchOperation::Remove(_) => "REMOVE",
                    PatchOperation::Replace(_) => "REPLACE",
                    PatchOperation::Move(_) => "MOVE",
                    PatchOperation::Copy(_) => "COPY",
                    PatchOperation::Test(_) => "TEST",
                };
                let reason = match error.kind {
                    PatchErrorKind::TestFailed => "value mismatch".to_owned(),
                    _ => step.no_such_path(&patched),
                };
                return Err(Refusal::Invalid(format!(
                    "[{operation} Operation] {reason}"
                )));
            }
        }
        Ok(patched)
    }
}

/// Refuses a model in which a create-only property, or a part of the identifier, has another value than before.
pub(crate) fn check_values(
    resource_type: &ResourceType,
    before: &Value,
    after: &Value,
) -> Result<(), Refusal> {
    let mut changed: Vec<&str> = resource_type
        .create_only
        .iter()
        .filter(|path| path.all(before) != path.all(after))
        .map(|path| path.text.as_str())
        .collect();
    for path in &resource_type.primary {
        if path.find(before) != path.find(after) && !changed.contains(&path.text.as_str()) {
            changed.push(&path.text);
        }
    }
    refuse_create_only(&changed)
}

fn refuse_create_only(properties: &[&str]) -> Result<(), Refusal> {
    if properties.is_empty() {
        return Ok(());
    }
    Err(Refusal::NotUpdatable(format!(
        "Invalid patch update: createOnlyProperties [{}] cannot be updated",
        properties.join(", ")
    )))
}

/// The pointers, as unescaped segments, that an operation writes to.
fn targets(operation: &PatchOperation) -> Vec<Vec<String>> {
    let segments = |pointer: &PointerBuf| {
        pointer
            .tokens()
            .map(|token| token.decoded().into_owned())
            .collect()
    };
    match operation {
        PatchOperation::Add(add) => vec![segments(&add.path)],
        PatchOperation::Remove(remove) => vec![segments(&remove.path)],
        PatchOperation::Replace(replace) => vec![segments(&replace.path)],
        PatchOperation::Move(mov) => vec![segments(&mov.from), segments(&mov.path)],
        PatchOperation::Copy(copy) => vec![segments(&copy.path)],
        PatchOperation::Test(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resource_type::samples::thing;

    fn apply(document: &Value, model: &Value) -> Result<Value, Refusal> {
        Patch::parse(&document.to_string())?.apply(model)
    }

    #[test]
    fn all_six_operations_with_and_without_the_leading_slash() {
        let document = json!([
            {"op": "test", "path": "/A", "value": 1},
            {"op": "add", "path": "B", "value": [1]},
            {"op": "add", "path": "/B/-", "value": 3},
            {"op": "add", "path": "/B/1", "value": 2},
            {"op": "replace", "path": "A", "value": 9},
            {"op": "copy", "from": "A", "path": "/C"},
            {"op": "move", "from": "/C", "path": "D"},
            {"op": "remove", "path": "/A"}
        ]);
        assert_eq!(
            apply(&document, &json!({"A": 1})),
            Ok(json!({"B": [1, 2, 3], "D": 9}))
        );
    }

    #[test]
    fn a_failing_operation_has_the_engine_s_text() {
        let refuse = |operation: Value, text: &str| {
            assert_eq!(
                apply(&json!([operation]), &json!({"A": 1})),
                Err(Refusal::Invalid(text.to_owned()))
            );
        };
        // [I] with the doubled slash; the others follow its form [INF].
        refuse(
            json!({"op": "replace", "path": "/B", "value": 1}),
            "[REPLACE Operation] noSuchPath in source, path provided : //B",
        );
        refuse(
            json!({"op": "copy", "from": "/B/C", "path": "/D"}),
            "[COPY Operation] noSuchPath in source, path provided: //B/C",
        );
        refuse(
            json!({"op": "remove", "path": "B"}),
            "[REMOVE Operation] noSuchPath in source, path provided : /B",
        );
        refuse(
            json!({"op": "add", "path": "/B/C", "value": 1}),
            "[ADD Operation] noSuchPath in source, path provided: //B/C",
        );
        refuse(
            json!({"op": "test", "path": "/A", "value": 2}),
            "[TEST Operation] value mismatch",
        );
    }

    #[test]
    fn malformed_documents_are_refused() {
        for (document, reason) in [
            ("{}", "not an array"),
            ("nonsense", "not an array"),
            ("[1]", "not an object"),
            ("[{\"path\":\"/A\"}]", "missing 'op' field"),
            ("[{\"op\":\"add\"}]", "missing 'path' field"),
            (
                "[{\"op\":\"add\",\"path\":\"/A\"}]",
                "missing 'value' field",
            ),
            (
                "[{\"op\":\"grow\",\"path\":\"/A\"}]",
                "unknown / unsupported operation",
            ),
        ] {
            assert_eq!(
                Patch::parse(document).err(),
                Some(Refusal::Invalid(format!(
                    "Invalid JSON Patch payload ({reason})"
                ))),
                "{document}"
            );
        }
    }

    #[test]
    fn read_only_is_refused_by_path_and_create_only_by_value() {
        let thing = thing();
        let patch = |document: Value| Patch::parse(&document.to_string()).unwrap();
        // [L] both texts.
        assert_eq!(
            patch(json!([{"op": "replace", "path": "/Arn", "value": "x"}]))
                .check_paths(&thing, CreateOnlyCheck::ByValue),
            Err(Refusal::Invalid(
                "Invalid patch update: readOnlyProperties [/properties/Arn] cannot be updated"
                    .to_owned()
            ))
        );
        let before = json!({"Name": "ab", "Id": "1"});
        let refusal = Refusal::NotUpdatable(
            "Invalid patch update: createOnlyProperties [/properties/Name] cannot be updated"
                .to_owned(),
        );
        assert_eq!(
            check_values(&thing, &before, &json!({"Name": "cd", "Id": "1"})),
            Err(refusal.clone())
        );
        assert_eq!(check_values(&thing, &before, &before), Ok(()));
        let same = patch(json!([{"op": "add", "path": "/Name", "value": "ab"}]));
        assert_eq!(same.check_paths(&thing, CreateOnlyCheck::ByValue), Ok(()));
        assert_eq!(
            same.check_paths(&thing, CreateOnlyCheck::ByPath),
            Err(refusal)
        );
    }
}
