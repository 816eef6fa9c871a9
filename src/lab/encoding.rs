//! How are bytes written where only some characters may stand? In hex digits, and percent-encoded.

use std::fmt::Write as _;

/// The bytes as hex digits in lower case.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut digits, byte| {
        write!(digits, "{byte:02x}").expect("a String takes everything");
        digits
    })
}

/// The bytes that hex digits of either case stand for; nothing when a character is none, or one is
/// left over.
pub(super) fn from_hex(digits: &str) -> Option<Vec<u8>> {
    digits.as_bytes().chunks(2).map(byte).collect()
}

/// The byte of exactly two hex digits.
fn byte(digits: &[u8]) -> Option<u8> {
    let [high, low] = *digits else { return None };
    let value = |digit: u8| char::from(digit).to_digit(16);
    u8::try_from(value(high)? << 4 | value(low)?).ok()
}

/// The text with everything percent-encoded but letters, digits, `-`, `_`, `.`, `~` (RFC 3986, section
/// 2.3: unreserved) and the slash.
pub(super) fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("a String takes everything");
        }
    }
    encoded
}

/// The text without its percent escapes; what is no escape stays.
pub(super) fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = tail.get(..2).filter(|_| *first == b'%').and_then(byte);
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_hex_is_nothing() {
        assert_eq!(hex(&[0, 0xab]), "00ab");
        assert_eq!(from_hex("00aB"), Some(vec![0, 0xab]));
        for text in ["0", "000", "0g", "+1", "é0"] {
            assert_eq!(from_hex(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_escape_stays() {
        assert_eq!(percent_encoded("a b/ü~"), "a%20b/%C3%BC~");
        assert_eq!(percent_decoded("%2Fa%2fb%"), "/a/b%");
        assert_eq!(percent_decoded("100%+1%zz"), "100%+1%zz");
    }

    proptest! {
        #[test]
        fn what_is_encoded_comes_back(text in ".{0,20}") {
            prop_assert_eq!(percent_decoded(&percent_encoded(&text)), text.clone());
            prop_assert_eq!(from_hex(&hex(text.as_bytes())), Some(text.into_bytes()));
        }
    }
}
