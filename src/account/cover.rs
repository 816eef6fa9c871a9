//! Which pages of a zone show all that lies at and below some names? Pure.
//!
//! Route 53 lists a zone in one order (see [`Fqdn`]), in pages that begin wherever the caller wants. In that
//! order a name is followed by everything below it, so what is wanted is a row of stretches, and what lies
//! between them is somebody else's. From the left to the right:
//!
//! 1. A page begins at the first name of which something has not been seen.
//! 2. It shows what it shows, up to 300 sets, and says where the next page would begin.
//! 3. If that is inside a stretch, the next page begins exactly there; if not, at the next name that is wanted,
//!    however much lies between.
//!
//! No other choice of pages needs fewer: each page begins as far to the right as it may, so it also ends as
//! far to the right as it can. Names that lie close together share a page, and a name costs one page at most,
//! however large the zone is (two when more than 300 sets lie below it, and so on).

use crate::model::Fqdn;

/// Where a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// At the first set of this name, or of one after it.
    Name(Fqdn),
    /// Where the page before has ended.
    There,
}

/// The names that are wanted, and how far they have been seen.
#[derive(Debug)]
pub(super) struct Cover {
    /// In Route 53's order, none below another.
    wanted: Vec<Fqdn>,
}

impl Cover {
    /// Everything at and below `names`.
    pub(super) fn of(names: &[Fqdn]) -> Self {
        let mut wanted = names.to_vec();
        wanted.sort();
        // What is below a name comes right after it, and was wanted with it.
        wanted.dedup_by(|next, kept| next.is_within(kept));
        Self { wanted }
    }

    /// Where the first page begins; nowhere when nothing is wanted.
    pub(super) fn first(&self) -> Option<Start> {
        self.wanted.first().cloned().map(Start::Name)
    }

    /// Whether a set of this name is wanted.
    pub(super) fn holds(&self, name: &Fqdn) -> bool {
        self.stretch_of(name).is_ok()
    }

    /// Where the page begins that follows one which ended before `next`.
    pub(super) fn after(&self, next: &Fqdn) -> Option<Start> {
        match self.stretch_of(next) {
            Ok(()) => Some(Start::There),
            Err(passed) => self.wanted.get(passed).cloned().map(Start::Name),
        }
    }

    /// Whether a name lies in a stretch; if not, how many stretches lie before it.
    fn stretch_of(&self, name: &Fqdn) -> Result<(), usize> {
        let begun = self.wanted.partition_point(|wanted| wanted <= name);
        match self.wanted[..begun].last() {
            Some(last) if name.is_within(last) => Ok(()),
            _ => Err(begun),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::{
        collection::{btree_map, btree_set},
        prelude::*,
    };

    use super::*;

    fn name(text: &str) -> Fqdn {
        text.parse().expect("a name")
    }

    /// A zone: its names, each with so many sets, in Route 53's order.
    type Zone = Vec<(Fqdn, usize)>;

    /// Names of few labels, so that many lie at, below and between others.
    fn names() -> impl Strategy<Value = Fqdn> {
        let label = prop::sample::select(vec!["a", "a-b", "b", "*", "_m", "c", "zz"]);
        prop::collection::vec(label, 1..4).prop_map(|labels| {
            let mut labels: Vec<&str> = labels;
            // An asterisk is a first label or none.
            let rest = labels.split_off(1);
            labels.extend(rest.into_iter().map(|label| if label == "*" { "d" } else { label }));
            name(&format!("{}.example.com", labels.join(".")))
        })
    }

    /// Every set of the zone, by the index of its own.
    fn sets(zone: &Zone) -> Vec<&Fqdn> {
        zone.iter().flat_map(|(name, count)| std::iter::repeat_n(name, *count)).collect()
    }

    /// Reads as the account does, from a Route 53 with pages of this size: the indices that were kept, and
    /// how many pages it took.
    fn read(zone: &Zone, wanted: &[Fqdn], page: usize) -> (Vec<usize>, usize) {
        let (sets, cover) = (sets(zone), Cover::of(wanted));
        let (mut kept, mut pages, mut at) = (Vec::new(), 0, 0);
        let mut start = cover.first();
        while let Some(from) = start {
            if let Start::Name(first) = from {
                at = sets.partition_point(|set| **set < first);
            }
            pages += 1;
            let end = sets.len().min(at + page);
            kept.extend((at..end).filter(|index| cover.holds(sets[*index])));
            at = end;
            start = sets.get(end).and_then(|next| cover.after(next));
        }
        (kept, pages)
    }

    /// The fewest pages, found by trying every place at which each page could begin.
    ///
    /// Places are counted in halves: 2n is the gap before the set n, in which a name without sets lies, and
    /// 2n + 1 is the set itself. A page that begins at a place shows the sets from there on, and the gap after
    /// its last one, since it says which set would be next.
    fn fewest(zone: &Zone, wanted: &[Fqdn], page: usize) -> usize {
        let sets = sets(zone);
        let mut needs = BTreeSet::new();
        for name in wanted {
            let below: Vec<usize> = (0..sets.len()).filter(|index| sets[*index].is_within(name)).collect();
            if below.is_empty() {
                needs.insert(2 * sets.iter().filter(|set| **set < name).count());
            }
            needs.extend(below.into_iter().map(|index| 2 * index + 1));
        }
        let needs: Vec<usize> = needs.into_iter().collect();
        // From the right: how many pages what is needed from the n-th on takes.
        let mut pages = vec![0; needs.len() + 1];
        for (n, need) in needs.iter().enumerate().rev() {
            let begins = need.saturating_sub(2 * page)..=*need;
            let beyond = begins.map(|begin| {
                let shown = 2 * (begin / 2 + page);
                needs.partition_point(|need| *need <= shown).max(n)
            });
            pages[n] = 1 + beyond.filter(|beyond| *beyond > n).map(|beyond| pages[beyond]).min().unwrap_or(0);
        }
        pages[0]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        /// Exactly what is wanted, each set once, and by as few pages as there could be.
        #[test]
        fn the_fewest_pages_show_exactly_what_is_wanted(
            zone in btree_map(names(), 1..4_usize, 0..40),
            wanted in btree_set(names(), 0..12),
            page in 1..8_usize,
        ) {
            let zone: Zone = zone.into_iter().collect();
            let wanted: Vec<Fqdn> = wanted.into_iter().rev().collect();
            let (kept, pages) = read(&zone, &wanted, page);
            let all = sets(&zone);
            let expected: Vec<usize> =
                (0..all.len()).filter(|index| wanted.iter().any(|name| all[*index].is_within(name))).collect();
            prop_assert_eq!(kept, expected);
            prop_assert_eq!(pages, fewest(&zone, &wanted, page));
        }
    }

    #[test]
    fn names_that_lie_together_share_a_page_and_what_lies_between_is_left_out() {
        let foreign = |n: usize| (name(&format!("m{n:05}.example.com")), 1);
        let mut zone: Zone = (0..10_000).map(foreign).collect();
        let ours =
            ["data.example.com", "a.data.example.com", "media.example.com", "zz.example.com"].map(name);
        zone.extend(ours.iter().map(|name| (name.clone(), 2)));
        zone.sort();
        let (kept, pages) = read(&zone, &ours, 300);
        assert_eq!((kept.len(), pages), (8, 2));
        assert_eq!(read(&zone, &[name("example.com")], 300), ((0..10_008).collect(), 34));
        assert_eq!(read(&zone, &[], 300), (Vec::new(), 0));
    }
}
