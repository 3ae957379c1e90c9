//! The service of `rust-peer`: the app, with what the environment says.
//!
//! ```
//! use sentry_trace_conformance::peers::service::Settings;
//!
//! let settings = Settings::read(|name| (name == "PEER_PORT").then(|| "8080".to_owned()));
//! assert_eq!(settings.expect("a port").port, 8080);
//!
//! let error = Settings::read(|name| (name == "PEER_SAMPLE_RATE").then(|| "often".to_owned()));
//! assert_eq!(error.expect_err("no number"), "PEER_SAMPLE_RATE = \"often\": not a number");
//! ```

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use sentry::ClientOptions;
use sentry_trace::export::envelope::Format;
use sentry_trace::export::init::{Guard, Init};
use sentry_trace::export::sentry::LinkErrors;
use sentry_trace_core::targets::Target;
use sentry_trace_runtime::Options;
use tokio::signal::unix::{SignalKind, signal};

use crate::e2e::app::Probe;
use crate::e2e::{App, Pair};

/// How long deliveries may take at the end.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(5);

/// What the environment says; what is `None` has its default.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Settings {
    /// `PEER_PORT`; 0 picks a free one.
    pub port: u16,
    /// `SENTRY_DSN`.
    pub dsn: Option<String>,
    /// `PEER_SAMPLE_RATE`; unset: no sampling is configured (rule R6).
    pub sample_rate: Option<f64>,
    /// `PEER_TARGETS`: a comma list or a JSON array; `re:` begins a regular expression, anything else is a substring
    /// (rule R9).
    pub targets: Option<Vec<Target>>,
    /// `PEER_STRICT=1` (rule R4).
    pub strict: bool,
    /// `PEER_ORG_ID` (rule R4).
    pub org_id: Option<String>,
    /// `PEER_TRACEPARENT=1`: it is written, and continued (rule R8).
    pub traceparent: bool,
    /// `PEER_RELEASE`.
    pub release: Option<String>,
    /// `PEER_ENVIRONMENT`.
    pub environment: Option<String>,
    /// `PEER_FORMAT`: `transaction` or `span-stream`.
    pub format: Format,
}

impl Settings {
    /// Reads variables with `variable`.
    ///
    /// # Errors
    /// Names the variable that cannot be used.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let number = |name: &str| variable(name).map(|text| parse(name, &text)).transpose();
        let is_on = |name| variable(name).as_deref() == Some("1");
        Ok(Self {
            port: variable("PEER_PORT").map_or(Ok(0), |text| parse("PEER_PORT", &text))?,
            dsn: variable("SENTRY_DSN").filter(|dsn| !dsn.is_empty()),
            sample_rate: number("PEER_SAMPLE_RATE")?,
            targets: variable("PEER_TARGETS")
                .map(|text| targets(&text))
                .transpose()?,
            strict: is_on("PEER_STRICT"),
            org_id: variable("PEER_ORG_ID"),
            traceparent: is_on("PEER_TRACEPARENT"),
            release: variable("PEER_RELEASE"),
            environment: variable("PEER_ENVIRONMENT"),
            format: format(variable("PEER_FORMAT").as_deref())?,
        })
    }

    fn options(self) -> Options {
        let mut options = Options::new()
            .strict_trace_continuation(self.strict)
            .propagate_traceparent(self.traceparent)
            .continue_traceparent(self.traceparent);
        if let Some(dsn) = self.dsn {
            options = options.dsn(dsn);
        }
        if let Some(rate) = self.sample_rate {
            options = options.traces_sample_rate(rate);
        }
        if let Some(targets) = self.targets {
            options = options.trace_propagation_targets(targets);
        }
        if let Some(org_id) = self.org_id {
            options = options.org_id(org_id);
        }
        if let Some(release) = self.release {
            options = options.release(release);
        }
        if let Some(environment) = self.environment {
            options = options.environment(environment);
        }
        options
    }

    /// The official client, for error events; transactions go through it too.
    fn client(&self) -> Option<sentry::ClientInitGuard> {
        let mut options = ClientOptions::new()
            .dsn(self.dsn.as_deref()?)
            .add_integration(LinkErrors::new());
        if let Some(release) = &self.release {
            options = options.release(release.clone());
        }
        // The client's own default depends on how it was compiled.
        let environment = self.environment.as_deref().unwrap_or("production");
        Some(sentry::init(options.environment(environment.to_owned())))
    }
}

/// Serves until SIGTERM, says `LISTENING PORT` when it is ready, and delivers what is left at the end.
///
/// # Errors
/// A setting cannot be used.
pub fn run(pair: Pair, settings: Settings) -> Result<(), String> {
    let port = settings.port;
    let client = settings.client();
    let format = settings.format;
    let guard = Init::new(settings.options())
        .format(format)
        .flush_timeout(FLUSH_TIMEOUT)
        .environment(|_| None)
        .start()
        .map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let served = runtime.block_on(serve(pair, port, &guard));
    drop(runtime);
    drop(guard);
    drop(client);
    served.map_err(|error| error.to_string())
}

async fn serve(pair: Pair, port: u16, guard: &Guard) -> std::io::Result<()> {
    let mut terminated = signal(SignalKind::terminate())?;
    let running = pair.server.start(Arc::new(App {
        tracer: guard.tracer().clone(),
        client: pair.client,
        port,
        probe: Arc::new(Probe::default()),
    }));
    let mut stdout = std::io::stdout();
    writeln!(stdout, "LISTENING {}", running.address.port())?;
    stdout.flush()?;
    terminated.recv().await;
    Ok(())
}

fn parse<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, String> {
    text.parse()
        .map_err(|_| format!("{name} = {text:?}: not a number"))
}

fn targets(text: &str) -> Result<Vec<Target>, String> {
    let list: Vec<String> = if text.trim().starts_with('[') {
        serde_json::from_str(text).map_err(|error| format!("PEER_TARGETS = {text:?}: {error}"))?
    } else {
        text.split(',').map(str::to_owned).collect()
    };
    let named = list.iter().map(|target| target.trim());
    let target = |target: &str| match target.strip_prefix("re:") {
        Some(pattern) => Target::regex(pattern),
        None => Target::substring(target),
    };
    Ok(named
        .filter(|target| !target.is_empty())
        .map(target)
        .collect())
}

fn format(name: Option<&str>) -> Result<Format, String> {
    match name {
        None => Ok(Format::default()),
        Some("transaction") => Ok(Format::Transaction),
        Some("span-stream") => Ok(Format::SpanStream),
        Some(other) => Err(format!(
            "PEER_FORMAT = {other:?}: transaction or span-stream"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_a_list_or_json() {
        let shown = |text| format!("{:?}", targets(text).expect("targets"));
        let expected = [Target::substring("/a"), Target::regex("^b")];
        assert_eq!(shown("/a, re:^b"), format!("{expected:?}"));
        assert_eq!(shown("[\"/a\", \"re:^b\"]"), format!("{expected:?}"));
        assert_eq!(shown(""), "[]");
        assert!(targets("[1]").is_err());
    }

    #[test]
    fn a_setting_that_cannot_be_used_is_named() {
        for (name, value) in [
            ("PEER_PORT", "http"),
            ("PEER_FORMAT", "xml"),
            ("PEER_TARGETS", "["),
        ] {
            let read = Settings::read(|asked| (asked == name).then(|| value.to_owned()));
            assert!(read.is_err_and(|error| error.starts_with(name)));
        }
    }
}
