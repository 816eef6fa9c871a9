//! How does a checker speak TLS? Without believing or doubting anything: "HTTPS health checks don't
//! validate SSL/TLS certificates, so checks don't fail if a certificate is invalid or expired" (Route
//! 53 Developer Guide, dns-failover-determining-health-of-endpoints).
//!
//! Only checkers may use this, because it accepts every server. They do read what the certificate is for
//! ([`certificate_is_for`]), since it decides whether SNI is tried at all.

use std::{io, sync::Arc};

use rustls::{
    ClientConfig, DigitallySignedStruct, SignatureScheme,
    client::{
        Resumption,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::ParsedCertificate,
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

/// Accepts every certificate and every signature.
#[derive(Debug)]
struct AcceptAll(Arc<CryptoProvider>);

impl ServerCertVerifier for AcceptAll {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// The settings of every handshake, made once.
#[derive(Clone)]
pub(super) struct Handshakes {
    with_name: TlsConnector,
    without_name: TlsConnector,
}

impl Handshakes {
    pub(super) fn new() -> Self {
        let connector = |enable_sni| {
            let mut config = accepting_all();
            config.enable_sni = enable_sni;
            // Each look shakes hands from the beginning, as if there had been none before it.
            config.resumption = Resumption::disabled();
            TlsConnector::from(Arc::new(config))
        };
        Self { with_name: connector(true), without_name: connector(false) }
    }

    /// Shakes hands over a connection. `server_name` goes into the client hello; without it none does
    /// (Route 53 API reference, `EnableSNI`).
    pub(super) async fn shake(
        &self,
        stream: TcpStream,
        server_name: Option<&str>,
    ) -> io::Result<TlsStream<TcpStream>> {
        let (connector, name) = match server_name {
            Some(name) => (&self.with_name, ServerName::try_from(name.to_owned()).map_err(io::Error::other)?),
            None => (&self.without_name, ServerName::IpAddress(stream.peer_addr()?.ip().into())),
        };
        connector.connect(name, stream).await
    }
}

/// Whether the server's certificate names `host` among its subject alternative names. AWS's checkers read
/// the Common Name too (Route 53 API reference, `EnableSNI`), which nobody has issued names by since 2017;
/// here such a certificate only costs a second attempt.
pub(super) fn certificate_is_for(stream: &TlsStream<TcpStream>, host: &str) -> bool {
    let (_, connection) = stream.get_ref();
    let certificate = connection.peer_certificates().and_then(|chain| chain.first());
    let parsed = certificate.and_then(|certificate| ParsedCertificate::try_from(certificate).ok());
    let name = ServerName::try_from(host).ok();
    parsed.zip(name).is_some_and(|(certificate, name)| verify_server_name(&certificate, &name).is_ok())
}

fn accepting_all() -> ClientConfig {
    let provider = Arc::new(aws_lc_rs::default_provider());
    ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("the provider has cipher suites for every version that is safe")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AcceptAll(provider)))
        .with_no_client_auth()
}

#[cfg(test)]
pub(super) mod tests {
    use rustls::{
        ServerConfig,
        pki_types::{PrivateKeyDer, pem::PemObject},
    };
    use tokio_rustls::TlsAcceptor;

    use super::*;

    /// Expired in January 2020, signed by itself, and for another name: nobody should trust it.
    const CERTIFICATE: &[u8] = b"
-----BEGIN CERTIFICATE-----
MIIBRjCB7aADAgECAgECMAoGCCqGSM49BAMCMBYxFDASBgNVBAMMC2V4cGlyZWQu
bGFiMB4XDTIwMDEwMTAwMDAwMFoXDTIwMDEwMjAwMDAwMFowFjEUMBIGA1UEAwwL
ZXhwaXJlZC5sYWIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASuWEYXIY8jANET
G+vnygnbYLqcrjmObQ+O0eL9QAuZTi6L2tCbY3S+9E/4HkWvr71n7wRQwAkFjTOt
/NbHDDojoywwKjAJBgNVHRMEAjAAMB0GA1UdDgQWBBQKmjSPdBhW0ZIlfH6HVfwY
ovZ3PzAKBggqhkjOPQQDAgNIADBFAiA8xs7Of7ALrPJl1Q9WcNnqjDUmFGYssEqH
PMG9cAnCgwIhAOwaX2Q0yMPeXhQrZHSHCL+8CDodZ4DjrcsrGErW7t3d
-----END CERTIFICATE-----
";
    /// Belongs to the certificate above and to nothing else.
    const KEY: &[u8] = b"
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgPYyTFuNoJH1YPjJ8
8R6cxRl+X3PovRrgwMPZYXpkvDuhRANCAASuWEYXIY8jANETG+vnygnbYLqcrjmO
bQ+O0eL9QAuZTi6L2tCbY3S+9E/4HkWvr71n7wRQwAkFjTOt/NbHDDoj
-----END PRIVATE KEY-----
";

    /// Signed by itself, for `named.lab`.
    const NAMED_CERTIFICATE: &[u8] = b"
-----BEGIN CERTIFICATE-----
MIIBgDCCASagAwIBAgIBAzAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAluYW1lZC5s
YWIwHhcNMjYxMTIxMTUyNDU5WhcNMzYxMTE4MTUyNDU5WjAUMRIwEAYDVQQDDAlu
YW1lZC5sYWIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARofgf1g2q4QlCfp/RA
fvBHg2BOgS8SQKJOtww/FWij5Kc+/12/f6pjQ+SLlrjVaBA0fa5R8HcYnSXOCvpR
nJCyo2kwZzAdBgNVHQ4EFgQUmyPpIfW1rk+NEuLrC27/GcydlcMwHwYDVR0jBBgw
FoAUmyPpIfW1rk+NEuLrC27/GcydlcMwDwYDVR0TAQH/BAUwAwEB/zAUBgNVHREE
DTALggluYW1lZC5sYWIwCgYIKoZIzj0EAwIDSAAwRQIhAN9vTSLd/MFLROYXOwPA
oISIQ6PKe9EqXtr2lYgHVCNbAiAUKThvmlk86pytkNYmPulxxnd7gwaQJ7k/9zly
ptEtGQ==
-----END CERTIFICATE-----
";
    /// Belongs to the certificate above and to nothing else.
    const NAMED_KEY: &[u8] = b"
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg8JqFG9+pkfjrFQ3o
CbmUu1r+apoycDayfliyWfDCeO2hRANCAARofgf1g2q4QlCfp/RAfvBHg2BOgS8S
QKJOtww/FWij5Kc+/12/f6pjQ+SLlrjVaBA0fa5R8HcYnSXOCvpRnJCy
-----END PRIVATE KEY-----
";

    /// A server whose certificate is worth nothing.
    pub(in super::super) fn acceptor() -> TlsAcceptor {
        accepting_with(CERTIFICATE, KEY)
    }

    /// A server whose certificate is for `named.lab`.
    pub(in super::super) fn named_acceptor() -> TlsAcceptor {
        accepting_with(NAMED_CERTIFICATE, NAMED_KEY)
    }

    fn accepting_with(certificate: &[u8], key: &[u8]) -> TlsAcceptor {
        let certificate = CertificateDer::from_pem_slice(certificate).expect("a certificate");
        let key = PrivateKeyDer::from_pem_slice(key).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .expect("a pair");
        TlsAcceptor::from(Arc::new(config))
    }
}
