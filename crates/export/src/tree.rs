//! Transactions as trees, for a person at a terminal.
//!
//! ```
//! use sentry_trace_export::tree::TreeSink;
//! use sentry_trace_runtime::{Options, Tracer, start_span};
//!
//! let (read, write) = std::io::pipe()?;
//! let tracer = Tracer::new(Options::new().traces_sample_rate(1.0).inline_sink(TreeSink::new(write)))?;
//! tracer.start_new_trace().start_span("nightly report").op("task").run(|_| {
//!     start_span("load rows").op("db").run(|_| {});
//! });
//! drop(tracer);
//!
//! let written = std::io::read_to_string(read)?;
//! let lines: Vec<_> = written.lines().collect();
//! assert!(lines[0].starts_with("nightly report  task  "));
//! assert!(lines[1].starts_with("└─ load rows  db  "));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sentry_trace_runtime::Transaction;
use sentry_trace_runtime::core::id::SpanId;
use sentry_trace_runtime::core::status::SpanStatus;
use sentry_trace_runtime::sink::Sink;
use sentry_trace_runtime::transaction::SpanRecord;

/// Deeper spans stand at this depth, so that a line stays readable.
const MAX_DEPTH: usize = 40;

/// Prints each transaction as a tree of its spans, with op, duration and status; the first line also has the trace id.
///
/// Control characters in names are left out: a name from a request must not steer the terminal.
#[derive(Debug)]
pub struct TreeSink<W> {
    out: Mutex<W>,
    colors: bool,
}

impl<W: Write + Send + 'static> TreeSink<W> {
    /// Prints to `out`, without colours.
    pub const fn new(out: W) -> Self {
        Self {
            out: Mutex::new(out),
            colors: false,
        }
    }
}

impl<W: Write + IsTerminal + Send + 'static> TreeSink<W> {
    /// Prints to `out`, with colours if it is a terminal and the environment has no `NO_COLOR`.
    pub fn with_colors_on_a_terminal(out: W) -> Self {
        let colors = out.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
        Self {
            out: Mutex::new(out),
            colors,
        }
    }
}

impl<W: Write + Send + 'static> Sink for TreeSink<W> {
    fn accept(&self, transaction: Transaction) {
        let text = render(&transaction, self.colors);
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        _ = out.write_all(text.as_bytes());
    }

    fn flush(&self, _timeout: Duration) -> bool {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        out.flush().is_ok()
    }
}

fn render(transaction: &Transaction, colors: bool) -> String {
    let mut children: HashMap<SpanId, Vec<&SpanRecord>> = HashMap::new();
    for span in &transaction.spans {
        let parent = span.parent_span_id.unwrap_or(transaction.root.span_id);
        children.entry(parent).or_default().push(span);
    }
    let mut tree = Tree {
        text: String::new(),
        colors,
    };
    tree.span(&transaction.root, "");
    tree.dimmed(&format!("  {}", transaction.trace_id));
    tree.text.push('\n');

    let mut open = vec![(
        children
            .remove(&transaction.root.span_id)
            .unwrap_or_default()
            .into_iter(),
        String::new(),
    )];
    while let Some((siblings, indent)) = open.last_mut() {
        let Some(span) = siblings.next() else {
            open.pop();
            continue;
        };
        let (branch, below) = if siblings.len() == 0 {
            ("└─ ", "   ")
        } else {
            ("├─ ", "│  ")
        };
        let (line_start, indent) = (format!("{indent}{branch}"), indent.clone());
        tree.span(span, &line_start);
        tree.text.push('\n');
        if let Some(grandchildren) = children.remove(&span.span_id) {
            let deeper = if open.len() < MAX_DEPTH {
                format!("{indent}{below}")
            } else {
                indent
            };
            open.push((grandchildren.into_iter(), deeper));
        }
    }
    if transaction.dropped_spans > 0 {
        let dropped = transaction.dropped_spans;
        tree.dimmed(&format!("   and {dropped} more spans, over the limit\n"));
    }
    tree.text
}

