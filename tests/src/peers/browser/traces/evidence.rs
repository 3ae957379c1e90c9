//! What came of the demo, in the browser and in the collector.

use sentry_trace_collector::{Collector, Trace};
use serde::Deserialize;

use super::markup;
use super::view::View;
use crate::browser::chromium::{self, Outcome, Visit};
use crate::demo::arguments::Arguments;
use crate::demo::setup::Demo;

/// Requests that are sent before the click.
const REQUESTS: usize = 2;

/// The widths of the windows.
const WIDTHS: [u32; 2] = [1200, 360];

/// The seventh transaction in the newest trace, once it has the page load, which comes last, and hangs together.
const WHOLE_TRACE: &str =
    ".trace:first-child:not(:has(.bad)):has(.op:text-is(\"pageload\")) .transaction >> nth=6";

/// What came of the demo.
pub(super) struct Evidence {
    /// What came of the click in the storefront.
    pub(super) order: Outcome,
    /// The page with the traces, in each window.
    pub(super) pages: Vec<Page>,
    /// What the collector had meanwhile.
    pub(super) traces: Vec<Trace>,
}

/// The page with the traces in a window.
pub(super) struct Page {
    /// The width that the window has.
    pub(super) width: u32,
    pub(super) view: View,
    pub(super) outcome: Outcome,
}

impl Evidence {
    /// Runs the demo: requests, a trace of markup, and a visitor who looks at the traces and then clicks in the storefront.
    pub(super) async fn gather() -> Result<Self, String> {
        let arguments = Arguments {
            serve: true,
            ..Arguments::default()
        };
        let demo = Demo::start(&arguments).await?;
        if let Some(reason) = demo.no_page {
            return Err(reason);
        }
        demo.send(REQUESTS).await?;
        markup::send(&demo.collector).await?;
        let visitor = visits(demo.storefront(), &demo.collector.url());
        let outcomes = tokio::task::spawn_blocking(move || chromium::visit(&[visitor]))
            .await
            .map_err(|error| error.to_string())??;
        let mut outcomes = outcomes.into_iter();
        let pages = WIDTHS.into_iter().zip(outcomes.by_ref());
        Ok(Self {
            pages: pages.map(page).collect::<Result<_, _>>()?,
            order: outcomes.next().unwrap_or_default(),
            traces: sent_before_the_last_look(&demo.collector),
        })
    }
}

/// The traces without streamed spans: the browser streams one of the click when the storefront's page is closed.
fn sent_before_the_last_look(collector: &Collector) -> Vec<Trace> {
    let mut traces = collector.traces();
    for trace in &mut traces {
        trace.spans.clear();
    }
    traces
}

fn visits(storefront: &str, collector: &str) -> Vec<Visit> {
    let order = Visit {
        url: format!("{storefront}/"),
        click: Some("button"),
        until: Some("output:not(:empty)"),
        read: Some("({ seen: document.querySelector('output').textContent })"),
        ..Visit::default()
    };
    let look = |width| Visit {
        url: format!("{collector}/"),
        width: Some(width),
        until: Some(WHOLE_TRACE),
        read: Some(include_str!("../../../../browser/traces.js")),
        ..Visit::default()
    };
    WIDTHS.map(look).into_iter().chain([order]).collect()
}

fn page((width, outcome): (u32, Outcome)) -> Result<Page, String> {
    let view = View::deserialize(&outcome.seen);
    Ok(Page {
        width,
        view: view.map_err(|error| format!("{error}: {outcome:?}"))?,
        outcome,
    })
}
