//! Domain names, always absolute and in lower case.

use std::{cmp::Ordering, fmt, str::FromStr};

use super::serde_as_text;

/// An absolute domain name in lower case, kept without its final dot.
///
/// Written with or without the final dot it is the same name; `Example.COM.` and `example.com` are
/// equal. The order is Route 53's: that of the texts with the labels reversed, `com.example.www.`, so a
/// zone's apex comes first and a name is followed by everything below it. "Note the trailing dot, which
/// can change the sort order" (Route 53 API reference, `ListResourceRecordSets`): `a-b` comes before `a`.
/// `*` stands where its escape `\052` does, since names are sorted as they are told
/// (`ListHostedZonesByName`: "using the escaped or Punycoded value").
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Fqdn(String);

/// Why a text is no domain name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing was written.
    #[error("a domain name cannot be empty")]
    Empty,
    /// Longer than RFC 1035 allows.
    #[error("the name has {0} characters; a domain name has at most {most}", most = Fqdn::LONGEST)]
    TooLong(usize),
    /// Two dots in a row, or a dot at the start.
    #[error("the name has an empty label (two dots in a row, or a dot at the start)")]
    EmptyLabel,
    /// A label beyond 63 octets.
    #[error("the label `{0}` has more than {most} characters", most = Fqdn::LONGEST_LABEL)]
    LabelTooLong(String),
    /// A character that has no place in a host name.
    #[error("the character `{0}` cannot stand in a domain name; use a-z, 0-9, `-` and `_`")]
    Character(char),
    /// `*` elsewhere than as the whole first label.
    #[error("`*` can only be the whole first label, as in `*.example.com`")]
    Wildcard,
}

impl Fqdn {
    /// Octets of the longest name in text form without its final dot, an escape for one: 255 octets on
    /// the wire (RFC 1035, 2.3.4) less the root label and the first length octet.
    pub const LONGEST: usize = 253;
    /// Octets of the longest label, an escape for one (RFC 1035, 2.3.4).
    pub const LONGEST_LABEL: usize = 63;

    /// The name without its final dot.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name with its final dot, as DNS and Route 53 write it.
    pub fn absolute(&self) -> String {
        format!("{}.", self.0)
    }

    /// The labels from left to right.
    pub fn labels(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('.')
    }

    /// Whether this is `zone` itself or a name below it.
    pub fn is_within(&self, zone: &Fqdn) -> bool {
        self.0.strip_suffix(&zone.0).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }

    /// The name above, or nothing for a single label.
    pub fn parent(&self) -> Option<Fqdn> {
        self.0.split_once('.').map(|(_, rest)| Fqdn(rest.to_owned()))
    }

    /// The name one label further down.
    pub fn child(&self, label: &str) -> Result<Fqdn, NameError> {
        format!("{label}.{}", self.0).parse()
    }

    /// Whether the first label is `*`.
    pub fn is_wildcard(&self) -> bool {
        self.0.starts_with("*.")
    }
}

impl FromStr for Fqdn {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let mut name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        // Route 53 answers a wildcard as an octal escape; every other escape it may answer is kept.
        if let Some(rest) = name.strip_prefix("\\052").filter(|rest| rest.is_empty() || rest.starts_with('.'))
        {
            name = format!("*{rest}");
        }
        if name.is_empty() {
            return Err(NameError::Empty);
        }
        let octets = octets(&name)?;
        if octets > Fqdn::LONGEST {
            return Err(NameError::TooLong(octets));
        }
        for (index, label) in name.split('.').enumerate() {
            check_label(label, index == 0)?;
        }
        Ok(Self(name))
    }
}

/// How many octets a text stands for: an escape, a backslash and three octal digits, is one of them.
fn octets(text: &str) -> Result<usize, NameError> {
    // What stands before the first backslash is as it is; most names have none.
    let escapes = text.split('\\').skip(1);
    escapes.map(str::as_bytes).try_fold(text.len(), |octets, rest| match rest {
        [b'0'..=b'3', b'0'..=b'7', b'0'..=b'7', ..] => Ok(octets - 3),
        _ => Err(NameError::Character('\\')),
    })
}

fn check_label(label: &str, first: bool) -> Result<(), NameError> {
    if label.is_empty() {
        return Err(NameError::EmptyLabel);
    }
    if octets(label)? > Fqdn::LONGEST_LABEL {
        return Err(NameError::LabelTooLong(label.to_owned()));
    }
    if label.contains('*') && !(first && label == "*") {
        return Err(NameError::Wildcard);
    }
    match label.chars().find(|c| !(c.is_ascii_alphanumeric() || "-_*\\".contains(*c))) {
        Some(bad) => Err(NameError::Character(bad)),
        None => Ok(()),
    }
}

impl Ord for Fqdn {
    /// By the labels from the right at which the names part. A name server compares names for every
    /// answer, most of them of one zone, so what the names share is passed over as bytes.
    fn cmp(&self, other: &Self) -> Ordering {
        let (one, two) = (self.0.as_bytes(), other.0.as_bytes());
        let shared = shared_from_the_right(one, two);
        let (one_at, two_at) = (one.len() - shared, two.len() - shared);
        match (&one[..one_at], &two[..two_at]) {
            ([], []) => Ordering::Equal,
            ([], [.., b'.']) => Ordering::Less,
            ([.., b'.'], []) => Ordering::Greater,
            _ => told(label_at(one, one_at)).cmp(told(label_at(two, two_at))),
        }
    }
}

