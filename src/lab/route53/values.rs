//! Is this text a value of this record type?
//!
//! Route 53 parses each value when a change arrives and refuses what it cannot parse with the name of
//! the fault: `Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid
//! IPv4 address) encountered with 'x''`. The names of the common faults are those of public reports;
//! those of the rarer types (CAA, SRV, NAPTR, DS, TLSA, SSHFP, SVCB, HTTPS) are unverified.

use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, Ipv6Addr},
};

use super::service_binding::{self, Fault};
use crate::model::{Fqdn, NameError, RecordType};

/// Longest character string (RFC 1035, 3.3).
const LONGEST_STRING: usize = 255;
/// Most values of one record set (Route 53 Developer Guide, `DNSLimitations`).
const MOST_VALUES: usize = 400;
/// Longest value (Route 53 model, `RData`).
const LONGEST_VALUE: usize = 4_000;

const SPACES: Fault = ("NotSingleField", "Value contains spaces");
const NOT_QUOTED: Fault = ("InvalidCharacterString", "Value should be enclosed in quotation marks");
const STRING_TOO_LONG: Fault = ("CharacterStringTooLong", "Value is too long");

/// All that is wrong with the values of one record set.
pub(crate) fn problems(rtype: RecordType, values: &[String]) -> Vec<String> {
    let mut problems = Vec::new();
    if values.len() > MOST_VALUES {
        problems.push(format!("A resource record set can have at most {MOST_VALUES} values."));
    }
    // Unverified wording; that a CNAME has one value is in `ResourceRecordTypes`.
    if matches!(rtype, RecordType::Cname | RecordType::Soa) && values.len() > 1 {
        problems.push(format!("A resource record set of type {rtype} can have only one value."));
    }
    let mut seen = BTreeSet::new();
    for value in values {
        if !seen.insert(value) {
            problems.push(format!("Duplicate Resource Record: '{value}'"));
        }
        if let Err((fault, meaning)) = check(rtype, value) {
            problems.push(fatal(rtype, fault, meaning, value));
        }
    }
    problems
}

fn fatal(rtype: RecordType, fault: &str, meaning: &str, value: &str) -> String {
    // This one fault is named after the record type: `ARRDATANotSingleField`.
    let owner = if fault == SPACES.0 { format!("{rtype}RRDATA") } else { String::new() };
    format!("Invalid Resource Record: 'FATAL problem: {owner}{fault} ({meaning}) encountered with '{value}''")
}

/// What Route 53 says of a name that it cannot parse: `FATAL problem: DomainLabelEmpty (Domain label
/// is empty) encountered with 'a..b'`.
pub(crate) fn name_problem(text: &str, error: &NameError) -> String {
    let (fault, meaning) = name_fault(error);
    format!("FATAL problem: {fault} ({meaning}) encountered with '{text}'")
}

fn name_fault(error: &NameError) -> Fault {
    match error {
        NameError::Empty => ("DomainNameEmpty", "Domain name is empty"),
        NameError::TooLong(_) => ("DomainNameTooLong", "Domain name is too long"),
        NameError::EmptyLabel => ("DomainLabelEmpty", "Domain label is empty"),
        NameError::LabelTooLong(_) => ("DomainLabelTooLong", "Domain label is too long"),
        NameError::Character(_) | NameError::Wildcard => {
            ("UnsupportedCharacter", "Value contains unsupported characters")
        }
    }
}

