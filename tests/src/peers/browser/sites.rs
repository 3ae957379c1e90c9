//! The services that serve the pages, and the one of another origin that they call.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::map_request;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use futures_util::StreamExt;
use sentry_trace::axum::{
    ALLOWED_REQUEST_HEADERS, ALLOWED_REQUEST_HEADERS_WITH_TRACEPARENT, InjectMetaLayer,
    ServerTimingLayer, TraceLayer, TraceMeta,
};
use sentry_trace::export::envelope::Format;
use sentry_trace::export::http::HttpTransport;
use sentry_trace::export::transport::EnvelopeSink;
use sentry_trace::{Options, Tracer};
use tokio::net::TcpListener;
use tower_http::cors::{Any, CorsLayer};

use super::page_case::{PageCase, SiteName};
use crate::browser::page::{Settings, html};

/// A release that has to be escaped wherever it goes.
pub(super) const RELEASE: &str = "shop's \"<b>\" \\ Grüße 🦀 & co";
/// What one template names instead of its own trace.
pub(super) const HAND_MADE_TRACE: &str = "771a43a4192642f0b136d5159a501700";
pub(super) const HAND_MADE_SPAN: &str = "1234567890abcdef";

/// Everything that is up.
pub(super) struct Sites {
    sites: Vec<Site>,
}

/// A service.
struct Site {
    name: SiteName,
    url: String,
    tracer: Option<Tracer>,
    log: Log,
}

/// What a service saw and was told.
#[derive(Clone, Default)]
struct Log {
    seen: Arc<Mutex<Vec<Seen>>>,
    notes: Arc<Mutex<Vec<String>>>,
}

/// A request that a service received.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) method: String,
    pub(super) path: String,
    headers: HeaderMap,
}

impl Seen {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Sites {
    pub(super) async fn start(
        dsn: &str,
        cases: &[&PageCase],
        script: String,
    ) -> Result<Self, String> {
        let api = Site::start(SiteName::Api, dsn, Some(1.0), api()).await?;
        let script = Bytes::from(script);
        let mut sites = Vec::new();
        for (name, rate) in [
            (SiteName::Sampled, Some(1.0)),
            (SiteName::Unsampled, Some(0.0)),
            (SiteName::Deferred, None),
        ] {
            let shop = Shop::new(dsn, cases, &api.url);
            let routes = shop_routes(Arc::new(shop)).merge(script_route(script.clone()));
            sites.push(Site::start(name, dsn, rate, routes).await?);
        }
        let cache = cache(&sites[0].url).merge(script_route(script));
        sites.push(Site::start_untraced(SiteName::Cache, cache).await?);
        sites.push(api);
        Ok(Self { sites })
    }

    pub(super) fn url(&self, name: SiteName) -> String {
        self.site(name)
            .map(|site| site.url.clone())
            .unwrap_or_default()
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.sites
            .iter()
            .flat_map(|site| lock(&site.log.seen).clone())
            .collect()
    }

    /// What a service's diagnostics were told of an origin.
    pub(super) fn notes(&self, name: SiteName, origin: &str) -> Vec<String> {
        let Some(site) = self.site(name) else {
            return Vec::new();
        };
        let notes = lock(&site.log.notes);
        notes
            .iter()
            .filter(|note| note.contains(origin))
            .cloned()
            .collect()
    }

    pub(super) async fn flush(&self, timeout: Duration) {
        for tracer in self.sites.iter().filter_map(|site| site.tracer.clone()) {
            _ = tokio::task::spawn_blocking(move || tracer.flush(timeout)).await;
        }
    }

    fn site(&self, name: SiteName) -> Option<&Site> {
        self.sites.iter().find(|site| site.name == name)
    }
}

impl Site {
    async fn start(
        name: SiteName,
        dsn: &str,
        rate: Option<f64>,
        routes: Router,
    ) -> Result<Self, String> {
        let log = Log::default();
        let sink = HttpTransport::new(dsn).map_err(|error| error.to_string())?;
        let notes = log.notes.clone();
        let options = Options::new()
            .ignore_environment()
            .dsn(dsn)
            .release(RELEASE)
            .server_name(format!("{name:?}"))
            .sink(EnvelopeSink::new(Format::Transaction).to(sink))
            .on_diagnostic(move |diagnostic| lock(&notes).push(diagnostic.to_string()));
        let options = match rate {
            Some(rate) => options.traces_sample_rate(rate),
            None => options,
        };
        let tracer = Tracer::new(options).map_err(|error| error.to_string())?;
        let routes = routes.layer(TraceLayer::new().tracer(tracer.clone()));
        let url = serve(routes, &log).await?;
        Ok(Self {
            name,
            url,
            tracer: Some(tracer),
            log,
        })
    }

