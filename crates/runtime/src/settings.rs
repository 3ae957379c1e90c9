//! Options that were checked.

use std::ops::RangeInclusive;

use sentry_trace_core::continuation::Policy;
use sentry_trace_core::decision::Decision;
use sentry_trace_core::dsn::Dsn;
use sentry_trace_core::targets::Targets;

use crate::diagnostics::Listener;
use crate::sampler::TracesSampler;
use crate::service::Service;

/// Options that were checked; read-only.
#[non_exhaustive]
pub struct Settings {
    /// See [`Options::traces_sample_rate`](crate::Options::traces_sample_rate).
    pub traces_sample_rate: Option<f64>,
    /// See [`Options::traces_sampler`](crate::Options::traces_sampler).
    pub traces_sampler: Option<TracesSampler>,
    /// See [`Options::trace_propagation_targets`](crate::Options::trace_propagation_targets).
    pub trace_propagation_targets: Targets,
    /// See [`Options::propagate_traceparent`](crate::Options::propagate_traceparent).
    pub propagate_traceparent: bool,
    /// See [`Options::continue_traceparent`](crate::Options::continue_traceparent).
    pub continue_traceparent: bool,
    /// See [`Options::strict_trace_continuation`](crate::Options::strict_trace_continuation).
    pub strict_trace_continuation: bool,
    /// See [`Options::send_default_pii`](crate::Options::send_default_pii).
    pub send_default_pii: bool,
    /// See [`Options::trace_ignore_status_codes`](crate::Options::trace_ignore_status_codes).
    pub trace_ignore_status_codes: Vec<RangeInclusive<u16>>,
    /// See [`Options::trace_ignore_methods`](crate::Options::trace_ignore_methods).
    pub trace_ignore_methods: Vec<String>,
    /// See [`Options::max_spans`](crate::Options::max_spans).
    pub max_spans: usize,
    /// Who is told of diagnostics.
    pub listener: Listener,
    /// The host of the DSN.
    pub(crate) dsn_host: Option<String>,
    /// The service.
    pub service: std::sync::Arc<Service>,
}

impl Settings {
    /// Whether there is anything that may decide; otherwise rule R6 holds.
    #[must_use]
    pub const fn samples(&self) -> bool {
        self.traces_sample_rate.is_some() || self.traces_sampler.is_some()
    }

    /// Whether a transaction may be recorded in a trace of which the sender decided so, by what is set here.
    pub(crate) fn may_record(&self, sender: Decision) -> bool {
        match sender {
            Decision::NotSampled => self.traces_sampler.is_some(),
            Decision::Sampled | Decision::Deferred => self.samples(),
        }
    }

    /// Whether requests to this URL get our headers: it matches the targets and is not the DSN's own host and port
    /// (rules R8 and R9). An empty URL is unknown and gets none.
    #[must_use]
    pub fn propagates_to(&self, url: &str) -> bool {
        !url.is_empty() && self.trace_propagation_targets.matches(url) && !self.is_own_dsn(url)
    }

    /// See [`Tracer::propagates_to_host`](crate::Tracer::propagates_to_host).
    pub(crate) fn propagates_to_host(&self, host: &str, url: impl FnOnce() -> String) -> bool {
        if !self.trace_propagation_targets.is_all() {
            return self.propagates_to(&url());
        }
        let may_be_own =
            |dsn_host: &str| dsn_host.eq_ignore_ascii_case(host) || host.starts_with('[');
        !(self.dsn_host.as_deref().is_some_and(may_be_own) && self.is_own_dsn(&url()))
    }

    /// Whether a transaction with this status code is discarded (rule R10).
    #[must_use]
    pub fn ignores_status(&self, status: u16) -> bool {
        self.trace_ignore_status_codes
            .iter()
            .any(|range| range.contains(&status))
    }

    /// Whether requests of this method get no transaction (rule R10).
    #[must_use]
    pub fn ignores_method(&self, method: &str) -> bool {
        self.trace_ignore_methods
            .iter()
            .any(|ignored| ignored == method)
    }

    /// Whose traces are continued (rules R4 and R8).
    #[must_use]
    pub fn policy(&self) -> Policy<'_> {
        Policy {
            org_id: self.service.org_id.as_deref(),
            strict_trace_continuation: self.strict_trace_continuation,
            continue_traceparent: self.continue_traceparent,
        }
    }

    fn is_own_dsn(&self, url: &str) -> bool {
        let dsn = self.service.dsn.as_deref().map(Dsn::parse);
        matches!(dsn, Some(Ok(dsn)) if dsn.is_same_host_and_port(url))
    }
}
