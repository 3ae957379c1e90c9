//! The tracer and the two propagators.

use opentelemetry::global;
use opentelemetry::propagation::TextMapCompositePropagator;
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};

/// Switches it on. Without a rate the sampler is the default: the parent's decision, else always.
pub(crate) fn start(rate: Option<f64>) -> SdkTracerProvider {
    let sampler = rate.map_or(Sampler::AlwaysOn, Sampler::TraceIdRatioBased);
    let provider = SdkTracerProvider::builder()
        .with_sampler(Sampler::ParentBased(Box::new(sampler)))
        .build();
    global::set_tracer_provider(provider.clone());
    global::set_text_map_propagator(TextMapCompositePropagator::new(vec![
        Box::new(TraceContextPropagator::new()),
        Box::new(BaggagePropagator::new()),
    ]));
    provider
}
