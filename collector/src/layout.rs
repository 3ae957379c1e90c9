//! The order and depth of a trace's nodes when its tree is drawn.

use std::collections::HashMap;

use crate::node::{Node, STREAMED};

/// Where a node's parent is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parent {
    /// The node names none.
    Absent,
    /// The node of this index.
    Known(usize),
    /// The node names one that is not in the trace.
    Unknown,
    /// The nodes above it go round in a circle, and this one is where the circle was cut.
    Circular,
}

/// A node in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Placed {
    /// The node's index.
    pub(crate) node: usize,
    /// How many nodes stand above it.
    pub(crate) depth: usize,
    /// Whether it is the last one below its parent.
    pub(crate) last: bool,
    pub(crate) parent: Parent,
}

/// Every node once, depth first, siblings by start, end, span id and order of arrival.
pub(crate) fn arrange(nodes: &[Node]) -> Vec<Placed> {
    let index = Index::new(nodes);
    let mut parents: Vec<Parent> = (0..nodes.len()).map(|node| index.parent(node)).collect();
    let mut above: Vec<Option<usize>> = parents
        .iter()
        .enumerate()
        .map(|(node, &parent)| index.drawn_under(node, parent))
        .collect();
    cut_circles(nodes, &mut parents, &mut above);

    let mut tops = Vec::new();
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    let mut by_time: Vec<usize> = (0..nodes.len()).collect();
    by_time.sort_by(|&a, &b| order(&nodes[a], &nodes[b]));
    for node in by_time {
        match above[node] {
            Some(above) => children[above].push(node),
            None => tops.push(node),
        }
    }

    let mut placed = Vec::with_capacity(nodes.len());
    let mut stack = Vec::new();
    push_siblings(&mut stack, &tops, 0);
    while let Some((node, depth, last)) = stack.pop() {
        placed.push(Placed {
            node,
            depth,
            last,
            parent: parents[node],
        });
        push_siblings(&mut stack, &children[node], depth + 1);
    }
    placed
}

fn push_siblings(stack: &mut Vec<(usize, usize, bool)>, siblings: &[usize], depth: usize) {
    for (position, &node) in siblings.iter().enumerate().rev() {
        stack.push((node, depth, position + 1 == siblings.len()));
    }
}

fn order(a: &Node, b: &Node) -> std::cmp::Ordering {
    let times = a
        .span
        .start
        .total_cmp(&b.span.start)
        .then(a.span.end.total_cmp(&b.span.end));
    times.then_with(|| a.span.span_id.cmp(&b.span.span_id))
}

/// Cuts each circle of links at one node, which then stands at the top.
///
/// The links are those that are drawn, not the parents alone: a span with a lost parent stands below its transaction, and
/// that one may name this very span as its parent. Where there is a transaction or segment in the circle it is the one that
/// is cut, because a trace in which a service's part has nothing above it is not connected, and only those count for that.
fn cut_circles(nodes: &[Node], parents: &mut [Parent], above: &mut [Option<usize>]) {
    const UNSEEN: usize = usize::MAX;
    let mut seen_from = vec![UNSEEN; above.len()];
    for start in 0..above.len() {
        let mut node = start;
        while seen_from[node] == UNSEEN {
            seen_from[node] = start;
            let Some(next) = above[node] else {
                break;
            };
            if seen_from[next] == start {
                let cut = circle(next, above)
                    .find(|&node| nodes[node].kind.begins_service())
                    .unwrap_or(next);
                parents[cut] = Parent::Circular;
                above[cut] = None;
                break;
            }
            node = next;
        }
    }
}

/// The nodes of the circle that `first` is in, each once.
fn circle(first: usize, above: &[Option<usize>]) -> impl Iterator<Item = usize> + '_ {
    std::iter::successors(Some(first), move |&node| {
        above[node].filter(|&next| next != first)
    })
}

struct Index<'a> {
    nodes: &'a [Node],
    in_trace: HashMap<&'a str, usize>,
    in_group: HashMap<(usize, &'a str), usize>,
    group_heads: HashMap<usize, usize>,
}

impl<'a> Index<'a> {
    fn new(nodes: &'a [Node]) -> Self {
        let mut index = Self {
            nodes,
            in_trace: HashMap::new(),
            in_group: HashMap::new(),
            group_heads: HashMap::new(),
        };
        for (number, node) in nodes.iter().enumerate() {
            let id = node.span.span_id.as_str();
            index.in_trace.entry(id).or_insert(number);
            index.in_group.entry((node.group, id)).or_insert(number);
            if node.kind.begins_service() && node.group != STREAMED {
                index.group_heads.entry(node.group).or_insert(number);
            }
        }
        index
    }

