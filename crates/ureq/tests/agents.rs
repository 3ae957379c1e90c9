//! Spans and headers of traced agents.

#[path = "../../reqwest/tests/support/mod.rs"]
mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sentry_trace_runtime::core::continuation::SingleLines;
use sentry_trace_runtime::current_span;
use sentry_trace_ureq::{ConfigBuilderExt, Propagation, TraceMiddleware};
use support::{Host, Reply, Traced, outcome};
use ureq::config::Config;
use ureq::middleware::MiddlewareNext;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error, SendBody, http};

fn trace(traced: &Traced) -> TraceMiddleware {
    TraceMiddleware::new().tracer(traced.tracer.clone())
}

fn agent(traced: &Traced) -> Agent {
    Agent::config_builder().build_traced_with(trace(traced))
}

fn in_root<R>(traced: &Traced, f: impl FnOnce() -> R) -> R {
    let _root = traced.tracer.start_new_trace().start_span("root").enter();
    f()
}

/// `/` leads to `/end`.
fn redirecting() -> Host {
    Host::start(|seen| match &*seen.path {
        "/" => Reply::redirect(302, "/end"),
        _ => Reply::of(200),
    })
}

#[test]
fn each_hop_is_decided_by_its_own_url() {
    let (traced, home) = (Traced::new(), redirecting());
    let back = home.url("/");
    let other = Host::elsewhere(move |_| Reply::redirect(302, back.clone()));
    let request = agent(&traced)
        .get(other.url("/"))
        .header("baggage", "mine=1");
    in_root(&traced, || request.call()).expect("a response");
    assert_eq!(other.seen()[0].header("sentry-trace"), None);
    assert_eq!(other.seen()[0].header("baggage"), Some("mine=1"));
    let spans = traced.spans();
    let outcomes: Vec<_> = spans.iter().map(outcome).collect();
    assert_eq!(outcomes, [("ok", 0), ("ok", 1), ("ok", 2)]);
    for (seen, span) in home.seen().iter().zip(&spans[1..]) {
        let header = seen.header("sentry-trace").expect("traced");
        assert_eq!(&header[33..49], span.span_id.to_string());
        let baggage = seen.header("baggage").expect("one line");
        assert!(baggage.starts_with("mine=1,sentry-"), "{baggage}");
    }
}

#[test]
fn errors_end_the_span() {
    let (traced, host) = (Traced::new(), Host::start(|_| Reply::of(503)));
    let gone = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let gone_url = format!("http://{}/", gone.local_addr().expect("an address"));
    drop(gone);
    let agent = agent(&traced);
    in_root(&traced, || {
        let error = agent.get(host.url("/")).call().expect_err("a status");
        assert!(matches!(error, Error::StatusCode(503)));
        let error = agent.get(gone_url).call().expect_err("nobody listens");
        assert!(matches!(error, Error::Io(_)), "{error:?}");
    });
    let outcomes: Vec<_> = traced.spans().iter().map(outcome).collect();
    assert_eq!(outcomes, [("unavailable", 0), ("internal_error", 0)]);
}

#[test]
fn a_request_can_opt_out() {
    let (traced, host) = (Traced::new(), redirecting());
    let agent = agent(&traced);
    in_root(&traced, || {
        for propagation in [Propagation::NotPropagated, Propagation::NotTraced] {
            let request = agent.get(host.url("/")).extension(propagation);
            request.call().expect("a response");
        }
    });
    assert_eq!(host.seen().len(), 4);
    assert!(host.seen().iter().all(|seen| !seen.is_traced()));
    assert_eq!(traced.spans().len(), 2);
}

#[test]
fn the_span_is_named_as_asked_and_a_hand_made_pair_wins() {
    let (traced, host) = (Traced::new(), redirecting());
    let trace = trace(&traced).name(|request| Some(format!("call by {}", request.method)));
    let request = Agent::config_builder()
        .build_traced_with(trace)
        .get(host.url("/"));
    let request = request
        .header("sentry-trace", "mine")
        .header("baggage", "x=1");
    in_root(&traced, || request.call()).expect("a response");
    for seen in host.seen() {
        assert_eq!(
            (seen.header("sentry-trace"), seen.header("baggage")),
            (Some("mine"), Some("x=1"))
        );
    }
    assert_eq!(traced.spans()[1].name, "call by GET");
}

