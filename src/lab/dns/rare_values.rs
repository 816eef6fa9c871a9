//! Which bytes does a value of the rarer record types mean?
//!
//! CAA, DS, NAPTR, SSHFP, SVCB, HTTPS and TLSA: numbers, octets in hexadecimal, strings, parameters, and
//! names that are never compressed (RFC 3597, section 4), so that the bytes do not depend on the packet
//! they go into.

use aws_smithy_types::base64;

use super::strings::{one_string, unescaped};
use crate::{
    lab::{
        encoding::from_hex,
        route53::service_binding::{key_number, split},
    },
    model::{Fqdn, RecordType},
};

/// The bytes, or nothing when the value is none of the type.
pub(super) fn bytes(rtype: RecordType, value: &str) -> Option<Vec<u8>> {
    let mut value = Reader { rest: value, bytes: Vec::new() };
    match rtype {
        RecordType::Caa => value.certificate_authority()?,
        // RFC 4034, section 5.1: key tag, algorithm, digest type, digest.
        RecordType::Ds => value.short()?.octet()?.octet()?.hexadecimal()?,
        // RFC 6698, section 2.1: usage, selector, matching type, data.
        RecordType::Tlsa => value.octet()?.octet()?.octet()?.hexadecimal()?,
        // RFC 4255, section 3.1: algorithm, fingerprint type, fingerprint.
        RecordType::Sshfp => value.octet()?.octet()?.hexadecimal()?,
        // RFC 3403, section 4.1: order, preference, flags, service, expression, replacement.
        RecordType::Naptr => value.short()?.short()?.string()?.string()?.string()?.name()?,
        // RFC 9460, section 2.2: priority, target, parameters.
        RecordType::Svcb | RecordType::Https => value.short()?.name()?.parameters()?,
        _ => return None,
    };
    value.rest.trim_ascii().is_empty().then_some(value.bytes)
}

/// What is left of a value, and what has been made of the rest.
struct Reader<'a> {
    rest: &'a str,
    bytes: Vec<u8>,
}

impl<'a> Reader<'a> {
    fn word(&mut self) -> Option<&'a str> {
        let text = self.rest.trim_ascii_start();
        let (word, rest) = text.split_at(text.find(|c: char| c.is_ascii_whitespace()).unwrap_or(text.len()));
        self.rest = rest;
        (!word.is_empty()).then_some(word)
    }

    fn octet(&mut self) -> Option<&mut Self> {
        let number: u8 = self.word()?.parse().ok()?;
        self.bytes.push(number);
        Some(self)
    }

    fn short(&mut self) -> Option<&mut Self> {
        let number: u16 = self.word()?.parse().ok()?;
        self.bytes.extend(number.to_be_bytes());
        Some(self)
    }

    /// All that is left, as whole octets; white space may stand between the digits.
    fn hexadecimal(&mut self) -> Option<&mut Self> {
        let digits: String = std::mem::take(&mut self.rest).split_ascii_whitespace().collect();
        self.bytes.extend(from_hex(&digits)?);
        Some(self)
    }

    fn quoted(&mut self) -> Option<Vec<u8>> {
        let inside = self.rest.trim_ascii_start().strip_prefix('"')?;
        let (string, after) = one_string(inside.as_bytes())?;
        self.rest = inside.get(inside.len() - after.len()..)?;
        Some(string)
    }

    fn string(&mut self) -> Option<&mut Self> {
        let string = self.quoted()?;
        self.bytes.push(u8::try_from(string.len()).ok()?);
        self.bytes.extend(string);
        Some(self)
    }

    fn name(&mut self) -> Option<&mut Self> {
        let word = self.word()?;
        if word != "." {
            for label in word.parse::<Fqdn>().ok()?.labels() {
                let label = unescaped(label.as_bytes());
                self.bytes.push(u8::try_from(label.len()).ok()?);
                self.bytes.extend(label);
            }
        }
        self.bytes.push(0);
        Some(self)
    }

    /// Flags, tag, and a value that has no length of its own (RFC 8659, section 4.1).
    fn certificate_authority(&mut self) -> Option<&mut Self> {
        self.octet()?;
        let tag = self.word()?;
        self.bytes.push(u8::try_from(tag.len()).ok()?);
        self.bytes.extend(tag.bytes());
        let text = self.quoted()?;
        self.bytes.extend(text);
        Some(self)
    }

    /// Parameters by their numbers ("in strictly increasing numeric order", RFC 9460, section 2.2).
    fn parameters(&mut self) -> Option<&mut Self> {
        let mut parameters = Vec::new();
        for (key, value) in split(std::mem::take(&mut self.rest)).ok()? {
            parameters.push((key_number(key)?, parameter(key, &value.unwrap_or_default())?));
        }
        parameters.sort();
        for (key, value) in parameters {
            self.bytes.extend(key.to_be_bytes());
            self.bytes.extend(u16::try_from(value.len()).ok()?.to_be_bytes());
            self.bytes.extend(value);
        }
        Some(self)
    }
}

