//! The life of one resource: created, read, listed, patched, deleted, gone. Every step compares what the emulator says
//! with the model and the registry document.

use serde_json::{Map, Value, json};

use crate::{
    client::Client,
    compare::{has_all, has_null},
    document::{Document, escape, remove},
    model::{Breadth, Generator},
    steps::{Steps, Stop},
};

/// A resource that has been created.
pub(crate) struct Created {
    pub(crate) identifier: String,
    pub(crate) desired: Value,
}

/// Where a resource lives and what it is.
pub(crate) struct Life<'life> {
    pub(crate) client: &'life mut Client,
    pub(crate) document: &'life Document,
    pub(crate) region: &'life str,
    pub(crate) breadth: Breadth,
    /// Properties whose values are given, because they name other resources.
    pub(crate) given: Map<String, Value>,
}

impl Life<'_> {
    /// Creates the resource as the parent of another, and returns what it shows.
    pub(crate) async fn begin(&mut self) -> Result<Value, String> {
        let created = self.create().await?;
        self.shows(&created.identifier, &created.desired).await
    }

    /// The whole life of a resource of the type: the steps that could be taken, and the first that went wrong.
    pub(crate) async fn live(&mut self) -> (Steps, Result<(), Stop>) {
        let mut steps = Steps::default();
        let created = match self.create().await {
            Ok(created) => created,
            Err(reason) => return (steps, Err(Stop::at("create", reason))),
        };
        steps.created = 1;
        let identifier = created.identifier.clone();
        let stopped = self.middle(created, &mut steps).await;
        let deleted = self.delete(&identifier).await;
        steps.deleted = usize::from(deleted.is_ok());
        (
            steps,
            stopped.and(deleted.map_err(|reason| Stop::at("delete", reason))),
        )
    }

    /// What comes between birth and death.
    async fn middle(&mut self, created: Created, steps: &mut Steps) -> Result<(), Stop> {
        let shown = self.shows(&created.identifier, &created.desired).await;
        let shown = shown.map_err(|reason| Stop::at("read", reason))?;
        let found = self.is_found_by_others(&created.identifier, &shown).await;
        found.map_err(|reason| Stop::at("read", reason))?;
        steps.read = 1;
        if self.document.handles("list") {
            let listed = self.list(&created, &shown).await;
            listed.map_err(|reason| Stop::at("list", reason))?;
            steps.listed = 1;
        } else {
            let refused = self.refuses("ListResources", "LIST", json!({})).await;
            refused.map_err(|reason| Stop::at("list", reason))?;
            steps.refused_to_list = 1;
        }
        if self.document.handles("update") {
            let changed = self.update(created, &shown).await;
            if changed.map_err(|reason| Stop::at("update", reason))? {
                steps.patched = 1;
            } else {
                steps.patched_without_change = 1;
            }
        } else {
            let patch = json!({"Identifier": created.identifier, "PatchDocument": "[]"});
            let refused = self.refuses("UpdateResource", "UPDATE", patch).await;
            refused.map_err(|reason| Stop::at("update", reason))?;
            steps.refused_to_patch = 1;
        }
        Ok(())
    }

    async fn create(&mut self) -> Result<Created, String> {
        let generator = Generator::new(self.document, self.breadth);
        let mut desired = generator.model()?;
        for (name, value) in &self.given {
            if self.document.properties().any(|property| property == name) {
                desired[name.as_str()] = value.clone();
            }
        }
        let event = self
            .finish(
                "CreateResource",
                json!({"DesiredState": desired.to_string()}),
            )
            .await
            .map_err(|reason| format!("{reason}\n      {desired}"))?;
        let identifier = event["Identifier"]
            .as_str()
            .ok_or("the event has no identifier")?;
        Ok(Created {
            identifier: identifier.to_owned(),
            desired,
        })
    }

    /// Reads the resource, which must have all that was desired.
    pub(crate) async fn shows(
        &mut self,
        identifier: &str,
        desired: &Value,
    ) -> Result<Value, String> {
        let answer = self
            .call("GetResource", json!({"Identifier": identifier}))
            .await?;
        let description = &answer["ResourceDescription"];
        if description["Identifier"] != identifier {
            return Err(format!("GetResource: another identifier: {description}"));
        }
        let shown: Value =
            serde_json::from_str(description["Properties"].as_str().ok_or("no properties")?)
                .map_err(|error| format!("GetResource: {error}"))?;
        let document = self.document;
        if document.identifier_of(&shown).as_deref() != Some(identifier) {
            return Err(format!("GetResource: {identifier} shows {shown}"));
        }
        if has_null(&shown) {
            return Err(format!("GetResource: something is null: {shown}"));
        }
        for path in &document.write_only {
            if let Some(pointer) = path.pointers(&shown).first() {
                return Err(format!("GetResource: {pointer} is write-only: {shown}"));
            }
        }
        let mut expected = desired.clone();
        for path in document.write_only.iter().chain(&document.read_only) {
            for pointer in path.pointers(&expected) {
                remove(&mut expected, &pointer);
            }
            // An object of which nothing is left need not be shown.
            let top = format!("/{}", escape(&path.names[0]));
            if expected.pointer(&top) == Some(&json!({})) {
                remove(&mut expected, &top);
            }
        }
        has_all(&expected, &shown, "").map_err(|reason| format!("GetResource: {reason}"))?;
        Ok(shown)
    }

    /// Reads the resource by its other identifiers, those that the service makes.
    async fn is_found_by_others(&mut self, identifier: &str, shown: &Value) -> Result<(), String> {
        let document = self.document;
        for paths in document.additional_identifiers() {
            if !paths.iter().all(|path| document.read_only.contains(path)) {
                continue;
            }
            let mut other = json!({});
            for path in &paths {
                let name = &path.names[0];
                let value = shown.get(name);
                other[name.as_str()] = value
                    .ok_or_else(|| format!("{name} is not made up"))?
                    .clone();
            }
            let answer = self
                .call("GetResource", json!({"Identifier": other.to_string()}))
                .await?;
            if answer["ResourceDescription"]["Identifier"] != identifier {
                return Err(format!("GetResource: {other} is {answer}"));
            }
        }
        Ok(())
    }

    /// Lists the type, by what the resource has where the list handler needs something.
    async fn list(&mut self, created: &Created, shown: &Value) -> Result<(), String> {
        let mut body = json!({});
        if let Some(input) = self.document.list_input() {
            let Value::Object(mut model) = Generator::input(self.document, input)? else {
                return Err("the list input is no object".to_owned());
            };
            for (name, value) in &mut model {
                let property = self.document.listed_by(name);
                let own = shown.get(property);
                if let Some(own) = own.or_else(|| created.desired.get(property)) {
                    *value = own.clone();
                }
            }
            body["ResourceModel"] = json!(Value::Object(model).to_string());
        }
        loop {
            let page = self.call("ListResources", body.clone()).await?;
            let found = page["ResourceDescriptions"]
                .as_array()
                .ok_or("no descriptions")?;
            if found
                .iter()
                .any(|found| found["Identifier"] == created.identifier.as_str())
            {
                return Ok(());
            }
            match page.get("NextToken") {
                Some(token) => body["NextToken"] = token.clone(),
                None => {
                    return Err(format!(
                        "ListResources: {} is not listed by {body}",
                        created.identifier
                    ));
                }
            }
        }
    }

    async fn delete(&mut self, identifier: &str) -> Result<(), String> {
        self.finish("DeleteResource", json!({"Identifier": identifier}))
            .await?;
        if !self.document.handles("read") {
            return Ok(());
        }
        match self
            .answer("GetResource", json!({"Identifier": identifier}))
            .await
        {
            Ok(_) => Err("GetResource: it is still there".to_owned()),
            Err(failure) if failure.code == "ResourceNotFoundException" => Ok(()),
            Err(failure) => Err(format!("GetResource of what is gone: {failure:?}")),
        }
    }
}