struct Tree {
    text: String,
    colors: bool,
}

impl Tree {
    fn span(&mut self, span: &SpanRecord, line_start: &str) {
        self.dimmed(line_start);
        self.text
            .extend(span.name.chars().filter(|c| !c.is_control()));
        self.text.push_str("  ");
        let op: String = span.op.chars().filter(|c| !c.is_control()).collect();
        self.colored("36", &op);
        let micros = span.end.since(span.start).as_micros();
        // Writing into a text does not fail.
        _ = write!(self.text, "  {}.{:03} ms", micros / 1000, micros % 1000);
        if let Some(status) = span.status {
            self.text.push_str("  ");
            let color = if status == SpanStatus::Ok { "32" } else { "31" };
            self.colored(color, status.as_str());
        }
    }

    fn dimmed(&mut self, text: &str) {
        self.colored("2", text);
    }

    fn colored(&mut self, color: &str, text: &str) {
        if self.colors && !text.is_empty() {
            _ = write!(self.text, "\u{1b}[{color}m{text}\u{1b}[0m");
        } else {
            self.text.push_str(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use sentry_trace_runtime::testing::{MemorySink, SeededEntropy, StoppedClock};
    use sentry_trace_runtime::{Options, Tracer, start_span};

    use super::*;

    /// Two branches, one of them deep, with a name that would steer the terminal, and one span over the limit.
    fn transaction(depth: usize) -> Transaction {
        let (sink, clock) = (MemorySink::new(), StoppedClock::default());
        let options = Options::new().traces_sample_rate(1.0).max_spans(depth + 1);
        let options = options
            .inline_sink(sink.clone())
            .clock(clock.clone())
            .entropy(SeededEntropy::new(1));
        let tracer = Tracer::new(options).expect("valid options");
        let root = tracer
            .start_new_trace()
            .start_span("GET /")
            .op("http.server")
            .enter();
        let mut open = Vec::new();
        for _ in 0..depth {
            open.push(start_span("a\u{1b}[2Jb\n").op("db").enter());
        }
        clock.advance(Duration::from_micros(1_500));
        while let Some(span) = open.pop() {
            span.set_status(SpanStatus::NotFound);
        }
        start_span("last").op("").start().finish();
        start_span("over the limit").start().finish();
        root.set_status(SpanStatus::Ok);
        drop(root);
        sink.take().remove(0)
    }

    #[test]
    fn branches_durations_and_what_is_missing() {
        let transaction = transaction(2);
        let expected = format!(
            "GET /  http.server  1.500 ms  ok  {}\n\
             ├─ a[2Jb  db  1.500 ms  not_found\n\
             │  └─ a[2Jb  db  1.500 ms  not_found\n\
             └─ last    0.000 ms\n   and 1 more spans, over the limit\n",
            transaction.trace_id
        );
        assert_eq!(render(&transaction, false), expected);
    }

    #[test]
    fn colors_add_nothing_but_colors() {
        let transaction = transaction(2);
        let colored = render(&transaction, true);
        assert!(colored.contains("\u{1b}[31mnot_found\u{1b}[0m"));
        let mut plain = colored;
        for color in ["2", "31", "32", "36", "0"] {
            plain = plain.replace(&format!("\u{1b}[{color}m"), "");
        }
        assert_eq!(plain, render(&transaction, false));
    }

    #[test]
    fn deep_trees_stay_narrow_and_whole() {
        let transaction = transaction(900);
        let text = render(&transaction, false);
        assert_eq!(text.lines().count(), 903);
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(
            widest.is_some_and(|widest| widest < 3 * MAX_DEPTH + 60),
            "{widest:?}"
        );
    }

    #[test]
    fn what_is_no_terminal_gets_no_colors() {
        let file = std::fs::File::open("Cargo.toml").expect("the manifest");
        assert!(!TreeSink::with_colors_on_a_terminal(file).colors);
    }
}
