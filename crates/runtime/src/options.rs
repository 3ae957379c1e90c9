//! What a user sets; checked once, when the tracer is built.

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

use sentry_trace_core::dsc::DEFAULT_ENVIRONMENT;
use sentry_trace_core::dsn::Dsn;
use sentry_trace_core::targets::{Target, Targets};

use crate::before_send::BeforeSend;
use crate::clock::Clock;
use crate::diagnostics::{Diagnostic, Listener};
use crate::entropy::Entropy;
use crate::environment::Environment;
use crate::listener::OnDiagnostic;
use crate::sampler::{SamplingContext, TracesSampler};
use crate::service::Service;
use crate::settings::Settings;
use crate::sink::Sink;
use crate::transaction::Transaction;

/// Rule R10.
const DEFAULT_MAX_SPANS: usize = 1000;

const DEFAULT_QUEUE_CAPACITY: usize = 256;

/// How a [`Tracer`](crate::Tracer) behaves. Names are those of Sentry's SDKs.
#[derive(Default)]
#[must_use]
pub struct Options {
    traces_sample_rate: Option<f64>,
    traces_sampler: Option<TracesSampler>,
    trace_propagation_targets: Option<Vec<Target>>,
    propagate_traceparent: Option<bool>,
    continue_traceparent: Option<bool>,
    strict_trace_continuation: Option<bool>,
    org_id: Option<String>,
    dsn: Option<String>,
    release: Option<String>,
    environment: Option<String>,
    server_name: Option<String>,
    send_default_pii: Option<bool>,
    trace_ignore_status_codes: Option<Vec<RangeInclusive<u16>>>,
    trace_ignore_methods: Option<Vec<String>>,
    max_spans: Option<usize>,
    queue_capacity: Option<usize>,
    pub(crate) ignore_environment: bool,
    pub(crate) process: Option<Environment>,
    pub(crate) sink: Option<SinkChoice>,
    pub(crate) clock: Option<Box<dyn Clock>>,
    pub(crate) entropy: Option<Box<dyn Entropy>>,
    pub(crate) before_send: Option<BeforeSend>,
    on_diagnostic: Option<OnDiagnostic>,
    debug: Option<bool>,
}

/// A sink and who calls it.
pub(crate) enum SinkChoice {
    Queued(Box<dyn Sink>),
    Inline(Box<dyn Sink>),
    Made(Box<MakeSink>),
}

/// Makes the sink that fits the settings; `None` for none.
type MakeSink = dyn FnOnce(&Settings) -> Result<Option<Box<dyn Sink>>, OptionsError> + Send;

/// An option with a value that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OptionsError {
    /// The name of the option.
    pub option: &'static str,
    /// The value that was given.
    pub value: String,
    /// Why it cannot be used.
    pub reason: String,
}

impl Options {
    /// No sampling configured: traces are continued and propagated, and nothing is recorded (rule R6).
    pub fn new() -> Self {
        Self::default()
    }

    /// The part of new traces that is recorded, in [0, 1] (rule R5). 0 is a rate: it decides against each trace.
    #[doc(alias = "tracesSampleRate")]
    pub const fn traces_sample_rate(mut self, rate: f64) -> Self {
        self.traces_sample_rate = Some(rate);
        self
    }

    /// Whether there is a rate or a sampler, which are one setting.
    #[doc(hidden)]
    #[must_use]
    pub const fn samples(&self) -> bool {
        self.traces_sample_rate.is_some() || self.traces_sampler.is_some()
    }

