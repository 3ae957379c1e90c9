//! Reading the parts of a URL's text that rules R8 and R9 ask for, as browsers read them.
//!
//! Where readers of URLs disagree, the URL is refused here: a refused URL matches by text only.

use core::net::Ipv6Addr;

/// Scheme, host and port of an absolute URL with an authority.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Url<'a> {
    #[cfg_attr(not(feature = "alloc"), allow(dead_code))]
    pub(crate) scheme: &'a str,
    pub(crate) host: Host<&'a str>,
    /// The written port or the scheme's default; `None` for a scheme without a default.
    pub(crate) port: Option<u16>,
}

impl<'a> Url<'a> {
    /// `None` for a relative URL, one without an authority, and one whose host or port cannot be read. A host that is
    /// not ASCII or is percent-encoded is refused too (rule R9).
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (scheme, rest) = split_scheme(text)?;
        let authority = authority_of(rest.strip_prefix("//")?, is_special(scheme));
        if authority.contains('\\') {
            return None;
        }
        let authority = Authority::split(authority);
        let port = match authority.port {
            None | Some("") => default_port(scheme),
            Some(port) => Some(parse_port(port)?),
        };
        Some(Self {
            scheme,
            host: Host::parse(authority.host)?,
            port,
        })
    }
}

/// A host that compares as rule R9 says: names without ASCII case, IPv4 as text, IPv6 by address.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Host<S> {
    Name(S),
    Ipv6(Ipv6Addr),
}

impl<'a> Host<&'a str> {
    /// Reads a host without a port, an IPv6 address in brackets.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        if let Some(bracketed) = text.strip_prefix('[') {
            return bracketed.strip_suffix(']')?.parse().ok().map(Host::Ipv6);
        }
        (!text.is_empty() && text.bytes().all(is_host_byte)).then_some(Host::Name(text))
    }
}

impl<A: AsRef<str>, B: AsRef<str>> PartialEq<Host<B>> for Host<A> {
    fn eq(&self, other: &Host<B>) -> bool {
        match (self, other) {
            (Host::Name(a), Host::Name(b)) => a.as_ref().eq_ignore_ascii_case(b.as_ref()),
            (Host::Ipv6(a), Host::Ipv6(b)) => a == b,
            _ => false,
        }
    }
}

impl<S: AsRef<str>> Eq for Host<S> {}

/// An authority cut into its parts, none of them checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Authority<'a> {
    pub(crate) userinfo: Option<&'a str>,
    pub(crate) host: &'a str,
    pub(crate) port: Option<&'a str>,
}

impl<'a> Authority<'a> {
    pub(crate) fn split(text: &'a str) -> Self {
        let (userinfo, host_and_port) = match text.rsplit_once('@') {
            Some((userinfo, rest)) => (Some(userinfo), rest),
            None => (None, text),
        };
        let (host, port) = match host_and_port.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port)),
            _ => (host_and_port, None),
        };
        Self {
            userinfo,
            host,
            port,
        }
    }
}

/// The text that substring and regex targets see (rule R9): the two pieces, read one after the other, are the URL
/// without userinfo and fragment. The second piece is empty where there is no userinfo.
#[cfg(feature = "alloc")]
#[must_use]
pub fn without_userinfo_and_fragment(text: &str) -> (&str, &str) {
    let text = text.split_once('#').map_or(text, |(before, _)| before);
    let Some((after_slashes, special)) = after_slashes(text) else {
        return (text, "");
    };
    let start = text.len() - after_slashes.len();
    match authority_of(after_slashes, special).rfind('@') {
        Some(at) => (&text[..start], &after_slashes[at + 1..]),
        None => (text, ""),
    }
}

/// What follows the slashes that announce an authority, and whether a backslash is such a slash. Browsers skip leading
/// white space, and for the web's schemes take any number of slashes of either kind.
#[cfg(feature = "alloc")]
fn after_slashes(text: &str) -> Option<(&str, bool)> {
    const SLASHES: [char; 2] = ['/', '\\'];
    let text = text.trim_start_matches(|c| c <= ' ');
    match split_scheme(text) {
        Some((scheme, rest)) if is_special(scheme) => {
            Some((rest.trim_start_matches(SLASHES), true))
        }
        Some((_, rest)) => Some((rest.strip_prefix("//")?, false)),
        None => {
            let two = text.strip_prefix(SLASHES)?.strip_prefix(SLASHES)?;
            Some((two.trim_start_matches(SLASHES), true))
        }
    }
}

fn authority_of(after_slashes: &str, special: bool) -> &str {
    let end = after_slashes.find(|c| matches!(c, '/' | '?' | '#') || (special && c == '\\'));
    &after_slashes[..end.unwrap_or(after_slashes.len())]
}

/// The scheme, and what follows its colon.
pub(crate) fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let starts_with_letter = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    let rest_is_valid = scheme
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    (starts_with_letter && rest_is_valid).then_some((scheme, rest))
}

