//! What of a trace and its baggage is there to send.

/// The trace, and the baggage unless it is empty. Without a trace there is nothing: baggage alone belongs to no trace.
pub(super) fn to_send<'a>(
    sentry_trace: Option<&'a str>,
    baggage: Option<&'a str>,
) -> Option<(&'a str, Option<&'a str>)> {
    let sentry_trace = sentry_trace.filter(|value| !value.is_empty())?;
    Some((sentry_trace, baggage.filter(|value| !value.is_empty())))
}
