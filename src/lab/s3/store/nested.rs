//! Which entries does a page hold when each key has several, such as versions or uploads?
//!
//! S3 API reference, `ListObjectVersions` and `ListMultipartUploads`: keys in order, the entries of a
//! key in theirs; common prefixes count as one; a page ends anywhere, and the next one goes on behind
//! the key and the entry that it named.

use std::collections::BTreeMap;

use super::walk::{Met, Walk};

/// What to list.
#[derive(Clone, Debug, Default)]
pub(crate) struct NestedRequest<'a> {
    /// Only keys that begin so.
    pub prefix: &'a str,
    /// Roll up at this text; empty means no rolling up.
    pub delimiter: &'a str,
    /// Only what is behind this key; empty means from the start.
    pub key_marker: &'a str,
    /// Together with the key: also that key's entries behind this one.
    pub entry_marker: Option<&'a str>,
    /// At most so many entries and common prefixes.
    pub limit: usize,
}

/// A page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NestedPage<T> {
    /// What was listed, in order.
    pub items: Vec<T>,
    /// The common prefixes.
    pub common_prefixes: Vec<String>,
    /// The last key, or common prefix, and the last entry, when there is more.
    pub next: Option<(String, Option<String>)>,
}

/// Lists a page; `entries` gives a key's entries with their names, in order.
pub(crate) fn nested_page<'a, V, E, T>(
    keys: &'a BTreeMap<String, V>,
    request: &NestedRequest<'a>,
    entries: impl Fn(&'a str, &'a V) -> E,
) -> NestedPage<T>
where
    E: Iterator<Item = (&'a str, T)>,
{
    let mut page = NestedPage { items: Vec::new(), common_prefixes: Vec::new(), next: None };
    if request.limit == 0 {
        return page;
    }
    let mut last: Option<(String, Option<String>)> = None;
    for met in from_marker(keys, request) {
        let full = |page: &NestedPage<T>| page.items.len() + page.common_prefixes.len() == request.limit;
        match met {
            Met::CommonPrefix(common) => {
                if full(&page) {
                    page.next = last;
                    return page;
                }
                page.common_prefixes.push(common.to_owned());
                last = Some((common.to_owned(), None));
            }
            Met::Key(key, value) => {
                let mut behind = request.entry_marker.filter(|_| key == request.key_marker);
                for (name, item) in entries(key, value) {
                    if let Some(marker) = behind {
                        if name == marker {
                            behind = None;
                        }
                        continue;
                    }
                    if full(&page) {
                        page.next = last;
                        return page;
                    }
                    page.items.push(item);
                    last = Some((key.to_owned(), Some(name.to_owned())));
                }
            }
        }
    }
    page
}

/// The way from the marker on. A marker that is a common prefix stands for everything below it.
fn from_marker<'a, V>(
    keys: &'a BTreeMap<String, V>,
    request: &NestedRequest<'a>,
) -> Walk<'a, V, impl Fn(&V) -> bool + use<'a, V>> {
    let walk = Walk::new(keys, request.prefix, request.delimiter, |_: &V| true);
    let marker = request.key_marker;
    if marker.is_empty() {
        walk
    } else if super::walk::common_prefix(marker, request.prefix, request.delimiter) == Some(marker) {
        walk.behind_all_below(marker)
    } else if request.entry_marker.is_some() {
        walk.at(marker)
    } else {
        walk.behind(marker)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entries<'a>(key: &'a str, names: &'a Vec<String>) -> impl Iterator<Item = (&'a str, String)> {
        names.iter().map(move |name| (name.as_str(), format!("{key} {name}")))
    }

    proptest! {
        #[test]
        fn pages_of_any_size_make_the_whole(
            keys in proptest::collection::btree_map("[ab/]{1,4}", 1..4_u8, 0..8),
            prefix in "[ab/]{0,2}", rolled in any::<bool>(), limit in 1..5_usize,
        ) {
            let keys: BTreeMap<String, Vec<String>> = keys
                .into_iter()
                .map(|(key, count)| (key, (0..count).map(|number| number.to_string()).collect()))
                .collect();
            let delimiter = if rolled { "/" } else { "" };
            let whole = NestedRequest { prefix: &prefix, delimiter, limit: 1000, ..NestedRequest::default() };
            let all: NestedPage<String> = nested_page(&keys, &whole, entries);
            prop_assert_eq!(&all.next, &None);
            let (mut items, mut prefixes) = (Vec::new(), Vec::new());
            let mut marker: Option<(String, Option<String>)> = None;
            loop {
                let behind = marker.take();
                let (key_marker, entry_marker) = match &behind {
                    Some((key, entry)) => (key.as_str(), entry.as_deref()),
                    None => ("", None),
                };
                let request = NestedRequest { key_marker, entry_marker, limit, ..whole.clone() };
                let page = nested_page(&keys, &request, entries);
                prop_assert!(page.items.len() + page.common_prefixes.len() <= limit);
                items.extend(page.items);
                prefixes.extend(page.common_prefixes);
                marker = page.next;
                if marker.is_none() {
                    break;
                }
            }
            prop_assert_eq!((items, prefixes), (all.items, all.common_prefixes));
        }
    }
}
