//! What members are collected into.

use super::member::Member;

/// Collects members, each name once (rule R2), and finds those that continuing a trace asks for.
pub(crate) trait Collect<'a>: Sized {
    /// Reads all lines, in order, as if joined by commas.
    fn collect(lines: impl IntoIterator<Item = &'a [u8]>) -> Self;

    /// Whose trace it is (rule R4).
    fn org_id(&self) -> Option<Member<'a>>;

    /// Which trace the members belong to (rule R3).
    fn trace_id(&self) -> Option<Member<'a>>;

    /// Whether no member was usable.
    fn is_empty(&self) -> bool;
}
