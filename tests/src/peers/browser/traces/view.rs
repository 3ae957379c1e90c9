//! What `traces.js` reads off the page.

use serde::Deserialize;

/// The page in a window.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct View {
    pub(super) window_width: f64,
    pub(super) document_width: f64,
    /// The legend.
    pub(super) services: Vec<String>,
    /// The waterfalls, from the top.
    pub(super) traces: Vec<Waterfall>,
    /// Everything that can be read.
    pub(super) text: String,
    pub(super) images: usize,
    /// What markup would leave if it ran.
    pub(super) pwned: Option<u64>,
}

/// The waterfall of one trace.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Waterfall {
    pub(super) id: Option<String>,
    pub(super) title: Option<String>,
    /// What is wrong with the trace.
    pub(super) bad: Option<String>,
    pub(super) rows: Vec<Line>,
}

/// A row of a waterfall.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Line {
    /// Where a service's part begins.
    pub(super) service: Option<String>,
    pub(super) name: Option<String>,
    pub(super) depth: usize,
    /// Where the bar begins, from 0 to 1.
    pub(super) start: f64,
    /// How long the bar is, from 0 to 1.
    pub(super) width: f64,
    /// Whether all of it is inside of the window's width.
    pub(super) fits: bool,
}
