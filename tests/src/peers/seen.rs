//! What a service says that it saw.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The answer of a peer, without what it was answered itself.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Seen {
    pub(super) sdk: String,
    pub(super) active: Active,
    pub(super) trace_data: BTreeMap<String, String>,
    pub(super) incoming: BTreeMap<String, String>,
    pub(super) body: Option<String>,
    pub(super) error: Option<String>,
}

/// The current trace and span, also where nothing is recorded.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Active {
    pub(super) trace_id: Option<String>,
    pub(super) span_id: Option<String>,
    pub(super) parent_span_id: Option<String>,
}

/// A `sentry-trace` header in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TraceHeader {
    pub(super) trace_id: String,
    pub(super) span_id: String,
    pub(super) flag: Option<String>,
}

impl Seen {
    pub(super) fn sentry_trace(&self) -> Option<TraceHeader> {
        let mut parts = self
            .incoming
            .get("sentry-trace")?
            .split('-')
            .map(str::to_owned);
        Some(TraceHeader {
            trace_id: parts.next()?,
            span_id: parts.next()?,
            flag: parts.next(),
        })
    }

    /// Whom the caller says it is: by `sentry-trace`, else by `traceparent`.
    pub(super) fn caller(&self) -> Option<TraceHeader> {
        self.sentry_trace().or_else(|| {
            let mut parts = self.incoming.get("traceparent")?.split('-').skip(1);
            Some(TraceHeader {
                trace_id: parts.next()?.to_owned(),
                span_id: parts.next()?.to_owned(),
                flag: None,
            })
        })
    }

    pub(super) fn baggage(&self) -> &str {
        self.incoming.get("baggage").map_or("", String::as_str)
    }

    /// The sentry members with their values as they came.
    pub(super) fn members(&self) -> BTreeMap<&str, &str> {
        let pieces = self.baggage().split(',').map(str::trim);
        pieces
            .filter_map(|piece| piece.strip_prefix("sentry-")?.split_once('='))
            .collect()
    }

    /// The sentry members with their values decoded.
    pub(super) fn decoded(&self) -> BTreeMap<String, String> {
        let members = self.members().into_iter();
        members
            .map(|(name, value)| (name.to_owned(), decode(value)))
            .collect()
    }

    /// The pieces that are not Sentry's.
    pub(super) fn foreign(&self) -> Vec<&str> {
        let pieces = self.baggage().split(',').map(str::trim);
        pieces
            .filter(|piece| !piece.is_empty() && !piece.starts_with("sentry-"))
            .collect()
    }
}

/// A value without its properties, percent-decoded; what is no escape stays.
fn decode(value: &str) -> String {
    let mut rest = value
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .as_bytes();
    let mut bytes = Vec::with_capacity(rest.len());
    while let Some((&first, behind)) = rest.split_first() {
        let escape = behind
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        match escape.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            _ => {
                bytes.push(first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_without_their_properties() {
        assert_eq!(decode("%2Fa%20b+c"), "/a b+c");
        assert_eq!(decode("%e6%bc%a2;p=1"), "漢");
        assert_eq!(decode("100%"), "100%");
    }

    #[test]
    fn a_caller_is_named_by_either_header() {
        let seen = |name: &str, value: &str| -> Seen {
            let answer = serde_json::json!({
                "sdk": "any",
                "active": { "trace_id": null, "span_id": null, "parent_span_id": null },
                "trace_data": {},
                "incoming": { name: value, "baggage": "a=1, sentry-release=b%401,c" },
            });
            serde_json::from_value(answer).expect("an answer")
        };
        let by_sentry = seen("sentry-trace", "t-s-1");
        assert_eq!(by_sentry.caller(), by_sentry.sentry_trace());
        assert_eq!(by_sentry.foreign(), ["a=1", "c"]);
        assert_eq!(by_sentry.decoded()["release"], "b@1");
        let by_w3c = seen("traceparent", "00-t-s-01");
        assert_eq!(by_w3c.sentry_trace(), None);
        assert_eq!(by_w3c.caller().expect("a caller").span_id, "s");
    }
}
