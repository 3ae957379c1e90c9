//! The status of a gRPC call.

use http::HeaderMap;
use sentry_trace_runtime::core::status::SpanStatus;

/// What `grpc-status` says, in the headers of a response without a body or in the trailers (rule R10).
pub(super) fn grpc_status(headers: &HeaderMap) -> Option<SpanStatus> {
    let code = headers.get("grpc-status")?.to_str().ok()?.trim();
    Some(SpanStatus::from_grpc(code.parse().unwrap_or(u32::MAX)))
}
