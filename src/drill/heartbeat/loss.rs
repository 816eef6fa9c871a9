//! Which writes did a side lack when it took over? Pure: the log and what sides held in, the loss out.
//!
//! A side takes over with the first write that it acknowledges while the other one's were the last before. It is
//! asked in that moment what it holds; the dead side cannot be asked, and is not. What is missing then:
//!
//! 1. counted are the numbered objects that the side before acknowledged until that moment;
//! 2. missing are those of them that the side which took over did not list;
//! 3. the recovery point is the time from the oldest missing one to the interruption: the first write that the side
//!    before did not acknowledge after its last acknowledged one; where nothing was interrupted (a drill that breaks
//!    no data), to the take-over itself ("the acceptable amount of time since the last data recovery point", AWS
//!    Well-Architected Framework, reliability pillar: between the last recovery point and the interruption of
//!    service). How old it was when the side took over is told beside it: the outage is in that, too;
//! 4. what was missing and is listed at the end came late; the rest is lost until somebody acts.
//!
//! All moments are those of our own clock, when the acknowledgement came: S3's `LastModified` has whole seconds,
//! which is as much as the time between two writes.

use std::{collections::BTreeSet, time::Duration};

use super::{
    conflict::conflicting,
    log::{Log, Object, Write, Writer},
    prefix::HeartbeatPrefix,
};
use crate::model::Side;

/// A side took over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakeOver {
    /// Which.
    pub side: Side,
    /// When its first write was sent.
    pub sent: Duration,
    /// When that one was acknowledged.
    pub at: Duration,
    /// The numbers that it listed then, or why it is not known.
    pub held: Result<BTreeSet<u64>, String>,
}

/// What one take-over lost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lacked {
    /// When it took over; nothing: it never did.
    pub at: Option<Duration>,
    /// How many objects the side before had acknowledged.
    pub written: u64,
    /// The numbers of those that it did not have.
    pub missing: Vec<u64>,
    /// From the oldest missing one to the interruption: the measured recovery point.
    pub recovery_point: Duration,
    /// How old the oldest missing one was at the take-over.
    pub age: Duration,
    /// Those of the missing ones that it had at the end; nothing when that is not known.
    pub late: Option<Vec<u64>>,
    /// Why it is not known what was missing.
    pub unknown: Option<String>,
}

/// What a failover and its failback lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Where the objects are.
    pub prefix: HeartbeatPrefix,
    /// When the secondary took over from the primary.
    pub failover: Lacked,
    /// When the primary took over again.
    pub failback: Lacked,
    /// Overwritings of the shared object that neither side's knew of the other's, by side.
    pub conflicting: [u64; 2],
    /// Writes whose end is not known: neither written nor missing.
    pub uncertain: u64,
}

impl Loss {
    /// Of a log, with what the sides were seen to hold when they took over and, the primary first, at the end.
    pub fn of(
        prefix: &HeartbeatPrefix,
        log: &Log,
        takeovers: &[TakeOver],
        end: &[Option<BTreeSet<u64>>; 2],
    ) -> Self {
        let there = takeovers.iter().find(|over| over.side == Side::Secondary);
        let back = takeovers
            .iter()
            .rfind(|over| over.side == Side::Primary && there.is_some_and(|there| there.sent < over.sent));
        let uncertain = u64::try_from(log.uncertain()).unwrap_or(u64::MAX);
        Self {
            prefix: prefix.clone(),
            failover: lacked(log, Side::Secondary, there, end),
            failback: lacked(log, Side::Primary, back, end),
            conflicting: conflicting(log),
            uncertain,
        }
    }

    /// The keys that were written on both sides since they were last the same.
    pub fn conflicts(&self) -> Vec<String> {
        if self.conflicting == [0, 0] { Vec::new() } else { vec![self.prefix.shared()] }
    }
}

/// What `side` lacked of the other one's writes when it took over, if it did.
fn lacked(log: &Log, side: Side, over: Option<&TakeOver>, end: &[Option<BTreeSet<u64>>; 2]) -> Lacked {
    let before = |write: &Write| write.side == side.other();
    let numbered = || log.to(Object::Numbered).filter(|(mark, _)| mark.writer == Writer::Pointer);
    let until = over.map_or(Duration::MAX, |over| over.at);
    let written: Vec<(u64, Duration)> = numbered()
        .filter(|(_, write)| before(write))
        .filter_map(|(mark, write)| Some((mark.number, write.acknowledged().filter(|at| *at <= until)?)))
        .collect();
    let count = u64::try_from(written.len()).unwrap_or(u64::MAX);
    let Some(over) = over else { return Lacked { written: count, ..Lacked::default() } };
    let known = Lacked { at: Some(over.at), written: count, ..Lacked::default() };
    let held = match &over.held {
        Ok(held) => held,
        Err(why) => return Lacked { unknown: Some(why.clone()), ..known },
    };
    let missing: Vec<(u64, Duration)> =
        written.iter().copied().filter(|(number, _)| !held.contains(number)).collect();
    let Some(oldest) = missing.iter().map(|(_, at)| *at).min() else {
        return Lacked { late: Some(Vec::new()), ..known };
    };
    let last = written.iter().map(|(_, at)| *at).max().unwrap_or_default();
    let interrupted = numbered()
        .filter(|(_, write)| before(write) && write.acknowledged().is_none())
        .map(|(_, write)| write.sent)
        .filter(|sent| (last..=over.at).contains(sent))
        .min();
    let missing: Vec<u64> = missing.into_iter().map(|(number, _)| number).collect();
    let late = end[side.index()]
        .as_ref()
        .map(|held| missing.iter().copied().filter(|number| held.contains(number)).collect());
    Lacked {
        recovery_point: interrupted.unwrap_or(over.at).saturating_sub(oldest),
        age: over.at.saturating_sub(oldest),
        missing,
        late,
        ..known
    }
}
