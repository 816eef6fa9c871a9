//! How does a service of AWS come in, that acts for a resource of the account? Signed, with a key that is known
//! inside this process alone.
//!
//! On AWS such a service signs with credentials of its own, and S3 knows by them the service principal and the
//! resource that it acts for (`aws:SourceArn`). Here the secret is drawn when it is first asked for, so that
//! nobody outside can pass for the service, and the statement of a bucket policy that is for the service
//! lets nobody else in.

use std::sync::OnceLock;

use crate::lab::{credentials::DISTRIBUTION_ARN, encoding::hex};

/// A service that signs requests to S3.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ServiceKey {
    /// The service principal, as policies name it.
    pub(crate) principal: &'static str,
    /// The resource that it acts for.
    pub(crate) source_arn: &'static str,
    /// What its signatures name.
    pub(crate) access_key_id: &'static str,
    secret: OnceLock<String>,
}

/// The lab's distribution, with Origin Access Control.
pub(crate) static CLOUDFRONT: ServiceKey = ServiceKey {
    principal: "cloudfront.amazonaws.com",
    source_arn: DISTRIBUTION_ARN,
    access_key_id: "LAB-CLOUDFRONT-KEY",
    secret: OnceLock::new(),
};

impl ServiceKey {
    /// The service that has this access key.
    pub(crate) fn of(access_key_id: &str) -> Option<&'static Self> {
        (access_key_id == CLOUDFRONT.access_key_id).then_some(&CLOUDFRONT)
    }

    /// The secret of this process.
    pub(crate) fn secret(&'static self) -> &'static str {
        self.secret.get_or_init(|| {
            let mut bytes = [0; 20];
            let random = rustls::crypto::aws_lc_rs::default_provider().secure_random;
            random.fill(&mut bytes).expect("the system gives random bytes");
            hex(&bytes)
        })
    }
}
