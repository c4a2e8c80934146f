//! The life of one resource: created, read, listed, patched, deleted, gone. Every step compares what the emulator says
//! with the model and the registry document.

use serde_json::{Map, Value, json};

use crate::{
    client::{Client, Failure},
    document::{Document, Path, escape, remove, set},
    fits::{fits, names},
    model::{Breadth, Generator},
    ways::has_ties,
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

    /// The whole life of a resource of the type; the error says which step went wrong and how.
    pub(crate) async fn live(&mut self) -> Result<Steps, String> {
        let mut steps = Steps::default();
        let created = self.create().await?;
        steps.created = 1;
        let shown = self.shows(&created.identifier, &created.desired).await?;
        steps.read = 1;
        if self.document.handles("list") {
            self.list(&created, &shown).await?;
            steps.listed = 1;
        } else {
            self.refuses("ListResources", "LIST", json!({})).await?;
            steps.refused_to_list = 1;
        }
        let identifier = created.identifier.clone();
        if self.document.handles("update") {
            if self.update(created, &shown).await? {
                steps.patched = 1;
            } else {
                steps.patched_without_change = 1;
            }
        } else {
            let patch = json!({"Identifier": identifier, "PatchDocument": "[]"});
            self.refuses("UpdateResource", "UPDATE", patch).await?;
            steps.refused_to_patch = 1;
        }
        self.delete(&identifier).await?;
        steps.deleted = 1;
        Ok(steps)
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
        for path in self.document.write_only.iter().filter(|path| !is_create_only(path)) {
            for pointer in path.pointers(&desired) {
                let value = desired.pointer(&pointer).cloned().unwrap_or_default();
                patch.insert(pointer, value);
            }
        }
        let mut told = shown.clone();
        for (pointer, value) in &patch {
            set(&mut told, pointer, value.clone());
        }
        let change = self.change(&told);
        let mut wanted = desired;
        if let Some((name, value)) = &change {
            wanted[name.as_str()] = value.clone();
            patch.insert(format!("/{}", escape(name)), value.clone());
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

    /// A property of a model that an update may change, with another value than it has.
    fn change(&self, model: &Value) -> Option<(String, Value)> {
        let document = self.document;
        let generator = Generator::new(document, Breadth::Least);
        let listed_by: Vec<&str> = names(document.list_input().and_then(|input| input.get("required"))).collect();
        let is_free = |name: &&str| {
            let is_named = |paths: &[Path]| paths.iter().any(|path| path.is_within(&[*name]));
            !is_named(&document.identifier)
                && !is_named(&document.read_only)
                && !is_named(&document.write_only)
                && !is_named(&document.create_only)
                && !is_named(&document.doubtful)
                && !listed_by.contains(name)
                && !self.given.contains_key(*name)
        };
        let is_tied = document.root().as_object().is_some_and(has_ties);
        document.properties().filter(is_free).find_map(|name| {
            (0..4).find_map(|ordinal| {
                let value = generator.property(name, ordinal).ok()?;
                let mut changed = model.clone();
                if changed.get(name) == Some(&value) {
                    return None;
                }
                changed[name] = value.clone();
                let fits = !is_tied || fits(document, document.root(), &changed);
                fits.then(|| (name.to_owned(), value))
            })
        })
    }

    async fn delete(&mut self, identifier: &str) -> Result<(), String> {
        self.finish("DeleteResource", json!({"Identifier": identifier})).await?;
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
