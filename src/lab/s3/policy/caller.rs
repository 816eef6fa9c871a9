//! Who asks? Known by the key that signed the request.

use crate::lab::{
    credentials::ACCOUNT_ID,
    principals::{AccountId, Principal},
    s3::service_key::ServiceKey,
};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Nobody signed the request.
    Anonymous,
    /// The account that owns the bucket signed it.
    Owner,
    /// A principal of this account signed it; whether that is the owner is known when the bucket is.
    Account(AccountId),
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

    /// Whoever has this access key, by whom it is known; S3 has checked that the signature is right.
    pub(crate) fn with_key(access_key_id: Option<&str>, principal: Option<&Principal>) -> Self {
        match (access_key_id, principal) {
            (_, Some(principal)) => Self::Account(principal.account),
            (Some(id), None) => ServiceKey::of(id).map_or(Self::Anonymous, Self::Service),
            (None, None) => Self::Anonymous,
        }
    }

    /// The same, before a bucket of this account.
    pub(crate) fn towards(self, owner: AccountId) -> Self {
        if self == Self::Account(owner) { Self::Owner } else { self }
    }
}