#[test]
fn the_global_timeout_counts_for_all_hops_together() {
    let (traced, step) = (Traced::new(), Duration::from_millis(200));
    let host = Host::start(move |_| {
        // why: a total timeout shows only in time that passes
        std::thread::sleep(step);
        Reply::redirect(302, "/")
    });
    let config = Agent::config_builder().timeout_global(Some(step * 5 / 2));
    let request = config.build_traced_with(trace(&traced)).get(host.url("/"));
    let error = request.call().expect_err("no time left");
    assert!(
        matches!(error, Error::Timeout(ureq::Timeout::Global)),
        "{error:?}"
    );
    assert!(host.seen().len() <= 3, "{}", host.seen().len());
}

#[test]
fn a_hop_gets_the_time_that_is_left() {
    let (traced, host, timeouts) = (Traced::new(), redirecting(), Timeouts::default());
    let (connector, resolver) = (DefaultConnector::new(), timeouts.clone());
    let wire = Agent::with_parts(Config::default(), connector, resolver);
    let config = Agent::config_builder().timeout_global(Some(Duration::from_secs(60)));
    let agent = config.build_traced_with(trace(&traced).over(wire));
    agent.get(host.url("/")).call().expect("a response");
    let timeouts = timeouts.0.lock().expect("no panic");
    assert!(
        timeouts.len() == 2 && timeouts[1] < timeouts[0],
        "{timeouts:?}"
    );
}

/// The global timeouts of all hops.
#[derive(Clone, Debug, Default)]
struct Timeouts(Arc<Mutex<Vec<Option<Duration>>>>);

impl Resolver for Timeouts {
    fn resolve(
        &self,
        uri: &http::Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let mut timeouts = self.0.lock().expect("no panic");
        timeouts.push(config.timeouts().global);
        DefaultResolver::default().resolve(uri, config, timeout)
    }
}

#[test]
fn connections_are_used_again() {
    let (traced, host) = (Traced::new(), redirecting());
    let agent = Agent::config_builder()
        .user_agent("mine")
        .build_traced_with(trace(&traced));
    for _ in 0..3 {
        let mut response = agent.get(host.url("/")).call().expect("a response");
        response.body_mut().read_to_string().expect("a body");
    }
    assert_eq!((host.seen().len(), host.connections()), (6, 1));
}

#[test]
fn other_middleware_runs_once_for_all_hops() {
    let (traced, host, calls) = (Traced::new(), redirecting(), Arc::new(AtomicUsize::new(0)));
    let counter = calls.clone();
    let count = move |request: http::Request<SendBody<'_>>, next: MiddlewareNext<'_>| {
        counter.fetch_add(1, Ordering::SeqCst);
        next.handle(request)
    };
    let agent = Agent::config_builder()
        .middleware(count)
        .build_traced_with(trace(&traced));
    agent.get(host.url("/")).call().expect("a response");
    assert_eq!((host.seen().len(), calls.load(Ordering::SeqCst)), (2, 1));
}

#[test]
fn the_sending_agent_can_be_given() {
    let traced = Traced::new();
    let host = Host::start(|seen| match &*seen.path {
        "/" => Reply::redirect(302, "/end").with("set-cookie", "session=7"),
        _ => Reply::of(200),
    });
    let wire = Agent::new_with_defaults();
    let agent = Agent::config_builder().build_traced_with(trace(&traced).over(wire.clone()));
    agent.get(host.url("/")).call().expect("a response");
    assert_eq!(host.seen()[1].header("cookie"), Some("session=7"));
    assert_eq!(wire.cookie_jar_lock().iter().count(), 1);
}