    /// Decides for each transaction: gives a rate in [0, 1] and goes before the parent's decision (rule R5).
    ///
    /// A transaction that is started in it is not recorded: it would have to be decided about as well. For what only the
    /// request tells, server adapters have `sampled`, which goes before the sampler.
    ///
    /// ```
    /// # use sentry_trace_runtime::testing::MemorySink;
    /// use sentry_trace_runtime::{Options, Tracer};
    ///
    /// let options = Options::new().traces_sampler(|context| {
    ///     // What the parent decided holds; new traces have a rate by their name.
    ///     context.inherit_or_sample_with(match context.name {
    ///         "POST /orders" => 1.0,
    ///         name if name.ends_with("/health") => 0.0,
    ///         _ => 0.1,
    ///     })
    /// });
    /// # let options = options.inline_sink(MemorySink::new());
    /// let tracer = Tracer::new(options)?;
    /// assert!(tracer.start_new_trace().start_span("POST /orders").start().is_recording());
    /// assert!(!tracer.start_new_trace().start_span("GET /health").start().is_recording());
    /// # Ok::<(), sentry_trace_runtime::OptionsError>(())
    /// ```
    #[doc(alias = "tracesSampler")]
    pub fn traces_sampler(
        mut self,
        sampler: impl Fn(&SamplingContext<'_>) -> f64 + Send + Sync + 'static,
    ) -> Self {
        self.traces_sampler = Some(Arc::new(sampler));
        self
    }

    /// The URLs whose requests get our headers (rule R9). Not set: all. An empty list: none.
    ///
    /// A text is a substring; see [`Target`] for hosts, origins, domains and regular expressions.
    #[doc(alias = "tracePropagationTargets")]
    #[doc(alias = "tracingOrigins")]
    pub fn trace_propagation_targets(
        mut self,
        targets: impl IntoIterator<Item = impl Into<Target>>,
    ) -> Self {
        self.trace_propagation_targets = Some(targets.into_iter().map(Into::into).collect());
        self
    }

    /// Send `traceparent` too (rule R8). Off by default.
    #[doc(alias = "propagateTraceparent")]
    pub const fn propagate_traceparent(mut self, propagate: bool) -> Self {
        self.propagate_traceparent = Some(propagate);
        self
    }

    /// Continue from `traceparent` where there is no `sentry-trace` (rule R8). Off by default.
    pub const fn continue_traceparent(mut self, continue_: bool) -> Self {
        self.continue_traceparent = Some(continue_);
        self
    }

    /// Do not continue traces when only one side names its organisation (rule R4). Off by default.
    #[doc(alias = "strictTraceContinuation")]
    pub const fn strict_trace_continuation(mut self, strict: bool) -> Self {
        self.strict_trace_continuation = Some(strict);
        self
    }

    /// The own organisation (rule R4). Not set or empty: the one that the DSN's host names.
    #[doc(alias = "orgId")]
    pub fn org_id(mut self, org_id: impl Into<String>) -> Self {
        self.org_id = Some(org_id.into());
        self
    }

    /// The DSN. It gives the public key and the organisation, and its own host and port never get our headers.
    pub fn dsn(mut self, dsn: impl Into<String>) -> Self {
        self.dsn = Some(dsn.into());
        self
    }

    /// The release, `shop@1.2.0` for example. One that Sentry would drop, for a slash in it for example, is told to
    /// [`on_diagnostic`](Self::on_diagnostic).
    pub fn release(mut self, release: impl Into<String>) -> Self {
        self.release = Some(release.into());
        self
    }

    /// The environment; `production` by default. One that Sentry would drop is told, as with the release.
    pub fn environment(mut self, environment: impl Into<String>) -> Self {
        self.environment = Some(environment.into());
        self
    }

    /// The name of the machine or of the service.
    #[doc(alias = "serverName")]
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.server_name = Some(name.into());
        self
    }

    /// Record queries, client addresses, and the values of the headers that an adapter is told to capture (rule R10). In
    /// place of values whose keys or names stand for credentials, `token` for example, goes `[Filtered]`. Off by default.
    #[doc(alias = "sendDefaultPii")]
    pub const fn send_default_pii(mut self, send: bool) -> Self {
        self.send_default_pii = Some(send);
        self
    }

    /// The status codes, each from 100 to 599, whose transactions are discarded (rule R10). By default 404.
    ///
    /// ```
    /// use sentry_trace_runtime::{Options, StatusCodes};
    ///
    /// let options = Options::new().trace_ignore_status_codes([404, 410]);
    /// let options = Options::new().trace_ignore_status_codes([StatusCodes::from(500..=599)]);
    /// ```
    #[doc(alias = "ignoreStatusCodes")]
    #[doc(alias = "traceIgnoreStatusCodes")]
    pub fn trace_ignore_status_codes(
        mut self,
        codes: impl IntoIterator<Item = impl Into<StatusCodes>>,
    ) -> Self {
        self.trace_ignore_status_codes =
            Some(codes.into_iter().map(|codes| codes.into().0).collect());
        self
    }

