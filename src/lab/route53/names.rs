//! Which name does a caller mean?
//!
//! "If the domain name includes any characters other than a to z, 0 to 9, - (hyphen), or _
//! (underscore), Route 53 API actions return the characters as escape codes. This is true whether you
//! specify the characters as characters or as escape codes when you create the entity" (Route 53
//! Developer Guide, `DomainNameFormat`). An escape is a backslash and three octal digits. So a name is
//! brought into the form in which Route 53 tells it before anything else looks at it; `*` as the whole
//! first label stays what it is, the wildcard, and anywhere else it is a character like others.

use std::fmt::Write as _;

use super::values;
use crate::model::{Fqdn, NameError};

/// The name that a text means, or what Route 53 says of a text that means none.
pub(crate) fn parse(text: &str) -> Result<Fqdn, String> {
    let told = |error: &NameError| values::name_problem(text, error);
    escaped(text).map_err(NameError::Character).and_then(|name| name.parse()).map_err(|error| told(&error))
}

/// The text with every character that is to be an escape as one, or the character that cannot be.
fn escaped(text: &str) -> Result<String, char> {
    let mut name = String::with_capacity(text.len());
    let mut rest = text.chars();
    let mut start_of_name = true;
    while let Some(character) = rest.next() {
        match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' | '.' => name.push(character),
            '*' if start_of_name && is_label_end(rest.as_str()) => name.push('*'),
            '\\' => {
                let code: String = rest.by_ref().take(3).collect();
                let octal = code.len() == 3 && code.bytes().all(|digit| (b'0'..=b'7').contains(&digit));
                let byte = octal.then(|| u8::from_str_radix(&code, 8).ok()).flatten().ok_or('\\')?;
                match byte {
                    b'*' if start_of_name && is_label_end(rest.as_str()) => name.push('*'),
                    b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => name.push(char::from(byte)),
                    other => write!(name, "\\{other:03o}").expect("a String takes everything"),
                }
            }
            // White space and what is not ASCII come as escapes or as Punycode only.
            '!'..='~' => {
                write!(name, "\\{:03o}", u32::from(character)).expect("a String takes everything");
            }
            other => return Err(other),
        }
        start_of_name = false;
    }
    Ok(name)
}

fn is_label_end(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('.')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn characters_and_escapes_are_one_name() {
        for (text, name) in [
            ("*.example.com", "*.example.com"),
            ("\\052.example.com", "*.example.com"),
            ("a@b.example.com", "a\\100b.example.com"),
            ("a\\100b.example.com.", "a\\100b.example.com"),
            ("\\141.Example.com", "a.example.com"),
            ("*a.example.com", "\\052a.example.com"),
            ("a.*.example.com", "a.\\052.example.com"),
            ("a\\056b.example.com", "a\\056b.example.com"),
            ("a\\040b.example.com", "a\\040b.example.com"),
        ] {
            assert_eq!(parse(text).map(|name| name.to_string()), Ok(name.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_no_name_is_told_as_it_was_written() {
        for text in ["a b.example.com", "\\9.example.com", "a\\400.example.com", "ü.example.com", "a\\"] {
            let told = parse(text).expect_err(text);
            assert!(told.contains("UnsupportedCharacter") && told.contains(text), "{told}");
        }
        assert!(parse("a..b").expect_err("an empty label").contains("DomainLabelEmpty"));
    }

    proptest! {
        #[test]
        fn what_is_told_means_the_same(text in "[a-zA-Z0-9_*@!. -]{0,20}|\\PC{0,20}|(\\\\[0-7]{3}|[a.]){0,9}") {
            if let Ok(name) = parse(&text) {
                prop_assert_eq!(parse(&name.absolute()), Ok(name));
            }
        }
    }
}
