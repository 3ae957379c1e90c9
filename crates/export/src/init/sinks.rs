//! Where transactions go, by what is bound, set and switched on.

#[cfg(feature = "dsn")]
use sentry_trace_runtime::diagnostics::Listener;
use sentry_trace_runtime::sink::Sink;
use sentry_trace_runtime::{Options, OptionsError, Settings};

use super::environment::Variable;
use crate::envelope::Format;
#[cfg(feature = "spotlight")]
use crate::spotlight::Setting;
use crate::transport::EnvelopeSink;

#[cfg(feature = "spotlight")]
const SPOTLIGHT: &str = "SENTRY_SPOTLIGHT";

#[derive(Default)]
pub(super) struct Sinks {
    pub(super) format: Format,
    /// Beside all others.
    pub(super) also: Option<Box<dyn Sink>>,
    #[cfg(feature = "dsn")]
    pub(super) http: crate::http::HttpOptions,
    #[cfg(feature = "spotlight")]
    pub(super) spotlight: Option<Setting>,
    /// The setting comes from the environment.
    #[cfg(feature = "spotlight")]
    spotlight_is_variable: bool,
    #[cfg(feature = "sentry")]
    client: Option<std::sync::Arc<sentry_core::Client>>,
}

impl Sinks {
    /// Adds what is not set: the bound client, and what the environment says.
    pub(super) fn complete(&mut self, variable: &Variable) {
        #[cfg(feature = "sentry")]
        {
            let bound = |hub: std::sync::Arc<sentry_core::Hub>| hub.client();
            self.client = bound(sentry_core::Hub::current())
                .or_else(|| bound(sentry_core::Hub::main()))
                .filter(|client| client.is_enabled());
        }
        #[cfg(feature = "spotlight")]
        self.complete_spotlight(variable(SPOTLIGHT).as_deref().map(Setting::parse));
        _ = variable;
    }

    /// A URL in the environment goes before a mere yes, and anything else that is set before the environment (Sentry,
    /// "Spotlight").
    #[cfg(feature = "spotlight")]
    fn complete_spotlight(&mut self, variable: Option<Setting>) {
        match (&self.spotlight, &variable) {
            (None, _) | (Some(Setting::On), Some(Setting::Url(_))) => {
                self.spotlight = variable;
                self.spotlight_is_variable = true;
            }
            (Some(Setting::Off), Some(Setting::On | Setting::Url(_)))
            | (Some(Setting::Url(_)), Some(Setting::Url(_)))
                if self.spotlight != variable =>
            {
                crate::spotlight::warn(&format!(
                    "{SPOTLIGHT} is passed over: the program says otherwise"
                ));
            }
            _ => {}
        }
    }

    /// Where there are copies and nothing else, all new traces are recorded, with all that may be (Sentry, "Spotlight").
    #[cfg(feature = "spotlight")]
    pub(super) fn for_copies_alone(&self, options: Options) -> Options {
        let url = self.spotlight.as_ref().and_then(Setting::url);
        let has_copies = url.is_some_and(crate::spotlight::is_http_url);
        if has_copies && self.also.is_none() && options.has_no_outlet() {
            let everything = Options::new()
                .traces_sample_rate(1.0)
                .send_default_pii(true);
            return options.or(everything);
        }
        options
    }

    /// What the bound client is set to.
    pub(super) fn client_options(&self) -> Options {
        #[cfg(feature = "sentry")]
        if let Some(client) = &self.client {
            return crate::sentry::client_options(client);
        }
        Options::new()
    }

    /// The sink that fits checked settings.
    pub(super) fn sink(
        mut self,
        settings: &Settings,
    ) -> Result<Option<Box<dyn Sink>>, OptionsError> {
        let also = self.also.take();
        Ok(match (self.envelopes(settings)?, also) {
            (Some(sink), Some(also)) => Some(Box::new((sink, also))),
            (sink, also) => sink.or(also),
        })
    }

    fn envelopes(self, settings: &Settings) -> Result<Option<Box<dyn Sink>>, OptionsError> {
        let sink = EnvelopeSink::new(self.format);
        #[cfg(feature = "sentry")]
        let (sink, through_client) = self.through_client(sink, settings);
        #[cfg(not(feature = "sentry"))]
        let through_client = false;
        let sink = if through_client {
            sink
        } else {
            self.over_http(sink, settings)?
        };
        let sink = self.with_copies(sink)?;
        if sink.is_empty() {
            return Ok(None);
        }
        #[cfg(feature = "sentry")]
        if through_client {
            return Ok(Some(Box::new(crate::sentry::WithScope(sink))));
        }
        Ok(Some(Box::new(sink)))
    }

    #[cfg(feature = "sentry")]
    fn through_client(&self, sink: EnvelopeSink, settings: &Settings) -> (EnvelopeSink, bool) {
        let own_dsn = settings.service.dsn.as_deref();
        let own_dsn = own_dsn.and_then(|dsn| dsn.parse::<sentry_core::types::Dsn>().ok());
        match &self.client {
            Some(client) if own_dsn.as_ref() == client.dsn() => {
                let transport = crate::sentry::ClientTransport::new(client.clone());
                (sink.to(transport), true)
            }
            _ => (sink, false),
        }
    }

    #[cfg(feature = "dsn")]
    fn over_http(
        &self,
        sink: EnvelopeSink,
        settings: &Settings,
    ) -> Result<EnvelopeSink, OptionsError> {
        let Some(dsn) = &settings.service.dsn else {
            return Ok(sink);
        };
        let mut options = self.http.clone();
        let (own, shared) = (options.listener, settings.listener.clone());
        options.listener = Listener::calling(move |diagnostic| {
            own.tell(diagnostic);
            shared.tell(diagnostic);
        });
        let transport = crate::http::HttpTransport::with_options(dsn, options);
        transport
            .map(|transport| sink.to(transport))
            .map_err(|reason| reason.of_option(dsn))
    }

    #[cfg(not(feature = "dsn"))]
    #[allow(clippy::unused_self, reason = "it is used where the feature is on")]
    fn over_http(
        &self,
        sink: EnvelopeSink,
        settings: &Settings,
    ) -> Result<EnvelopeSink, OptionsError> {
        match &settings.service.dsn {
            None => Ok(sink),
            Some(dsn) => Err(OptionsError::new(
                "dsn",
                dsn,
                "there is no way to its host: switch on the feature `dsn`, or bind a client of the official crate with the \
                 same DSN before this",
            )),
        }
    }

    #[cfg(feature = "spotlight")]
    fn with_copies(&self, sink: EnvelopeSink) -> Result<EnvelopeSink, OptionsError> {
        let Some(url) = self.spotlight.as_ref().and_then(Setting::url) else {
            return Ok(sink);
        };
        match crate::spotlight::Spotlight::new(url) {
            Ok(spotlight) => Ok(sink.to(spotlight)),
            // What goes wrong with copies affects nothing else (Sentry, "Spotlight"), least of all whether a service
            // starts in somebody's shell.
            Err(reason) if self.spotlight_is_variable => {
                crate::spotlight::warn(&format!("{SPOTLIGHT}: {reason}; there are no copies"));
                Ok(sink)
            }
            Err(reason) => Err(OptionsError::new("spotlight", url, reason)),
        }
    }

    #[cfg(not(feature = "spotlight"))]
    #[allow(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "they are where the feature is on"
    )]
    fn with_copies(&self, sink: EnvelopeSink) -> Result<EnvelopeSink, OptionsError> {
        Ok(sink)
    }
}
