//! Types and lifetimes of DNS records.

use std::{fmt, str::FromStr, time::Duration};

use super::serde_as_text;

macro_rules! record_types {
    ($($variant:ident $text:literal),+ $(,)?) => {
        /// A record type that Route 53 knows (Route 53 model, `RRType`).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "each variant is the type of that name")]
        pub enum RecordType { $($variant),+ }

        impl RecordType {
            /// Every type, in the order of their names, which is Route 53's order of listing.
            pub const ALL: &'static [RecordType] = &[$(RecordType::$variant),+];

            /// The type as DNS writes it.
            pub fn as_str(self) -> &'static str {
                match self { $(RecordType::$variant => $text),+ }
            }
        }
    };
}

record_types! {
    A "A", Aaaa "AAAA", Caa "CAA", Cname "CNAME", Ds "DS", Https "HTTPS", Mx "MX", Naptr "NAPTR",
    Ns "NS", Ptr "PTR", Soa "SOA", Spf "SPF", Srv "SRV", Sshfp "SSHFP", Svcb "SVCB", Tlsa "TLSA",
    Txt "TXT",
}

/// Route 53 has no such record type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Route 53 has no record type `{0}`")]
pub struct UnknownRecordType(String);

impl FromStr for RecordType {
    type Err = UnknownRecordType;

    fn from_str(text: &str) -> Result<Self, UnknownRecordType> {
        let found = Self::ALL.iter().find(|t| t.as_str().eq_ignore_ascii_case(text));
        found.copied().ok_or_else(|| UnknownRecordType(text.to_owned()))
    }
}

impl fmt::Display for RecordType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

serde_as_text!(RecordType);

/// How long a record may be cached, in seconds: 0 to 2147483647 (RFC 2181, section 8; Route 53
/// model, `TTL`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ttl(u32);

/// Not a TTL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a TTL is a whole number of seconds from 0 to 2147483647")]
pub struct TtlError;

impl Ttl {
    /// The TTL of so many seconds.
    pub fn from_seconds(seconds: i64) -> Result<Self, TtlError> {
        u32::try_from(seconds).ok().filter(|s| i32::try_from(*s).is_ok()).map(Self).ok_or(TtlError)
    }

    /// In seconds.
    pub fn seconds(self) -> u32 {
        self.0
    }

    /// As a length of time.
    pub fn duration(self) -> Duration {
        Duration::from_secs(u64::from(self.0))
    }
}

impl FromStr for Ttl {
    type Err = TtlError;

    fn from_str(text: &str) -> Result<Self, TtlError> {
        text.parse().map_err(|_| TtlError).and_then(Self::from_seconds)
    }
}

impl fmt::Display for Ttl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl serde::Serialize for Ttl {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Ttl {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_seconds(i64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_in_any_case_and_listed_in_order() {
        assert_eq!("cname".parse(), Ok(RecordType::Cname));
        assert!("WKS".parse::<RecordType>().is_err());
        assert!(RecordType::ALL.windows(2).all(|w| w[0].as_str() < w[1].as_str()));
    }

    #[test]
    fn a_ttl_has_bounds() {
        assert_eq!(Ttl::from_seconds(60).map(Ttl::seconds), Ok(60));
        assert_eq!(Ttl::from_seconds(i64::from(i32::MAX)).map(Ttl::seconds), Ok(2_147_483_647));
        assert_eq!(Ttl::from_seconds(-1), Err(TtlError));
        assert_eq!(Ttl::from_seconds(2_147_483_648), Err(TtlError));
    }
}
