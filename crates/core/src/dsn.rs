//! The DSN: where a project's data goes, and whose project it is.
//!
//! ```
//! use sentry_trace_core::dsn::{Dsn, DsnError};
//!
//! let dsn = Dsn::parse("https://public@o42.ingest.sentry.io/1337")?;
//! let mut url = String::new();
//! dsn.write_envelope_url(&mut url).expect("a String takes every text");
//!
//! assert_eq!(url, "https://o42.ingest.sentry.io/api/1337/envelope/");
//! assert_eq!(dsn.org_id(), Some("42"));
//! assert!(dsn.is_same_host_and_port("https://O42.ingest.sentry.io:443/x"));
//! assert_eq!(Dsn::parse("https://o42.ingest.sentry.io/1337"), Err(DsnError::MissingPublicKey));
//! # Ok::<(), DsnError>(())
//! ```

mod error;

pub use error::DsnError;

use core::fmt;

use crate::url::{Authority, Host, Url, default_port, parse_port};

/// A DSN, `https://PUBLIC_KEY[:SECRET]@HOST[:PORT]/PATH/PROJECT_ID`, read from borrowed text. The secret is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dsn<'a> {
    scheme: &'static str,
    public_key: &'a str,
    host_text: &'a str,
    host: Host<&'a str>,
    port: u16,
    path: &'a str,
    project_id: &'a str,
}

impl<'a> Dsn<'a> {
    /// Reads a DSN; white space around it is ignored.
    ///
    /// # Errors
    /// A [`DsnError`] names the first part that is missing or cannot be read.
    pub fn parse(text: &'a str) -> Result<Self, DsnError> {
        let text = text.trim_ascii();
        if text.is_empty() {
            return Err(DsnError::Empty);
        }
        let (scheme, rest) = text.split_once("://").ok_or(DsnError::MissingScheme)?;
        let scheme = supported_scheme(scheme)?;
        if rest.contains(['?', '#']) {
            return Err(DsnError::QueryOrFragment);
        }
        let (authority, path_and_id) = rest.split_once('/').unwrap_or((rest, ""));
        let Authority {
            userinfo,
            host,
            port,
        } = Authority::split(authority);
        let public_key = public_key_of(userinfo)?;
        if host.is_empty() {
            return Err(DsnError::MissingHost);
        }
        let parsed_host = Host::parse(host).ok_or(DsnError::InvalidHost)?;
        let port = match port {
            Some(port) => parse_port(port),
            None => default_port(scheme),
        };
        let (path, project_id) = path_and_id.rsplit_once('/').unwrap_or(("", path_and_id));
        check_path_and_project_id(path, project_id)?;
        Ok(Self {
            scheme,
            public_key,
            host_text: host,
            host: parsed_host,
            port: port.ok_or(DsnError::InvalidPort)?,
            path: path.trim_matches('/'),
            project_id,
        })
    }

    /// `http` or `https`.
    #[must_use]
    pub fn scheme(&self) -> &'static str {
        self.scheme
    }

    /// The key that the ingestion side knows the project by; it is public.
    #[must_use]
    pub fn public_key(&self) -> &'a str {
        self.public_key
    }

    /// The host as written, an IPv6 address with its brackets.
    #[must_use]
    pub fn host(&self) -> &'a str {
        self.host_text
    }

    /// The written port, else the scheme's default.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What stands between the host and the project id, without the slashes at its ends; mostly empty.
    #[must_use]
    pub fn path(&self) -> &'a str {
        self.path
    }

    /// The last segment of the path.
    #[must_use]
    pub fn project_id(&self) -> &'a str {
        self.project_id
    }

    /// The digits of `o<digits>.` at the start of the host (rule R4).
    #[must_use]
    pub fn org_id(&self) -> Option<&'a str> {
        let (label, _) = self.host_text.strip_prefix(['o', 'O'])?.split_once('.')?;
        (!label.is_empty() && label.bytes().all(|b| b.is_ascii_digit())).then_some(label)
    }

    /// Whether an absolute URL leads to the DSN's own host and port, where no trace headers go (rule R8).
    #[must_use]
    pub fn is_same_host_and_port(&self, url: &str) -> bool {
        Url::parse(url).is_some_and(|url| url.host == self.host && url.port == Some(self.port))
    }

    /// Writes the URL that takes envelopes: `SCHEME://HOST[:PORT]/PATH/api/PROJECT_ID/envelope/`. The scheme's default
    /// port is left out.
    ///
    /// # Errors
    /// Only those of `out`.
    pub fn write_envelope_url(&self, out: &mut impl fmt::Write) -> fmt::Result {
        write!(out, "{}://{}", self.scheme, self.host_text)?;
        if default_port(self.scheme) != Some(self.port) {
            write!(out, ":{}", self.port)?;
        }
        if !self.path.is_empty() {
            write!(out, "/{}", self.path)?;
        }
        write!(out, "/api/{}/envelope/", self.project_id)
    }
}

fn supported_scheme(text: &str) -> Result<&'static str, DsnError> {
    if text.is_empty() {
        return Err(DsnError::MissingScheme);
    }
    let known = ["https", "http"]
        .into_iter()
        .find(|known| text.eq_ignore_ascii_case(known));
    known.ok_or(DsnError::UnsupportedScheme)
}

fn public_key_of(userinfo: Option<&str>) -> Result<&str, DsnError> {
    let userinfo = userinfo.ok_or(DsnError::MissingPublicKey)?;
    let key = userinfo
        .split_once(':')
        .map_or(userinfo, |(key, _secret)| key);
    match key {
        "" => Err(DsnError::MissingPublicKey),
        _ if key.bytes().all(is_unreserved) => Ok(key),
        _ => Err(DsnError::InvalidPublicKey),
    }
}

