//! Headers whose values are never recorded, whatever the settings are (rule R10).

/// Parts of names that stand for credentials.
const SENSITIVE_PARTS: [&str; 17] = [
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
    "signature",
    "jwt",
    "oidc",
    "subscription-key",
    "functions-key",
];

/// Whether a header carries credentials by its name, in any case: `authorization`, `cookie`, `set-cookie`,
/// `x-api-key`, tokens and the like.
#[must_use]
pub fn is_sensitive(header: &str) -> bool {
    let name = header.to_ascii_lowercase().replace('_', "-");
    SENSITIVE_PARTS.iter().any(|part| name.contains(part))
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
            "x-signature",
            "x-hub-signature",
            "x-hub-signature-256",
            "x-jwt",
            "x-jwt-assertion",
            "Cf-Access-Jwt-Assertion",
            "x-goog-iap-jwt-assertion",
            "x-amzn-oidc-data",
            "x-amzn-oidc-accesstoken",
            "Ocp-Apim-Subscription-Key",
            "x-functions-key",
        ] {
            assert!(is_sensitive(name), "{name}");
        }
        for name in [
            "accept",
            "x-request-id",
            "content-type",
            "user-agent",
            "x-tenant",
            "idempotency-key",
            "sec-websocket-key",
        ] {
            assert!(!is_sensitive(name), "{name}");
        }
    }
}
