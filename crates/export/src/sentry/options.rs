//! Our options, out of a client's.

use sentry_core::{Client, ClientOptions, TracesSamplingStrategy, TransactionContext};
use sentry_trace_runtime::sampler::SamplingContext;
use sentry_trace_runtime::{Options, Value};

/// What the client is set to: DSN, release, environment, server name, organisation, strictness, PII, `debug` and sampling.
///
/// A sampler is called with the name, op, trace id, the parent's decision, and the data as custom context. A rate
/// outside [0, 1] becomes the nearer end, as it has that effect in the client.
pub fn client_options(client: &Client) -> Options {
    let theirs = client.options();
    let mut options = Options::new()
        .strict_trace_continuation(theirs.strict_trace_continuation)
        .send_default_pii(theirs.send_default_pii);
    if theirs.debug {
        options = options.debug(true);
    }
    if let Some(dsn) = client.dsn() {
        options = options.dsn(dsn.to_string().replace(":@", "@"));
    }
    if let Some(release) = &theirs.release {
        options = options.release(release.clone());
    }
    if let Some(environment) = &theirs.environment {
        options = options.environment(environment.clone());
    }
    if let Some(name) = &theirs.server_name {
        options = options.server_name(name.clone());
    }
    if let Some(org_id) = &theirs.org_id {
        options = options.org_id(org_id.to_string());
    }
    with_sampling(options, theirs)
}

fn with_sampling(options: Options, theirs: &ClientOptions) -> Options {
    match &theirs.traces_sampling_strategy {
        TracesSamplingStrategy::FixedRate(rate) => {
            options.traces_sample_rate(widened(rate.clamp(0.0, 1.0)))
        }
        TracesSamplingStrategy::Function(sampler) => {
            let sampler = sampler.clone();
            options.traces_sampler(move |context| {
                widened(sampler(&transaction_context(context)).clamp(0.0, 1.0))
            })
        }
        _ => options,
    }
}

/// The number that was written, 0.1 for example, which the wider type holds differently.
fn widened(rate: f32) -> f64 {
    rate.to_string().parse().unwrap_or_else(|_| f64::from(rate))
}

fn transaction_context(context: &SamplingContext<'_>) -> TransactionContext {
    let builder = TransactionContext::builder(context.name, context.op)
        .with_sampled(context.parent_decision.to_option());
    let builder = match context.trace_id.to_string().parse() {
        Ok(trace_id) => builder.with_trace_id(trace_id),
        Err(_) => builder,
    };
    let custom = |builder: sentry_core::TransactionContextBuilder, (key, value): (&str, &Value)| {
        builder.with_custom(key.to_owned(), json(value))
    };
    context.data.iter().fold(builder, custom).finish()
}

fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Text(text) => text.as_ref().into(),
        Value::Integer(number) => (*number).into(),
        Value::Float(number) => (*number).into(),
        Value::Bool(value) => (*value).into(),
        _ => serde_json::Value::Null,
    }
}
