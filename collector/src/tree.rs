//! A trace as a tree of text, at most 100 columns wide.
//!
//! One line for each transaction and span: the service (where its part begins), the name below its parent, op, status,
//! the offset from the trace's start and the duration. The output depends on the trace alone.
//!
//! ```text
//! trace 771a43a4192642f0b136d5159a501700  2 transactions, 1 span, 2 services, 42.1 ms
//! storefront  GET /checkout           http.server  ok   0.0 ms  +42.1 ms
//!             └─ GET http://pricing/  http.client  ok   3.0 ms  +20.0 ms
//! pricing        └─ GET /             http.server  ok   5.0 ms  +16.4 ms
//! ```

use std::fmt::Write as _;

use crate::trace::{Row, Trace, milliseconds};

const WIDTH: usize = 100;
const SERVICE_WIDTH: usize = 16;
const OP_WIDTH: usize = 16;
const STATUS_WIDTH: usize = 18;
const NAME_WIDTH: usize = 16;
const GAP: &str = "  ";
/// Deeper rows show the innermost levels only.
const DRAWN_DEPTH: usize = 8;

/// Draws a trace; each line ends in a line feed.
///
/// Names are cut to the width with `…`. Control characters in them are drawn as `\u{fffd}`.
pub fn render(trace: &Trace) -> String {
    let rows = trace.rows();
    let lines = lines(trace, &rows);
    let widths = Widths::of(&lines);
    let mut out = heading(trace, &rows);
    for line in &lines {
        line.write(&mut out, &widths);
    }
    for row in rows.iter().filter(|row| !row.connected) {
        let parent = row.node.span.parent_span_id.as_deref().unwrap_or_default();
        let _ = writeln!(
            out,
            "unconnected: {} {}, its parent {} is not above it",
            row.node.kind.as_str(),
            printable(&row.node.span.span_id),
            printable(parent),
        );
    }
    out
}

fn heading(trace: &Trace, rows: &[Row]) -> String {
    let begun = rows
        .iter()
        .filter(|row| row.node.kind.begins_service())
        .count();
    let mut counts = vec![
        counted(begun, "transaction"),
        counted(rows.len() - begun, "span"),
        counted(trace.services().len(), "service"),
    ];
    if !trace.events.is_empty() {
        counts.push(counted(trace.events.len(), "event"));
    }
    format!(
        "trace {}  {}, {:.1} ms\n",
        printable(&trace.trace_id),
        counts.join(", "),
        trace.duration_ms()
    )
}

fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

struct Line {
    service: String,
    name: String,
    op: String,
    status: String,
    offset: String,
    duration: String,
}

fn lines(trace: &Trace, rows: &[Row]) -> Vec<Line> {
    let start = trace.start();
    let mut open = Vec::new();
    rows.iter()
        .map(|row| {
            let span = &row.node.span;
            let service = if row.node.kind.begins_service() {
                row.node.service.as_str()
            } else {
                ""
            };
            let name = if span.name.is_empty() {
                "(no name)"
            } else {
                span.name.as_str()
            };
            Line {
                service: cut(&printable(service), SERVICE_WIDTH),
                name: format!("{}{}", branch(&mut open, row), printable(name)),
                op: cut(&printable(span.op.as_deref().unwrap_or("-")), OP_WIDTH),
                status: cut(
                    &printable(span.status.as_deref().unwrap_or("-")),
                    STATUS_WIDTH,
                ),
                offset: format!("{:.1} ms", milliseconds(span.start - start)),
                duration: format!("{:+.1} ms", milliseconds(span.end - span.start)),
            }
        })
        .collect()
}

/// The lines to the left of a row. `open` says for each level above it whether more siblings follow there.
fn branch(open: &mut Vec<bool>, row: &Row) -> String {
    if row.depth == 0 {
        open.clear();
        return String::new();
    }
    open.truncate(row.depth - 1);
    let hidden = open.len().saturating_sub(DRAWN_DEPTH);
    let mut drawn = String::from(if hidden > 0 { "… " } else { "" });
    drawn.extend(
        open[hidden..]
            .iter()
            .map(|&more| if more { "│  " } else { "   " }),
    );
    drawn.push_str(if row.last { "└─ " } else { "├─ " });
    open.push(!row.last);
    drawn
}

struct Widths {
    service: usize,
    name: usize,
    op: usize,
    status: usize,
    offset: usize,
    duration: usize,
}

impl Widths {
    fn of(lines: &[Line]) -> Self {
        let widest = |text: fn(&Line) -> &str| {
            lines
                .iter()
                .map(|line| columns(text(line)))
                .max()
                .unwrap_or(0)
        };
        let mut widths = Self {
            service: widest(|line| &line.service),
            name: widest(|line| &line.name),
            op: widest(|line| &line.op),
            status: widest(|line| &line.status),
            offset: widest(|line| &line.offset),
            duration: widest(|line| &line.duration),
        };
        let others = widths.service
            + widths.op
            + widths.status
            + widths.offset
            + widths.duration
            + 5 * GAP.len();
        widths.name = widths
            .name
            .min(WIDTH.saturating_sub(others))
            .max(NAME_WIDTH);
        widths
    }
}

impl Line {
    fn write(&self, out: &mut String, widths: &Widths) {
        let name = cut(&self.name, widths.name);
        let _ = writeln!(
            out,
            "{:<service$}{GAP}{name:<width$}{GAP}{:<op$}{GAP}{:<status$}{GAP}{:>offset$}{GAP}{:>duration$}",
            self.service,
            self.op,
            self.status,
            self.offset,
            self.duration,
            service = widths.service,
            width = widths.name,
            op = widths.op,
            status = widths.status,
            offset = widths.offset,
            duration = widths.duration,
        );
    }
}

fn columns(text: &str) -> usize {
    text.chars().count()
}

fn cut(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    text.chars().take(width - 1).chain(['…']).collect()
}

fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}
