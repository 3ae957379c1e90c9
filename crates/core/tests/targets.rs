//! Propagation targets: no text makes them panic, and well-formed URLs match as a naive model says (rule R9).
#![cfg(feature = "alloc")]

mod support;

use proptest::prelude::*;
use proptest::sample::select;
use sentry_trace_core::dsn::Dsn;
use sentry_trace_core::targets::{Target, Targets};

/// A URL in parts.
#[derive(Clone, Debug)]
struct Parts {
    scheme: String,
    userinfo: String,
    host: String,
    port: Option<u16>,
    rest: String,
}

impl Parts {
    fn url(&self) -> String {
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!(
            "{}://{}{}{port}{}",
            self.scheme, self.userinfo, self.host, self.rest
        )
    }

    fn port(&self) -> u16 {
        let default = if self.scheme.eq_ignore_ascii_case("https") {
            443
        } else {
            80
        };
        self.port.unwrap_or(default)
    }

    fn origin(&self) -> String {
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}://{}{port}", self.scheme, self.host)
    }
}

/// Few labels, so that hosts meet.
fn host() -> impl Strategy<Value = String> {
    let label = select(vec!["a", "b", "A", "ab", "xn--mnchen-3ya", "a-b"]);
    proptest::collection::vec(label, 1..4).prop_map(|labels| labels.join("."))
}

fn parts() -> impl Strategy<Value = Parts> {
    let strategies = (
        select(vec!["http", "https", "HTTPS"]),
        select(vec!["", "u@", "a.b:p@", "a:80@"]),
        host(),
        select(vec![None, Some(80), Some(443), Some(8080)]),
        select(vec![
            "",
            "/",
            "/a.b",
            "?a.b",
            "#a.b",
            "/x@a.b/?u=https://a.b/#@a",
        ]),
    );
    strategies.prop_map(|(scheme, userinfo, host, port, rest)| Parts {
        scheme: scheme.to_owned(),
        userinfo: userinfo.to_owned(),
        host,
        port,
        rest: rest.to_owned(),
    })
}

/// Texts that look like URLs and are none, and any others.
fn any_text() -> impl Strategy<Value = String> {
    let marks = select(vec![
        "http",
        "https",
        ":",
        "/",
        "//",
        "\\",
        "@",
        "?",
        "#",
        "[",
        "]",
        "[::1]",
        "a",
        ".",
        "..",
        ":80",
        ":99999",
        "%2e",
        "é",
        " ",
        "\t",
        "\n",
        "\0",
        "*",
        "-",
        "0x1",
        "127.0.0.1",
        "🦀",
    ]);
    prop_oneof![
        3 => proptest::collection::vec(marks, 0..12).prop_map(|marks| marks.concat()),
        1 => any::<String>(),
    ]
}

fn matches(target: Target, url: &str) -> bool {
    Targets::new([target]).expect("a target").matches(url)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn no_text_makes_them_panic(target in any_text(), url in any_text()) {
        let kinds = [Target::substring, Target::host, Target::origin, Target::domain];
        for target in kinds.map(|kind: fn(String) -> Target| kind(target.clone())) {
            if let Ok(targets) = Targets::new([target]) {
                _ = targets.matches(&url);
            }
        }
        prop_assert_eq!(Targets::all().matches(&url), !url.is_empty());
        prop_assert!(!Targets::none().matches(&url));
    }

    #[test]
    fn no_text_makes_a_dsn_panic(text in any_text(), url in any_text()) {
        for text in [text.clone(), format!("https://k@{text}/1")] {
            if let Ok(dsn) = Dsn::parse(&text) {
                _ = dsn.is_same_host_and_port(&url);
                prop_assert!(dsn.org_id().is_none_or(|id| id.bytes().all(|b| b.is_ascii_digit())));
            }
        }
    }

    #[test]
    fn a_host_is_the_whole_host_at_any_port(url in parts(), host in host()) {
        let expected = url.host.eq_ignore_ascii_case(&host);
        prop_assert_eq!(matches(Target::host(host), &url.url()), expected);
        prop_assert!(matches(Target::host(url.host.to_uppercase()), &url.url()));
    }

    #[test]
    fn a_domain_is_the_host_or_above_it(url in parts(), domain in host()) {
        let host = url.host.to_ascii_lowercase();
        let domain = domain.to_ascii_lowercase();
        let expected = host == domain || host.ends_with(&format!(".{domain}"));
        prop_assert_eq!(matches(Target::domain(domain), &url.url()), expected);
    }

    #[test]
    fn an_origin_is_scheme_host_and_port(url in parts(), origin in parts()) {
        let expected = url.scheme.eq_ignore_ascii_case(&origin.scheme)
            && url.host.eq_ignore_ascii_case(&origin.host)
            && url.port() == origin.port();
        prop_assert_eq!(matches(Target::origin(origin.origin()), &url.url()), expected);
        prop_assert!(matches(Target::origin(url.origin()), &url.url()));
    }

    #[test]
    fn a_substring_sees_neither_userinfo_nor_fragment(url in parts(), text in "[ab./:?@#x]{1,6}") {
        let (before, _) = url.rest.split_once('#').unwrap_or((&url.rest, ""));
        let seen = Parts { userinfo: String::new(), rest: before.to_owned(), ..url.clone() }.url();
        prop_assert_eq!(matches(Target::substring(text.as_str()), &url.url()), seen.contains(&text));
    }

    #[test]
    fn an_ip_address_has_no_domain_above_it(address in any::<[u8; 4]>(), length in 1..4_usize) {
        let address = address.map(|byte| byte.to_string());
        let (url, below) = (format!("http://{}/", address.join(".")), address[length..].join("."));
        prop_assert!(!matches(Target::domain(below), &url));
        prop_assert!(matches(Target::domain(address.join(".")), &url));
    }

    #[test]
    fn the_own_host_and_port_are_those_of_the_dsn(url in parts(), own in parts()) {
        let text = format!("{}/1", Parts { userinfo: "k@".to_owned(), rest: String::new(), ..own.clone() }.url());
        let dsn = Dsn::parse(&text).expect("a DSN");
        let expected = url.host.eq_ignore_ascii_case(&own.host) && url.port() == own.port();
        prop_assert_eq!(dsn.is_same_host_and_port(&url.url()), expected);
    }
}
