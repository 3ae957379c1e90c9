//! The authorities to trust, out of PEM text.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject};
use rustls::{Error, RootCertStore};
use ureq::tls::{Certificate, RootCerts};

/// Reads all certificates of a PEM text; says what is wrong with it.
pub(super) fn read(text: &[u8]) -> Result<RootCerts, String> {
    // ureq leaves out what it cannot read, without a word.
    let mut readable = RootCertStore::empty();
    let mut certificates = Vec::new();
    for (before, certificate) in CertificateDer::pem_slice_iter(text).enumerate() {
        let certificate = certificate
            .map_err(|error| format!("no PEM after {before} certificates: {}", no_pem(&error)))?;
        certificates.push(Certificate::from_der(&certificate).to_owned());
        readable
            .add(certificate)
            .map_err(|error| format!("certificate {} {}", before + 1, unreadable(&error)))?;
    }
    if certificates.is_empty() {
        return Err("there is no `-----BEGIN CERTIFICATE-----` in it".to_owned());
    }
    Ok(RootCerts::from(certificates))
}

fn no_pem(error: &pem::Error) -> String {
    match error {
        // Its own words list bytes as numbers.
        pem::Error::MissingSectionEnd { .. } => "a section has no end".to_owned(),
        pem::Error::IllegalSectionStart { .. } => "a first line is not whole".to_owned(),
        other => other.to_string(),
    }
}

fn unreadable(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(reason) => format!("cannot be read: {reason}"),
        other => format!("cannot be read: {other}"),
    }
}
