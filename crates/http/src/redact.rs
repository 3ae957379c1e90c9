//! Headers whose values are never recorded, whatever the settings are (rule R10).

/// Parts of names that stand for credentials.
const SENSITIVE_PARTS: [&str; 12] = [
    "auth",
    "cookie",
    "token",
    "secret",
    "password",
    "passwd",
    "api-key",
    "apikey",
    "session",
    "csrf",
    "xsrf",
    "credential",
];

/// Names that none of the parts covers.
const SENSITIVE_NAMES: [&str; 4] = [
    "x-amz-signature",
    "x-signature",
    "x-hub-signature-256",
    "x-jwt-assertion",
];

/// Whether a header carries credentials by its name, in any case: `authorization`, `cookie`, `set-cookie`,
/// `x-api-key`, tokens and the like.
#[must_use]
pub fn is_sensitive(header: &str) -> bool {
    let name = header.to_ascii_lowercase().replace('_', "-");
    SENSITIVE_PARTS.iter().any(|part| name.contains(part))
        || SENSITIVE_NAMES.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::is_sensitive;

    #[test]
    fn credentials_are_recognised_by_name() {
        for name in [
            "Authorization",
            "COOKIE",
            "set-cookie",
            "x-api-key",
            "X_Api_Key",
            "x-csrf-token",
            "proxy-authorization",
            "x-amz-security-token",
            "x-amz-signature",
            "session-id",
        ] {
            assert!(is_sensitive(name), "{name}");
        }
        for name in [
            "accept",
            "x-request-id",
            "content-type",
            "user-agent",
            "x-tenant",
        ] {
            assert!(!is_sensitive(name), "{name}");
        }
    }
}