fn check_path_and_project_id(path: &str, project_id: &str) -> Result<(), DsnError> {
    let is_path_byte = |b: u8| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b);
    if project_id.is_empty() {
        return Err(DsnError::MissingProjectId);
    }
    if !project_id
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    {
        return Err(DsnError::InvalidProjectId);
    }
    if path.bytes().all(is_path_byte) {
        Ok(())
    } else {
        Err(DsnError::InvalidPath)
    }
}

fn is_unreserved(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"-._~".contains(&b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_read() {
        let dsn = Dsn::parse(" HTTP://pub:secret@Sentry.example:9000/a/b/7\n").expect("a DSN");
        assert_eq!(
            (dsn.scheme(), dsn.public_key(), dsn.host(), dsn.port()),
            ("http", "pub", "Sentry.example", 9000)
        );
        assert_eq!(
            (dsn.path(), dsn.project_id(), dsn.org_id()),
            ("a/b", "7", None)
        );
        assert_eq!(Dsn::parse("http://k@h/1").map(|dsn| dsn.port()), Ok(80));
        assert_eq!(
            Dsn::parse("https://k@[::1]/1").map(|dsn| (dsn.port(), dsn.host())),
            Ok((443, "[::1]"))
        );
    }

    #[test]
    fn errors_name_the_part() {
        for (text, error) in [
            ("", DsnError::Empty),
            (" \t", DsnError::Empty),
            ("k@h/1", DsnError::MissingScheme),
            ("://k@h/1", DsnError::MissingScheme),
            ("https:/k@h/1", DsnError::MissingScheme),
            ("ftp://k@h/1", DsnError::UnsupportedScheme),
            ("https://h/1", DsnError::MissingPublicKey),
            ("https://@h/1", DsnError::MissingPublicKey),
            ("https://:s@h/1", DsnError::MissingPublicKey),
            ("https://k k@h/1", DsnError::InvalidPublicKey),
            ("https://k@l@h/1", DsnError::InvalidPublicKey),
            ("https://k@/1", DsnError::MissingHost),
            ("https://k@:80/1", DsnError::MissingHost),
            ("https://k@h\u{e4}/1", DsnError::InvalidHost),
            ("https://k@h\\x/1", DsnError::InvalidHost),
            ("https://k@::1/1", DsnError::InvalidHost),
            ("https://k@[::g]/1", DsnError::InvalidHost),
            ("https://k@h:/1", DsnError::InvalidPort),
            ("https://k@h:65536/1", DsnError::InvalidPort),
            ("https://k@h:+1/1", DsnError::InvalidPort),
            ("https://k@h", DsnError::MissingProjectId),
            ("https://k@h/", DsnError::MissingProjectId),
            ("https://k@h/a/", DsnError::MissingProjectId),
            ("https://k@h/1 2", DsnError::InvalidProjectId),
            ("https://k@h/..", DsnError::InvalidProjectId),
            ("https://k@h/a b/1", DsnError::InvalidPath),
            ("https://k@h/a\\b/1", DsnError::InvalidPath),
            ("https://k@h/1?x", DsnError::QueryOrFragment),
            ("https://k@h/1#x", DsnError::QueryOrFragment),
        ] {
            assert_eq!(Dsn::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn the_org_id_is_the_whole_first_label() {
        let org_id = |text| Dsn::parse(text).expect("a DSN").org_id();
        assert_eq!(org_id("https://k@O12.example/1"), Some("12"));
        assert_eq!(org_id("https://k@o12/1"), None);
        assert_eq!(org_id("https://k@o.example/1"), None);
        assert_eq!(org_id("https://k@o1x.example/1"), None);
        assert_eq!(org_id("https://k@eu.o12.example/1"), None);
    }

    #[test]
    fn own_host_and_port() {
        let dsn = Dsn::parse("http://k@localhost:9000/1").expect("a DSN");
        assert!(dsn.is_same_host_and_port("http://u@LOCALHOST:9000/x"));
        assert!(dsn.is_same_host_and_port("https://localhost:9000/x"));
        assert!(!dsn.is_same_host_and_port("http://localhost/x"));
        assert!(!dsn.is_same_host_and_port("http://localhost:9000@other.example/x"));
        assert!(!dsn.is_same_host_and_port("/localhost:9000/x"));
    }

    /// A writer without an allocator.
    struct Buffer([u8; 64], usize);

    impl fmt::Write for Buffer {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            let end = self.1 + text.len();
            self.0
                .get_mut(self.1..end)
                .ok_or(fmt::Error)?
                .copy_from_slice(text.as_bytes());
            self.1 = end;
            Ok(())
        }
    }

    #[test]
    fn the_envelope_url_keeps_the_path_and_an_unusual_port() {
        for (text, url) in [
            ("https://k:s@h/1", "https://h/api/1/envelope/"),
            ("https://k@h:443/1", "https://h/api/1/envelope/"),
            ("http://k@[::1]:443/1", "http://[::1]:443/api/1/envelope/"),
            ("https://k@h/a/b/1", "https://h/a/b/api/1/envelope/"),
            ("https://k@h//1", "https://h/api/1/envelope/"),
            ("https://k@h//a//1", "https://h/a/api/1/envelope/"),
        ] {
            let mut out = Buffer([0; 64], 0);
            Dsn::parse(text)
                .expect("a DSN")
                .write_envelope_url(&mut out)
                .expect("room enough");
            assert_eq!(core::str::from_utf8(&out.0[..out.1]), Ok(url));
        }
    }
}
