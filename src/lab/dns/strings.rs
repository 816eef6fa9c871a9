//! Which bytes does a value of quoted strings mean?
//!
//! Route 53 Developer Guide, `ResourceRecordTypes`, TXT: strings in quotation marks with white space between
//! them; "If your TXT record contains any of the following characters, you must specify the characters by
//! using escape codes in the format \three-digit octal code". Zone files, and hickory's reader of them, know
//! decimal codes only (RFC 1035, section 5.1), so the lab reads the strings itself.

/// The bytes of each string; nothing when the value is no list of strings, or one is longer than 255.
pub(super) fn character_strings(value: &str) -> Option<Vec<Vec<u8>>> {
    let mut strings = Vec::new();
    let mut rest = value.trim_ascii().as_bytes();
    while let [first, inside @ ..] = rest {
        if *first != b'"' {
            return None;
        }
        let (string, after) = one_string(inside)?;
        strings.push(string);
        rest = after.trim_ascii_start();
    }
    let fits = |string: &Vec<u8>| u8::try_from(string.len()).is_ok();
    (!strings.is_empty() && strings.iter().all(fits)).then_some(strings)
}

/// The string behind an opening mark, and what follows its closing one.
pub(super) fn one_string(mut rest: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut string = Vec::new();
    loop {
        if let [b'"', after @ ..] = rest {
            return Some((string, after));
        }
        let (byte, after) = one_byte(rest)?;
        string.push(byte);
        rest = after;
    }
}

/// The bytes of a text that is not in quotation marks, or of a label.
pub(super) fn unescaped(mut text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    while let Some((byte, after)) = one_byte(text) {
        bytes.push(byte);
        text = after;
    }
    bytes
}

/// A byte, written as itself or as an escape, and what follows it.
fn one_byte(text: &[u8]) -> Option<(u8, &[u8])> {
    match text {
        [b'\\', a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', after @ ..] => {
            Some(((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'), after))
        }
        [b'\\', byte, after @ ..] | [byte, after @ ..] => Some((*byte, after)),
        [] => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn strings_are_read_with_octal_codes() {
        for (value, expected) in [
            (r#""a b""#, Some(vec![b"a b".to_vec()])),
            (r#"  "a"  "b" "#, Some(vec![b"a".to_vec(), b"b".to_vec()])),
            (r#""\344 \"quoted\" \\ \x \0""#, Some(vec![b"\xe4 \"quoted\" \\ x 0".to_vec()])),
            (r#""""#, Some(vec![Vec::new()])),
            (r"a", None),
            (r#""a"#, None),
            (r#""a\"#, None),
            (r#""a" b"#, None),
            ("", None),
        ] {
            assert_eq!(character_strings(value), expected, "{value}");
        }
        assert!(character_strings(&format!("\"{}\"", "x".repeat(255))).is_some());
        assert_eq!(character_strings(&format!("\"{}\"", "x".repeat(256))), None);
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_written_in_octal(bytes in proptest::collection::vec(any::<u8>(), 0..=255)) {
            let value = bytes.iter().fold(String::new(), |value, byte| format!("{value}\\{byte:03o}"));
            prop_assert_eq!(character_strings(&format!("\"{value}\"")), Some(vec![bytes]));
        }

        #[test]
        fn no_value_makes_it_panic(value in "\\PC{0,40}|[\"\\\\ 0-9é]{0,40}") {
            let _ = character_strings(&value);
        }
    }
}