/// A decimal port, 0 to 65535.
pub(crate) fn parse_port(text: &str) -> Option<u16> {
    // `u16::from_str` alone would take a plus sign.
    if text.bytes().all(|b| b.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    }
}

/// The port of a scheme, where it has one.
#[must_use]
pub fn default_port(scheme: &str) -> Option<u16> {
    const PORTS: [(&str, u16); 5] = [
        ("http", 80),
        ("https", 443),
        ("ws", 80),
        ("wss", 443),
        ("ftp", 21),
    ];
    PORTS
        .iter()
        .find(|(name, _)| scheme.eq_ignore_ascii_case(name))
        .map(|(_, port)| *port)
}

/// Schemes for which browsers read a backslash as a slash.
fn is_special(scheme: &str) -> bool {
    default_port(scheme).is_some() || scheme.eq_ignore_ascii_case("file")
}

/// What the URL Standard does not forbid in a domain.
fn is_host_byte(b: u8) -> bool {
    b.is_ascii_graphic() && !b"#%/:<>?@[\\]^|".contains(&b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Option<(&str, &str, Option<u16>)> {
        Url::parse(text).map(|url| match url.host {
            Host::Name(name) => (url.scheme, name, url.port),
            Host::Ipv6(_) => (url.scheme, "ipv6", url.port),
        })
    }

    #[test]
    fn absolute_urls_give_scheme_host_and_port() {
        assert_eq!(
            parts("http://a.example"),
            Some(("http", "a.example", Some(80)))
        );
        assert_eq!(
            parts("WSS://a.example/x"),
            Some(("WSS", "a.example", Some(443)))
        );
        assert_eq!(
            parts("ftp://a.example:/"),
            Some(("ftp", "a.example", Some(21)))
        );
        assert_eq!(
            parts("https://a.example:0?q"),
            Some(("https", "a.example", Some(0)))
        );
        assert_eq!(
            parts("https://a.example:0065535#f"),
            Some(("https", "a.example", Some(65535)))
        );
        assert_eq!(
            parts("grpc://a_b.example:7"),
            Some(("grpc", "a_b.example", Some(7)))
        );
        assert_eq!(parts("grpc://a.example"), Some(("grpc", "a.example", None)));
        assert_eq!(
            parts("http://u:p@[::1]:8/"),
            Some(("http", "ipv6", Some(8)))
        );
        assert_eq!(
            parts("http://a.example\\@b.example/"),
            Some(("http", "a.example", Some(80)))
        );
    }

    #[test]
    fn what_readers_disagree_about_is_refused() {
        for text in [
            "",
            "a",
            "/a",
            "//a.example",
            "a.example:80/x",
            "mailto:a@b",
            "http:",
            "http:a",
            "http:/a",
            "http://",
            "http:///a",
            "http:\\\\a",
            "1http://a",
            "http//a",
            " http://a",
            "http://a:65536",
            "http://a:+1",
            "http://a:b",
            "http://a:1:2",
            "http://[::1",
            "http://[::1]1",
            "http://::1",
            "http://[]",
            "http://[::1%25eth0]",
            "http://[1.2.3.4]",
            "http://a b",
            "http://a\t",
            "http://%61",
            "http://ä",
            "http://a@",
            "http://a|b",
            "http://:80",
            "grpc://a\\@b",
            "grpc://a\\b",
        ] {
            assert_eq!(parts(text), None, "{text}");
        }
    }

    #[test]
    fn ipv6_compares_by_address_and_never_equals_a_name() {
        let host = |text| Host::parse(text).expect("a host");
        assert_eq!(host("[::A]"), host("[0:0::a]"));
        assert_ne!(host("[::1]"), host("[::2]"));
        assert_ne!(host("[::ffff:10.0.0.1]"), host("10.0.0.1"));
        assert_eq!(host("A.example"), host("a.EXAMPLE"));
    }

    #[cfg(feature = "alloc")]
    #[test]
    fn userinfo_and_fragment_are_cut_out() {
        for (text, pieces) in [
            ("", ("", "")),
            ("http://a/b?c#d#e", ("http://a/b?c", "")),
            ("http://u@a/b@c#d@e", ("http://", "a/b@c")),
            ("http://u:p@v@a", ("http://", "a")),
            ("http://@a", ("http://", "a")),
            ("//u@a/", ("//", "a/")),
            ("/\\u@a/", ("/\\", "a/")),
            ("/u@a/", ("/u@a/", "")),
            ("http://a\\u@b", ("http://a\\u@b", "")),
            ("grpc://a\\u@b", ("grpc://", "b")),
            ("http:\\/\\u@b", ("http:\\/\\", "b")),
            ("http:u@b", ("http:", "b")),
            (" http://u@b", (" http://", "b")),
            ("http://#u@b", ("http://", "")),
            ("http://ü@ä", ("http://", "ä")),
            ("mailto:u@b", ("mailto:u@b", "")),
            ("a?http://u@b", ("a?http://u@b", "")),
        ] {
            assert_eq!(without_userinfo_and_fragment(text), pieces, "{text}");
        }
    }
}
