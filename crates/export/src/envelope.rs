//! Envelopes: what Sentry's ingestion side takes (rule R13; Sentry, "Envelopes").
//!
//! ```
//! use sentry_trace_export::envelope::{Envelope, Format};
//! use sentry_trace_runtime::clock::Timestamp;
//! use sentry_trace_runtime::testing::MemorySink;
//! use sentry_trace_runtime::{Options, Tracer};
//!
//! let sink = MemorySink::new();
//! let options = Options::new().dsn("https://key@o1.example/7").traces_sample_rate(1.0);
//! let tracer = Tracer::new(options.inline_sink(sink.clone()))?;
//! tracer.start_new_trace().start_span("nightly report").start().finish();
//!
//! let transaction = sink.take().remove(0);
//! let envelope = Envelope::write(transaction, Format::Transaction).remove(0);
//! let bytes = envelope.to_bytes(Timestamp::from_micros(1_700_000_000_000_000));
//! let text = String::from_utf8(bytes).expect("envelopes of transactions are text");
//!
//! let lines: Vec<_> = text.lines().collect();
//! assert!(lines[0].starts_with(r#"{"sent_at":"2023-11-14T22:13:20.000000Z","event_id":""#));
//! assert!(lines[0].contains(r#""trace":{"trace_id":""#));
//! assert!(lines[1].starts_with(r#"{"type":"transaction","length":"#));
//! assert!(lines[2].contains(r#""transaction":"nightly report","transaction_info":{"source":"custom"}"#));
//! # Ok::<(), sentry_trace_runtime::OptionsError>(())
//! ```

use sentry_trace_runtime::Transaction;
use sentry_trace_runtime::clock::Timestamp;
use sentry_trace_runtime::sink::Loss;
use sentry_trace_runtime::transaction::SpanRecord;

use crate::json::{self, Object};
use crate::shrink::shrink;
use crate::time::Rfc3339;
use crate::{dsc, event, sdk, span_stream};

/// Sentry cuts the name of a transaction to so many bytes.
const MAX_NAME: usize = 200;

/// The content type of a request that carries an envelope.
pub const CONTENT_TYPE: &str = "application/x-sentry-envelope";

/// How a transaction is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// One item of the type `transaction` with all spans.
    #[default]
    Transaction,
    /// An item of the type `span` with up to 1000 spans, the root among them; further ones go into further envelopes.
    ///
    /// Sentry demands a dynamic sampling context with them, and drops spans without one that it can read. What came in is
    /// written as far as it can be read; in a trace that came without one (rule R3), or without a key, it names this
    /// service's project. A Spotlight takes such spans too, and shows none of them (4.11).
    SpanStream,
}

impl Format {
    /// The bytes that the items of a transaction may have before it loses data.
    ///
    /// Of a transaction, Sentry keeps the spans that go into 800 KiB, counted after it has added to each: twice the name of
    /// the transaction, the release, the environment, and some 224 bytes (Relay, `Event.spans`, `extract_span_tags`).
    /// Streamed spans may have 4 MiB, somewhat less than Sentry's other SDKs send at once.
    #[must_use]
    pub fn max_bytes(self, transaction: &Transaction) -> usize {
        match self {
            Self::Transaction => {
                let service = &transaction.service;
                let name = transaction.root.name.len().min(MAX_NAME);
                let release = service.release.as_deref().map_or(0, str::len);
                let added = 224 + 2 * name + release + service.environment.len();
                // Of more, some are cut off whatever they lose.
                let spans = transaction.span_count().min(1001);
                (800 * 1024_usize).saturating_sub(added * spans)
            }
            Self::SpanStream => 4 * 1024 * 1024,
        }
    }

    /// What Sentry counts when this is lost: in a stream there are no transactions.
    pub(crate) const fn loss(self, loss: Loss) -> Loss {
        match self {
            Self::Transaction => loss,
            Self::SpanStream => Loss::new(0, loss.spans),
        }
    }
}

/// The envelope of one transaction, complete but for the time of sending.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// Everything after the member `sent_at` of the header.
    rest: Vec<u8>,
    contents: Loss,
    format: Format,
}

