//! What the handlers of a type do beyond its schema: complete, check and refuse, in the service's words.
//!
//! Most types have no handler of their own: [`crate::world`] treats them by their schemas alone. Those that do are in
//! [`crate::cognito`]. Whoever asks, Cloud Control or a native API, the same handler answers.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    clock::Millis,
    cognito,
    requests::HandlerError,
    store::{Hidden, Resource, Scope},
    world::World,
};

/// A model on its way into the store.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Draft {
    /// As it will be read, and, until it is stored, with its write-only properties.
    pub(crate) model: Value,
    /// What will not be shown.
    #[serde(default)]
    pub(crate) hidden: Hidden,
}

impl Draft {
    pub(crate) fn new(model: Value) -> Self {
        Self {
            model,
            hidden: Hidden::default(),
        }
    }
}

/// What a handler works on: the world, and where in it.
pub(crate) struct HandlerCall<'call> {
    pub(crate) world: &'call mut World,
    /// The type's own scope; [`Scope::of_type`] leads to its neighbours.
    pub(crate) scope: &'call Scope,
    pub(crate) now: Millis,
}

/// The handlers of one type. A draft that comes in satisfies the type's schema.
pub(crate) trait Handler: Sync {
    /// Completes what is to be created, or refuses it. Schema defaults and identifiers that are still missing are filled in
    /// afterwards.
    fn create(&self, call: &mut HandlerCall<'_>, draft: &mut Draft) -> Result<(), HandlerError>;

    /// Completes a resource out of a data set, which has always been there.
    fn place(&self, _call: &mut HandlerCall<'_>, _draft: &mut Draft) {}

    /// Completes what a resource is to become, or refuses it.
    fn update(
        &self,
        call: &mut HandlerCall<'_>,
        before: &Resource,
        draft: &mut Draft,
    ) -> Result<(), HandlerError>;

    /// Takes along what goes with a resource that is about to be removed, or refuses to remove it.
    fn delete(
        &self,
        _call: &mut HandlerCall<'_>,
        _identifier: &str,
        _resource: &Resource,
    ) -> Result<(), HandlerError> {
        Ok(())
    }

    /// Refuses the input of a list.
    fn check_list(
        &self,
        _world: &World,
        _scope: &Scope,
        _input: &Map<String, Value>,
    ) -> Result<(), HandlerError> {
        Ok(())
    }

    /// Whether the service itself refuses values that the published schema refuses by an enum or a pattern: the registry's own
    /// schema has none of them.
    fn checks_values(&self) -> bool {
        false
    }

    /// The words for a resource that is not there, where they are not the usual ones.
    fn not_found(&self, _identifier: &str) -> Option<String> {
        None
    }

    /// The words for a resource that is there already, where they are not the usual ones.
    fn already_exists(&self, _identifier: &str) -> Option<String> {
        None
    }
}

/// The handlers of a type, if it has its own.
pub(crate) fn of(type_name: &str) -> Option<&'static dyn Handler> {
    cognito::handler(type_name)
}
