//! The number of an account.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The 12 digits of an account. The default is the lab's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountId(u64);

/// A text is no account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no account: that is 12 digits")]
pub struct NoAccountId(String);

impl AccountId {
    /// The lab's own account, which is [`ACCOUNT_ID`](crate::lab::credentials::ACCOUNT_ID).
    pub const LAB: Self = Self(0);
    /// The account of the primary's bucket, where the lab has several accounts.
    pub const PRIMARY: Self = Self(1);
    /// The account of the secondary's bucket, where the lab has several accounts.
    pub const SECONDARY: Self = Self(2);
    /// The account of [`VISITOR_KEY_ID`](crate::lab::credentials::VISITOR_KEY_ID), which owns nothing.
    pub const VISITOR: Self = Self(9);
}

impl FromStr for AccountId {
    type Err = NoAccountId;

    fn from_str(text: &str) -> Result<Self, NoAccountId> {
        let digits = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|_| digits);
        number.map(Self).ok_or_else(|| NoAccountId(text.to_owned()))
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}", self.0)
    }
}

impl Serialize for AccountId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::credentials::ACCOUNT_ID;

    #[test]
    fn an_account_is_twelve_digits() {
        assert_eq!(AccountId::LAB.to_string(), ACCOUNT_ID);
        assert_eq!("000000000009".parse(), Ok(AccountId::VISITOR));
        for text in ["", "9", "00000000000x", "0000000000001", "+00000000001"] {
            assert_eq!(text.parse::<AccountId>(), Err(NoAccountId(text.to_owned())), "{text}");
        }
    }
}
