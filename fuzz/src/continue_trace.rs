//! Continuing a trace: whatever comes in, what is continued, decided and sent on is what rules R1 to R5 say, and the next
//! service agrees.

use sentry_trace_runtime::core::continuation::{Incoming, SingleLines};
use sentry_trace_runtime::core::decision::Decision;
use sentry_trace_runtime::core::sentry_trace::SentryTrace;
use sentry_trace_runtime::core::traceparent;
use sentry_trace_runtime::testing::{MemorySink, SeededEntropy};
use sentry_trace_runtime::transaction::FrozenDsc;
use sentry_trace_runtime::{Options, Tracer};

use super::naive::{Read, read_naively};
use super::numbers::number;

const OWN_ORG: &str = "1";

/// Checks a request. The first byte chooses the options; the lines of the rest are headers, `name:value`.
///
/// # Panics
/// When something is not as the rules say.
pub fn check(input: &[u8]) {
    let Some((choice, head)) = input.split_first() else {
        return;
    };
    let (setup, request) = (Setup::of(*choice), Request::of(head));
    let sink = MemorySink::new();
    let tracer = setup.tracer(&sink);
    let context = tracer.continue_trace(request.incoming());
    let received = request.continued(&setup);
    assert_eq!(context.is_continued(), received.is_some());
    if let Some((header, _)) = &received {
        assert_eq!(context.trace_id(), header.trace_id);
        assert_eq!(context.parent_span_id(), header.span_id);
        assert_eq!(context.parent_decision(), header.decision);
    }

    let builder = context.start_span("work");
    let span = match setup.explicit {
        Some(sampled) => builder.sampled(sampled).start(),
        None => builder.start(),
    };
    let parent = received
        .as_ref()
        .map_or(Decision::Deferred, |it| it.0.decision);
    let decided_rate = setup.decided_rate(parent);
    let frozen = span.baggage().unwrap_or_default().to_owned();
    let frozen_members = read_naively(&[&frozen]);
    if is_small(&frozen) {
        let came_in = received.as_ref().map(|(_, members)| &**members);
        check_context(&frozen_members, came_in, parent, decided_rate);
        match (decided_rate, value(&frozen_members, "sample_rand")) {
            (Some(rate), Some(rand)) => assert_eq!(span.decision(), Decision::from(rand < rate)),
            (None, _) => assert_eq!(span.decision(), parent),
            // A context that is empty shows no number.
            (Some(_), None) => assert!(frozen_members.is_empty()),
        }
    }

    let child = span.start_child("call").start();
    let sent = child.trace_data().expect("there is a span");
    check_next_service(&sent.sentry_trace, sent.baggage.as_deref(), &frozen);

    let (trace_id, is_sampled) = (span.trace_id(), span.decision() == Decision::Sampled);
    drop(child);
    drop(span);
    let transactions = sink.take();
    let is_recorded = is_sampled && setup.is_configured();
    assert_eq!(transactions.len(), usize::from(is_recorded));
    for transaction in transactions {
        assert_eq!(Some(transaction.trace_id), trace_id);
        assert_eq!(transaction.spans.len(), 1);
        assert_eq!(
            transaction.dsc.as_ref().map(FrozenDsc::as_str),
            (!frozen.is_empty()).then_some(&*frozen)
        );
    }
}

/// The context that goes on: what came in, with the changes of rules R3 and R5.
fn check_context(
    frozen: &[Read],
    received: Option<&[Read]>,
    parent: Decision,
    decided_rate: Option<f64>,
) {
    let Some(received) = received else {
        assert_eq!(frozen.first().map(|member| &*member.name), Some("trace_id"));
        return;
    };
    let mut expected: Vec<_> = received
        .iter()
        .map(|it| (&*it.name, it.raw.clone()))
        .collect();
    let mut set = |name, value: String| match expected.iter_mut().find(|it| it.0 == name) {
        Some(known) => known.1 = value,
        None => expected.push((name, value)),
    };
    if !received.is_empty() {
        let is_usable = value(received, "sample_rand").is_some_and(|it| (0.0..1.0).contains(&it));
        if !is_usable {
            let rate = value(received, "sample_rate").filter(|it| (0.0..=1.0).contains(it));
            let made = frozen.iter().find(|member| member.name == "sample_rand");
            let made = made.expect("a number was made").raw.clone();
            check_made(&made, parent, rate);
            set("sample_rand", made);
        }
        if let Some(rate) = decided_rate {
            let rand = value(frozen, "sample_rand").expect("a number");
            set("sample_rate", rate.to_string());
            set("sampled", (rand < rate).to_string());
        }
    }
    let frozen: Vec<_> = frozen
        .iter()
        .map(|it| (&*it.name, it.raw.clone()))
        .collect();
    assert_eq!(frozen, expected);
}

/// A number that was made here agrees with the sender's decision, where a number of six decimals can.
fn check_made(text: &str, parent: Decision, rate: Option<f64>) {
    assert!(text.len() == 8 && text.starts_with("0."), "{text}");
    let made: f64 = text.parse().expect("a number");
    match (parent, rate) {
        (Decision::Sampled, Some(rate)) if rate > 0.0 => assert!(made < rate, "{made} < {rate}"),
        (Decision::NotSampled, Some(rate)) if rate <= 0.999_999 => assert!(made >= rate),
        _ => {}
    }
}

