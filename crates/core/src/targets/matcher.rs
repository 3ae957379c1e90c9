//! A checked target, and how it compares.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use core::cell::OnceCell;
use core::net::Ipv6Addr;

use super::error::{TargetError, TargetErrorReason as Reason};
use super::target::{Target, TargetKind, Written};
use crate::url::{
    Authority, Host, Url, default_port, parse_port, split_scheme, without_userinfo_and_fragment,
};

#[derive(Clone, Debug)]
pub(super) enum Matcher {
    Substring(Box<str>),
    #[cfg(feature = "regex")]
    Regex(regex::Regex),
    Host(Host<Box<str>>),
    Origin {
        scheme: Box<str>,
        host: Host<Box<str>>,
        port: Option<u16>,
    },
    Domain(Host<Box<str>>),
}

impl Matcher {
    pub(super) fn build(target: Target) -> Result<Self, TargetError> {
        match target.0 {
            #[cfg(feature = "regex")]
            Written::Compiled(regex) => Ok(Self::Regex(regex)),
            Written::Text(kind, text) => {
                Self::read(kind, &text).map_err(|reason| TargetError { kind, text, reason })
            }
        }
    }

    fn read(kind: TargetKind, text: &str) -> Result<Self, Reason> {
        match kind {
            TargetKind::Substring => Ok(Self::Substring(text.into())),
            TargetKind::Regex => read_regex(text),
            TargetKind::Host => read_host(text).map(Self::Host),
            TargetKind::Origin => read_origin(text),
            TargetKind::Domain => read_host(text).map(Self::Domain),
        }
    }

    pub(super) fn matches(&self, subject: &Subject<'_>) -> bool {
        let parsed = |compare: &dyn Fn(&Url<'_>) -> bool| subject.url().is_some_and(compare);
        match self {
            Self::Substring(text) => subject.text().contains(&**text),
            #[cfg(feature = "regex")]
            Self::Regex(regex) => regex.is_match(subject.text()),
            Self::Host(host) => parsed(&|url| *host == url.host),
            Self::Origin { scheme, host, port } => parsed(&|url| {
                scheme.eq_ignore_ascii_case(url.scheme) && *host == url.host && *port == url.port
            }),
            Self::Domain(domain) => {
                parsed(&|url| *domain == url.host || is_below(&url.host, domain))
            }
        }
    }
}

/// The two readings of a URL that targets compare with, each made when it is first asked for.
pub(super) struct Subject<'a> {
    given: &'a str,
    text: OnceCell<Cow<'a, str>>,
    url: OnceCell<Option<Url<'a>>>,
}

impl<'a> Subject<'a> {
    pub(super) fn new(given: &'a str) -> Self {
        Self {
            given,
            text: OnceCell::new(),
            url: OnceCell::new(),
        }
    }

    fn text(&self) -> &str {
        self.text
            .get_or_init(|| match without_userinfo_and_fragment(self.given) {
                (whole, "") => Cow::Borrowed(whole),
                (before, after) => Cow::Owned([before, after].concat()),
            })
    }

    fn url(&self) -> Option<&Url<'a>> {
        self.url.get_or_init(|| Url::parse(self.given)).as_ref()
    }
}

/// Whether `host` is a subdomain of `domain`. An IP address is below nothing.
fn is_below(host: &Host<&str>, domain: &Host<Box<str>>) -> bool {
    let (Host::Name(host), Host::Name(domain)) = (host, domain) else {
        return false;
    };
    let Some((subdomain, end)) = host
        .len()
        .checked_sub(domain.len())
        .and_then(|at| host.split_at_checked(at))
    else {
        return false;
    };
    let at_label = subdomain.len() > 1 && subdomain.ends_with('.');
    at_label && end.eq_ignore_ascii_case(domain) && !ends_in_number(host)
}

/// The URL Standard's sign of an IPv4 address: the last label is a number, decimal or hexadecimal.
fn ends_in_number(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let last = host.rsplit('.').next().unwrap_or(host);
    let is_decimal = !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit());
    let hexadecimal = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
    is_decimal || hexadecimal.is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(feature = "regex")]
fn read_regex(text: &str) -> Result<Matcher, Reason> {
    use alloc::string::ToString;

    regex::Regex::new(text)
        .map(Matcher::Regex)
        .map_err(|error| Reason::Regex(error.to_string()))
}

#[cfg(not(feature = "regex"))]
fn read_regex(_text: &str) -> Result<Matcher, Reason> {
    Err(Reason::Regex(alloc::string::String::from(
        "the crate is built without its regex feature",
    )))
}

fn read_host(text: &str) -> Result<Host<Box<str>>, Reason> {
    check_characters(text)?;
    if text.parse::<Ipv6Addr>().is_ok() {
        return Err(Reason::MissingBrackets);
    }
    if text.contains("://") {
        return Err(Reason::Scheme);
    }
    let authority = read_authority(text)?;
    let host = read_host_of(&authority)?;
    if authority.port.is_some() {
        Err(Reason::Port)
    } else {
        Ok(host)
    }
}

