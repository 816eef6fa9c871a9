//! How does IAM see the name of a record?
//!
//! "All letters must be lowercase. The DNS name must be without the trailing dot. Characters other than a–z,
//! 0–9, - (hyphen), _ (underscore), and . (period, as a delimiter between labels) must use escape codes in the
//! format \three-digit octal code" (Route 53 Developer Guide, `specifying-conditions-route53`). So neither of
//! IAM's wildcards, `*` and `?`, nor the `$` of its variables can come out of a name: `*` stands there as `\052`.

use std::{collections::BTreeSet, fmt::Write};

use super::Reach;
use crate::model::Fqdn;

/// Names that a statement permits, as IAM compares them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) reach: Reach,
    pub(super) values: BTreeSet<String>,
}

impl Names {
    /// Each of these.
    pub(super) fn exact<'a>(names: impl IntoIterator<Item = &'a Fqdn>) -> Self {
        Self { reach: Reach::Exact, values: names.into_iter().map(normalised).collect() }
    }

    /// All at and below these.
    pub(super) fn below<'a>(roots: impl IntoIterator<Item = &'a Fqdn>) -> Self {
        let both = |root: &Fqdn| [normalised(root), below(root)];
        Self { reach: Reach::Below, values: roots.into_iter().flat_map(both).collect() }
    }

    /// All below the names that are one label above these, but never above the zone: a root that is the
    /// zone's own name is permitted with what is below it.
    pub(super) fn beside<'a>(roots: impl IntoIterator<Item = &'a Fqdn>, zone: Option<&Fqdn>) -> Self {
        let mut above: BTreeSet<Fqdn> = BTreeSet::new();
        let mut apex = None;
        for root in roots {
            let parent = root.parent().filter(|parent| parent.labels().count() > 1);
            match parent.filter(|parent| zone.is_none_or(|zone| parent.is_within(zone))) {
                Some(parent) => {
                    above.insert(parent);
                }
                None => apex = Some(root),
            }
        }
        let mut values: BTreeSet<String> =
            apex.into_iter().flat_map(|root| [normalised(root), below(root)]).collect();
        let covered = |name: &Fqdn| above.iter().any(|other| other != name && name.is_within(other));
        values.extend(above.iter().filter(|name| !covered(name)).map(below));
        Self { reach: Reach::Beside, values }
    }

    /// Every name with this first label.
    pub(super) fn labelled(label: &str) -> Self {
        Self { reach: Reach::Below, values: BTreeSet::from([format!("{label}.*")]) }
    }
}

fn below(name: &Fqdn) -> String {
    format!("*.{}", normalised(name))
}

/// A name as Route 53 hands it to IAM.
pub(super) fn normalised(name: &Fqdn) -> String {
    let mut rest = name.as_str().bytes();
    let mut text = String::new();
    while let Some(byte) = rest.next() {
        if byte == b'.' {
            text.push('.');
            continue;
        }
        // A name is of escapes, each a backslash and three octal digits, and of bytes that stand for themselves.
        let byte = if byte == b'\\' {
            rest.by_ref().take(3).fold(0_u8, |code, digit| (code << 3) | (digit & 7))
        } else {
            byte
        };
        match byte.to_ascii_lowercase() {
            plain @ (b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_') => text.push(plain.into()),
            other => {
                // Writing into a text cannot fail.
                let _ = write!(text, "\\{other:03o}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> Fqdn {
        text.parse().expect("a name")
    }

    #[test]
    fn names_are_written_as_iam_compares_them() {
        for (given, seen) in [
            ("Data.Example.COM.", "data.example.com"),
            ("_s3-failover.data.example.com", "_s3-failover.data.example.com"),
            ("*.example.com", "\\052.example.com"),
            ("a\\052b.example.com", "a\\052b.example.com"),
            ("a\\056b.example.com", "a\\056b.example.com"),
            ("\\101\\141.example.com", "aa.example.com"),
            ("\\044{aws.example.com", ""),
        ] {
            match given.parse::<Fqdn>() {
                Ok(name) => assert_eq!(normalised(&name), seen, "{given}"),
                // A brace cannot be written in a name; a dollar sign only as an escape.
                Err(_) => assert_eq!(seen, "", "{given}"),
            }
        }
    }

    #[test]
    fn roots_are_widened_label_by_label_and_not_beyond_the_zone() {
        let roots = [name("a.data.example.com"), name("b.data.example.com"), name("www.example.com")];
        assert_eq!(
            Vec::from_iter(Names::below(&roots[..1]).values),
            ["*.a.data.example.com", "a.data.example.com"]
        );
        let zone = name("example.com");
        assert_eq!(Vec::from_iter(Names::beside(&roots[..2], Some(&zone)).values), ["*.data.example.com"]);
        assert_eq!(Vec::from_iter(Names::beside(&roots, Some(&zone)).values), ["*.example.com"]);
        for zone in [Some(&zone), None] {
            let apex = Names::beside([&name("example.com")], zone).values;
            assert_eq!(Vec::from_iter(apex), ["*.example.com", "example.com"]);
        }
    }

    proptest! {
        /// Whatever stands in a name, nothing of it is IAM's own language, and the same name is the same text.
        #[test]
        fn nothing_in_a_name_is_a_wildcard_or_a_variable(
            labels in prop::collection::vec("([A-Za-z0-9_-]|\\\\[0-3][0-7][0-7]){1,12}", 1..6),
            wildcard: bool,
        ) {
            let text = if wildcard { format!("*.{}", labels.join(".")) } else { labels.join(".") };
            let seen = normalised(&name(&text));
            prop_assert!(!seen.contains(['*', '?', '$', '{', '}']), "{}", seen);
            prop_assert_eq!(seen.matches('.').count(), text.matches('.').count());
            prop_assert_eq!(normalised(&name(&seen)), seen.clone());
            prop_assert_eq!(normalised(&name(&text.to_ascii_uppercase())), seen);
        }
    }
}
