//! What does a listing meet on its way through the keys? Keys, and common prefixes.
//!
//! The keys stand in a sorted map, so a listing begins where it must with one look-up, and jumps over
//! everything below a common prefix with another: a page costs what the page holds, however many keys
//! the bucket has.

use std::{
    collections::BTreeMap,
    ops::Bound::{self, Excluded, Included, Unbounded},
};

/// Something that a listing meets.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Met<'a, V> {
    /// A key.
    Key(&'a str, &'a V),
    /// A text that several keys begin with, up to the delimiter.
    CommonPrefix(&'a str),
}

/// A way through a map's keys.
pub(super) struct Walk<'a, V, F> {
    map: &'a BTreeMap<String, V>,
    prefix: &'a str,
    delimiter: &'a str,
    from: Option<Bound<String>>,
    visible: F,
}

impl<'a, V, F: Fn(&V) -> bool> Walk<'a, V, F> {
    /// Meets the keys that begin with `prefix` and that are `visible`; those that share what comes
    /// before the first `delimiter` behind it (unless that is empty) are met as one common prefix.
    pub(super) fn new(map: &'a BTreeMap<String, V>, prefix: &'a str, delimiter: &'a str, visible: F) -> Self {
        Self { map, prefix, delimiter, from: Some(Included(prefix.to_owned())), visible }
    }

    /// Meets only what comes behind `key`.
    pub(super) fn behind(self, key: &str) -> Self {
        self.not_before(Excluded(key.to_owned()), key)
    }

    /// Meets `key` and what comes behind it.
    pub(super) fn at(self, key: &str) -> Self {
        self.not_before(Included(key.to_owned()), key)
    }

    /// Meets only what comes behind everything below `common_prefix`.
    pub(super) fn behind_all_below(mut self, common_prefix: &str) -> Self {
        if common_prefix >= self.prefix {
            self.from = successor(common_prefix).map(Included);
        }
        self
    }

    fn not_before(mut self, bound: Bound<String>, key: &str) -> Self {
        if key >= self.prefix {
            self.from = Some(bound);
        }
        self
    }
}

impl<'a, V, F: Fn(&V) -> bool> Iterator for Walk<'a, V, F> {
    type Item = Met<'a, V>;

    fn next(&mut self) -> Option<Met<'a, V>> {
        let from = self.from.take()?;
        let below = |key: &&String| key.starts_with(self.prefix);
        let (key, value) = self
            .map
            .range::<String, _>((from, Unbounded))
            .take_while(|(key, _)| below(key))
            .find(|(_, value)| (self.visible)(value))?;
        match common_prefix(key, self.prefix, self.delimiter) {
            Some(common) => {
                self.from = successor(common).map(Included);
                Some(Met::CommonPrefix(common))
            }
            None => {
                self.from = Some(Excluded(key.clone()));
                Some(Met::Key(key, value))
            }
        }
    }
}

/// What of the key is rolled up.
pub(super) fn common_prefix<'a>(key: &'a str, prefix: &str, delimiter: &str) -> Option<&'a str> {
    if delimiter.is_empty() {
        return None;
    }
    let from = prefix.len();
    key.get(from..)?.find(delimiter).map(|at| &key[..from + at + delimiter.len()])
}

/// The first text behind all that begin with this one; nothing when there is none.
fn successor(prefix: &str) -> Option<String> {
    let mut characters: Vec<char> = prefix.chars().collect();
    while let Some(last) = characters.pop() {
        // Between U+D7FF and U+E000 there are no characters.
        let next = (u32::from(last) + 1..=u32::from(char::MAX)).find_map(char::from_u32);
        if let Some(next) = next {
            characters.push(next);
            return Some(characters.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_successor_is_behind_the_prefix_and_before_all_others(prefix in ".{0,4}", tail in ".{0,3}", other in ".{0,5}") {
            match successor(&prefix) {
                Some(next) => {
                    let below = format!("{prefix}{tail}");
                    prop_assert!(below < next);
                    if other >= prefix && !other.starts_with(&prefix) {
                        prop_assert!(other >= next);
                    }
                }
                None => prop_assert!(prefix.chars().all(|c| c == char::MAX)),
            }
        }

        /// The definition: look at every key, roll up, leave out repetitions.
        #[test]
        fn a_walk_is_what_the_definition_says(
            keys in proptest::collection::btree_map("[ab/é]{1,5}", any::<bool>(), 0..16),
            prefix in "[ab/]{0,2}", delimiter in "[/b]{0,1}",
        ) {
            let mut expected: Vec<String> = Vec::new();
            for key in keys.iter().filter(|(key, visible)| **visible && key.starts_with(&prefix)).map(|(key, _)| key) {
                let met = common_prefix(key, &prefix, &delimiter).unwrap_or(key).to_owned();
                if expected.last() != Some(&met) {
                    expected.push(met);
                }
            }
            let walk = Walk::new(&keys, &prefix, &delimiter, |visible| *visible);
            let met: Vec<String> = walk.map(|met| match met {
                Met::Key(key, _) => key.to_owned(),
                Met::CommonPrefix(common) => common.to_owned(),
            }).collect();
            prop_assert_eq!(met, expected);
        }
    }
}
