//! The data of spans and links as JSON: plain in a transaction, with types in a stream.

use sentry_trace_runtime::Value;
use sentry_trace_runtime::transaction::Data;

use crate::json::{Object, display, float, text};

/// Writes a member for each key.
pub(crate) fn write_plain(object: &mut Object<'_>, data: &Data) {
    for (key, value) in data.iter() {
        write_value(object.key(key), value);
    }
}

/// As [`write_plain`], each value with its type (Sentry, "Span Protocol").
pub(crate) fn write_typed(object: &mut Object<'_>, data: &Data) {
    for (key, value) in data.iter() {
        write_typed_value(object, key, value);
    }
}

pub(crate) fn write_typed_value(object: &mut Object<'_>, key: &str, value: &Value) {
    let kind = match value {
        Value::Integer(_) => "integer",
        Value::Float(number) if number.is_finite() => "double",
        Value::Bool(_) => "boolean",
        _ => "string",
    };
    object.object(key, |attribute| {
        attribute.text("type", kind);
        write_value(attribute.key("value"), value);
    });
}

fn write_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Text(value) => text(out, value),
        Value::Integer(value) => display(out, value),
        Value::Float(value) => float(out, *value),
        Value::Bool(value) => display(out, value),
        // A kind of value that this version does not know.
        _ => out.extend_from_slice(b"null"),
    }
}
