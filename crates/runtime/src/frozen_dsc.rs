//! A context that does not change any more.

use std::fmt;
use std::ops::Deref;

/// The dynamic sampling context of a trace, frozen: `sentry-a=1,sentry-b=2`, as it goes out in a baggage header.
///
/// ```
/// use sentry_trace_runtime::transaction::FrozenDsc;
///
/// let dsc = FrozenDsc::from(String::from("sentry-release=1%2E0"));
/// assert_eq!(dsc.as_str(), "sentry-release=1%2E0");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct FrozenDsc {
    /// UTF-8, which is not looked at again unless it is asked for as a text.
    text: Vec<u8>,
}

impl FrozenDsc {
    /// A context of these bytes, which are UTF-8.
    pub(crate) const fn new(text: Vec<u8>) -> Self {
        Self { text }
    }

    /// The members as they stand in a header.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.text
    }

    /// The members as they stand in a header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text).unwrap_or_default()
    }
}

impl Deref for FrozenDsc {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl From<String> for FrozenDsc {
    fn from(text: String) -> Self {
        Self::new(text.into_bytes())
    }
}

impl fmt::Debug for FrozenDsc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FrozenDsc({})", self.as_str())
    }
}
