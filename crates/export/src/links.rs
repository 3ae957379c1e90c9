//! The links of a span as JSON (Sentry, "Span Links").

use sentry_trace_runtime::transaction::{Data, Links};

use crate::json::Object;

/// Writes the member `links`, unless there are none. How `attributes` are written is what the formats differ in.
pub(crate) fn write_links(
    object: &mut Object<'_>,
    links: &Links,
    write_attributes: fn(&mut Object<'_>, &Data),
) {
    if links.is_empty() {
        return;
    }
    object.list("links", |list| {
        for link in links.iter() {
            list.object(|object| {
                object.id("span_id", link.span_id);
                object.id("trace_id", link.trace_id);
                if let Some(sampled) = link.sampled {
                    object.bool("sampled", sampled);
                }
                if !link.data.is_empty() {
                    object.object("attributes", |object| write_attributes(object, &link.data));
                }
            });
        }
    });
}