fn read_origin(text: &str) -> Result<Matcher, Reason> {
    check_characters(text)?;
    let (scheme, rest) = split_scheme(text).ok_or(Reason::MissingScheme)?;
    let rest = rest.strip_prefix("//").ok_or(Reason::MissingScheme)?;
    if rest.parse::<Ipv6Addr>().is_ok() {
        return Err(Reason::MissingBrackets);
    }
    let authority = read_authority(rest)?;
    let host = read_host_of(&authority)?;
    let port = match authority.port {
        Some(port) => Some(parse_port(port).ok_or(Reason::InvalidPort)?),
        None => default_port(scheme),
    };
    Ok(Matcher::Origin {
        scheme: scheme.into(),
        host,
        port,
    })
}

fn check_characters(text: &str) -> Result<(), Reason> {
    if text.is_empty() {
        Err(Reason::Empty)
    } else if !text.is_ascii() {
        Err(Reason::NotAscii)
    } else if !text.bytes().all(|b| b.is_ascii_graphic()) {
        Err(Reason::WhiteSpace)
    } else if text.contains('*') {
        Err(Reason::Wildcard)
    } else {
        Ok(())
    }
}

fn read_authority(text: &str) -> Result<Authority<'_>, Reason> {
    let authority = Authority::split(text);
    if authority.userinfo.is_some() {
        Err(Reason::Userinfo)
    } else if text.contains(['/', '\\']) {
        Err(Reason::Path)
    } else if text.contains(['?', '#']) {
        Err(Reason::QueryOrFragment)
    } else {
        Ok(authority)
    }
}

fn read_host_of(authority: &Authority<'_>) -> Result<Host<Box<str>>, Reason> {
    if authority.host.is_empty() {
        return Err(Reason::MissingHost);
    }
    if authority.host.starts_with('.') {
        return Err(Reason::LeadingDot);
    }
    match Host::parse(authority.host) {
        Some(Host::Ipv6(address)) => Ok(Host::Ipv6(address)),
        Some(Host::Name(name)) if !name.contains("..") => Ok(Host::Name(name.into())),
        _ => Err(Reason::InvalidHost),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(target: Target) -> Reason {
        Matcher::build(target).expect_err("refused").reason
    }

    #[test]
    fn hosts_and_domains_that_cannot_be_meant() {
        for (text, expected) in [
            ("", Reason::Empty),
            ("m\u{fc}nchen.example", Reason::NotAscii),
            (" a.example", Reason::WhiteSpace),
            ("a.example\n", Reason::WhiteSpace),
            ("*.example", Reason::Wildcard),
            (".example", Reason::LeadingDot),
            ("https://a.example", Reason::Scheme),
            ("u@a.example", Reason::Userinfo),
            ("a.example:80", Reason::Port),
            ("a.example:", Reason::Port),
            (":80", Reason::MissingHost),
            ("[::1]:80", Reason::Port),
            ("a.example/", Reason::Path),
            ("a.example\\", Reason::Path),
            ("a.example?b", Reason::QueryOrFragment),
            ("::1", Reason::MissingBrackets),
            ("[::1", Reason::InvalidHost),
            ("[::g]", Reason::InvalidHost),
            ("a..example", Reason::InvalidHost),
            ("a%2eexample", Reason::InvalidHost),
        ] {
            assert_eq!(reason(Target::host(text)), expected, "host {text}");
            assert_eq!(reason(Target::domain(text)), expected, "domain {text}");
        }
    }

    #[test]
    fn origins_that_cannot_be_meant() {
        for (text, expected) in [
            ("", Reason::Empty),
            ("https://m\u{fc}nchen.example", Reason::NotAscii),
            ("https://a.example ", Reason::WhiteSpace),
            ("https://*.example", Reason::Wildcard),
            ("https://.example", Reason::LeadingDot),
            ("a.example", Reason::MissingScheme),
            ("//a.example", Reason::MissingScheme),
            ("null", Reason::MissingScheme),
            ("https:a.example", Reason::MissingScheme),
            ("localhost:3000", Reason::MissingScheme),
            ("https://u:p@a.example", Reason::Userinfo),
            ("https://a.example:", Reason::InvalidPort),
            ("https://a.example:65536", Reason::InvalidPort),
            ("https://a.example/", Reason::Path),
            ("https://a.example/x", Reason::Path),
            ("https:///", Reason::Path),
            ("https://a.example?x", Reason::QueryOrFragment),
            ("https://a.example#x", Reason::QueryOrFragment),
            ("https://::1", Reason::MissingBrackets),
            ("https://", Reason::MissingHost),
            ("https://:80", Reason::MissingHost),
            ("https://a|b", Reason::InvalidHost),
        ] {
            assert_eq!(reason(Target::origin(text)), expected, "{text}");
        }
    }

    #[cfg(feature = "regex")]
    #[test]
    fn a_regex_that_does_not_compile_says_why() {
        use alloc::string::ToString;

        let error = Matcher::build(Target::regex("a(b")).expect_err("refused");
        assert_eq!((error.kind(), error.text()), (TargetKind::Regex, "a(b"));
        assert!(error.to_string().contains("unclosed group"), "{error}");
    }
}
