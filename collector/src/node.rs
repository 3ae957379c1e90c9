//! A transaction, segment or span as a point of a trace's tree.

use crate::model::SpanRecord;

/// Streamed spans of one segment come in any number of items, so all of them are one group without a head.
pub(crate) const STREAMED: usize = usize::MAX;

/// What a [`Node`] was sent as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NodeKind {
    /// A transaction's own span.
    Transaction,
    /// A streamed span that is the head of a segment.
    Segment,
    /// Any other span.
    Span,
}

impl NodeKind {
    /// Whether a service's part of the trace begins here.
    pub fn begins_service(self) -> bool {
        self != Self::Span
    }

    /// `transaction`, `segment` or `span`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Transaction => "transaction",
            Self::Segment => "segment",
            Self::Span => "span",
        }
    }
}

/// A span of a trace with what is known about it from around it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Node {
    /// What it was sent as.
    pub kind: NodeKind,
    /// Who sent it.
    pub service: String,
    /// The span itself.
    pub span: SpanRecord,
    /// Which nodes were sent in one item; a parent is looked for there first.
    pub(crate) group: usize,
}

impl Node {
    /// Whether the status says that it failed: any but `ok`, `unset` and none.
    pub fn failed(&self) -> bool {
        !matches!(self.span.status.as_deref(), None | Some("ok" | "unset"))
    }
}