    /// The request methods, upper case, that get no transaction (rule R10). By default `OPTIONS` and `HEAD`.
    pub fn trace_ignore_methods(
        mut self,
        methods: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.trace_ignore_methods = Some(methods.into_iter().map(Into::into).collect());
        self
    }

    /// The most child spans of a transaction, from 1 to 100 000; what is over is counted (rule R10). By default 1000.
    pub const fn max_spans(mut self, spans: usize) -> Self {
        self.max_spans = Some(spans);
        self
    }

    /// Where transactions go, through a bounded queue and a thread of its own that never block the caller.
    pub fn sink(mut self, sink: impl Sink) -> Self {
        self.sink = Some(SinkChoice::Queued(Box::new(sink)));
        self
    }

    /// Where transactions go, called by whoever finishes one: for sinks that never block, and for tests.
    pub fn inline_sink(mut self, sink: impl Sink) -> Self {
        self.sink = Some(SinkChoice::Inline(Box::new(sink)));
        self
    }

    /// Where transactions go, chosen when all other options have been checked; `None` for nowhere.
    ///
    /// Called as [`sink`](Self::sink) is. An error names the option because of which there can be no sink.
    pub fn sink_for(
        mut self,
        make: impl FnOnce(&Settings) -> Result<Option<Box<dyn Sink>>, OptionsError> + Send + 'static,
    ) -> Self {
        self.sink = Some(SinkChoice::Made(Box::new(make)));
        self
    }

    /// Gives each transaction as it is to be sent, without what must not leave the service for example; `None` drops it.
    ///
    /// Called by the sink's thread, or by whoever finishes a transaction where the sink is inline. A panic in it drops the
    /// transaction. What is dropped is counted, and a sink that is not inline is told, so that it is reported as
    /// `before_send`. What the scope of the official client adds is not seen here: its own processors do that. A new name
    /// leaves the old one in [`dsc`](Transaction::dsc), which is frozen by then and may have gone out with requests.
    ///
    /// ```
    /// # use sentry_trace_runtime::testing::MemorySink;
    /// # use sentry_trace_runtime::{Options, Tracer};
    /// # let sink = MemorySink::new();
    /// let options = Options::new().traces_sample_rate(1.0).before_send_transaction(|mut transaction| {
    ///     transaction.spans.retain(|span| span.op != "cache");
    ///     transaction.root.data.remove("url.query");
    ///     (transaction.root.name != "GET /health").then_some(transaction)
    /// });
    /// let tracer = Tracer::new(options.inline_sink(sink.clone()))?;
    /// for name in ["GET /health", "GET /orders"] {
    ///     tracer.start_new_trace().start_span(name).start().finish();
    /// }
    /// assert_eq!(sink.take().len(), 1);
    /// assert_eq!(tracer.stats().filtered_transactions, 1);
    /// # Ok::<(), sentry_trace_runtime::OptionsError>(())
    /// ```
    #[doc(alias = "beforeSendTransaction")]
    pub fn before_send_transaction(
        mut self,
        before_send: impl Fn(Transaction) -> Option<Transaction> + Send + Sync + 'static,
    ) -> Self {
        self.before_send = Some(Box::new(before_send));
        self
    }

    /// Whether neither a DSN nor a sink is set.
    #[doc(hidden)]
    #[must_use]
    pub fn has_no_outlet(&self) -> bool {
        self.dsn.as_ref().is_none_or(String::is_empty) && self.sink.is_none()
    }

