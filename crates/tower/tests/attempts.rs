//! A request that comes back with our headers and is sent again (rule R8).

use std::convert::Infallible;
use std::sync::Mutex;

use futures_util::future::ready;
use http::header::HeaderValue;
use http::{HeaderMap, Request, Response};
use sentry_trace_runtime::core::targets::Target;
use sentry_trace_runtime::{Options, TraceFutureExt, Tracer};
use sentry_trace_tower::{ClientLayer, Propagation};

const TRACEPARENT: &str = "00-771a43a4192642f0b136d5159a501700-1234567890abcdef-01";

fn tracer() -> Tracer {
    let options = Options::new().ignore_environment().traces_sample_rate(1.0);
    let targets = [Target::host("home.test")];
    let options = options.propagate_traceparent(true);
    Tracer::new(options.trace_propagation_targets(targets)).expect("valid options")
}

fn request() -> Request<()> {
    let mut secret = HeaderValue::from_static("c=3");
    secret.set_sensitive(true);
    let request = Request::get("http://home.test/")
        .header("baggage", "a=1, b=2")
        .header("baggage", secret);
    request.body(()).expect("a request")
}

/// Sends a request twice within one span, the second time as it came back from the first and was changed then. Gives
/// the headers of both.
async fn twice(request: Request<()>, change: impl FnOnce(&mut Request<()>)) -> [HeaderMap; 2] {
    let tracer = tracer();
    let layer = ClientLayer::new().tracer(tracer.clone());
    let given_back = Mutex::new(None);
    let send = async |request| {
        let keep = |request: Request<()>| {
            let headers = request.headers().clone();
            *given_back.lock().expect("no panic") = Some(request);
            ready(Ok::<_, Infallible>(Response::new(headers)))
        };
        let Ok(response) = layer.send(request, keep).await;
        response.into_body().into_inner()
    };
    let attempts = async {
        let first = send(request).await;
        let again = given_back.lock().expect("no panic").take();
        let mut again = again.expect("it came back");
        change(&mut again);
        [first, send(again).await]
    };
    let root = tracer.start_new_trace().start_span("root").start();
    attempts.in_trace_span(root).await
}

/// Signs our headers with the others.
fn sign(request: &mut Request<()>) {
    let signature = "AWS4-HMAC-SHA256 Credential=x, SignedHeaders=baggage;host;sentry-trace;traceparent, Signature=y";
    let signature = HeaderValue::from_static(signature);
    request.headers_mut().insert("authorization", signature);
}

fn texts<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a str> {
    let values = headers.get_all(name).iter();
    values.map(|value| value.to_str().expect("ASCII")).collect()
}

#[tokio::test]
async fn our_headers_are_replaced() {
    let [first, second] = twice(request(), |_| ()).await;
    for name in ["sentry-trace", "traceparent"] {
        let [first, second] = [texts(&first, name), texts(&second, name)];
        assert_eq!([first.len(), second.len()], [1, 1], "{name}");
        assert_ne!(first, second, "each attempt is a span of its own");
    }
    assert_eq!(texts(&first, "baggage"), texts(&second, "baggage"));
    let baggage = texts(&second, "baggage")[0];
    assert!(baggage.starts_with("a=1, b=2,c=3,sentry-"), "{baggage}");
}

#[tokio::test]
async fn our_headers_do_not_travel() {
    let away = |request: &mut Request<()>| {
        *request.uri_mut() = "http://away.test/".parse().expect("a URI");
    };
    let opt_out = |request: &mut Request<()>| {
        request.extensions_mut().insert(Propagation::NotTraced);
    };
    let changes: [fn(&mut Request<()>); 2] = [away, opt_out];
    for change in changes {
        let [first, second] = twice(request(), change).await;
        assert!(first.contains_key("sentry-trace"));
        assert_eq!(second, *request().headers());
        let is_sensitive = second
            .get_all("baggage")
            .iter()
            .map(HeaderValue::is_sensitive);
        assert_eq!(is_sensitive.collect::<Vec<_>>(), [false, true]);
    }
}

