//! What is sent through Relay, and what should come out.

use std::net::SocketAddr;
use std::sync::Arc;

use sentry::{Client, ClientOptions};
use sentry_trace::export::envelope::Format;
use sentry_trace::export::http::HttpTransport;
use sentry_trace::export::sentry::{ClientTransport, WithScope, client_options};
use sentry_trace::export::transport::EnvelopeSink;
use sentry_trace_core::continuation::SingleLines;
use sentry_trace_core::sentry_trace::SentryTrace;
use sentry_trace_core::status::SpanStatus;
use sentry_trace_runtime::sink::{Loss, LossReason, Sink};
use sentry_trace_runtime::testing::MemorySink;
use sentry_trace_runtime::transaction::TransactionSource;
use sentry_trace_runtime::{Link, Options, Span, Tracer, Transaction};

use super::config::{KEY, LIMITED_KEY, PATIENCE, dsn};

/// The trace of the requests that are not the first ones of theirs.
const TRACE_ID: &str = "771a43a4192642f0b136d5159a501700";

/// So many children of a transaction are over its limit, in each format.
const OVER_LIMIT: usize = 2;

/// Something to send.
pub(super) struct Case {
    pub(super) suite: &'static str,
    pub(super) name: &'static str,
    /// Sends to a Relay, and returns when that has it.
    pub(super) send: Box<dyn Fn(SocketAddr) -> Sent + Send>,
}

/// What was sent.
pub(super) enum Sent {
    /// What has to come out as it was recorded.
    Whole(Format, Vec<Transaction>),
    /// What the limit of the project costs, whoever counts it.
    Limited(Loss),
    /// What the service leaves out itself, by reason.
    LeftOut(Vec<(LossReason, Loss)>),
    /// Nothing: there are no outcomes beside those.
    Nothing,
}

/// What a request brings with it, and what is recorded in it.
struct Recipe {
    name: &'static str,
    baggage: Baggage,
    options: fn(Options) -> Options,
    record: fn(&Span),
}