fn check(rtype: RecordType, value: &str) -> Result<(), Fault> {
    if value.len() > LONGEST_VALUE {
        return Err(("RDATATooLong", "Value is too long"));
    }
    match rtype {
        RecordType::A => {
            address::<Ipv4Addr>(value, ("ARRDATAIllegalIPv4Address", "Value is not a valid IPv4 address"))
        }
        RecordType::Aaaa => {
            address::<Ipv6Addr>(value, ("AAAARRDATAIllegalIPv6Address", "Value is not a valid IPv6 address"))
        }
        RecordType::Cname | RecordType::Ns | RecordType::Ptr => single(value).and_then(domain),
        RecordType::Txt | RecordType::Spf => strings(value),
        RecordType::Mx => match fields(value)[..] {
            [preference, host] => number::<u16>(preference).and_then(|()| domain(host)),
            _ => Err(("MXRRDATANotTwoFields", "Value does not have two fields")),
        },
        RecordType::Srv => match fields(value)[..] {
            [priority, weight, port, host] => {
                [priority, weight, port].into_iter().try_for_each(number::<u16>).and_then(|()| domain(host))
            }
            _ => Err(("SRVRRDATANotFourFields", "Value does not have four fields")),
        },
        RecordType::Caa => caa(value),
        RecordType::Soa => match fields(value)[..] {
            [primary, mailbox, ref numbers @ ..] if numbers.len() == 5 => domain(primary)
                .and_then(|()| domain(mailbox))
                .and_then(|()| numbers.iter().copied().try_for_each(number::<u32>)),
            _ => Err(("SOARRDATANotSevenFields", "Value does not have seven fields")),
        },
        RecordType::Ds => digest(value, &[number::<u16>, number::<u8>, number::<u8>]),
        RecordType::Tlsa => digest(value, &[number::<u8>, number::<u8>, number::<u8>]),
        RecordType::Sshfp => digest(value, &[number::<u8>, number::<u8>]),
        RecordType::Naptr => match quoted_fields(value)[..] {
            [order, preference, flags, service, expression, host] => [order, preference]
                .into_iter()
                .try_for_each(number::<u16>)
                .and_then(|()| [flags, service, expression].into_iter().try_for_each(strings))
                .and_then(|()| domain(host)),
            _ => Err(("NAPTRRRDATANotSixFields", "Value does not have six fields")),
        },
        RecordType::Svcb | RecordType::Https => {
            let (priority, rest) = value.trim_ascii().split_once(' ').unwrap_or((value, ""));
            let (target, parameters) =
                rest.trim_ascii_start().split_once(' ').unwrap_or((rest.trim_ascii(), ""));
            if target.is_empty() {
                return Err(("SVCBRRDATATooFewFields", "Value does not have a priority and a target"));
            }
            number::<u16>(priority)?;
            domain(target)?;
            service_binding::parameters(priority.parse().unwrap_or_default(), parameters)
        }
    }
}

/// Fields with white space between, where what stands in quotation marks is one field.
fn quoted_fields(value: &str) -> Vec<&str> {
    let (mut fields, mut rest) = (Vec::new(), value.trim_ascii());
    while !rest.is_empty() {
        let quoted = rest.strip_prefix('"').and_then(|inside| after_string(inside).ok());
        let length = match quoted {
            Some(behind) => rest.len() - behind.len(),
            None => rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len()),
        };
        let (field, behind) = rest.split_at(length);
        fields.push(field);
        rest = behind.trim_ascii_start();
    }
    fields
}

fn fields(value: &str) -> Vec<&str> {
    value.split_ascii_whitespace().collect()
}

fn single(value: &str) -> Result<&str, Fault> {
    if value.contains(char::is_whitespace) { Err(SPACES) } else { Ok(value) }
}

fn address<A: std::str::FromStr>(value: &str, fault: Fault) -> Result<(), Fault> {
    single(value)?.parse::<A>().map(|_| ()).map_err(|_| fault)
}

fn number<N: std::str::FromStr>(text: &str) -> Result<(), Fault> {
    text.parse::<N>().map(|_| ()).map_err(|_| ("InvalidNumber", "Value is not a number in range"))
}

fn domain(text: &str) -> Result<(), Fault> {
    if text == "." { Ok(()) } else { text.parse::<Fqdn>().map(|_| ()).map_err(|error| name_fault(&error)) }
}

