//! Was one key written on both sides, by writers who did not know of each other? Pure.
//!
//! "Since they were last the same" cannot be seen from outside: no S3 call tells when a replica arrived (it keeps
//! the version id and the time of its origin: S3 User Guide, `replication`). So each writer does what programs do that
//! change an object: it reads, and then writes what follows from it. The read tells which write it knew.
//!
//! 1. A write knows every write to its own side that was acknowledged before it was sent.
//! 2. It knows the one that its writer read, which has covered those before it on its side. A write that was read is
//!    there, whether it was acknowledged or not.
//! 3. Whatever it knows, it knows with all that this one knew.
//! 4. Two writes to two sides conflict when neither knows the other. One of them is going to be covered by the other
//!    on both sides once both have travelled (that the later one wins is plausible and *unverified*; AWS does not
//!    say which version becomes current), though whoever wrote the covering one had never seen it.
//!
//! So knowledge is a number for each side: how many of its writes. A read that happens just before a replica arrives, and a write just after, count as a conflict; for
//! a program that writes what follows from what it read, that is one.

use std::{collections::BTreeMap, time::Duration};

use super::log::{Log, Mark, Object, Write};

/// How many writes of each side are known.
type Known = [usize; 2];

/// How many writes of each side, the primary first, conflict with one of the other.
pub(super) fn conflicting(log: &Log) -> [u64; 2] {
    let histories = Histories::of(log);
    let mut writes: Vec<(Mark, &Write)> = log.to(Object::Shared).collect();
    writes.sort_by_key(|(mark, write)| (write.sent, *mark));
    let mut learned = Learned::default();
    for (mark, write) in writes {
        let on = write.side.index();
        let before = histories.sides[on].partition_point(|(there, _)| *there < write.sent);
        let mut knows = learned.by(&histories, on, before);
        if let Some((side, place)) = write.based_on.and_then(|read| histories.places.get(&read).copied()) {
            join(&mut knows, learned.by(&histories, side, place + 1));
        }
        learned.of_each.insert(mark, knows);
    }
    let knowledge = histories.sides.each_ref().map(|side| {
        side.iter()
            .map(|(_, mark)| learned.of_each.get(mark).copied().unwrap_or_default())
            .collect::<Vec<_>>()
    });
    [0, 1].map(|side| count(&knowledge[side], &knowledge[1 - side], side))
}

/// The writes of each side in the order in which they are known to be there.
struct Histories {
    sides: [Vec<(Duration, Mark)>; 2],
    /// Where each write stands: its side's index, and its place there.
    places: BTreeMap<Mark, (usize, usize)>,
}

impl Histories {
    fn of(log: &Log) -> Self {
        let mut read: BTreeMap<Mark, Duration> = BTreeMap::new();
        for (_, write) in log.to(Object::Shared) {
            if let Some(earlier) = write.based_on {
                let first = read.entry(earlier).or_insert(write.sent);
                *first = (*first).min(write.sent);
            }
        }
        let mut sides = [Vec::new(), Vec::new()];
        for (mark, write) in log.to(Object::Shared) {
            let there = write.acknowledged().into_iter().chain(read.get(&mark).copied()).min();
            sides[write.side.index()].extend(there.map(|there| (there, mark)));
        }
        let mut places = BTreeMap::new();
        for (index, side) in sides.iter_mut().enumerate() {
            side.sort_unstable();
            places.extend(side.iter().enumerate().map(|(place, (_, mark))| (*mark, (index, place))));
        }
        Self { sides, places }
    }
}

/// What the writes knew, as far as they were looked at.
#[derive(Default)]
struct Learned {
    of_each: BTreeMap<Mark, Known>,
    /// For each side, what its first n writes knew together.
    together: [Vec<Known>; 2],
}

impl Learned {
    /// What is known with the first writes of a side. They were sent earlier than whoever asks.
    fn by(&mut self, histories: &Histories, side: usize, first: usize) -> Known {
        let together = &mut self.together[side];
        for (_, mark) in &histories.sides[side][together.len().min(first)..first] {
            let mut next = together.last().copied().unwrap_or_default();
            join(&mut next, self.of_each.get(mark).copied().unwrap_or_default());
            together.push(next);
        }
        let mut known = first.checked_sub(1).map(|last| together[last]).unwrap_or_default();
        known[side] = known[side].max(first);
        known
    }
}

fn join(known: &mut Known, more: Known) {
    *known = [known[0].max(more[0]), known[1].max(more[1])];
}

/// How many of these writes to the side of this index conflict with one of those to the other.
fn count(writes: &[Known], others: &[Known], side: usize) -> u64 {
    // The least that any of the others from some place on knew of this side.
    let mut least: Vec<usize> = others.iter().map(|known| known[side]).collect();
    for place in (1..least.len()).rev() {
        least[place - 1] = least[place - 1].min(least[place]);
    }
    let conflicts = |(place, known): &(usize, &Known)| {
        least.get(known[1 - side]).is_some_and(|least_known| least_known <= place)
    };
    writes.iter().enumerate().filter(conflicts).count().try_into().unwrap_or(u64::MAX)
}