enum Baggage {
    /// The request begins the trace.
    Head,
    /// It has a `sentry-trace` header alone.
    Missing,
    /// These members, beside the trace id.
    Members(&'static str),
}

/// Every case.
pub(super) fn all() -> Vec<Case> {
    let limited = Case {
        suite: "limits",
        name: "every transaction and span is counted once",
        send: Box::new(send_limited),
    };
    let left_out = Case {
        suite: "limits",
        name: "what the service leaves out is counted once",
        send: Box::new(send_with_gaps),
    };
    let nothing = Case {
        suite: "limits",
        name: "nothing else is dropped",
        send: Box::new(|_| Sent::Nothing),
    };
    let formats = [
        ("transactions", Format::Transaction),
        ("streams", Format::SpanStream),
    ];
    let mut cases: Vec<_> = formats
        .into_iter()
        .flat_map(|(suite, format)| {
            let own = recipes().into_iter().map(move |recipe| Case {
                suite,
                name: recipe.name,
                send: Box::new(move |relay| recipe.send(relay, format)),
            });
            let official = Case {
                suite,
                name: "through the official client, with its scope",
                send: Box::new(move |relay| send_with_client(relay, format)),
            };
            own.chain([official])
        })
        .collect();
    cases.extend([limited, left_out, nothing]);
    cases
}

fn recipes() -> Vec<Recipe> {
    let plain = |name, record| Recipe {
        name,
        baggage: Baggage::Head,
        options: |options| options,
        record,
    };
    let continued = |name, baggage| Recipe {
        baggage,
        ..plain(name, a_child)
    };
    vec![
        plain("a tree", |root| {
            let child = root.start_child("load the order").op("function").start();
            child.start_child("SELECT 1").op("db").start().finish();
        }),
        plain("data of every kind", |root| {
            let child = root.start_child("work").op("work").start();
            for (key, value) in [
                ("text", "\u{e4}\"\\\n"),
                ("", "no key"),
                ("long", &*"x".repeat(5000)),
            ] {
                child.set_data(key.to_owned(), value.to_owned());
            }
            child.set_data("least", i64::MIN);
            child.set_data("most", i64::MAX);
            child.set_data("fraction", 1e-300);
            child.set_data("flag", true);
            child.set_data("no number", f64::NAN);
            child.set_data("no end", f64::NEG_INFINITY);
        }),
        plain("links", |root| {
            let header = format!("{TRACE_ID}-1234567890abcdef");
            let link = |flag: &str| {
                let header = SentryTrace::parse(format!("{header}{flag}").as_bytes());
                header.ok().and_then(Link::to_sender)
            };
            root.add_link(link("-1").map(|link| link.data("sentry.link.type", "previous_trace")));
            root.add_link(link("-0"));
            let batch = root.start_child("settle").op("queue.process");
            let numbers = link("").map(|link| link.data("place", 7).data("share", 0.5));
            batch.link(numbers).link(Link::to(root)).start().finish();
            a_child(root);
        }),
        plain("every status", |root| {
            for number in 0..=16 {
                let status = SpanStatus::from_grpc(number);
                root.start_child("call")
                    .op("rpc")
                    .start()
                    .finish_with_status(status);
            }
        }),
        plain("names", |root| {
            root.set_transaction_name("\u{20ac} \"/a\\b\"\u{1}", TransactionSource::Task);
            for name in ["", "\u{1f980}", "line\nbreak", "a\u{0}b"] {
                root.start_child(name.to_owned())
                    .op("work")
                    .start()
                    .finish();
            }
        }),
        plain("a name from the URL", |root| {
            root.set_transaction_name("/orders/7", TransactionSource::Url);
        }),
        plain("a child that stays open", |root| {
            // Forgotten on purpose: it is open when the transaction finishes.
            std::mem::forget(root.start_child("endless").op("work").start());
        }),
        Recipe {
            options: |options| options.max_spans(3),
            ..plain("more spans than the limit", |root| {
                (0..3 + OVER_LIMIT).for_each(|_| a_child(root));
            })
        },
        plain(
            "as many spans as there may be, with long names",
            as_many_as_there_may_be,
        ),
        Recipe {
            options: |options| {
                let commit = "0123456789abcdef0123456789abcdef01234567";
                options.release(format!("checkout-service@1.2.0+{commit}"))
            },
            ..plain("as many, with more that Relay adds to each", |root| {
                let route = "GET /api/v1/organizations/{organization}/projects/{project}";
                root.set_transaction_name(route, TransactionSource::Route);
                as_many_as_there_may_be(root);
            })
        },
        continued(
            "a whole context",
            Baggage::Members(
                "sentry-public_key=5e3f6a6dddb0424fb19a459cf11eb446,sentry-sample_rate=0.25,sentry-sampled=true,\
                 sentry-sample_rand=0.125,sentry-release=1,sentry-environment=a,sentry-transaction=b%20c,\
                 sentry-replay_id=771a43a4192642f0b136d5159a501700,sentry-org_id=1,sentry-new=%E2%82%AC",
            ),
        ),
        continued("no context", Baggage::Missing),
        continued(
            "a context without a key",
            Baggage::Members("sentry-release=1,sentry-sample_rate=0.5"),
        ),
        continued(
            "a rate that is none",
            Baggage::Members(
                "sentry-public_key=5e3f6a6dddb0424fb19a459cf11eb446,sentry-sample_rate=.5",
            ),
        ),
        continued(
            "a replay with dashes where none belong",
            Baggage::Members(
                "sentry-public_key=5e3f6a6dddb0424fb19a459cf11eb446,sentry-replay_id=7-71a43a4192642f0b136d5159a501700",
            ),
        ),
        continued(
            "a replay that is none",
            Baggage::Members(
                "sentry-public_key=5e3f6a6dddb0424fb19a459cf11eb446,sentry-replay_id=0",
            ),
        ),
        continued(
            "a user that is none",
            Baggage::Members("sentry-public_key=5e3f6a6dddb0424fb19a459cf11eb446,sentry-user=jane"),
        ),
        continued(
            "a key that is none",
            Baggage::Members("sentry-public_key=key,sentry-release=1"),
        ),
    ]
}

fn as_many_as_there_may_be(root: &Span) {
    for number in 0..1000 {
        let name = format!("GET https://stock.test/{number}/{}", "x".repeat(700));
        root.start_child(name).op("work").start().finish();
    }
}

fn a_child(root: &Span) {
    root.start_child("work")
        .op("work")
        .data("rows", 3)
        .start()
        .finish();
}

impl Recipe {
    fn send(&self, relay: SocketAddr, format: Format) -> Sent {
        let dsn = dsn(relay, KEY);
        let transport = HttpTransport::new(&dsn).expect("a DSN");
        let memory = MemorySink::new();
        let sink = (memory.clone(), EnvelopeSink::new(format).to(transport));
        let tracer = tracer((self.options)(Options::new().dsn(&dsn)), sink);
        self.run(&tracer);
        assert!(tracer.flush(PATIENCE), "Relay takes it");
        Sent::Whole(format, memory.take())
    }

