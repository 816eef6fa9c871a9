//! A certificate for a resolver, from an authority that the test made.

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use tempfile::TempDir;

/// The name that a certificate holds, beside the address 127.0.0.1.
pub(crate) const CERTIFIED: &str = "resolver.test";

/// Files with an authority's certificate, and with a server's and its key. They go when it is dropped.
#[derive(Debug)]
pub(crate) struct Certificate {
    folder: TempDir,
}

impl Certificate {
    /// For [`CERTIFIED`] and 127.0.0.1, valid.
    pub(crate) fn new() -> Self {
        Self::made(&[CERTIFIED, "127.0.0.1"], |_| {})
    }

    /// For this name alone.
    pub(crate) fn of(name: &str) -> Self {
        Self::made(&[name], |_| {})
    }

    /// One that was valid once.
    pub(crate) fn expired() -> Self {
        Self::made(&[CERTIFIED, "127.0.0.1"], |params| {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        })
    }

    fn made(names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.distinguished_name.push(DnType::CommonName, "authority of a test");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        let authority = params.self_signed(&key).expect("a certificate");
        let issuer = Issuer::new(params, key);

        let key = KeyPair::generate().expect("a key");
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).expect("names");
        change(&mut params);
        let server = params.signed_by(&key, &issuer).expect("a certificate");

        let folder = tempfile::tempdir().expect("a folder");
        let write =
            |name: &str, text: String| std::fs::write(folder.path().join(name), text).expect("a file");
        write("authority.pem", authority.pem());
        write("server.pem", server.pem());
        write("key.pem", key.serialize_pem());
        Self { folder }
    }

    /// For `SSL_CERT_FILE` of who shall believe it.
    pub(crate) fn authority(&self) -> String {
        self.file("authority.pem").display().to_string()
    }

    /// What the server shows.
    pub(crate) fn server(&self) -> PathBuf {
        self.file("server.pem")
    }

    /// The server's key.
    pub(crate) fn key(&self) -> PathBuf {
        self.file("key.pem")
    }

    fn file(&self, name: &str) -> PathBuf {
        let folder: &Path = self.folder.path();
        folder.join(name)
    }
}
