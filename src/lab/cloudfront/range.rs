//! Which bytes of an object does a viewer want?

use std::ops::Range;

/// What is to be sent of an object whose length is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of it.
    Whole,
    /// These bytes.
    Part(Range<u64>),
    /// Nothing of it: 416.
    Unsatisfiable,
}

/// A single range of bytes that is well formed; nothing for anything else, in whose place the whole object is
/// sent. "If your Range headers don't adhere to the following requirements, CloudFront returns HTTP status
/// code 200 with the full object" (CloudFront Developer Guide, `RangeGETs`). Several ranges at once come
/// to the same, because an S3 origin sends the whole object for them (S3 API reference, `GetObject`).
pub(super) fn single(header: &str) -> Option<&str> {
    parse(header).map(|_| header)
}

/// The bytes that such a header means in an object of this length.
pub(super) fn within(header: &str, length: u64) -> Wanted {
    let (first, last) = match parse(header) {
        None => return Wanted::Whole,
        Some((Some(first), last)) => (first, last.map_or(length, |last| last.saturating_add(1).min(length))),
        Some((None, Some(suffix))) if suffix > 0 => (length.saturating_sub(suffix), length),
        Some((None, _)) => return Wanted::Unsatisfiable,
    };
    if first < last { Wanted::Part(first..last) } else { Wanted::Unsatisfiable }
}

fn parse(header: &str) -> Option<(Option<u64>, Option<u64>)> {
    let (first, last) = header.trim().strip_prefix("bytes=")?.split_once('-')?;
    let number = |text: &str| match text.trim() {
        "" => Some(None),
        digits if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok().map(Some),
        _ => None,
    };
    match (number(first)?, number(last)?) {
        (None, None) => None,
        (Some(first), Some(last)) if first > last => None,
        range => Some(range),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bytes_of_an_object_of_ten() {
        for (header, expected) in [
            ("bytes=0-3", Wanted::Part(0..4)),
            ("bytes=4-", Wanted::Part(4..10)),
            ("bytes=-3", Wanted::Part(7..10)),
            ("bytes=-30", Wanted::Part(0..10)),
            ("bytes=0-99", Wanted::Part(0..10)),
            ("bytes=10-", Wanted::Unsatisfiable),
            ("bytes=-0", Wanted::Unsatisfiable),
            ("bytes=3-0", Wanted::Whole),
            ("bytes=0-1,4-5", Wanted::Whole),
            ("bytes=a-b", Wanted::Whole),
            ("bytes=-", Wanted::Whole),
            ("lines=0-1", Wanted::Whole),
        ] {
            assert_eq!(within(header, 10), expected, "{header}");
        }
        assert_eq!(within("bytes=0-", 0), Wanted::Unsatisfiable);
    }

    proptest! {
        #[test]
        fn a_part_lies_within_the_object(header in "bytes=[0-9]{0,3}-[0-9]{0,3}", length in 0_u64..500) {
            if let Wanted::Part(part) = within(&header, length) {
                prop_assert!(part.start < part.end && part.end <= length);
            }
        }
    }
}
