//! How do names, types and values look in a packet?
//!
//! The only file that turns our nouns into hickory's and back. Values come in presentation format, as
//! they were given to the API, and the API has judged them already: one that cannot be put into a
//! packet is left out with a warning.

use std::fmt::Write as _;

use hickory_proto::{
    rr::{
        Name, RData, Record, RecordType as WireType,
        rdata::{A, AAAA, NULL, TXT},
    },
    serialize::binary::{BinEncodable, BinEncoder},
};

use super::{answer::Line, strings::character_strings};
use crate::{
    lab::encoding::from_hex,
    model::{Fqdn, RecordType},
};

/// The number of each type (IANA, "Domain Name System Parameters"; SPF, for which hickory has no name:
/// RFC 4408, section 11).
const NUMBERS: [(RecordType, u16); RecordType::ALL.len()] = [
    (RecordType::A, 1),
    (RecordType::Ns, 2),
    (RecordType::Cname, 5),
    (RecordType::Soa, 6),
    (RecordType::Ptr, 12),
    (RecordType::Mx, 15),
    (RecordType::Txt, 16),
    (RecordType::Aaaa, 28),
    (RecordType::Srv, 33),
    (RecordType::Naptr, 35),
    (RecordType::Ds, 43),
    (RecordType::Sshfp, 44),
    (RecordType::Tlsa, 52),
    (RecordType::Svcb, 64),
    (RecordType::Https, 65),
    (RecordType::Spf, SPF),
    (RecordType::Caa, 257),
];
const SPF: u16 = 99;

/// The type as hickory knows it.
pub(crate) fn to_wire(rtype: RecordType) -> WireType {
    let number = NUMBERS.iter().find(|(known, _)| *known == rtype);
    number.map_or(WireType::NULL, |(_, number)| WireType::from(*number))
}

/// The type as Route 53 knows it, or nothing for one that it has no records of.
pub(crate) fn from_wire(rtype: WireType) -> Option<RecordType> {
    let number = u16::from(rtype);
    NUMBERS.iter().find(|(_, known)| *known == number).map(|(rtype, _)| *rtype)
}

/// The name in our form, which is Route 53's: what is no letter, digit, `-` or `_` as three octal
/// digits (Route 53 Developer Guide, `DomainNameFormat`). Nothing when that makes it too long.
pub(crate) fn to_fqdn(name: &Name) -> Option<Fqdn> {
    let mut text = String::with_capacity(name.len());
    for (index, label) in name.iter().enumerate() {
        if index > 0 {
            text.push('.');
        }
        push_escaped(&mut text, label);
    }
    text.parse().ok()
}

fn push_escaped(text: &mut String, label: &[u8]) {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' || label == b"*";
    for &byte in label {
        if plain(byte) {
            text.push(char::from(byte));
        } else {
            write!(text, "\\{byte:03o}").expect("a String takes everything");
        }
    }
}

/// The name in hickory's form.
pub(crate) fn to_name(name: &Fqdn) -> Option<Name> {
    Name::from_ascii(name.absolute()).ok()
}

/// The records of a line.
pub(crate) fn records(line: &Line) -> Vec<Record> {
    let Some(owner) = to_name(&line.name) else { return Vec::new() };
    let data = line.values.iter().filter_map(|value| {
        let data = rdata(line.rtype, value);
        if data.is_none() {
            tracing::warn!(name = %line.name, rtype = %line.rtype, value, "a value has no place in a packet");
        }
        data
    });
    data.map(|data| Record::from_rdata(owner.clone(), line.ttl, data)).collect()
}

fn rdata(rtype: RecordType, value: &str) -> Option<RData> {
    match rtype {
        // Addresses are asked for more than anything else, and need none of a zone file's grammar.
        RecordType::A => value.trim().parse().ok().map(|address| RData::A(A(address))),
        RecordType::Aaaa => value.trim().parse().ok().map(|address| RData::AAAA(AAAA(address))),
        RecordType::Txt => Some(RData::TXT(text(value)?)),
        RecordType::Spf => Some(opaque(SPF, text_bytes(&text(value)?)?)),
        RecordType::Ds => Some(opaque(u16::from(WireType::DS), ds_bytes(value)?)),
        other => RData::try_from_str(to_wire(other), value).ok(),
    }
}

