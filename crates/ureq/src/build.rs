//! Building an agent that is traced.

use std::sync::{Arc, OnceLock};

use ureq::config::{Config, ConfigBuilder};
use ureq::http::{Request, Response};
use ureq::middleware::{Middleware, MiddlewareNext};
use ureq::typestate::AgentScope;
use ureq::{Agent, Body, Error, SendBody};

use crate::middleware::TraceMiddleware;

/// Builds traced agents.
pub trait ConfigBuilderExt {
    /// An agent that is traced by the global tracer.
    ///
    /// The agent keeps every setting of the builder, those of redirects too, and its middleware, which runs once for
    /// all hops. It has ureq's connector and resolver. Its connections and cookies are not those that
    /// `Agent::shutdown` and `Agent::cookie_jar_lock` reach: give an agent for them to
    /// [`TraceMiddleware::over`] where you need that. Without the feature `rustls` or `native-tls` of this crate, an agent
    /// with TLS settings of its own makes a connection for each request.
    fn build_traced(self) -> Agent;

    /// An agent that is traced as `middleware` says.
    fn build_traced_with(self, middleware: TraceMiddleware) -> Agent;
}

impl ConfigBuilderExt for ConfigBuilder<AgentScope> {
    fn build_traced(self) -> Agent {
        self.build_traced_with(TraceMiddleware::new())
    }

    fn build_traced_with(self, trace: TraceMiddleware) -> Agent {
        // The settings can be read only when the builder, and so the chain in it, is complete.
        let late = Arc::new(OnceLock::new());
        let config = self.middleware(Late(late.clone())).build();
        let wire = || for_connections(&config).into();
        late.get_or_init(|| trace.in_agent(config.output_buffer_size(), wire));
        config.into()
    }
}

/// A traced agent with ureq's defaults, for single calls: `sentry_trace_ureq::agent().get(url).call()`.
#[must_use]
pub fn agent() -> Agent {
    Config::builder().build_traced()
}

/// A trace middleware that is complete only when its agent is.
struct Late(Arc<OnceLock<TraceMiddleware>>);

impl Middleware for Late {
    fn handle(
        &self,
        request: Request<SendBody<'_>>,
        next: MiddlewareNext<'_>,
    ) -> Result<Response<Body>, Error> {
        match self.0.get() {
            Some(trace) => trace.handle(request, next),
            None => next.handle(request),
        }
    }
}

/// The settings that decide over connections; all others go along with each request.
fn for_connections(config: &Config) -> Config {
    let builder = Config::builder()
        .ip_family(config.ip_family())
        .no_delay(config.no_delay())
        .input_buffer_size(config.input_buffer_size())
        .output_buffer_size(config.output_buffer_size())
        .user_agent(config.user_agent().clone())
        .max_idle_connections(config.max_idle_connections())
        .max_idle_connections_per_host(config.max_idle_connections_per_host())
        .max_idle_age(config.max_idle_age());
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    let builder = builder.tls_config(config.tls_config().clone());
    builder.build()
}
