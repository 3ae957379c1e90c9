//! What must be on the page.

use std::collections::{BTreeMap, BTreeSet};

use sentry_trace_collector::{Row, Trace};

use super::super::checks::{is, same};
use super::evidence::{Evidence, Page};
use super::markup;
use super::view::{Line, Waterfall};
use crate::case_result::Mismatch;

type Checked = Result<(), Mismatch>;

/// What a case asks.
pub(super) type Check = fn(&Evidence) -> Checked;

/// How far a bar may be from its place, as a share of the trace: a short bar is drawn with two pixels.
const TOLERANCE: f64 = 0.02;

/// The trace of the click stands at the top, those of the requests before it at the bottom.
pub(super) fn newest_first(evidence: &Evidence) -> Checked {
    let mut traces: Vec<_> = evidence.traces.iter().collect();
    traces.sort_by(|a, b| b.start().total_cmp(&a.start()));
    let ids: Vec<_> = traces
        .iter()
        .map(|trace| Some(trace.trace_id.as_str()))
        .collect();
    let markup = markup::texts().swap_remove(0);
    let titles = ["GET /", &markup, CHECKOUT, CHECKOUT].map(Some);
    for Page { view, .. } in &evidence.pages {
        let shown = |text: fn(&Waterfall) -> &Option<String>| -> Vec<_> {
            view.traces
                .iter()
                .map(|trace| text(trace).as_deref())
                .collect()
        };
        same("the titles", titles.to_vec(), shown(|trace| &trace.title))?;
        same("the order", ids.clone(), shown(|trace| &trace.id))?;
    }
    Ok(())
}

const CHECKOUT: &str = "GET /checkout/{id}";

/// Each trace of the collector has a waterfall, and only one.
pub(super) fn one_waterfall_per_trace(evidence: &Evidence) -> Checked {
    let mut ids: Vec<_> = evidence
        .traces
        .iter()
        .map(|trace| trace.trace_id.as_str())
        .collect();
    ids.sort_unstable();
    for Page { view, .. } in &evidence.pages {
        let mut shown: Vec<_> = view
            .traces
            .iter()
            .map(|trace| trace.id.as_deref().unwrap_or_default())
            .collect();
        shown.sort_unstable();
        same("the waterfalls", ids.clone(), shown)?;
    }
    Ok(())
}

/// Each transaction and span has a row with its name below its parent's, and a bar at its time.
pub(super) fn one_row_per_span(evidence: &Evidence) -> Checked {
    for (trace, waterfall) in waterfalls(evidence)? {
        let rows = trace.rows();
        let expected: Vec<_> = rows.iter().map(described).collect();
        let shown: Vec<_> = waterfall.rows.iter().map(shown).collect();
        same("the rows", expected, shown)?;
        for (row, line) in rows.iter().zip(&waterfall.rows) {
            let span = &row.node.span;
            let share = |seconds: f64| seconds * 1000.0 / trace.duration_ms();
            let start = share(span.start - trace.start());
            let width = share(span.end - span.start);
            let is_near = |a: f64, b: f64| (a - b).abs() <= TOLERANCE;
            is(
                &format!("a bar at {start:.3} of {width:.3}"),
                is_near(start, line.start) && is_near(width, line.width),
                line,
            )?;
        }
    }
    Ok(())
}

/// What a row says: the service where its part begins, the name and the depth.
fn described(row: &Row) -> (Option<&str>, Option<&str>, usize) {
    let service = row.node.service.as_str();
    (
        row.node.kind.begins_service().then_some(service),
        Some(&row.node.span.name),
        row.depth,
    )
}

fn shown(line: &Line) -> (Option<&str>, Option<&str>, usize) {
    (line.service.as_deref(), line.name.as_deref(), line.depth)
}

/// The waterfalls of all pages with what the collector has of them.
fn waterfalls(evidence: &Evidence) -> Result<Vec<(&Trace, &Waterfall)>, Mismatch> {
    let mut found = Vec::new();
    for waterfall in evidence.pages.iter().flat_map(|page| &page.view.traces) {
        let mut traces = evidence.traces.iter();
        let trace = traces.find(|trace| waterfall.id.as_ref() == Some(&trace.trace_id));
        let unknown = || Mismatch::new("a trace of the collector", format!("{:?}", waterfall.id));
        found.push((trace.ok_or_else(unknown)?, waterfall));
    }
    is("waterfalls", !found.is_empty(), found.len())?;
    Ok(found)
}

/// The browser and every service that the click leads through are in its trace, and hang together.
pub(super) fn services_share_the_trace(evidence: &Evidence) -> Checked {
    let expected = BTreeMap::from([
        ("audit", 2),
        ("browser", 1),
        ("orders", 1),
        ("stock", 2),
        ("storefront", 1),
    ]);
    for Page { view, .. } in &evidence.pages {
        let click = view.traces.first();
        let click = click.ok_or_else(|| Mismatch::new("a waterfall", "none"))?;
        let mut parts = BTreeMap::<_, usize>::new();
        for service in click.rows.iter().filter_map(|row| row.service.as_deref()) {
            *parts.entry(service).or_default() += 1;
        }
        // A click after the end of the page load is a transaction of its own.
        parts
            .entry("browser")
            .and_modify(|parts| *parts = (*parts).min(1));
        same("the parts of the services", &expected, &parts)?;
        same("what is wrong", None, click.bad.as_deref())?;
        let legend: BTreeSet<_> = view.services.iter().map(String::as_str).collect();
        is(
            "every service in the legend",
            expected.keys().all(|service| legend.contains(service)),
            &legend,
        )?;
    }
    Ok(())
}

/// Nothing scrolls sideways in a window of this width, and every row is inside of it.
pub(super) fn fits(evidence: &Evidence, width: u32) -> Checked {
    let page = evidence.pages.iter().find(|page| page.width == width);
    let Page { view, .. } =
        page.ok_or_else(|| Mismatch::new(format!("a window of {width}"), "none"))?;
    same("the window", f64::from(width), view.window_width)?;
    is(
        "a document within the window",
        view.document_width <= view.window_width,
        view.document_width,
    )?;
    let rows: Vec<_> = view.traces.iter().flat_map(|trace| &trace.rows).collect();
    let expected = evidence.traces.iter().map(|trace| trace.rows().len()).sum();
    same::<usize>("the number of rows", expected, rows.len())?;
    let outside: Vec<_> = rows.iter().filter(|row| !row.fits).collect();
    is("every row within the window", outside.is_empty(), &outside)
}

/// What others sent can be read, and does nothing.
pub(super) fn text_is_no_markup(evidence: &Evidence) -> Checked {
    for Page { view, .. } in &evidence.pages {
        same("what markup left", None, view.pwned)?;
        same("the images", 0, view.images)?;
        for text in markup::texts() {
            is(&text, view.text.contains(&text), &view.text)?;
        }
    }
    Ok(())
}

/// Neither the storefront's page nor that of the traces met with an error.
pub(super) fn no_errors(evidence: &Evidence) -> Checked {
    let looks = evidence.pages.iter().map(|page| &page.outcome);
    for outcome in [&evidence.order].into_iter().chain(looks) {
        same("what failed", None, outcome.failed.as_deref())?;
        same("the exceptions", &[] as &[String], &outcome.errors)?;
        same(
            "the console's errors",
            &[] as &[String],
            &outcome.complaints,
        )?;
    }
    let ordered = &evidence.order.seen;
    let answer = ordered.as_str().unwrap_or_default();
    is(
        "an order that is answered",
        answer.starts_with("42, "),
        ordered,
    )
}
