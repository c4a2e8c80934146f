//! Answers in XML, read without a parser: the services' answers are flat enough.

use crate::client::Reply;

impl Reply {
    /// The text of every XML element of this name; what has elements in it is none.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let (start, end) = (format!("<{name}>"), format!("</{name}>"));
        let parts = self.body.split(&start).skip(1);
        parts
            .filter_map(|part| part.split_once(&end))
            .map(|(text, _)| text)
            .filter(|text| !text.contains('<'))
            .collect()
    }

    /// The text of the only XML element of this name.
    pub(crate) fn one(&self, name: &str) -> &str {
        match self.all(name).as_slice() {
            [text] => text,
            texts => panic!("{name}: {texts:?} in {}", self.body),
        }
    }
}
