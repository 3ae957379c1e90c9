//! What a page tells its browser of the trace (rule R11).

mod cors;
mod injection;
mod names;
mod page;
mod preflight;
mod server_timing;
mod trace_meta;

pub use cors::{
    ALLOWED_REQUEST_HEADERS, ALLOWED_REQUEST_HEADERS_WITH_TRACEPARENT, allowed_request_headers,
};
pub use injection::{forget_validators, grow_content_length, grown_length, may_take_meta_tags};
pub use page::Page;
pub use preflight::Preflight;
pub use server_timing::{SERVER_TIMING, server_timing, write_server_timing};
pub use trace_meta::{TraceMeta, TraceProps};
