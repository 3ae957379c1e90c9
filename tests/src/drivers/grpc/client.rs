//! The client, as tonic's generated code would have it.

use std::error::Error;

use futures_util::{Stream, StreamExt, stream};
use http::uri::PathAndQuery;
use hyper::body::Body as HttpBody;
use tonic::body::Body;
use tonic::client::{Grpc, GrpcService};
use tonic::metadata::MetadataValue;
use tonic::{Code, Request, Status, Streaming};

use crate::e2e::grpc::{GrpcCall, GrpcOutcome, Method};
use crate::text_codec::Text;

/// Calls, and reads what comes back.
pub(super) async fn call<S, B>(mut client: Grpc<S>, call: GrpcCall) -> GrpcOutcome
where
    S: GrpcService<Body, ResponseBody = B>,
    B: HttpBody<Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
{
    if client.ready().await.is_err() {
        return outcome(Vec::new(), Err(Status::unavailable("not ready")));
    }
    let path = PathAndQuery::from_static(call.method.path());
    let messages = stream::iter(call.messages.clone());
    let first = call.messages.first().cloned().unwrap_or_default();
    match call.method {
        Method::Unary | Method::Unknown => {
            let answer = client.unary(request(first, &call), path, Text).await;
            one(answer)
        }
        Method::ClientStream => {
            let request = request(messages, &call);
            one(client.client_streaming(request, path, Text).await)
        }
        Method::ServerStream => {
            let request = request(first, &call);
            let answers = client.server_streaming(request, path, Text).await;
            many(answers, call.give_up_after).await
        }
        Method::Bidirectional => {
            let request = request(messages, &call);
            let answers = client.streaming(request, path, Text).await;
            many(answers, call.give_up_after).await
        }
    }
}

fn request<M>(message: M, call: &GrpcCall) -> Request<M> {
    let mut request = Request::new(message);
    for (name, value) in &call.metadata {
        let value = MetadataValue::from_static(value);
        request.metadata_mut().insert(*name, value);
    }
    request.extensions_mut().insert(call.propagation);
    request
}

fn one(answer: Result<tonic::Response<String>, Status>) -> GrpcOutcome {
    match answer {
        Ok(answer) => outcome(vec![answer.into_inner()], Ok(())),
        Err(status) => outcome(Vec::new(), Err(status)),
    }
}

async fn many(
    answers: Result<tonic::Response<Streaming<String>>, Status>,
    give_up_after: Option<usize>,
) -> GrpcOutcome {
    let answers = match answers {
        Ok(answers) => answers.into_inner(),
        Err(status) => return outcome(Vec::new(), Err(status)),
    };
    let (messages, end) = read(answers.take(give_up_after.unwrap_or(usize::MAX))).await;
    let given_up = give_up_after.is_some_and(|count| count == messages.len());
    GrpcOutcome {
        code: outcome(Vec::new(), end).code.filter(|_| !given_up),
        messages,
    }
}

async fn read(
    answers: impl Stream<Item = Result<String, Status>>,
) -> (Vec<String>, Result<(), Status>) {
    let mut answers = std::pin::pin!(answers);
    let mut messages = Vec::new();
    while let Some(answer) = answers.next().await {
        match answer {
            Ok(message) => messages.push(message),
            Err(status) => return (messages, Err(status)),
        }
    }
    (messages, Ok(()))
}

fn outcome(messages: Vec<String>, end: Result<(), Status>) -> GrpcOutcome {
    let code = end.err().map_or(Code::Ok, |status| status.code());
    GrpcOutcome {
        messages,
        code: u32::try_from(i32::from(code)).ok(),
    }
}
