//! Our names in packets, and back.
//!
//! Route 53 writes what is no letter, digit, `-` or `_` as a backslash and three octal digits (Route 53
//! Developer Guide, `DomainNameFormat`), master files as a backslash and three decimal ones (RFC 1035, 5.1),
//! and hickory reads and prints yet another way; so labels are handed over as octets.

use std::fmt::Write as _;

use hickory_proto::rr::Name;

use crate::model::Fqdn;

/// The name in hickory's form; nothing for one that has no place in a packet, which our own names all have.
pub(super) fn to_name(name: &Fqdn) -> Option<Name> {
    Name::from_labels(name.labels().map(octets)).ok().map(|mut name| {
        name.set_fqdn(true);
        name
    })
}

/// A label's octets.
fn octets(label: &str) -> Vec<u8> {
    let mut bytes = label.bytes();
    let mut found = Vec::with_capacity(label.len());
    while let Some(byte) = bytes.next() {
        if byte == b'\\' {
            let digits = bytes.by_ref().take(3).map(|digit| digit.wrapping_sub(b'0') & 7);
            found.push(digits.fold(0, |octet: u8, digit| octet.wrapping_mul(8).wrapping_add(digit)));
        } else {
            found.push(byte);
        }
    }
    found
}

/// The name in our form; nothing for the root.
pub(super) fn to_fqdn(name: &Name) -> Option<Fqdn> {
    let mut text = String::with_capacity(name.len());
    for (index, label) in name.iter().enumerate() {
        if index > 0 {
            text.push('.');
        }
        for &byte in label {
            if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' || (index == 0 && label == b"*") {
                text.push(char::from(byte));
            } else {
                write!(text, "\\{byte:03o}").expect("a String takes everything");
            }
        }
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_escape_is_one_octet_of_a_packet() {
        let labels = |text: &str| {
            let name = to_name(&text.parse().expect("a name")).expect("it fits");
            name.iter().map(<[u8]>::to_vec).collect::<Vec<_>>()
        };
        assert_eq!(labels("\\052.example.com"), [&b"*"[..], b"example", b"com"]);
        assert_eq!(labels("*.example.com"), [&b"*"[..], b"example", b"com"]);
        assert_eq!(labels("a\\056b\\040c\\377.example"), [&b"a.b c\xff"[..], b"example"]);
        assert_eq!(labels("\\000.example"), [&b"\0"[..], b"example"]);
    }

    proptest! {
        /// Whatever octets stand in a packet's name, ours asks for them again.
        #[test]
        fn names_come_back(labels in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..12), 1..6)) {
            let lower = labels.iter().map(|label| label.to_ascii_lowercase());
            let name = Name::from_labels(lower).expect("labels that fit");
            let ours = to_fqdn(&name).expect("every name but the root");
            prop_assert_eq!(to_name(&ours).expect("it was in a packet"), name);
        }
    }
}