fn caa(value: &str) -> Result<(), Fault> {
    let [flags, tag, text] = quoted_fields(value)[..] else {
        return Err(("CAARRDATANotThreeFields", "Value does not have three fields"));
    };
    number::<u8>(flags)?;
    if !(1..=LONGEST_STRING).contains(&tag.len()) || !tag.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(("CAARRDATAInvalidTag", "Tag has characters other than letters and digits"));
    }
    strings(text)
}

/// What is wrong with one field.
type Judge = fn(&str) -> Result<(), Fault>;

/// Some numbers, then whole octets in hexadecimal, which may stand apart (RFC 4034, 5.3; RFC 6698, 2.2;
/// RFC 4255, 3.2).
fn digest(value: &str, numbers: &[Judge]) -> Result<(), Fault> {
    let fields = fields(value);
    let (head, tail) = fields.split_at(numbers.len().min(fields.len()));
    if tail.is_empty() {
        return Err(("TooFewFields", "Value does not have all its fields"));
    }
    head.iter().zip(numbers).try_for_each(|(text, number)| number(text))?;
    let hex = tail.concat();
    if hex.len() % 2 == 0 && hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        Ok(())
    } else {
        Err(("InvalidHexadecimal", "Value is not in hexadecimal"))
    }
}

/// One or more quoted character strings, with white space between (Route 53 Developer Guide,
/// `ResourceRecordTypes`, TXT): each of at most 255 characters, `\"` and octal escapes count as one.
fn strings(value: &str) -> Result<(), Fault> {
    let mut rest = value.trim_ascii();
    if rest.is_empty() {
        return Err(NOT_QUOTED);
    }
    while !rest.is_empty() {
        let inside = rest.strip_prefix('"').ok_or(NOT_QUOTED)?;
        rest = after_string(inside)?.trim_ascii_start();
    }
    Ok(())
}

