//! Who asks? Known by the key that signed the request.

use crate::lab::{credentials::ACCOUNT_ID, s3::service_key::ServiceKey};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Nobody signed the request.
    Anonymous,
    /// The account that owns the bucket signed it.
    Owner,
    /// A service signed it, that acts for a resource of the account.
    Service(&'static ServiceKey),
}

impl Caller {
    /// The value of a condition key, in lower case, that follows from who calls.
    pub(super) fn fact(self, key: &str) -> Option<&'static str> {
        match (key, self) {
            ("aws:sourcearn", Self::Service(service)) => Some(service.source_arn),
            ("aws:sourceaccount", Self::Service(_)) => Some(ACCOUNT_ID),
            _ => None,
        }
    }

    /// Whoever has this access key; S3 has checked that the signature is right.
    pub(crate) fn with_key(access_key_id: Option<&str>) -> Self {
        match access_key_id {
            None => Self::Anonymous,
            Some(id) => ServiceKey::of(id).map_or(Self::Owner, Self::Service),
        }
    }
}
