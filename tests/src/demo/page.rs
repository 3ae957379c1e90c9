//! The storefront's page, for a browser: a button that orders from another origin.

use std::sync::Arc;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::Html;
use axum::routing::get;
use sentry_trace::axum::TraceMeta;

use crate::browser::bundle::bundle;
use crate::browser::page::{Settings, html};

const BODY: &str = "<h1>Storefront</h1>\n\
    <p><button>Order a cup</button> <output></output></p>\n\
    <p>This page continues the trace of the request for it, and the order continues the page's.</p>";

/// A page with Sentry's browser SDK.
#[derive(Clone)]
pub struct Page {
    script: Arc<str>,
    dsn: String,
}

impl Page {
    /// The page whose browser sends to this DSN. Blocks while the script is made.
    ///
    /// # Errors
    /// There is no npm, or the script could not be made.
    pub fn new(dsn: &str) -> Result<Self, String> {
        Ok(Self {
            script: bundle("demo.js")?.into(),
            dsn: dsn.to_owned(),
        })
    }

    /// The page at `/`; `orders` is the service that the button calls.
    pub(super) fn routes(&self, orders: &str) -> Router {
        let settings = Settings {
            dsn: self.dsn.clone(),
            sample_rate: Some(1.0),
            targets: vec![orders.to_owned()],
            order: Some(format!("{orders}/orders/42")),
            ..Settings::default()
        };
        let page =
            async move |meta: TraceMeta| Html(html(&meta.to_string(), BODY, &settings, "/demo.js"));
        Router::new().route("/", get(page))
    }

    /// The page's script, which is not worth a transaction.
    pub(super) fn script(self) -> Router {
        let script = async move || ([(CONTENT_TYPE, "text/javascript")], self.script.to_string());
        Router::new().route("/demo.js", get(script))
    }
}
