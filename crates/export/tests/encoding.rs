//! What an envelope looks like (rule R13), read back by a parser that is not ours.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use sentry_trace_collector::envelope::Envelope as Parsed;
use sentry_trace_export::envelope::{Envelope, Format};
use sentry_trace_runtime::clock::Timestamp;
use sentry_trace_runtime::core::continuation::Incoming;
use sentry_trace_runtime::core::sentry_trace::SentryTrace;
use sentry_trace_runtime::core::status::SpanStatus;
use sentry_trace_runtime::sink::Loss;
use sentry_trace_runtime::testing::{MemorySink, SeededEntropy, StoppedClock};
use sentry_trace_runtime::transaction::TransactionSource;
use sentry_trace_runtime::{Link, Options, Tracer, Transaction, Value};
use serde_json::{Value as Json, json};
use support::{only, transaction};

const START: u64 = 1_700_000_000_000_001;

fn parsed(transaction: Transaction, format: Format) -> Parsed {
    let bytes = only(transaction, format).to_bytes(Timestamp::from_micros(START));
    Parsed::parse(&bytes).unwrap()
}

fn event(transaction: Transaction) -> Json {
    parsed(transaction, Format::Transaction).items[0]
        .json()
        .unwrap()
}

struct Service {
    tracer: Tracer,
    sink: MemorySink,
    clock: StoppedClock,
}

fn service(options: Options) -> Service {
    let (sink, clock) = (
        MemorySink::new(),
        StoppedClock::at(Timestamp::from_micros(START)),
    );
    let options = options
        .traces_sample_rate(1.0)
        .inline_sink(sink.clone())
        .clock(clock.clone())
        .entropy(SeededEntropy::new(7));
    Service {
        tracer: Tracer::new(options).unwrap(),
        sink,
        clock,
    }
}