#[tokio::test]
async fn a_layer_without_a_tracer_leaves_the_headers_of_another() {
    let tracer = tracer();
    let outer = ClientLayer::new().tracer(tracer.clone());
    let send = async {
        let answer = |request: Request<()>| ready(Ok(Response::new(request.headers().clone())));
        let inner = |request| ClientLayer::new().send(request, answer);
        let Ok::<_, Infallible>(response) = outer.send(request(), inner).await;
        response.into_body().into_inner().into_inner()
    };
    let root = tracer.start_new_trace().start_span("root").start();
    let headers = send.in_trace_span(root).await;
    assert_eq!(texts(&headers, "sentry-trace").len(), 1);
}

#[tokio::test]
async fn what_is_the_callers_stays() {
    let mut with_traceparent = request();
    let theirs = HeaderValue::from_static(TRACEPARENT);
    with_traceparent.headers_mut().insert("traceparent", theirs);
    for headers in twice(with_traceparent, |_| ()).await {
        assert_eq!(texts(&headers, "traceparent"), [TRACEPARENT]);
    }

    let mut hand_made = request();
    let mine = HeaderValue::from_static("mine");
    hand_made.headers_mut().insert("sentry-trace", mine.clone());
    let expected = hand_made.headers().clone();
    let sent = twice(hand_made, |_| ()).await;
    assert_eq!(sent, [expected.clone(), expected]);

    let [_, second] = twice(request(), |request| {
        request.headers_mut().insert("sentry-trace", mine);
        request
            .headers_mut()
            .insert("baggage", HeaderValue::from_static("x=1"));
    })
    .await;
    assert_eq!(texts(&second, "sentry-trace"), ["mine"]);
    assert_eq!(texts(&second, "baggage"), ["x=1"]);
}

#[tokio::test]
async fn what_the_caller_adds_between_stays() {
    let [_, second] = twice(request(), |request| {
        request
            .headers_mut()
            .append("baggage", HeaderValue::from_static("added=1"));
    })
    .await;
    let all = texts(&second, "baggage").join(",");
    assert!(all.contains("added=1"), "{all}");
}

#[tokio::test]
async fn what_the_caller_sets_as_traceparent_between_stays() {
    let [_, second] = twice(request(), |request| {
        request
            .headers_mut()
            .insert("traceparent", HeaderValue::from_static(TRACEPARENT));
    })
    .await;
    assert_eq!(texts(&second, "traceparent"), [TRACEPARENT]);
}

#[tokio::test]
async fn what_was_signed_since_stays() {
    let seen = Mutex::new(None);
    let [_, second] = twice(request(), |request| {
        sign(request);
        *seen.lock().expect("no panic") = Some(request.headers().clone());
    })
    .await;
    let signed = seen.lock().expect("no panic").take().expect("it was sent");
    assert_eq!(second, signed);
}

#[tokio::test]
async fn what_a_layer_between_two_has_signed_stays() {
    let tracer = tracer();
    let layer = ClientLayer::new().tracer(tracer.clone());
    let signed = Mutex::new(None);
    let send = async {
        let answer = |request: Request<()>| ready(Ok(Response::new(request.headers().clone())));
        let inner = |mut request: Request<()>| {
            sign(&mut request);
            *signed.lock().expect("no panic") = Some(request.headers().clone());
            layer.send(request, answer)
        };
        let Ok::<_, Infallible>(response) = layer.send(request(), inner).await;
        response.into_body().into_inner().into_inner()
    };
    let root = tracer.start_new_trace().start_span("root").start();
    let headers = send.in_trace_span(root).await;
    let signed = signed
        .lock()
        .expect("no panic")
        .take()
        .expect("it was sent");
    assert_eq!(headers, signed);
}
