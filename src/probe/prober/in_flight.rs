//! Which questions are on their way, and how long is each still waited for?
//!
//! Ids are random, and no two questions on one socket have the same (RFC 5452, section 9.2: "Use an
//! unpredictable query ID for outgoing queries, utilizing the full range available (0-65535)").
//! All are waited for equally long, so they stand in the order of their deadlines by themselves: one queue
//! does for thousands of timers.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

/// Questions on their way at one time. A quarter of all ids: a free one is found by guessing twice at most on
/// average, and a forger's guess is still wrong three times of four (our choice).
const MOST: usize = 16_384;
/// The queue is tidied when it holds so many more than are on their way (our choice).
const TIDY_BEYOND: usize = 64;

/// A question on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// Which look-up of the server's.
    pub(super) lookup: usize,
    /// When it left.
    pub(super) at: Duration,
    /// How many datagrams had not been believed when it left.
    pub(super) strays: usize,
}

/// The questions of one socket.
#[derive(Debug, Default)]
pub(super) struct InFlight {
    by_id: HashMap<u16, (u64, Asked)>,
    /// Serial numbers tell a question from a later one with the same id.
    by_age: VecDeque<(u64, u16)>,
    serial: u64,
}

impl InFlight {
    /// Enters a question under an id that no other has; nothing when there are too many.
    pub(super) fn enter(&mut self, asked: Asked, mut random: impl FnMut() -> u16) -> Option<u16> {
        if self.by_id.len() >= MOST {
            return None;
        }
        let mut id = random();
        while self.by_id.contains_key(&id) {
            id = random();
        }
        self.serial += 1;
        self.by_id.insert(id, (self.serial, asked));
        self.by_age.push_back((self.serial, id));
        Some(id)
    }

    /// The question that waits under this id.
    pub(super) fn get(&self, id: u16) -> Option<Asked> {
        self.by_id.get(&id).map(|(_, asked)| *asked)
    }

    /// It waits no more.
    pub(super) fn leave(&mut self, id: u16) -> Option<Asked> {
        let (_, asked) = self.by_id.remove(&id)?;
        if self.by_age.len() > 2 * self.by_id.len() + TIDY_BEYOND {
            let by_id = &self.by_id;
            self.by_age.retain(|(serial, id)| by_id.get(id).is_some_and(|(live, _)| live == serial));
        }
        Some(asked)
    }

    /// The oldest question.
    pub(super) fn oldest(&mut self) -> Option<Asked> {
        while let Some((serial, id)) = self.by_age.front() {
            match self.by_id.get(id) {
                Some((live, asked)) if live == serial => return Some(*asked),
                _ => self.by_age.pop_front(),
            };
        }
        None
    }

    /// Takes the oldest question out.
    pub(super) fn take_oldest(&mut self) -> Option<Asked> {
        self.oldest()?;
        let (_, id) = self.by_age.pop_front()?;
        self.by_id.remove(&id).map(|(_, asked)| asked)
    }

    /// How many are on their way.
    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether nothing is on its way.
    pub(super) fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn asked(lookup: usize) -> Asked {
        Asked { lookup, at: Duration::from_millis(u64::try_from(lookup).expect("small")), strays: 0 }
    }

    #[test]
    fn an_id_is_never_given_twice_at_a_time() {
        let mut table = InFlight::default();
        let mut guesses = [7, 7, 7, 8, 8, 7].into_iter();
        let mut random = || guesses.next().expect("no more are wanted");
        assert_eq!(table.enter(asked(0), &mut random), Some(7));
        assert_eq!(table.enter(asked(1), &mut random), Some(8));
        assert_eq!(table.leave(7), Some(asked(0)));
        assert_eq!(table.leave(7), None, "a second reply to the same question finds nothing");
        assert_eq!(table.enter(asked(2), &mut random), Some(7));
        assert_eq!(table.oldest(), Some(asked(1)), "the new question does not count as old as its id");
    }

    #[test]
    fn there_is_an_end_to_it() {
        let (mut table, mut id) = (InFlight::default(), 0_u16);
        let mut next = || {
            id = id.wrapping_add(1);
            id
        };
        for lookup in 0..MOST {
            assert!(table.enter(asked(lookup), &mut next).is_some());
        }
        assert_eq!(table.enter(asked(0), &mut next), None);
    }

    #[derive(Clone, Debug)]
    enum Step {
        Enter,
        Leave(u16),
        TakeOldest,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => Just(Step::Enter),
            4 => (0..40_u16).prop_map(Step::Leave),
            1 => Just(Step::TakeOldest),
        ]
    }

    proptest! {
        /// A plain list, searched from end to end, does the same.
        #[test]
        fn it_does_what_a_list_does(steps in prop::collection::vec(step(), 0..200), seed in any::<u16>()) {
            let mut table = InFlight::default();
            let mut list: Vec<(u16, Asked)> = Vec::new();
            let mut state = seed;
            for (number, step) in steps.into_iter().enumerate() {
                match step {
                    // Few ids, so that they come back; and fewer questions than ids.
                    Step::Enter if list.len() < 30 => {
                        let random = || {
                            state = state.wrapping_mul(25_173).wrapping_add(13_849);
                            (state >> 8) % 40
                        };
                        let id = table.enter(asked(number), random).expect("there is room");
                        prop_assert!(list.iter().all(|(other, _)| *other != id));
                        list.push((id, asked(number)));
                    }
                    Step::Enter => {}
                    Step::Leave(id) => {
                        let at = list.iter().position(|(other, _)| *other == id);
                        let expected = at.map(|at| list.remove(at).1);
                        prop_assert_eq!(table.get(id), expected);
                        prop_assert_eq!(table.leave(id), expected);
                    }
                    Step::TakeOldest => {
                        let expected = (!list.is_empty()).then(|| list.remove(0).1);
                        prop_assert_eq!(table.take_oldest(), expected);
                    }
                }
                prop_assert_eq!(table.oldest(), list.first().map(|(_, asked)| *asked));
                prop_assert_eq!(table.is_empty(), list.is_empty());
                prop_assert!(table.by_age.len() <= 2 * list.len() + TIDY_BEYOND + 1, "it is kept tidy");
            }
        }
    }
}
