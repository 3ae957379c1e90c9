//! serde for values whose serialized form is their text on the wire.

use core::fmt;
use core::marker::PhantomData;

use serde::de::{Deserializer, Error, Visitor};

/// Reads a string and parses it.
pub(crate) fn deserialize<'de, D, T, E, P>(deserializer: D, parse: P) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    E: fmt::Display,
    P: Fn(&str) -> Result<T, E>,
{
    deserializer.deserialize_str(TextVisitor(parse, PhantomData))
}

struct TextVisitor<P, T>(P, PhantomData<T>);

impl<T, E: fmt::Display, P: Fn(&str) -> Result<T, E>> Visitor<'_> for TextVisitor<P, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<F: Error>(self, text: &str) -> Result<T, F> {
        (self.0)(text).map_err(F::custom)
    }
}
