//! The values of span data as JSON.

use sentry_trace_runtime::Value;
use sentry_trace_runtime::transaction::Data;

use crate::json::{Object, display, float, text};

/// Writes the member `data`, unless there is none.
pub(crate) fn write_data(object: &mut Object<'_>, data: &Data) {
    if !data.is_empty() {
        object.object("data", |object| {
            for (key, value) in data.iter() {
                write_value(object.key(key), value);
            }
        });
    }
}

pub(crate) fn write_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Text(value) => text(out, value),
        Value::Integer(value) => display(out, value),
        Value::Float(value) => float(out, *value),
        Value::Bool(value) => display(out, value),
        // A kind of value that this version does not know.
        _ => out.extend_from_slice(b"null"),
    }
}
