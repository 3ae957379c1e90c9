//! Reading headers, of whatever type a framework has for them.

use http::HeaderMap;
use http::header::{HOST, HeaderName, HeaderValue, USER_AGENT, ValueIter};
use sentry_trace_runtime::core::continuation::Incoming;
use sentry_trace_runtime::core::{baggage, sentry_trace, traceparent};

static SENTRY_TRACE: HeaderName = HeaderName::from_static(sentry_trace::NAME);
static BAGGAGE: HeaderName = HeaderName::from_static(baggage::NAME);
static TRACEPARENT: HeaderName = HeaderName::from_static(traceparent::NAME);

/// The headers of a message.
pub trait Headers {
    /// The first value of a name, given in lower case.
    fn first(&self, name: &str) -> Option<&[u8]>;

    /// Shows all values of a name, in order.
    fn each(&self, name: &str, visit: &mut dyn FnMut(&[u8]));

    /// The first `host`; a type that keeps well-known names in a form of their own finds it faster so.
    fn host(&self) -> Option<&[u8]> {
        self.first("host")
    }

    /// The first `user-agent`.
    fn user_agent(&self) -> Option<&[u8]> {
        self.first("user-agent")
    }
}

impl Headers for HeaderMap {
    fn first(&self, name: &str) -> Option<&[u8]> {
        self.get(name).map(HeaderValue::as_bytes)
    }

    fn each(&self, name: &str, visit: &mut dyn FnMut(&[u8])) {
        for value in self.get_all(name) {
            visit(value.as_bytes());
        }
    }

    fn host(&self) -> Option<&[u8]> {
        self.get(HOST).map(HeaderValue::as_bytes)
    }

    fn user_agent(&self) -> Option<&[u8]> {
        self.get(USER_AGENT).map(HeaderValue::as_bytes)
    }
}

/// What the headers of a request say of its trace, for
/// [`Tracer::continue_trace`](sentry_trace_runtime::Tracer::continue_trace).
pub fn incoming(
    headers: &HeaderMap,
) -> Incoming<impl Iterator<Item = &[u8]>, impl Iterator<Item = &[u8]>, impl Iterator<Item = &[u8]>>
{
    Incoming {
        sentry_trace: Lines::Wanted(headers, &SENTRY_TRACE),
        baggage: Lines::Wanted(headers, &BAGGAGE),
        traceparent: Lines::Wanted(headers, &TRACEPARENT),
    }
}

/// The values of a name, which is looked up only when the first one is asked for.
enum Lines<'a> {
    Wanted(&'a HeaderMap, &'static HeaderName),
    All(ValueIter<'a, HeaderValue>),
    Done,
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        match self {
            Self::Done => None,
            _ => self.look_up(),
        }
    }
}

impl<'a> Lines<'a> {
    fn look_up(&mut self) -> Option<&'a [u8]> {
        let value = match self {
            Self::Wanted(headers, name) if headers.len() == headers.keys_len() => {
                // No name has several values, and one is found faster alone.
                let value = headers.get(*name);
                *self = Self::Done;
                value
            }
            Self::Wanted(headers, name) => {
                let mut values = headers.get_all(*name).iter();
                let value = values.next();
                *self = Self::All(values);
                value
            }
            Self::All(values) => values.next(),
            Self::Done => None,
        };
        value.map(HeaderValue::as_bytes)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use http::header::HeaderValue;

    use super::incoming;

    #[test]
    fn all_lines_of_a_name_are_read_in_order() {
        let mut headers = HeaderMap::new();
        for lines in [&[][..], &["a=1"], &["a=1", "b=2", "c=3"]] {
            headers.clear();
            headers.append("host", HeaderValue::from_static("shop.test"));
            for line in lines {
                headers.append("baggage", HeaderValue::from_static(line));
            }
            let read: Vec<_> = incoming(&headers).baggage.collect();
            let lines: Vec<_> = lines.iter().map(|line| line.as_bytes()).collect();
            assert_eq!(read, lines);
        }
    }
}
