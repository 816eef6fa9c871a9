//! The values that only a spec has: object keys, the protocol of a check, the names of an access point.

use std::{
    fmt::{self, Write as _},
    str::FromStr,
};

use crate::model::{Fqdn, serde_as_text};

/// Longest key in bytes of UTF-8 (S3 User Guide, `object-keys`).
const LONGEST_KEY: usize = 1024;
/// Longest path of a health check (Route 53 API reference, `HealthCheckConfig`, `ResourcePath`).
const LONGEST_PATH: usize = 255;

/// The key of an object that health checkers fetch: as S3 knows it, and as the path of a URL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey(String);

/// Why a text cannot be the key of an object that is checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ObjectKeyError {
    /// Nothing was written.
    #[error("the key of an object cannot be empty")]
    Empty,
    /// More than 1,024 bytes.
    #[error("the key has {0} bytes; S3 allows {LONGEST_KEY}")]
    TooLong(usize),
    /// A slash at the start, which the path of a URL has anyway.
    #[error("the key begins with a slash; `/{0}` in a URL is the object `{0}`")]
    LeadingSlash(String),
    /// A segment that every HTTP client resolves before it asks (RFC 3986, 5.2.4).
    #[error("`{0}` as a part of the path never reaches S3: clients resolve it before they ask")]
    DotSegment(&'static str),
    /// Percent-encoded, more than 255 characters.
    #[error("as a path the key has {0} characters; a health check takes {LONGEST_PATH}")]
    PathTooLong(usize),
}

impl ObjectKey {
    /// The key as S3 knows it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path of a URL or of a health check, from its leading slash on. All but RFC 3986's unreserved
    /// characters and the slash is percent-encoded, which is also how `SigV4` wants it.
    pub fn path(&self) -> String {
        let mut path = String::from("/");
        for byte in self.0.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
                path.push(char::from(byte));
            } else {
                write!(path, "%{byte:02X}").expect("writing to a String cannot fail");
            }
        }
        path
    }
}

impl FromStr for ObjectKey {
    type Err = ObjectKeyError;

    fn from_str(text: &str) -> Result<Self, ObjectKeyError> {
        if text.is_empty() {
            return Err(ObjectKeyError::Empty);
        }
        if text.len() > LONGEST_KEY {
            return Err(ObjectKeyError::TooLong(text.len()));
        }
        if let Some(rest) = text.strip_prefix('/') {
            return Err(ObjectKeyError::LeadingSlash(rest.to_owned()));
        }
        if let Some(dots) = [".", ".."].into_iter().find(|dots| text.split('/').any(|part| part == *dots)) {
            return Err(ObjectKeyError::DotSegment(dots));
        }
        let key = Self(text.to_owned());
        match key.path().len() {
            length if length > LONGEST_PATH => Err(ObjectKeyError::PathTooLong(length)),
            _ => Ok(key),
        }
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(ObjectKey);

/// How the checkers reach an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// A request over TLS; the certificate is not validated
    /// (Route 53 Developer Guide, `dns-failover-determining-health-of-endpoints`).
    Https,
    /// A request in the clear.
    Http,
    /// A connection is enough.
    Tcp,
}

/// Not a protocol of a health check.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no protocol of a health check; there are `https`, `http` and `tcp`")]
pub struct UnknownProtocol(String);

impl Protocol {
    /// All of them, the default first.
    pub const ALL: [Protocol; 3] = [Self::Https, Self::Http, Self::Tcp];

    /// In lower case, as the spec writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
            Self::Tcp => "tcp",
        }
    }

    /// The port that is meant when none is named: that of S3's REST endpoints.
    pub fn default_port(self) -> u16 {
        match self {
            Self::Https | Self::Tcp => 443,
            Self::Http => 80,
        }
    }
}

impl FromStr for Protocol {
    type Err = UnknownProtocol;

    fn from_str(text: &str) -> Result<Self, UnknownProtocol> {
        let found = Self::ALL.into_iter().find(|protocol| protocol.as_str() == text);
        found.ok_or_else(|| UnknownProtocol(text.to_owned()))
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

serde_as_text!(Protocol);

/// The 12 digits of an AWS account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(String);

/// Not the id of an account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no account id: that is 12 digits, leading zeros included")]
pub struct AccountIdError(String);

impl AccountId {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountId {
    type Err = AccountIdError;

    fn from_str(text: &str) -> Result<Self, AccountIdError> {
        if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(AccountIdError(text.to_owned()))
        }
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(AccountId);

/// The alias that S3 gives a Multi-Region Access Point, `.mrap` included. It is generated, unique for
/// all time, and not the access point's name (S3 User Guide, `MultiRegionAccessPointRequests`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MrapAlias(String);

/// Not the alias of a Multi-Region Access Point.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no alias of a Multi-Region Access Point: those look like `mfzwi23gnjvgw.mrap`")]
pub struct MrapAliasError(String);

impl MrapAlias {
    /// The alias with its `.mrap`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host that serves the access point's objects, `ALIAS.accesspoint.s3-global.amazonaws.com`
    /// (S3 User Guide, `MultiRegionAccessPointRequests`).
    pub fn host(&self) -> Fqdn {
        format!("{}.accesspoint.s3-global.amazonaws.com", self.0)
            .parse()
            .expect("the first label of an alias has at most 63 letters, digits and hyphens")
    }
}

impl FromStr for MrapAlias {
    type Err = MrapAliasError;

    fn from_str(text: &str) -> Result<Self, MrapAliasError> {
        let label = text.strip_suffix(".mrap").unwrap_or_default();
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=63).contains(&label.len()) && label.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err(MrapAliasError(text.to_owned()))
        }
    }
}

impl fmt::Display for MrapAlias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(MrapAlias);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_becomes_a_path() {
        let path = |key: &str| key.parse::<ObjectKey>().expect("a key").path();
        assert_eq!(path("failover/health.txt"), "/failover/health.txt");
        assert_eq!(path("a b?c=d#é"), "/a%20b%3Fc%3Dd%23%C3%A9");
    }

    #[test]
    fn each_rule_of_a_key_refuses() {
        let error = |key: &str| key.parse::<ObjectKey>().expect_err("no key");
        assert_eq!(error(""), ObjectKeyError::Empty);
        assert_eq!(error("/a"), ObjectKeyError::LeadingSlash("a".to_owned()));
        assert_eq!(error("a/../b"), ObjectKeyError::DotSegment(".."));
        assert_eq!(error(&"a".repeat(1025)), ObjectKeyError::TooLong(1025));
        assert_eq!(error(&"a".repeat(255)), ObjectKeyError::PathTooLong(256));
        assert_eq!(error(&"é".repeat(43)), ObjectKeyError::PathTooLong(259));
    }

    #[test]
    fn the_access_point_has_a_host() {
        let alias: MrapAlias = "mfzwi23gnjvgw.mrap".parse().expect("an alias");
        assert_eq!(alias.host().as_str(), "mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com");
        assert!("my-access-point".parse::<MrapAlias>().is_err());
        assert!(".mrap".parse::<MrapAlias>().is_err());
        assert!("12345678901".parse::<AccountId>().is_err());
    }
}
