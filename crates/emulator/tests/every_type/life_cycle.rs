//! The life of one resource: created, read, listed, patched, deleted, gone. Every step compares what the emulator says
//! with the model and the registry document.

use serde_json::{Map, Value, json};

use crate::{
    client::{Client, Failure},
    change::{self, Change},
    document::{Document, Path, escape, remove, set},
    fits::names,
    model::{Breadth, Generator},
};

/// Steps that were taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Steps {
    pub(crate) created: usize,
    pub(crate) read: usize,
    pub(crate) listed: usize,
    /// The type has no list handler, and the emulator says so.
    pub(crate) refused_to_list: usize,
    pub(crate) patched: usize,
    /// Patched with the value that was there, as nothing of the type may change.
    pub(crate) patched_without_change: usize,
    pub(crate) refused_to_patch: usize,
    pub(crate) deleted: usize,
}

impl std::ops::AddAssign for Steps {
    fn add_assign(&mut self, other: Self) {
        self.created += other.created;
        self.read += other.read;
        self.listed += other.listed;
        self.refused_to_list += other.refused_to_list;
        self.patched += other.patched;
        self.patched_without_change += other.patched_without_change;
        self.refused_to_patch += other.refused_to_patch;
        self.deleted += other.deleted;
    }
}

/// Where a life went wrong, and how.
#[derive(Debug)]
pub(crate) struct Stop {
    pub(crate) step: &'static str,
    pub(crate) reason: String,
}

impl Stop {
    fn at(step: &'static str, reason: String) -> Self {
        Self { step, reason }
    }
}

