//! A transaction that is too long loses its longest data first, never its structure (rule R13).

use std::cmp::Reverse;

use sentry_trace_runtime::transaction::{Data, Links, SpanRecord};
use sentry_trace_runtime::{Text, Transaction, Value};

/// What stands where a text was.
pub(crate) const TRUNCATED: &str = "[truncated]";

/// What is left of a name that is too long, in bytes.
const SHORT_NAME: usize = 200;

/// Makes the transaction shorter by about `excess` bytes of JSON: first the longest texts among the data of all spans
/// and links become [`TRUNCATED`], then those with the most data lose all of it, then the longest names are cut, and then
/// the spans with the most links lose them all.
///
/// Ids of spans, times, the tree of spans, and names as such stay, so that the result may still be too long.
pub(crate) fn shrink(transaction: &mut Transaction, excess: usize) {
    let mut excess = excess;
    truncate_texts(transaction, &mut excess);
    if excess > 0 {
        drop_data(transaction, &mut excess);
    }
    if excess > 0 {
        cut_names(transaction, &mut excess);
    }
    if excess > 0 {
        drop_links(transaction, excess);
    }
}

fn spans(transaction: &mut Transaction) -> impl Iterator<Item = &mut SpanRecord> {
    std::iter::once(&mut transaction.root).chain(&mut transaction.spans)
}

/// The data of all spans, and of their links.
fn data(transaction: &mut Transaction) -> impl Iterator<Item = &mut Data> {
    spans(transaction).flat_map(|span| {
        let links = span.links.iter_mut().map(|link| &mut link.data);
        std::iter::once(&mut span.data).chain(links)
    })
}

fn truncate_texts(transaction: &mut Transaction, excess: &mut usize) {
    let mut texts: Vec<(usize, usize, String)> = data(transaction)
        .enumerate()
        .flat_map(|(at, data)| long_texts(data).map(move |(length, key)| (length, at, key)))
        .collect();
    texts.sort_by(|(a, ..), (b, ..)| b.cmp(a));
    let mut data: Vec<_> = data(transaction).collect();
    for (length, at, key) in texts {
        if *excess == 0 {
            return;
        }
        data[at].set(key, TRUNCATED);
        *excess = excess.saturating_sub(length - TRUNCATED.len());
    }
}

fn long_texts(data: &Data) -> impl Iterator<Item = (usize, String)> {
    data.iter().filter_map(|(key, value)| match value {
        Value::Text(text) if text.len() > TRUNCATED.len() => Some((text.len(), key.to_owned())),
        _ => None,
    })
}

fn drop_data(transaction: &mut Transaction, excess: &mut usize) {
    let mut all: Vec<_> = data(transaction)
        .map(|data| (data_len(data), data))
        .collect();
    all.sort_by(|(a, _), (b, _)| b.cmp(a));
    for (length, data) in all {
        if *excess == 0 {
            return;
        }
        *data = Data::new();
        *excess = excess.saturating_sub(length);
    }
}

/// A lower bound of the length in JSON, without escapes.
fn data_len(data: &Data) -> usize {
    const QUOTES_COLON_COMMA: usize = 4;
    data.iter()
        .map(|(key, value)| key.len() + QUOTES_COLON_COMMA + value.as_str().map_or(1, str::len))
        .sum()
}

fn cut_names(transaction: &mut Transaction, excess: &mut usize) {
    let mut spans: Vec<_> = spans(transaction)
        .filter(|span| span.name.len() > SHORT_NAME + TRUNCATED.len())
        .collect();
    spans.sort_by_key(|span| Reverse(span.name.len()));
    for span in spans {
        if *excess == 0 {
            return;
        }
        let short = cut(&span.name);
        *excess = excess.saturating_sub(span.name.len() - short.len());
        span.name = short;
    }
}

fn drop_links(transaction: &mut Transaction, excess: usize) {
    const LENGTH: usize = r#"{"span_id":"","trace_id":""},"#.len() + 16 + 32;
    let mut excess = excess;
    let mut spans: Vec<_> = spans(transaction).collect();
    spans.sort_by_key(|span| Reverse(span.links.iter().len()));
    for span in spans {
        if excess == 0 {
            return;
        }
        let length = span.links.iter().len() * LENGTH;
        span.links = Links::new();
        excess = excess.saturating_sub(length);
    }
}

fn cut(name: &str) -> Text {
    let mut end = SHORT_NAME;
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    Text::concat([&name[..end], TRUNCATED])
}