/// The value of one parameter (RFC 9460, sections 7 and 8; `ech` is base64, RFC 9848, section 3.1).
fn parameter(key: &str, text: &str) -> Option<Vec<u8>> {
    let value = unescaped(text.as_bytes());
    Some(match key {
        "mandatory" => {
            let mut keys = text.split(',').map(key_number).collect::<Option<Vec<u16>>>()?;
            keys.sort_unstable();
            keys.into_iter().flat_map(u16::to_be_bytes).collect()
        }
        "alpn" => {
            let mut bytes = Vec::new();
            for name in items(&value) {
                bytes.push(u8::try_from(name.len()).ok()?);
                bytes.extend(name);
            }
            bytes
        }
        "port" => text.parse::<u16>().ok()?.to_be_bytes().to_vec(),
        "ipv4hint" => hints(text, |hint: std::net::Ipv4Addr| hint.octets())?,
        "ipv6hint" => hints(text, |hint: std::net::Ipv6Addr| hint.octets())?,
        "ech" => base64::decode(text).ok()?,
        _ => value,
    })
}

fn hints<A: std::str::FromStr, const N: usize>(text: &str, octets: fn(A) -> [u8; N]) -> Option<Vec<u8>> {
    let hints: Option<Vec<[u8; N]>> = text.split(',').map(|hint| hint.parse().ok().map(octets)).collect();
    hints.map(|hints| hints.concat())
}

/// A list with commas between; a backslash takes from a comma or a backslash its meaning (RFC 9460,
/// appendix A.1).
fn items(list: &[u8]) -> Vec<Vec<u8>> {
    let (mut items, mut item, mut rest) = (Vec::new(), Vec::new(), list);
    loop {
        rest = match rest {
            [b',', after @ ..] => {
                items.push(std::mem::take(&mut item));
                after
            }
            [b'\\', byte @ (b',' | b'\\'), after @ ..] | [byte, after @ ..] => {
                item.push(*byte);
                after
            }
            [] => break,
        };
    }
    items.push(item);
    items
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::encoding::hex;

    #[test]
    fn values_are_the_bytes_of_their_rfcs() {
        for (rtype, value, expected) in [
            // RFC 8659, section 4.1.1, with a semicolon as an octal escape.
            (RecordType::Caa, "0  issue \"a\\073b\"", "0005697373756561".to_owned() + "3b62"),
            (RecordType::Sshfp, "4 2 01 23", "04020123".to_owned()),
            (RecordType::Tlsa, "3 1 1 ab CD", "030101abcd".to_owned()),
            (
                RecordType::Naptr,
                "1 2 \"u\" \"\" \"\\041\\\\1\" a\\100.b",
                "00010002".to_owned() + "0175" + "00" + "03215c31" + "0261400162" + "00",
            ),
            // RFC 9460, appendix D.2.
            (
                RecordType::Svcb,
                "16 foo.example.com port=53",
                "0010".to_owned() + FOO_EXAMPLE_COM + "000300020035",
            ),
            (
                RecordType::Svcb,
                "1 foo.example.com key667=\"hello\\322qoo\"",
                "0001".to_owned() + FOO_EXAMPLE_COM + "029b000968656c6c6fd2716f6f",
            ),
            (
                RecordType::Svcb,
                "16 . alpn=\"f\\\\\\\\oo\\\\,bar,h2\"",
                "0010".to_owned() + "00" + "0001000c08665c6f6f2c626172026832",
            ),
            (
                RecordType::Https,
                "1 . ipv4hint=192.0.2.1 mandatory=ipv4hint,alpn alpn=h2",
                "000100".to_owned() + "0000000400010004" + "00010003026832" + "00040004c0000201",
            ),
            (RecordType::Https, "0 .", "000000".to_owned()),
        ] {
            assert_eq!(bytes(rtype, value).map(|bytes| hex(&bytes)), Some(expected), "{rtype} {value}");
        }
    }

    const FOO_EXAMPLE_COM: &str = "03666f6f076578616d706c6503636f6d00";
}
