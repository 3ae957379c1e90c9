//! axum.

use std::sync::Arc;

use axum::extract::{OriginalUri, Request, State};
use axum::response::Response;
use axum::routing::{any, get};
use axum::{Router, serve};
use sentry_trace_axum::TraceLayer;

use super::http1;
use crate::e2e::{App, Running, Server};

/// A router with a nested one, and the layer last on the outermost.
pub(in crate::drivers) struct Axum;

impl Server for Axum {
    fn name(&self) -> &'static str {
        "axum"
    }

    fn origin(&self) -> &'static str {
        "auto.http.axum"
    }

    fn start(&self, app: Arc<App>) -> Running {
        let listener = app.listener();
        let users = Router::new().route("/{id}", get(handle));
        let router = Router::new()
            .nest("/users", users)
            .route("/call", any(handle))
            .route("/echo", get(handle))
            .route("/error", get(handle))
            .route("/flush", get(handle))
            .route("/spans", get(handle))
            .route("/stream", get(handle))
            .route("/status/{code}", any(handle))
            .route("/wait", get(handle))
            .route("/panic", get(handle))
            .fallback(handle)
            .layer(TraceLayer::new().tracer(app.tracer.clone()))
            .with_state(app);
        let address = listener
            .local_addr()
            .expect("a bound listener has an address");
        listener
            .set_nonblocking(true)
            .expect("a listener can be made so");
        let listener = tokio::net::TcpListener::from_std(listener).expect("within a runtime");
        let task = tokio::spawn(async move { serve(listener, router).await });
        Running::new(address, move || task.abort())
    }
}

/// A nested router takes its prefix off the URI; the app knows whole paths.
async fn handle(
    State(app): State<Arc<App>>,
    OriginalUri(uri): OriginalUri,
    mut request: Request,
) -> Response {
    *request.uri_mut() = uri;
    let reply = app.handle(http1::request(&request)).await;
    http1::response(reply).map(axum::body::Body::new)
}
