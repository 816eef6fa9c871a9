//! May a checker probe this address?
//!
//! "Route 53 can't check the health of endpoints for which the IP address is in local, private,
//! non-routable, or multicast ranges" (Route 53 model, `HealthCheckConfig.IPAddress`, which names RFC
//! 5735, RFC 6598 and RFC 5156). One exception is the lab's own: loopback addresses, which Route 53
//! refuses with the others, are taken, because the lab's endpoints live there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::errors::ApiError;

/// The address, if a checker may probe it.
pub(crate) fn probeable(text: &str) -> Result<IpAddr, ApiError> {
    let Ok(address) = text.parse::<IpAddr>() else {
        return Err(ApiError::input(format!("'{text}' is not an IP address.")));
    };
    let special = match address {
        IpAddr::V4(address) => special_v4(address),
        IpAddr::V6(address) => special_v6(address),
    };
    if special && !address.is_loopback() {
        let message = format!("The IP address {text} is in a private, special-use or multicast range.");
        return Err(ApiError::input(message));
    }
    Ok(address)
}

/// RFC 5735 and RFC 6598.
fn special_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 198 && (b == 18 || b == 19))
        || (a, b, c) == (192, 0, 0)
        || (a, b, c) == (192, 88, 99)
}

/// RFC 5156.
fn special_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    address.is_unspecified()
        || address.is_loopback()
        || address.is_multicast()
        || address.to_ipv4_mapped().is_some()
        || (first & 0xfe00) == 0xfc00
        || (first & 0xffc0) == 0xfe80
        || (first, second) == (0x2001, 0xdb8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_addresses_are_refused_but_loopback() {
        for bad in
            ["10.0.0.1", "192.0.2.1", "169.254.1.1", "100.64.0.1", "224.0.0.1", "0.0.0.0", "fe80::1", "x"]
        {
            assert!(probeable(bad).is_err(), "{bad}");
        }
        for good in ["127.0.1.1", "::1", "8.8.8.8", "2606:4700::1"] {
            assert!(probeable(good).is_ok(), "{good}");
        }
    }
}
