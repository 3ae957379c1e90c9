//! The `baggage` header, incoming: its sentry members, indexed without an allocation (rule R2; W3C Baggage 3.3).
//!
//! ```
//! use sentry_trace_core::baggage::SentryMembers;
//!
//! let lines = [&b"vendor=x,sentry-release=1%2E0;property"[..], b"sentry-sampled=true"];
//! let members = SentryMembers::parse(lines);
//! let names: Vec<_> = members.iter().map(|member| member.name()).collect();
//! assert_eq!(names, ["release", "sampled"]);
//! let release = members.get("release").expect("it is there");
//! assert_eq!(release.raw_value(), "1%2E0");
//! assert!(release.is("1.0"));
//! ```

mod collect;
mod index;
mod limits;
mod member;
mod names;
mod org_id;
mod read;
#[cfg(feature = "alloc")]
mod text;

pub(crate) use collect::Collect;
pub use index::SentryMembers;
pub(crate) use limits::MAX_UNREAD_BYTES;
pub use limits::{MAX_BYTES, MAX_MEMBERS};
pub use member::{Member, SENTRY_PREFIX};
pub(crate) use org_id::{Mention, mention_of};
pub(crate) use read::is_sentry;
#[cfg(feature = "alloc")]
pub use text::MemberText;

/// The name of the header, as it is written.
pub const NAME: &str = "baggage";