fn opaque(code: u16, bytes: Vec<u8>) -> RData {
    RData::Unknown { code: WireType::from(code), rdata: NULL::with(bytes) }
}

fn text(value: &str) -> Option<TXT> {
    let strings = character_strings(value)?;
    Some(TXT::from_bytes(strings.iter().map(Vec::as_slice).collect()))
}

fn text_bytes(text: &TXT) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    text.emit(&mut BinEncoder::new(&mut bytes)).ok()?;
    Some(bytes)
}

/// Key tag, algorithm, digest type, digest (RFC 4034, section 5.3). hickory reads DS only with its
/// DNSSEC features, which the lab has no other use for.
fn ds_bytes(value: &str) -> Option<Vec<u8>> {
    let mut fields = value.split_whitespace();
    let key_tag: u16 = fields.next()?.parse().ok()?;
    let algorithm: u8 = fields.next()?.parse().ok()?;
    let digest_type: u8 = fields.next()?.parse().ok()?;
    let digest: String = fields.collect();
    let mut bytes = key_tag.to_be_bytes().to_vec();
    bytes.extend([algorithm, digest_type]);
    bytes.extend(from_hex(&digest)?);
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_a_number_and_comes_back() {
        for &rtype in RecordType::ALL {
            assert_ne!(to_wire(rtype), WireType::NULL, "{rtype}");
            assert_eq!(from_wire(to_wire(rtype)), Some(rtype));
            let named = rtype.as_str().parse::<WireType>();
            assert!(rtype == RecordType::Spf || named.expect("a type of hickory's") == to_wire(rtype));
        }
        assert_eq!(from_wire(WireType::ANY), None);
    }

    #[test]
    fn a_value_of_every_type_fits_into_a_packet() {
        for (rtype, value) in [
            (RecordType::A, "192.0.2.1"),
            (RecordType::Aaaa, "2001:db8::1"),
            (RecordType::Caa, "0 issue \"ca.example.net\""),
            (RecordType::Cname, "b.s3.us-east-1.amazonaws.com"),
            (RecordType::Ds, "12345 13 2 0123456789ABCDEF"),
            (RecordType::Https, "1 . alpn=h2"),
            (RecordType::Mx, "10 mail.example.com"),
            (RecordType::Naptr, "10 100 \"S\" \"SIP+D2U\" \"\" _sip._udp.example.com."),
            (RecordType::Ns, "ns-1.example.net."),
            (RecordType::Ptr, "host.example.com"),
            (RecordType::Soa, "ns.example.net. host.example.net. 1 7200 900 1209600 86400"),
            (RecordType::Spf, "\"v=spf1 -all\""),
            (RecordType::Srv, "1 2 443 host.example.com"),
            (RecordType::Sshfp, "4 2 0123456789abcdef"),
            (RecordType::Svcb, "1 host.example.com port=8443"),
            (RecordType::Tlsa, "3 1 1 0123456789abcdef"),
            (RecordType::Txt, "\"one part\" \"and; another\""),
        ] {
            let line = Line {
                name: "x.example.com".parse().expect("a name"),
                rtype,
                ttl: 60,
                values: vec![value.to_owned()],
            };
            let records = records(&line);
            assert_eq!(records.len(), 1, "{rtype} {value}");
            assert!(records[0].to_bytes().is_ok(), "{rtype}");
            assert_eq!(records[0].record_type(), to_wire(rtype));
        }
    }

    #[test]
    fn a_name_of_any_octets_has_a_form_of_ours() {
        let name = Name::from_labels([&b"a/b c"[..], b"example", b"com"]).expect("labels");
        assert_eq!(to_fqdn(&name).expect("a name").as_str(), "a\\057b\\040c.example.com");
        assert_eq!(to_fqdn(&Name::root()), None);
        let wildcard: Fqdn = "*.example.com".parse().expect("a name");
        assert_eq!(to_fqdn(&to_name(&wildcard).expect("a name")), Some(wildcard));
    }

    #[test]
    fn a_value_that_is_none_is_left_out() {
        assert_eq!(rdata(RecordType::A, "nonsense"), None);
        assert_eq!(rdata(RecordType::Ds, "1 2 3 abc"), None);
    }
}