#[test]
fn in_a_chain_of_its_own_it_needs_an_agent_that_does_not_follow() {
    let (traced, host) = (Traced::new(), redirecting());
    let chain = |redirects| -> Agent {
        let config = Agent::config_builder().max_redirects(redirects);
        config.middleware(trace(&traced)).build().into()
    };
    in_root(&traced, || chain(10).get(host.url("/")).call()).expect("a response");
    assert!(host.seen().iter().all(|seen| !seen.is_traced()));
    assert_eq!(traced.spans().len(), 1);
    assert!(
        traced.notes()[0].contains("follows redirects itself"),
        "{:?}",
        traced.notes()
    );
    let response = chain(0).get(host.url("/")).call().expect("a response");
    assert_eq!(response.status(), 302);
    assert!(host.seen()[2].is_traced());
    let request = chain(10)
        .get(host.url("/end"))
        .config()
        .max_redirects(0)
        .build();
    request.call().expect("a response");
    assert!(host.seen()[3].is_traced());
    assert_eq!(traced.notes().len(), 1);
}

#[test]
fn outside_of_a_trace_a_request_carries_the_background_trace() {
    let (traced, host) = (Traced::new(), redirecting());
    agent(&traced)
        .post(host.url("/"))
        .send("text")
        .expect("a response");
    let seen = host.seen();
    assert_eq!((&*seen[0].method, &*seen[0].body), ("POST", &b"text"[..]));
    assert_eq!((&*seen[1].method, seen[1].body.len()), ("GET", 0));
    assert!(seen.iter().all(support::Seen::is_traced));
    let trace_id = |at: usize| &seen[at].header("sentry-trace").expect("traced")[..32];
    assert_eq!(trace_id(0), trace_id(1));
    assert!(traced.sink.take().is_empty());
}

/// The value of `baggage` that arrives within a trace with a long context, from an agent with this output buffer; the
/// caller of the agent gives two values.
fn baggage_from(agent: impl FnOnce(&Traced) -> Agent) -> Vec<String> {
    let (traced, host) = (Traced::new(), Host::start(|_| Reply::of(200)));
    let context = format!("sentry-transaction={}", "x".repeat(5000));
    let root = traced.tracer.continue_trace(SingleLines {
        sentry_trace: Some(b"771a43a4192642f0b136d5159a501700-1234567890abcdef-1"),
        baggage: Some(context.as_bytes()),
        traceparent: None,
    });
    let request = agent(&traced).get(host.url("/"));
    let request = request.header("baggage", "a=1").header("baggage", "b=2");
    let _root = root.start_span("root").enter();
    request.call().expect("a response");
    let seen = host.seen().remove(0);
    assert!(seen.header("sentry-trace").is_some());
    let baggage = seen
        .headers
        .into_iter()
        .filter(|(name, _)| name == "baggage");
    baggage.map(|(_, value)| value).collect()
}

#[test]
fn a_context_that_is_too_long_for_the_agent_breaks_no_request() {
    let sized = |size| {
        move |traced: &Traced| {
            let config = Agent::config_builder().output_buffer_size(size);
            config.build_traced_with(trace(traced))
        }
    };
    let whole = baggage_from(agent);
    assert!(whole.len() == 1 && whole[0].starts_with("a=1,b=2,sentry-transaction=xx"));
    // Room for the line, and for the empty one behind it.
    let line = format!("baggage: {}\r\n\r\n", whole[0]).len();
    assert_eq!(baggage_from(sized(line)), whole);
    assert_eq!(baggage_from(sized(line - 1)), ["a=1", "b=2"]);

    let over = |traced: &Traced| {
        let config = Agent::config_builder().output_buffer_size(4096);
        let trace = trace(traced).over(Agent::new_with_defaults());
        config.build_traced_with(trace)
    };
    assert_eq!(baggage_from(over), ["a=1", "b=2"]);
}

#[test]
fn without_a_tracer_what_runs_inside_stays_below_the_current_span() {
    let traced = Traced::new();
    let current = Arc::new(Mutex::new(None));
    let seen = current.clone();
    let look = move |_: http::Request<SendBody<'_>>, _: MiddlewareNext<'_>| {
        *seen.lock().expect("no panic") = current_span().span_id();
        Err(Error::HostNotFound)
    };
    let config = Agent::config_builder().middleware(TraceMiddleware::new());
    let agent: Agent = config.middleware(look).build().into();
    let root = traced.tracer.start_new_trace().start_span("root").enter();
    let result = agent.get("http://127.0.0.1/").call();
    assert!(matches!(result, Err(Error::HostNotFound)));
    assert_eq!(*current.lock().expect("no panic"), root.span_id());
}
