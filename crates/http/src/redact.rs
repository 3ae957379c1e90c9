//! Values that are never recorded, whatever the settings are (rule R10; Sentry, "Data Collection", "Sensitive Denylist").

use sentry_trace_runtime::core::without_userinfo_and_fragment;

/// What stands where a value was.
pub(crate) const FILTERED: &str = "[Filtered]";

/// Parts of names that stand for credentials: Sentry's list, its `credentials` in the singular, and `cookie`, `oidc` and
/// `signature`.
const SENSITIVE_PARTS: [&str; 20] = [
    "auth",
    "bearer",
    "cookie",
    "credential",
    "csrf",
    "identity",
    "jwt",
    "key",
    "oidc",
    "passwd",
    "password",
    "pwd",
    "saml",
    "secret",
    "session",
    "sid",
    "signature",
    "sso",
    "token",
    "xsrf",
];

/// Whether a header carries credentials by its name, in any case: `authorization`, `cookie`, `set-cookie`,
/// `x-api-key`, tokens and the like (rule R10). As Sentry demands, a part of the name is enough, so that
/// `idempotency-key` does too.
#[must_use]
pub fn is_sensitive(header: &str) -> bool {
    let name = header.to_ascii_lowercase();
    SENSITIVE_PARTS.iter().any(|part| name.contains(part))
}

/// A query with [`FILTERED`] in place of the values of sensitive keys, and all else byte for byte (rule R10).
///
/// Both `&` and `;` separate. What follows a `;` belongs to a sensitive value before it, as readers may take it.
pub(crate) fn filter_query(query: &str) -> String {
    let mut filtered = String::with_capacity(query.len());
    let mut is_filtered = false;
    for piece in query.split_inclusive(['&', ';']) {
        let pair = piece.trim_end_matches(['&', ';']);
        let separator = &piece[pair.len()..];
        let value = match pair.split_once('=') {
            Some((key, value)) => {
                is_filtered |= is_sensitive(&decoded(key));
                Some(value)
            }
            None => Some(pair).filter(|rest| !rest.is_empty()),
        };
        match value.filter(|_| is_filtered) {
            Some(value) => filtered.extend([&pair[..pair.len() - value.len()], FILTERED]),
            None => filtered.push_str(pair),
        }
        filtered.push_str(separator);
        is_filtered &= separator == ";";
    }
    filtered
}

/// The value of a header that may be a URL, `referer` or `location`: without userinfo, its query and its fragment as
/// [`filter_query`] leaves them.
pub(crate) fn filter_url(value: &str) -> String {
    let (url, fragment) = split_at_mark(value, '#');
    let (scheme, rest) = without_userinfo_and_fragment(url);
    let url = [scheme, rest].concat();
    let (path, query) = split_at_mark(&url, '?');
    [path, &filter_query(query), &filter_query(fragment)].concat()
}

/// What stands before a mark, and the rest from there on. The mark becomes a part of the first key, which stays
/// sensitive with it.
fn split_at_mark(text: &str, mark: char) -> (&str, &str) {
    text.split_at(text.find(mark).unwrap_or(text.len()))
}

/// A key behind its escapes, a bad one of which stands for itself. A plus sign stays where it is read as a space: no
/// sensitive part has either.
fn decoded(key: &str) -> String {
    let mut decoded = Vec::with_capacity(key.len());
    let mut rest = key.as_bytes();
    while let [first, ..] = rest {
        let (byte, len) = escaped(rest).map_or((*first, 1), |byte| (byte, 3));
        decoded.push(byte);
        rest = &rest[len..];
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// The byte of the escape that the text begins with.
fn escaped(text: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = text else {
        return None;
    };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(*high)? << 4 | digit(*low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::{filter_query, filter_url, is_sensitive};

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
            "idempotency-key",
            "sec-websocket-key",
            "x-ms-client-pwd",
            "X-Bearer",
            "x-sso",
            "saml-response",
            "x-ms-client-principal-identity",
            "x-sid",
            "x-credentials",
            "x-csrf",
            "x-xsrf",
            "x-secret",
            "x-password",
            "x-passwd",
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

    #[test]
    fn the_values_of_sensitive_keys_are_filtered_and_all_else_stays() {
        for query in [
            "",
            "q=1",
            "q",
            "&&;=&=1;",
            "q=a+b%20c&ü=%zz&page=2;x",
            "token",
        ] {
            assert_eq!(filter_query(query), query);
        }
        for (query, filtered) in [
            ("token=t", "token=[Filtered]"),
            ("token=", "token=[Filtered]"),
            ("a=1&Api_Key=a=b&c=%31", "a=1&Api_Key=[Filtered]&c=%31"),
            ("a=1;sid=2;c=3", "a=1;sid=[Filtered];c=[Filtered]"),
            (
                "password=a;b=c;d==&e=f",
                "password=[Filtered];b=[Filtered];d=[Filtered]&e=f",
            ),
            ("user[password]=x&y", "user[password]=[Filtered]&y"),
            ("to%6Ben=t&%70wd=p", "to%6Ben=[Filtered]&%70wd=[Filtered]"),
            ("my+to%6ben%zz%f=t", "my+to%6ben%zz%f=[Filtered]"),
            ("%FF%C3key%=t", "%FF%C3key%=[Filtered]"),
            ("jwt=a;b&c;d", "jwt=[Filtered];[Filtered]&c;d"),
            (
                "jwt=a;;b;c=1;d",
                "jwt=[Filtered];;[Filtered];c=[Filtered];[Filtered]",
            ),
        ] {
            assert_eq!(filter_query(query), filtered, "{query}");
        }
    }

    #[test]
    fn a_url_in_a_header_keeps_no_credentials() {
        for value in ["", "blue", "/a?b=c#d", "text/html;q=0.8, */*", "#", "?#?"] {
            assert_eq!(filter_url(value), value);
        }
        for (url, filtered) in [
            (
                "https://a.example/reset?token=t",
                "https://a.example/reset?token=[Filtered]",
            ),
            ("/?a=b?c&key=d?e#f", "/?a=b?c&key=[Filtered]#f"),
            ("/#id_token=t&state=s?x", "/#id_token=[Filtered]&state=s?x"),
            ("/?sid=a#b", "/?sid=[Filtered]#b"),
            ("https://u:p@a.example/@b?c#d", "https://a.example/@b?c#d"),
        ] {
            assert_eq!(filter_url(url), filtered);
        }
    }
}