/// A resource that has been created.
struct Created {
    identifier: String,
    desired: Value,
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
        (steps, stopped.and(deleted.map_err(|reason| Stop::at("delete", reason))))
    }

    /// What comes between birth and death.
    async fn middle(&mut self, created: Created, steps: &mut Steps) -> Result<(), Stop> {
        let shown = self.shows(&created.identifier, &created.desired).await;
        let shown = shown.map_err(|reason| Stop::at("read", reason))?;
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
            .finish("CreateResource", json!({"DesiredState": desired.to_string()}))
            .await
            .map_err(|reason| format!("{reason}\n      {desired}"))?;
        let identifier = event["Identifier"].as_str().ok_or("the event has no identifier")?;
        Ok(Created {
            identifier: identifier.to_owned(),
            desired,
        })
    }

    /// Reads the resource, which must have all that was desired.
    async fn shows(&mut self, identifier: &str, desired: &Value) -> Result<Value, String> {
        let answer = self.call("GetResource", json!({"Identifier": identifier})).await?;
        let description = &answer["ResourceDescription"];
        if description["Identifier"] != identifier {
            return Err(format!("GetResource: another identifier: {description}"));
        }
        let shown: Value = serde_json::from_str(description["Properties"].as_str().ok_or("no properties")?)
            .map_err(|error| format!("GetResource: {error}"))?;
        let mut expected = desired.clone();
        for path in self.document.write_only.iter().chain(&self.document.read_only) {
            // Backwards, so that indexes stay what they were.
            for pointer in path.pointers(&expected).iter().rev() {
                remove(&mut expected, pointer);
            }
        }
        for path in &self.document.write_only {
            if let Some(pointer) = path.pointers(&shown).first() {
                return Err(format!("GetResource: {pointer} is write-only: {shown}"));
            }
        }
        has_all(&expected, &shown, "").map_err(|reason| format!("GetResource: {reason}"))?;
        Ok(shown)
    }

    /// Lists the type, by what the resource has where the list handler needs something.
    async fn list(&mut self, created: &Created, shown: &Value) -> Result<(), String> {
        let mut body = json!({});
        if let Some(input) = self.document.list_input() {
            let generator = Generator::new(self.document, Breadth::Least);
            let Value::Object(mut model) = generator.input(input)? else {
                return Err("the list input is no object".to_owned());
            };
            for (name, value) in &mut model {
                if let Some(own) = shown.get(name).or_else(|| created.desired.get(name)) {
                    *value = own.clone();
                }
            }
            body["ResourceModel"] = json!(Value::Object(model).to_string());
        }
        loop {
            let page = self.call("ListResources", body.clone()).await?;
            let found = page["ResourceDescriptions"].as_array().ok_or("no descriptions")?;
            if found.iter().any(|found| found["Identifier"] == created.identifier.as_str()) {
                return Ok(());
            }
            match page.get("NextToken") {
                Some(token) => body["NextToken"] = token.clone(),
                None => return Err(format!("ListResources: {} is not listed by {body}", created.identifier)),
            }
        }
    }

    /// Patches the resource; tells whether something of it could change.
    async fn update(&mut self, created: Created, shown: &Value) -> Result<bool, String> {
        let Created {
            identifier,
            desired,
        } = created;
        let mut patch = Map::new();
        // A read model lacks what is write-only, so the handler must be told again what it may be told.
        let is_create_only = |path: &Path| {
            let fixed = &self.document.create_only;
            fixed.iter().any(|other| other.covers(&path.names) || other.is_within(&path.names))
        };
        let write_only = &self.document.write_only;
        let is_inside_another = |path: &Path| write_only.iter().any(|other| other != path && other.covers(&path.names));
        let told = write_only.iter().filter(|path| !is_create_only(path) && !is_inside_another(path));
        for path in told {
            for pointer in path.pointers(&desired) {
                let value = desired.pointer(&pointer).cloned().unwrap_or_default();
                patch.insert(pointer, value);
            }
        }
        let mut told = shown.clone();
        for (pointer, value) in &patch {
            set(&mut told, pointer, value.clone());
        }
        // Lists find a resource by what names its parents.
        let inputs = names(self.document.list_input().and_then(|input| input.get("required")));
        let kept: Vec<Path> = inputs.chain(self.given.keys().map(String::as_str)).map(Path::of_property).collect();
        let change = change::of(self.document, &told, &kept);
        let mut wanted = desired;
        if let Some(Change { property, value }) = &change {
            wanted[property.as_str()] = value.clone();
            patch.insert(format!("/{}", escape(property)), value.clone());
        } else {
            let is_shown = |name: &&String| shown.get(name.as_str()).is_some();
            if let Some(name) = wanted.as_object().into_iter().flat_map(Map::keys).find(is_shown) {
                patch.insert(format!("/{}", escape(name)), shown[name.as_str()].clone());
            }
        }
        let patch = patch.into_iter().map(|(path, value)| json!({"op": "add", "path": path, "value": value})).collect();
        let patch = Value::Array(patch).to_string();
        self.finish("UpdateResource", json!({"Identifier": identifier, "PatchDocument": patch}))
            .await
            .map_err(|reason| format!("{reason}\n      {patch}"))?;
        self.shows(&identifier, &wanted)
            .await
            .map_err(|reason| format!("after the update: {reason}\n      {patch}"))?;
        Ok(change.is_some())
    }

    async fn delete(&mut self, identifier: &str) -> Result<(), String> {
        self.finish("DeleteResource", json!({"Identifier": identifier})).await?;
        if !self.document.handles("read") {
            return Ok(());
        }
        match self.answer("GetResource", json!({"Identifier": identifier})).await {
            Ok(_) => Err("GetResource: it is still there".to_owned()),
            Err(failure) if failure.code == "ResourceNotFoundException" => Ok(()),
            Err(failure) => Err(format!("GetResource of what is gone: {failure:?}")),
        }
    }

    /// Checks that an operation without a handler is refused in AWS's words.
    async fn refuses(&mut self, operation: &str, word: &str, body: Value) -> Result<(), String> {
        let expected = format!("Resource type {} does not support {word} action", self.document.name());
        match self.answer(operation, body).await {
            Err(Failure { code, message }) if code == "UnsupportedActionException" && message == expected => Ok(()),
            other => Err(format!("{operation} without a handler: {other:?}")),
        }
    }

    /// Sends a write, lets its time pass, and returns the event of its success.
    async fn finish(&mut self, operation: &str, body: Value) -> Result<Value, String> {
        let answer = self.call(operation, body).await?;
        let token = json!({"RequestToken": answer["ProgressEvent"]["RequestToken"]});
        self.client.settle();
        let answer = self.call("GetResourceRequestStatus", token).await?;
        let event = answer["ProgressEvent"].clone();
        if event["OperationStatus"] == "SUCCESS" {
            return Ok(event);
        }
        Err(format!("{operation}: {event}"))
    }

    /// The answer of a call that must succeed.
    async fn call(&mut self, operation: &str, body: Value) -> Result<Value, String> {
        let answer = self.answer(operation, body).await;
        answer.map_err(|Failure { code, message }| format!("{operation}: {code}: {message}"))
    }

    async fn answer(&mut self, operation: &str, mut body: Value) -> Result<Value, Failure> {
        if operation != "GetResourceRequestStatus" {
            body["TypeName"] = json!(self.document.name());
        }
        self.client.call(self.region, operation, &body).await
    }
}

/// Whether a model has everything that is expected, members that the service adds aside.
fn has_all(expected: &Value, shown: &Value, place: &str) -> Result<(), String> {
    match (expected, shown) {
        (Value::Object(expected), Value::Object(shown)) => expected.iter().try_for_each(|(name, value)| {
            let place = format!("{place}/{name}");
            let own = shown.get(name).ok_or_else(|| format!("{place} is missing"))?;
            has_all(value, own, &place)
        }),
        (Value::Array(expected), Value::Array(shown)) if expected.len() == shown.len() => expected
            .iter()
            .zip(shown)
            .enumerate()
            .try_for_each(|(index, (expected, shown))| has_all(expected, shown, &format!("{place}/{index}"))),
        _ if expected == shown => Ok(()),
        _ => Err(format!("{place} is {shown} instead of {expected}")),
    }
}
