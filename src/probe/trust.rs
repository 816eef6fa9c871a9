//! Whom do we believe by their certificates? Whom the system believes: its roots, or those that the variables
//! `SSL_CERT_FILE` and `SSL_CERT_DIR` name.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{
        CertificateDer,
        pem::{self, PemObject},
    },
};

/// A file holds nobody to believe.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// It cannot be read as PEM, or holds no certificate.
    #[error("{} holds no certificates", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        source: pem::Error,
    },
    /// A certificate of it cannot be believed.
    #[error("{} holds a certificate that nobody can stand behind", file.display())]
    Certificate {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        source: rustls::Error,
    },
}

/// As [`trusted`], but believing those of this file, and nobody else.
pub fn trusting(file: &Path) -> Result<Arc<ClientConfig>, TrustError> {
    let unread = |source| TrustError::Read { file: file.to_owned(), source };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(unread)? {
        let added = roots.add(certificate.map_err(unread)?);
        added.map_err(|source| TrustError::Certificate { file: file.to_owned(), source })?;
    }
    if roots.is_empty() {
        return Err(unread(pem::Error::NoItemsFound));
    }
    Ok(Arc::new(config(&[], Arc::new(roots))))
}

/// For HTTP/1.1, and for all that needs no protocol to be chosen in the handshake.
pub fn trusted() -> Arc<ClientConfig> {
    static TRUSTED: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    Arc::clone(TRUSTED.get_or_init(|| Arc::new(config(&[], roots()))))
}

/// For HTTP/2, and HTTP/1.1 with servers that know nothing newer.
pub(super) fn trusted_for_http2() -> Arc<ClientConfig> {
    static TRUSTED: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    Arc::clone(TRUSTED.get_or_init(|| Arc::new(config(&[b"h2", b"http/1.1"], roots()))))
}

fn config(protocols: &[&[u8]], roots: Arc<RootCertStore>) -> ClientConfig {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider supports the default versions of TLS");
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    config
}

/// The system's trusted roots, read once.
fn roots() -> Arc<RootCertStore> {
    static ROOTS: OnceLock<Arc<RootCertStore>> = OnceLock::new();
    let read = || {
        let mut roots = RootCertStore::empty();
        // A root that cannot be read is one fewer to trust; with none left every connection fails
        // with a message that says so.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Arc::new(roots)
    };
    Arc::clone(ROOTS.get_or_init(read))
}
