//! Traces: what was sent under one trace id, by whichever service.

use std::collections::{HashMap, HashSet};

use crate::layout::{self, Parent};
use crate::model::{EventRecord, SpanRecord, StreamedSpan, TransactionRecord};
use crate::node::{Node, NodeKind, STREAMED};
use crate::records::Records;

/// Everything that was received of one trace.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Trace {
    /// The trace's id.
    pub trace_id: String,
    /// The transactions, in the order of their arrival.
    pub transactions: Vec<TransactionRecord>,
    /// The streamed spans, in the order of their arrival.
    pub spans: Vec<StreamedSpan>,
    /// The error events that name this trace, in the order of their arrival.
    pub events: Vec<EventRecord>,
}

/// A row of a trace's tree, see [`Trace::rows`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Row {
    /// How many rows stand above it in the tree; 0 at the top.
    pub depth: usize,
    /// Whether it is the last one below its parent.
    pub last: bool,
    /// Whether its parent is absent or known; see [`Trace::unconnected`].
    pub connected: bool,
    /// The transaction, segment or span.
    pub node: Node,
}

impl Trace {
    /// The start of the earliest span, in seconds since 1970; 0 without any span.
    pub fn start(&self) -> f64 {
        let start = self
            .all_spans()
            .map(|span| span.start)
            .fold(f64::INFINITY, f64::min);
        if start.is_finite() { start } else { 0.0 }
    }

    /// From the earliest start to the latest end, in milliseconds.
    pub fn duration_ms(&self) -> f64 {
        let start = self.start();
        self.all_spans()
            .map(|span| milliseconds(span.end - start))
            .fold(0.0, f64::max)
    }

    /// The services, in the order of their first span.
    pub fn services(&self) -> Vec<String> {
        let mut nodes = self.nodes();
        nodes.sort_by(|a, b| a.span.start.total_cmp(&b.span.start));
        let mut seen = HashSet::new();
        nodes
            .into_iter()
            .map(|node| node.service)
            .filter(|service| seen.insert(service.clone()))
            .collect()
    }

    /// All transactions and spans, depth first, each below its parent across services; siblings by their start.
    ///
    /// A span whose parent is unknown stands below the transaction that it was sent in.
    pub fn rows(&self) -> Vec<Row> {
        let nodes = self.nodes();
        let row = |placed: layout::Placed| Row {
            depth: placed.depth,
            last: placed.last,
            connected: matches!(placed.parent, Parent::Absent | Parent::Known(_)),
            node: nodes[placed.node].clone(),
        };
        layout::arrange(&nodes).into_iter().map(row).collect()
    }

    /// Transactions and segments whose parent is neither absent nor a span of this trace, or is above itself.
    pub fn unconnected(&self) -> Vec<Node> {
        self.loose(NodeKind::begins_service)
    }

    /// Spans, other than segments, whose parent is not in this trace.
    pub fn orphan_spans(&self) -> Vec<Node> {
        self.loose(|kind| kind == NodeKind::Span)
    }

    /// Whether no transaction and no segment is unconnected.
    pub fn is_connected(&self) -> bool {
        self.unconnected().is_empty()
    }

    /// Transactions and segments without a parent: one in a trace that is whole.
    pub fn roots(&self) -> Vec<Node> {
        let is_root =
            |node: &Node| node.kind.begins_service() && node.span.parent_span_id.is_none();
        self.nodes().into_iter().filter(is_root).collect()
    }

    fn loose(&self, kind: impl Fn(NodeKind) -> bool) -> Vec<Node> {
        let rows = self.rows().into_iter();
        rows.filter(|row| !row.connected && kind(row.node.kind))
            .map(|row| row.node)
            .collect()
    }

    fn all_spans(&self) -> impl Iterator<Item = &SpanRecord> {
        let sent = self
            .transactions
            .iter()
            .flat_map(|sent| std::iter::once(&sent.root).chain(&sent.spans));
        sent.chain(self.spans.iter().map(|streamed| &streamed.span))
    }

    fn nodes(&self) -> Vec<Node> {
        let mut nodes = Vec::new();
        for (group, transaction) in self.transactions.iter().enumerate() {
            let service = &transaction.service;
            let node = |kind, span| Node {
                kind,
                service: String::clone(service),
                span,
                group,
            };
            nodes.push(node(NodeKind::Transaction, transaction.root.clone()));
            nodes.extend(
                transaction
                    .spans
                    .iter()
                    .map(|span| node(NodeKind::Span, span.clone())),
            );
        }
        nodes.extend(self.spans.iter().map(|streamed| Node {
            kind: if streamed.is_segment {
                NodeKind::Segment
            } else {
                NodeKind::Span
            },
            service: streamed.service.clone(),
            span: streamed.span.clone(),
            group: STREAMED,
        }));
        nodes
    }
}

pub(crate) fn milliseconds(seconds: f64) -> f64 {
    seconds * 1000.0
}

/// Groups records by trace id: the trace whose first part came last stands first, at most `limit` of them.
///
/// Error events join a trace that has a transaction or span; they make none of their own.
pub(crate) fn group<'a>(
    records: impl Iterator<Item = &'a Records> + Clone,
    limit: usize,
) -> Vec<Trace> {
    collect(records.clone(), &newest_ids(records, limit))
}

/// The trace of this id, where it has a transaction or span.
pub(crate) fn find<'a>(
    records: impl Iterator<Item = &'a Records> + Clone,
    trace_id: &str,
) -> Option<Trace> {
    let known = records.clone().flat_map(trace_ids).any(|id| id == trace_id);
    if known {
        collect(records, &[trace_id]).pop()
    } else {
        None
    }
}

fn collect<'a>(records: impl Iterator<Item = &'a Records>, ids: &[&str]) -> Vec<Trace> {
    let mut traces: Vec<Trace> = ids.iter().map(|id| Trace::new(id)).collect();
    let places: HashMap<&str, usize> = ids
        .iter()
        .enumerate()
        .map(|(place, id)| (*id, place))
        .collect();
    for records in records {
        for transaction in &records.transactions {
            if let Some(&place) = places.get(transaction.trace_id()) {
                traces[place].transactions.push(transaction.clone());
            }
        }
        for streamed in &records.spans {
            if let Some(&place) = places.get(streamed.span.trace_id.as_str()) {
                traces[place].spans.push(streamed.clone());
            }
        }
        for event in &records.events {
            if let Some(&place) = event.trace_id.as_deref().and_then(|id| places.get(id)) {
                traces[place].events.push(event.clone());
            }
        }
    }
    traces
}

/// How many traces there are.
pub(crate) fn count<'a>(records: impl Iterator<Item = &'a Records>) -> usize {
    records.flat_map(trace_ids).collect::<HashSet<_>>().len()
}

fn newest_ids<'a>(records: impl Iterator<Item = &'a Records>, limit: usize) -> Vec<&'a str> {
    let mut seen = HashSet::new();
    let mut ids: Vec<&str> = records
        .flat_map(trace_ids)
        .filter(|id| seen.insert(*id))
        .collect();
    ids.reverse();
    ids.truncate(limit);
    ids
}

fn trace_ids(records: &Records) -> impl Iterator<Item = &str> {
    let transactions = records.transactions.iter().map(TransactionRecord::trace_id);
    transactions.chain(
        records
            .spans
            .iter()
            .map(|streamed| streamed.span.trace_id.as_str()),
    )
}

impl Trace {
    fn new(trace_id: &str) -> Self {
        Self {
            trace_id: trace_id.to_owned(),
            transactions: Vec::new(),
            spans: Vec::new(),
            events: Vec::new(),
        }
    }
}
