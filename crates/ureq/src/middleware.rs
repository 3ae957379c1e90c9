//! The middleware for ureq.

use sentry_trace_http::{ClientConfig, ClientRequest, Propagation};
use sentry_trace_runtime::Tracer;
use sentry_trace_runtime::current::Scope;
use ureq::http::{Request, Response};
use ureq::middleware::{Middleware, MiddlewareNext};
use ureq::{Agent, Body, Error, RequestExt, SendBody};

use crate::follow::follow;
use crate::hop::Recording;
use crate::rehearsal::follows_redirects;

/// That of ureq, in bytes.
const DEFAULT_OUTPUT_BUFFER_SIZE: usize = 128 * 1024;

/// Records a span for each request and each redirect, and writes the headers that carry the trace on.
///
/// [`build_traced_with`](crate::ConfigBuilderExt::build_traced_with) makes an agent of it. In a chain of
/// middleware that you build yourself, put it last, and either
///
/// - tell it by [`over`](Self::over) which agent sends; it then follows redirects and never calls what stands behind
///   it, because a chain can be gone through only once for all hops; or
/// - set `max_redirects(0)`. An agent that follows redirects itself would carry our headers to hosts that must not get
///   them (rule R8); its requests get a span and no headers, and the tracer's diagnostics are told.
#[derive(Clone, Debug)]
#[must_use]
pub struct TraceMiddleware {
    config: ClientConfig,
    wire: Option<Agent>,
    /// That of the agent whose middleware this is.
    output_buffer_size: usize,
}

impl TraceMiddleware {
    /// A middleware that uses the global tracer.
    pub const fn new() -> Self {
        Self {
            config: ClientConfig::new("auto.http.ureq"),
            wire: None,
            output_buffer_size: DEFAULT_OUTPUT_BUFFER_SIZE,
        }
    }

    /// The tracer whose targets count; without one the global tracer is looked up at each request.
    pub fn tracer(mut self, tracer: Tracer) -> Self {
        self.config = self.config.tracer(tracer);
        self
    }

    /// Names the span, instead of by method and URL; `None` keeps that.
    pub fn name(
        mut self,
        name: impl Fn(&ClientRequest<'_>) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.config = self.config.name(name);
        self
    }

    /// The agent that sends each hop: with its connector, its resolver, its connections and its cookies.
    ///
    /// What a request may and how redirects are followed stays with the agent whose middleware this is. Middleware of
    /// `wire` runs on each hop: one that adds credentials belongs into the other agent, in front of this. Connections
    /// are pooled where the settings of both agents agree.
    pub fn over(mut self, wire: Agent) -> Self {
        self.wire = Some(wire);
        self
    }

    /// As the middleware of an agent with this setting; `wire` makes the agent that sends, where none was given.
    pub(crate) fn in_agent(
        mut self,
        output_buffer_size: usize,
        wire: impl FnOnce() -> Agent,
    ) -> Self {
        self.output_buffer_size = output_buffer_size;
        self.wire.get_or_insert_with(wire);
        self
    }

    fn recording(&self, propagation: Propagation) -> Recording<'_> {
        Recording {
            config: &self.config,
            propagation,
            output_buffer_size: self.output_buffer_size,
        }
    }

    /// No headers where the agent would carry them along a redirect.
    fn checked(&self, propagation: Propagation, head: &Request<()>) -> Propagation {
        let may_follow = || {
            let settings = head.clone().middleware_config();
            settings.is_none_or(|settings| follows_redirects(&settings.build()))
        };
        if propagation == Propagation::Traced && may_follow() {
            self.config.note(
                "this agent follows redirects itself, so its requests get no headers: \
                 use build_traced(), TraceMiddleware::over or max_redirects(0)",
            );
            return Propagation::NotPropagated;
        }
        propagation
    }
}

/// The settings of the agent whose middleware runs, where the request has none of its own.
fn with_settings(head: Request<()>, wire: &Agent) -> Request<()> {
    match head.clone().middleware_config() {
        Some(settings) => settings.build(),
        None => wire.configure_request(head).build(),
    }
}

impl Default for TraceMiddleware {
    fn default() -> Self {
        Self::new()
    }
}

impl Middleware for TraceMiddleware {
    fn handle(
        &self,
        request: Request<SendBody<'_>>,
        next: MiddlewareNext<'_>,
    ) -> Result<Response<Body>, Error> {
        let propagation = request.extensions().get::<Propagation>().copied();
        let propagation = propagation.unwrap_or_default();
        let (parts, body) = request.into_parts();
        let head = Request::from_parts(parts, ());
        match &self.wire {
            None if propagation == Propagation::NotTraced => next.handle(head.map(|()| body)),
            None => {
                let recording = self.recording(self.checked(propagation, &head));
                recording.send(head.map(|()| body), 0, |request| next.handle(request))
            }
            Some(wire) => {
                let request = with_settings(head, wire).map(|()| body);
                if propagation == Propagation::NotTraced {
                    return wire.run(request);
                }
                let mut scope = Scope::new(self.config.surroundings(propagation));
                scope.run(|| follow(wire, &self.recording(propagation), request))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_that_of_ureq() {
        let config = ureq::config::Config::default();
        assert_eq!(config.output_buffer_size(), DEFAULT_OUTPUT_BUFFER_SIZE);
    }
}
