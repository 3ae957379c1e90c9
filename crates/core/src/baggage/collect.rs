//! What members are collected into.

use super::member::Member;

/// The members that continuing a trace asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Whose trace it is (rule R4).
    OrgId,
    /// Which trace the members belong to (rule R3).
    TraceId,
}

/// Collects members, each name once (rule R2).
pub(crate) trait Collect<'a>: Sized {
    /// Reads all lines, in order, as if joined by commas.
    fn collect(lines: impl IntoIterator<Item = &'a [u8]>) -> Self;

    /// The member that is asked for.
    fn asked(&self, name: Asked) -> Option<Member<'a>>;

    /// Whether no member was usable.
    fn is_empty(&self) -> bool;
}
