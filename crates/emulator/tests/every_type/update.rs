//! The update of a life: a patch that changes something, and says again what a read does not show.

use serde_json::{Map, Value, json};

use crate::{
    change::{self, Change},
    document::{Path, escape, set},
    fits::names,
    life_cycle::{Created, Life},
};

impl Life<'_> {
    /// Patches the resource; tells whether something of it could change.
    pub(crate) async fn update(&mut self, created: Created, shown: &Value) -> Result<bool, String> {
        let Created {
            identifier,
            desired,
        } = created;
        let mut patch = self.told_again(&desired, shown);
        let mut told = shown.clone();
        for (pointer, value) in &patch {
            set(&mut told, pointer, value.clone());
        }
        let change = change::of(self.document, &told, &self.kept());
        let mut wanted = desired;
        if let Some(Change { property, value }) = &change {
            wanted[property.as_str()] = value.clone();
            patch.insert(format!("/{}", escape(property)), value.clone());
        } else {
            let mut members = wanted.as_object().into_iter().flatten();
            if let Some((name, value)) =
                members.find(|(name, _)| shown.get(name.as_str()).is_some())
            {
                patch.insert(format!("/{}", escape(name)), value.clone());
            }
        }
        let patch: Vec<Value> = patch
            .into_iter()
            .map(|(path, value)| json!({"op": "add", "path": path, "value": value}))
            .collect();
        let patch = Value::Array(patch).to_string();
        let body = json!({"Identifier": identifier, "PatchDocument": patch});
        let because = |reason: String| format!("{reason}\n      {patch}");
        self.finish("UpdateResource", body).await.map_err(because)?;
        self.shows(&identifier, &wanted).await.map_err(because)?;
        Ok(change.is_some())
    }

    /// What is write-only, which a read model lacks, as far as an update may name it: by pointer.
    fn told_again(&self, desired: &Value, shown: &Value) -> Map<String, Value> {
        let write_only = &self.document.write_only;
        let is_fixed = |path: &Path| {
            let mut fixed = self.document.create_only.iter();
            fixed.any(|other| other.covers(&path.names) || other.is_within(&path.names))
        };
        let is_inside_another = |path: &Path| {
            let mut others = write_only.iter().filter(|other| *other != path);
            others.any(|other| other.covers(&path.names))
        };
        let mut told = Map::new();
        for path in write_only {
            if is_fixed(path) || is_inside_another(path) {
                continue;
            }
            for mut pointer in path.pointers(desired) {
                // What a value is added to must be there, or be added with it.
                while let Some((parent, _)) = pointer.rsplit_once('/')
                    && shown.pointer(parent).is_none()
                {
                    pointer.truncate(parent.len());
                }
                let value = desired.pointer(&pointer).cloned().unwrap_or_default();
                told.insert(pointer, value);
            }
        }
        // Objects that are shown no more because nothing of them may be shown.
        for (name, value) in desired.as_object().into_iter().flatten() {
            if shown.get(name).is_none() && !is_fixed(&Path::of_property(name)) {
                told.insert(format!("/{}", escape(name)), value.clone());
            }
        }
        told
    }

    /// What names other resources, and what a list finds the resource by.
    fn kept(&self) -> Vec<Path> {
        let input = self.document.list_input();
        let inputs = names(input.and_then(|input| input.get("required")));
        let given = self.given.keys().map(String::as_str);
        inputs.chain(given).map(Path::of_property).collect()
    }
}
