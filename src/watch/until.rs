//! Has what somebody waits for come?

use std::time::Duration;

use super::{FailoverState, Point};
use crate::{
    model::Side,
    probe::{Answered, Role},
};

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Everybody answers this side.
    Side(Side),
    /// Everybody answers the same side.
    Consistent,
    /// Everybody answers the side that ought to be answered.
    Expected,
}

/// Waits until a condition holds for every failover, and has held for a round.
///
/// A condition holds for a failover when:
///
/// 1. Every vantage point has been asked, and those that count answer one side, the same.
/// 2. All count but those that have never answered (no IPv6 here, a server that was dead before), as long as
///    another of their role has. One that answered once and is silent now speaks against it.
/// 3. The side is the one that is waited for.
///
/// It is met when since then every vantage point that counts has been asked once more, and for
/// [`Condition::Expected`] records and health checks have been read once more: one look may have been of the
/// moment before.
#[derive(Clone, Debug)]
pub struct Until {
    condition: Condition,
    /// Of each failover: since when the condition holds, and whether for a round.
    held: Vec<Option<(Duration, bool)>>,
}

impl Until {
    /// Waits for so many failovers.
    pub fn new(condition: Condition, failovers: usize) -> Self {
        Self { condition, held: vec![None; failovers] }
    }

    /// Looks at a failover of which something was seen.
    pub fn see(&mut self, index: usize, at: Duration, failover: &FailoverState) {
        self.held[index] = self.holds(failover).then(|| {
            let since = self.held[index].map_or(at, |(since, _)| since);
            let read = self.condition != Condition::Expected
                || failover.expected_asked.is_some_and(|asked| asked >= since);
            (since, read && counting(failover).all(|point| point.last_asked >= since))
        });
    }

    /// Whether the condition has held for a round, for all.
    pub fn is_met(&self) -> bool {
        self.held.iter().all(|held| matches!(held, Some((_, true))))
    }

    /// Whether it holds for this failover, perhaps not yet for a round.
    pub fn holds_for(&self, index: usize) -> bool {
        self.held[index].is_some()
    }

    fn holds(&self, failover: &FailoverState) -> bool {
        let all_asked = failover.points.iter().all(|point| point.asked > 0);
        let mut answers = counting(failover).map(Point::answered);
        let Some(Some(Answered::Side(side))) = answers.next() else { return false };
        let same = answers.all(|answered| answered == Some(&Answered::Side(*side)));
        let wanted = match self.condition {
            Condition::Side(wanted) => *side == wanted,
            Condition::Consistent => true,
            Condition::Expected => failover.unread.is_none() && failover.expected == Some(*side),
        };
        all_asked && same && wanted
    }
}

fn counting(failover: &FailoverState) -> impl Iterator<Item = &Point> {
    let somebody = |role| failover.of_role(role).any(Point::has_answered);
    let (authoritative, recursive) = (somebody(Role::Authoritative), somebody(Role::Recursive));
    failover.points.iter().filter(move |point| {
        let others = match point.vantage.role {
            Role::Authoritative => authoritative,
            Role::Recursive => recursive,
        };
        point.has_answered() || !others
    })
}
