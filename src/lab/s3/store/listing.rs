//! Which keys does a page of a listing hold? A pure function over the sorted keys.
//!
//! S3 API reference, `ListObjectsV2`: keys in the order of their UTF-8 bytes; with a delimiter, keys
//! that share what comes before its first occurrence behind the prefix are rolled up into one common
//! prefix, which counts as one towards `max-keys`; a continuation token goes on behind the last item.

use std::collections::BTreeMap;

use super::walk::{Met, Walk, common_prefix};
use crate::lab::encoding::{from_hex, hex};

/// What to list.
#[derive(Clone, Debug, Default)]
pub(crate) struct PageRequest<'a> {
    /// Only keys that begin so.
    pub prefix: &'a str,
    /// Roll up at this text; empty means no rolling up.
    pub delimiter: &'a str,
    /// Only keys behind this one.
    pub start_after: &'a str,
    /// Go on behind what an earlier page ended with.
    pub token: Option<Token>,
    /// At most so many keys and common prefixes.
    pub limit: usize,
}

/// The last item of a page, from which the next one goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// A key.
    Key(String),
    /// A common prefix; everything below it is done.
    CommonPrefix(String),
}

impl PageRequest<'_> {
    /// Goes on behind a marker as the older listing has it: a key, or a common prefix that stands for
    /// everything below it.
    pub(crate) fn behind_marker(mut self, marker: &str) -> Self {
        let rolled = common_prefix(marker, self.prefix, self.delimiter) == Some(marker);
        if !marker.is_empty() {
            let marker = marker.to_owned();
            self.token = Some(if rolled { Token::CommonPrefix(marker) } else { Token::Key(marker) });
        }
        self
    }
}

/// A page of a listing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page<T> {
    /// What was listed for each key.
    pub items: Vec<T>,
    /// The common prefixes.
    pub common_prefixes: Vec<String>,
    /// How to go on, when there is more.
    pub next: Option<Token>,
}

impl Token {
    /// As an opaque text that survives any encoding.
    pub(crate) fn encode(&self) -> String {
        let (kind, text) = match self {
            Self::Key(text) => ('k', text),
            Self::CommonPrefix(text) => ('p', text),
        };
        format!("{kind}{}", hex(text.as_bytes()))
    }

    /// The key or the common prefix.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Key(text) | Self::CommonPrefix(text) => text,
        }
    }

    /// Reads [`Token::encode`]; nothing when it is none of ours.
    pub(crate) fn decode(text: &str) -> Option<Self> {
        let (kind, digits) = text.split_at_checked(1)?;
        let text = String::from_utf8(from_hex(digits)?).ok()?;
        match kind {
            "k" => Some(Self::Key(text)),
            "p" => Some(Self::CommonPrefix(text)),
            _ => None,
        }
    }
}

/// Lists a page of the `visible` keys, with what `item` says of each.
pub(crate) fn page<V, T>(
    keys: &BTreeMap<String, V>,
    request: &PageRequest<'_>,
    visible: impl Fn(&V) -> bool,
    item: impl Fn(&str, &V) -> T,
) -> Page<T> {
    let mut page = Page { items: Vec::new(), common_prefixes: Vec::new(), next: None };
    let mut last = None;
    let mut walk = Walk::new(keys, request.prefix, request.delimiter, visible);
    if !request.start_after.is_empty() {
        walk = walk.behind(request.start_after);
    }
    walk = match &request.token {
        Some(Token::Key(key)) => walk.behind(key),
        Some(Token::CommonPrefix(common)) => walk.behind_all_below(common),
        None => walk,
    };
    for met in walk {
        if page.items.len() + page.common_prefixes.len() == request.limit {
            page.next = last;
            break;
        }
        match met {
            Met::Key(key, value) => {
                page.items.push(item(key, value));
                last = Some(Token::Key(key.to_owned()));
            }
            Met::CommonPrefix(common) => {
                page.common_prefixes.push(common.to_owned());
                last = Some(Token::CommonPrefix(common.to_owned()));
            }
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn list<'a>(keys: &[&'a str], request: &PageRequest<'_>) -> (Vec<&'a str>, Vec<String>, Option<Token>) {
        let map: BTreeMap<String, &'a str> = keys.iter().map(|key| ((*key).to_owned(), *key)).collect();
        let page = page(&map, request, |_| true, |_, key| *key);
        (page.items, page.common_prefixes, page.next)
    }

    const KEYS: [&str; 6] = ["a", "b/", "b/1", "b/2/x", "c/1", "d"];

    #[test]
    fn keys_below_a_delimiter_are_rolled_up() {
        let root = PageRequest { delimiter: "/", limit: 10, ..PageRequest::default() };
        assert_eq!(list(&KEYS, &root), (vec!["a", "d"], vec!["b/".to_owned(), "c/".to_owned()], None));
        let below = PageRequest { prefix: "b/", ..root };
        assert_eq!(list(&KEYS, &below), (vec!["b/", "b/1"], vec!["b/2/".to_owned()], None));
    }

    #[test]
    fn no_room_at_all_is_an_empty_page_that_is_complete() {
        let none = PageRequest { limit: 0, ..PageRequest::default() };
        assert_eq!(list(&KEYS, &none), (vec![], vec![], None));
    }

    #[test]
    fn start_after_begins_behind_a_key() {
        let request = PageRequest { start_after: "b/2/x", limit: 10, ..PageRequest::default() };
        assert_eq!(list(&KEYS, &request).0, ["c/1", "d"]);
    }

    proptest! {
        #[test]
        fn a_token_that_is_not_ours_is_refused(text in ".{0,9}") {
            if let Some(token) = Token::decode(&text) {
                prop_assert_eq!(token.encode(), text.to_ascii_lowercase());
            }
        }

        #[test]
        fn pages_of_any_size_make_the_whole(
            keys in proptest::collection::btree_set("[ab/]{1,5}", 0..12),
            prefix in "[ab/]{0,2}", rolled in any::<bool>(), limit in 1..5_usize,
        ) {
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            let delimiter = if rolled { "/" } else { "" };
            let mut request = PageRequest { prefix: &prefix, delimiter, limit: 100, ..PageRequest::default() };
            let (all, all_prefixes, next) = list(&keys, &request);
            prop_assert_eq!(next, None);
            request.limit = limit;
            let (mut items, mut prefixes) = (Vec::new(), Vec::new());
            loop {
                let page = list(&keys, &request);
                prop_assert!(page.0.len() + page.1.len() <= limit);
                items.extend(page.0);
                prefixes.extend(page.1);
                let Some(next) = page.2 else { break };
                request.token = Token::decode(&next.encode());
                prop_assert_eq!(request.token.as_ref(), Some(&next));
            }
            prop_assert_eq!((items, prefixes), (all, all_prefixes));
        }
    }
}
