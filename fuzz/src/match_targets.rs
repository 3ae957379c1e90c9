//! Propagation targets: a URL matches the host that clients connect to, and no other (rule R9).

use sentry_trace_core::targets::{Target, Targets};
use url::Url;

/// Checks a URL, as it stands and as clients write it.
///
/// # Panics
/// When a target matches that does not name the host, or none does that names it.
pub fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    // A drive letter is no host of a request.
    if let Some(url) = Url::parse(text).ok().filter(|url| url.scheme() != "file") {
        check_no_other_host(text, &url);
        check_no_other_host(url.as_str(), &url);
        check_own_host(&url);
        check_text(&url);
    }
    if let Ok(uri) = text.parse::<http::Uri>() {
        check_uri(text, &uri);
        check_uri(&uri.to_string(), &uri);
    }
}

/// No part of the text is taken for the host that a client would not connect to.
fn check_no_other_host(text: &str, url: &Url) {
    for part in parts(text) {
        if !is_match(Target::host(part), text) {
            continue;
        }
        let named = Url::parse(&format!("{}://{part}", url.scheme()));
        let named = named.expect("a host that matches can stand in a URL");
        let [named, host] = [&named, url].map(|url| url.host_str().unwrap_or_default());
        assert!(
            named.eq_ignore_ascii_case(host),
            "{part} in {text:?}, {url}"
        );
    }
}

/// As clients write a URL, it matches its host, its domain and its origin.
fn check_own_host(url: &Url) {
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
        return;
    };
    // What cannot be meant is refused as a target, and an escaped host matches by its text alone.
    let is_odd = host.starts_with('.') || host.contains("..") || host.contains(['%', '*']);
    if host.is_empty() || is_odd {
        return;
    }
    let origin = format!("{}://{host}:{port}", url.scheme());
    let targets = [
        Target::host(host),
        Target::domain(host),
        Target::origin(origin),
    ];
    for target in targets {
        assert!(is_match(target.clone(), url.as_str()), "{target:?} {url}");
    }
    let other_port = format!("{}://{host}:{}", url.scheme(), port ^ 1);
    assert!(!is_match(Target::origin(other_port), url.as_str()), "{url}");
}

/// What texts are compared with has neither userinfo nor a fragment.
fn check_text(url: &Url) {
    let mut shown = url.clone();
    shown.set_fragment(None);
    let can_have_userinfo = shown
        .set_username("")
        .and_then(|()| shown.set_password(None));
    if can_have_userinfo.is_err() {
        return;
    }
    let escaped: String = shown
        .as_str()
        .chars()
        .map(|c| format!("\\x{{{:x}}}", u32::from(c)))
        .collect();
    let whole = Target::regex(format!("\\A{escaped}\\z"));
    assert!(is_match(whole, url.as_str()), "{shown} of {url}");
}

/// The same for the URIs of the `http` crate.
fn check_uri(text: &str, uri: &http::Uri) {
    let Some(host) = uri.host().filter(|_| uri.scheme().is_some()) else {
        return;
    };
    for part in parts(text).filter(|part| is_match(Target::host(*part), text)) {
        assert!(is_same(part, host), "{part} in {text:?}, {host:?}");
    }
}

fn is_same(part: &str, host: &str) -> bool {
    let address = |text: &str| text.trim_matches(['[', ']']).parse::<std::net::Ipv6Addr>();
    match (address(part), address(host)) {
        (Ok(part), Ok(host)) => part == host,
        _ => part.eq_ignore_ascii_case(host),
    }
}

/// All parts of a text that might be taken for its host.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let ends = |c: char| c.is_ascii_punctuation() && !".-_[]".contains(c) || c <= ' ';
    let names = text.split(ends).filter(|part| !part.is_empty());
    let brackets = text.match_indices('[').filter_map(|(at, _)| {
        let end = text[at..].find(']')?;
        text.get(at..=at + end)
    });
    names.chain(brackets)
}

/// What is no target matches nothing.
fn is_match(target: Target, url: &str) -> bool {
    Targets::new([target]).is_ok_and(|targets| targets.matches(url))
}
