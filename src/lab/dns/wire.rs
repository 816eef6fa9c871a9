//! How do names, types and values look in a packet?
//!
//! The only file that turns our nouns into hickory's and back. Values come in presentation format, as
//! they were given to the API, and the API has judged them already: one that cannot be put into a
//! packet is left out with a warning. They are not read by hickory, whose reader is one of zone files:
//! Route 53's escapes are octal, and its names may hold any octet.

use std::fmt::Write as _;

use hickory_proto::{
    rr::{
        Name, RData, Record, RecordType as WireType,
        rdata::{A, AAAA, CNAME, MX, NS, NULL, PTR, SOA, SRV, TXT},
    },
    serialize::binary::{BinEncodable, BinEncoder},
};

use super::{
    answer::Line,
    rare_values,
    strings::{character_strings, unescaped},
};
use crate::model::{Fqdn, RecordType};

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
/// digits (Route 53 Developer Guide, `DomainNameFormat`). Nothing for the root.
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
    Name::from_labels(name.labels().map(|label| unescaped(label.as_bytes()))).ok()
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
        RecordType::A => value.trim().parse().ok().map(|address| RData::A(A(address))),
        RecordType::Aaaa => value.trim().parse().ok().map(|address| RData::AAAA(AAAA(address))),
        RecordType::Cname => Some(RData::CNAME(CNAME(domain(value)?))),
        RecordType::Ns => Some(RData::NS(NS(domain(value)?))),
        RecordType::Ptr => Some(RData::PTR(PTR(domain(value)?))),
        RecordType::Txt => Some(RData::TXT(text(value)?)),
        RecordType::Spf => Some(opaque(WireType::from(SPF), text_bytes(&text(value)?)?)),
        RecordType::Mx | RecordType::Srv | RecordType::Soa => of_fields(rtype, value),
        other => Some(opaque(to_wire(other), rare_values::bytes(other, value)?)),
    }
}

/// The types of which names and numbers stand side by side.
fn of_fields(rtype: RecordType, value: &str) -> Option<RData> {
    let fields: Vec<&str> = value.split_ascii_whitespace().collect();
    let small = |text: &str| text.parse::<u16>().ok();
    let large = |text: &str| text.parse::<u32>().ok();
    // hickory has signs where RFC 1035 has none; the bytes are the same.
    let signed = |text: &str| Some(large(text)?.cast_signed());
    Some(match (rtype, &fields[..]) {
        (RecordType::Mx, [preference, host]) => RData::MX(MX::new(small(preference)?, domain(host)?)),
        (RecordType::Srv, [priority, weight, port, host]) => {
            RData::SRV(SRV::new(small(priority)?, small(weight)?, small(port)?, domain(host)?))
        }
        (RecordType::Soa, [primary, mailbox, serial, refresh, retry, expire, minimum]) => {
            RData::SOA(SOA::new(
                domain(primary)?,
                domain(mailbox)?,
                large(serial)?,
                signed(refresh)?,
                signed(retry)?,
                signed(expire)?,
                large(minimum)?,
            ))
        }
        _ => return None,
    })
}

/// A name in a value; a dot alone is the root.
fn domain(text: &str) -> Option<Name> {
    if text == "." { Some(Name::root()) } else { to_name(&text.parse().ok()?) }
}

fn opaque(code: WireType, bytes: Vec<u8>) -> RData {
    RData::Unknown { code, rdata: NULL::with(bytes) }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::lab::route53::value_problems;

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
            (RecordType::Cname, "a\\100b.example.com"),
            (RecordType::Mx, "10 a\\040b.example.com"),
            (RecordType::Soa, "ns.x. host.x. 4294967295 4294967295 4294967295 4294967295 4294967295"),
            (RecordType::Sshfp, "1 1 09F6A01D2175742B 257C6B98B7C72C44C4040683"),
            (RecordType::Svcb, "1 . key667=\"hello world\""),
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
        assert_eq!(rdata(RecordType::Mx, "10"), None);
    }

    proptest! {
        /// What the API takes in, a client is told.
        #[test]
        fn a_value_that_is_taken_in_has_a_place_in_a_packet(
            parts in prop::collection::vec(prop::sample::select(PARTS.to_vec()), 1..8),
            rtype in prop::sample::select(RecordType::ALL.to_vec()),
        ) {
            let value = parts.concat();
            if value_problems(rtype, std::slice::from_ref(&value)).is_empty() {
                let record = rdata(rtype, &value).map(|data| Record::from_rdata(Name::root(), 1, data));
                let packed = record.map(|record| record.to_bytes().is_ok());
                prop_assert_eq!(packed, Some(true), "{} {}", rtype, value);
            }
        }
    }

    /// What values are made of.
    const PARTS: [&str; 40] = [
        " ",
        "\t",
        "1 ",
        "0 ",
        "65535 ",
        ". ",
        "a.b",
        "a\\100b ",
        "\\377.",
        "-",
        "_",
        "*.",
        "\"",
        "\"x\" ",
        "\"\" ",
        "\"\\\"\" ",
        "\"a,b\"",
        "\"\\\\\" ",
        "\"\\344\\999é\" ",
        "\\",
        "issue ",
        "ab",
        "abc",
        "0123 ",
        "192.0.2.1",
        "::1",
        ",",
        "mandatory=",
        "alpn=",
        "h2 ",
        "no-default-alpn ",
        "port=",
        "53 ",
        "ipv4hint=",
        "ipv6hint=",
        "ech=",
        "AAAA ",
        "dohpath=",
        "key9=",
        "alpn ",
    ];

    #[test]
    fn a_name_of_many_escapes_comes_back() {
        for name in ["\\100.example.com", "a\\040\\056\\377.example.com", &"\\100".repeat(63)] {
            let name: Fqdn = name.parse().expect("a name");
            assert_eq!(to_fqdn(&to_name(&name).expect("a name of a packet")), Some(name));
        }
    }
}
