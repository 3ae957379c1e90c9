//! One call that switches tracing on.
//!
//! ```
//! use sentry_trace_export::init::Init;
//! use sentry_trace_runtime::{Options, start_new_trace};
//!
//! let guard = Init::new(Options::new().release("shop@1.0")).environment(|_| None).start()?;
//! let span = start_new_trace().expect("a global tracer").start_span("work").enter();
//! // There is no rate: nothing is recorded, and the trace is propagated all the same.
//! assert!(!span.is_recording());
//! assert!(span.trace_data().is_some());
//! drop(span);
//! drop(guard);
//! assert!(start_new_trace().is_none());
//!
//! let error = Init::new(Options::new()).environment(|name| {
//!     (name == "SENTRY_DSN").then(|| "https://example.com".to_owned())
//! });
//! let error = error.start().expect_err("no public key");
//! assert_eq!(
//!     error.to_string(),
//!     "option dsn = \"https://example.com\": the DSN has no public key, it stands before an @",
//! );
//! # Ok::<(), sentry_trace_export::init::InitError>(())
//! ```

mod environment;
mod error;
mod guard;
mod sinks;

use std::time::Duration;

use sentry_trace_runtime::process::Environment;
use sentry_trace_runtime::sink::Sink;
use sentry_trace_runtime::{Options, Tracer, set_global};

use crate::envelope::Format;
pub use error::InitError;
pub use guard::Guard;
use sinks::Sinks;

/// What a guard waits for deliveries when it is dropped.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);

/// Switches tracing on: the same as [`Init::new`] and [`Init::start`].
///
/// # Errors
/// Names the option or variable whose value cannot be used.
pub fn init(options: Options) -> Result<Guard, InitError> {
    Init::new(options).start()
}

/// Puts together the global tracer and its sink.
///
/// An option that is not set comes from the bound client of the official crate (feature `sentry`), else from the
/// environment: `SENTRY_DSN`, `SENTRY_RELEASE`, `SENTRY_ENVIRONMENT`, `SENTRY_TRACES_SAMPLE_RATE`, `SENTRY_DEBUG`. Transactions go
/// - to the options' own sink, if there is one, and nowhere else; a pair of sinks is a sink;
/// - else through the bound client, if it has the same DSN;
/// - else over HTTP to the DSN's host (feature `dsn`);
/// - and, as copies, to Spotlight (feature `spotlight`), by `Init::spotlight` or `SENTRY_SPOTLIGHT`. Where that is all, with
///   neither a DSN nor a sink, all new traces are recorded unless a rate is set, with what `send_default_pii` adds. Where the variable
///   is neither a yes, a no nor the URL of an HTTP server, there are no copies and one warning on the standard error
///   output; the method's URL has to be one;
/// - and to [`also`](Self::also), a terminal for example.
///
/// A DSN without a way to its host, which is the feature `dsn` or a bound client with the same DSN, is an error, unless
/// the options have a sink of their own: what is meant for Sentry would be lost in silence.
///
/// Without any of these nothing leaves the process but the headers: traces are continued and propagated.
#[must_use = "tracing is off until `start`"]
pub struct Init {
    options: Options,
    sinks: Sinks,
    flush_timeout: Duration,
    variable: Box<environment::Variable>,
}

impl Init {
    /// Begins with these options.
    pub fn new(options: Options) -> Self {
        Self {
            options,
            sinks: Sinks::default(),
            flush_timeout: FLUSH_TIMEOUT,
            // What is not UTF-8 is no absent variable: a DSN or a rate is refused, a Spotlight told, and a release or an
            // environment goes on with what can be shown of it.
            variable: Box::new(|name| Some(std::env::var_os(name)?.to_string_lossy().into_owned())),
        }
    }

    /// How transactions are written.
    pub const fn format(mut self, format: Format) -> Self {
        self.sinks.format = format;
        self
    }

    /// How envelopes are sent and kept where there is no bound client.
    #[cfg(feature = "dsn")]
    pub fn http(mut self, options: crate::http::HttpOptions) -> Self {
        self.sinks.http = options;
        self
    }

    /// Whether and where copies go to Spotlight; goes before `SENTRY_SPOTLIGHT`, which names the URL of
    /// [`Setting::On`](crate::spotlight::Setting::On).
    #[cfg(feature = "spotlight")]
    pub fn spotlight(mut self, setting: crate::spotlight::Setting) -> Self {
        self.sinks.spotlight = Some(setting);
        self
    }

    /// Where transactions go besides, unless the options have a sink of their own. Both are called by one thread: what
    /// hangs in one holds up the other.
    pub fn also(mut self, sink: impl Sink) -> Self {
        self.sinks.also = Some(Box::new(sink));
        self
    }

    /// What the guard waits for deliveries when it is dropped; 2 seconds by default.
    pub const fn flush_timeout(mut self, timeout: Duration) -> Self {
        self.flush_timeout = timeout;
        self
    }

    /// Reads variables with `variable` instead of from the process; those of the trace that it was started in too (rule
    /// R12).
    pub fn environment(mut self, variable: impl Fn(&str) -> Option<String> + 'static) -> Self {
        let started_with = Environment::read(&variable).unwrap_or_default();
        self.options = self.options.started_with(started_with);
        self.variable = Box::new(variable);
        self
    }

    /// Makes the tracer, and makes it the global one.
    ///
    /// # Errors
    /// Names the option or variable whose value cannot be used.
    pub fn start(self) -> Result<Guard, InitError> {
        let Self {
            options,
            mut sinks,
            flush_timeout,
            variable,
        } = self;
        sinks.complete(&variable);
        let options = environment::complete(options.or(sinks.client_options()), &variable)?;
        #[cfg(feature = "spotlight")]
        let options = sinks.for_copies_alone(options);
        let fallback = Options::new().sink_for(move |settings| sinks.sink(settings));
        let tracer = Tracer::new(options.or(fallback))?;
        set_global(tracer.clone());
        #[cfg(feature = "sentry")]
        {
            crate::sentry::link_scopes();
            // It may have been set before, by an earlier tracer.
            _ = sentry_trace_runtime::current::set_fallback(crate::sentry::native_span);
        }
        Ok(Guard::new(tracer, flush_timeout))
    }
}
