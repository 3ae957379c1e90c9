//! What a span is called, for those who look.

use sentry_trace_core::id::SpanId;

use crate::text::Text;
use crate::transaction::{Data, SpanRecord, TransactionSource};

/// What a span is called and carries; asked only where it is recorded or a sampler looks at it.
pub trait Describe {
    /// The name.
    fn name(&self) -> Text;

    /// What kind of work it is.
    fn op(&self) -> Text;

    /// What makes the span: `manual`, or `auto.http.<crate>`.
    fn origin(&self) -> Text {
        Text::from_static("manual")
    }

    /// Where the name of a root comes from.
    fn source(&self) -> TransactionSource {
        TransactionSource::Custom
    }

    /// The data at the start.
    fn data(&self) -> Data {
        Data::new()
    }

    /// An open span without a time. Asked once, and last: what describes nothing else may give away what it has.
    #[doc(hidden)]
    fn record(&mut self, span_id: SpanId, parent_span_id: Option<SpanId>) -> SpanRecord {
        SpanRecord {
            name: self.name(),
            op: self.op(),
            origin: self.origin(),
            data: self.data(),
            ..SpanRecord::open(span_id, parent_span_id)
        }
    }
}
