//! A hop: headers in, a root and a child span, headers out.

/// The headers that go out, in buffers that are there already.
#[derive(Default)]
pub(super) struct Outgoing {
    sentry_trace: String,
    baggage: String,
}

impl Outgoing {
    pub(super) fn write(&mut self, sentry_trace: &str, baggage: Option<&str>) {
        self.sentry_trace.clear();
        self.sentry_trace.push_str(sentry_trace);
        self.baggage.clear();
        self.baggage.push_str(baggage.unwrap_or_default());
    }

    pub(super) fn check(&mut self, sampled: bool, baggage: &str) {
        let fields: Vec<_> = self.sentry_trace.split('-').collect();
        let [trace_id, span_id, flag] = fields[..] else {
            panic!("{} has not three fields", self.sentry_trace);
        };
        assert_eq!(trace_id, crate::input::TRACE_ID);
        assert!(span_id.len() == 16 && span_id != crate::input::PARENT_SPAN_ID);
        assert_eq!(flag, if sampled { "1" } else { "0" });
        assert_eq!(self.baggage, baggage);
        *self = Self::default();
    }
}
