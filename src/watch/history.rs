//! The last while of a vantage point, for a row of coloured cells.

use std::{collections::VecDeque, time::Duration};

use super::Answer;
use crate::{
    model::Side,
    probe::{Answered, PointerAnswer},
};

/// What was seen during one span of time. The order is that of severity: of several in one span the worst
/// is shown, and of two sides the later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cell {
    /// Nobody looked.
    Unseen,
    /// A side was answered.
    Side(Side),
    /// The name, or the type at it, does not exist there.
    Nothing,
    /// Something of neither side was answered.
    Other,
    /// No answer came.
    Silent,
}

impl Cell {
    /// The cell of one answer.
    pub fn of(answer: &Answer) -> Self {
        match answer {
            Ok(PointerAnswer { answered: Answered::Side(side), .. }) => Cell::Side(*side),
            Ok(PointerAnswer { answered: Answered::Nothing(_), .. }) => Cell::Nothing,
            Ok(PointerAnswer { answered: Answered::Other(_), .. }) => Cell::Other,
            Err(_) => Cell::Silent,
        }
    }

    fn severity(self) -> u8 {
        match self {
            Cell::Unseen => 0,
            Cell::Side(_) => 1,
            Cell::Nothing => 2,
            Cell::Other => 3,
            Cell::Silent => 4,
        }
    }
}

/// A ring of cells, each of the same span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    span: Duration,
    /// The number of the last cell's span, counted from the zero of the clock.
    last: u128,
    cells: VecDeque<Cell>,
}

impl History {
    /// As many cells are kept: more than a terminal has columns.
    pub const CELLS: usize = 400;

    /// Nothing yet; each cell is to stand for `span`.
    pub fn new(span: Duration) -> Self {
        Self { span: span.max(Duration::from_millis(1)), last: 0, cells: VecDeque::new() }
    }

    /// The time that one cell stands for.
    pub fn span(&self) -> Duration {
        self.span
    }

    /// Takes in what was seen at a moment. What is older than the last cell belongs to that.
    pub fn see(&mut self, at: Duration, seen: Cell) {
        let number = self.number(at);
        if self.cells.is_empty() {
            self.last = number;
            self.cells.push_back(seen);
            return;
        }
        let gap = usize::try_from(number.saturating_sub(self.last)).unwrap_or(usize::MAX);
        if gap == 0 {
            let cell = self.cells.back_mut().expect("there is one cell at least");
            if seen.severity() >= cell.severity() {
                *cell = seen;
            }
            return;
        }
        for _ in 0..(gap - 1).min(Self::CELLS) {
            self.push(Cell::Unseen);
        }
        self.push(seen);
        self.last = number;
    }

    /// The cells of the last `count` spans up to `now`, the oldest first; spans in which nobody looked are
    /// among them.
    pub fn until(&self, now: Duration, count: usize) -> impl Iterator<Item = Cell> + '_ {
        let newest = self.number(now).max(self.last);
        let back = move |steps: usize| -> Cell {
            let Some(number) = newest.checked_sub(steps as u128) else { return Cell::Unseen };
            let from_end = match self.last.checked_sub(number) {
                Some(from_end) => usize::try_from(from_end).unwrap_or(usize::MAX),
                None => return Cell::Unseen,
            };
            let index = self.cells.len().checked_sub(from_end.saturating_add(1));
            index.map_or(Cell::Unseen, |index| self.cells[index])
        };
        (0..count).rev().map(back)
    }

    fn push(&mut self, cell: Cell) {
        if self.cells.len() == Self::CELLS {
            self.cells.pop_front();
        }
        self.cells.push_back(cell);
    }

    fn number(&self, at: Duration) -> u128 {
        at.as_nanos() / self.span.as_nanos()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CELLS: [Cell; 5] =
        [Cell::Side(Side::Primary), Cell::Side(Side::Secondary), Cell::Nothing, Cell::Other, Cell::Silent];

    proptest! {
        /// Against a list of everything that was ever seen.
        #[test]
        fn it_shows_what_a_list_would_show(
            steps in prop::collection::vec((0_u64..5_000, 0..CELLS.len()), 0..600),
            later in 0_u64..10_000,
            count in 0_usize..500,
        ) {
            let second = Duration::from_secs(1);
            let (mut history, mut all, mut at) = (History::new(second), Vec::new(), Duration::ZERO);
            for (step, cell) in steps {
                at += Duration::from_millis(step);
                history.see(at, CELLS[cell]);
                all.push((at.as_secs(), CELLS[cell]));
            }
            let now = at + Duration::from_millis(later);
            let kept = (at.as_secs() + 1).saturating_sub(History::CELLS as u64);
            let expected = (0..count as u64).rev().map(|back| {
                let Some(number) = now.as_secs().checked_sub(back) else { return Cell::Unseen };
                let of_span = all.iter().filter(|(second, _)| *second == number && number >= kept);
                of_span.map(|(_, cell)| *cell).max_by_key(|cell| cell.severity()).unwrap_or(Cell::Unseen)
            });
            prop_assert_eq!(history.until(now, count).collect::<Vec<_>>(), expected.collect::<Vec<_>>());
            prop_assert!(history.cells.len() <= History::CELLS);
        }
    }
}