#[test]
fn a_transaction_has_every_part_in_its_place() {
    let service = service(
        Options::new()
            .dsn("https://key@o42.example/7")
            .release("shop@1.2.0")
            .environment("staging")
            .server_name("shop-1"),
    );
    let root = service
        .tracer
        .start_new_trace()
        .start_span("GET /users/{id}")
        .op("http.server")
        .source(TransactionSource::Route)
        .data("http.request.method", "GET")
        .start();
    service.clock.advance(Duration::from_micros(1));
    let child = root.start_child("load \"user\"\n").op("db").start();
    child.set_data("rows", 3);
    child.set_data("share", 0.25);
    child.set_data("nothing", f64::NAN);
    child.set_data("cached", false);
    service.clock.advance(Duration::from_micros(2008));
    child.finish_with_status(SpanStatus::NotFound);
    root.set_status(SpanStatus::Ok);
    let (trace_id, root_id) = (root.trace_id().unwrap(), root.span_id().unwrap());
    root.finish();

    let transaction = service.sink.take().remove(0);
    let (event_id, child_id) = (
        transaction.event_id.to_string(),
        transaction.spans[0].span_id,
    );
    let bytes = only(transaction, Format::Transaction).to_bytes(Timestamp::from_micros(START));
    let text = String::from_utf8(bytes).unwrap();
    // Exactly six decimals, zeros at the end too.
    assert!(text.contains(r#""start_timestamp":1700000000.000001,"timestamp":1700000000.002010"#));
    assert!(text.contains(r#""start_timestamp":1700000000.000002,"timestamp":1700000000.002010"#));

    let envelope = Parsed::parse(text.as_bytes()).unwrap();
    assert_eq!(envelope.header["event_id"], json!(event_id));
    assert_eq!(
        envelope.header["sent_at"],
        json!("2023-11-14T22:13:20.000001Z")
    );
    assert_eq!(envelope.header["dsn"], json!("https://key@o42.example/7"));
    assert_eq!(envelope.header["sdk"]["name"], json!("sentry-trace"));
    assert_eq!(envelope.items.len(), 1);
    assert_eq!(envelope.items[0].item_type(), "transaction");

    let mut event = envelope.items[0].json().unwrap();
    for name in ["start_timestamp", "timestamp"] {
        event.as_object_mut().unwrap().remove(name).unwrap();
        let span = event["spans"][0].as_object_mut().unwrap();
        span.remove(name).unwrap();
    }
    assert_eq!(
        event,
        json!({
            "type": "transaction",
            "event_id": event_id,
            "transaction": "GET /users/{id}",
            "transaction_info": { "source": "route" },
            "platform": "native",
            "release": "shop@1.2.0",
            "environment": "staging",
            "server_name": "shop-1",
            "sdk": { "name": "sentry-trace", "version": env!("CARGO_PKG_VERSION") },
            "request": { "method": "GET" },
            "contexts": { "trace": {
                "trace_id": trace_id.to_string(),
                "span_id": root_id.to_string(),
                "op": "http.server",
                "status": "ok",
                "origin": "manual",
                "data": { "http.request.method": "GET" },
            }},
            "spans": [{
                "trace_id": trace_id.to_string(),
                "span_id": child_id.to_string(),
                "parent_span_id": root_id.to_string(),
                "op": "db",
                "status": "not_found",
                "origin": "manual",
                "description": "load \"user\"\n",
                "data": { "rows": 3, "share": 0.25, "nothing": "NaN", "cached": false },
            }],
        })
    );
}

#[test]
fn the_trace_header_has_every_member_as_received() {
    let service = service(Options::new());
    let baggage = b"sentry-trace_id=771a43a4192642f0b136d5159a501700,vendor=x,\
        sentry-zzz=a%20b%2Cc%22%0A,sentry-sample_rand=0.500000,sentry-bad=%FF,sentry-sampled=true,\
        sentry-raw=\xff,sentry-sample_rate=1.000,sentry-unknown=%E2%82%AC;prop=1,sentry-plus=a+b";
    let context = service.tracer.continue_trace(Incoming {
        sentry_trace: [&b"771a43a4192642f0b136d5159a501700-1234567890abcdef-1"[..]],
        baggage: [&baggage[..]],
        traceparent: [],
    });
    context.start_span("work").start().finish();

    let envelope = parsed(service.sink.take().remove(0), Format::Transaction);
    let members = "{\"trace_id\":\"771a43a4192642f0b136d5159a501700\",\"zzz\":\"a b,c\\\"\\n\",\
        \"sample_rand\":\"0.500000\",\"sampled\":\"true\",\"sample_rate\":\"1.000\",\"unknown\":\"\u{20ac}\",\"plus\":\"a+b\"}";
    assert!(
        envelope
            .header_line
            .ends_with(&format!("\"trace\":{members}}}")),
        "{}",
        envelope.header_line
    );
    let trace = &envelope.items[0].json().unwrap()["contexts"]["trace"];
    assert_eq!(trace["parent_span_id"], json!("1234567890abcdef"));
}

#[test]
fn a_context_longer_than_a_header_is_written_whole() {
    let long = "x".repeat(8000);
    let context = format!("sentry-a={long},sentry-b={long},sentry-c=1");
    assert_eq!(trace_of(context), json!({ "a": long, "b": long, "c": "1" }));
}

#[test]
fn a_member_longer_than_a_header_is_written_whole() {
    // Percent-encoded, the name has 9000 bytes.
    let (release, name) = ("r".repeat(9000), "\u{e9}".repeat(1500));
    let service = service(Options::new().release(release.clone()));
    let context = service.tracer.start_new_trace();
    context.start_span(name.clone()).start().finish();
    let envelope = parsed(service.sink.take().remove(0), Format::Transaction);
    assert_eq!(envelope.header["trace"]["release"], json!(release));
    assert_eq!(envelope.header["trace"]["transaction"], json!(name));

    let long = "x".repeat(70_000);
    let context = format!("sentry-{long}={long},sentry-c=1");
    let expected = Json::from_iter([(&*long, &*long), ("c", "1")]);
    assert_eq!(trace_of(context), expected);
}

#[test]
fn of_a_context_made_by_hand_what_is_no_member_is_left_out() {
    let context = "vendor=1,sentry-a=1,sentry-,sentry-b,sentry-=1,sentry-c=,sentry-d=%,sentry-e=%4,\
        sentry-f=%zz,sentry-g=%+1,sentry-h=%C3,,sentry-i=%C3%a9=\u{e9}+,Sentry-j=1";
    assert_eq!(
        trace_of(context.to_owned()),
        json!({ "a": "1", "i": "\u{e9}=\u{e9}+" })
    );
    assert_eq!(trace_of(String::new()), json!({}));
}

/// The header's member `trace` of a transaction with this context.
fn trace_of(context: String) -> Json {
    let mut transaction = transaction("work", 0);
    transaction.dsc = Some(context.into());
    parsed(transaction, Format::Transaction).header["trace"].clone()
}

#[test]
fn an_empty_context_leaves_the_trace_header_out() {
    let service = service(Options::new());
    let context = service.tracer.continue_trace(Incoming {
        sentry_trace: [&b"771a43a4192642f0b136d5159a501700-1234567890abcdef-1"[..]],
        baggage: [],
        traceparent: [],
    });
    context.start_span("work").start().finish();
    let envelope = parsed(service.sink.take().remove(0), Format::Transaction);
    assert!(envelope.header.get("trace").is_none());
}

const PRODUCER: &str = "771a43a4192642f0b136d5159a501700-1234567890abcdef-0";

/// A link to the producer with these further members.
fn to_producer(more: Json) -> Json {
    let mut link = more;
    link["trace_id"] = json!(PRODUCER[..32]);
    link["span_id"] = json!(PRODUCER[33..49]);
    link
}

/// Of a root with two links and a child with one: what each format says.
fn links(format: Format) -> [Json; 2] {
    let service = service(Options::new());
    let producer = SentryTrace::parse(PRODUCER.as_bytes()).unwrap();
    let link = Link::to_sender(producer).unwrap();
    let typed = link.clone().data("sentry.link.type", "previous_trace");
    let typed = typed.data("retries", 2).data("share", 0.5);
    let unknown = Link::new(link.trace_id, link.span_id);
    let root = service.tracer.start_new_trace().start_span("work");
    let root = root.link(typed).link(unknown).start();
    root.start_child("linked").link(link).start().finish();
    root.start_child("plain").start().finish();
    root.finish();
    let json = parsed(service.sink.take().remove(0), format).items[0]
        .json()
        .unwrap();
    let (root, child, plain) = match format {
        Format::SpanStream => (&json["items"][0], &json["items"][1], &json["items"][2]),
        _ => (
            &json["contexts"]["trace"],
            &json["spans"][0],
            &json["spans"][1],
        ),
    };
    assert!(plain["span_id"].is_string() && plain.get("links").is_none());
    [root["links"].clone(), child["links"].clone()]
}

#[test]
fn spans_have_their_links_and_those_of_a_stream_say_the_types() {
    let plain = json!({ "sentry.link.type": "previous_trace", "retries": 2, "share": 0.5 });
    let typed = json!({
        "sentry.link.type": { "type": "string", "value": "previous_trace" },
        "retries": { "type": "integer", "value": 2 },
        "share": { "type": "double", "value": 0.5 },
    });
    for (format, attributes) in [(Format::Transaction, plain), (Format::SpanStream, typed)] {
        let [root, child] = links(format);
        let first = to_producer(json!({ "sampled": false, "attributes": attributes }));
        assert_eq!(root, json!([first, to_producer(json!({}))]));
        assert_eq!(child, json!([to_producer(json!({ "sampled": false }))]));
    }
}

#[test]
fn dropped_spans_are_reported() {
    let service = service(Options::new().max_spans(2));
    let root = service.tracer.start_new_trace().start_span("work").start();
    for _ in 0..5 {
        root.start_child("step").start().finish();
    }
    root.finish();
    let event = event(service.sink.take().remove(0));
    assert_eq!(event["spans"].as_array().unwrap().len(), 2);
    assert_eq!(event["_meta"], json!({ "spans": { "": { "len": 5 } } }));
}

#[test]
fn without_dropped_spans_nothing_is_said_of_them() {
    assert!(event(transaction("work", 3)).get("_meta").is_none());
}

#[test]
fn the_longest_data_goes_first() {
    let mut transaction = transaction("work", 3);
    let most = Format::Transaction.max_bytes(&transaction);
    let long = "\u{e4}\"".repeat(most / 3);
    transaction.spans[1].data.set("long", long);
    transaction.spans[1].data.set("short", "kept");
    transaction.root.data.set("middle", "m".repeat(1000));
    let bytes = only(transaction, Format::Transaction).to_bytes(Timestamp::default());
    assert!(bytes.len() < most);
    let event = Parsed::parse(&bytes).unwrap().items[0].json().unwrap();
    assert_eq!(
        event["spans"][1]["data"],
        json!({ "long": "[truncated]", "short": "kept" })
    );
    assert_eq!(
        event["contexts"]["trace"]["data"]["middle"],
        json!("m".repeat(1000))
    );
}

#[test]
fn the_data_of_links_counts_as_that_of_spans() {
    let mut transaction = transaction("work", 1);
    let most = Format::Transaction.max_bytes(&transaction);
    let link = Link::new(transaction.trace_id, transaction.root.span_id);
    let long = link.data("long", "l".repeat(most));
    transaction.spans[0].links.add(long.data("short", "kept"));
    transaction.spans[0].data.set("middle", "m".repeat(1000));
    let event = event(transaction);
    assert_eq!(
        event["spans"][0]["links"][0]["attributes"],
        json!({ "long": "[truncated]", "short": "kept" })
    );
    let middle = &event["spans"][0]["data"]["middle"];
    assert_eq!(*middle, json!("m".repeat(1000)));
}

#[test]
fn links_go_last_the_most_of_them_first() {
    let mut transaction = transaction("work", 1000);
    let link = Link::new(transaction.trace_id, transaction.root.span_id);
    for (number, span) in transaction.spans.iter_mut().enumerate() {
        let links = if number == 0 { 1 } else { 128 };
        (0..links).for_each(|_| span.links.add(link.clone()));
    }
    let most = Format::Transaction.max_bytes(&transaction);
    let bytes = only(transaction, Format::Transaction).to_bytes(Timestamp::default());
    assert!(bytes.len() < most, "{}", bytes.len());
    let event = Parsed::parse(&bytes).unwrap().items[0].json().unwrap();
    let spans = event["spans"].as_array().unwrap();
    assert_eq!(spans.len(), 1000);
    let kept = |span: usize| spans[span]["links"].as_array().map(Vec::len);
    assert_eq!((kept(0), kept(1), kept(999)), (Some(1), None, Some(128)));
}

#[test]
fn the_structure_is_never_lost() {
    let mut transaction = transaction("work", 1000);
    let ids: Vec<_> = transaction
        .spans
        .iter()
        .map(|span| span.span_id.to_string())
        .collect();
    for span in &mut transaction.spans {
        span.name = "\u{20ac}".repeat(1000).into();
        for number in 0..100 {
            span.data
                .set(format!("number {number}"), Value::Integer(i64::MIN));
        }
    }
    transaction.root.data.set("root", true);
    let most = Format::Transaction.max_bytes(&transaction);
    let bytes = only(transaction, Format::Transaction).to_bytes(Timestamp::default());
    assert!(bytes.len() < most, "{}", bytes.len());
    let event = Parsed::parse(&bytes).unwrap().items[0].json().unwrap();
    let spans = event["spans"].as_array().unwrap();
    let kept: Vec<_> = spans
        .iter()
        .map(|span| span["span_id"].as_str().unwrap())
        .collect();
    assert_eq!(kept, ids);
    assert_eq!(
        spans[0]["description"],
        json!(format!("{}[truncated]", "\u{20ac}".repeat(66)))
    );
}

#[test]
fn as_much_goes_out_as_sentry_keeps() {
    let mut transaction = transaction("work", 1000);
    for span in &mut transaction.spans {
        span.name = "n".repeat(700).into();
    }
    let bytes = only(transaction.clone(), Format::Transaction).to_bytes(Timestamp::default());
    let most = Format::Transaction.max_bytes(&transaction);
    assert!(
        (most - 500..most + 500).contains(&bytes.len()),
        "{}",
        bytes.len()
    );

    let envelopes = Envelope::write(transaction, Format::SpanStream);
    let bytes = envelopes[0].to_bytes(Timestamp::default());
    let spans = Parsed::parse(&bytes).unwrap().items[0].json().unwrap();
    let names = spans["items"].as_array().unwrap()[1..].iter();
    assert!(names.clone().count() == 999);
    assert!(
        names
            .clone()
            .all(|span| span["name"] == json!("n".repeat(700)))
    );
}

#[test]
fn of_more_spans_than_sentry_keeps_none_loses_its_data_for_that() {
    let mut transaction = transaction("work", 2000);
    for span in &mut transaction.spans {
        span.data.set("rows", 3);
    }
    let event = event(transaction);
    let spans = event["spans"].as_array().unwrap();
    assert!(spans.iter().all(|span| span["data"]["rows"] == json!(3)));
}

#[test]
fn the_longest_names_are_cut_first() {
    let mut transaction = transaction("work", 3);
    let half = Format::Transaction.max_bytes(&transaction) / 2;
    for (span, len) in transaction.spans.iter_mut().zip([1000, 2 * half, half]) {
        span.name = "n".repeat(len).into();
    }
    let event = event(transaction);
    let lens = [0, 1, 2].map(|span| event["spans"][span]["description"].as_str().unwrap().len());
    assert_eq!(lens, [1000, 211, half]);
}

#[test]
fn a_streamed_span_has_failed_unless_it_is_ok_or_was_given_up() {
    for (status, expected) in [
        (None, ("ok", None)),
        (Some(SpanStatus::Ok), ("ok", None)),
        (Some(SpanStatus::Cancelled), ("ok", Some("cancelled"))),
        (Some(SpanStatus::NotFound), ("error", Some("not_found"))),
    ] {
        let mut transaction = transaction("work", 0);
        transaction.root.status = status;
        let envelopes = Envelope::write(transaction, Format::SpanStream);
        let envelope = Parsed::parse(&envelopes[0].to_bytes(Timestamp::default())).unwrap();
        let span = &envelope.items[0].json().unwrap()["items"][0];
        let message = &span["attributes"]["sentry.status.message"]["value"];
        let got = (span["status"].as_str().unwrap(), message.as_str());
        assert_eq!(got, expected);
    }
}

#[test]
fn a_stream_has_up_to_a_thousand_spans_per_envelope() {
    let mut transaction = transaction("work", 1000);
    transaction.dropped_spans = 4;
    transaction.spans[0].data.set("rows", 3);
    transaction.spans[0].data.set("share", 0.5);
    transaction.root.status = Some(SpanStatus::NotFound);
    let (root, child) = (transaction.root.clone(), transaction.spans[0].clone());
    let envelopes = Envelope::write(transaction, Format::SpanStream);
    assert_eq!(envelopes.len(), 2);
    let mut first_item = None;
    for (envelope, count) in envelopes.iter().zip([1000, 1]) {
        assert_eq!(envelope.contents(), Loss::new(0, count));
        let envelope = Parsed::parse(&envelope.to_bytes(Timestamp::default())).unwrap();
        assert!(envelope.header.get("event_id").is_none());
        assert!(envelope.header.get("trace").is_some());
        let [item] = &envelope.items[..] else {
            panic!("{} items", envelope.items.len());
        };
        assert_eq!(item.item_type(), "span");
        assert_eq!(
            item.content_type(),
            Some("application/vnd.sentry.items.span.v2+json")
        );
        assert_eq!(item.header["item_count"], json!(count));
        let json = item.json().unwrap();
        assert_eq!(json["items"].as_array().unwrap().len() as u64, count);
        first_item.get_or_insert(json);
    }
    let items = first_item.unwrap();
    let (first, second) = (&items["items"][0], &items["items"][1]);
    assert_eq!(first["span_id"], json!(root.span_id.to_string()));
    assert_eq!(
        (&first["is_segment"], &first["status"]),
        (&json!(true), &json!("error"))
    );
    assert_eq!(
        first["attributes"]["sentry.dropped_spans_count"],
        json!({ "type": "integer", "value": 4 })
    );
    assert_eq!(second["parent_span_id"], json!(root.span_id.to_string()));
    assert_eq!(
        (&second["is_segment"], &second["status"]),
        (&json!(false), &json!("ok"))
    );
    assert_eq!(second["name"], json!("child 0"));
    assert_eq!(
        second["attributes"]["rows"],
        json!({ "type": "integer", "value": 3 })
    );
    assert_eq!(
        second["attributes"]["share"],
        json!({ "type": "double", "value": 0.5 })
    );
    assert_eq!(
        second["attributes"]["sentry.segment.id"],
        json!({ "type": "string", "value": root.span_id.to_string() })
    );
    assert_eq!(second["span_id"], json!(child.span_id.to_string()));
}

#[test]
fn a_stream_says_that_it_is_one_and_where_the_name_of_its_segment_is_from() {
    let service = service(Options::new());
    let root = service.tracer.start_new_trace().start_span("GET /{id}");
    let root = root.source(TransactionSource::Route).start();
    root.start_child("work").start().finish();
    root.finish();
    let item = parsed(service.sink.take().remove(0), Format::SpanStream)
        .items
        .remove(0);
    let payload = item.json().unwrap();
    assert_eq!(payload["version"], json!(2));
    let attribute = |span: usize, name| payload["items"][span]["attributes"][name]["value"].clone();
    for span in [0, 1] {
        assert_eq!(attribute(span, "sentry.trace_lifecycle"), json!("stream"));
    }
    let source = |span| attribute(span, "sentry.segment.name.source");
    assert_eq!((source(0), source(1)), (json!("route"), Json::Null));
}

#[test]
fn what_a_streamed_span_says_of_itself_goes_before_what_all_say() {
    let service = service(Options::new().server_name("web-7"));
    let root = service.tracer.start_new_trace().start_span("GET /").start();
    let client = root.start_child("GET https://stock.test/");
    client.data("server.address", "stock.test").start().finish();
    root.finish();
    let transaction = service.sink.take().remove(0);
    let item = parsed(transaction, Format::SpanStream).items.remove(0);
    let json = item.json().unwrap();
    let address =
        |span: usize| json["items"][span]["attributes"]["server.address"]["value"].clone();
    assert_eq!(
        (address(0), address(1)),
        (json!("web-7"), json!("stock.test"))
    );
    // A parser may take either of two.
    let text = String::from_utf8(item.payload).unwrap();
    assert_eq!(text.matches("server.address").count(), 2, "{text}");
}