    fn run(&self, tracer: &Tracer) {
        let sentry_trace = format!("{TRACE_ID}-1234567890abcdef-1");
        let members = match self.baggage {
            Baggage::Members(members) => Some(format!("sentry-trace_id={TRACE_ID},{members}")),
            Baggage::Head | Baggage::Missing => None,
        };
        let is_head = matches!(self.baggage, Baggage::Head);
        let context = tracer.continue_trace(SingleLines {
            sentry_trace: (!is_head).then_some(sentry_trace.as_bytes()),
            baggage: members.as_deref().map(str::as_bytes),
            traceparent: None,
        });
        let root = context
            .start_span("GET /orders/{id}")
            .op("http.server")
            .source(TransactionSource::Route)
            .start();
        (self.record)(&root);
        root.finish_with_status(SpanStatus::Ok);
    }
}

fn tracer(options: Options, sink: impl Sink) -> Tracer {
    let unless_set = Options::new().release("shop@1.2.0").environment("staging");
    let options = options
        .or(unless_set)
        .server_name("shop-1")
        .traces_sample_rate(1.0)
        .ignore_environment();
    Tracer::new(options.sink(sink)).expect("valid options")
}

fn send_with_client(relay: SocketAddr, format: Format) -> Sent {
    let options = ClientOptions::new()
        .dsn(&dsn(relay, KEY))
        .transport(sentry::transports::DefaultTransportFactory);
    let client = Arc::new(Client::from(options));
    let memory = MemorySink::new();
    let sink = EnvelopeSink::new(format).to(ClientTransport::new(client.clone()));
    let hub = Arc::new(sentry::Hub::new(Some(client.clone()), Arc::default()));
    hub.configure_scope(|scope| {
        scope.set_tag("shop", "north");
        scope.set_extra("basket", 3.into());
        scope.set_user(Some(sentry::User {
            id: Some("7".to_owned()),
            ..sentry::User::default()
        }));
    });
    sentry::Hub::run(hub, || {
        let tracer = tracer(client_options(&client), (memory.clone(), WithScope(sink)));
        let root = tracer
            .start_new_trace()
            .start_span("job")
            .op("task")
            .start();
        a_child(&root);
        root.finish();
        assert!(tracer.flush(PATIENCE), "Relay takes it");
    });
    assert!(client.close(Some(PATIENCE)), "Relay takes it");
    Sent::Whole(format, memory.take())
}

fn send_limited(relay: SocketAddr) -> Sent {
    let dsn = dsn(relay, LIMITED_KEY);
    let sink = EnvelopeSink::new(Format::Transaction).to(HttpTransport::new(&dsn).expect("a DSN"));
    let tracer = tracer(Options::new().dsn(&dsn), sink);
    let mut loss = Loss::default();
    for children in 0..20 {
        let root = tracer.start_new_trace().start_span("job").start();
        (0..children).for_each(|_| a_child(&root));
        root.finish();
        assert!(tracer.flush(PATIENCE), "Relay answers");
        loss = Loss::new(loss.transactions + 1, loss.spans + 1 + children);
    }
    Sent::Limited(loss)
}

fn send_with_gaps(relay: SocketAddr) -> Sent {
    let dsn = dsn(relay, KEY);
    let sink = EnvelopeSink::new(Format::Transaction).to(HttpTransport::new(&dsn).expect("a DSN"));
    let tracer = tracer(Options::new().dsn(&dsn), sink);
    for sampled in [false, true, false] {
        let root = tracer.start_new_trace().start_span("job");
        let root = root.sampled(sampled).start();
        (0..3).for_each(|_| a_child(&root));
        root.discard_transaction();
    }
    assert!(tracer.flush(PATIENCE), "Relay takes the report");
    Sent::LeftOut(vec![
        (LossReason::SampleRate, Loss::new(2, 8)),
        (LossReason::EventProcessor, Loss::new(1, 4)),
        // Of the two cases with more spans than the limit.
        (
            LossReason::BufferOverflow,
            Loss::new(0, 2 * OVER_LIMIT as u64),
        ),
    ])
}
