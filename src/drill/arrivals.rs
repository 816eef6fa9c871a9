//! Which of several servers answer the other side already?
//!
//! A server has arrived with its first answer of the side to which the turn leads. When it answers the side that is
//! left once more, it had not: behind one address there are many machines, of which each learns in its own time.

use std::{collections::BTreeMap, time::Duration};

/// Servers, by their places in the list of vantage points.
#[derive(Clone, Debug, Default)]
pub(super) struct Arrivals(BTreeMap<usize, Option<Duration>>);

/// What came of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrived {
    /// The server has answered so before, or is none of these.
    Before,
    /// It has now, and others have not.
    Now,
    /// It has now, and so all have.
    NowAll,
}

impl Arrivals {
    pub(super) fn of(points: impl Iterator<Item = usize>) -> Self {
        Self(points.map(|point| (point, None)).collect())
    }

    pub(super) fn arrive(&mut self, point: usize, at: Duration) -> Arrived {
        match self.0.get_mut(&point) {
            Some(arrived @ None) => *arrived = Some(at),
            Some(Some(_)) | None => return Arrived::Before,
        }
        if self.all() { Arrived::NowAll } else { Arrived::Now }
    }

    /// It answers the old side; true when it had arrived.
    pub(super) fn go_back(&mut self, point: usize) -> bool {
        self.0.get_mut(&point).is_some_and(|arrived| arrived.take().is_some())
    }

    /// All of them; also when there is none.
    pub(super) fn all(&self) -> bool {
        self.0.values().all(Option::is_some)
    }

    pub(super) fn counted(&self) -> (usize, usize) {
        (self.0.values().flatten().count(), self.0.len())
    }

    pub(super) fn each(&self) -> impl Iterator<Item = (usize, Option<Duration>)> {
        self.0.iter().map(|(point, at)| (*point, *at))
    }
}