    /// Takes from `fallback` what is not set here.
    ///
    /// A rate and a sampler are one setting: where either is set here, neither is taken.
    pub fn or(self, fallback: Self) -> Self {
        let (rate, sampler) = if self.samples() {
            (self.traces_sample_rate, self.traces_sampler)
        } else {
            (fallback.traces_sample_rate, fallback.traces_sampler)
        };
        let set = |text: &String| !text.is_empty();
        Self {
            traces_sample_rate: rate,
            traces_sampler: sampler,
            trace_propagation_targets: self
                .trace_propagation_targets
                .or(fallback.trace_propagation_targets),
            propagate_traceparent: self
                .propagate_traceparent
                .or(fallback.propagate_traceparent),
            continue_traceparent: self.continue_traceparent.or(fallback.continue_traceparent),
            strict_trace_continuation: self
                .strict_trace_continuation
                .or(fallback.strict_trace_continuation),
            org_id: self.org_id.filter(set).or(fallback.org_id),
            dsn: self.dsn.or(fallback.dsn),
            release: self.release.filter(set).or(fallback.release),
            environment: self.environment.filter(set).or(fallback.environment),
            server_name: self.server_name.filter(set).or(fallback.server_name),
            send_default_pii: self.send_default_pii.or(fallback.send_default_pii),
            trace_ignore_status_codes: self
                .trace_ignore_status_codes
                .or(fallback.trace_ignore_status_codes),
            trace_ignore_methods: self.trace_ignore_methods.or(fallback.trace_ignore_methods),
            max_spans: self.max_spans.or(fallback.max_spans),
            queue_capacity: self.queue_capacity.or(fallback.queue_capacity),
            ignore_environment: self.ignore_environment || fallback.ignore_environment,
            process: self.process.or(fallback.process),
            sink: self.sink.or(fallback.sink),
            clock: self.clock.or(fallback.clock),
            entropy: self.entropy.or(fallback.entropy),
            before_send: self.before_send.or(fallback.before_send),
            on_diagnostic: self.on_diagnostic.or(fallback.on_diagnostic),
            debug: self.debug.or(fallback.debug),
        }
    }

    /// Transactions that may wait for the sink, from 1 to 1 000 000; what is over is dropped and counted. By default 256.
    pub const fn sink_queue_capacity(mut self, transactions: usize) -> Self {
        self.queue_capacity = Some(transactions);
        self
    }

    /// Do not read `SENTRY_TRACE` and `SENTRY_BAGGAGE` of this process (rule R12).
    pub const fn ignore_environment(mut self) -> Self {
        self.ignore_environment = true;
        self
    }

    /// What the process counts as started with (rule R12), where its own variables are not to be read.
    #[doc(hidden)]
    pub fn started_with(mut self, environment: Environment) -> Self {
        self.process = Some(environment);
        self
    }

    /// Where times come from.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Box::new(clock));
        self
    }

    /// Where ids come from.
    pub fn entropy(mut self, entropy: impl Entropy) -> Self {
        self.entropy = Some(Box::new(entropy));
        self
    }

    /// Told when something is dropped or ignored. Must not block. A transaction that is started in it is not recorded.
    pub fn on_diagnostic(mut self, tell: impl Fn(&Diagnostic) + Send + Sync + 'static) -> Self {
        self.on_diagnostic = Some(Arc::new(tell));
        self
    }

    /// Write each diagnostic on the standard error output too. Off by default.
    pub const fn debug(mut self, debug: bool) -> Self {
        self.debug = Some(debug);
        self
    }

    /// The capacity of the sink's queue.
    pub(crate) fn checked_queue_capacity(&self) -> Result<usize, OptionsError> {
        in_range(
            "sink_queue_capacity",
            self.queue_capacity.unwrap_or(DEFAULT_QUEUE_CAPACITY),
            1_000_000,
        )
    }

    /// Checks each value.
    pub(crate) fn check(&mut self) -> Result<Settings, OptionsError> {
        let dsn = self.dsn.take().filter(|dsn| !dsn.is_empty());
        let parsed_dsn = dsn
            .as_deref()
            .map(|text| Dsn::parse(text).map_err(|reason| OptionsError::new("dsn", text, reason)))
            .transpose()?;
        let own_org_id = self.org_id.take().filter(|org_id| !org_id.is_empty());
        let org_id_of_dsn = parsed_dsn.and_then(|dsn| dsn.org_id().map(str::to_owned));
        let dsn_host = parsed_dsn.map(|dsn| dsn.host().to_owned());
        let public_key = parsed_dsn.map(|dsn| dsn.public_key().to_owned());
        Ok(Settings {
            traces_sample_rate: check_rate(self.traces_sample_rate)?,
            traces_sampler: self.traces_sampler.take(),
            trace_propagation_targets: check_targets(self.trace_propagation_targets.take())?,
            propagate_traceparent: self.propagate_traceparent.unwrap_or_default(),
            continue_traceparent: self.continue_traceparent.unwrap_or_default(),
            strict_trace_continuation: self.strict_trace_continuation.unwrap_or_default(),
            send_default_pii: self.send_default_pii.unwrap_or_default(),
            trace_ignore_status_codes: check_status_codes(self.trace_ignore_status_codes.take())?,
            trace_ignore_methods: check_methods(self.trace_ignore_methods.take())?,
            max_spans: in_range(
                "max_spans",
                self.max_spans.unwrap_or(DEFAULT_MAX_SPANS),
                100_000,
            )?,
            listener: Listener::new(self.on_diagnostic.take(), self.debug.unwrap_or_default()),
            dsn_host,
            service: Arc::new(Service {
                org_id: own_org_id.or(org_id_of_dsn),
                dsn,
                public_key,
                release: self.release.take().filter(|release| !release.is_empty()),
                environment: self
                    .environment
                    .take()
                    .filter(|environment| !environment.is_empty())
                    .unwrap_or_else(|| DEFAULT_ENVIRONMENT.to_owned()),
                server_name: self.server_name.take().filter(|name| !name.is_empty()),
            }),
        })
    }
}