impl Envelope {
    /// Writes a transaction: into one envelope, or into several where it is a [stream](Format::SpanStream) of more than
    /// 1000 spans.
    ///
    /// Where the items would be longer than [they may be](Format::max_bytes), data is left out before, the longest first:
    /// texts of all spans and links become `[truncated]`; when that is not enough, those with the most data lose it all;
    /// then names are cut to 200 bytes and `[truncated]`; then the spans with the most links lose those. Spans, their ids,
    /// times and statuses stay, so that a great many spans can still be longer.
    #[must_use]
    pub fn write(transaction: Transaction, format: Format) -> Vec<Self> {
        let mut transaction = transaction;
        let mut items = items(&transaction, format);
        let bytes: usize = items.iter().map(|item| item.bytes.len()).sum();
        let max_bytes = format.max_bytes(&transaction);
        if bytes > max_bytes {
            shrink(&mut transaction, bytes - max_bytes);
            items = self::items(&transaction, format);
        }
        let header = header(&transaction, format);
        let envelope = |item: Item| Self {
            rest: [&header[..], b"\n", &item.bytes].concat(),
            contents: item.contents,
            format,
        };
        items.into_iter().map(envelope).collect()
    }

    /// The bytes to send.
    #[must_use]
    pub fn to_bytes(&self, sent_at: Timestamp) -> Vec<u8> {
        let mut bytes = format!("{{\"sent_at\":\"{}\",", Rfc3339(sent_at)).into_bytes();
        bytes.extend_from_slice(&self.rest);
        bytes
    }

    /// What is lost with it: the transaction and its spans, or the spans alone where they are streamed.
    #[must_use]
    pub const fn contents(&self) -> Loss {
        self.contents
    }

    /// How it was written.
    #[must_use]
    pub const fn format(&self) -> Format {
        self.format
    }

    /// About how much memory it takes, in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.rest.len()
    }
}

/// The envelope's header without its first member and the brace before that.
fn header(transaction: &Transaction, format: Format) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    json::object(&mut out, |header| {
        if format == Format::Transaction {
            header.id("event_id", transaction.event_id);
        }
        header.text_unless_empty("dsn", transaction.service.dsn.as_deref());
        sdk::write(header);
        match (format, &transaction.dsc) {
            (Format::Transaction, None) => {}
            (Format::Transaction, Some(context)) => {
                header.object("trace", |trace| dsc::write(trace, context));
            }
            (Format::SpanStream, _) => {
                header.object("trace", |trace| dsc::write_readable(trace, transaction));
            }
        }
    });
    out.remove(0);
    out
}

/// What an envelope has one of, more than one with spans being refused (Sentry, "Envelope Items").
struct Item {
    bytes: Vec<u8>,
    contents: Loss,
}

fn items(transaction: &Transaction, format: Format) -> Vec<Item> {
    match format {
        Format::Transaction => vec![transaction_item(transaction)],
        Format::SpanStream => span_stream::portions(transaction)
            .map(|spans| span_item(transaction, &spans))
            .collect(),
    }
}

fn transaction_item(transaction: &Transaction) -> Item {
    let spans = transaction.span_count();
    let mut payload = Vec::with_capacity(expected_len(spans));
    event::write(&mut payload, transaction);
    let mut bytes = Vec::with_capacity(payload.len() + ITEM_HEADER_LEN);
    write_item(&mut bytes, "transaction", &payload, |_| {});
    let contents = Loss::new(1, spans as u64);
    Item { bytes, contents }
}

fn span_item(transaction: &Transaction, spans: &[&SpanRecord]) -> Item {
    let mut payload = Vec::with_capacity(expected_len(spans.len()));
    span_stream::write(&mut payload, transaction, spans);
    let mut bytes = Vec::with_capacity(payload.len() + ITEM_HEADER_LEN);
    write_item(&mut bytes, "span", &payload, |header| {
        header.number("item_count", spans.len());
        header.text("content_type", span_stream::CONTENT_TYPE);
    });
    let contents = Loss::new(0, spans.len() as u64);
    Item { bytes, contents }
}

/// About as long as an item with so many spans becomes.
const fn expected_len(spans: usize) -> usize {
    1024 + 512 * spans
}

/// Room for an item's header.
const ITEM_HEADER_LEN: usize = 128;

/// The header of an envelope that carries a report alone.
#[cfg(any(feature = "dsn", feature = "sentry"))]
pub(crate) fn report_header(sent_at: Timestamp) -> Vec<u8> {
    let mut out = Vec::with_capacity(128);
    json::object(&mut out, |header| {
        header.text("sent_at", &Rfc3339(sent_at).to_string());
        sdk::write(header);
    });
    out.push(b'\n');
    out
}

/// Writes an item, header and payload.
pub(crate) fn write_item(
    out: &mut Vec<u8>,
    item_type: &str,
    payload: &[u8],
    more: impl FnOnce(&mut Object<'_>),
) {
    json::object(out, |header| {
        header.text("type", item_type);
        header.number("length", payload.len());
        more(header);
    });
    out.push(b'\n');
    out.extend_from_slice(payload);
    out.push(b'\n');
}