/// What follows the closing quotation mark.
fn after_string(text: &str) -> Result<&str, Fault> {
    let bytes = text.as_bytes();
    let (mut at, mut length) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        at += match byte {
            b'"' => return text.get(at + 1..).ok_or(NOT_QUOTED),
            b'\\' if matches!(bytes.get(at + 1..at + 4), Some([b'0'..=b'3', b'0'..=b'7', b'0'..=b'7'])) => 4,
            b'\\' => 2,
            _ => 1,
        };
        length += 1;
        if length > LONGEST_STRING {
            return Err(STRING_TOO_LONG);
        }
    }
    Err(NOT_QUOTED)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(rtype: &str, value: &str) -> Vec<String> {
        problems(rtype.parse().expect("a type"), &[value.to_owned()])
    }

    #[test]
    fn good_values_pass() {
        for (rtype, value) in [
            ("A", "192.0.2.1"),
            ("AAAA", "2001:db8::1"),
            ("CNAME", "my-bucket.s3.us-east-1.amazonaws.com."),
            ("CNAME", "_a.example.com"),
            ("MX", "10 mail.example.com."),
            ("TXT", "\"v=spf1 -all\""),
            ("TXT", "\"a \\\" b\" \"second\\040string\""),
            ("NS", "ns-1.example.com"),
            ("SRV", "10 5 443 host.example.com."),
            ("SRV", "0 0 0 ."),
            ("CAA", "0 issue \"amazon.com; policy=ev\""),
            ("DS", "12345 13 2 49FD46E6C4B45C55D4AC"),
            ("NAPTR", "100 50 \"s\" \"SIP+D2U\" \"\" _sip._udp.example.com."),
            ("SSHFP", "1 1 09F6A01D2175742B257C6B98B7C72C44C4040683"),
            ("HTTPS", "1 . alpn=\"h3,h2\""),
            ("SVCB", "0 other.example.com."),
            ("TLSA", "3 1 1 d2abde240d7cd3ee 6b4b28c54df034b9"),
            ("NAPTR", "10 20 \"u\" \"E2U+sip\" \"!^.*$!sip:a b@example.com!\" ."),
            ("PTR", "host.example.com"),
            ("PTR", "a\\100b.example.com"),
            ("CAA", "0\tissue  \"x\""),
            ("SPF", "\"v=spf1 -all\""),
        ] {
            assert_eq!(of(rtype, value), Vec::<String>::new(), "{rtype} {value}");
        }
    }

    #[test]
    fn each_fault_is_named_in_route_53s_words() {
        let fatal = |text: &str| vec![format!("Invalid Resource Record: 'FATAL problem: {text}'")];
        assert_eq!(
            of("A", "not-an-ip"),
            fatal(
                "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with 'not-an-ip'"
            )
        );
        assert_eq!(
            of("A", "192.0.2.1, 192.0.2.2"),
            fatal("ARRDATANotSingleField (Value contains spaces) encountered with '192.0.2.1, 192.0.2.2'")
        );
        assert_eq!(
            of("TXT", "hello"),
            fatal(
                "InvalidCharacterString (Value should be enclosed in quotation marks) encountered with 'hello'"
            )
        );
        assert_eq!(
            of("CNAME", "a..b"),
            fatal("DomainLabelEmpty (Domain label is empty) encountered with 'a..b'")
        );
    }

    #[test]
    fn faults_of_other_types_are_found() {
        for (rtype, value) in [
            ("AAAA", "192.0.2.1"),
            ("MX", "mail.example.com"),
            ("MX", "65536 mail.example.com"),
            ("SRV", "1 2 3"),
            ("CAA", "256 issue \"x\""),
            ("CAA", "0 issue x"),
            ("CAA", "0 issue \"x\" \"y\""),
            ("CNAME", "a\\9b.example.com"),
            ("SOA", "a. b. 1 2 3 4"),
            ("DS", "1 2 3 xyz"),
            ("DS", "1 256 3 abcd"),
            ("DS", "1 2 3 abc"),
            ("TLSA", "3 1 256 abcd"),
            ("TLSA", "3 1 1"),
            ("SSHFP", "1 x abcd"),
            ("NAPTR", "10 20 \"u\" \"E2U+sip\" ."),
            ("NAPTR", "10 20 u \"E2U+sip\" \"\" ."),
            ("SVCB", "1"),
            ("SVCB", "x ."),
            ("HTTPS", "0 . alpn=h2"),
            ("HTTPS", "1 . nonsense=1"),
            ("PTR", "a b"),
            ("SPF", "v=spf1"),
            ("MX", "10 a..b"),
            ("TXT", "\"open"),
            ("TXT", ""),
            ("TXT", "\"\\"),
        ] {
            assert_eq!(of(rtype, value).len(), 1, "{rtype} {value}");
        }
        assert_eq!(of("TXT", &format!("\"{}\"", "x".repeat(255))).len(), 0);
        assert_eq!(of("TXT", &format!("\"{}\"", "x".repeat(256))).len(), 1);
        // No octal code: the first 9 stands for itself.
        assert_eq!(of("TXT", &format!("\"{}\"", "\\999".repeat(85))).len(), 0);
        assert_eq!(of("TXT", &format!("\"{}\"", "\\999".repeat(86))).len(), 1);
    }

    #[test]
    fn a_set_of_values_has_rules_of_its_own() {
        let twice = ["192.0.2.1".to_owned(), "192.0.2.1".to_owned()];
        assert_eq!(problems(RecordType::A, &twice), ["Duplicate Resource Record: '192.0.2.1'"]);
        let two = ["a.example.com".to_owned(), "b.example.com".to_owned()];
        assert_eq!(problems(RecordType::Cname, &two).len(), 1);
    }

    proptest! {
        #[test]
        fn no_value_makes_it_panic(value in "\\PC{0,40}|[\"\\\\ 0-9é]{0,40}") {
            for rtype in RecordType::ALL {
                let _ = problems(*rtype, std::slice::from_ref(&value));
            }
        }
    }
}
