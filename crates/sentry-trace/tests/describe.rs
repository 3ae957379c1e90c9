//! What the facade exports is enough to describe a span lazily.
#![allow(clippy::unwrap_used)]

use sentry_trace::testing::MemorySink;
use sentry_trace::{Describe, Options, Text, Tracer};

struct Report(u32);

impl Describe for Report {
    fn name(&self) -> Text {
        Text::concat(["report ", &self.0.to_string()])
    }

    fn op(&self) -> Text {
        "task".into()
    }
}

#[test]
fn a_span_can_be_described_lazily() {
    let sink = MemorySink::new();
    let options = Options::new().traces_sample_rate(1.0);
    let tracer = Tracer::new(options.inline_sink(sink.clone())).unwrap();
    let context = tracer.start_new_trace();
    context.start_root(&mut Report(7), None).finish();
    assert_eq!(sink.take()[0].root.name, "report 7");
}
