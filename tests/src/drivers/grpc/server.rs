//! The service, as tonic's generated code would have it.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::StreamExt;
use tonic::body::Body;
use tonic::server::{Grpc, NamedService};
use tonic::{Code, Request, Response, Status, Streaming};
use tower::{Service, service_fn};

use crate::e2e::grpc::{GrpcApp, Messages, Method};
use crate::text_codec::Text;

/// The methods of the app.
#[derive(Clone)]
pub(super) struct ProbeService(pub(super) Arc<GrpcApp>);

impl NamedService for ProbeService {
    const NAME: &'static str = "suite.Probe";
}

impl Service<http::Request<Body>> for ProbeService {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<http::Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let app = self.0.clone();
        Box::pin(async move { Ok(serve(app, request).await) })
    }
}

async fn serve(app: Arc<GrpcApp>, request: http::Request<Body>) -> http::Response<Body> {
    let mut grpc = Grpc::new(Text);
    match Method::of_path(request.uri().path()) {
        Method::Unary => {
            let method = service_fn(|request: Request<String>| async {
                let metadata = metadata(&request);
                let answer = app.answer(request.into_inner(), &metadata).await;
                answer.map(Response::new).map_err(status)
            });
            grpc.unary(method, request).await
        }
        Method::ServerStream => {
            let method = service_fn(|request: Request<String>| async {
                let answers = app.clone().answer_thrice(request.into_inner());
                Ok(streaming(answers))
            });
            grpc.server_streaming(method, request).await
        }
        Method::ClientStream => {
            let method = service_fn(|request: Request<Streaming<String>>| async {
                let messages = Box::pin(messages(request));
                let answer = app.answer_all(messages).await;
                answer.map(Response::new).map_err(status)
            });
            grpc.client_streaming(method, request).await
        }
        Method::Bidirectional => {
            let method = service_fn(|request: Request<Streaming<String>>| async {
                let answers = app.clone().answer_each(messages(request));
                Ok(streaming(answers))
            });
            grpc.streaming(method, request).await
        }
        Method::Unknown => Status::unimplemented("no such method").into_http(),
    }
}

fn streaming(
    messages: Messages,
) -> Response<impl futures_util::Stream<Item = Result<String, Status>> + Send> {
    Response::new(messages.map(|message| message.map_err(status)))
}

/// What the client sends, up to its end or its fault.
fn messages(
    request: Request<Streaming<String>>,
) -> impl futures_util::Stream<Item = String> + Send + 'static {
    let messages = request.into_inner();
    messages
        .take_while(|message| std::future::ready(message.is_ok()))
        .filter_map(|message| std::future::ready(message.ok()))
}

fn metadata<T>(request: &Request<T>) -> Vec<(String, String)> {
    let headers = request.metadata().clone().into_headers();
    let shown = headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    shown.collect()
}

fn status(code: u32) -> Status {
    let code = i32::try_from(code).map_or(Code::Unknown, Code::from_i32);
    Status::new(code, "the suite asked for it")
}
