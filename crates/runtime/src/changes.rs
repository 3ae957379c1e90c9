//! Changes of a context that is frozen.

use sentry_trace_core::dsc::Changes;

/// What the changed members take at most, so that the text is allocated once.
pub(crate) const CHANGES_LEN: usize =
    "sentry-sample_rand=0.123456,sentry-sample_rate=0.12345678901234567,sentry-sampled=false,"
        .len();

/// The text of a context that the scope of a head has frozen, with what one of its roots decided (rule R3).
pub(crate) fn with_decision(frozen: &[u8], decided: Option<(f64, bool)>) -> Vec<u8> {
    let changes = Changes {
        sample_rand: None,
        decided,
    };
    let mut text = Vec::with_capacity(frozen.len() + CHANGES_LEN);
    changes.write(frozen, &mut text);
    text
}