/// The service that gets the headers continues the trace, and sends the same context on.
fn check_next_service(sentry_trace: &str, baggage: Option<&str>, frozen: &str) {
    let is_legal = |byte: u8| byte == b'\t' || (byte >= 0x20 && byte != 0x7f);
    assert!(baggage.unwrap_or_default().bytes().all(is_legal));
    assert!(baggage.unwrap_or_default().len() <= 8192);
    let header = SentryTrace::parse(sentry_trace.as_bytes()).expect("a valid header");
    let next = Setup::of(0).tracer(&MemorySink::new());
    let context = next.continue_trace(SingleLines {
        sentry_trace: Some(sentry_trace.as_bytes()),
        baggage: baggage.map(str::as_bytes),
        traceparent: None,
    });
    assert!(context.is_continued());
    let span = context.start_span("next").start();
    assert_eq!(span.trace_id(), Some(header.trace_id));
    assert_eq!(span.decision(), header.decision);
    assert_eq!(span.remote_parent_span_id(), header.span_id);
    if frozen.bytes().all(is_legal) && is_small(frozen) {
        assert_eq!(baggage.unwrap_or_default(), frozen);
        assert_eq!(span.baggage(), baggage);
    }
}

/// Whether no limit plays a part.
fn is_small(context: &str) -> bool {
    context.len() < 8000 && context.split(',').count() < 60
}

fn value(members: &[Read], name: &str) -> Option<f64> {
    let member = members.iter().find(|member| member.name == name)?;
    number(&member.decoded)
}

struct Setup {
    is_strict: bool,
    org_id: Option<&'static str>,
    continues_traceparent: bool,
    sampling: Sampling,
    explicit: Option<bool>,
}

#[derive(Clone, Copy)]
enum Sampling {
    None,
    Rate(f64),
    Sampler(f64),
}

impl Setup {
    fn of(choice: u8) -> Self {
        let bit = |at: u8| choice >> at & 1 == 1;
        Self {
            is_strict: bit(0),
            org_id: bit(1).then_some(OWN_ORG),
            continues_traceparent: bit(2),
            sampling: match choice >> 3 & 7 {
                0 => Sampling::None,
                1 => Sampling::Rate(0.0),
                2 => Sampling::Rate(0.5),
                3 => Sampling::Rate(1.0),
                4 => Sampling::Sampler(0.25),
                5 => Sampling::Sampler(f64::NAN),
                6 => Sampling::Sampler(1e-7),
                _ => Sampling::Sampler(1.0),
            },
            explicit: bit(6).then_some(bit(7)),
        }
    }

    fn tracer(&self, sink: &MemorySink) -> Tracer {
        let options = Options::new()
            .ignore_environment()
            .entropy(SeededEntropy::new(7))
            .strict_trace_continuation(self.is_strict)
            .continue_traceparent(self.continues_traceparent)
            .inline_sink(sink.clone());
        let options = match self.org_id {
            Some(org_id) => options.org_id(org_id),
            None => options,
        };
        let options = match self.sampling {
            Sampling::None => options,
            Sampling::Rate(rate) => options.traces_sample_rate(rate),
            Sampling::Sampler(rate) => options.traces_sampler(move |_| rate),
        };
        Tracer::new(options).expect("good options")
    }

    const fn is_configured(&self) -> bool {
        !matches!(self.sampling, Sampling::None)
    }

    /// The rate of a decision that is made here (rules R5 and R6).
    fn decided_rate(&self, parent: Decision) -> Option<f64> {
        match (self.explicit, self.sampling, parent) {
            (_, Sampling::None, _) => None,
            (Some(sampled), ..) => Some(f64::from(u8::from(sampled))),
            (None, Sampling::Sampler(rate), _) => Some(if rate.is_nan() { 0.0 } else { rate }),
            (None, Sampling::Rate(rate), Decision::Deferred) => Some(rate),
            (None, Sampling::Rate(_), _) => None,
        }
    }
}

/// The values of the three headers.
struct Request<'a> {
    sentry_trace: Vec<&'a [u8]>,
    baggage: Vec<&'a [u8]>,
    traceparent: Vec<&'a [u8]>,
}

impl<'a> Request<'a> {
    fn of(head: &'a [u8]) -> Self {
        let values = |name: &str| {
            let lines = head.split(|&byte| byte == b'\n');
            let values = lines.filter_map(|line| line.strip_prefix(name.as_bytes()));
            values.collect()
        };
        Self {
            sentry_trace: values("sentry-trace:"),
            baggage: values("baggage:"),
            traceparent: values("traceparent:"),
        }
    }

    fn incoming(
        &self,
    ) -> Incoming<
        impl Iterator<Item = &'a [u8]>,
        impl Iterator<Item = &'a [u8]>,
        impl Iterator<Item = &'a [u8]>,
    > {
        Incoming {
            sentry_trace: self.sentry_trace.iter().copied(),
            baggage: self.baggage.iter().copied(),
            traceparent: self.traceparent.iter().copied(),
        }
    }

    /// The trace that is continued, and the members of its context (rules R1, R3 and R4).
    fn continued(&self, setup: &Setup) -> Option<(SentryTrace, Vec<Read>)> {
        let header = match (&*self.sentry_trace, &*self.traceparent) {
            ([], [line]) if setup.continues_traceparent => traceparent::parse(line).ok()?,
            ([], _) => return None,
            (lines, _) => {
                let pieces = lines
                    .iter()
                    .flat_map(|line| line.split(|&byte| byte == b','));
                pieces.map(SentryTrace::parse).find_map(Result::ok)?
            }
        };
        let mut members = read_naively(&self.baggage);
        let text = |name| {
            let member = members.iter().find(|member| member.name == name);
            member.map(|member| &*member.decoded)
        };
        let is_allowed = match (setup.org_id, text("org_id")) {
            (Some(own), Some(theirs)) => own == theirs,
            (None, None) => true,
            _ => !setup.is_strict,
        };
        let own = header.trace_id.to_string();
        if text("trace_id").is_some_and(|named| named != own) {
            members.clear();
        }
        is_allowed.then_some((header, members))
    }
}