/// The bytes of a label as Route 53 tells it, with the dot that follows it.
fn told(label: &[u8]) -> impl Iterator<Item = u8> {
    let label = if label == b"*" { b"\\052" } else { label };
    label.iter().copied().chain([b'.'])
}

/// How many bytes are the same in both, counted from the right; eight at a time as far as that goes.
fn shared_from_the_right(one: &[u8], two: &[u8]) -> usize {
    let eights = one.rchunks_exact(8).zip(two.rchunks_exact(8)).take_while(|(a, b)| a == b).count() * 8;
    let (one, two) = (&one[..one.len() - eights], &two[..two.len() - eights]);
    eights + one.iter().rev().zip(two.iter().rev()).take_while(|(a, b)| a == b).count()
}

/// The label that holds the byte at `at`.
fn label_at(name: &[u8], at: usize) -> &[u8] {
    let (before, after) = name.split_at(at);
    let start = before.iter().rposition(|byte| *byte == b'.').map_or(0, |dot| dot + 1);
    let end = after.iter().position(|byte| *byte == b'.').map_or(name.len(), |dot| at + dot);
    &name[start..end]
}

impl PartialOrd for Fqdn {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Fqdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Fqdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.", self.0)
    }
}

serde_as_text!(Fqdn);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> Fqdn {
        text.parse().expect("a valid name")
    }

    #[test]
    fn the_final_dot_and_the_case_do_not_matter() {
        assert_eq!(name("Example.COM."), name("example.com"));
        assert_eq!(name("example.com").absolute(), "example.com.");
        assert_eq!(name("\\052.example.com."), name("*.example.com"));
    }

    #[test]
    fn each_fault_is_named() {
        let error = |text: &str| text.parse::<Fqdn>().expect_err("not a name");
        assert_eq!(error(""), NameError::Empty);
        assert_eq!(error("."), NameError::Empty);
        assert_eq!(error("a..b"), NameError::EmptyLabel);
        assert_eq!(error("a b.c"), NameError::Character(' '));
        assert_eq!(error("a.*.c"), NameError::Wildcard);
        assert_eq!(error(&"a".repeat(64)), NameError::LabelTooLong("a".repeat(64)));
        assert_eq!(error(&"a.".repeat(128)), NameError::TooLong(255));
        for no_escape in ["a\\", "a\\9bc.d", "a\\04.d", "a\\400.d", "a\\b.d"] {
            assert_eq!(error(no_escape), NameError::Character('\\'), "{no_escape}");
        }
    }

    #[test]
    fn an_escape_is_one_octet() {
        let label = |octets| "\\100".repeat(octets);
        assert!(label(63).parse::<Fqdn>().is_ok());
        assert_eq!(label(64).parse::<Fqdn>(), Err(NameError::LabelTooLong(label(64))));
        let longest = [label(63), label(63), label(63), label(61)].join(".");
        assert_eq!(longest.parse::<Fqdn>().map(|name| name.as_str().len()), Ok(3 + 4 * 250));
        assert_eq!(format!("{longest}\\100").parse::<Fqdn>(), Err(NameError::TooLong(254)));
    }

    #[test]
    fn within_needs_a_label_border() {
        assert!(name("data.example.com").is_within(&name("example.com")));
        assert!(name("example.com").is_within(&name("example.com")));
        assert!(!name("badexample.com").is_within(&name("example.com")));
    }

    #[test]
    fn the_order_is_by_labels_from_the_right() {
        let mut names =
            [name("b.example.com"), name("x.a.example.com"), name("example.com"), name("a.example.com")];
        names.sort();
        let names: Vec<_> = names.iter().map(Fqdn::as_str).collect();
        assert_eq!(names, ["example.com", "a.example.com", "x.a.example.com", "b.example.com"]);
    }

    #[test]
    fn the_order_is_that_of_names_as_route_53_tells_them() {
        let told = ["example.com", "1.example.com", "*.example.com", "_a.example.com", "a-b.example.com"];
        let told: Vec<_> = told.into_iter().chain(["a.example.com", "x.a.example.com"]).map(name).collect();
        let mut names = told.clone();
        names.reverse();
        names.sort();
        assert_eq!(names, told);
    }

    proptest! {
        #[test]
        fn the_order_is_that_of_the_reversed_texts(a in "([ab*-]{1,3}|\\\\052)(\\.[ab-]{1,2}){0,3}", b in "[ab-]{1,3}(\\.[ab-]{1,2}){0,3}") {
            let text = |name: &Fqdn| {
                let told = |label: &str| if label == "*" { "\\052".to_owned() } else { label.to_owned() };
                name.labels().rev().fold(String::new(), |text, label| text + &told(label) + ".")
            };
            if let (Ok(a), Ok(b)) = (a.parse::<Fqdn>(), b.parse::<Fqdn>()) {
                prop_assert_eq!(a.cmp(&b), text(&a).cmp(&text(&b)));
            }
        }

        #[test]
        fn what_parses_prints_and_parses_again(text in "[a-zA-Z0-9_*\\\\.-]{0,80}") {
            if let Ok(name) = text.parse::<Fqdn>() {
                prop_assert_eq!(name.to_string().parse::<Fqdn>(), Ok(name.clone()));
                prop_assert_eq!(name.absolute().parse::<Fqdn>(), Ok(name));
            }
        }
    }
}
