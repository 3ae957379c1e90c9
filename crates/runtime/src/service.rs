//! What identifies a service.

use sentry_trace_core::dsn::Dsn;

/// What identifies the service, in envelopes and in the context that it freezes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Service {
    /// The DSN.
    pub dsn: Option<String>,
    /// The release.
    pub release: Option<String>,
    /// The environment.
    pub environment: String,
    /// The name of the machine or of the service.
    pub server_name: Option<String>,
    /// The organisation: the option, else from the DSN (rule R4).
    pub org_id: Option<String>,
}

impl Service {
    /// The public key of the DSN.
    #[must_use]
    pub fn public_key(&self) -> Option<&str> {
        Some(Dsn::parse(self.dsn.as_deref()?).ok()?.public_key())
    }
}