    fn parent(&self, number: usize) -> Parent {
        let node = &self.nodes[number];
        let Some(id) = node.span.parent_span_id.as_deref() else {
            return Parent::Absent;
        };
        let found = self
            .in_group
            .get(&(node.group, id))
            .or_else(|| self.in_trace.get(id));
        found.map_or(Parent::Unknown, |&above| Parent::Known(above))
    }

    /// A span whose parent is lost still stands below the transaction that it was sent in.
    fn drawn_under(&self, number: usize, parent: Parent) -> Option<usize> {
        let node = &self.nodes[number];
        match parent {
            Parent::Known(above) => Some(above),
            Parent::Circular => None,
            Parent::Absent | Parent::Unknown if node.kind.begins_service() => None,
            Parent::Absent | Parent::Unknown => self.group_heads.get(&node.group).copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SpanRecord;
    use crate::node::NodeKind;

    fn node(group: usize, kind: NodeKind, id: &str, parent: Option<&str>, start: f64) -> Node {
        Node {
            kind,
            group,
            service: "s".into(),
            span: SpanRecord {
                trace_id: "t".into(),
                span_id: id.into(),
                parent_span_id: parent.map(Into::into),
                name: String::new(),
                op: None,
                status: None,
                origin: None,
                start,
                end: start + 1.0,
                data: serde_json::Map::new(),
            },
        }
    }

    fn drawn(nodes: &[Node]) -> Vec<(&str, usize)> {
        arrange(nodes)
            .iter()
            .map(|p| (nodes[p.node].span.span_id.as_str(), p.depth))
            .collect()
    }

    #[test]
    fn siblings_stand_by_time_and_children_below_their_parent() {
        use NodeKind::{Span, Transaction};
        let nodes = [
            node(0, Transaction, "a", None, 0.0),
            node(0, Span, "late", Some("a"), 5.0),
            node(0, Span, "early", Some("a"), 1.0),
            node(1, Transaction, "remote", Some("early"), 2.0),
        ];
        assert_eq!(
            drawn(&nodes),
            [("a", 0), ("early", 1), ("remote", 2), ("late", 1)]
        );
    }

    #[test]
    fn a_streamed_span_with_a_lost_parent_is_not_guessed_into_a_segment() {
        use NodeKind::{Segment, Span};
        let nodes = [
            node(STREAMED, Segment, "a", None, 0.0),
            node(STREAMED, Span, "of another service", Some("dropped"), 1.0),
        ];
        assert_eq!(drawn(&nodes), [("a", 0), ("of another service", 0)]);
    }

    #[test]
    fn the_same_transaction_twice_stays_two_trees() {
        use NodeKind::{Span, Transaction};
        let nodes = [
            node(0, Transaction, "a", None, 0.0),
            node(0, Span, "b", Some("a"), 1.0),
            node(1, Transaction, "a", None, 0.0),
            node(1, Span, "b", Some("a"), 1.0),
        ];
        assert_eq!(drawn(&nodes), [("a", 0), ("b", 1), ("a", 0), ("b", 1)]);
    }

    #[test]
    fn a_transaction_below_its_own_span_with_a_lost_parent_is_cut_from_it() {
        use NodeKind::{Span, Transaction};
        let nodes = [
            node(0, Transaction, "t", Some("s"), 0.0),
            node(0, Span, "s", Some("dropped"), 1.0),
        ];
        assert_eq!(drawn(&nodes), [("t", 0), ("s", 1)]);
        assert_eq!(arrange(&nodes)[0].parent, Parent::Circular);

        // The way into the circle leads over the span, and still it is the transaction that is cut.
        let nodes = [
            node(0, Transaction, "below", Some("s"), 2.0),
            node(1, Transaction, "t", Some("s"), 0.0),
            node(1, Span, "s", Some("dropped"), 1.0),
        ];
        assert_eq!(drawn(&nodes), [("t", 0), ("s", 1), ("below", 2)]);
        assert_eq!(arrange(&nodes)[0].parent, Parent::Circular);
    }

    #[test]
    fn circles_and_lost_parents_lose_no_node() {
        use NodeKind::{Span, Transaction};
        let nodes = [
            node(0, Transaction, "a", Some("b"), 0.0),
            node(1, Transaction, "b", Some("a"), 1.0),
            node(2, Transaction, "self", Some("self"), 2.0),
            node(3, Transaction, "top", None, 3.0),
            node(3, Span, "lost", Some("dropped"), 4.0),
            node(4, Transaction, "below", Some("b"), 5.0),
        ];
        assert_eq!(
            drawn(&nodes),
            [
                ("a", 0),
                ("b", 1),
                ("below", 2),
                ("self", 0),
                ("top", 0),
                ("lost", 1)
            ]
        );
        let circular = arrange(&nodes)
            .iter()
            .filter(|p| p.parent == Parent::Circular)
            .count();
        assert_eq!(circular, 2);
    }
}