/// One status code or a range of them.
#[derive(Clone, Debug)]
pub struct StatusCodes(RangeInclusive<u16>);

impl From<u16> for StatusCodes {
    fn from(code: u16) -> Self {
        Self(code..=code)
    }
}

impl From<RangeInclusive<u16>> for StatusCodes {
    fn from(codes: RangeInclusive<u16>) -> Self {
        Self(codes)
    }
}

fn check_rate(rate: Option<f64>) -> Result<Option<f64>, OptionsError> {
    match rate {
        Some(rate) if !(0.0..=1.0).contains(&rate) => Err(OptionsError::new(
            "traces_sample_rate",
            rate,
            "a rate is a number from 0 to 1",
        )),
        // Adding zero makes a zero of a negative zero.
        rate => Ok(rate.map(|rate| rate + 0.0)),
    }
}

fn check_targets(targets: Option<Vec<Target>>) -> Result<Targets, OptionsError> {
    let Some(targets) = targets else {
        return Ok(Targets::all());
    };
    Targets::new(targets)
        .map_err(|reason| OptionsError::new("trace_propagation_targets", reason.text(), &reason))
}

fn check_status_codes(
    codes: Option<Vec<RangeInclusive<u16>>>,
) -> Result<Vec<RangeInclusive<u16>>, OptionsError> {
    const NOT_FOUND: RangeInclusive<u16> = 404..=404;
    let codes = codes.unwrap_or_else(|| vec![NOT_FOUND]);
    let wrong = |range: &&RangeInclusive<u16>| {
        range.is_empty() || *range.start() < 100 || *range.end() > 599
    };
    match codes.iter().find(wrong) {
        Some(range) => Err(OptionsError::new(
            "trace_ignore_status_codes",
            format!("{range:?}"),
            "a status code is from 100 to 599, and a range is not empty",
        )),
        None => Ok(codes),
    }
}

fn check_methods(methods: Option<Vec<String>>) -> Result<Vec<String>, OptionsError> {
    let methods = methods.unwrap_or_else(|| vec!["OPTIONS".into(), "HEAD".into()]);
    let is_token = |method: &str| {
        let allowed = |byte: u8| byte.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?={}".contains(&byte);
        !method.is_empty() && method.bytes().all(allowed)
    };
    for method in &methods {
        let refuse = |reason| Err(OptionsError::new("trace_ignore_methods", method, reason));
        if !is_token(method) {
            return refuse("this is not a request method");
        }
        let upper_case = method.to_ascii_uppercase();
        if *method != upper_case && METHODS.contains(&&*upper_case) {
            return refuse("methods are told apart by case: this one is upper case");
        }
    }
    Ok(methods)
}

/// The methods of RFC 9110, section 9, and RFC 5789.
const METHODS: [&str; 9] = [
    "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE",
];

fn in_range(option: &'static str, value: usize, most: usize) -> Result<usize, OptionsError> {
    if (1..=most).contains(&value) {
        Ok(value)
    } else {
        Err(OptionsError::new(
            option,
            value,
            format_args!("it is from 1 to {most}"),
        ))
    }
}

impl OptionsError {
    /// Why this value of this option cannot be used.
    pub fn new(option: &'static str, value: impl fmt::Display, reason: impl fmt::Display) -> Self {
        Self {
            option,
            value: value.to_string(),
            reason: reason.to_string(),
        }
    }
}

impl fmt::Display for OptionsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "option {} = {:?}: {}",
            self.option, self.value, self.reason
        )
    }
}

impl std::error::Error for OptionsError {}
