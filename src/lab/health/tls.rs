//! How does a checker speak TLS? Without believing or doubting anything: "HTTPS health checks don't
//! validate SSL/TLS certificates, so checks don't fail if a certificate is invalid or expired" (Route
//! 53 Developer Guide, dns-failover-determining-health-of-endpoints).
//!
//! Only checkers may use this, because it accepts every server. That a checker tries once more without
//! SNI when the certificate lacks the name is not imitated.

use std::{io, sync::Arc};

use rustls::{
    ClientConfig, DigitallySignedStruct, SignatureScheme,
    client::{
        Resumption,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, ServerName, UnixTime},
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

    /// A server whose certificate is worth nothing.
    pub(in super::super) fn acceptor() -> TlsAcceptor {
        let certificate = CertificateDer::from_pem_slice(CERTIFICATE).expect("a certificate");
        let key = PrivateKeyDer::from_pem_slice(KEY).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .expect("a pair");
        TlsAcceptor::from(Arc::new(config))
    }
}
