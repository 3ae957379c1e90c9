//! Misbehaviour on demand, as a client sees it.
#![allow(clippy::unwrap_used)]

mod support;

use sentry_trace_collector::{Behaviour, Collector, Store};
use support::{PATIENCE, get, post, send, transaction};

fn simple() -> Vec<u8> {
    transaction("users", "GET /", "aaaaaaaaaaaaaaaa", None, 0.0, 12.0).envelope()
}

fn counts(collector: &Collector) -> (u64, u64) {
    collector.read(|store| (store.requests_seen(), store.accepted()))
}

#[tokio::test]
async fn a_status_and_headers_are_answered_so_many_times() {
    let collector = Collector::start().await.unwrap();
    let limited = [
        ("Retry-After", "60"),
        ("X-Sentry-Rate-Limits", "60:transaction:key"),
    ];
    collector.behave_next(2, Behaviour::respond(429, &limited).unwrap());
    for _ in 0..2 {
        let answer = post(&collector, &simple()).await;
        assert_eq!(answer.status, 429);
        assert_eq!(answer.header("retry-after"), Some("60"));
        assert_eq!(
            answer.header("x-sentry-rate-limits"),
            Some("60:transaction:key")
        );
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    }
    assert_eq!(post(&collector, &simple()).await.status, 200);
    assert_eq!(counts(&collector), (3, 1));
    collector.shutdown().await;
}

#[tokio::test]
async fn a_success_with_headers_keeps_the_envelope() {
    let collector = Collector::start().await.unwrap();
    collector.behave_next(
        2,
        Behaviour::respond(202, &[("X-Sentry-Rate-Limits", "1::organization")]).unwrap(),
    );
    let answer = post(&collector, &simple()).await;
    assert_eq!(
        (answer.status, answer.header("x-sentry-rate-limits")),
        (202, Some("1::organization"))
    );
    assert_eq!(post(&collector, b"nothing").await.status, 400);
    assert_eq!(counts(&collector), (2, 1));
    collector.shutdown().await;
}

#[tokio::test]
async fn a_lasting_behaviour_ends_when_it_is_set_anew_and_spares_the_page() {
    let collector = Collector::start().await.unwrap();
    collector.set_behaviour(Behaviour::respond(500, &[]).unwrap());
    for _ in 0..3 {
        assert_eq!(post(&collector, &simple()).await.status, 500);
    }
    assert_eq!(get(&collector, "/api/traces").await.status, 200);
    collector.set_behaviour(Behaviour::Normal);
    assert_eq!(post(&collector, &simple()).await.status, 200);
    assert_eq!(counts(&collector), (4, 1));
    collector.shutdown().await;
}

#[tokio::test]
async fn a_request_hangs_until_it_is_released() {
    let collector = Collector::start().await.unwrap();
    collector.behave_next(1, Behaviour::Hang);
    let sender = collector.clone();
    let hanging = tokio::spawn(async move { post(&sender, &simple()).await });
    let hangs = |store: &Store| (store.hanging() == 1).then_some(());
    collector.wait_until(PATIENCE, hangs).await.unwrap();
    assert!(!hanging.is_finished());
    assert_eq!(post(&collector, &simple()).await.status, 200);

    collector.release();
    assert_eq!(hanging.await.unwrap().status, 200);
    assert_eq!(collector.read(Store::hanging), 0);
    assert_eq!(counts(&collector), (2, 2));
    collector.shutdown().await;
}

#[tokio::test]
async fn a_client_that_gives_up_no_longer_hangs() {
    let collector = Collector::start().await.unwrap();
    collector.set_behaviour(Behaviour::Hang);
    let sender = collector.clone();
    let hanging = tokio::spawn(async move { post(&sender, &simple()).await });
    collector
        .wait_until(PATIENCE, |store| (store.hanging() == 1).then_some(()))
        .await
        .unwrap();
    hanging.abort();
    collector
        .wait_until(PATIENCE, |store| (store.hanging() == 0).then_some(()))
        .await
        .unwrap();
    assert_eq!(counts(&collector), (1, 0));
    collector.shutdown().await;
}

#[tokio::test]
async fn shutdown_ends_what_hangs() {
    let collector = Collector::start().await.unwrap();
    collector.set_behaviour(Behaviour::Hang);
    let address = collector.address();
    let hanging =
        tokio::spawn(
            async move { send(address, "POST", "/api/1/envelope/", &[], &simple()).await },
        );
    collector
        .wait_until(PATIENCE, |store| (store.hanging() == 1).then_some(()))
        .await
        .unwrap();
    collector.shutdown().await;
    assert!(!matches!(hanging.await.unwrap(), Ok(Some(_))));
    assert_eq!(collector.read(Store::hanging), 0);
}

#[tokio::test]
async fn a_connection_is_cut_after_the_request() {
    let collector = Collector::start().await.unwrap();
    collector.behave_next(1, Behaviour::CutAfterRead);
    let cut = send(
        collector.address(),
        "POST",
        "/api/1/envelope/",
        &[],
        &simple(),
    )
    .await;
    assert!(!matches!(cut, Ok(Some(_))), "{cut:?}");
    assert_eq!(post(&collector, &simple()).await.status, 200);
    assert_eq!(counts(&collector), (2, 1));
    collector.shutdown().await;
}

#[tokio::test]
async fn a_connection_is_cut_inside_the_answer() {
    let collector = Collector::start().await.unwrap();
    collector.behave_next(1, Behaviour::CutMidResponse);
    let answer = post(&collector, &simple()).await;
    assert_eq!(answer.status, 200);
    assert!(!answer.is_whole() && !answer.body.is_empty(), "{answer:?}");
    assert!(post(&collector, &simple()).await.is_whole());
    assert_eq!(counts(&collector), (2, 2));
    collector.shutdown().await;
}
