//! What goes wrong without breaking a request.

use std::fmt;

use sentry_trace_core::continuation::NotContinued;

/// Something that was dropped or ignored.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Diagnostic {
    /// `traces_sampler` returned something outside [0, 1] (rule R5).
    InvalidSampleRate(f64),
    /// `traces_sampler` panicked (rule R5).
    SamplerPanicked,
    /// The queue in front of the sink was full; this many transactions have been dropped so far.
    QueueFull(u64),
    /// The sink panicked.
    SinkPanicked,
    /// A trace that came in was not continued (rules R1 and R4). Told once for each reason.
    TraceRefused(NotContinued),
    /// A request to this host carries no headers, by `trace_propagation_targets` (rule R9). Told once for each host.
    NotPropagated(String),
    /// Something that an adapter noticed.
    Note(String),
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidSampleRate(rate) => {
                write!(
                    f,
                    "traces_sampler returned {rate}, which is not in [0, 1]: not sampled"
                )
            }
            Self::SamplerPanicked => f.write_str("traces_sampler panicked and counts as absent"),
            Self::QueueFull(dropped) => {
                write!(
                    f,
                    "the queue in front of the sink is full: {dropped} transactions dropped so far"
                )
            }
            Self::SinkPanicked => f.write_str("the sink panicked"),
            Self::TraceRefused(reason) => {
                write!(
                    f,
                    "a trace that came in is not continued: {reason}; told once"
                )
            }
            Self::NotPropagated(host) => {
                write!(
                    f,
                    "a request to {host} carries no trace: its URL matches no entry of trace_propagation_targets, or is \
                     the DSN's own; told once"
                )
            }
            Self::Note(note) => f.write_str(note),
        }
    }
}
