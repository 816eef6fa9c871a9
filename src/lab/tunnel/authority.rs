//! Whose certificate do the lab's servers show? One that the lab's own authority signed, made anew at each
//! start; its key is never written anywhere.
//!
//! Clients are asked to believe the authority, so it can vouch for little: names under `amazonaws.com`
//! (RFC 5280, section 4.2.1.10), and no other authority.

use std::{io, io::Write as _, path::Path, sync::Arc};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, NameConstraints,
};
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tempfile::NamedTempFile;

/// What the authority may vouch for.
const DOMAIN: &str = "amazonaws.com";

/// Why there is no certificate to show.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AuthorityError {
    /// The certificate could not be made.
    #[error("could not make a certificate for the lab")]
    Certificate(#[from] rcgen::Error),
    /// It could not be used.
    #[error("could not use the certificate that was made for the lab")]
    Tls(#[from] rustls::Error),
    /// The authority's own could not be written for clients.
    #[error("could not write the certificate of the lab's authority into the folder for temporary files")]
    Write(#[from] io::Error),
}

/// The authority: what it has signed, and the file with its own certificate, which goes when it is dropped.
pub(super) struct Authority {
    file: NamedTempFile,
    server: Arc<ServerConfig>,
}

impl Authority {
    /// Makes one, and a certificate for a server with these names.
    pub(super) fn new(names: &[String]) -> Result<Self, AuthorityError> {
        let key = KeyPair::generate()?;
        let params = own_params()?;
        let own = params.self_signed(&key)?;
        let issuer = Issuer::new(params, key);

        let server_key = KeyPair::generate()?;
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name.push(DnType::CommonName, "s3-failover lab");
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let server = params.signed_by(&server_key, &issuer)?;

        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(server_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![server.der().clone()], key)?;

        let mut file = tempfile::Builder::new().prefix("s3-failover-lab-").suffix(".pem").tempfile()?;
        file.write_all(own.pem().as_bytes())?;
        Ok(Self { file, server: Arc::new(config) })
    }

    /// Where clients find whom to believe.
    pub(super) fn certificate(&self) -> &Path {
        self.file.path()
    }

    /// What a server shows.
    pub(super) fn server(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.server)
    }
}

fn own_params() -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, "s3-failover lab, valid on this machine alone");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName(DOMAIN.to_owned())],
        excluded_subtrees: Vec::new(),
    });
    Ok(params)
}
