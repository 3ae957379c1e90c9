//! The data of spans and links.

use crate::text::Text;
use crate::value::Value;

/// The data of a span or a link: keys and values in the order in which they were first set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Data(Vec<(Text, Value)>);

/// The most keys that it holds; further ones are ignored.
pub const MAX_DATA: usize = 128;

impl Data {
    /// No data.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// No data yet, and room for that many keys.
    #[must_use]
    pub fn with_capacity(keys: usize) -> Self {
        Self(Vec::with_capacity(keys))
    }

    /// Sets a value; an earlier one of the same key is replaced in its place.
    pub fn set(&mut self, key: impl Into<Text>, value: impl Into<Value>) {
        let key = key.into();
        if let Some((_, known)) = self.0.iter_mut().find(|(known, _)| *known == key) {
            *known = value.into();
        } else if self.0.len() < MAX_DATA {
            self.0.push((key, value.into()));
        }
    }

    /// Adds a value whose key is not there yet, which is not looked for: for adapters that set many keys of their own.
    #[doc(hidden)]
    pub fn add(&mut self, key: &'static str, value: impl Into<Value>) {
        debug_assert!(self.get(key).is_none(), "{key} is there already");
        self.0.push((Text::from_static(key), value.into()));
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, value)| value)
    }

    /// All keys and values.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (key.as_ref(), value))
    }

    /// Whether there is no data.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Removes the value of a key.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let at = self.0.iter().position(|(known, _)| known == key)?;
        Some(self.0.remove(at).1)
    }
}
