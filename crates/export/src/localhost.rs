//! Whether a request was for the machine itself (rule R13; Sentry, "Semantic Conventions", `sentry.is_localhost`).

use std::net::IpAddr;

use sentry_trace_runtime::transaction::SpanRecord;

use crate::request::{served, text};

/// Whether the root serves a request on localhost; `None` where it serves none, or neither its host nor its client is known.
///
/// A known host decides alone: behind a proxy on the same machine, each client has a local address.
pub(crate) fn is_localhost(root: &SpanRecord) -> Option<bool> {
    let data = served(root)?;
    let address = text(data, "server.address").or_else(|| text(data, "client.address"));
    address.map(is_local)
}

/// Whether this is `localhost` or a name below it, or a loopback address, one of IPv6 with or without brackets.
fn is_local(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = address.parse::<IpAddr>() {
        return address.to_canonical().is_loopback();
    }
    let name = host.to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn loopback_addresses_and_names_below_localhost_are_local() {
        for host in [
            "localhost",
            "LocalHost",
            "shop.localhost",
            "127.0.0.1",
            "127.8.0.1",
            "::1",
            "[::1]",
            "::ffff:127.0.0.1",
        ] {
            assert!(is_local(host), "{host}");
        }
        for host in [
            "",
            "shop.test",
            "notlocalhost",
            "localhost.test",
            "127.0.0.1.test",
            "192.168.0.1",
            "0.0.0.0",
            "[2001:db8::1]",
        ] {
            assert!(!is_local(host), "{host}");
        }
    }
}
