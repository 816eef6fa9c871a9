//! How is a text written so that it stays a text, whatever it holds?
//!
//! One function for each language that a template is written in. All of them leave letters, digits and common
//! signs as they are, so that people can read the result, and escape the rest.

use std::fmt::Write as _;

/// A double-quoted scalar of YAML 1.1 and 1.2, on one line. All that is not printable ASCII is escaped: among the
/// rest are line breaks that YAML would fold, and characters that it forbids (YAML 1.2.2, 5.1 and 5.4).
pub(super) fn yaml(text: &str) -> String {
    quoted(text, |quoted, c| match c {
        '\u{0}'..='\u{ffff}' => write!(quoted, "\\u{:04x}", u32::from(c)),
        _ => write!(quoted, "\\U{:08x}", u32::from(c)),
    })
}

/// A quoted template expression of HCL in which nothing is a template: `${` and `%{` begin one, and are
/// doubled (HCL syntax specification, "Template Literals").
pub(super) fn hcl(text: &str) -> String {
    let doubled = text.replace("${", "$${").replace("%{", "%%{");
    quoted(&doubled, |quoted, c| match c {
        '\u{0}'..='\u{ffff}' => write!(quoted, "\\u{:04x}", u32::from(c)),
        _ => write!(quoted, "\\U{:08x}", u32::from(c)),
    })
}

/// A word of bash, on one line.
pub(super) fn shell(text: &str) -> String {
    if text.chars().all(|c| c == ' ' || c.is_ascii_graphic()) {
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    let mut word = String::from("$'");
    for byte in text.bytes() {
        match byte {
            b'\'' | b'\\' => word.extend(['\\', char::from(byte)]),
            b' '..=b'~' => word.push(char::from(byte)),
            _ => write!(word, "\\x{byte:02x}").expect("writing to a String cannot fail"),
        }
    }
    word + "'"
}

fn quoted(text: &str, escape: impl Fn(&mut String, char) -> std::fmt::Result) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            ' '..='~' => quoted.push(c),
            _ => escape(&mut quoted, c).expect("writing to a String cannot fail"),
        }
    }
    quoted + "\""
}

/// A key of an object as the resource of a policy: `*`, `?` and `$` mean themselves only as policy variables
/// (IAM User Guide, `reference_policies_variables`: "use `${*}`, `${?}`, `${$}`").
pub(super) fn policy_key(key: &str) -> String {
    key.chars().fold(String::new(), |mut literal, c| {
        match c {
            '*' | '?' | '$' => literal.extend(['$', '{', c, '}']),
            _ => literal.push(c),
        }
        literal
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_plain_stays_plain() {
        assert_eq!(yaml("data.example.com"), "\"data.example.com\"");
        assert_eq!(hcl("data.example.com"), "\"data.example.com\"");
        assert_eq!(shell("s3://a/b c"), "'s3://a/b c'");
    }

    #[test]
    fn what_is_not_is_escaped() {
        assert_eq!(yaml("a\"\\\n\u{85}\u{1f600}"), r#""a\"\\\n\u0085\U0001f600""#);
        assert_eq!(hcl("${a} %{b} $${c}"), "\"$${a} %%{b} $$${c}\"");
        assert_eq!(shell("it's"), r"'it'\''s'");
        assert_eq!(shell("a\n'é"), r"$'a\x0a\'\xc3\xa9'");
        assert_eq!(policy_key("a*b?c${d}"), "a${*}b${?}c${$}{d}");
    }

    proptest! {
        /// However odd, it is one line of printable ASCII, and the quotation mark at its end is its only one.
        #[test]
        fn nothing_breaks_out(text in "\\PC{0,40}|[\"'\\\\$%{}\n\r\t#*\u{0}\u{85}\u{2028}a]{0,40}") {
            for quoted in [yaml(&text), hcl(&text)] {
                prop_assert!(quoted.chars().all(|c| c == ' ' || c.is_ascii_graphic()), "{}", quoted);
                let inner = &quoted[1..quoted.len() - 1];
                let unescaped = inner.replace("\\\\", "").replace("\\\"", "");
                prop_assert!(!unescaped.contains('"') && !unescaped.ends_with('\\'), "{}", quoted);
            }
            let word = shell(&text);
            prop_assert!(word.chars().all(|c| c == ' ' || c.is_ascii_graphic()), "{}", word);
        }

        /// JSON's escapes are YAML's, so a JSON reader gives back all but what needs eight digits.
        #[test]
        fn what_is_quoted_is_read_back(text in "[^\u{10000}-\u{10ffff}]{0,40}") {
            prop_assert_eq!(serde_json::from_str::<String>(&yaml(&text)).expect("JSON"), text);
        }
    }
}