    async fn start_untraced(name: SiteName, routes: Router) -> Result<Self, String> {
        let log = Log::default();
        let url = serve(routes, &log).await?;
        Ok(Self {
            name,
            url,
            tracer: None,
            log,
        })
    }
}

async fn serve(routes: Router, log: &Log) -> Result<String, String> {
    let seen = log.seen.clone();
    let record = move |request: Request| {
        lock(&seen).push(Seen {
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            headers: request.headers().clone(),
        });
        async { request }
    };
    let routes = routes.layer(map_request(record));
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .map_err(|error| error.to_string())?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(format!("http://{address}"))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The service of another origin: with the helper for CORS, and without.
fn api() -> Router {
    let answer =
        |kind: &str| Router::new().route(&format!("/{kind}/{{case}}"), get(async || "called"));
    let cors = || CorsLayer::new().allow_origin(Any);
    let open = cors().allow_headers(ALLOWED_REQUEST_HEADERS);
    let traceparent = cors().allow_headers(ALLOWED_REQUEST_HEADERS_WITH_TRACEPARENT);
    Router::new()
        .merge(answer("open").layer(open))
        .merge(answer("traceparent").layer(traceparent))
        .merge(answer("closed").layer(cors()))
}

/// The pages' settings, by case.
struct Shop {
    settings: HashMap<&'static str, Settings>,
}

impl Shop {
    fn new(dsn: &str, cases: &[&PageCase], api: &str) -> Self {
        let settings = |case: &&PageCase| Settings {
            dsn: dsn.to_owned(),
            sample_rate: case.sample_rate,
            // Calls to the page's own origin match by their path.
            targets: vec![api.to_owned(), "/same/".to_owned()],
            traceparent: case.traceparent,
            calls: case
                .call_paths()
                .into_iter()
                .map(|path| absolute(path, api))
                .collect(),
            ..Settings::default()
        };
        Self {
            settings: cases
                .iter()
                .map(|case| (case.name, settings(case)))
                .collect(),
        }
    }

    fn page(&self, case: &str, head: &str) -> String {
        let settings = self.settings.get(case).cloned().unwrap_or_default();
        html(head, "", &settings, "/case.js")
    }
}

/// Calls of the page's own origin stay relative.
fn absolute(path: String, api: &str) -> String {
    if path.starts_with("/same/") {
        path
    } else {
        [api, &path].concat()
    }
}

type Shared = State<Arc<Shop>>;

fn shop_routes(shop: Arc<Shop>) -> Router {
    let plain = async |State(shop): Shared, Path(case): Path<String>| Html(shop.page(&case, ""));
    let template = async |State(shop): Shared, Path(case): Path<String>, meta: TraceMeta| {
        Html(shop.page(&case, &meta.to_string()))
    };
    let public = async |State(shop): Shared, Path(case): Path<String>| {
        (
            [(CACHE_CONTROL, "public, max-age=60")],
            Html(shop.page(&case, "")),
        )
    };
    let timing = ServerTimingLayer::new();
    let inject = InjectMetaLayer::new();
    Router::new()
        .route("/same/{case}", get(async || "called"))
        .route("/template/{case}", get(template))
        .route("/neither/{case}", get(plain))
        .route("/props/{case}", get(with_props))
        .merge(
            Router::new()
                .route("/timing/{case}", get(plain))
                .layer(timing),
        )
        .merge(
            Router::new()
                .route("/both/{case}", get(with_hand_made_tags))
                .layer(timing),
        )
        .merge(
            Router::new()
                .route("/injected/{case}", get(plain))
                .layer(inject),
        )
        .merge(
            Router::new()
                .route("/twice/{case}", get(template))
                .layer(inject),
        )
        .merge(
            Router::new()
                .route("/streamed/{case}", get(streamed))
                .layer(inject),
        )
        .merge(
            Router::new()
                .route("/public/{case}", get(public))
                .layer(inject)
                .layer(timing),
        )
        .with_state(shop)
}

async fn with_props(
    State(shop): Shared,
    Path(case): Path<String>,
    meta: TraceMeta,
) -> Html<String> {
    let mut settings = shop
        .settings
        .get(case.as_str())
        .cloned()
        .unwrap_or_default();
    settings.trace = meta.props();
    Html(html("", "", &settings, "/case.js"))
}

async fn with_hand_made_tags(State(shop): Shared, Path(case): Path<String>) -> Html<String> {
    let tag =
        format!("<meta name=\"sentry-trace\" content=\"{HAND_MADE_TRACE}-{HAND_MADE_SPAN}-1\">");
    Html(shop.page(&case, &tag))
}

/// The page in pieces of seven bytes, with nothing ready after each.
async fn streamed(State(shop): Shared, Path(case): Path<String>) -> Response {
    let page = Bytes::from(shop.page(&case, ""));
    let starts = (0..page.len()).step_by(7);
    let pieces: Vec<_> = starts
        .map(|start| page.slice(start..page.len().min(start + 7)))
        .collect();
    let pieces = futures_util::stream::iter(pieces).then(|piece| async {
        tokio::task::yield_now().await;
        Ok::<_, Infallible>(piece)
    });
    (
        [(CONTENT_TYPE, "text/html; charset=utf-8")],
        Body::from_stream(pieces),
    )
        .into_response()
}

fn script_route(script: Bytes) -> Router {
    let answer = move || async move { ([(CONTENT_TYPE, "text/javascript")], script) };
    Router::new().route("/case.js", get(answer))
}

/// A shared cache: it asks the shop once, and gives everybody what it got, headers included.
fn cache(shop: &str) -> Router {
    let (shop, stored) = (shop.to_owned(), Arc::new(tokio::sync::Mutex::new(None)));
    let answer = move |request: Request| async move {
        let mut stored = stored.lock().await;
        if stored.is_none() {
            let url = [&shop, request.uri().path()].concat();
            *stored = fetch(&url).await;
        }
        stored
            .clone()
            .map(|(headers, body): (HeaderMap, Bytes)| (headers, body))
            .ok_or(StatusCode::BAD_GATEWAY)
    };
    Router::new().route("/public/{case}", get(answer))
}

async fn fetch(url: &str) -> Option<(HeaderMap, Bytes)> {
    let answer = reqwest::get(url).await.ok()?;
    let mut headers = answer.headers().clone();
    headers.remove("transfer-encoding");
    Some((headers, answer.bytes().await.ok()?))
}
