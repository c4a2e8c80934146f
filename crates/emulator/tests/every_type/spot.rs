//! Where in a model a value goes.

use crate::model::Breadth;

/// Where in the model a value goes, and how much it is to have.
#[derive(Clone)]
pub(crate) struct Spot<'name> {
    /// Names of properties, without keys of maps and indexes of arrays.
    pub(crate) names: Vec<&'name str>,
    pub(crate) depth: usize,
    pub(crate) breadth: Breadth,
}

impl<'name> Spot<'name> {
    pub(crate) fn at(names: &[&'name str], breadth: Breadth) -> Self {
        Self {
            names: names.to_vec(),
            depth: names.len(),
            breadth,
        }
    }

    pub(crate) fn member(&self, name: &'name str) -> Self {
        let mut names = self.names.clone();
        names.push(name);
        Self {
            names,
            depth: self.depth + 1,
            breadth: self.breadth,
        }
    }

    pub(crate) fn entry(&self) -> Self {
        Self {
            depth: self.depth + 1,
            ..self.clone()
        }
    }

    pub(crate) fn with_everything(&self) -> Self {
        Self {
            breadth: Breadth::Everything,
            ..self.clone()
        }
    }

    pub(crate) fn nothing(&self, why: &str) -> String {
        format!("no value for /{}: {why}", self.names.join("/"))
    }
}
