//! Handing the trace to the browser: an extractor, meta tags in pages, a header (rule R11).

mod body;
mod extract;
mod inject;
mod timing;

pub use body::InjectMetaBody;
pub use extract::TraceMeta;
pub use inject::{InjectMeta, InjectMetaService};
pub use timing::{ServerTiming, ServerTimingService};
