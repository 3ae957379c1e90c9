//! Through the official client, and beside it.
//!
//! [`init`](crate::init::init) does all of this by itself when a client is bound. The parts are public for a
//! tracer of one's own.
//!
//! # What goes through the client
//! Transactions go to `Client::send_envelope` as finished bytes: the client's transport would drop the `trace` header of
//! an envelope that it has parsed. Its TLS, proxy and shutdown flush apply, and a pause that it has been told for
//! everything. A pause for transactions alone does not stop finished bytes, since the client does not look into them,
//! and it counts none of them that it loses; both are so up to 0.49.5. Losses in front of the client are reported.
//!
//! # Scopes
//! User, tags, extra data and contexts of the scope are written into the transaction, as the client does with its own.
//! The scope is that of the hub that was current when the transaction started, as it is when it finishes: put our layer
//! *inside* the one that makes a hub for each request (`NewSentryLayer`), so that this is the request's hub.
//!
//! Streamed spans ([`Format::SpanStream`](crate::envelope::Format::SpanStream)) have the user in their attributes, and
//! nothing else of the scope.
//!
//! # Errors
//! With [`LinkErrors`] among the client's integrations, an event that is captured while a span of ours is current
//! carries its trace and span id. [`init`](crate::init::init) links events of an already bound client by a processor on
//! the scope of the main hub and of the current one; hubs that other threads have made before do not have it, so add
//! the integration where that matters.
//!
//! The request of an event stays the affair of `sentry-tower` and `sentry-actix`, which keep it in a processor of the
//! scope, and the client runs no processor for transactions. Ours have a `request` out of the data of their root span, where
//! that serves one (rule R13), with or without those crates.
//!
//! # Beside the client's own tracing
//! Where none of our spans is current and one of the client's is, our HTTP clients propagate from that
//! ([`native_span`]). Whatever asks for the current span must therefore not run inside the closure of `add_breadcrumb`, nor
//! in `before_breadcrumb`: the client holds its hub's lock there.
//!
//! With `sentry-tower` or `sentry-actix` installed as well, let them keep hubs and request data, and switch off their
//! transactions (`SentryHttpLayer::new()` without `enable_transaction`; `Sentry::new()` instead of
//! `Sentry::with_transaction()`): otherwise each request is recorded twice, in two transactions of the same trace.
//!
//! # Migrating
//! From `sentry-tower`: keep `NewSentryLayer`, drop `enable_transaction` from `SentryHttpLayer` (or the layer, where
//! nobody needs the request on errors), add our layer inside of both, and replace `sentry::start_transaction` and
//! `start_child` by [`start_span`](sentry_trace_runtime::start_span) at leisure: until then a span of the client's own
//! that is started below one of ours begins a trace of its own, and the other way round the trace goes on.
//!
//! From `sentry-actix`: take `Sentry::new()`, and wrap the app in our middleware before it (the one that is wrapped last
//! runs first), so that the hub of the request is there when our span starts.
//!
//! Sampling options stay where they are, in `ClientOptions`.
//!
//! ```
//! use std::sync::Arc;
//! use sentry::{Client, ClientOptions, Hub, test::TestTransport};
//! use sentry_trace_export::sentry::{LinkErrors, client_options};
//! use sentry_trace_runtime::Tracer;
//!
//! let transport = TestTransport::new();
//! let options = ClientOptions::new()
//!     .dsn("https://key@o42.example/7")
//!     .traces_sample_rate(0.25)
//!     .transport(transport.clone())
//!     .add_integration(LinkErrors::new());
//! let client = Arc::new(Client::from(options));
//! let tracer = Tracer::new(client_options(&client))?;
//! assert_eq!(tracer.settings().service.org_id.as_deref(), Some("42"));
//! assert_eq!(tracer.settings().traces_sample_rate, Some(0.25));
//!
//! let span = tracer.start_new_trace().start_span("work").enter();
//! let hub = Arc::new(Hub::new(Some(client), Arc::default()));
//! Hub::run(hub, || sentry::capture_message("out of stock", sentry::Level::Warning));
//! let event = transport.fetch_and_clear_envelopes()[0].event().cloned().expect("an event");
//! let sentry::protocol::Context::Trace(trace) = &event.contexts["trace"] else { panic!() };
//! assert_eq!(trace.trace_id.to_string(), span.trace_id().expect("a span").to_string());
//! # Ok::<(), sentry_trace_runtime::OptionsError>(())
//! ```

mod alive;
mod client_transport;
mod link;
mod native;
mod options;
mod scope;

pub use client_transport::ClientTransport;
pub use link::LinkErrors;
pub(crate) use link::link_scopes;
pub use native::native_span;
pub use options::client_options;
pub use scope::WithScope;
