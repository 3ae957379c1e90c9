//! Where the transactions of the demo go.

use sentry_trace::export::envelope::Format;
use sentry_trace::export::http::HttpTransport;
use sentry_trace::export::spotlight::{Setting, Spotlight};
use sentry_trace::export::transport::EnvelopeSink;

use super::arguments::Arguments;

/// To the collector, and wherever else it was asked for.
pub(super) fn sink(collector: &str, arguments: &Arguments) -> Result<EnvelopeSink, String> {
    let http = |dsn: &str| HttpTransport::new(dsn).map_err(|error| format!("{dsn}: {error}"));
    let mut sink = EnvelopeSink::new(Format::Transaction).to(http(collector)?);
    if let Some(dsn) = &arguments.dsn {
        sink = sink.to(http(dsn)?);
    }
    let spotlight = arguments.spotlight.as_deref().map(Setting::parse);
    if let Some(url) = spotlight.as_ref().and_then(Setting::url) {
        sink = sink.to(Spotlight::new(url).map_err(|error| format!("{url}: {error}"))?);
    }
    Ok(sink)
}
