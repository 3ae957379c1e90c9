//! A gRPC stack under test, and the service that it serves.
//!
//! The service has a method of each kind. What a method does stands in its messages: `fail 5` ends the call with that
//! code, `wait` never answers, `call 127.0.0.1:1` calls another service, and everything else is answered.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, StreamExt, stream};
use sentry_trace_http::Propagation;
use sentry_trace_runtime::{Tracer, current_span};
use serde_json::json;

use super::app::Probe;
use super::server::Running;

/// Messages as they come; an error is the code that ends the call.
pub type Messages = Pin<Box<dyn Stream<Item = Result<String, u32>> + Send>>;

/// What came of a call.
pub type Outcome = Pin<Box<dyn Future<Output = GrpcOutcome> + Send>>;

/// A server and a client.
pub trait Grpc: Send + Sync {
    /// Serves the app on a free port of 127.0.0.1. Called within a tokio runtime.
    fn start(&self, app: Arc<GrpcApp>) -> Running;

    /// Calls with the adapter that is tested, below the current span.
    fn call(&self, tracer: &Tracer, address: SocketAddr, call: GrpcCall) -> Outcome;
}

/// The methods of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// One message each way.
    Unary,
    /// Many messages back.
    ServerStream,
    /// Many messages there.
    ClientStream,
    /// Many messages both ways.
    Bidirectional,
    /// None that the service has.
    Unknown,
}

/// A call.
#[derive(Clone, Debug)]
pub struct GrpcCall {
    /// The method.
    pub method: Method,
    /// What is sent.
    pub messages: Vec<String>,
    /// After how many answers the call is given up.
    pub give_up_after: Option<usize>,
    /// The caller's own metadata.
    pub metadata: Vec<(&'static str, &'static str)>,
    /// What the caller wants.
    pub propagation: Propagation,
    /// How long the client waits for the head of the response.
    pub timeout: Option<Duration>,
    /// Whether the client knows more of the URL than its path.
    pub knows_origin: bool,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrpcOutcome {
    /// The answers.
    pub messages: Vec<String>,
    /// The code; none when the call was given up.
    pub code: Option<u32>,
}

/// The service.
pub struct GrpcApp {
    /// What the server's adapter and the client use.
    pub tracer: Tracer,
    /// What it calls other services with.
    pub grpc: &'static dyn Grpc,
    /// What tells the suite how far a call has come.
    pub probe: Arc<Probe>,
    /// How long the server lets a method run before it answers.
    pub timeout: Option<Duration>,
}

impl Method {
    /// The path of the method.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Unary => "/suite.Probe/Unary",
            Self::ServerStream => "/suite.Probe/ServerStream",
            Self::ClientStream => "/suite.Probe/ClientStream",
            Self::Bidirectional => "/suite.Probe/Bidirectional",
            Self::Unknown => "/suite.Probe/Unknown",
        }
    }

    /// The method of this path.
    pub fn of_path(path: &str) -> Self {
        let all = [
            Self::Unary,
            Self::ServerStream,
            Self::ClientStream,
            Self::Bidirectional,
        ];
        let known = all.into_iter().find(|method| method.path() == path);
        known.unwrap_or(Self::Unknown)
    }
}

impl GrpcCall {
    /// A call that sends these messages.
    pub fn new(method: Method, messages: &[&str]) -> Self {
        Self {
            method,
            messages: messages.iter().map(|text| (*text).to_owned()).collect(),
            give_up_after: None,
            metadata: Vec::new(),
            propagation: Propagation::Traced,
            timeout: None,
            knows_origin: false,
        }
    }
}

impl GrpcApp {
    /// Answers one message; `metadata` is what came with it.
    ///
    /// # Errors
    /// The code that ends the call.
    pub async fn answer(
        &self,
        message: String,
        metadata: &[(String, String)],
    ) -> Result<String, u32> {
        match message.split_once(' ') {
            Some(("fail", code)) => Err(code.parse().unwrap_or(2)),
            Some(("call", address)) => {
                let address = address.parse().map_err(|_| 3_u32)?;
                let call = GrpcCall::new(Method::Unary, &["hello"]);
                let outcome = self.grpc.call(&self.tracer, address, call).await;
                Ok(outcome.messages.concat())
            }
            _ if message == "wait" => {
                self.probe.waiting.notify_one();
                std::future::pending().await
            }
            _ => {
                let trace_id = current_span().trace_id().map(|id| id.to_string());
                let shown =
                    json!({ "message": message, "trace_id": trace_id, "metadata": metadata });
                Ok(shown.to_string())
            }
        }
    }

    /// Answers each message with one.
    pub fn answer_each(
        self: Arc<Self>,
        messages: impl Stream<Item = String> + Send + 'static,
    ) -> Messages {
        let answers = messages.then(move |message| {
            let app = self.clone();
            async move {
                tokio::task::yield_now().await;
                app.answer(message, &[]).await
            }
        });
        Box::pin(answers)
    }

    /// Answers one message with two, and then as it says.
    pub fn answer_thrice(self: Arc<Self>, message: String) -> Messages {
        let messages = ["first".to_owned(), "second".to_owned(), message];
        self.answer_each(stream::iter(messages))
    }

    /// Answers all messages with one.
    ///
    /// # Errors
    /// The code that ends the call.
    pub async fn answer_all(
        &self,
        mut messages: impl Stream<Item = String> + Send + Unpin,
    ) -> Result<String, u32> {
        let mut joined = Vec::new();
        while let Some(message) = messages.next().await {
            self.answer(message.clone(), &[]).await?;
            joined.push(message);
        }
        self.answer(joined.join("+"), &[]).await
    }
}
