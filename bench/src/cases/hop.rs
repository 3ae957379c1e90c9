//! A hop: headers in, a root and a child span, headers out.

/// The headers that go out, in buffers that are there already.
#[derive(Default)]
pub(super) struct Outgoing {
    sentry_trace: Vec<u8>,
    baggage: Vec<u8>,
}

impl Outgoing {
    pub(super) fn write(&mut self, sentry_trace: &[u8], baggage: Option<&[u8]>) {
        self.sentry_trace.clear();
        self.sentry_trace.extend_from_slice(sentry_trace);
        self.baggage.clear();
        self.baggage.extend_from_slice(baggage.unwrap_or_default());
    }

    pub(super) fn check(&mut self, sampled: bool, baggage: &str) {
        let sentry_trace = std::str::from_utf8(&self.sentry_trace).expect("ASCII");
        let fields: Vec<_> = sentry_trace.split('-').collect();
        let [trace_id, span_id, flag] = fields[..] else {
            panic!("{sentry_trace} has not three fields");
        };
        assert_eq!(trace_id, crate::input::TRACE_ID);
        assert!(span_id.len() == 16 && span_id != crate::input::PARENT_SPAN_ID);
        assert_eq!(flag, if sampled { "1" } else { "0" });
        assert_eq!(self.baggage, baggage.as_bytes());
        *self = Self::default();
    }
}
