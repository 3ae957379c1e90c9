//! Variables that say yes or no.

/// Reads a yes or a no, in any case; `None` for anything else. Nothing counts as a no.
pub(crate) fn parse(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "" | "0" | "false" | "f" | "no" | "n" | "off" => Some(false),
        "1" | "true" | "t" | "yes" | "y" | "on" => Some(true),
        _ => None,
    }
}
