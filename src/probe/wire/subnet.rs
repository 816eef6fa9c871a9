//! The network on whose behalf a question is asked (EDNS client subnet, RFC 7871).

use std::{fmt, net::IpAddr, str::FromStr};

use serde::{Serialize, Serializer};

/// A network: an address and how many of its bits count; the others are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientSubnet {
    address: IpAddr,
    prefix: u8,
}

/// Why a text is no network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubnetError {
    /// No address.
    #[error("`{0}` is no network; write an address and a prefix, as in 192.0.2.0/24 or 2001:db8::/56")]
    NoAddress(String),
    /// A prefix that such an address does not have.
    #[error("the prefix of {address} is a number from 0 to {most}, and not `{prefix}`")]
    Prefix {
        /// The address before it.
        address: IpAddr,
        /// What was written.
        prefix: String,
        /// The bits of such an address.
        most: u8,
    },
}

impl ClientSubnet {
    /// The network's address.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// How many bits of it count.
    pub fn prefix(&self) -> u8 {
        self.prefix
    }

    /// "The address [...] MUST be truncated to the number of bits indicated by the SOURCE PREFIX-LENGTH field,
    /// padding with 0 bits to pad to the end of the last octet needed" (RFC 7871, section 6).
    fn truncated(address: IpAddr, prefix: u8) -> Self {
        let address = match address {
            IpAddr::V4(ip) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
                IpAddr::V4((ip.to_bits() & mask).into())
            }
            IpAddr::V6(ip) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
                IpAddr::V6((ip.to_bits() & mask).into())
            }
        };
        Self { address, prefix }
    }
}

impl FromStr for ClientSubnet {
    type Err = SubnetError;

    /// An address alone is a network of its own, as for `dig +subnet`.
    fn from_str(text: &str) -> Result<Self, SubnetError> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(ip, bits)| (ip, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| SubnetError::NoAddress(text.to_owned()))?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let Some(prefix) = prefix else { return Ok(Self::truncated(address, most)) };
        let bits = prefix.parse().ok().filter(|bits| *bits <= most);
        let bits = bits.ok_or_else(|| SubnetError::Prefix { address, prefix: prefix.to_owned(), most })?;
        Ok(Self::truncated(address, bits))
    }
}

impl fmt::Display for ClientSubnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl Serialize for ClientSubnet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_networks_own_bits_are_kept() {
        let read = |text: &str| text.parse::<ClientSubnet>().map(|subnet| subnet.to_string());
        for (text, kept) in [
            ("192.0.2.77/24", "192.0.2.0/24"),
            ("192.0.2.77", "192.0.2.77/32"),
            ("192.0.2.77/0", "0.0.0.0/0"),
            ("192.0.2.255/25", "192.0.2.128/25"),
            ("2001:db8:1:2ff::1/56", "2001:db8:1:200::/56"),
            ("2001:db8::1", "2001:db8::1/128"),
            ("::/0", "::/0"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(kept), "{text}");
        }
        for text in ["", "example.com/24", "192.0.2/24", "/24"] {
            assert_eq!(read(text), Err(SubnetError::NoAddress(text.to_owned())), "{text}");
        }
        for text in ["192.0.2.0/33", "192.0.2.0/", "192.0.2.0/-1", "192.0.2.0/a", "2001:db8::/129"] {
            assert!(matches!(read(text), Err(SubnetError::Prefix { .. })), "{text}");
        }
    }
}
