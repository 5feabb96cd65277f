//! TLS, as strict as the URL says.

use std::{fs::File, io::BufReader, sync::Arc};

use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address::Check;
use crate::{Error, Result};

/// What makes connections of a server's TLS.
pub(super) fn connector(check: Check, root: Option<&str>) -> Result<MakeRustlsConnect> {
    let provider = Arc::new(ring::default_provider());
    let broken = |error: &dyn std::fmt::Display| Error::invalid("sslmode", error.to_string());
    let config = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| broken(&error))?;
    let config = match check {
        Check::Name => config.with_root_certificates(roots(root)?).with_no_client_auth(),
        Check::Nothing | Check::Authority => {
            let inner = if check == Check::Authority {
                let roots = Arc::new(roots(root)?);
                let built = WebPkiServerVerifier::builder_with_provider(roots, provider.clone());
                Some(built.build().map_err(|error| broken(&error))?)
            } else {
                None
            };
            let verifier = Arc::new(Lenient { inner, provider });
            config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()
        }
    };
    Ok(MakeRustlsConnect::new(config))
}

/// The authorities that are trusted: those of a file, or those that browsers trust.
fn roots(file: Option<&str>) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    let Some(path) = file.filter(|path| *path != "system") else {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        return Ok(roots);
    };
    let opened = File::open(path).map_err(Error::storage("read", path))?;
    for certificate in CertificateDer::pem_reader_iter(BufReader::new(opened)) {
        let added = certificate
            .map_err(|error| error.to_string())
            .and_then(|certificate| roots.add(certificate).map_err(|error| error.to_string()));
        added.map_err(|problem| Error::invalid("sslrootcert", format!("{path}: {problem}")))?;
    }
    if roots.is_empty() {
        return Err(Error::invalid("sslrootcert", format!("{path} holds no certificate")));
    }
    Ok(roots)
}

/// Accepts a certificate for another name, and without `inner` from anybody, as `libpq` does in
/// the modes `require` and `verify-ca`.
#[derive(Debug)]
struct Lenient {
    inner: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(inner) = &self.inner else { return Ok(ServerCertVerified::assertion()) };
        match inner.verify_server_cert(certificate, others, name, response, now) {
            // The chain was found good before the name was looked at.
            Err(rustls::Error::InvalidCertificate(
                rustls::CertificateError::NotValidForName
                | rustls::CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
