//! What identifies a service.

/// What identifies the service, in envelopes and in the context that it freezes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Service {
    /// The DSN.
    pub dsn: Option<String>,
    /// The public key of the DSN.
    pub public_key: Option<String>,
    /// The release.
    pub release: Option<String>,
    /// The environment.
    pub environment: String,
    /// The name of the machine or of the service.
    pub server_name: Option<String>,
    /// The organisation: the option, else from the DSN (rule R4).
    pub org_id: Option<String>,
}
